"""The shapes of what is filled in about working calendars."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fayol.kernel.errors import Refused
from fayol.kernel.text import half_width
from fayol.kernel.worktime import Hours
from fayol.organisation.actions.calendars import CalendarFields, DayFields, SeasonFields
from fayol.organisation.calendar import hours_from
from fayol.organisation.calendar_page import WEEKDAYS, spans
from fayol.organisation.forms import HouseForm, UnitField
from fayol.organisation.models import Calendar
from fayol.reading.load import read

_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|—|–|~|至|到)\s*(\d{1,2})[:.](\d{2})")
_MONTH_DAY = re.compile(r"(\d{1,2})(?:月|-|/|\.)(\d{1,2})日?$")
LONGEST_NOTICE = 20_000


class HoursField(forms.CharField):
    """ "08:30-12:00 13:30-17:30"; the last span may end at 24:00."""

    def clean(self, value: Any) -> Any:
        text = half_width(super().clean(value)).strip()
        if not text:
            return None
        found = _SPAN.findall(text)
        left = re.sub(r"[\s,;、]", "", _SPAN.sub("", text))
        try:
            if not found or left:
                raise ValueError
            return tuple((_clock(a, b), _clock(c, d)) for a, b, c, d in found)
        except ValueError:
            example = gettext("请写成“08:30-12:00 13:30-17:30”这样，几段之间空一格。")
            raise forms.ValidationError(example) from None


def _clock(hour: str, minute: str) -> time:
    return time() if (int(hour), int(minute)) == (24, 0) else time(int(hour), int(minute))


class MonthDayField(forms.CharField):
    """6月1日 or 06-01; cleaned to "06-01"."""

    def clean(self, value: Any) -> Any:
        text = half_width(super().clean(value)).strip()
        if not text:
            return ""
        found = _MONTH_DAY.match(text)
        try:
            if found is None:
                raise ValueError
            return f"{date(2000, int(found[1]), int(found[2])):%m-%d}"
        except ValueError:
            raise forms.ValidationError(gettext("请写成“6月1日”这样。")) from None


class NoticeForm(HouseForm):
    """The words of the notice, or a file with them."""

    text = forms.CharField(
        label=_("通知全文"),
        required=False,
        max_length=LONGEST_NOTICE,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("从标题粘贴到落款，例如“国务院办公厅关于2027年部分节假日安排的通知”。"),
    )
    file = forms.FileField(label=_("或者选一个文件"), required=False, help_text=_("Word、PDF或文本文件。"))
    year = forms.IntegerField(
        label=_("年份"), required=False, min_value=2000, max_value=2200, help_text=_("标题里写了就不用填。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text", "file"):
            self.fields[name].one_of = True  # type: ignore[attr-defined]  # neither may be left out: one of them is needed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("text") and not cleaned.get("file"):
            self.add_error("text", gettext("请粘贴通知，或选一个文件。"))
        return cleaned

    def words(self) -> tuple[str, str]:
        """The text and what it is called. Refused when the file cannot be read."""
        file = self.cleaned_data["file"]
        if not file:
            return self.cleaned_data["text"], ""
        found = read(file.read(), name=file.name).text
        if len(found) > LONGEST_NOTICE:
            raise Refused("too_long", gettext("这个文件太长，不像放假通知。请只上传通知本身。"), field="file")
        return found, file.name


class CalendarForm(HouseForm):
    name = forms.CharField(label=_("名称"), max_length=40)
    weekdays = forms.MultipleChoiceField(label=_("哪几天上班"), widget=forms.CheckboxSelectMultiple)
    hours = HoursField(label=_("上班时间"), help_text=_("例如：08:30-12:00 13:30-17:30。上到半夜写24:00。"))
    keeps_holidays = forms.BooleanField(label=_("按国家放假调休"), required=False)
    season_first = MonthDayField(label=_("夏令时间从"), required=False, help_text=_("例如：6月1日"))
    season_last = MonthDayField(label=_("夏令时间到"), required=False, help_text=_("例如：9月30日"))
    season_hours = HoursField(label=_("夏令上班时间"), required=False, help_text=_("例如：08:30-12:00 15:00-18:00"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weekdays = self.fields["weekdays"]
        assert isinstance(weekdays, forms.MultipleChoiceField)
        weekdays.choices = [(str(day), gettext("周") + gettext(name)) for day, name in enumerate(WEEKDAYS)]
        weekdays.widget.attrs["class"] = "fy-checks"

    @staticmethod
    def initial_of(row: Calendar | None) -> dict[str, Any]:
        row = row or Calendar(name="")
        season = row.seasons[0] if row.seasons else None
        shown = {
            "name": row.name,
            "weekdays": [str(day) for day in row.weekdays],
            "hours": spans(hours_from(row.hours)),
            "keeps_holidays": row.keeps_holidays,
        }
        if season:
            shown |= {"season_first": season["from"], "season_last": season["to"],
                      "season_hours": spans(hours_from(season["hours"]))}  # fmt: skip
        return shown

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        parts = [cleaned.get(name) for name in ("season_first", "season_last", "season_hours")]
        if any(parts) and not all(parts) and not self.errors:
            self.add_error("season_hours", gettext("夏令时间要写全：从哪天、到哪天、几点到几点。"))
        return cleaned

    def values(self) -> CalendarFields:
        given = self.cleaned_data
        hours: Hours = given["hours"]
        season = (
            SeasonFields(given["season_first"], given["season_last"], given["season_hours"])
            if given["season_hours"]
            else None
        )
        return CalendarFields(
            name=given["name"],
            hours=hours,
            weekdays=frozenset(map(int, given["weekdays"])),
            keeps_holidays=given["keeps_holidays"],
            season=season,
        )


class DayForm(HouseForm):
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    what = forms.ChoiceField(label=_("这一天"))
    hours = HoursField(label=_("当天上班时间"), required=False, help_text=_("例如下午提前下班：08:30-12:00"))
    reason = forms.CharField(label=_("原因"), max_length=60, help_text=_("例如：厂庆放假、设备检修、节前提前下班"))
    source = forms.CharField(label=_("依据"), max_length=200, required=False, help_text=_("例如：公司办发〔2026〕31号"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = [("off", _("不上班")), ("on", _("上班")), ("hours", _("上班时间不同"))]

    def values(self) -> DayFields:
        given = self.cleaned_data
        return DayFields(
            day=given["day"],
            works={"off": False, "on": True}.get(given["what"]),
            reason=given["reason"],
            source=given["source"],
            hours=given["hours"],
        )


class AssignForm(HouseForm):
    """Which calendar a unit works by."""

    unit = UnitField(label=_("单位"))
    calendar = forms.ModelChoiceField(
        label=_("日历"), queryset=Calendar.objects.all(), required=False, empty_label=_("同上级单位")
    )
