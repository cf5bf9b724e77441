"""What the country's year becomes when a notice is taken in: a whole year anew, or one festival of it. Values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from fayol.organisation.calendar_tables import DayOff, National, YearInfo
from fayol.organisation.states import DayKind
from fayol.reading.holiday_notice import Festival, Notice


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day that is worked before and not after, or the other way round, or only has another name."""

    day: date
    before: DayOff | None
    after: DayOff | None


def with_notice(national: National, notice: Notice) -> National:
    """A yearly notice replaces the year; a correction replaces the festivals it names; both may reach into the last
    days of the year before."""
    days, years = dict(national.days), dict(national.years)
    if notice.correction:
        for festival in notice.festivals:
            days |= _corrected(national, festival, notice)
        return National(days, years)
    old, following = years.get(notice.year), years.get(notice.year + 1)
    days = {
        day: row
        for day, row in days.items()
        if not (old and row.source == old.source)
        and (day.year != notice.year or (following and row.source == following.source))
    }
    years[notice.year] = YearInfo(notice.source, notice.issued_on)
    for festival in notice.festivals:
        days |= _rows(festival, notice)
    return National(days, years)


def _rows(festival: Festival, notice: Notice) -> dict[date, DayOff]:
    def row(kind: DayKind) -> DayOff:
        return DayOff(kind, festival.name, notice.source, notice.issued_on)

    off = dict.fromkeys(festival.days, row(DayKind.HOLIDAY))
    return off | dict.fromkeys(festival.makeups, row(DayKind.MAKEUP))


def _corrected(national: National, festival: Festival, notice: Notice) -> dict[date, DayOff]:
    """The festival's days as they now are; those that were its days and are no more get their weekday back."""
    held = _held(national, festival, notice.year)
    if festival.until:
        off = sorted(day for day, row in held.items() if row.kind is DayKind.HOLIDAY)
        days = _through(off[-1], festival.until) if off else [festival.until]
        return dict.fromkeys(days, DayOff(DayKind.HOLIDAY, festival.name, notice.source, notice.issued_on))
    gone = {day: _back(day, notice) for day in held}
    return gone | _rows(festival, notice)


def _held(national: National, festival: Festival, year: int) -> dict[date, DayOff]:
    names = set(festival.name.split("、"))
    found = {}
    for near in (year - 1, year):
        for day, row in national.deviations(near).items():
            if names & set(row.name.split("、")) and (near == year or day.month == 12):
                found[day] = row
    return found


def _through(last: date, until: date) -> list[date]:
    return [last + timedelta(days=i) for i in range(1, (until - last).days + 1)]


def _back(day: date, notice: Notice) -> DayOff:
    kind = DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY
    return DayOff(kind, "", notice.source, notice.issued_on)


def changes_between(before: National, after: National, years: range) -> list[DayChange]:
    """The days whose kind differs, in order."""
    return list(_changes(before, after, years))


def _changes(before: National, after: National, years: range) -> Iterator[DayChange]:
    for year in years:
        old, new = before.deviations(year), after.deviations(year)
        for day in sorted(old.keys() | new.keys()):
            a, b = old.get(day), new.get(day)
            if (a.kind if a else None) != (b.kind if b else None):
                yield DayChange(day, a, b)
