"""Dates as people write them (design guide §3): no zero padding, no spaces, the year only when it is another one."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.dateformat import format as put
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Moment = date | datetime


def local(moment: Moment) -> Moment:
    """An instant in local time; a date, or a time without zone, as it is."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return moment.astimezone(timezone.get_current_timezone())
    return moment


def day_of(moment: Moment) -> date:
    moment = local(moment)
    return moment.date() if isinstance(moment, datetime) else moment


def near_word(moment: Moment, now: datetime) -> str:
    """昨天, 今天, 明天, or nothing."""
    distance = (day_of(moment) - day_of(now)).days
    return {-1: _("昨天"), 0: _("今天"), 1: _("明天")}.get(distance, "")


def full_day(moment: Moment, now: datetime) -> str:
    """11月30日; 2027年1月4日 when the year is not that of `now`."""
    on = day_of(moment)
    return put(on, _("n月j日") if on.year == day_of(now).year else _("Y年n月j日"))


def day(moment: Moment, now: datetime) -> str:
    """今天, 明天, 11月30日."""
    return near_word(moment, now) or full_day(moment, now)


def clock(moment: datetime) -> str:
    """09:05."""
    return put(local(moment), "H:i")


def daytime(moment: datetime, now: datetime) -> str:
    """今天09:05, 11月19日17:00."""
    return _("%(day)s%(time)s") % {"day": day(moment, now), "time": clock(moment)}


def grid_day(moment: Moment, now: datetime) -> str:
    """11-30; 2027-01-04 when the year is not that of `now`."""
    on = day_of(moment)
    return put(on, "m-d" if on.year == day_of(now).year else "Y-m-d")


def slash_day(moment: Moment) -> str:
    """11/30, for below stages and in plans."""
    return put(day_of(moment), "n/j")


def weekday(moment: Moment) -> str:
    """星期三."""
    return date_format(day_of(moment), "l")


def workdays_since(moment: Moment, now: datetime) -> str:
    """How long the ball has lain there: 今天起, 2个工作日."""
    from fayol.organisation.calendar import work_calendar

    count = work_calendar().workdays_between(day_of(moment), day_of(now))
    if count <= 0 and day_of(moment) == day_of(now):
        return _("今天起")
    return ngettext("%(n)d个工作日", "%(n)d个工作日", max(count, 0)) % {"n": max(count, 0)}


def workdays_left(moment: Moment, now: datetime) -> int:
    """Working days from today up to and including that day; negative once it is past."""
    from fayol.organisation.calendar import work_calendar

    return work_calendar().workdays_between(day_of(now), day_of(moment))
