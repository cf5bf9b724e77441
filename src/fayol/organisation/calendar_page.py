"""A year of a working calendar as a page shows it: twelve months, who says what of a day, the exceptions."""

from __future__ import annotations

import calendar as months_of
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as t

from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import Hours, WorkCalendar
from fayol.organisation.calendar import Calendars
from fayol.organisation.calendar_tables import DayOff, National, Rules
from fayol.organisation.effects import Effect
from fayol.organisation.models import Calendar, CalendarDay
from fayol.organisation.notices import DayChange
from fayol.organisation.states import DAY_KIND_WORDS, OFF_KINDS, DayKind
from fayol.web.http import dates

WEEKDAYS = (_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日"))
MARKS = {"off": _("休"), "makeup": _("班"), "own_off": _("停"), "own_on": _("班"), "hours": _("时")}
"""The sign beside the number: what is said by colour is also said in words."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: `look` is work, rest, off, makeup, own_off, own_on or hours; `words` say why, for the ear too."""

    day: date
    look: str
    mark: str
    words: str
    today: bool


@dataclass(frozen=True)
class Month:
    name: str
    weeks: list[list[Cell | None]]
    workdays: int


@dataclass(frozen=True)
class Festival:
    """春节, 2月5日至13日，9天, 1月31日、2月20日上班."""

    name: str
    days: str
    count: int
    makeups: str
    source: str


@dataclass(frozen=True)
class YearPage:
    year: int
    months: list[Month]
    festivals: list[Festival]
    assumed: bool
    workdays: int
    source: str
    source_date: date | None


def year_page(
    calendars: Calendars, calendar_id: int | None, year: int, own: Iterable[CalendarDay], today: date
) -> YearPage:
    national = calendars.plan.national
    rules = calendars.plan.rules.get(calendar_id or 0, Rules())
    shown = calendars.named(calendar_id)
    kept = national.deviations(year) if rules.keeps_holidays else {}
    cells = _Cells(shown, kept, {row.date: row for row in own}, today)
    months = [_month(year, number, cells) for number in range(1, 13)]
    info = national.years.get(year)
    return YearPage(
        year=year,
        months=months,
        festivals=festivals_of(national, year) if rules.keeps_holidays else [],
        assumed=shown.is_assumed(date(year, 1, 1)),
        workdays=sum(month.workdays for month in months),
        source=info.source if info else "",
        source_date=info.source_date if info else None,
    )


@dataclass(frozen=True)
class _Cells:
    calendar: WorkCalendar
    kept: dict[date, DayOff]
    own: dict[date, CalendarDay]
    today: date

    def of(self, day: date) -> Cell:
        look, words = self._look(day)
        mark = t(MARKS[look]) if look in MARKS else ""
        return Cell(day, look, mark, words, day == self.today)

    def _look(self, day: date) -> tuple[str, str]:
        own, row = self.own.get(day), self.kept.get(day)
        if own:
            look = {DayKind.UNIT_OFF: "own_off", DayKind.UNIT_ON: "own_on"}.get(DayKind(own.kind), "hours")
            hours = f"，{spans(self.calendar.hours_of(day))}" if own.hours else ""
            return look, f"{t(_OWN_WORDS[look])}：{own.name}{hours}"
        if row:
            look = "off" if row.kind is DayKind.HOLIDAY else "makeup"
            return look, f"{row.name}{t(DAY_KIND_WORDS[row.kind])}"
        return ("work", t("工作日")) if self.calendar.is_workday(day) else ("rest", t("休息日"))


_OWN_WORDS = {"own_off": _("不上班"), "own_on": _("上班"), "hours": _("上班时间不同")}


def _month(year: int, number: int, cells: _Cells) -> Month:
    weeks: list[list[Cell | None]] = []
    for week in months_of.Calendar().monthdatescalendar(year, number):
        weeks.append([cells.of(day) if day.month == number else None for day in week])
    worked = sum(bool(cell and cells.calendar.is_workday(cell.day)) for week in weeks for cell in week)
    return Month(date_format(date(year, number, 1), "F"), weeks, worked)


def festivals_of(national: National, year: int) -> list[Festival]:
    """In the order of the year; a festival that begins in December of the year before begins there."""
    found: dict[str, tuple[list[date], list[date], str]] = {}
    for near in (year - 1, year):
        for day, row in sorted(national.deviations(near).items()):
            if near != year and not (day.month == 12 and row.name == "元旦"):
                continue
            if near == year and day.month == 12 and row.name == "元旦":
                continue
            off, on, _source = found.setdefault(row.name, ([], [], row.source))
            (off if row.kind in OFF_KINDS else on).append(day)
    ordered = sorted(found.items(), key=lambda item: min(item[1][0] or item[1][1]))
    return [_festival(name, *parts, year) for name, parts in ordered]


def _festival(name: str, off: list[date], on: list[date], source: str, year: int) -> Festival:
    return Festival(
        name=name,
        days="、".join(_range(first, last, year) for first, last in runs(off)),
        count=len(off),
        makeups="、".join(_day(day, year) for day in on),
        source=source,
    )


def runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days that follow one another, as first and last."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _day(day: date, year: int) -> str:
    return date_format(day, t("n月j日") if day.year == year else t("Y年n月j日"))


def _range(first: date, last: date, year: int) -> str:
    if first == last:
        return _day(first, year)
    short = date_format(last, t("j日")) if first.month == last.month else _day(last, year)
    return t("%(first)s至%(last)s") % {"first": _day(first, year), "last": short}


def spans(hours: Hours) -> str:
    """08:30-12:00 13:30-17:30."""
    return " ".join(f"{a:%H:%M}-{'24:00' if (b.hour, b.minute) == (0, 0) else format(b, '%H:%M')}" for a, b in hours)


@dataclass(frozen=True)
class CalendarLine:
    """One calendar in the list: what it says, and who works by it."""

    row: Calendar | None
    name: str
    hours: str
    season: str
    weekdays: str
    keeps_holidays: bool
    default: bool
    units: list[str]


def calendar_lines(calendars: Calendars, rows: Sequence[Calendar]) -> list[CalendarLine]:
    """The default first, also when nobody has touched it yet. `rows` with the units set to each prefetched."""
    lines = [_line(row, calendars.plan.rules[row.pk], [unit.name for unit in row.units.all()]) for row in rows]
    if not any(line.default for line in lines):
        lines.insert(0, _line(None, Rules(t("标准日历")), []))
    return lines


def _line(row: Calendar | None, rules: Rules, units: list[str]) -> CalendarLine:
    season = rules.seasons[0] if rules.seasons else None
    return CalendarLine(
        row=row,
        name=rules.name,
        hours=spans(rules.hours),
        season=t("%(first)s至%(last)s为%(hours)s") % {
            "first": _month_day(season.first), "last": _month_day(season.last), "hours": spans(season.hours),
        } if season else "",
        weekdays=_weekdays(rules.weekdays),
        keeps_holidays=rules.keeps_holidays,
        default=row is None or row.is_default,
        units=units,
    )  # fmt: skip


def _month_day(day: tuple[int, int]) -> str:
    return date_format(date(2000, *day), t("n月j日"))


def _weekdays(days: frozenset[int]) -> str:
    if len(days) == 7:
        return t("每天上班")
    listed = sorted(days)
    if len(listed) > 2 and listed[-1] - listed[0] == len(listed) - 1:
        words = t("周%(first)s至周%(last)s上班")
        return words % {"first": t(WEEKDAYS[listed[0]]), "last": t(WEEKDAYS[listed[-1]])}
    return t("周%(days)s上班") % {"days": "、".join(t(WEEKDAYS[day]) for day in listed)}


@dataclass(frozen=True)
class DayLine:
    """A day that is worked and was not, or the other way round, in a preview."""

    day: str
    weekday: str
    before: str
    after: str


def day_lines(days: Sequence[DayChange], year: int) -> list[DayLine]:
    """Without days that were free before and are free for another reason now."""
    return [
        DayLine(
            _day(change.day, year),
            date_format(change.day, "l"),
            _what(change.before, change.day),
            _what(change.after, change.day),
        )
        for change in days
        if _free(change.before, change.day) != _free(change.after, change.day)
    ]


def _free(row: DayOff | None, day: date) -> bool:
    return row.kind in OFF_KINDS if row else day.weekday() >= 5


def _what(row: DayOff | None, day: date) -> str:
    if row:
        return t(DAY_KIND_WORDS[row.kind])
    return t("休息日") if day.weekday() >= 5 else t("工作日")


@dataclass(frozen=True)
class MovedLine:
    """One thing that will be due at another time."""

    title: str
    url: str
    who: str
    before: str
    after: str
    remark: str


@dataclass(frozen=True)
class MovedGroup:
    unit: str
    lines: list[MovedLine]


_REMARKS = {
    "moved": "",
    "required": _("承诺期限不变"),
    "overtaken": _("早于承诺的期限，承诺不变"),
    "day_off": _("成了休息日，期限不变"),
}


def moved_groups(rows: Sequence[Effect], now: datetime) -> list[MovedGroup]:
    """By unit, the one with the most first."""
    groups: dict[str, list[MovedLine]] = {}
    for row in rows:
        groups.setdefault(row.unit, []).append(_moved(row, now))
    return [MovedGroup(unit, lines) for unit, lines in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))]


def _moved(row: Effect, now: datetime) -> MovedLine:
    before = "" if row.kind == "day_off" else _moment(row.before, now)
    remark = _REMARKS[row.kind]
    return MovedLine(t(row.title), row.url, row.who, before, _moment(row.after, now), t(remark) if remark else "")


def _moment(moment: date | datetime | None, now: datetime) -> str:
    if moment is None:
        return t("未定")
    return dates.daytime(moment, now) if isinstance(moment, datetime) else dates.full_day(moment, now)
