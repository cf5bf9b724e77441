"""What the ladders hear of the promises."""

from __future__ import annotations

from datetime import datetime

from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.ladders import actions
from fayol.organisation import effects
from fayol.organisation.actor import Actor
from fayol.organisation.effects import Change, Effects, Outcome

_CHASED, _DRAFTED = "commitment.chased", "commitment.created"


def register() -> None:
    subscribe("commitment.*", on_commitments)
    effects.register("ladders", lambda _change, _viewer, _now: Effects(), on_calendar)


def on_commitments(facts: list[Fact]) -> None:
    """A chase by hand goes into the messages; everything else may begin, move or end a climb."""
    chased = [fact for fact in facts if fact.verb == _CHASED]
    others = [fact.subject_id for fact in facts if fact.verb not in (_CHASED, _DRAFTED)]
    if chased:
        actions.take_up(chased)
    if others:
        actions.follow(others, now=facts[0].at)


def on_calendar(change: Change, by: Actor, now: datetime) -> Outcome:
    """Rungs count by the calendar of the unit that has the ball."""
    actions.look_at_all(now=now, units=change.units)
    return Outcome()
