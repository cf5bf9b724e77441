"""政令传达图 as it is drawn: one bar for each unit of a level. Presentation; no queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as t

from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import WorkCalendar
from fayol.notices.models import Notice
from fayol.notices.queries_reach import Branch
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Unit
from fayol.web.http import components

PIECES = (
    ("self", "confirmed", _("本人已确认")),
    ("read", "read", _("已读未确认")),
    ("proxy", "by_others", _("代签或转告，本人未确认")),
    ("sent", "unread", _("已到系统未读")),
    ("fail", "unreached", _("未送达")),
)
LEVEL_WORDS = (_("第一级"), _("第二级"), _("第三级"), _("第四级"), _("第五级"))


@dataclass(frozen=True)
class Piece:
    """A part of a bar, in hundredths of its length."""

    kind: str
    words: str
    number: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A unit with all below it, or a level of the tree."""

    branch: Branch
    name: str
    opens: bool
    calendar: WorkCalendar

    @property
    def pieces(self) -> Iterator[Piece]:
        at = 0.0
        for kind, name, words in PIECES:
            number = getattr(self.branch, name)
            width = 100 * number / self.branch.people
            if number:
                yield Piece(kind, t(words), number, round(at, 3), round(width, 3))
            at += width

    @property
    def said(self) -> str:
        """The bar as a sentence."""
        parts = [t("%(words)s%(n)d人") % {"words": one.words, "n": one.number} for one in self.pieces]
        return t("%(name)s：%(parts)s") % {"name": self.name, "parts": "，".join(parts)}

    @property
    def share(self) -> str:
        return f"{self.branch.confirmed}/{self.branch.people}"

    @property
    def stopped(self) -> str:
        """Where it stopped: at what the most of those who have not confirmed stand."""
        rest = [(getattr(self.branch, name), t(words)) for kind, name, words in PIECES if kind != "self"]
        number, words = max(rest, key=lambda one: one[0])
        return t("%(n)d人%(words)s") % {"n": number, "words": words} if number else ""

    @property
    def median(self) -> str:
        """The middle confirming in working time, by the unit's calendar: exact where all were asked at one instant."""
        asked = self.branch.asked_at
        if self.branch.median is None or asked is None:
            return ""
        return span_words(self.calendar.worked(asked, asked + timedelta(seconds=float(self.branch.median))))


def span_words(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return t("不到1分钟")
    if minutes < 60:
        return t("%(n)d分钟") % {"n": minutes}
    hours, rest = divmod(minutes, 60)
    return t("%(h)d小时%(m)d分") % {"h": hours, "m": rest} if rest else t("%(h)d小时") % {"h": hours}


@dataclass(frozen=True)
class ReachPage:
    notice: Notice
    unit: Unit | None
    above: list[Unit]
    branches: list[Branch]
    by_level: list[Branch]

    @property
    def bars(self) -> list[Bar]:
        return [
            Bar(
                one, t("%(unit)s本级") % {"unit": one.name} if one.own else one.name, not one.own and one.units > 1,
                work_calendar(one.unit_id),
            )
            for one in self.branches
        ]  # fmt: skip

    @property
    def levels(self) -> list[Bar]:
        return [Bar(one, _level(one.unit_id), opens=False, calendar=work_calendar()) for one in self.by_level]

    @property
    def legend(self) -> list[tuple[str, str]]:
        return [(kind, t(words)) for kind, _name, words in PIECES]

    @property
    def crumbs(self) -> list[components.Crumb]:
        """From the whole house down to the unit that is shown."""
        steps = [components.Crumb(t("全部"), "?")]
        steps += [components.Crumb(unit.name, f"?unit={unit.pk}") for unit in self.above]
        return [*steps, components.Crumb(self.unit.name)] if self.unit else []


def _level(n: int) -> str:
    return t(LEVEL_WORDS[n - 1]) if n <= len(LEVEL_WORDS) else t("第%(n)d级") % {"n": n}
