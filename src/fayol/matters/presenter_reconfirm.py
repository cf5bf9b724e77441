"""The card that asks a performer again: what moved, what is left, the three answers and what each costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.states import BEFORE_PROMISE, Nature
from fayol.matters.forms_plan import AnswerForm, ReadBackForm
from fayol.matters.plan.models import Reconfirm, plain
from fayol.matters.plan.states import Answer, Asked
from fayol.matters.presenter_effect import Cause, causes_of, reconfirm_track
from fayol.matters.presenter_next import party
from fayol.matters.presenter_plan import slack_words
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person
from fayol.web.http import Problem, components, dates


@dataclass
class Ask:
    """One open card as its reader sees it. `more`: how many others wait on the same task."""

    row: Reconfirm
    viewer: Person
    now: datetime
    more: int = 0
    form: AnswerForm | ReadBackForm | None = None
    problem: Problem | None = None

    @cached_property
    def fields(self) -> AnswerForm | ReadBackForm:
        return self.form or self._empty()

    def _empty(self) -> AnswerForm | ReadBackForm:
        if self.is_figure:
            return ReadBackForm(auto_id="answer-%s")
        initial = {"answer": self.likely, "due_on": self.row.suggested_on}
        return AnswerForm(self.row, initial=initial, auto_id="answer-%s")

    @property
    def is_figure(self) -> bool:
        return self.row.kind == Asked.FIGURE

    @property
    def mine(self) -> bool:
        return self.viewer.pk in (self.row.person_id, self.row.commitment.responsible_id)

    @property
    def broken(self) -> bool:
        return self.row.slack_after is not None and self.row.slack_after < 0

    @property
    def level(self) -> str:
        return "red" if self.broken else "amber"

    @property
    def likely(self) -> str:
        """What most would say: another date when it does not work out any more, else that it stays."""
        return "move" if self.broken and self.row.suggested_on else "keep"

    # ── words ──

    @property
    def bar(self) -> components.MoveBar:
        doing = t("复述%(name)s") % {"name": self.row.figure.name} if self.row.figure else t("重新确认期限")
        meta = t("%(at)s起。请于%(until)s前答复%(asker)s。") % {
            "at": dates.daytime(self.row.asked_at, self.now), "until": dates.daytime(self.row.due_at, self.now),
            "asker": self.asker,
        }  # fmt: skip
        if self.more:
            meta += ngettext("这条任务还有%(n)d张要答复。", "这条任务还有%(n)d张要答复。", self.more) % {"n": self.more}
        if self.mine:
            return components.MoveBar(doing, meta=meta, mine=True, form=True)
        unit = self.row.commitment.performer_unit.name
        words = t("%(unit)s没有账号，请把它的答复记在这里。") % {"unit": unit}
        return components.MoveBar(doing, unit, "", meta + words, form=True)

    @property
    def asker(self) -> str:
        if self.row.figure is not None:
            return self.row.figure.owner_unit.name
        task = self.row.commitment
        return party(task.requester_unit, task.requester)

    @cached_property
    def causes(self) -> list[Cause]:
        return causes_of(self.row, self.now)

    @property
    def summary(self) -> str:
        """One sentence for a list: what moved, and what is left."""
        if self.is_figure:
            return t("%(old)s改为%(new)s。") % {"old": self.shift.old, "new": self.shift.new}
        if not self.causes:
            return ""
        cause = self.causes[0]
        return t("“%(title)s”改到%(day)s，%(left)s。") % {
            "title": cause.title,
            "day": cause.shift.new,
            "left": self.left,
        }

    @property
    def track(self) -> components.Track | None:
        return reconfirm_track(self.row)

    @property
    def was(self) -> str:
        """您的余量原有2天."""
        slack = self.row.slack_before
        return t("原来%(slack)s，") % {"slack": slack_words(slack)} if slack is not None else ""

    @property
    def left(self) -> str:
        slack = self.row.slack_after
        return t("现在%(slack)s") % {"slack": slack_words(slack)} if slack is not None else t("没有定期限")

    @property
    def shift(self) -> components.Shift:
        """The number: what it was, what it is."""
        figure, old, new = self.row.figure, self.row.old_value, self.row.new_value
        word = figure.unit_word if figure else ""
        was = f"{plain(old)}{word}" if old is not None else t("新定")
        return components.Shift(was, f"{plain(new)}{word}" if new is not None else "", "red")

    @property
    def choices(self) -> list[components.Choice]:
        chosen = self.fields.chosen if isinstance(self.fields, AnswerForm) else ""
        given = [("keep", *self._keep()), ("cannot", *self._cannot())]
        first = ("move", *self._move())
        given = [first, *given] if self.likely == "move" else [given[0], first, given[1]]
        return [components.Choice("answer", value, said, costs, value == chosen) for value, said, costs in given]

    def _move(self) -> tuple[str, str]:
        day = self.row.suggested_on
        asker = party(self.row.commitment.requester_unit, self.row.commitment.requester)
        costs = t("按上游新日期顺推。需%(asker)s同意，同意前原期限有效") % {"asker": asker}
        return (t("改到%(day)s") % {"day": dates.full_day(day, self.now)} if day else t("改期"), costs)

    def _keep(self) -> tuple[str, str]:
        day = self.row.due_on
        said = t("仍按%(day)s") % {"day": dates.full_day(day, self.now)} if day else t("仍按原来的办")
        if self.broken:
            left = self.row.workdays + (self.row.slack_after or 0)
            return said, ngettext("办理压到%(n)d天，由您保证", "办理压到%(n)d天，由您保证", max(left, 0)) % {
                "n": max(left, 0)
            }
        return said, t("日期不变，由您保证")

    def _cannot(self) -> tuple[str, str]:
        task = self.row.commitment
        asker = party(task.requester_unit, task.requester)
        if task.state in BEFORE_PROMISE and task.nature == Nature.CONSULTATIVE:
            return t("办不了，退回"), t("须写理由，轮到%(asker)s重新安排") % {"asker": asker}
        return t("办不了，退回"), t("须写理由，任务停在%(asker)s那里，等他决定") % {"asker": asker}

    @property
    def verb(self) -> str:
        return t("提交复述") if self.is_figure else t("提交答复")

    @property
    def after(self) -> str:
        return t("提交后%(asker)s会看到") % {"asker": self.asker}

    @property
    def seen(self) -> str:
        """What the page showed, so that an answer to an older number is not taken for one to the newer."""
        return f"{self.row.new_on or ''}|{plain(self.row.new_value) if self.row.new_value is not None else ''}"


def waiting_words(row: Reconfirm, now: datetime) -> str:
    """已请财务部 周岚重新确认，请于11月19日17:00前答复."""
    who = party(row.commitment.performer_unit, row.person)
    doing = t("复述%(name)s") % {"name": row.figure.name} if row.figure else t("重新确认")
    words = t("已请%(who)s%(doing)s，请于%(until)s前答复。") % {
        "who": who, "doing": doing, "until": dates.daytime(row.due_at, now),
    }  # fmt: skip
    if row.due_at < now:
        hours = work_calendar().worked(row.due_at, now).total_seconds() // 3600
        words += t("已过%(n)d小时。") % {"n": hours}
    return words


def answered_words(row: Reconfirm, now: datetime) -> tuple[str, str, str]:
    """Who, when and what; then the words that came with it."""
    who = row.answered_by.name if row.answered_by else ""
    at = dates.daytime(row.answered_at, now) if row.answered_at else ""
    day = dates.full_day(row.due_on, now) if row.due_on else ""
    if row.figure is not None:
        said = t("复述%(name)s：%(value)s%(unit)s") % {
            "name": row.figure.name, "value": plain(row.new_value), "unit": row.figure.unit_word,
        }  # fmt: skip
    elif row.answer == Answer.KEEP:
        said = t("仍按%(day)s，由他保证") % {"day": day} if day else t("仍按原来的办，由他保证")
    elif row.answer == Answer.MOVE and row.moved_to:
        said = t("要求改到%(day)s") % {"day": dates.full_day(row.moved_to, now)}
    else:
        said = t("办不了")
    return f"{who} {at}", said, row.words
