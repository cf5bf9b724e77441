"""A flow as people fill it in: its head, one row a step, and which unit has which role this time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments.formparts import StyledForm, day_field, words_field
from fayol.matters.flows.actions import FlowFields, StepFields
from fayol.matters.flows.models import Flow, FlowStep
from fayol.matters.flows.states import ANCHOR_WORDS, MOST_OFFSET, Anchor
from fayol.matters.states import KIND_WORDS, KLASS_WORDS, Kind, Klass
from fayol.organisation.forms import UnitField, split_names
from fayol.organisation.models import Unit


def _choices(words: Mapping[str, str]) -> Any:
    return lambda: [(value, t(word)) for value, word in words.items()]


class FlowForm(StyledForm):
    title = words_field(_("模板名称"), rows=1, example=_("年会筹备"))
    about = words_field(_("什么时候用"), required=False, rows=1)
    goal = words_field(_("共同目标"), required=False, rows=1, hint=_("立项时带过去，可以再改"))
    anchor = forms.ChoiceField(label=_("日子怎么算"), choices=_choices(ANCHOR_WORDS), initial=Anchor.EVENT)
    klass = forms.ChoiceField(label=_("事项类别"), initial=Klass.SPECIAL)
    lead_role = words_field(_("牵头角色"), required=False, rows=1, hint=_("不填就是第一步的角色"))
    lessons = words_field(_("经验教训"), required=False, rows=3, hint=_("下次办的人最该知道什么"))
    widths = {"title": 6, "about": 6, "goal": 12, "anchor": 4, "klass": 4, "lead_role": 4}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        klass = self.fields["klass"]
        assert isinstance(klass, forms.ChoiceField)
        klass.choices = [(value, t(word)) for value, word in KLASS_WORDS.items() if value != Klass.INSTANT]

    @staticmethod
    def preset(flow: Flow) -> dict[str, Any]:
        return {name: getattr(flow, name) for name in FlowForm.base_fields}

    def fields_with(self, steps: tuple[StepFields, ...]) -> FlowFields:
        data = self.cleaned_data
        plain = ("title", "about", "goal", "lead_role", "lessons")
        return FlowFields(
            **{name: data[name].strip() for name in plain},
            anchor=Anchor(data["anchor"]),
            klass=Klass(data["klass"]),
            steps=steps,
        )


class StepForm(StyledForm):
    """One row. An empty row is no step."""

    title = words_field(_("任务"), required=False, rows=1)
    role = words_field(_("角色"), required=False, rows=1)
    supports = words_field(_("配合角色"), required=False, rows=1)
    offset = forms.IntegerField(label=_("期限"), required=False, min_value=-MOST_OFFSET, max_value=MOST_OFFSET)
    workdays = forms.IntegerField(label=_("用时"), required=False, min_value=1, max_value=MOST_OFFSET)
    needs = words_field(_("前置"), required=False, rows=1)
    condition = words_field(_("完成标准"), required=False, rows=1)
    use_required_attribute = False

    @staticmethod
    def preset(step: FlowStep) -> dict[str, Any]:
        plain = ("title", "role", "offset", "workdays", "condition")
        return {
            **{name: getattr(step, name) for name in plain},
            "supports": "、".join(step.supports),
            "needs": "、".join(str(need) for need in step.needs),
        }

    @property
    def is_empty(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in ("title", "role", "condition", "needs", "supports"))

    def clean_needs(self) -> tuple[int, ...]:
        parts = split_names(self.cleaned_data["needs"])
        if not all(part.isdecimal() and len(part) < 4 for part in parts):
            raise forms.ValidationError(t("写前面步骤的序号，如“1、3”。"))
        return tuple(int(part) for part in parts)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_empty:
            return data
        for name, words in (("title", t("写任务")), ("role", t("写角色"))):
            if not data.get(name):
                self.add_error(name, words)
        if data.get("offset") is None:
            self.add_error("offset", t("写天数"))
        return data

    def step(self) -> StepFields:
        data = self.cleaned_data
        return StepFields(
            title=data["title"].strip()[:200],
            role=data["role"].strip()[:60],
            supports=tuple(dict.fromkeys(name[:60] for name in split_names(data["supports"]))),
            offset=data["offset"],
            workdays=data["workdays"] or 1,
            needs=data["needs"],
            condition=data["condition"].strip(),
        )


class KeepForm(StyledForm):
    """An affair as it went becomes a flow."""

    title = words_field(_("模板名称"), rows=1)
    lessons = words_field(_("经验教训"), required=False, rows=4, hint=_("什么做对了，什么下次要改；使用的人会先看到"))


class UseForm(StyledForm):
    """`roles` become fields `role-0`, `role-1`, …, filled in with the units that usually have them."""

    title = words_field(_("事项名称"), rows=1)
    anchor_on = day_field(_("活动日"))
    kind = forms.ChoiceField(label=_("编号用"), choices=_choices(KIND_WORDS), initial=Kind.COORDINATION)
    goal = words_field(_("共同目标"), required=False, rows=1)
    widths = {"title": 6, "anchor_on": 3, "kind": 3}

    def __init__(self, *args: Any, roles: list[str], usual: Mapping[str, str], anchor: str, supervises: bool,
                 **kwargs: Any) -> None:  # fmt: skip
        self.roles = roles
        super().__init__(*args, **kwargs)
        self.fields["anchor_on"].label = anchor
        if not supervises:
            del self.fields["kind"]
        self.widths = {**self.widths}
        for i, role in enumerate(roles):
            self.fields[f"role-{i}"] = UnitField(label=role, initial=usual.get(role, ""))
            self.fields[f"role-{i}"].widget.attrs["hx-swap"] = "innerHTML"
            self.widths[f"role-{i}"] = 4

    @property
    def role_fields(self) -> list[forms.BoundField]:
        return [self[f"role-{i}"] for i in range(len(self.roles))]

    @property
    def head_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith("role-")]

    def chosen(self) -> dict[str, Unit]:
        """The roles for which a unit has been named so far."""
        self.is_valid()
        found = {role: self.cleaned_data.get(f"role-{i}") for i, role in enumerate(self.roles)}
        return {role: unit for role, unit in found.items() if unit}

    def units(self) -> dict[str, int]:
        return {role: self.cleaned_data[f"role-{i}"].pk for i, role in enumerate(self.roles)}


def usual_units(flow: Flow, roles: list[str]) -> dict[str, str]:
    """The unit that usually has each role, by name; a role called like a unit is that unit's."""
    known = Unit.objects.filter(active=True, pk__in=flow.suggested.values()).in_bulk()
    by_role = {role: known[pk].name for role, pk in flow.suggested.items() if pk in known}
    missing = [role for role in roles if role not in by_role]
    alike = Unit.objects.filter(active=True, short_name__in=missing) | Unit.objects.filter(
        active=True, official_name__in=missing
    )
    for unit in alike:
        by_role.setdefault(unit.short_name or unit.official_name, unit.name)
        by_role.setdefault(unit.official_name, unit.name)
    return by_role
