"""What the engine hears from below: somebody came or left, a unit's people changed. The balls follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from fayol.commitments import actions
from fayol.commitments.models import Commitment
from fayol.commitments.policy_foresee import AT_WORK
from fayol.commitments.states import CLOSED
from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.organisation.models import Delegation, Post, Unit

BATCH = 500


def register() -> None:
    subscribe("person.availability_changed", on_availability)
    subscribe("person.updated", on_availability)
    subscribe("unit.roster_changed", on_roster)


def on_availability(facts: list[Fact]) -> None:
    """Those whose ball could move: held by the person, meant for the person, or held by a stand-in of a unit where
    the person has a post; and likewise for the principals whose deputy the person is."""
    people = {fact.subject_id for fact in facts}
    people |= set(Delegation.objects.filter(deputy__in=people).values_list("principal_id", flat=True))
    units = set(Post.objects.filter(person__in=people, ended_on__isnull=True).values_list("unit_id", flat=True))
    meant = Q(holder__in=people) | Q(responsible__in=people) | Q(requester__in=people) | Q(holder_for__in=people)
    _follow(meant | Q(waiting_person__in=people) | _stand_ins(units), facts[0].at)
    _look_ahead(people, facts[0].at)


def _look_ahead(people: Iterable[int], now: datetime) -> None:
    """Whether they will be there when it is due has to be asked again for what they work on."""
    working = Q(responsible__in=people) | Q(holder__in=people)
    Commitment.objects.filter(working, state__in=sorted(AT_WORK), due_at__gt=now).update(foresee_at=now)


def on_roster(facts: list[Fact]) -> None:
    units = {fact.subject_id for fact in facts}
    _follow(_stand_ins(units) | Q(holder_unit__in=units), facts[0].at)


def _stand_ins(units: Iterable[int]) -> Q:
    """Rows of these units that are not held by the very person they were meant for."""
    here = Q(performer_unit__in=units) | Q(requester_unit__in=units) | Q(waiting_unit__in=units)
    if Unit.objects.filter(pk__in=units, is_office=True).exists():
        here |= Q(holder_because="office")
    return here & ~Q(holder_because="responsible")


def _follow(condition: Q, now: datetime) -> None:
    ids = list(Commitment.objects.exclude(state__in=CLOSED).filter(condition).values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        actions.rehold(ids[start : start + BATCH], now=now)
