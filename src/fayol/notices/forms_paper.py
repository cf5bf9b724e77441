"""What is written down of a slip that came back on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.notices.actions import Slip
from fayol.notices.forms_answering import AnswerForm
from fayol.notices.models import Receipt
from fayol.notices.states import REPLY_WORDS, Form, Reply
from fayol.organisation.actor import Actor
from fayol.web.http import components


class SlipForm(AnswerForm):
    """The answer as ticked. Nothing is ticked beforehand: what is not on the slip must not come from here."""

    signer = forms.CharField(
        label=_("签字的不是本人时，写签字人"), max_length=60, required=False, help_text=_("别人代签的，本人仍算未知悉")
    )

    def __init__(self, row: Receipt, data: Any = None, **kwargs: Any) -> None:
        super().__init__(row, data, initial={}, auto_id=f"slip-{row.pk}-%s", **kwargs)
        self.fields.pop("attachments", None)
        self.order_fields([*(name for name in self.fields if name != "signer"), "signer"])

    @property
    def choices(self) -> list[components.Choice]:
        if len(self.replies) == 1:
            return []
        chosen = self.data.get("reply", "") if self.is_bound else ""
        return [components.Choice("reply", one.value, t(REPLY_WORDS[one]), "", chosen == one) for one in self.replies]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self._by_other(data):
            for one in self.asked:
                self.errors.pop(one.key, None)
        elif self.kind is not Form.UPLOAD and self.reply is Reply.NOTHING:
            self.add_error(None, t("请选回执上勾的是哪一项。"))
        return data

    def _by_other(self, data: dict[str, Any]) -> bool:
        return str(data.get("signer") or "").strip() not in ("", self.row.person.name)

    def slip(self, *, by: Actor, now: datetime) -> Slip:
        data = self.cleaned_data
        answer = self.answer(by=by, now=now) if self.reply else None
        return Slip(answer=answer, signer=data.get("signer", ""), words=data.get("words", ""))
