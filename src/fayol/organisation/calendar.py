"""The working calendars of the organisation, as every process has them at hand.

They are built from a few rows and kept in memory. Each change of them changes a stamp; a process looks at the stamp
every few seconds (one row), and the process that made the change lets go of its copy at once.
"""

from __future__ import annotations

import secrets
import time as clock
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from datetime import time as hour
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from fayol.kernel.worktime import Hours, WorkCalendar, YearTable
from fayol.organisation.calendar_tables import OFFICE, DayOff, National, OwnDay, Rules, Season, YearInfo
from fayol.organisation.models import Calendar, CalendarDay, CalendarStamp, CalendarYear, Unit
from fayol.organisation.states import DayKind

LOOK_AGAIN = 3.0
"""Seconds after which a process asks whether the calendars are still the same."""


def china_table(year: int) -> YearTable:
    """The country's year as it is built in: without the notices that were taken in here."""
    return National().table(year)


@dataclass(frozen=True)
class Plan:
    """All calendars as values. `units` are those units that do not use the default, with their calendar."""

    stamp: str = ""
    national: National = field(default_factory=National)
    rules: Mapping[int, Rules] = field(default_factory=dict)
    default: int | None = None
    units: Mapping[int, int] = field(default_factory=dict)


class Calendars:
    """The plan as calendars one can count with, each made when it is first asked for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._made: dict[int | None, WorkCalendar] = {}

    @property
    def default(self) -> WorkCalendar:
        return self.named(self.plan.default)

    def of(self, unit_id: int | None) -> WorkCalendar:
        """The calendar by which a unit works: its own, else that of the unit above, else the default."""
        own = self.plan.units.get(unit_id or 0)
        return self.default if own is None else self.named(own)

    def among(self, unit_ids: Iterable[int]) -> list[WorkCalendar]:
        """Those by which these units work, each once; the default where there is no unit."""
        return list({id(one): one for one in map(self.of, unit_ids)}.values()) or [self.default]

    def in_use(self) -> list[WorkCalendar]:
        """The default, and those by which some unit works."""
        return [self.named(key) for key in dict.fromkeys([self.plan.default, *self.plan.units.values()])]

    def named(self, calendar_id: int | None) -> WorkCalendar:
        if calendar_id not in self._made:
            rules = self.plan.rules.get(calendar_id or 0, OFFICE)
            table = partial(rules.table, national=self.plan.national)
            zone = ZoneInfo(settings.TIME_ZONE)
            self._made[calendar_id] = WorkCalendar(table=table, tz=zone, hours=rules.hours, name=rules.name)
        return self._made[calendar_id]


def read_plan() -> Plan:
    """As the rows say it now, for this transaction."""
    row = CalendarStamp.objects.first()
    rows = list(Calendar.objects.all())
    own: dict[int, dict[date, OwnDay]] = {row.pk: {} for row in rows}
    national: dict[date, DayOff] = {}
    for day in CalendarDay.objects.all():
        if day.calendar_id is None:
            national[day.date] = DayOff(DayKind(day.kind), day.name, day.source, day.source_date)
        else:
            own[day.calendar_id][day.date] = OwnDay(_WORKS.get(day.kind), hours_from(day.hours) if day.hours else None)
    years = {y.year: YearInfo(y.source, y.source_date) for y in CalendarYear.objects.filter(published=True)}
    return Plan(
        stamp=row.stamp if row else "",
        national=National(national, years),
        rules={row.pk: rules_of(row, own[row.pk]) for row in rows},
        default=next((row.pk for row in rows if row.is_default), None),
        units=_units_with_their_own(),
    )


_WORKS: dict[str, bool] = {DayKind.UNIT_OFF: False, DayKind.UNIT_ON: True}


def rules_of(row: Calendar, days: Mapping[date, OwnDay]) -> Rules:
    seasons = tuple(
        Season(_month_day(season["from"]), _month_day(season["to"]), hours_from(season["hours"]))
        for season in row.seasons
    )
    return Rules(row.name, hours_from(row.hours), seasons, frozenset(row.weekdays), row.keeps_holidays, days)


def hours_from(spans: Any) -> Hours:
    """[["08:30", "12:00"], …] as times; "24:00" is midnight."""
    return tuple((hour.fromisoformat(a), hour.fromisoformat("00:00" if b == "24:00" else b)) for a, b in spans)


def hours_to(hours: Hours) -> list[list[str]]:
    return [[f"{a:%H:%M}", "24:00" if b == hour() else f"{b:%H:%M}"] for a, b in hours]


def _month_day(words: str) -> tuple[int, int]:
    month, _dash, day = words.partition("-")
    return int(month), int(day)


def _units_with_their_own() -> dict[int, int]:
    """Every unit in a subtree that has a calendar of its own; the nearest one above counts."""
    set_here = list(Unit.objects.exclude(calendar=None).order_by("path").values_list("path", "calendar_id"))
    if not set_here:
        return {}
    below = Q()
    for path, _calendar in set_here:
        below |= Q(path__startswith=path)
    found: dict[int, int] = {}
    for pk, path in Unit.objects.filter(below).values_list("pk", "path"):
        near = max((own for own in set_here if path.startswith(own[0])), key=lambda own: len(own[0]))
        if near[1] is not None:
            found[pk] = near[1]
    return found


# ── what this process has at hand ──


@dataclass
class _Kept:
    calendars: Calendars | None = None
    looked_at: float = 0.0


_kept = _Kept()


def calendars() -> Calendars:
    now, kept = clock.monotonic(), _kept.calendars
    if kept is None or now - _kept.looked_at > LOOK_AGAIN:
        stamp = CalendarStamp.objects.values_list("stamp", flat=True).first() or ""
        if kept is None or kept.plan.stamp != stamp:
            kept = Calendars(read_plan())
        _kept.calendars, _kept.looked_at = kept, now
    return kept


def work_calendar(unit_id: int | None = None) -> WorkCalendar:
    """The calendar by which a unit works; without one, the default of the organisation."""
    return calendars().of(unit_id)


def changed() -> None:
    """The rows were changed in this transaction: this process reads them anew, and others when they look again."""
    stamp = secrets.token_hex(16)
    if not CalendarStamp.objects.update(stamp=stamp):
        CalendarStamp.objects.create(pk=1, stamp=stamp)
    forget()
    transaction.on_commit(forget)


def forget() -> None:
    _kept.calendars = None


def without_any(*, look_again: float) -> None:
    """As before anything was set up, without asking the database; for tests, which undo their rows unseen."""
    global LOOK_AGAIN
    LOOK_AGAIN = look_again
    if _kept.calendars is None or _kept.calendars.plan.stamp:
        _kept.calendars = _PRISTINE
    _kept.looked_at = clock.monotonic()


_PRISTINE = Calendars(Plan())
