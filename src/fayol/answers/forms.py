"""The form of one answer, built from what the answer asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as t

from fayol.answers.registry import Answer, Field

LONGEST = 5000


class ReplyForm(forms.Form):
    """Plain fields: it has to work in the oldest browser of a phone."""

    def __init__(self, answer: Answer, data: Any = None, files: Any = None) -> None:
        super().__init__(
            data, files, auto_id="reply-%s", initial={f.name: f.initial for f in answer.fields if f.initial}
        )
        self.answer = answer
        for field in answer.fields:
            self.fields[field.name] = _made(field)

    def given(self) -> dict[str, Any]:
        """The values as an answer wants them: a person's key, files as a list."""
        return {field.name: self._value(field) for field in self.answer.fields}

    def _value(self, field: Field) -> Any:
        value = self.cleaned_data.get(field.name)
        if field.kind == "person":
            return int(value) if value else None
        if field.kind == "file":
            return [value] if value else []
        return value


def _made(field: Field) -> forms.Field:
    more: dict[str, Any] = {
        "label": t(field.label),
        "required": field.required,
        "help_text": t(field.hint) if field.hint else "",
    }
    if field.kind == "date":
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "placeholder": "2026-12-31"})
        return forms.DateField(widget=widget, **more)
    if field.kind == "person":
        choices = [("", t("请选择")), *((str(key), words) for key, words in field.choices)]
        return forms.ChoiceField(choices=choices, **more)
    if field.kind == "file":
        return forms.FileField(widget=forms.FileInput(), **more)
    if field.kind == "line":
        return forms.CharField(max_length=LONGEST, **more)
    return forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}), **more)
