"""The shape of one's wishes about mail; what may be wished is judged by the action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fayol.channels.actions import Wishes
from fayol.channels.contract import Channel
from fayol.channels.models import Preference
from fayol.channels.policy import WAITS
from fayol.channels.states import (
    KIND_WORDS,
    PACE_WORDS,
    QUIET_WORDS,
    URGENCY_WORDS,
    WAIT_WORDS,
    Kind,
    Pace,
    Quiet,
)

_PACES = [(pace.value, _(words)) for pace, words in PACE_WORDS.items()]
_LEAST = [choice for choice in _PACES if choice[0] != Pace.OFF]
_CLOCK = {"type": "time", "class": "form-control"}
_SELECT = forms.Select(attrs={"class": "form-select"})


class WishesForm(forms.Form):
    asks = forms.ChoiceField(label=_(KIND_WORDS[Kind.ASKS]), choices=_PACES, widget=_SELECT)
    chase = forms.ChoiceField(label=_(KIND_WORDS[Kind.CHASE]), choices=_LEAST, widget=_SELECT)
    news = forms.ChoiceField(label=_(KIND_WORDS[Kind.NEWS]), choices=_PACES, widget=_SELECT)
    quiet = forms.ChoiceField(
        label=_("免打扰"), choices=[(quiet.value, _(words)) for quiet, words in QUIET_WORDS.items()]
    )
    quiet_from = forms.TimeField(label=_("从"), required=False, widget=forms.TimeInput(attrs=_CLOCK, format="%H:%M"))
    quiet_to = forms.TimeField(label=_("到"), required=False, widget=forms.TimeInput(attrs=_CLOCK, format="%H:%M"))
    first = forms.ChoiceField(label=_("先发到哪里"), required=False, widget=_SELECT)
    language = forms.ChoiceField(label=_("站外消息用什么语言"), choices=settings.LANGUAGES, widget=_SELECT)

    def __init__(self, *arguments: Any, ways: Sequence[Channel] = (), **more: Any) -> None:
        super().__init__(*arguments, **more)
        first = self.fields["first"]
        assert isinstance(first, forms.ChoiceField)
        first.choices = [("", _("按单位的次序")), *((way.name, _(way.title)) for way in ways)]

    @classmethod
    def initial_of(cls, row: Preference) -> dict[str, Any]:
        return {name: getattr(row, name) for name in cls.base_fields}

    def values(self) -> Wishes:
        """Hours left empty stay what they usually are."""
        given = self.cleaned_data
        usual = Wishes()
        return Wishes(
            asks=Pace(given["asks"]),
            chase=Pace(given["chase"]),
            news=Pace(given["news"]),
            quiet=Quiet(given["quiet"]),
            quiet_from=given["quiet_from"] or usual.quiet_from,
            quiet_to=given["quiet_to"] or usual.quiet_to,
            language=given["language"],
            first=given["first"],
        )


class PatienceForm(forms.Form):
    """How long a message of each urgency may lie unopened."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for urgency, words in URGENCY_WORDS.items():
            choices = [(wait, _(WAIT_WORDS[wait])) for wait in WAITS]
            self.fields[urgency] = forms.ChoiceField(label=_(words), choices=choices, widget=_SELECT)


_ACCOUNT = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "spellcheck": "false"})


class AccountsForm(forms.Form):
    wecom = forms.CharField(label=_("企业微信账号"), max_length=64, required=False, widget=_ACCOUNT)
    dingtalk = forms.CharField(label=_("钉钉账号"), max_length=64, required=False, widget=_ACCOUNT)
    feishu = forms.CharField(label=_("飞书账号"), max_length=64, required=False, widget=_ACCOUNT)

    def given(self) -> dict[str, str]:
        """Those that stood on the page; platforms that are not in use stay as they were."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.data}
