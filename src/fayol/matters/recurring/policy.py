"""The occasions of a duty that units with different calendars owe. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from itertools import groupby, takewhile

from fayol.kernel.recurrence import Occasion, Shift, occasions
from fayol.kernel.worktime import WorkCalendar


@dataclass(frozen=True, slots=True)
class Rule:
    """What the occasions follow from."""

    rrule: str
    start: date
    shift: Shift
    lead: int
    until: date | None


@dataclass(frozen=True)
class Round:
    """One occasion: by each of the calendars its own days, none for one on which that day is off in a daily rule, or
    comes to the same working day as the one before. Everybody is asked when the first has to be."""

    day: date
    parts: tuple[tuple[WorkCalendar, Occasion], ...]

    @property
    def opens_at(self) -> datetime:
        return min(calendar.open_of_business(one.opens_on) for calendar, one in self.parts)

    @property
    def opens_on(self) -> date:
        return min(one.opens_on for _calendar, one in self.parts)

    @property
    def closes_at(self) -> datetime:
        """When it has passed for the last of them."""
        return max(calendar.close_of_business(one.due_on) for calendar, one in self.parts)

    @property
    def due_on(self) -> date:
        return max(one.due_on for _calendar, one in self.parts)

    def due_by(self, calendar: WorkCalendar) -> date | None:
        return next((one.due_on for own, one in self.parts if own is calendar), None)


def rounds(rule: Rule, calendars: Sequence[WorkCalendar], *, after: date | None = None) -> Iterator[Round]:
    """In order of the rule's own days, those after `after` only."""
    found = [_tagged(rule, calendar, number, after) for number, calendar in enumerate(calendars)]
    for day, parts in groupby(merge(*found, key=_order), key=lambda part: part[1].day):
        yield Round(day, tuple((calendars[number], one) for number, one in parts))


def _tagged(rule: Rule, calendar: WorkCalendar, number: int, after: date | None) -> Iterator[tuple[int, Occasion]]:
    coming = occasions(rule.rrule, start=rule.start, shift=rule.shift, lead=rule.lead, calendar=calendar, after=after)
    within = takewhile(lambda one: rule.until is None or one.day <= rule.until, coming)
    return ((number, one) for one in within)


def _order(part: tuple[int, Occasion]) -> tuple[date, int]:
    return part[1].day, part[0]
