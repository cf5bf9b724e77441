"""What the rule of a deadline comes to in a working calendar. Values in, answers out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.worktime import WorkCalendar

AT_DISPATCH = frozenset({"dispatch", "receipt"})
"""Anchors whose instant is that of the dispatch."""


@dataclass(frozen=True, slots=True)
class Required:
    """The day, and the instant where the rule says an hour; else the close of business counts."""

    on: date
    at: datetime | None


def is_counted(rule: Mapping[str, Any] | None) -> bool:
    """Whether there is a rule of which more is to be kept than its words."""
    if not rule:
        return False
    found = DeadlineRule.from_json(rule)
    return found.moves_with_calendar or found.says_hour


def at_dispatch(rule: Mapping[str, Any]) -> bool:
    """Whether it counts from the dispatch itself: by its anchor, or because it is an occasion to come."""
    return rule.get("anchor") in AT_DISPATCH or DeadlineRule.from_json(rule).recurring


def required_by(rule: Mapping[str, Any], anchor_at: datetime, calendar: WorkCalendar) -> Required | None:
    """None where the rule gives no day."""
    found = DeadlineRule.from_json(rule)
    anchors = {found.anchor or "issue": anchor_at, "today": anchor_at}
    instant = found.resolve_at(anchors=anchors, calendar=calendar)
    if instant is None:
        return None
    return Required(calendar.local_day(instant), instant if found.says_hour else None)


def rests_on_assumed(
    *, anchor_at: datetime | None, required_on: date | None, promised_on: date | None, calendar: WorkCalendar
) -> bool:
    """Whether a day in it lies in, or was counted through, a year whose holidays are not published yet."""
    if any(day and calendar.is_assumed(day) for day in (required_on, promised_on)):
        return True
    if anchor_at is None or required_on is None:
        return False
    return calendar.assumed_between(calendar.local_day(anchor_at), required_on)
