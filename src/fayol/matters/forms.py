"""What opening an affair, asking within it and ending it ask to be filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments.actions import Asking
from fayol.commitments.formparts import StyledForm, day_field, words_field
from fayol.commitments.states import NATURE_WORDS, URGENCY_WORDS, Nature, Urgency
from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.errors import Refused
from fayol.matters.actions import Opening
from fayol.matters.models import Matter
from fayol.matters.presenter import SIDES
from fayol.matters.states import BASIS_WORDS, KIND_WORDS, KLASS_WORDS, VISIBILITY_WORDS, Basis, Kind, Klass, Visibility
from fayol.matters.wording import Vague, vague_in
from fayol.organisation.forms import ManyField, PersonField, UnitField, one_person, one_unit, person_words
from fayol.organisation.models import Person
from fayol.reading.period import read_period

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _choice(label: Any, words: Mapping[str, str], **kwargs: Any) -> forms.ChoiceField:
    field = forms.ChoiceField(label=label, **kwargs)
    field.words = words  # type: ignore[attr-defined]
    return field


class WordedForm(StyledForm):
    """Choices are spelled in the reader's language; vague words in the named fields are pointed out."""

    linted: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and hasattr(field, "words"):
                field.choices = [(str(value), t(words)) for value, words in field.words.items()]

    @property
    def vague(self) -> list[Vague]:
        return vague_in(self.data.get(self.add_prefix(name), "") for name in self.linted)


class InstantForm(WordedForm):
    """即办: two fields."""

    title = words_field(_("什么事"), rows=1, example=_("例如：借投影仪一台，明早9点用"))
    lead = UnitField(label=_("请谁办"))
    widths = {"title": 8, "lead": 4}
    linted = ("title",)


class MatterForm(WordedForm):
    title = words_field(_("事项名称"), rows=1)
    kind = _choice(_("种类"), KIND_WORDS, initial=Kind.COORDINATION.value)
    klass = _choice(
        _("类别"), {k: w for k, w in KLASS_WORDS.items() if k != Klass.INSTANT}, initial=Klass.ORDINARY.value
    )
    goal = words_field(_("共同目标"), rows=2, hint=_("办成什么样、到什么程度、不超过多少"))
    lead = UnitField(label=_("牵头单位"))
    supporting = ManyField(one_unit, label=_("配合单位"), required=False, help_text=_("用顿号隔开"))
    informed = ManyField(one_unit, label=_("知会单位"), required=False, help_text=_("只需知道，不承担任务"))
    benefit_lead = words_field(_("对牵头方的益处"), required=False, rows=1)
    benefit_support = words_field(_("对配合方的益处"), required=False, rows=1)
    benefit_whole = words_field(_("对整体的益处"), required=False, rows=1)
    basis_kind = _choice(_("依据类别"), BASIS_WORDS, initial=Basis.FACT.value)
    basis_text = forms.CharField(
        label=_("依据"), required=False, max_length=300, help_text=_("文号、会议、批示或事实，写到能查证")
    )
    nature = _choice(
        _("性质"), NATURE_WORDS, initial=Nature.DIRECTIVE.value, help_text=_("指令性不能退回，只能商榷；协商性可以退回")
    )
    urgency = _choice(_("紧急程度"), URGENCY_WORDS, initial=Urgency.NORMAL.value)
    due_on = day_field(_("办结期限"), required=False)
    sponsor = PersonField(label=_("分管领导"), required=False)
    coordinator = PersonField(label=_("协调人"), help_text=_("可召集、催办、记录，不做决定"))
    visibility = _choice(_("谁能看到"), VISIBILITY_WORDS, initial=Visibility.PARTIES.value)
    named = ManyField(one_person, label=_("指定人员"), required=False, help_text=_("选“指定人员”时填，用顿号隔开"))
    widths = {
        "title": 8, "kind": 2, "klass": 2, "lead": 4, "supporting": 4, "informed": 4, "benefit_lead": 4,
        "benefit_support": 4, "benefit_whole": 4, "basis_kind": 3, "basis_text": 9, "nature": 3, "urgency": 3,
        "due_on": 3, "sponsor": 3, "coordinator": 3, "visibility": 3, "named": 6,
    }  # fmt: skip
    linted = ("title", "goal")
    groups: tuple[tuple[StrOrPromise, tuple[str, ...]], ...] = (
        (_("办什么"), ("title", "kind", "klass", "goal")),
        (_("谁来办"), ("lead", "supporting", "informed", "sponsor", "coordinator")),
        (_("为什么办"), ("basis_kind", "basis_text", "benefit_lead", "benefit_support", "benefit_whole")),
        (_("怎么办"), ("nature", "urgency", "due_on")),
        (_("谁能看到"), ("visibility", "named")),
    )

    def __init__(self, *args: Any, supervises: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        if not supervises and isinstance(kind, forms.ChoiceField):
            kind.choices = [(Kind.COORDINATION.value, t(KIND_WORDS[Kind.COORDINATION]))]

    @property
    def sections(self) -> list[tuple[StrOrPromise, list[Any]]]:
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in self.groups]

    @staticmethod
    def preset(matter: Matter) -> dict[str, Any]:
        plain = (
            "title",
            "klass",
            "goal",
            "basis_kind",
            "basis_text",
            "nature",
            "urgency",
            "due_on",
            "visibility",
            "kind",
        )
        values = {name: getattr(matter, name) for name in plain}
        for name in ("supporting", "informed"):
            values[name] = "、".join(unit.name for unit in getattr(matter, name).order_by("order", "pk"))
        values["named"] = "、".join(person_words(person) for person in matter.named.order_by("order", "pk"))
        values |= {f"benefit_{side}": matter.benefits.get(side, "") for side, _words in SIDES}
        people = {"sponsor": matter.sponsor, "coordinator": matter.coordinator}
        return {**values, "lead": matter.lead_unit.name, **{k: person_words(p) if p else "" for k, p in people.items()}}

    def values(self) -> dict[str, Any]:
        """In the names of `Opening`, without the unit that asks."""
        data = self.cleaned_data
        plain = ("title", "goal", "basis_text", "due_on")
        return {
            **{name: data[name] for name in plain},
            "kind": Kind(data["kind"]),
            "klass": Klass(data["klass"]),
            "basis_kind": Basis(data["basis_kind"]),
            "nature": Nature(data["nature"]),
            "urgency": Urgency(data["urgency"]),
            "visibility": Visibility(data["visibility"]),
            "benefits": {side: data[f"benefit_{side}"] for side, _words in SIDES if data[f"benefit_{side}"]},
            "lead_unit_id": data["lead"].pk,
            "supporting": tuple(unit.pk for unit in data["supporting"]),
            "informed": tuple(unit.pk for unit in data["informed"]),
            "named": tuple(person.pk for person in data["named"]),
            "sponsor_id": data["sponsor"].pk if data["sponsor"] else None,
            "coordinator_id": data["coordinator"].pk,
        }

    def opening(self, requester_unit_id: int) -> Opening:
        return Opening(**self.values(), requester_unit_id=requester_unit_id)


class EditForm(MatterForm):
    """The number says the kind, so that stays; what changes is told with a reason."""

    words = words_field(_("为什么改"), required=False, rows=1)
    groups = (*MatterForm.groups, (_("说明"), ("words",)))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, supervises=True, **kwargs)
        del self.fields["kind"]

    def values(self) -> dict[str, Any]:
        self.cleaned_data["kind"] = Kind.COORDINATION
        given = super().values()
        del given["kind"]
        return {**given, "words": self.cleaned_data["words"]}


class AskForm(WordedForm):
    """One task of the matter: what, of whom, by when, and when it counts as done."""

    title = words_field(_("任务"), rows=1)
    unit = UnitField(label=_("牵头承办"))
    person = PersonField(label=_("承办人（可不填）"), required=False)
    required_on = day_field(_("要求期限"), required=False)
    within = forms.CharField(
        label=_("或写时限"), required=False, max_length=40, help_text=_("例如30个工作日内、24小时内")
    )
    condition = words_field(_("完成标准"), required=False, hint=_("怎样才算办完"))
    deliverable = words_field(_("交付物"), required=False, rows=1)
    widths = {"unit": 3, "person": 3, "required_on": 3, "within": 3, "condition": 8, "deliverable": 4}
    linted = ("title", "condition")

    def clean_within(self) -> DeadlineRule | None:
        words = self.cleaned_data["within"].strip()
        if not words:
            return None
        if self.cleaned_data.get("required_on"):
            raise forms.ValidationError(t("日期和时限只填一个。"))
        try:
            return read_period(words)
        except Refused as refused:
            raise forms.ValidationError(t(refused.sentence).format(**refused.params)) from None

    def asking(self, matter: Matter, asker: Person, supports: tuple[Asking, ...]) -> Asking:
        data = self.cleaned_data
        rule: DeadlineRule | None = data["within"]
        return Asking(
            title=data["title"],
            performer_unit_id=data["unit"].pk,
            responsible_id=data["person"].pk if data["person"] else None,
            requester_unit_id=matter.requester_unit_id,
            requester_id=asker.pk,
            condition=data["condition"],
            deliverable=data["deliverable"],
            nature=Nature(matter.nature),
            urgency=Urgency(matter.urgency),
            required_on=data["required_on"],
            required_words=rule.words if rule else "",
            required_rule=rule.to_json() if rule else None,
            supports=supports,
        )


class SupportForm(WordedForm):
    """One supporting unit: answered to the lead, who needs it by then. An empty row is no row."""

    unit = UnitField(label=_("配合单位"), required=False)
    title = words_field(_("要它做什么"), required=False, rows=1)
    required_on = day_field(_("何时给到"), required=False)
    widths = {"unit": 3, "title": 6, "required_on": 3}
    use_required_attribute = False

    def asking(self, matter: Matter, lead_title: str) -> Asking:
        data = self.cleaned_data
        return Asking(
            title=data["title"] or t("配合“%(title)s”") % {"title": lead_title},
            performer_unit_id=data["unit"].pk,
            requester_unit_id=matter.requester_unit_id,
            required_on=data["required_on"],
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("title") and not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", t("写了要做什么，还要写由哪个单位配合。"))
        return data


class EndForm(StyledForm):
    words = words_field(_("结果"), required=False, rows=2)
