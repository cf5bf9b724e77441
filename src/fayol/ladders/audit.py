"""Replaying the facts of every climb and comparing the outcome with its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from fayol.commitments.models import Commitment
from fayol.facts.models import Fact
from fayol.facts.registry import register_auditor
from fayol.facts.replay import differing, in_batches, replayed, rowless
from fayol.ladders.actions._trace import snapshot
from fayol.ladders.models import ChaseLine, Climb


def register() -> None:
    register_auditor("climb", audit)
    register_auditor("climbed", audit_heights)


def audit_heights() -> Iterator[str]:
    """One sentence for each promise whose list says that its chase has come another way than its climb has."""
    high = Climb.objects.filter(commitment=OuterRef("pk"), ended_at__isnull=True, suspended=False, height__gt=0)
    real = Subquery(high.order_by("-height").values("height")[:1])
    chased = Q(climbed__gt=0) | Q(pk__in=Climb.objects.filter(ended_at__isnull=True, height__gt=0).values("commitment"))
    rows = Commitment.objects.filter(chased).annotate(real=Coalesce(real, 0)).exclude(climbed=F("real"))
    for pk, climbed, height in rows.order_by("pk").values_list("pk", "climbed", "real").iterator():
        yield f"commitment:{pk} 登记为催到第{climbed}级，催办阶梯实际到第{height}级"


def audit() -> Iterator[str]:
    """One sentence for each climb that is not what its facts make of it. Streams in batches."""
    for batch in in_batches("climb", Climb.objects.all()):
        lines = _lines_of([climb for climb, _facts in batch])
        for climb, facts in batch:
            yield from compare(climb, facts, lines.get(climb.pk, set()))
    yield from rowless("climb", Climb.objects.all(), called="催办阶梯")


def _lines_of(climbs: Sequence[Climb]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for climb_id, step in ChaseLine.objects.filter(climb__in=climbs).values_list("climb_id", "step"):
        found.setdefault(climb_id or 0, set()).add(step or 0)
    return found


def compare(climb: Climb, facts: Sequence[Fact], lines: set[int]) -> Iterator[str]:
    """One sentence for each way in which the climb is not what its facts, in order, make of it."""
    name = f"climb:{climb.pk}（任务{climb.commitment_id}）"
    yield from differing(name, replayed(facts), snapshot(climb))
    steps = {fact.data["step"] for fact in facts if fact.verb == "ladder.rung_climbed"}
    if steps != lines:
        yield f"{name}记录了{len(steps)}级已到，登记了{len(lines)}条催办"
