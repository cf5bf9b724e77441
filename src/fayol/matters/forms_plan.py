"""What tying tasks, setting a start, keeping figures and answering a card ask to be filled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments.formparts import StyledForm, day_field, words_field
from fayol.commitments.models import Commitment
from fayol.commitments.states import BEFORE_PROMISE, Nature
from fayol.matters.forms import WordedForm, _choice
from fayol.matters.models import Matter
from fayol.matters.plan.access import linkable
from fayol.matters.plan.models import Dependency, PlanStep, Reconfirm
from fayol.matters.plan.states import NEEDS_WORDS, Needs
from fayol.organisation.forms import UnitField
from fayol.organisation.models import Person


def task_words(row: Commitment) -> str:
    """How a task stands in a field: found again by its number and its title."""
    return f"{row.ref}　{row.title}".strip()


def find_tasks(text: str, person: Person, matter: Matter, now: datetime, limit: int = 8) -> list[Commitment]:
    """Tasks that the person may tie, by number or title, those of this affair first."""
    words = text.replace("　", " ").split()
    if not words:
        return []
    rows = linkable(person, now)
    exact = rows.filter(ref=words[0])
    titled = rows.filter(title__icontains=" ".join(words))
    own = [*exact[:limit], *titled.filter(origin_type="matter", origin_id=matter.pk).order_by("pk")[:limit]]
    found = {row.pk: row for row in own}
    if len(found) < limit:
        found |= {row.pk: row for row in titled.order_by("-pk")[:limit]}
    return sorted(found.values(), key=lambda row: row.origin_id != matter.pk)[:limit]


class TaskField(forms.CharField):
    """A task by its number or its title, typed with suggestions."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=320, widget=forms.TextInput(attrs={"list": "tasks", "autocomplete": "off"}), **kwargs
        )

    def suggest(self, matter: Matter) -> None:
        self.widget.attrs |= {
            "hx-get": reverse_lazy("matters:plan_suggest", args=[matter.pk]),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#tasks",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }


class TieForm(WordedForm):
    """`task` needs what `before` makes."""

    before = TaskField(label=_("要等哪条任务"))
    kind = _choice(_("怎样衔接"), NEEDS_WORDS, initial=Needs.RESULT.value)
    lag = forms.IntegerField(label=_("再隔几个工作日"), required=False, min_value=0, max_value=250)
    standard = words_field(_("交接什么、什么形式"), required=False, rows=1)
    widths = {"before": 6, "kind": 4, "lag": 2, "standard": 12}

    def __init__(self, *args: Any, matter: Matter, person: Person, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matter, self.person, self.now = matter, person, now
        field = self.fields["before"]
        assert isinstance(field, TaskField)
        field.suggest(matter)

    def clean_before(self) -> Commitment:
        text = self.cleaned_data["before"]
        found = find_tasks(text, self.person, self.matter, self.now)
        exact = [row for row in found if text.strip() in (row.ref, row.title, task_words(row))]
        own = [row for row in exact if row.origin_id == self.matter.pk] or exact or found
        if len(own) == 1:
            return own[0]
        if not own:
            raise forms.ValidationError(t("没有找到“%(text)s”，请写任务编号或名称。") % {"text": text})
        named = "；".join(task_words(row) for row in own[:5])
        raise forms.ValidationError(
            t("“%(text)s”不止一条，请写全编号和名称：%(which)s") % {"text": text, "which": named}
        )

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"kind": Needs(data["kind"]), "lag": data["lag"] or 0, "standard": data["standard"]}


class TieEditForm(WordedForm):
    """Another lag or standard for two tasks that are tied."""

    kind = _choice(_("怎样衔接"), NEEDS_WORDS)
    lag = forms.IntegerField(label=_("再隔几个工作日"), required=False, min_value=0, max_value=250)
    standard = words_field(_("交接什么、什么形式"), required=False, rows=1)
    widths = {"kind": 4, "lag": 2, "standard": 6}

    @staticmethod
    def preset(tie: Dependency) -> dict[str, Any]:
        return {"kind": tie.kind, "lag": tie.lag, "standard": tie.standard}

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"kind": Needs(data["kind"]), "lag": data["lag"] or 0, "standard": data["standard"]}


class StepForm(StyledForm):
    start_on = day_field(_("计划开始"), required=False, hint=_("不填就从前置任务交来时算起"))
    workdays = forms.IntegerField(
        label=_("要几个工作日"), required=False, min_value=1, max_value=250, help_text=_("不知道就留空，按1天算")
    )
    widths = {"start_on": 4, "workdays": 4}

    @staticmethod
    def preset(step: PlanStep | None) -> dict[str, Any]:
        return {"start_on": step.start_on, "workdays": step.workdays} if step else {}


class FigureForm(StyledForm):
    """A new key figure. The tasks that use it are ticked."""

    name = words_field(_("什么数"), rows=1, example=_("例如：参会人数"))
    value = forms.DecimalField(label=_("数值"), max_digits=16, decimal_places=2)
    unit_word = forms.CharField(label=_("计量单位"), required=False, max_length=12)
    owner = UnitField(label=_("由哪个单位负责"))
    widths = {"name": 4, "value": 2, "unit_word": 2, "owner": 4}


class FigureChangeForm(StyledForm):
    value = forms.DecimalField(label=_("改为"), max_digits=16, decimal_places=2)
    words = words_field(_("为什么改"), required=False, rows=1)
    widths = {"value": 4, "words": 8}


class StartForm(StyledForm):
    """The moment at which all parties begin together."""

    at = forms.DateTimeField(
        label=_("启动时间"), widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )  # fmt: skip
    words = words_field(_("附言（可不填）"), required=False, rows=1)
    widths = {"at": 4, "words": 8}


class AnswerForm(StyledForm):
    """The three answers to a card about a date. What is needed depends on the answer; the actions judge it."""

    answer = forms.ChoiceField(choices=[("move", ""), ("keep", ""), ("cannot", "")])
    due_on = day_field(_("改到哪一天"), required=False)
    suggested_unit = UnitField(label=_("应由哪个单位办理（可不填）"), required=False)
    words = words_field(_("说明（办不了时必填）"), required=False)
    widths = {"due_on": 4, "suggested_unit": 4}

    def __init__(self, row: Reconfirm, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        task = row.commitment
        if task.state not in BEFORE_PROMISE or task.nature != Nature.CONSULTATIVE:
            del self.fields["suggested_unit"]

    @property
    def chosen(self) -> str:
        return str(self["answer"].value() or "")


class ReadBackForm(StyledForm):
    """The number, typed once more by the one who will work with it."""

    value = forms.DecimalField(label=_("请填写新的数"), max_digits=16, decimal_places=2)
    words = words_field(_("附言（可不填）"), required=False, rows=1)
    widths = {"value": 4, "words": 8}
