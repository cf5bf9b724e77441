"""The call list as it is shown. Presentation; no queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.models import Commitment
from fayol.commitments.presenter import light_of
from fayol.ladders.calls.models import Call
from fayol.ladders.calls.policy import MISSES
from fayol.ladders.calls.queries import Line, Sheet
from fayol.ladders.calls.states import ANSWER_WORDS, RESULT_WORDS, Result
from fayol.ladders.calls.wording import RUNG_WORDS, reasons_of, script_of
from fayol.ladders.forms import CallForm
from fayol.organisation.models import Person, Post
from fayol.web.http import Problem, components, dates


@dataclass(frozen=True)
class Shown:
    """A line of the list. `who` is the post in words, `why` the reasons of the weightiest task."""

    line: Line
    number: int
    now: datetime

    @property
    def person(self) -> Person:
        return self.line.person

    @property
    def url(self) -> str:
        return f"?who={self.line.person.pk}#move"

    @property
    def who(self) -> str:
        return post_words(self.line.post)

    @property
    def why(self) -> str:
        return reasons_of(self.line.things[0].weighed.reasons, self.now)

    @property
    def first(self) -> Commitment:
        return self.line.things[0].row

    @property
    def first_light(self) -> components.Light:
        return light_of(self.first, self.now)

    @property
    def about(self) -> str:
        more = len(self.line.things) - 1
        title = self.first.title
        return (
            ngettext("%(title)s等%(n)d件", "%(title)s等%(n)d件", more + 1) % {"title": title, "n": more + 1}
            if more
            else title
        )

    @property
    def tasks(self) -> list[tuple[Commitment, components.Light, str]]:
        return [
            (thing.row, light_of(thing.row, self.now), reasons_of(thing.weighed.reasons, self.now))
            for thing in self.line.things
        ]

    @property
    def caution(self) -> str:
        """Why somebody else might be the better one to call."""
        if self.line.away:
            return t("今天不在岗")
        if self.line.misses >= MISSES:
            return t("已%(n)d次没接，可改打") % {"n": self.line.misses}
        if self.line.is_leader and self.others:
            return t("领导事忙，可先问秘书")
        if not self.person.mobile:
            return t("没有登记手机，可改打")
        return t("上午没接，再打一次") if self.line.misses else ""

    @property
    def others(self) -> list[tuple[Person, str]]:
        return [(other.person, t(RUNG_WORDS[other.role])) for other in self.line.others]


@dataclass(frozen=True)
class Made:
    """A call of today, as it is told."""

    call: Call
    now: datetime

    @property
    def words(self) -> str:
        result = t(RESULT_WORDS[self.call.result])
        given = list(self.call.promises.all())
        if given:
            parts = {"day": dates.full_day(given[0].day, self.now), "answer": t(ANSWER_WORDS[given[0].answer])}
            return t("答应%(day)s，%(answer)s") % parts
        if self.call.result == Result.MISSED and self.call.again_at:
            return t("%(result)s，%(at)s再打") % {"result": result, "at": dates.daytime(self.call.again_at, self.now)}
        return result


@dataclass
class CallPage:
    """The list with the call that is being made. `form` as filled in, when it was refused."""

    sheet: Sheet
    viewer: Person
    post: Post | None
    now: datetime
    current: Line | None
    form: CallForm | None = None
    problem: Problem | None = None

    def __post_init__(self) -> None:
        if self.form is None and self.current is not None:
            self.form = CallForm([thing.row for thing in self.current.things])

    @cached_property
    def lines(self) -> list[Shown]:
        return [Shown(line, number, self.now) for number, line in enumerate(self.sheet.lines, start=1)]

    @cached_property
    def shown(self) -> Shown | None:
        return next((one for one in self.lines if one.line is self.current), None)

    @property
    def script(self) -> list[str]:
        unit = self.post.unit.name if self.post else ""
        return script_of(self.current, f"{unit}{self.viewer.name}", self.now) if self.current else []

    @property
    def made(self) -> list[Made]:
        return [Made(call, self.now) for call in self.sheet.made]

    @property
    def outcry(self) -> str:
        """What was refused, when no field stands there to say it."""
        if self.problem is None or self.problem.code == "form":
            return ""
        return "" if self.problem.field in ("day", "words", "items") else self.problem.sentence


def post_words(post: Post | None) -> str:
    return f"{post.unit.name} {post.words}" if post else ""
