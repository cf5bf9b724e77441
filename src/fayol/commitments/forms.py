"""What each move asks to be filled in. Forms judge shape; the actions judge meaning."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import transaction
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments import actions
from fayol.commitments.actions import Standstill
from fayol.commitments.formparts import FilesField, StyledForm, day_field, words_field
from fayol.commitments.models import Commitment
from fayol.commitments.states import MOVE_WORDS, Move
from fayol.files.store import keep
from fayol.organisation.actor import Actor
from fayol.organisation.forms import PersonField, UnitField
from fayol.organisation.queries import roster, units_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class MoveForm(StyledForm):
    """One move of one promise. `after` says what happens on sending, with {requester} and {performer} filled in."""

    move: ClassVar[Move]
    button: ClassVar[StrOrPromise] = ""
    after: ClassVar[StrOrPromise] = ""
    keys: ClassVar[dict[str, str]] = {}
    """For a field in which a unit or a person is named: the argument that takes its key."""

    def __init__(self, row: Commitment, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        self.row = row
        kwargs.setdefault("initial", self.preset(row))
        kwargs.setdefault("auto_id", f"{self.move}-%s")
        super().__init__(data, files, **kwargs)
        self.prepare()

    @staticmethod
    def preset(row: Commitment) -> dict[str, Any]:
        return {}

    def prepare(self) -> None:
        """Choices that depend on the promise."""

    @property
    def verb(self) -> str:
        return str(self.button or t(MOVE_WORDS[self.move]))

    @property
    def heading(self) -> str:
        return t(MOVE_WORDS[self.move])

    @property
    def consequence(self) -> str:
        return str(self.after).format(requester=requester_words(self.row), performer=performer_words(self.row))

    @property
    def takes_files(self) -> bool:
        return "attachments" in self.fields

    def given(self) -> dict[str, Any]:
        """The arguments of the action."""
        data = dict(self.cleaned_data)
        keys = {argument: getattr(data.pop(name), "pk", None) for name, argument in self.keys.items()}
        return {**data, **keys}

    @transaction.atomic
    def act(self, *, by: Actor, now: datetime, expect: int | None) -> Commitment:
        """Keep the files and make the move: both or neither."""
        given = self.given()
        if self.takes_files:
            given["files"] = [keep(upload, by=by, now=now) for upload in given.pop("attachments")]
        done: Commitment = getattr(actions, self.move)(self.row, by=by, now=now, expect=expect, **given)
        return done


def requester_words(row: Commitment) -> str:
    return row.requester.name if row.requester else row.requester_unit.name


def performer_words(row: Commitment) -> str:
    return row.responsible.name if row.responsible else row.performer_unit.name


def _files() -> FilesField:
    return FilesField(label=_("附件"), required=False)


def _postscript() -> forms.CharField:
    return words_field(_("附言"), required=False, rows=1)


class AssignForm(MoveForm):
    move = Move.ASSIGN
    after = _("交办后轮到{performer}签收，从这时起计时")


class AcknowledgeForm(MoveForm):
    move = Move.ACKNOWLEDGE
    after = _("签收后请承诺期限")


class PromiseForm(MoveForm):
    move = Move.PROMISE
    button = _("承诺")
    after = _("承诺后按这个日期计灯，{requester}会收到通知")
    widths = {"due_on": 4, "words": 8}
    due_on = day_field(_("我承诺完成的日期"))
    words = words_field(_("用一句话复述：交什么、什么时候交"), required=False, rows=1)

    @staticmethod
    def preset(row: Commitment) -> dict[str, Any]:
        return {"due_on": row.required_on}


class CounterForm(MoveForm):
    move = Move.COUNTER
    button = _("提出商榷")
    after = _("提交后轮到{requester}答复，答复前原期限仍然有效")
    widths = {"due_on": 4, "condition": 8}
    due_on = day_field(_("希望改到"), required=False)
    condition = words_field(_("希望完成标准改为（不改就留空）"), required=False, rows=1)
    words = words_field(_("理由"), hint=_("写明卡在哪里、为什么是这一天"))
    attachments = _files()


class WithdrawForm(MoveForm):
    move = Move.WITHDRAW
    after = _("撤回后一切照旧")
    words = _postscript()


class AgreeForm(MoveForm):
    move = Move.AGREE
    after = _("同意后按新的约定计灯，轮到{performer}办理")
    words = _postscript()


class InsistForm(MoveForm):
    move = Move.INSIST
    after = _("维持后轮到{performer}")
    words = words_field(_("维持原要求的理由"))


class GroundForm(MoveForm):
    """A return or a dispute: a ground, and the unit that should do it instead."""

    keys = {"suggested_unit": "suggested_unit_id"}
    ground = words_field(_("依据"), hint=_("职责条款、制度或事实，至少一句话"))
    suggested_unit = UnitField(label=_("应由哪个单位办理"))
    attachments = _files()


class DeclineForm(GroundForm):
    move = Move.DECLINE
    after = _("退回后轮到{requester}重新安排；第二次退回由协调办明确")


class DisputeForm(GroundForm):
    move = Move.DISPUTE
    button = _("提出异议")
    after = _("协调办会收到并裁定，裁定前请继续办理")


class ReassignForm(MoveForm):
    move = Move.REASSIGN
    after = _("交办后轮到新的承办单位签收")
    keys = {"unit": "unit_id", "person": "responsible_id"}
    widths = {"unit": 4, "person": 4, "required_on": 4}
    unit = UnitField(label=_("交给哪个单位"))
    person = PersonField(label=_("承办人（可不填）"), required=False)
    required_on = day_field(_("要求期限"), required=False)
    words = _postscript()

    @staticmethod
    def preset(row: Commitment) -> dict[str, Any]:
        return {"unit": row.suggested_unit.name if row.suggested_unit else "", "required_on": row.required_on}


class ColleagueForm(MoveForm):
    """To somebody else of the same unit."""

    person = forms.ChoiceField(label=_("交给谁"))

    def prepare(self) -> None:
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        posts = {post.person_id: post for post in roster(self.row.performer_unit)}
        posts.pop(self.row.responsible_id or 0, None)
        people = [(str(key), f"{post.person.name}　{post.words}") for key, post in posts.items()]
        field.choices = [("", t("请选择")), *people]

    def given(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        person = int(data.pop("person"))
        return {**data, "person_id": person}


class PassOnForm(ColleagueForm):
    move = Move.PASS_ON
    button = _("转给他")
    after = _("转后轮到他签收，仍算本单位承办")
    widths = {"person": 4, "words": 8}
    words = _postscript()


class HandOverForm(ColleagueForm):
    move = Move.HAND_OVER
    after = _("移交后由他办理，本单位的承诺不变")
    words = words_field(_("办到哪一步、还缺什么"))


class ProgressForm(MoveForm):
    move = Move.PROGRESS
    button = _("反馈进展")
    after = _("{requester}会收到；仍由您办理")
    widths = {"percent": 3, "next_on": 3, "next_step": 6, "trouble": 6, "needs": 6}
    note = words_field(_("进展"), hint=_("做了什么，到哪一步"))
    percent = forms.IntegerField(label=_("完成比例"), required=False, min_value=0, max_value=99, help_text=_("0到99"))
    next_on = day_field(_("下次反馈"), required=False, hint=_("这天之前不再催您"))
    next_step = words_field(_("下一步"), required=False, rows=1)
    trouble = words_field(_("困难"), required=False, rows=1)
    needs = words_field(_("需要谁支持什么"), required=False, rows=1)
    attachments = _files()

    @staticmethod
    def preset(row: Commitment) -> dict[str, Any]:
        return {"percent": row.percent or None}


class ReportForm(MoveForm):
    move = Move.REPORT
    button = _("反馈完成")
    after = _("提交后轮到{requester}核实")
    result = words_field(_("完成了什么"), rows=3, hint=_("对照完成标准逐条写"))
    attachments = _files()


class AcceptForm(MoveForm):
    move = Move.ACCEPT
    after = _("通过后本任务办结")


class HandBackForm(MoveForm):
    move = Move.HAND_BACK
    after = _("退回后轮到{performer}补办")
    missing = words_field(_("还缺什么、怎样才算完成"))
    attachments = _files()


class AmendForm(MoveForm):
    move = Move.AMEND
    button = _("保存调整")
    after = _("改了期限或标准，承办方要重新承诺")
    widths = {"title": 8, "required_on": 4, "condition": 6, "deliverable": 6}
    title = words_field(_("任务"), rows=1)
    required_on = day_field(_("要求期限"), required=False)
    condition = words_field(_("完成标准"), required=False)
    deliverable = words_field(_("交付物"), required=False)
    words = words_field(_("为什么调整"), required=False, rows=1, hint=_("承办方会看到"))
    attachments = _files()

    @staticmethod
    def preset(row: Commitment) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("title", "condition", "deliverable", "required_on")}


class HoldForm(MoveForm):
    move = Move.HOLD
    after = _("挂起后轮到所等的一方；到日子自动恢复")
    widths = {"unit": 4, "person": 4, "until": 4}
    what = words_field(_("在等什么"), rows=1)
    unit = UnitField(label=_("等哪个单位（可不填）"), required=False)
    person = PersonField(label=_("等哪个人，如领导（可不填）"), required=False)
    until = day_field(_("到哪一天自动恢复"), required=False)

    def given(self) -> dict[str, Any]:
        """Waiting for somebody is waiting for their unit: its ball, when they are not there."""
        data = self.cleaned_data
        unit, person = data["unit"], data["person"]
        if person and not unit:
            unit = next(iter(units_of(person)), None)
        ids = {"unit_id": unit.pk if unit else None, "person_id": person.pk if person else None}
        return {"waiting": Standstill(what=data["what"], until=data["until"], **ids)}


class ResumeForm(MoveForm):
    move = Move.RESUME
    after = _("恢复后回到挂起前的状态")
    words = words_field(_("等到了什么"), required=False, rows=1)


class CancelForm(MoveForm):
    move = Move.CANCEL
    after = _("撤销后不再办理，记录保留")
    words = words_field(_("为什么撤销"))


class ReopenForm(MoveForm):
    move = Move.REOPEN
    after = _("重新打开后轮到{performer}补办")
    words = words_field(_("为什么重新打开、缺什么"))


FORMS: dict[Move, type[MoveForm]] = {
    form.move: form
    for form in (
        AssignForm, AcknowledgeForm, PromiseForm, CounterForm, WithdrawForm, AgreeForm, InsistForm, DeclineForm,
        DisputeForm, ReassignForm, PassOnForm, HandOverForm, ProgressForm, ReportForm, AcceptForm, HandBackForm,
        AmendForm, HoldForm, ResumeForm, CancelForm, ReopenForm,
    )
}  # fmt: skip
ONE_TAP = frozenset({Move.ASSIGN, Move.ACKNOWLEDGE, Move.ACCEPT, Move.AGREE, Move.RESUME, Move.WITHDRAW})
"""Moves that need nothing filled in: a button in the bar makes them."""
