"""What is due again and again: the rule as RFC 5545 writes it, and its occasions on working days.

A rule is one of a few shapes that people use (every week on a day, every month by a day, …). It is kept as an RRULE so
that every calendar program understands it; `Rhythm` is the same rule as people fill it in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Protocol

from dateutil.rrule import rrulestr

LAST_DAY = -1
_LOOK = 4000
"""Occasions looked at before giving up: a rule whose days are never worked is a mistake."""
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class Shift(StrEnum):
    """Where an occasion goes that falls on a day off."""

    BEFORE = "before"
    AFTER = "after"


class Days(Protocol):
    """What counting needs of a working calendar."""

    def is_workday(self, day: date, /) -> bool: ...

    def next_workday(self, day: date, /) -> date: ...

    def add_workdays(self, day: date, count: int, /) -> date: ...


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`interval` counts weeks; `weekday` Monday 0; `day` of the month, -1 the last; `month` counts within the quarter,
    the half-year or the year, from 1."""

    every: Every
    interval: int = 1
    weekday: int = 4
    day: int = LAST_DAY
    month: int = 1

    def rrule(self) -> str:
        if self.every is Every.DAY:
            return "FREQ=DAILY"
        if self.every is Every.WEEK:
            again = f";INTERVAL={self.interval}" if self.interval > 1 else ""
            return f"FREQ=WEEKLY{again};BYDAY={_WEEKDAYS[self.weekday]}"
        if self.every is Every.MONTH:
            return f"FREQ=MONTHLY;{self._by_day()}"
        months = ",".join(str(month) for month in range(self.month, 13, _MONTHS[self.every]))
        return f"FREQ=YEARLY;BYMONTH={months};{self._by_day()}"

    def _by_day(self) -> str:
        """The 30th is the last day of a February: the latest of the days up to it that the month has."""
        if self.day <= 28:
            return f"BYMONTHDAY={self.day}"
        return f"BYMONTHDAY={','.join(str(day) for day in range(28, self.day + 1))};BYSETPOS=-1"

    @classmethod
    def read(cls, rrule: str) -> Rhythm:
        """The inverse of `rrule`. ValueError for a rule that is none of these shapes."""
        parts = dict(part.split("=", 1) for part in rrule.split(";") if "=" in part)
        found = cls._of(parts)
        if found.rrule() != rrule:
            raise ValueError(f"not a rule of ours: {rrule}")
        return found

    @classmethod
    def _of(cls, parts: Mapping[str, str]) -> Rhythm:
        day = int(parts.get("BYMONTHDAY", str(LAST_DAY)).split(",")[-1])
        freq = parts.get("FREQ")
        if freq == "DAILY":
            return cls(Every.DAY)
        if freq == "WEEKLY":
            return cls(Every.WEEK, int(parts.get("INTERVAL", "1")), _WEEKDAYS.index(parts.get("BYDAY", "FR")))
        if freq == "MONTHLY":
            return cls(Every.MONTH, day=day)
        months = [int(month) for month in parts.get("BYMONTH", "1").split(",")]
        every = {4: Every.QUARTER, 2: Every.HALF}.get(len(months), Every.YEAR)
        return cls(every, day=day, month=months[0])


_MONTHS = {Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Occasion:
    """`day`: what the rule says; `due_on`: the working day it comes to; `opens_on`: when it is given out."""

    day: date
    due_on: date
    opens_on: date


def occasions(
    rrule: str, *, start: date, shift: Shift, lead: int, calendar: Days, after: date | None = None
) -> Iterator[Occasion]:
    """The occasions from `start` on, those after the day `after` only, in order, without end. Two of them that come to
    the same working day are one; those of a daily rule on days off are none."""
    rule = rrulestr(rrule, dtstart=_plain(start))
    daily = rrule.startswith("FREQ=DAILY")
    last_due: date | None = None
    since = _plain(start) - timedelta(days=1)
    if after and after >= start:
        since = _plain(after)
        last_due = _on_workday(after, shift, calendar)
    for moment in islice(rule.xafter(since), _LOOK):
        day = moment.date()
        if daily and not calendar.is_workday(day):
            continue
        due_on = _on_workday(day, shift, calendar)
        if due_on != last_due:
            last_due = due_on
            yield Occasion(day, due_on, calendar.add_workdays(due_on, -lead))


def _plain(day: date) -> datetime:
    """The library counts in moments; ours have no hour and so no zone."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def _on_workday(day: date, shift: Shift, calendar: Days) -> date:
    if calendar.is_workday(day):
        return day
    return calendar.next_workday(day) if shift is Shift.AFTER else calendar.add_workdays(day, -1)
