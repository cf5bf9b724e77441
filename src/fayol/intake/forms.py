"""What is typed on the review page. Forms judge shape and names; the actions judge meaning."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fayol.commitments.states import NATURE_WORDS, URGENCY_WORDS
from fayol.intake.actions import Change
from fayol.intake.models import Draft
from fayol.intake.names import Directory
from fayol.intake.queries import is_in
from fayol.kernel.errors import Refused
from fayol.matters.states import BASIS_WORDS, KIND_WORDS, KLASS_WORDS, VISIBILITY_WORDS, Klass
from fayol.organisation.models import Person

_NO_SUCH_DAY = _("这一天不存在，请核对：月份1到12，日期不超过当月天数。")


def said(refused: Refused) -> str:
    return gettext(refused.sentence).format(**refused.params)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, error_messages={"invalid": _NO_SUCH_DAY})


class DraftForm(forms.Form):
    """One draft. Supporting units are typed as a list of names; a name the document uses and nobody knows may stay in
    it and stays to be decided."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("任务"), required=False, max_length=300)
    lead = forms.CharField(label=_("牵头"), required=False, max_length=120)
    who = forms.IntegerField(label=_("承办人"), required=False)
    supports = forms.CharField(label=_("配合"), required=False, max_length=4000)
    due = _day(_("期限"))
    review = _day(_("复查日"))
    deliverable = forms.CharField(label=_("成果"), required=False, max_length=300)
    condition = forms.CharField(label=_("完成标准"), required=False, max_length=4000)

    def __init__(self, draft: Draft, directory: Directory, data: Any = None) -> None:
        self.draft, self.directory = draft, directory
        super().__init__(data, prefix=str(draft.pk), initial=self._initial(), auto_id="d%s")

    def _initial(self) -> dict[str, Any]:
        draft = self.draft
        open_names = [row["words"] for row in draft.open_names if row["role"] == "support"]
        names = [self.directory.label(pk) for pk in draft.supports]
        return {
            "version": draft.version,
            "title": draft.title,
            "lead": self.directory.label(draft.lead_id) if draft.lead_id else "",
            "who": draft.responsible_id,
            "supports": "、".join([*filter(None, names), *open_names]),
            "due": draft.due_on,
            "review": draft.review_on,
            "deliverable": draft.deliverable,
            "condition": draft.condition,
        }

    def clean_lead(self) -> int | None:
        words = self.cleaned_data["lead"].strip()
        if not words:
            return None
        try:
            return self.directory.find(words, field="lead")
        except Refused as refused:
            raise forms.ValidationError(said(refused)) from refused

    def clean_supports(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Names still open are taken out first, whole: some have a 、 of their own (各市、县（市、区）人民政府)."""
        text, kept = self.cleaned_data["supports"], []
        open_names = [row["words"] for row in self.draft.open_names if row["role"] == "support"]
        for words in sorted(open_names, key=len, reverse=True):
            if words in text:
                kept.append(words)
                text = text.replace(words, "、")
        found = self.directory.find_all(text, field="supports")
        if found.wrong:
            raise forms.ValidationError([said(refused) for refused in found.wrong])
        return tuple(found.ids), tuple(kept)

    def clean_due(self) -> date | None:
        return _sensible(self.cleaned_data["due"])

    def clean_review(self) -> date | None:
        return _sensible(self.cleaned_data["review"])

    def change(self) -> Change:
        """A person who does not belong to a newly chosen lead unit is let go: the unit then assigns somebody itself."""
        values = self.cleaned_data
        supports, still_open = values["supports"]
        lead, who = values["lead"], values["who"]
        if who and not (lead and is_in(who, lead)):
            who = None
        return Change(
            title=values["title"],
            lead_id=lead,
            supports=supports,
            responsible_id=who,
            due_on=values["due"],
            review_on=values["review"],
            deliverable=values["deliverable"],
            condition=values["condition"],
            still_open=still_open,
        )


def _sensible(day: date | None) -> date | None:
    if day is not None and not 1950 <= day.year <= 2200:
        raise forms.ValidationError(gettext("年份不对，请填四位数的年份。"))
    return day


def _words(table: dict[str, str]) -> list[tuple[str, Any]]:
    return [(value, _(words)) for value, words in table.items()]


class OpeningForm(forms.Form):
    """The matter's fields. Names of units and people are typed; a leader and an existing matter are chosen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    into = forms.IntegerField(label=_("交办到"), required=False)
    title = forms.CharField(label=_("事项名称"), required=False, max_length=200)
    goal = forms.CharField(label=_("共同目标"), required=False, max_length=2000, widget=forms.Textarea)
    lead_unit = forms.CharField(label=_("总牵头"), required=False, max_length=120)
    basis_kind = forms.ChoiceField(label=_("依据"), choices=_words(BASIS_WORDS))
    basis_text = forms.CharField(label=_("依据文件"), required=False, max_length=300)
    kind = forms.ChoiceField(label=_("类别"), choices=_words(KIND_WORDS))
    klass = forms.ChoiceField(
        label=_("分类"), choices=_words({k: v for k, v in KLASS_WORDS.items() if k != Klass.INSTANT})
    )
    nature = forms.ChoiceField(label=_("性质"), choices=_words(NATURE_WORDS))
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=_words(URGENCY_WORDS))
    sponsor = forms.IntegerField(label=_("主管领导"), required=False)
    visibility = forms.ChoiceField(label=_("谁能看到"), choices=_words(VISIBILITY_WORDS))
    named = forms.CharField(label=_("指定人员"), required=False, max_length=2000)

    def __init__(self, opening: dict[str, Any], version: int, directory: Directory, data: Any = None) -> None:
        self.directory = directory
        people = Person.objects.filter(pk__in=opening.get("named") or ()) if opening.get("named") else ()
        initial = {
            **opening,
            "version": version,
            "lead_unit": directory.label(opening.get("lead_unit") or 0),
            "named": "、".join(person.name for person in people),
        }
        super().__init__(data, prefix="m", initial=initial, auto_id="%s")

    def clean_lead_unit(self) -> int | None:
        words = self.cleaned_data["lead_unit"].strip()
        try:
            return self.directory.find(words, field="lead_unit") if words else None
        except Refused as refused:
            raise forms.ValidationError(said(refused)) from refused

    def clean_named(self) -> list[int]:
        names = [part.strip() for part in self.cleaned_data["named"].replace("，", "、").split("、") if part.strip()]
        people = list(Person.objects.filter(name__in=names, active=True))
        for name in names:
            found = [person for person in people if person.name == name]
            if len(found) != 1:
                text = (
                    gettext("没有叫“%(name)s”的人。") if not found else gettext("有几位“%(name)s”，请用单位可见代替。")
                )
                raise forms.ValidationError(text % {"name": name})
        return [person.pk for person in people]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
