"""What a plan hears from the promises in it: a date moved, a result came, an answer was given another way."""

from __future__ import annotations

from datetime import datetime

from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.matters.plan.actions import handing, moving
from fayol.matters.plan.actions._parties import actor_of
from fayol.matters.plan.models import PlanStep
from fayol.organisation import effects
from fayol.organisation.actor import Actor
from fayol.organisation.effects import Change, Effects, Outcome

_ARRIVING = frozenset({"commitment.reported"})
_TAKEN_BACK = frozenset({"commitment.handed_back", "commitment.reopened"})
_ENDING = frozenset({"commitment.cancelled"})
_WATCHED = frozenset(
    f"commitment.{verb}"
    for verb in ("reported", "accepted", "cancelled", "handed_back", "reopened", "countered", "declined", "held")
)


def register() -> None:
    subscribe("commitment.*", on_commitment)
    effects.register("plan", lambda _change, _viewer, _now: Effects(), on_calendar)


def on_commitment(facts: list[Fact]) -> None:
    """Everything that is not in a plan ends after one query."""
    told = [fact for fact in facts if fact.verb in _WATCHED or "due_on" in fact.data.get("set", {})]
    if not told:
        return
    known = set(PlanStep.objects.filter(pk__in={fact.subject_id for fact in told}).values_list("pk", flat=True))
    told = [fact for fact in told if fact.subject_id in known]
    if told:
        _follow(told)


def _follow(facts: list[Fact]) -> None:
    now, by = facts[0].at, actor_of(facts[0])
    moving.settle(facts, now=now)
    moved = [fact for fact in facts if "due_on" in fact.data.get("set", {})]
    if moved:
        moving.travel(moved, now=now)
    if arriving := _of(facts, _ARRIVING):
        handing.tell_arrived(arriving, by=by, now=now)
    if back := _of(facts, _TAKEN_BACK):
        handing.tell_taken_back(back, by=by, now=now)
    if gone := _of(facts, _ENDING):
        handing.tell_cancelled(gone, by=by, now=now)
    handing.retime({fact.subject_id for fact in facts}, now=now)


def _of(facts: list[Fact], verbs: frozenset[str]) -> set[int]:
    return {fact.subject_id for fact in facts if fact.verb in verbs}


def on_calendar(change: Change, by: Actor, now: datetime) -> Outcome:
    """Between two dates that stay lie other working days now: hand-overs are needed at another instant."""
    if change.units is None:
        handing.retime_all(now=now)
    return Outcome()
