"""What addressees and those who serve them fill in. Forms judge shape, the actions judge meaning."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments.formparts import FilesField, StyledForm, day_field, words_field
from fayol.files.store import keep
from fayol.notices import policy
from fayol.notices.actions import Answer, Report
from fayol.notices.models import Receipt
from fayol.notices.states import NEED_LEAVE, REPLIES, REPLY_WORDS, WAY_WORDS, Depth, Form, Reply, Way
from fayol.organisation.actor import Actor
from fayol.organisation.forms import PersonField, person_words
from fayol.web.http import components

_TOLD = (Way.IN_PERSON, Way.PHONE, Way.WRITING)
_CONSEQUENCES: dict[Reply, Any] = {
    Reply.ATTEND: _("时间占住，会前再提醒您"),
    Reply.LEAVE: _("写明理由"),
    Reply.SUBSTITUTE: _("写明由谁代，对方会收到通知"),
    Reply.AGREE_WITH: _("写明建议"),
    Reply.RESERVED: _("写明保留什么"),
    Reply.DISAGREE: _("写明理由和依据"),
    Reply.UNCONCERNED: _("与本部门职责无关"),
}


class AnswerForm(StyledForm):
    """The answer that this notice asks for, preset with the one given before."""

    words = words_field(_("理由或意见"), required=False, rows=2)
    substitute = PersonField(label=_("由谁代为参加"), required=False)
    attachments = FilesField(label=_("上报的材料"), required=False)
    restated = words_field(_("用一句话复述：做什么、什么时候"), required=False, rows=1)
    restated_on = day_field(_("复述的日期"), required=False)
    widths = {"restated": 8, "restated_on": 4}

    def __init__(self, row: Receipt, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        self.row, self.kind = row, Form(row.notice.form)
        kwargs.setdefault("initial", self.preset(row))
        kwargs.setdefault("auto_id", f"a{row.pk}-%s")
        super().__init__(data, files, **kwargs)
        self.asked = policy.fields_of(row.notice.fields) if self.kind is Form.FIELDS else []
        self._shape()

    @staticmethod
    def preset(row: Receipt) -> dict[str, Any]:
        return {
            **row.values,
            "reply": row.reply,
            "words": row.reply_words,
            "substitute": person_words(row.substitute) if row.substitute else "",
            "restated": row.restated,
            "restated_on": row.restated_on,
        }

    def _shape(self) -> None:
        if self.kind is not Form.ATTEND:
            del self.fields["substitute"]
        if self.kind is not Form.UPLOAD:
            del self.fields["attachments"]
        if self.kind not in (Form.ATTEND, Form.OPINION):
            self.fields["words"].label = t("附言（可不填）")
            self.fields["words"].widget = forms.TextInput()
        if Depth(self.row.notice.depth) is not Depth.RESTATED:
            del self.fields["restated"], self.fields["restated_on"]
        for one in self.asked:
            self.fields[one.key] = _asked(one)
        front = [one.key for one in self.asked]
        self.order_fields([*front, "substitute", "words", "attachments", "restated", "restated_on"])

    @property
    def replies(self) -> tuple[Reply, ...]:
        return REPLIES[self.kind]

    @property
    def choices(self) -> list[components.Choice]:
        """For the radio cards; none where there is only one answer."""
        if len(self.replies) == 1:
            return []
        chosen = self.data.get("reply", "") if self.is_bound else self.row.reply or self.replies[0]
        return [
            components.Choice("reply", one.value, t(REPLY_WORDS[one]), self._consequence(one), chosen == one)
            for one in self.replies
        ]

    def _consequence(self, reply: Reply) -> str:
        words = str(_CONSEQUENCES.get(reply, ""))
        return t("须召集人同意；%(words)s") % {"words": words} if reply in NEED_LEAVE and self.row.must else words

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for one in self.asked:
            problem = policy.wrong_value(one, str(data.get(one.key) or "").strip())
            if problem and one.key not in self.errors:
                self.add_error(one.key, t(problem).format(label=one.label))
        return data

    @property
    def reply(self) -> Reply:
        given = self.data.get("reply", "")
        if len(self.replies) == 1:
            return self.replies[0]
        return Reply(given) if given in set(Reply) else Reply.NOTHING

    def answer(self, *, by: Actor, now: datetime) -> Answer:
        """Keeps the files; inside the transaction of the action."""
        data = self.cleaned_data
        return Answer(
            reply=self.reply,
            words=data.get("words", ""),
            substitute=data.get("substitute") or None,
            restated=data.get("restated", ""),
            restated_on=data.get("restated_on"),
            values={one.key: data.get(one.key) for one in self.asked},
            files=[keep(upload, by=by, now=now) for upload in data.get("attachments", ())],
        )


def _asked(one: policy.Field) -> forms.Field:
    label = one.label if one.required else t("%(label)s（可不填）") % {"label": one.label}
    if one.kind == "choice":
        choices = [("", t("请选择")), *((word, word) for word in one.options)]
        return forms.CharField(label=label, required=False, widget=forms.Select(choices=choices))
    if one.kind == "date":
        return forms.CharField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))
    mode = {"inputmode": "decimal"} if one.kind == "number" else {}
    return forms.CharField(label=label, required=False, max_length=500, widget=forms.TextInput(attrs=mode))


class ReportForm(StyledForm):
    """已报告本人: when, how, in his words, and what he means to answer."""

    at = forms.DateTimeField(
        label=_("什么时候报告的"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    way = forms.ChoiceField(label=_("怎么报告的"))
    reply = forms.ChoiceField(label=_("本人的意思"), required=False)
    substitute = PersonField(label=_("委托谁"), required=False)
    words = words_field(_("本人原话"), required=False, rows=2)
    widths = {"at": 4, "way": 4, "reply": 4, "words": 12}

    def __init__(self, row: Receipt, now: datetime, data: Any = None, **kwargs: Any) -> None:
        self.row, self.kind = row, Form(row.notice.form)
        kwargs.setdefault("initial", {"at": now, "way": Way.IN_PERSON.value})
        kwargs.setdefault("auto_id", f"r{row.pk}-%s")
        super().__init__(data, **kwargs)
        self.fields["way"].choices = [(way.value, t(WAY_WORDS[way])) for way in _TOLD]  # type: ignore[attr-defined]
        if self.kind not in (Form.ATTEND, Form.OPINION):
            del self.fields["reply"]
        else:
            offered = [(one.value, t(REPLY_WORDS[one])) for one in REPLIES[self.kind]]
            self.fields["reply"].choices = [("", t("没有说")), *offered]  # type: ignore[attr-defined]
        if self.kind is not Form.ATTEND:
            del self.fields["substitute"]

    def report(self) -> Report:
        data = self.cleaned_data
        answer = None
        if data.get("reply"):
            words = data["words"]
            answer = Answer(reply=Reply(data["reply"]), words=words, substitute=data.get("substitute") or None)
        return Report(at=data["at"], way=Way(data["way"]), words=data["words"], answer=answer)
