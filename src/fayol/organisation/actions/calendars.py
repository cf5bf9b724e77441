"""The working calendars: taking a notice in, calendars of the organisation, their own days, which unit uses which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from fayol.facts.journal import record
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import USUAL_HOURS, Hours, check_hours
from fayol.organisation import access, calendar, effects
from fayol.organisation.actions.shared import check_version, locked
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar_tables import National
from fayol.organisation.models import Calendar, CalendarDay, CalendarStamp, CalendarYear, NoticeDraft, Unit
from fayol.organisation.proposals import Proposal, propose
from fayol.organisation.states import DayKind

AHEAD = timedelta(days=800)
"""How far a changed rule of a calendar is followed when days off are looked for."""
STANDARD = _("标准日历")
YEARS_WATCHED = range(-1, 4)


@dataclass(frozen=True)
class SeasonFields:
    """Other hours from one day ("06-01") to another of each year."""

    first: str
    last: str
    hours: Hours


@dataclass(frozen=True, kw_only=True)
class CalendarFields:
    """What a calendar says. `weekdays` from Monday 0."""

    name: str
    hours: Hours = USUAL_HOURS
    weekdays: frozenset[int] = frozenset(range(5))
    keeps_holidays: bool = True
    season: SeasonFields | None = None

    def columns(self) -> dict[str, Any]:
        season = self.season
        return {
            "name": self.name.strip(),
            "hours": calendar.hours_to(self.hours),
            "weekdays": sorted(self.weekdays),
            "keeps_holidays": self.keeps_holidays,
            "seasons": [{"from": season.first, "to": season.last, "hours": calendar.hours_to(season.hours)}]
            if season
            else [],
        }


@dataclass(frozen=True, kw_only=True)
class DayFields:
    """A day of a calendar's own: worked, not worked, or (`works` None) at other hours. `reason` is shown."""

    day: date
    works: bool | None
    reason: str
    source: str = ""
    hours: Hours | None = None


def _one_at_a_time() -> None:
    """Whoever changes a calendar waits for whoever does: previews and effects are of one plan."""
    CalendarStamp.objects.get_or_create(pk=1, defaults={"stamp": ""})
    CalendarStamp.objects.select_for_update().get(pk=1)


# ── the country's year ──


@transaction.atomic
def take_notice(text: str, *, name: str = "", year: int | None = None, by: Actor, now: datetime) -> NoticeDraft:
    """Keep a notice for its preview, in place of the one the person kept before. Refused when it is none."""
    access.require(access.can_edit(by.person), by)
    assert by.person is not None
    propose(text, year=year)
    NoticeDraft.objects.filter(taken_by=by.person).delete()
    return NoticeDraft.objects.create(taken_by=by.person, name=name[:200], text=text, year=year, taken_at=now)


@transaction.atomic
def apply_notice(draft: NoticeDraft, *, fingerprint: str, by: Actor, now: datetime) -> effects.Outcome:
    """Take a notice in as it was previewed; stale when the calendars were changed since. The draft is gone then."""
    access.require(access.can_edit(by.person), by)
    outcome = publish(draft.text, year=draft.year, fingerprint=fingerprint, by=by, now=now)
    draft.delete()
    return outcome


@transaction.atomic
def publish(
    text: str, *, year: int | None = None, fingerprint: str | None = None, by: Actor, now: datetime
) -> effects.Outcome:
    """Write the year down, count every deadline anew and tell those concerned.

    Refused when the notice contradicts itself, or says what holds already.
    """
    access.require(access.can_edit(by.person), by)
    _one_at_a_time()
    found = propose(text, year=year)
    if fingerprint is not None and fingerprint != found.fingerprint:
        raise Stale
    if found.notice.problems:
        raise Refused("contradiction", _("通知里有{n}处前后不一，请先核对改正。"), n=len(found.notice.problems))
    if found.national == found.before.plan.national:
        raise Refused("nothing_changed", _("这份通知已经采用，没有要改的。"))
    _write(found)
    calendar.changed()
    verb = "calendar.corrected" if found.notice.correction else "calendar.published"
    record("calendar_year", found.notice.year, verb, by=by, now=now, data=_told(found))
    return effects.carry_out(found.change, by=by, now=now)


def _write(found: Proposal) -> None:
    old, new = found.before.plan.national, found.national
    gone = [day for day, row in old.days.items() if new.days.get(day) != row]
    CalendarDay.objects.filter(calendar=None, date__in=gone).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, kind=row.kind, name=row.name[:60], source=row.source, source_date=row.source_date)
        for day, row in new.days.items()
        if old.days.get(day) != row
    )
    year = found.notice.year
    for near in range(year - 1, year + 2):
        _look_at(near, new)
    if not found.notice.correction:
        values = {"published": True, "source": found.notice.source, "source_date": found.notice.issued_on}
        CalendarYear.objects.filter(year=year).update(**values)


def _look_at(year: int, national: National) -> None:
    values = {"fingerprint": national.fingerprint(year), "assumed": national.assumed(year)}
    CalendarYear.objects.update_or_create(year=year, defaults=values)


def _told(found: Proposal) -> dict[str, Any]:
    days = found.national.deviations(found.notice.year)
    return {
        "source": found.notice.source,
        "issued_on": found.notice.issued_on.isoformat() if found.notice.issued_on else None,
        "off": [day.isoformat() for day, row in sorted(days.items()) if row.kind is DayKind.HOLIDAY],
        "makeup": [day.isoformat() for day, row in sorted(days.items()) if row.kind is DayKind.MAKEUP],
    }


@transaction.atomic
def look_at_years(*, now: datetime) -> int:
    """Notice that the built-in holidays know more than when deadlines were last counted, as after an upgrade.

    How many years were not what they had been. A year seen for the first time is only written down.
    """
    plan = calendar.read_plan()
    known = {row.year: row for row in CalendarYear.objects.all()}
    this_year = calendar.work_calendar().local_day(now).year
    found = 0
    for year in (this_year + ahead for ahead in YEARS_WATCHED):
        row = known.get(year)
        if row and row.fingerprint == plan.national.fingerprint(year):
            continue
        _look_at(year, plan.national)
        if row and row.fingerprint:
            found += 1
            _follow_year(year, calendar.Calendars(plan), was_assumed=row.assumed, now=now)
    return found


def _follow_year(year: int, after: calendar.Calendars, *, was_assumed: bool, now: datetime) -> None:
    published = was_assumed and not after.plan.national.assumed(year)
    why = f"{year}年放假安排已公布（随系统更新）" if published else f"{year}年节假日数据有更新"
    record("calendar_year", year, "calendar.updated", by=SYSTEM, now=now, data={"words": why})
    change = effects.Change(after=after, first=date(year, 1, 1), last=date(year, 12, 31), why=why)
    effects.carry_out(change, by=SYSTEM, now=now)


# ── calendars of the organisation ──


@transaction.atomic
def save_calendar(
    row: Calendar | None, *, fields: CalendarFields, by: Actor, now: datetime, expect: int | None = None
) -> Calendar:
    """Make a calendar, or change what it says. Refused without a name, weekday or sensible hours, or for a name that
    another has."""
    access.require(access.can_edit(by.person), by)
    _one_at_a_time()
    _check_fields(fields, row)
    before = calendar.Calendars(calendar.read_plan())
    if row is None:
        row = Calendar(version=0)
    else:
        row = locked(row)
        check_version(row, expect)
    told = {name: value for name, value in fields.columns().items() if getattr(row, name) != value or not row.pk}
    for name, value in told.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    calendar.changed()
    record("calendar", row.pk, "calendar.saved", by=by, now=now, data={"set": told})
    _carry(row, before, f"工作日历“{row.name}”的上班时间有变化", by=by, now=now)
    return row


@transaction.atomic
def standard_calendar(*, by: Actor, now: datetime) -> Calendar:
    """The default calendar as a row, made when it is first to be changed."""
    access.require(access.can_edit(by.person), by)
    _one_at_a_time()
    row = Calendar.objects.filter(is_default=True).first()
    if row is None:
        row = Calendar.objects.create(name=STANDARD, is_default=True)
        calendar.changed()
        record("calendar", row.pk, "calendar.saved", by=by, now=now, data={"set": {"name": row.name, "default": True}})
    return row


def _check_fields(fields: CalendarFields, row: Calendar | None) -> None:
    if not fields.name.strip():
        raise Refused("name_missing", _("请给日历起个名字，例如：二车间倒班。"), field="name")
    if Calendar.objects.filter(name=fields.name.strip()).exclude(pk=row.pk if row else 0).exists():
        raise Refused("name_taken", _("已有叫“{name}”的日历。"), field="name", name=fields.name.strip())
    if not fields.weekdays:
        raise Refused("no_weekday", _("请至少勾选一天上班。"), field="weekdays")
    if not check_hours(fields.hours):
        raise Refused("hours", _("上班时间要前后相接、不重叠，例如：08:30-12:00 13:30-17:30。"), field="hours")
    if fields.season and not check_hours(fields.season.hours):
        raise Refused("hours", _("上班时间要前后相接、不重叠，例如：08:30-12:00 15:00-18:00。"), field="season_hours")


@transaction.atomic
def set_day(row: Calendar, *, fields: DayFields, by: Actor, now: datetime) -> CalendarDay:
    """An exception of the organisation's own, with its reason; in place of the one of that day. Refused without a
    reason, and for a day that has passed."""
    access.require(access.can_edit(by.person), by)
    _one_at_a_time()
    row = locked(row)
    if len(fields.reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明原因，大家会在日历上看到。"), field="reason")
    if fields.day < calendar.work_calendar().local_day(now):
        raise Refused("past_date", _("{day}已经过去，不能再改。"), field="day", day=fields.day)
    if fields.works is None and not fields.hours:
        raise Refused("hours", _("请写当天的上班时间，例如：08:30-12:00。"), field="hours")
    if fields.hours and not check_hours(fields.hours):
        raise Refused("hours", _("上班时间要前后相接、不重叠，例如：08:30-12:00 13:30-17:30。"), field="hours")
    before = calendar.Calendars(calendar.read_plan())
    kind = {None: DayKind.WORKDAY, True: DayKind.UNIT_ON, False: DayKind.UNIT_OFF}[fields.works]
    values: dict[str, Any] = {
        "kind": kind,
        "hours": calendar.hours_to(fields.hours) if fields.hours and fields.works is not False else None,
        "name": fields.reason.strip()[:60],
        "source": fields.source.strip()[:200],
        "source_date": calendar.work_calendar().local_day(now),
    }
    day, _made = CalendarDay.objects.update_or_create(calendar=row, date=fields.day, defaults=values)
    calendar.changed()
    told = {"date": fields.day.isoformat(), "kind": kind, "reason": day.name, "hours": values["hours"]}
    record("calendar", row.pk, "calendar.day_set", by=by, now=now, data=told)
    _carry(row, before, f"{_words(fields.day)}{_WHAT[kind]}：{day.name}", by=by, now=now, on=fields.day)
    return day


_WHAT = {DayKind.UNIT_OFF: "不上班", DayKind.UNIT_ON: "上班", DayKind.WORKDAY: "上班时间有变化"}


@transaction.atomic
def clear_day(day: CalendarDay, *, by: Actor, now: datetime) -> None:
    """The day is again what the calendar says. Refused once it has passed."""
    access.require(access.can_edit(by.person), by)
    _one_at_a_time()
    day = locked(day)
    assert day.calendar is not None
    if day.date < calendar.work_calendar().local_day(now):
        raise Refused("past_date", _("{day}已经过去，不能再改。"), day=day.date)
    row, before = day.calendar, calendar.Calendars(calendar.read_plan())
    day.delete()
    calendar.changed()
    record("calendar", row.pk, "calendar.day_cleared", by=by, now=now, data={"date": day.date.isoformat()})
    _carry(row, before, f"{_words(day.date)}恢复原来的安排", by=by, now=now, on=day.date)


@transaction.atomic
def assign_calendar(unit: Unit, *, row: Calendar | None, by: Actor, now: datetime) -> Unit:
    """Let a unit, and what is below it, work by a calendar; None: by that of the unit above. No fact when it does."""
    access.require(access.can_edit(by.person), by)
    _one_at_a_time()
    unit = locked(unit)
    if unit.calendar_id == (row.pk if row else None):
        return unit
    before = calendar.Calendars(calendar.read_plan())
    unit.calendar, unit.version = row, unit.version + 1
    unit.save(update_fields=["calendar", "version"])
    calendar.changed()
    name = row.name if row else STANDARD
    record("unit", unit.pk, "unit.updated", by=by, now=now, data={"changed": {"calendar": name}})
    why = f"{unit.name}改按工作日历“{name}”上班"
    after = calendar.Calendars(calendar.read_plan())
    touched = _differing(before.plan.units, after.plan.units)
    today = after.default.local_day(now)
    off = effects.turned_off(before, after, today, today + AHEAD, unit.pk)
    change = effects.Change(after, today, today + AHEAD, why, off, frozenset(touched), before)
    effects.carry_out(change, by=by, now=now)
    return unit


def _differing(old: Mapping[int, int], new: Mapping[int, int]) -> set[int]:
    return {pk for pk in old.keys() | new.keys() if old.get(pk) != new.get(pk)}


def _carry(
    row: Calendar, before: calendar.Calendars, why: str, *, by: Actor, now: datetime, on: date | None = None
) -> None:
    """The effects of a change of one calendar, for the units that work by it."""
    after = calendar.Calendars(calendar.read_plan())
    today = after.default.local_day(now)
    first, last = (on, on) if on else (today, today + AHEAD)
    units = {pk for pk, used in after.plan.units.items() if used == row.pk}
    if not units and not row.is_default:
        return
    whose = None if row.is_default else min(units)
    off = effects.turned_off(before, after, first, last, whose)
    change = effects.Change(after, first, last, why, off, None if row.is_default else frozenset(units), before)
    effects.carry_out(change, by=by, now=now)


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
