"""Working time as a value: which days are worked, and during which hours.

All counting goes by tables made once a year (the worked days in order, and the working time before each of them),
so that a step over thirty years costs what a step over a day does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

Hours = tuple[tuple[time, time], ...]
"""Spans of one day, in order. A span that ends at 00:00 ends at midnight (24:00)."""

USUAL_HOURS: Hours = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))
_FAR = 200
"""Years to look ahead before giving up: a calendar without a single working day is a mistake."""
_MIDNIGHT = time()
_DAY = timedelta(days=1)
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class YearTable:
    """The working days of one year, and the hours of those whose hours are not the usual ones.

    `assumed` while the State Council has not published the year.
    """

    year: int
    workdays: frozenset[date]
    assumed: bool
    hours: Mapping[date, Hours] = field(default_factory=lambda: MappingProxyType({}))


class HalfDay(NamedTuple):
    """One span of one working day: the unit in which people are chased at most once."""

    day: date
    part: int


class _Year(NamedTuple):
    """`ordinals` of the worked days; `before[i]` the working time of the year before the i-th, the total at the end."""

    table: YearTable
    ordinals: list[int]
    before: list[timedelta]


@dataclass(frozen=True)
class WorkCalendar:
    """Working days and hours of an organisation; answers for any year, telling which years are assumed.

    `table` gives a year's table and is called once a year. Half-days are the spans of `hours`, local time. Instants
    count by the clock on the wall. A span contains its beginning and not its end.
    """

    table: Callable[[int], YearTable]
    tz: ZoneInfo
    hours: Hours = USUAL_HOURS
    name: str = ""
    _years: dict[int, _Year] = field(default_factory=dict, compare=False, repr=False)

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            table = self.table(year)
            days = sorted(table.workdays)
            before = [_NOTHING]
            for day in days:
                before.append(before[-1] + length_of(table.hours.get(day, self.hours)))
            self._years[year] = _Year(table, [day.toordinal() for day in days], before)
        return self._years[year]

    # ── days ──

    def is_workday(self, day: date) -> bool:
        return day in self._year(day.year).table.workdays

    def is_assumed(self, day: date) -> bool:
        """Whether the day lies in a year whose holidays are not published yet (暂按推定日历)."""
        return self._year(day.year).table.assumed

    def assumed_between(self, start: date, end: date) -> bool:
        """Whether counting from one day to the other touches an assumed year."""
        first, last = min(start, end).year, max(start, end).year
        return any(self._year(year).table.assumed for year in range(first, last + 1))

    def hours_of(self, day: date) -> Hours:
        """The spans of the day if it is worked; on a day off those that would be usual."""
        return self._year(day.year).table.hours.get(day, self.hours)

    def next_workday(self, day: date) -> date:
        """The day itself when worked, else the first worked day after it."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def last_workday(self, day: date) -> date:
        """The day itself when worked, else the last worked day before it."""
        return day if self.is_workday(day) else self.add_workdays(day, -1)

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, when negative); the starting day does not count
        (民法典 art. 201)."""
        if count == 0:
            return day
        ordinals = self._year(day.year).ordinals
        index = bisect_right(ordinals, day.toordinal()) + count - 1 if count > 0 else self._worked_before(day) + count
        year, quiet = day.year, 0
        while not 0 <= index < len(ordinals):
            if index >= 0:
                index -= len(ordinals)
                year += 1
                ordinals = self._year(year).ordinals
            else:
                year -= 1
                ordinals = self._year(year).ordinals
                index += len(ordinals)
            quiet = 0 if ordinals else quiet + 1
            if quiet > _FAR:
                raise ValueError("the calendar has no working day")
        return date.fromordinal(ordinals[index])

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.workdays_between(end, start)
        return self._worked_until(end) - self._worked_until(start) + self._full_years(start.year, end.year)

    def _worked_until(self, day: date) -> int:
        return bisect_right(self._year(day.year).ordinals, day.toordinal())

    def _worked_before(self, day: date) -> int:
        return bisect_left(self._year(day.year).ordinals, day.toordinal())

    def _full_years(self, first: int, last: int) -> int:
        return sum(len(self._year(year).ordinals) for year in range(first, last))

    # ── instants ──

    def open_of_business(self, day: date) -> datetime:
        return datetime.combine(day, self.hours_of(day)[0][0], self.tz)

    def close_of_business(self, day: date) -> datetime:
        """The instant at which a deadline on that day falls due (民法典 art. 203: the close of business).

        Where work goes on until midnight it is the last minute of the day, so that the instant stays in the day.
        """
        closes = self.hours_of(day)[-1][1]
        return datetime.combine(day, time(23, 59) if closes == _MIDNIGHT else closes, self.tz)

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(self.tz).date()

    def is_working(self, instant: datetime) -> bool:
        return self._span_at(self._wall(instant)) is not None

    def next_working(self, instant: datetime) -> datetime:
        """The instant itself when it is working time, else the next opening."""
        return self.add_worked(instant, _NOTHING)

    def half_day(self, instant: datetime) -> HalfDay:
        """The day and the number of the span in which the instant lies; outside working time the next one."""
        wall = self._wall(self.next_working(instant))
        index = self._span_at(wall)
        assert index is not None
        return HalfDay(wall.date(), index)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants; nothing when `end` is not later."""
        a, b = self._wall(start), self._wall(end)
        if b <= a:
            return _NOTHING
        years = sum((self._year(year).before[-1] for year in range(a.year, b.year)), _NOTHING)
        return years + self._spent(b) - self._spent(a)

    def add_worked(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant at which `amount` of working time has passed since `start`; with no amount at all the
        next instant of working time."""
        wall = self._wall(start)
        if amount <= _NOTHING:
            return self._real(self._opening(wall))
        year, spent = wall.year, self._spent(wall) + amount
        for _ in range(_FAR):
            found = self._year(year)
            if spent <= found.before[-1]:
                index = bisect_left(found.before, spent) - 1
                return self._real(self._within(found, index, spent - found.before[index]))
            spent -= found.before[-1]
            year += 1
        raise ValueError("the calendar has no working day")

    def subtract_worked(self, end: datetime, amount: timedelta) -> datetime:
        """The last instant from which `amount` of working time leads to `end`; `end` itself when there is none."""
        wall = self._wall(end)
        if amount <= _NOTHING:
            return end
        year, spent = wall.year, self._spent(wall) - amount
        for _ in range(_FAR):
            found = self._year(year)
            if spent >= _NOTHING and spent < found.before[-1]:
                index = bisect_right(found.before, spent) - 1
                return self._real(self._from(found, index, spent - found.before[index]))
            if spent >= _NOTHING:  # exactly nothing is left of this year: the first opening of the next
                return self._real(self._opening(datetime.combine(date(year + 1, 1, 1), _MIDNIGHT)))
            year -= 1
            spent += self._year(year).before[-1]
        raise ValueError("the calendar has no working day")

    @property
    def day_length(self) -> timedelta:
        return length_of(self.hours)

    def _wall(self, instant: datetime) -> datetime:
        """What the clock on the wall shows: counting never meets a change of the zone's offset."""
        return instant.astimezone(self.tz).replace(tzinfo=None)

    def _real(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.tz)

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        return [(datetime.combine(day, a), _closing(day, b)) for a, b in self.hours_of(day)]

    def _span_at(self, wall: datetime) -> int | None:
        if not self.is_workday(wall.date()):
            return None
        spans = enumerate(self._spans(wall.date()))
        return next((index for index, (opens, closes) in spans if opens <= wall < closes), None)

    def _spent(self, wall: datetime) -> timedelta:
        """Working time of the year before the instant."""
        found, day = self._year(wall.year), wall.date()
        spent = found.before[self._worked_before(day)]
        if day in found.table.workdays:
            spent += sum((max(min(b, wall) - a, _NOTHING) for a, b in self._spans(day)), _NOTHING)
        return spent

    def _opening(self, wall: datetime) -> datetime:
        """The instant itself when it is working time, else the next opening."""
        day = self.next_workday(wall.date())
        for opens, closes in self._spans(day):
            if wall < closes:
                return max(opens, wall)
        return self._spans(self.add_workdays(day, 1))[0][0]

    def _within(self, year: _Year, index: int, left: timedelta) -> datetime:
        """Where `left` of a day's working time has passed, as early as possible: the end of a span is in the span."""
        for opens, closes in self._spans(date.fromordinal(year.ordinals[index])):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("more time than the day has")

    def _from(self, year: _Year, index: int, left: timedelta) -> datetime:
        """The same as late as possible: the end of a span is the beginning of the next."""
        for opens, closes in self._spans(date.fromordinal(year.ordinals[index])):
            if left < closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("more time than the day has")


def _closing(day: date, closes: time) -> datetime:
    return datetime.combine(day + _DAY if closes == _MIDNIGHT else day, closes)


def length_of(hours: Hours) -> timedelta:
    day = date(2000, 1, 3)
    return sum((_closing(day, closes) - datetime.combine(day, opens) for opens, closes in hours), _NOTHING)


def check_hours(hours: Hours) -> bool:
    """Whether the spans are in order, each longer than nothing, and none over another."""
    marks = [datetime.combine(date(2000, 1, 3), opens) for opens, _closes in hours]
    ends = [_closing(date(2000, 1, 3), closes) for _opens, closes in hours]
    whole = all(opens < closes for opens, closes in zip(marks, ends, strict=True))
    return bool(hours) and whole and all(closes <= opens for closes, opens in zip(ends, marks[1:], strict=False))


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1).toordinal()
    return [date.fromordinal(first + i) for i in range(date(year, 12, 31).toordinal() - first + 1)]


def plain_week(year: int) -> YearTable:
    """Monday to Friday, no holidays: for tests and for organisations that keep none."""
    return YearTable(year, frozenset(day for day in days_of(year) if day.weekday() < 5), assumed=False)
