"""What this app hears of itself: a unit made or moved below one with a calendar of its own works by that calendar."""

from __future__ import annotations

from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.organisation import calendar


def register() -> None:
    for verb in ("unit.created", "unit.moved"):
        subscribe(verb, on_tree)


def on_tree(facts: list[Fact]) -> None:
    if calendar.calendars().plan.units:
        calendar.changed()
