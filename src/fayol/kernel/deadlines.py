"""When something is due, kept as the rule it was written as.

Counting follows 民法典 art. 201–203:

* The day on which a period starts does not count. A period of days, weeks or months that ends on a day off ends on
  the next working day, at the close of business.
* Hours ("会后24小时内") count from their instant, day and night, and do not roll: art. 203 speaks of days. Working
  hours ("4个工作小时内") count in working time. An anchor of which only the day is known counts from its close of
  business, so that nobody loses time by what was not written down.
* A day that is named ("11月30日前", "本月底前", "下周五前") is no period: it stays the day it is, worked or not.
* An occasion of a recurring duty ("每周五下班前", "每月5日前") that falls on a day off is due on the last working day
  before it: whoever waits for it needs it on that day, and nobody chose this one date.
"""

from __future__ import annotations

import calendar as _months
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from fayol.kernel.worktime import WorkCalendar

KINDS = frozenset(
    [
        "date",
        "workdays_after",
        "days_after",
        "weeks_after",
        "months_after",
        "hours_after",
        "workhours_after",
        "workdays_before",
        "days_before",
        "daily",
        "weekly",
        "monthly",
        "quarterly",
        "half_yearly",
        "yearly",
        "end_of",
        "festival",
        "event",
        "start",
        "vague",
    ]
)
RECURRING = frozenset({"daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly"})
COUNTED = frozenset(
    {"workdays_after", "days_after", "weeks_after", "months_after", "workdays_before", "workhours_after"}
)
"""Kinds whose day depends on which days are worked."""
HOURLY = frozenset({"hours_after", "workhours_after"})
LAST_DAY = -1
_USUAL_DAY = 8
"""Hours of a working day, where only days are known to count hours from."""
_OCCASIONS = 60
"""Occasions of a recurring duty to look at before giving up."""

_FIXED_FESTIVALS = {
    "元旦": (1, 1), "五一": (5, 1), "劳动节": (5, 1), "六一": (6, 1), "七一": (7, 1), "八一": (8, 1),
    "教师节": (9, 10), "国庆": (10, 1), "国庆节": (10, 1), "十一": (10, 1),
}  # fmt: skip


class Calendar(Protocol):
    """What counting needs of a working calendar."""

    def is_workday(self, day: date, /) -> bool: ...

    def add_workdays(self, day: date, n: int, /) -> date: ...


def end_of_month(year: int, month: int) -> date:
    return date(year, month, _months.monthrange(year, month)[1])


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """`on` for date and start; `anchor` and `n` for counted periods (anchor: issue, meeting, receipt, decision,
    dispatch, approval, event …); `month`, `day`, `weekday` (Monday 0) for recurring ones, day -1 the last;
    `unit` for end_of (week, month, quarter, half, year); `words` are those of the source.
    `precision` says how exact the words are: day, week, month, quarter, half, year. `at` is the hour of the day
    ("17:00") where the words give one; else the close of business counts."""

    kind: str
    on: date | None = None
    anchor: str = ""
    n: int = 0
    month: int = 0
    day: int = 0
    weekday: int = -1
    unit: str = ""
    precision: str = "day"
    words: str = ""
    at: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of deadline: {self.kind}")

    @property
    def recurring(self) -> bool:
        return self.kind in RECURRING

    @property
    def says_hour(self) -> bool:
        """Whether the instant is more than the close of business of a day."""
        return self.kind in HOURLY or bool(self.at)

    @property
    def moves_with_calendar(self) -> bool:
        """Whether another calendar could make it another day or hour."""
        return self.kind in COUNTED or self.recurring

    def to_json(self) -> dict[str, Any]:
        """Only what is set, so that stored rules stay readable."""
        plain = DeadlineRule(kind=self.kind)
        row = {key: value for key, value in asdict(self).items() if value != getattr(plain, key)}
        if self.on:
            row["on"] = self.on.isoformat()
        return {"kind": self.kind, **row}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> DeadlineRule:
        values = dict(row)
        if values.get("on"):
            values["on"] = date.fromisoformat(values["on"])
        return cls(**values)

    def resolve(self, *, anchors: Mapping[str, date], calendar: Calendar) -> date | None:
        """The date, or None where the words name none or its anchor is not known yet.

        A recurring rule gives its next occasion on or after `anchors["today"]` (else the issue date).
        """
        if self.kind == "date":
            return self.on
        if self.kind in ("start", "vague", "event"):
            return None
        if self.kind == "festival":
            return self._before_festival(anchors, calendar)
        if self.recurring:
            return self._next_worked(anchors, calendar)
        base = anchors.get(self.anchor or "issue")
        if base is None:
            return None
        return self._end(base) if self.kind == "end_of" else self._counted(base, calendar)

    def resolve_at(self, *, anchors: Mapping[str, datetime], calendar: WorkCalendar) -> datetime | None:
        """The instant: the close of business of the day, unless the words say an hour. None as `resolve` says it."""
        base = anchors.get(self.anchor or "issue")
        if self.kind == "hours_after":
            return base + timedelta(hours=self.n) if base else None
        if self.kind == "workhours_after":
            return calendar.add_worked(base, timedelta(hours=self.n)) if base else None
        days = {name: calendar.local_day(instant) for name, instant in anchors.items()}
        day = self.resolve(anchors=days, calendar=calendar)
        if day is None:
            return None
        hour = hour_of(self.at)
        return datetime.combine(day, hour, calendar.tz) if hour else calendar.close_of_business(day)

    def _counted(self, base: date, calendar: Calendar) -> date | None:
        if self.kind == "hours_after":
            return base + timedelta(days=-(-self.n // 24))
        if self.kind == "workhours_after":
            return calendar.add_workdays(base, -(-self.n // _USUAL_DAY))
        if self.kind == "workdays_after":
            return calendar.add_workdays(base, self.n)
        if self.kind == "workdays_before":
            return calendar.add_workdays(base, -self.n)
        if self.kind == "days_before":
            return base - timedelta(days=self.n)
        if self.kind == "months_after":
            day = _plus_months(base, self.n)
        else:
            day = base + timedelta(days=self.n * (7 if self.kind == "weeks_after" else 1))
        return day if calendar.is_workday(day) else calendar.add_workdays(day, 1)

    def _end(self, base: date) -> date:
        if self.unit == "week":
            monday = base - timedelta(days=base.weekday())
            return monday + timedelta(days=7 * self.n + (self.weekday if self.weekday >= 0 else 4))
        if self.unit == "month":
            first = _plus_months(base.replace(day=1), self.n)
            return end_of_month(first.year, first.month)
        if self.unit == "quarter":
            return end_of_month(base.year, (base.month + 2) // 3 * 3)
        if self.unit == "half":
            return end_of_month(base.year, 6 if base.month <= 6 else 12)
        return date(base.year + self.n, 12, 31)

    def _next_worked(self, anchors: Mapping[str, date], calendar: Calendar) -> date | None:
        """The next occasion, on its day or, when that is a day off, on the last working day before it."""
        base = anchors.get("today") or anchors.get(self.anchor or "issue") or anchors.get("issue")
        start = base
        for _ in range(_OCCASIONS):
            occasion = self._next(start) if start else None
            if occasion is None or base is None or start is None:
                return None
            due = occasion if calendar.is_workday(occasion) else calendar.add_workdays(occasion, -1)
            if due >= base:
                return due
            start = occasion + timedelta(days=1)
        return None

    def _next(self, base: date) -> date | None:
        if self.kind == "daily":
            return base
        if self.kind == "weekly":
            weekday = self.weekday if self.weekday >= 0 else 4
            return base + timedelta(days=(weekday - base.weekday()) % 7)
        step = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}[self.kind]
        month = self._first_month(base)
        for ahead in range(0, 25):
            first = _plus_months(base.replace(day=1), ahead)
            if step > 1 and (first.month - month) % step:
                continue
            occasion = self._day_in(first.year, first.month)
            if occasion and occasion >= base:
                return occasion
        return None

    def _first_month(self, base: date) -> int:
        if self.month:
            return self.month
        return {"quarterly": 3, "half_yearly": 6, "yearly": 12}.get(self.kind, base.month)

    def _day_in(self, year: int, month: int) -> date | None:
        last = end_of_month(year, month)
        if self.day in (0, LAST_DAY):
            return last
        return last.replace(day=min(self.day, last.day))

    def _before_festival(self, anchors: Mapping[str, date], calendar: Calendar) -> date | None:
        """The day before it begins. Festivals of the moon calendar are asked of the calendar, never computed here."""
        base = anchors.get("issue") or anchors.get("today")
        if base is None:
            return None
        fixed = _FIXED_FESTIVALS.get(self.anchor)
        years = (self.n,) if self.n else (base.year, base.year + 1)
        for year in years:
            ask = getattr(calendar, "festival", None)
            first = date(year, *fixed) if fixed else ask(self.anchor, year) if ask else None
            if isinstance(first, date) and first > base:
                return first - timedelta(days=1)
        return None


def hour_of(words: str) -> time | None:
    """ "17:00" as a time; None where there is none or it is none."""
    try:
        return time.fromisoformat(words) if words else None
    except ValueError:
        return None


def fixed_festival(name: str, year: int) -> date | None:
    """The first day of a festival that falls on the same date every year; None for those of the moon calendar."""
    found = _FIXED_FESTIVALS.get(name)
    return date(year, *found) if found else None


def _plus_months(day: date, n: int) -> date:
    """The same day n months on, or the last of that month."""
    index = day.year * 12 + day.month - 1 + n
    last = end_of_month(index // 12, index % 12 + 1)
    return last.replace(day=min(day.day, last.day))
