"""What the pages of chasing ask to be filled in. Forms judge shape, the actions judge meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments.formparts import StyledForm, day_field, words_field
from fayol.commitments.models import Commitment
from fayol.commitments.states import Urgency
from fayol.ladders.calls.actions import Said
from fayol.ladders.calls.states import RESULT_WORDS, Result
from fayol.ladders.policy import Ladder, Rung
from fayol.ladders.states import LEVEL_WORDS, UNIT_WORDS, Kind, Level, Origin, Unit
from fayol.ladders.terms import DUE_WORDS, START_WORDS

MOST_FORMS = 12


class CallForm(StyledForm):
    """One call: what came of it, the date that was given if any, and which tasks it was about."""

    result = forms.ChoiceField(
        choices=list(RESULT_WORDS.items()), error_messages={"required": _("请选通话结果：接通、没接，或答应了日期。")}
    )
    items = forms.TypedMultipleChoiceField(coerce=int, widget=forms.CheckboxSelectMultiple, label=_("谈到的任务"))
    day = day_field(_("答应的日期"), required=False)
    words = words_field(_("记一句原话"), required=False, rows=1)
    widths = {"day": 5, "words": 7}

    def __init__(self, rows: list[Commitment], *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"items": [row.pk for row in rows]})
        kwargs.setdefault("auto_id", "call-%s")
        super().__init__(*args, **kwargs)
        self.rows = rows
        field = self.fields["items"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(row.pk, row.title) for row in rows]
        field.error_messages["required"] = str(_("请勾选通话谈到的任务。"))

    @property
    def asked(self) -> list[BoundField]:
        return [self["day"], self["words"]]

    @property
    def ticked(self) -> set[str]:
        return {str(value) for value in self["items"].value() or []}

    @property
    def spoken(self) -> list[Commitment]:
        wanted = set(self.cleaned_data["items"])
        return [row for row in self.rows if row.pk in wanted]

    @property
    def said(self) -> Said:
        data = self.cleaned_data
        return Said(result=Result(data["result"]), day=data["day"], words=data["words"])


class MuteForm(StyledForm):
    """停催: until when, and why."""

    until = day_field(_("停到哪一天"))
    reason = words_field(_("为什么"), rows=1, example=_("例如：已当面说好周五给结果"))
    widths = {"until": 12, "reason": 12}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "mute-%s")
        super().__init__(*args, **kwargs)


class RungForm(StyledForm):
    """One rung. Before and after count from the due instant, start from the beginning."""

    level = forms.ChoiceField(label=_("催到谁"))
    side = forms.ChoiceField(label=_("从何时算"))
    n = forms.IntegerField(label=_("数"), min_value=0)
    unit = forms.ChoiceField(label=_("单位"))
    words = forms.CharField(label=_("附言（可不填）"), required=False, max_length=100)

    def __init__(self, number: int, kind: Kind, urgency: Urgency, *args: Any, **kwargs: Any) -> None:
        self.number = number
        super().__init__(*args, prefix=f"r{number}", **kwargs)
        sides = {"start": t("%(what)s后") % {"what": t(START_WORDS[kind])}}
        if kind is not Kind.ANSWER:
            due = {"what": t(DUE_WORDS[kind])}
            sides |= {"before": t("%(what)s前") % due, "after": t("%(what)s后") % due}
        units = {key: words for key, words in UNIT_WORDS.items() if key != Unit.HOURS or urgency is Urgency.FLASH}
        for name, words in (("level", LEVEL_WORDS), ("side", sides), ("unit", units)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(str(value), t(text)) for value, text in words.items()]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = t("第%(n)d级：%(what)s") % {"n": number, "what": str(field.label)}
        self.fields["n"].widget.attrs["inputmode"] = "numeric"
        self.fields["words"].widget.attrs["placeholder"] = t("附言")

    @staticmethod
    def preset(rung: Rung) -> dict[str, Any]:
        side = "start" if rung.origin is Origin.START else "before" if rung.n < 0 else "after"
        return {
            "level": rung.level.value,
            "side": side,
            "n": abs(rung.n),
            "unit": rung.unit.value,
            "words": rung.words,
        }

    @property
    def rung(self) -> Rung:
        data = self.cleaned_data
        origin = Origin.START if data["side"] == "start" else Origin.DUE
        n = -data["n"] if data["side"] == "before" else data["n"]
        return Rung(Level(data["level"]), origin, n, Unit(data["unit"]), data["words"].strip())


class LadderForm(StyledForm):
    """A ladder: its rungs from below, how long a progress note may hold it off, and why it is changed."""

    pause_limit = forms.IntegerField(
        label=_("反馈最多把催办推到期限后几个工作日"), min_value=0, max_value=10, initial=3
    )
    words = words_field(_("为什么改"), required=False, rows=1)
    widths = {"pause_limit": 6, "words": 6}

    def __init__(self, ladder: Ladder, data: Any = None) -> None:
        self.ladder = ladder
        super().__init__(data, initial={"pause_limit": ladder.pause_limit})
        kind, urgency = ladder.kind, ladder.urgency
        if data is None:
            self.rungs = [
                RungForm(i, kind, urgency, initial=RungForm.preset(rung)) for i, rung in enumerate(ladder.rungs, 1)
            ]
        else:
            count = data.get("count", "")
            most = min(int(count), MOST_FORMS) if count.isdecimal() else 0
            self.rungs = [RungForm(i, kind, urgency, data) for i in range(1, most + 1)]

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(rung.is_valid() for rung in self.rungs)])

    def place(self, field: str, sentence: str) -> None:
        """What is wrong with a rung (`rung-3`) stands at that rung, not above the form."""
        number = field.removeprefix("rung-")
        if field != number and number.isdecimal() and 0 < int(number) <= len(self.rungs):
            self.errors.pop(NON_FIELD_ERRORS, None)
            self.rungs[int(number) - 1].add_error(None, sentence)

    @property
    def asked(self) -> list[BoundField]:
        return [self["pause_limit"], self["words"]]

    @property
    def edited(self) -> Ladder:
        """The ladder as filled in; the form is valid."""
        rungs = tuple(rung.rung for rung in self.rungs)
        return replace(self.ladder, rungs=rungs, pause_limit=self.cleaned_data["pause_limit"])

    def shuffled(self, do: str) -> LadderForm:
        """The form after a button on its rungs: more, drop-3, up-3, down-3. Nothing typed is lost."""
        rows = [{name: rung[name].value() for name in rung.fields} for rung in self.rungs]
        verb, _dash, number = do.partition("-")
        at = int(number) - 1 if number.isdecimal() else len(rows)
        if verb == "more" and len(rows) < MOST_FORMS:
            rows.append(dict(rows[-1]) if rows else {"level": Level.PERSON.value, "side": "start", "n": 1})
        elif verb == "drop" and 0 <= at < len(rows):
            del rows[at]
        elif verb == "up" and 0 <= at < len(rows) - 1:
            rows[at], rows[at + 1] = rows[at + 1], rows[at]
        elif verb == "down" and 0 < at < len(rows):
            rows[at], rows[at - 1] = rows[at - 1], rows[at]
        given = {name: self[name].value() for name in self.fields}
        flat = {f"r{i}-{name}": value for i, row in enumerate(rows, 1) for name, value in row.items()}
        return LadderForm(self.ladder, {**given, **flat, "count": str(len(rows))})
