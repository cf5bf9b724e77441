"""The year of the country and of each calendar, made of values: built-in holidays, notices on top, own exceptions.

Nothing here reads the database, so that a year that is only proposed can be looked at like one that holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from fayol.kernel.worktime import USUAL_HOURS, Hours, YearTable, days_of
from fayol.organisation.states import OFF_KINDS, DayKind

FIRST_PUBLISHED = 2007
"""Years before it were over long ago, whatever was published of them: never assumed."""
BUILT_IN = "按内置节假日数据"
_DAY = timedelta(days=1)
_SWAPPED = re.compile(r"休息日.*?(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day that is not what its weekday says: which festival makes it so, and who says it."""

    kind: DayKind
    name: str
    source: str = BUILT_IN
    source_date: date | None = None


@dataclass(frozen=True, slots=True)
class YearInfo:
    """A year that was taken from a notice."""

    source: str
    source_date: date | None


@dataclass(frozen=True)
class National:
    """What was taken in from notices: the days of theirs, and the years of which they are the whole truth."""

    days: Mapping[date, DayOff] = field(default_factory=dict)
    years: Mapping[int, YearInfo] = field(default_factory=dict)

    def deviations(self, year: int) -> dict[date, DayOff]:
        """The days of the year that are not what their weekday says."""
        found = {} if year in self.years else dict(built_in(year)[0])
        for day, row in self.days.items():
            if day.year != year:
                continue
            found.pop(day, None)
            if row.kind in (DayKind.HOLIDAY, DayKind.MAKEUP):
                found[day] = row
        return found

    def assumed(self, year: int) -> bool:
        return year not in self.years and year >= FIRST_PUBLISHED and not built_in(year)[1]

    def table(self, year: int) -> YearTable:
        """Monday to Friday without the holidays, and the make-up days."""
        return Rules(weekdays=frozenset(range(5))).table(year, self)

    def fingerprint(self, year: int) -> str:
        """Equal as long as the same days are worked, and known for the same reason."""
        lines = [f"{day}{row.kind}" for day, row in sorted(self.deviations(year).items())]
        return hashlib.sha256("\n".join([str(self.assumed(year)), *lines]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Season:
    """Other hours between two days of each year, both included; over New Year when the first is the later."""

    first: tuple[int, int]
    last: tuple[int, int]
    hours: Hours

    def covers(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day of one calendar that is worked, or not, or at other hours only (`works` None)."""

    works: bool | None
    hours: Hours | None = None


@dataclass(frozen=True)
class Rules:
    """What one calendar adds to the country's."""

    name: str = ""
    hours: Hours = USUAL_HOURS
    seasons: tuple[Season, ...] = ()
    weekdays: frozenset[int] = frozenset(range(5))
    keeps_holidays: bool = True
    days: Mapping[date, OwnDay] = field(default_factory=dict)

    def table(self, year: int, national: National) -> YearTable:
        kept = national.deviations(year) if self.keeps_holidays else {}
        worked = {day for day in days_of(year) if day.weekday() in self.weekdays}
        worked -= {day for day, row in kept.items() if row.kind in OFF_KINDS}
        worked |= {day for day, row in kept.items() if row.kind is DayKind.MAKEUP}
        own = {day: row for day, row in self.days.items() if day.year == year}
        worked -= {day for day, row in own.items() if row.works is False}
        worked |= {day for day, row in own.items() if row.works}
        return YearTable(year, frozenset(worked), self._assumed(year, national), self._other_hours(year, own))

    def _assumed(self, year: int, national: National) -> bool:
        return self.keeps_holidays and national.assumed(year)

    def _other_hours(self, year: int, own: Mapping[date, OwnDay]) -> dict[date, Hours]:
        found = {}
        if self.seasons:
            for day in days_of(year):
                season = next((season for season in self.seasons if season.covers(day)), None)
                if season:
                    found[day] = season.hours
        return found | {day: row.hours for day, row in own.items() if row.hours}


OFFICE = Rules()


@lru_cache(maxsize=256)
def built_in(year: int) -> tuple[dict[date, DayOff], bool]:
    """The year as the `holidays` package knows it, and whether that is what was published.

    The package names statutory days and the days put in their place; weekend days between and beside them belong to
    the same holiday. A year of which it knows no swapped day is not published yet: statutory days only.
    """
    import holidays  # here, because all the calendars of the world take a fifth of a second to load

    china = holidays.country_holidays("CN", years=[year - 1, year, year + 1], language="zh_CN")
    named = {day: str(china[day]) for day in sorted(china)}
    swapped = {day for day in china.weekend_workdays if abs(day.year - year) <= 1}
    festivals = _festivals(named, swapped)
    found = {day: DayOff(DayKind.HOLIDAY, name) for day, name in festivals.items() if day.year == year}
    for day in swapped:
        if day.year == year:
            found[day] = DayOff(DayKind.MAKEUP, _made_up_for(day, named, festivals))
    return found, any(day.year == year for day in swapped)


def _festivals(named: Mapping[date, str], swapped: set[date]) -> dict[date, str]:
    """Every day off with the name of its festival: swapped days and weekends are named after the day next to them."""
    off = {day for day in named if day not in swapped}
    off |= {day for near in list(off) for day in _weekend_beside(near) if day not in swapped}
    plain = {day: _plain(words) for day, words in named.items() if not words.startswith("休息日")}
    return {day: plain.get(day) or _nearest(day, plain) for day in sorted(off)}


def _weekend_beside(day: date) -> list[date]:
    """The days of the weekend that touch the day."""
    found = []
    for step in (_DAY, -_DAY):
        near = day + step
        while near.weekday() >= 5:
            found.append(near)
            near += step
    return found


def _plain(words: str) -> str:
    """农历除夕 belongs to 春节; 清明节（补假） is 清明节."""
    names = [re.sub(r"（.*?）", "", word).strip() for word in words.split(";")]
    return "、".join(dict.fromkeys("春节" if name == "农历除夕" else name for name in names))


def _nearest(day: date, plain: Mapping[date, str]) -> str:
    return plain[min(plain, key=lambda other: abs((other - day).days))] if plain else ""


def _made_up_for(day: date, named: Mapping[date, str], festivals: Mapping[date, str]) -> str:
    for free, words in named.items():
        match = _SWAPPED.match(words)
        if match and date(*map(int, match.groups())) == day:
            return festivals.get(free, "")
    return _nearest(day, festivals)
