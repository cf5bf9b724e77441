"""Rules and occasions in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as t

from fayol.kernel.recurrence import LAST_DAY, Every, Rhythm, Shift
from fayol.kernel.text import gettext_noop as _
from fayol.matters.recurring.policy import Round

WEEKDAY_WORDS = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
_EVERY_WEEKDAY = (_("每周一"), _("每周二"), _("每周三"), _("每周四"), _("每周五"), _("每周六"), _("每周日"))
EVERY_WORDS: dict[str, str] = {
    Every.WEEK: _("每周"),
    Every.MONTH: _("每月"),
    Every.QUARTER: _("每季"),
    Every.HALF: _("每半年"),
    Every.YEAR: _("每年"),
    Every.DAY: _("每个工作日"),
}
SHIFT_WORDS: dict[str, str] = {
    Shift.BEFORE: _("提前到前一个工作日"),
    Shift.AFTER: _("顺延到后一个工作日"),
}


def rule_words(rrule: str) -> str:
    """每周五下班前, 每月5日前, 每季第3个月最后一天前."""
    rhythm = Rhythm.read(rrule)
    if rhythm.every is Every.DAY:
        return t("每个工作日下班前")
    if rhythm.every is Every.WEEK:
        if rhythm.interval == 1:
            return t("%(weekday)s下班前") % {"weekday": t(_EVERY_WEEKDAY[rhythm.weekday])}
        return t("每%(n)d周的%(weekday)s下班前") % {"n": rhythm.interval, "weekday": t(WEEKDAY_WORDS[rhythm.weekday])}
    day = t("最后一天") if rhythm.day == LAST_DAY else t("%(day)d日") % {"day": rhythm.day}
    if rhythm.every is Every.MONTH:
        return t("每月%(day)s前") % {"day": day}
    if rhythm.every is Every.YEAR:
        return t("每年%(month)d月%(day)s前") % {"month": rhythm.month, "day": day}
    every = t(EVERY_WORDS[rhythm.every])
    return t("%(every)s第%(month)d个月%(day)s前") % {"every": every, "month": rhythm.month, "day": day}


def lead_words(lead: int) -> str:
    return t("提前%(n)d个工作日布置") % {"n": lead} if lead else t("当天早上布置")


@dataclass(frozen=True, slots=True)
class Coming:
    """One of the occasions to come, and from what day it was moved."""

    opens_on: date
    due_on: date
    moved_from: date | None


def coming(occasion: Round) -> list[Coming]:
    days = sorted({one.due_on for _calendar, one in occasion.parts})
    return [Coming(occasion.opens_on, day, occasion.day if occasion.day != day else None) for day in days]
