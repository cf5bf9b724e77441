"""What was agreed on, in words: what differs from version to version, who has agreed, what was changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.kernel.text import gettext_noop as _
from fayol.matters.plan.models import Acknowledgement, Baseline, BaselineLine
from fayol.matters.plan.queries import Comparison, Difference
from fayol.web.http import components, dates

WHAT: dict[str, str] = {
    "new": _("新加"),
    "gone": _("撤出"),
    "due_on": _("期限"),
    "start_on": _("开始"),
    "workdays": _("工期"),
    "condition": _("完成标准"),
    "unit": _("承办单位"),
    "needs": _("前置"),
    "input": _("前置的日期"),
}


@dataclass(frozen=True)
class Changed:
    """One thing that differs: its name, and the old value beside the new one where there are two."""

    label: str
    shift: components.Shift | None = None


@dataclass(frozen=True)
class Diff:
    title: str
    unit: str
    changes: list[Changed]


def diffs_of(differences: Iterable[Difference], titles: Mapping[int, str], now: datetime) -> list[Diff]:
    """`titles` by commitment, for what a task needs."""
    return [Diff(one.title, one.unit, [_changed(one, what, titles, now) for what in one.what]) for one in differences]


def _changed(one: Difference, what: str, titles: Mapping[int, str], now: datetime) -> Changed:
    label = t(WHAT.get(what, what))
    if one.before is None or one.after is None:
        line = one.after or one.before
        due = line.due_on if line else None
        return Changed(label + (t("，期限%(day)s") % {"day": dates.full_day(due, now)} if due else ""))
    if what == "input":
        return Changed(label)
    old, new = (_value(line, what, titles, now) for line in (one.before, one.after))
    return Changed(label, components.Shift(old or t("没有"), new or t("没有")))


def _value(line: BaselineLine, what: str, titles: Mapping[int, str], now: datetime) -> str:
    if what == "unit":
        return line.unit.name
    if what == "needs":
        return "、".join(titles.get(need["before"], t("另一事项的任务")) for need in line.needs)
    value = getattr(line, what)
    if isinstance(value, date):
        return dates.full_day(value, now)
    if what == "workdays" and value:
        return ngettext("%(n)d个工作日", "%(n)d个工作日", value) % {"n": value}
    return str(value or "")


@dataclass(frozen=True)
class Party:
    """A unit and how far its agreement is."""

    row: Acknowledgement
    receipt: components.Receipt
    mine: bool


def parties_of(rows: Sequence[Acknowledgement], mine: Mapping[int, bool], now: datetime) -> list[Party]:
    """`mine`: by key, whether the viewer may agree for it."""
    return [Party(row, _receipt(row, now), bool(mine.get(row.pk))) for row in rows]


def _receipt(row: Acknowledgement, now: datetime) -> components.Receipt:
    if row.acknowledged_at:
        name = row.acknowledged_by.name if row.acknowledged_by else ""
        words = t("%(name)s%(at)s确认") % {"name": name, "at": dates.daytime(row.acknowledged_at, now)}
        return components.Receipt("self", words)
    if not row.asked:
        return components.Receipt("sent", t("没有改到它，只告知"))
    if row.reminded_at:
        return components.Receipt("read", t("待确认，%(at)s提醒过") % {"at": dates.daytime(row.reminded_at, now)})
    return components.Receipt("read", t("待确认"))


def standing_words(rows: Sequence[Acknowledgement]) -> str:
    """10家要确认，7家已确认."""
    asked = [row for row in rows if row.asked]
    done = sum(row.acknowledged_at is not None for row in asked)
    if not asked:
        return t("没有哪家要确认")
    if done == len(asked):
        return t("%(n)d家全部确认") % {"n": done}
    return t("%(n)d家要确认，%(done)d家已确认") % {"n": len(asked), "done": done}


def drift_words(one: Comparison, now: datetime) -> str:
    """晚4天, 早1天, 基线之后加的."""
    if one.line is None:
        return t("基线之后加的")
    if one.gone:
        return t("已撤销")
    if one.days > 0:
        return ngettext("晚%(n)d个工作日", "晚%(n)d个工作日", one.days) % {"n": one.days}
    if one.days < 0:
        return ngettext("早%(n)d个工作日", "早%(n)d个工作日", -one.days) % {"n": -one.days}
    return t("日期有变")


def effect_words(effect: Mapping[str, Any]) -> str:
    """What a change order did to others, from what was kept of it."""
    lines = effect.get("lines", ())
    if not lines:
        return t("不影响别的任务")
    units = len({line["unit"] for line in lines})
    words = t("影响%(units)d个单位%(tasks)d项任务") % {"units": units, "tasks": len(lines)}
    broken = sum((line["slack"][1] or 0) < 0 for line in lines)
    return words + (t("，其中%(n)d项来不及") % {"n": broken} if broken else "")


def my_bar(row: Acknowledgement, baseline: Baseline, now: datetime) -> components.MoveBar:
    doing = t("确认计划第%(n)d版") % {"n": baseline.version}
    meta = t("为%(unit)s确认，%(at)s发来。") % {"unit": row.unit.name, "at": dates.daytime(row.asked_at, now)}
    return components.MoveBar(doing, meta=meta, mine=True, form=True)


def their_bar(waited: Sequence[Acknowledgement], standing: str, now: datetime) -> components.MoveBar:
    if not waited:
        return components.MoveBar(t("计划已由各方确认"), meta=standing)
    first = waited[0]
    more = len(waited) - 1
    rest = ngettext("，另有%(n)d家", "，另有%(n)d家", more) % {"n": more} if more else ""
    who = first.person.name if first.person else first.unit.name
    doing = t("确认计划%(rest)s") % {"rest": rest}
    return components.MoveBar(
        doing, who, first.unit.name, t("%(standing)s。现在不需要您操作。") % {"standing": standing}
    )
