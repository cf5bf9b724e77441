"""Writing a notice: what it says, what it asks back, until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments.formparts import FilesField, StyledForm, day_field, words_field
from fayol.commitments.states import URGENCY_WORDS, Urgency
from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.errors import Refused
from fayol.notices.actions import Wording
from fayol.notices.audience import Entry
from fayol.notices.deadline_words import read_reply_deadline
from fayol.notices.models import Notice
from fayol.notices.policy import Field, fields_of
from fayol.notices.presenter import DEPTH_CHOICES
from fayol.notices.states import FORM_WORDS, Depth, Form
from fayol.organisation.forms import PersonField, UnitField, person_words, split_names
from fayol.organisation.models import Unit

FIELD_KINDS = {"text": _("文字"), "number": _("数字"), "date": _("日期"), "choice": _("选项")}
ROWS, MOST_ROWS = 3, 12


def _instant(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget)


class DeadlineFields(StyledForm):
    """By a day, or by a rule in words; never both."""

    due_on = day_field(_("回复期限"), required=False)
    due_clock = forms.TimeField(label=_("几点前"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    within = forms.CharField(
        label=_("或写时限"), required=False, max_length=40, help_text=_("例如3个工作日内、24小时内、会前1天")
    )

    def clean_within(self) -> DeadlineRule | None:
        words = self.cleaned_data["within"].strip()
        if not words:
            return None
        if self.cleaned_data.get("due_on"):
            raise forms.ValidationError(t("日期和时限只填一个。"))
        try:
            return read_reply_deadline(words)
        except Refused as refused:
            raise forms.ValidationError(t(refused.sentence).format(**refused.params)) from None

    @property
    def due(self) -> DeadlineRule | None:
        data = self.cleaned_data
        if data.get("within"):
            rule: DeadlineRule = data["within"]
            return rule
        if not data.get("due_on"):
            return None
        clock: time | None = data.get("due_clock")
        return DeadlineRule("date", on=data["due_on"], at=clock.strftime("%H:%M") if clock else "")


def deadline_preset(rule: Mapping[str, Any] | None) -> dict[str, Any]:
    if not rule:
        return {}
    found = DeadlineRule.from_json(rule)
    if found.kind == "date":
        return {"due_on": found.on, "due_clock": found.at or None}
    return {"within": found.words}


class NoticeForm(DeadlineFields):
    unit = forms.ChoiceField(label=_("以哪个部门的名义"))
    number = forms.CharField(label=_("文号（可不填）"), required=False, max_length=60)
    title = words_field(_("标题"), rows=1, example=_("例如：关于召开产业园现场推进会的通知"))
    body = words_field(_("正文"), required=False, rows=8)
    urgency = forms.ChoiceField(label=_("紧急程度"), initial=Urgency.NORMAL.value)
    depth = forms.ChoiceField(label=_("到什么程度才算到"), initial=Depth.CONFIRMED.value)
    form = forms.ChoiceField(label=_("要对方做什么"), initial=Form.CONFIRM.value)
    starts_at = _instant(_("开始"))
    ends_at = _instant(_("结束"))
    place = forms.CharField(label=_("地点"), required=False, max_length=120)
    duty = PersonField(label=_("值班员（可不填）"), required=False, help_text=_("没到本人时，由值班员直接联系"))
    attachments = FilesField(label=_("附件"), required=False)
    widths = {
        "unit": 4, "number": 4, "urgency": 4, "depth": 6, "form": 6, "starts_at": 3, "ends_at": 3, "place": 6,
        "due_on": 3, "due_clock": 2, "within": 4, "duty": 3,
    }  # fmt: skip
    groups: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("说什么"), ("title", "unit", "number", "urgency", "body", "attachments")),
        (_("什么时候、在哪里"), ("starts_at", "ends_at", "place")),
        (_("怎么答复"), ("form", "depth", "due_on", "due_clock", "within", "duty")),
    )

    def __init__(self, units: Sequence[Unit], *args: Any, everywhere: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        if everywhere:
            self.fields["unit"] = UnitField(label=self.fields["unit"].label)
        else:
            self._choose("unit", {key: unit.name for key, unit in self.units.items()})
        self._choose("urgency", {key: t(words) for key, words in URGENCY_WORDS.items()})
        self._choose("depth", {key: t(words) for key, words in DEPTH_CHOICES.items()})
        self._choose("form", {key.value: t(words) for key, words in FORM_WORDS.items()})

    def _choose(self, name: str, words: Mapping[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(key), word) for key, word in words.items()]

    @property
    def sections(self) -> list[tuple[str, list[Any]]]:
        return [(str(title), [self[name] for name in names]) for title, names in self.groups]

    @staticmethod
    def preset(notice: Notice, *, everywhere: bool) -> dict[str, Any]:
        plain = ("number", "title", "body", "urgency", "depth", "form", "starts_at", "ends_at", "place")
        return {
            **{name: getattr(notice, name) for name in plain},
            **deadline_preset(notice.due_rule),
            "unit": notice.unit.name if everywhere else notice.unit_id,
            "duty": person_words(notice.duty) if notice.duty else "",
        }

    def unit_chosen(self) -> Unit:
        given = self.cleaned_data["unit"]
        return given if isinstance(given, Unit) else self.units[given]

    def wording(self, audience: Sequence[Entry], fields: Sequence[Field]) -> Wording:
        data = self.cleaned_data
        plain = {name: data[name] for name in ("title", "body", "number", "urgency", "starts_at", "ends_at", "place")}
        return Wording(
            **plain,
            unit=self.unit_chosen(),
            depth=Depth(data["depth"]),
            form=Form(data["form"]),
            fields=tuple(fields),
            audience=tuple(audience),
            due=self.due,
            duty=data["duty"] or None,
        )


class FieldForm(StyledForm):
    """One thing to be filled in. An empty row is no row."""

    label = forms.CharField(label=_("要填什么"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("填成"), required=False)
    options = forms.CharField(label=_("选项，用顿号隔开"), required=False, max_length=200)
    optional = forms.BooleanField(label=_("可不填"), required=False)
    widths = {"label": 4, "kind": 2, "options": 4, "optional": 2}
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(key, str(words)) for key, words in FIELD_KINDS.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == "choice" and data.get("label") and len(split_names(data.get("options", ""))) < 2:
            self.add_error("options", t("请写至少两个选项。"))
        return data

    def field(self, n: int) -> Field:
        data = self.cleaned_data
        options = tuple(split_names(data["options"])) if data["kind"] == "choice" else ()
        return Field(f"f{n}", data["label"].strip(), data["kind"] or "text", not data["optional"], options)


class FieldRows:
    """The rows of the fields editor: as many as were shown, with what was typed. `checked`: say what is wrong."""

    def __init__(
        self, data: Any = None, *, known: Sequence[Mapping[str, Any]] = (), more: bool = False, checked: bool = True
    ) -> None:
        given = str(data.get("rows", "")) if data is not None else ""
        count = int(given) if given.isdecimal() else max(ROWS, len(known))
        count = min(count + (1 if more else 0), MOST_ROWS)
        presets: list[dict[str, Any]] = [
            {"label": one.label, "kind": one.kind, "options": "、".join(one.options), "optional": not one.required}
            for one in fields_of(known)
        ]
        if data is not None and not checked:
            names = ("label", "kind", "options", "optional")
            presets = [{name: data.get(f"q{n}-{name}", "") for name in names} for n in range(count)]
        self.forms = [
            FieldForm(data if checked else None, prefix=f"q{n}", initial=presets[n] if n < len(presets) else None)
            for n in range(count)
        ]

    @property
    def full(self) -> bool:
        return len(self.forms) >= MOST_ROWS

    def is_valid(self) -> bool:
        return all(list(map(FieldForm.is_valid, self.forms)))

    def fields(self) -> list[Field]:
        filled = [form for form in self.forms if form.is_valid() and form.cleaned_data.get("label", "").strip()]
        return [form.field(n) for n, form in enumerate(filled, start=1)]


class CorrectionForm(DeadlineFields):
    title = words_field(_("标题"), rows=1)
    body = words_field(_("正文"), required=False, rows=8)
    starts_at = _instant(_("开始"))
    ends_at = _instant(_("结束"))
    place = forms.CharField(label=_("地点"), required=False, max_length=120)
    words = words_field(_("改了什么、为什么"), rows=1)
    material = forms.BooleanField(
        label=_("请大家重新答复"), required=False, help_text=_("时间、地点、期限有变动时一律重新答复")
    )
    widths = {
        "starts_at": 3,
        "ends_at": 3,
        "place": 6,
        "due_on": 3,
        "due_clock": 3,
        "within": 6,
        "words": 8,
        "material": 4,
    }
    field_order = (
        "words",
        "material",
        "title",
        "body",
        "starts_at",
        "ends_at",
        "place",
        "due_on",
        "due_clock",
        "within",
    )

    @staticmethod
    def preset(notice: Notice) -> dict[str, Any]:
        plain = {name: getattr(notice, name) for name in ("title", "body", "starts_at", "ends_at", "place")}
        return {**plain, **deadline_preset(notice.due_rule)}

    def due_changed(self, notice: Notice) -> DeadlineRule | None:
        """None keeps the deadline as it was: a rule counted from sending is not counted again, one counted back from
        the event is."""
        due = self.due
        if due is None:
            return None
        return due if due.anchor == "meeting" or due.to_json() != notice.due_rule else None


class WordsForm(StyledForm):
    words = words_field(_("原因"), required=False, rows=2, hint=_("收到通知的人都会看到"))
