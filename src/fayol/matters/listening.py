"""What a matter hears from its promises: a unit that joins one sees the matter too; one taken up again reopens it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from fayol.channels.registry import register_readers
from fayol.commitments.models import Commitment
from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.matters.access import visible_to
from fayol.matters.actions import follow_reopened
from fayol.matters.models import Matter
from fayol.organisation.models import Person

_WIDENING = ("commitment.reassigned", "commitment.passed_on", "commitment.handed_over", "commitment.ball_moved",
             "commitment.held", "commitment.declined")  # fmt: skip


def register() -> None:
    for verb in _WIDENING:
        subscribe(verb, on_widened)
    subscribe("commitment.reopened", on_reopened)
    register_readers("/matters/", seen_by)


def seen_by(person: Person, ids: Collection[int], now: datetime) -> set[int]:
    return set(visible_to(person, now).filter(pk__in=ids).values_list("pk", flat=True))


def on_reopened(facts: list[Fact]) -> None:
    follow_reopened({fact.subject_id for fact in facts}, now=facts[0].at)


def on_widened(facts: list[Fact]) -> None:
    wanted: dict[int, set[int]] = defaultdict(set)
    tasks = Commitment.objects.filter(pk__in=[f.subject_id for f in facts], origin_type="matter")
    for origin_id, audience in tasks.values_list("origin_id", "audience"):
        if origin_id is not None:
            wanted[origin_id] |= set(audience)
    for matter in Matter.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"):
        merged = set(matter.audience) | wanted[matter.pk]
        if 0 not in matter.audience and merged != set(matter.audience):
            matter.audience = sorted(merged)
            matter.save(update_fields=["audience"])
