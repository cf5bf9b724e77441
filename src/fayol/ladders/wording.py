"""Ladders in words. Presentation; no queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as t

from fayol.commitments.states import URGENCY_WORDS
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.policy import Ladder, Rung
from fayol.ladders.queries import LadderView, RungView
from fayol.ladders.states import KIND_WORDS, LEVEL_WORDS, SKIP_WORDS, Kind, Mark, Origin, Unit
from fayol.ladders.terms import DUE_WORDS, KLASS_WORDS, START_WORDS
from fayol.web.http import components, dates

_AMOUNT: dict[str, str] = {
    Unit.MINUTES: _("%(n)s工作分钟"),
    Unit.WORKDAYS: _("%(n)s个工作日"),
    Unit.HOURS: _("%(n)s小时"),
}
_STATE = {Mark.DONE: "done", Mark.SKIPPED: "todo", Mark.NEXT: "next", Mark.PAUSED: "next", Mark.MUTED: "next"}


def name_of(ladder: Ladder) -> str:
    """办理 加急 重大"""
    words = [t(KIND_WORDS[ladder.kind]), t(URGENCY_WORDS[ladder.urgency])]
    return "，".join([*words, t(KLASS_WORDS[ladder.klass])] if ladder.klass else words)


def amount_of(n: int, unit: Unit) -> str:
    """3.5个工作小时, 2个工作日, 4小时."""
    if unit is Unit.MINUTES and n % 30 == 0:
        hours = f"{n / 60:.1f}".removesuffix(".0")
        return t("%(n)s个工作小时") % {"n": hours}
    return t(_AMOUNT[unit]) % {"n": n}


def when_of(rung: Rung, kind: Kind) -> str:
    """期限前2个工作日; 签收时限到; 交办后1小时."""
    from_start = rung.origin is Origin.START
    origin = t((START_WORDS if from_start else DUE_WORDS)[kind])
    if rung.n == 0:
        return (t("%(origin)s时") if from_start else t("%(origin)s到")) % {"origin": origin}
    words = t("%(origin)s前%(amount)s") if rung.n < 0 else t("%(origin)s后%(amount)s")
    return words % {"origin": origin, "amount": amount_of(abs(rung.n), rung.unit)}


def drawn(ladder: Ladder) -> list[components.Rung]:
    """The rungs from the highest down, for the component."""
    return [
        components.Rung("plain", t(LEVEL_WORDS[rung.level]), "", when_of(rung, ladder.kind), rung.words)
        for rung in reversed(ladder.rungs)
    ]


def climbed(view: LadderView, now: datetime) -> list[components.Rung]:
    """The same of one promise: who was reached when, who comes next."""
    return [_climbed(rung, view, now) for rung in reversed(view.rungs)]


def _climbed(rung: RungView, view: LadderView, now: datetime) -> components.Rung:
    who = rung.person.name if rung.person else ""
    when = dates.daytime(rung.when, now) if rung.when else ""
    level = t(LEVEL_WORDS[rung.level])
    if rung.why is not None:
        why = t(SKIP_WORDS[rung.why]).format(level=level)
        passed = t("跳过") if rung.mark is Mark.SKIPPED else when
        return components.Rung("todo", level, "", passed, why)
    notes = {Mark.PAUSED: t("暂停中"), Mark.MUTED: t("停催中"), Mark.NEXT: t("下一级")}
    return components.Rung(_STATE.get(rung.mark, "todo"), level, who, when, notes.get(rung.mark, ""))


def standing(view: LadderView, now: datetime) -> str:
    """One sentence: what the ladder does now, and why."""
    if view.ended:
        return t("阶梯已结束。")
    if until := view.muted(now):
        by = view.climb.muted_by.name if view.climb.muted_by else ""
        parts = {"by": by, "day": dates.full_day(until, now), "why": view.climb.mute_reason}
        return t("%(by)s停催到%(day)s：%(why)s") % parts
    if until := view.paused(now):
        return t("反馈里写了下次日期，催办暂停到%(day)s。") % {"day": dates.full_day(until, now)}
    if view.standing_still:
        return t("现在不在这一边，阶梯停着。")
    return ""


def half_words(half: int) -> str:
    return t("上午") if half == 0 else t("下午")


def levels_of(ladders: Sequence[Ladder]) -> list[tuple[str, list[Ladder]]]:
    """By kind, as the page of policies shows them; those of one class of affair last."""
    ordered = sorted(ladders, key=lambda ladder: bool(ladder.klass))
    return [(t(_KIND_TITLES[kind]), [ladder for ladder in ordered if ladder.kind is kind]) for kind in Kind]


_KIND_TITLES: dict[str, str] = {
    Kind.SIGN: _("催签收"),
    Kind.DELIVER: _("催办理"),
    Kind.ANSWER: _("催答复"),
}
