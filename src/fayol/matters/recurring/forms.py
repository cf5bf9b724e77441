"""A recurring duty as people fill it in: no rule is typed by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from django import forms
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments.formparts import StyledForm, day_field, words_field
from fayol.commitments.states import URGENCY_WORDS, Nature, Urgency
from fayol.kernel.recurrence import LAST_DAY, Every, Rhythm, Shift
from fayol.matters.recurring.actions import Duty, units_of_duty
from fayol.matters.recurring.models import Recurrence
from fayol.matters.recurring.policy import Rule, rounds
from fayol.matters.recurring.states import MOST_LEAD
from fayol.matters.recurring.words import EVERY_WORDS, SHIFT_WORDS, WEEKDAY_WORDS, Coming, coming
from fayol.organisation.calendar import calendars, work_calendar
from fayol.organisation.forms import ManyField, PersonField, one_unit, person_words

SHOWN = 5


def _choices(words: dict[str, str]) -> Any:
    return lambda: [(value, t(word)) for value, word in words.items()]


class DutyForm(StyledForm):
    """`every` says which of the other fields of the rule count."""

    title = words_field(_("要做什么"), rows=1, example=_("报送周工作小结"))
    performers = ManyField(one_unit, label=_("由哪些单位办理"), help_text=_("几个单位用顿号隔开，各办各的"))
    responsible = PersonField(label=_("承办人（只有一个单位时可填）"), required=False)
    condition = words_field(_("完成标准"), required=False, hint=_("怎样才算办完"))

    every = forms.ChoiceField(label=_("多久一次"), choices=_choices(EVERY_WORDS), initial=Every.WEEK)
    interval = forms.IntegerField(label=_("每几周"), min_value=1, max_value=8, initial=1, required=False)
    weekday = forms.ChoiceField(label=_("星期几"), initial="4", required=False)
    month = forms.IntegerField(label=_("第几个月"), min_value=1, max_value=12, initial=1, required=False)
    day = forms.ChoiceField(label=_("几日前"), initial="5", required=False)
    shift = forms.ChoiceField(label=_("逢休息日"), choices=_choices(SHIFT_WORDS), initial=Shift.BEFORE)
    lead = forms.IntegerField(label=_("提前几个工作日布置"), min_value=0, max_value=MOST_LEAD, initial=2)
    starts_on = day_field(_("从哪天起"))
    ends_on = day_field(_("到哪天止（可不填）"), required=False)

    urgency = forms.ChoiceField(label=_("紧急程度"), choices=_choices(URGENCY_WORDS), initial=Urgency.NORMAL)
    matter = forms.IntegerField(widget=forms.HiddenInput, required=False)

    widths = {
        "title": 8, "urgency": 4, "performers": 8, "responsible": 4, "every": 3, "interval": 2, "weekday": 3,
        "month": 2, "day": 3, "shift": 3, "lead": 3, "starts_on": 3, "ends_on": 3,
    }  # fmt: skip
    groups = (
        (_("做什么，谁来做"), ("title", "urgency", "performers", "responsible", "condition")),
        (_("什么时候"), ("every", "interval", "weekday", "month", "day", "shift", "lead", "starts_on", "ends_on")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weekday, day = self.fields["weekday"], self.fields["day"]
        assert isinstance(weekday, forms.ChoiceField)
        assert isinstance(day, forms.ChoiceField)
        weekday.choices = [(str(i), t(word)) for i, word in enumerate(WEEKDAY_WORDS)]
        numbers = [(str(n), t("%(day)d日") % {"day": n}) for n in range(1, 31)]
        day.choices = [*numbers, (str(LAST_DAY), t("最后一天"))]

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(str(title), [self[name] for name in names]) for title, names in self.groups]

    @staticmethod
    def preset(row: Recurrence) -> dict[str, Any]:
        rhythm = Rhythm.read(row.rrule)
        plain = ("title", "condition", "shift", "lead", "starts_on", "ends_on", "urgency")
        return {
            **{name: getattr(row, name) for name in plain},
            **rhythm_fields(rhythm),
            "performers": "、".join(unit.name for unit in units_of_duty(row)),
            "responsible": person_words(row.responsible) if row.responsible else "",
            "matter": row.matter_id,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        most = {Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}.get(data.get("every", ""), 12)
        if data.get("month") and data["month"] > most:
            self.add_error("month", t("这里填1到%(most)d。") % {"most": most})
        return data

    def rhythm(self) -> Rhythm:
        data = self.cleaned_data
        return Rhythm(
            Every(data["every"]),
            interval=data["interval"] or 1,
            weekday=int(data["weekday"] or 4),
            day=int(data["day"] or LAST_DAY),
            month=data["month"] or 1,
        )

    def duty(self) -> Duty:
        data = self.cleaned_data
        return Duty(
            title=data["title"].strip(),
            condition=data["condition"],
            rrule=self.rhythm().rrule(),
            shift=Shift(data["shift"]),
            lead=data["lead"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            performers=tuple(dict.fromkeys(unit.pk for unit in data["performers"])),
            responsible_id=data["responsible"].pk if data["responsible"] else None,
            urgency=Urgency(data["urgency"]),
            nature=Nature.DIRECTIVE,
            matter_id=data["matter"],
        )

    def coming(self, now: datetime) -> list[Coming]:
        """The next occasions of what is filled in, from today on; empty while a field of the rule is wrong."""
        wrong = {"every", "interval", "weekday", "month", "day", "shift", "lead", "starts_on"} & self.errors.keys()
        return [] if wrong else next_five(self.duty_rule(), self.units(), now)

    def duty_rule(self) -> Rule:
        data = self.cleaned_data
        return Rule(self.rhythm().rrule(), data["starts_on"], Shift(data["shift"]), data["lead"], data.get("ends_on"))

    def units(self) -> list[int]:
        return [unit.pk for unit in self.cleaned_data.get("performers") or ()]


def next_five(rule: Rule, units: Iterable[int], now: datetime) -> list[Coming]:
    """By the calendars of the units that owe it. Where they differ, a line for each day on which it is due."""
    today = work_calendar().local_day(now)
    ahead = (one for one in rounds(rule, calendars().among(units)) if one.due_on >= today)
    return [line for one in islice(ahead, SHOWN) for line in coming(one)]


def rhythm_fields(rhythm: Rhythm) -> dict[str, Any]:
    return {
        "every": rhythm.every,
        "interval": rhythm.interval,
        "weekday": str(rhythm.weekday),
        "month": rhythm.month,
        "day": str(rhythm.day if rhythm.day != LAST_DAY else LAST_DAY),
    }


class WhyForm(StyledForm):
    words = words_field(_("原因（可不填）"), required=False, rows=1)
