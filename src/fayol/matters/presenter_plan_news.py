"""What was done to a plan, in words: the lines that the news of an affair gains. Facts and titles in, entries out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.presenter_talk import Entry, author_of
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.web.http import dates

Titles = Mapping[int, str]
Teller = Callable[[dict[str, Any], Titles, datetime], str]


def titles_wanted(facts: Iterable[Fact]) -> set[int]:
    """The tasks that the facts speak of."""
    keys = ("before", "after", "commitment")
    return {fact.data[key] for fact in facts for key in keys if isinstance(fact.data.get(key), int)}


def told(fact: Fact, titles: Titles, now: datetime) -> Entry:
    icon, tell = TELLINGS[fact.verb]
    return Entry(
        seq=fact.seq, icon=icon, who=author_of(fact), said=tell(fact.data, titles, now), at=fact.at,
        words=fact.data.get("words", ""),
    )  # fmt: skip


def _title(titles: Titles, key: int) -> str:
    return t("“%(title)s”") % {"title": titles[key]} if key in titles else t("另一事项的任务")


def _pair(words: str) -> Teller:
    def tell(data: dict[str, Any], titles: Titles, now: datetime) -> str:
        return t(words) % {"before": _title(titles, data["before"]), "after": _title(titles, data["after"])}

    return tell


def _step(data: dict[str, Any], titles: Titles, now: datetime) -> str:
    words = t("排了%(title)s的计划") % {"title": _title(titles, data["commitment"])}
    if data.get("start_on"):
        words += t("，%(day)s开始") % {"day": dates.full_day(date.fromisoformat(data["start_on"]), now)}
    if days := data.get("workdays"):
        words += ngettext("，%(n)d个工作日", "，%(n)d个工作日", days) % {"n": days}
    return words


def _made(data: dict[str, Any], titles: Titles, now: datetime) -> str:
    asked = len(data["asked"])
    words = t("定了计划第%(n)d版") % {"n": data["version"]}
    return words + ngettext("，请%(n)d家确认", "，请%(n)d家确认", asked) % {"n": asked}


def _agreed(data: dict[str, Any], titles: Titles, now: datetime) -> str:
    words = t("为%(unit)s确认计划第%(n)d版") % {"unit": data["unit_name"], "n": data["version"]}
    return words + (t("，各方都已确认") if not data["left"] else "")


def _reminded(data: dict[str, Any], titles: Titles, now: datetime) -> str:
    n = len(data["people"])
    return ngettext("提醒%(n)d家确认计划", "提醒%(n)d家确认计划", n) % {"n": n}


def _at(words: str) -> Teller:
    def tell(data: dict[str, Any], titles: Titles, now: datetime) -> str:
        return t(words) % {"at": dates.daytime(datetime.fromisoformat(data["at"]), now)}

    return tell


def _figure(data: dict[str, Any], titles: Titles, now: datetime) -> str:
    unit = data.get("unit_word", "")
    given = {"name": data["name"], "new": f"{data['new']}{unit}", "old": f"{data['old']}{unit}"}
    return t("定了%(name)s：%(new)s") % given if data["old"] is None else t("把%(name)s由%(old)s改为%(new)s") % given


TELLINGS: dict[str, tuple[str, Teller]] = {
    "plan.linked": ("git-branch", _pair(_("设了先后：%(after)s要等%(before)s"))),
    "plan.tie_changed": ("git-branch", _pair(_("改了%(before)s和%(after)s的衔接"))),
    "plan.unlinked": ("git-branch", _pair(_("去掉了先后：%(after)s不再等%(before)s"))),
    "plan.step_set": ("calendar-time", _step),
    "plan.baseline_made": ("flag-2", _made),
    "plan.acknowledged": ("checks", _agreed),
    "plan.reminded": ("bell-ringing", _reminded),
    "plan.start_announced": ("flag", _at(_("把统一启动定在%(at)s"))),
    "plan.start_cancelled": ("ban", _at(_("取消了%(at)s的统一启动"))),
    "plan.started": ("player-play", _at(_("通知各方统一启动（%(at)s）"))),
    "figure.added": ("clipboard-text", _figure),
    "figure.changed": ("clipboard-text", _figure),
}
"""What is told of; the rest concerns single people and stands on their tasks."""
