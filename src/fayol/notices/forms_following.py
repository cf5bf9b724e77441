"""What following a notice up asks to be filled in. Forms judge shape; the actions judge meaning."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fayol.commitments.formparts import StyledForm
from fayol.notices.actions import Call
from fayol.notices.states import Way

RESULTS = (
    ("told_self", _("本人已知悉"), _("请他在横桥里核对，核对之后才算确认")),
    ("will_relay", _("对方答应转告"), _("仍算本人未知悉，2个工作小时后再提醒您")),
    ("no_answer", _("没打通"), _("2个工作小时后再提醒您")),
)
WAYS = ((Way.PHONE.value, _("电话")), (Way.IN_PERSON.value, _("当面")))


class CallForm(StyledForm):
    """登记通话, and 当面告知. No result stands chosen: "he knows" is never said by leaving a form as it was."""

    result = forms.ChoiceField(
        choices=[(key, words) for key, words, _after in RESULTS],
        error_messages={"required": _("请选通话的结果。"), "invalid_choice": _("请选通话的结果。")},
    )
    way = forms.ChoiceField(label=_("方式"), choices=WAYS, initial=Way.PHONE.value)
    heard = forms.CharField(label=_("接话人"), max_length=60, required=False, help_text=_("不是本人接的，写明姓名"))
    words = forms.CharField(label=_("记一句原话"), max_length=300, required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "call-%s")
        super().__init__(data, **kwargs)

    @property
    def results(self) -> list[tuple[str, Any, Any, bool]]:
        chosen = self["result"].value()
        return [(key, words, after, key == chosen) for key, words, after in RESULTS]

    @property
    def call(self) -> Call:
        said = self.cleaned_data
        return Call(
            way=Way(said["way"]), answered=said["result"] != "no_answer", reached=said["result"] == "told_self",
            heard=said["heard"], words=said["words"],
        )  # fmt: skip


class LeaveForm(StyledForm):
    """准 or 不准; a refusal gives its reason."""

    words = forms.CharField(label=_("不同意的理由"), max_length=300, required=False)


class ChoiceForm(StyledForm):
    """二选一: which of two engagements stands, and why."""

    keep = forms.IntegerField(widget=forms.HiddenInput)
    words = forms.CharField(label=_("理由"), max_length=300, required=False, help_text=_("两边都会看到"))


class TimeForm(StyledForm):
    """An own appointment in somebody's day."""

    title = forms.CharField(label=_("安排"), max_length=120)
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    start = forms.TimeField(label=_("开始"), widget=forms.TimeInput(attrs={"type": "time"}))
    end = forms.TimeField(label=_("结束"), widget=forms.TimeInput(attrs={"type": "time"}))
    place = forms.CharField(label=_("地点"), max_length=120, required=False)
    people = forms.IntegerField(label=_("有多少人参加"), min_value=0, max_value=30_000, required=False)

    def given(self, zone: Any) -> dict[str, Any]:
        """The arguments of the action."""
        said = self.cleaned_data
        starts, ends = (datetime.combine(said["day"], said[name], zone) for name in ("start", "end"))
        return {
            "starts_at": starts, "ends_at": ends, "title": said["title"], "place": said["place"],
            "people": said["people"] or 0,
        }  # fmt: skip
