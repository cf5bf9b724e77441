"""The ladders in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fayol.commitments.models import Commitment
from fayol.commitments.states import Urgency
from fayol.facts.journal import history_of
from fayol.ladders.models import Climb, LadderPolicy
from fayol.ladders.policy import Ladder, Rung, Shelf
from fayol.ladders.states import Kind


def shelf() -> Shelf:
    """One query: the office's own ladders, behind them the shipped ones."""
    return Shelf({(row.kind, row.urgency, row.klass): ladder_from(row) for row in LadderPolicy.objects.all()})


def ladder_from(row: LadderPolicy) -> Ladder:
    rungs = tuple(Rung.from_json(rung) for rung in row.rungs)
    return Ladder(Kind(row.kind), Urgency(row.urgency), rungs, row.klass, row.pause_limit, row.version)


def pause_limit_of(row: Commitment) -> int:
    """Working days after its due day until which a note may put off the ladder of this promise: by the copy with which
    its climb began."""
    running = Climb.objects.filter(commitment=row, kind=Kind.DELIVER, ended_at__isnull=True)
    frozen = running.values_list("ladder", flat=True).first()
    return (Ladder.from_json(frozen) if frozen else shelf().ladder(Kind.DELIVER, Urgency(row.urgency))).pause_limit


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a ladder: who made it, when, why; `reset` when the shipped one was taken up again."""

    ladder: Ladder
    by: str
    at: datetime
    why: str
    reset: bool


def editions(kind: Kind, urgency: Urgency, klass: str = "") -> list[Edition]:
    """All versions made by people, the newest first. Empty while the shipped ladder holds."""
    row = LadderPolicy.objects.filter(kind=kind, urgency=urgency, klass=klass).first()
    facts = history_of("ladder_policy", row.pk) if row else []
    return [
        Edition(
            Ladder.from_json(fact.data["ladder"]),
            fact.actor_name,
            fact.at,
            fact.data.get("words", ""),
            fact.verb == "ladder_policy.restored",
        )
        for fact in reversed(facts)
    ]
