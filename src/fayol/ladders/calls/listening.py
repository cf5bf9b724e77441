"""What the call list hears of tasks: whatever settles them settles what was said about them on the phone."""

from __future__ import annotations

from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.ladders.calls import actions

_SETTLING = (
    "acknowledged", "promised", "countered", "declined", "disputed", "progressed", "reported", "passed_on",
    "handed_over", "agreed", "insisted", "accepted", "handed_back", "amended", "reassigned", "held", "resumed",
    "cancelled", "reopened",
)  # fmt: skip


def register() -> None:
    for verb in _SETTLING:
        subscribe(f"commitment.{verb}", on_moved)


def on_moved(facts: list[Fact]) -> None:
    actions.overtake([fact.subject_id for fact in facts], now=facts[0].at)
