"""The audience as it is edited: a line for each entry, and rows with which to add more. Nothing typed is lost: a row
that is filled in counts whether or not its button was pressed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as t
from django.utils.translation import gettext_lazy as _

from fayol.commitments.formparts import StyledForm
from fayol.notices.audience import Entry, rules, words_of
from fayol.notices.models import Group
from fayol.notices.states import EntryKind
from fayol.organisation.forms import ManyField, UnitField, one_person
from fayol.organisation.models import Unit
from fayol.organisation.states import POST_ROLE_WORDS, PostRole

MOST_LINES = 200


class AddForm(StyledForm):
    unit = UnitField(label=_("单位"), required=False)
    sub = forms.BooleanField(label=_("含下属单位"), required=False)
    unit_role = forms.ChoiceField(label=_("其中哪些人"), required=False)
    role = forms.ChoiceField(label=_("各单位的"), required=False)
    rule = forms.ChoiceField(label=_("按情况"), required=False)
    rule_role = forms.ChoiceField(label=_("其中哪些人"), required=False)
    people = ManyField(one_person, label=_("个人"), required=False, help_text=_("姓名或工号，几个人用顿号隔开"))
    group = forms.ChoiceField(label=_("名单"), required=False)
    must = forms.BooleanField(label=_("新加的都必到"), required=False)
    widths = {
        "unit": 5,
        "sub": 3,
        "unit_role": 4,
        "role": 4,
        "rule": 4,
        "rule_role": 4,
        "people": 12,
        "group": 4,
        "must": 8,
    }
    use_required_attribute = False

    def __init__(self, groups: Sequence[Group], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="add", **kwargs)
        roles = [(role.value, t(words)) for role, words in POST_ROLE_WORDS.items()]
        everybody = [("", t("所有人"))]
        self._choose("unit_role", everybody + roles)
        self._choose("rule_role", everybody + roles)
        self._choose("role", [("", t("不按岗位加")), *roles])
        self._choose("rule", [("", t("不按情况加")), *((rule.key, t(rule.title)) for rule in rules())])
        self._choose("group", [("", t("不用名单")), *((str(one.pk), one.name) for one in groups)])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def entries(self) -> list[Entry]:
        data = self.cleaned_data
        found: list[Entry] = []
        if data.get("unit"):
            found.append(Entry(EntryKind.UNIT, id=data["unit"].pk, sub=data["sub"], role=data["unit_role"]))
        if data.get("role"):
            found.append(Entry(EntryKind.POST, role=data["role"]))
        if data.get("rule"):
            found.append(Entry(EntryKind.RULE, rule=data["rule"], role=data["rule_role"]))
        if data.get("group"):
            found.append(Entry(EntryKind.GROUP, id=int(data["group"])))
        found += [Entry(EntryKind.PERSON, id=person.pk) for person in data.get("people") or ()]
        return [replace(entry, must=bool(data.get("must"))) for entry in found]


class AudienceForm:
    """`entries` are the lines that stand; `add` the rows with which to add. Posted lines come back as JSON, each
    checked for its shape; lists that the person may not use are dropped."""

    def __init__(self, groups: Sequence[Group], data: QueryDict | None = None, known: Sequence[Entry] = ()) -> None:
        self.data, self.groups = data, groups
        self.add = AddForm(groups, data)
        self.entries = list(known) if data is None else self._posted(data, known)
        self.fine = data is None or self.add.is_valid()
        if data is not None and self.fine:
            self._take_in()

    def _posted(self, data: QueryDict, known: Sequence[Entry]) -> list[Entry]:
        must, dropped = set(data.getlist("must")), data.get("drop", "")
        mine = {one.pk for one in self.groups} | {one.id for one in known if one.kind is EntryKind.GROUP}
        found: list[Entry] = []
        for n, line in enumerate(data.getlist("line")[:MOST_LINES]):
            entry = _read(line)
            if entry is None or str(n) == dropped or (entry.kind is EntryKind.GROUP and entry.id not in mine):
                continue
            found.append(replace(entry, must=str(n) in must))
        return found

    def _take_in(self) -> None:
        """Puts what the rows add below the lines, and empties them."""
        known = {replace(entry, must=False) for entry in self.entries}
        fresh = [entry for entry in self.add.entries() if replace(entry, must=False) not in known]
        self.entries += list(dict.fromkeys(fresh))
        self.add = AddForm(self.groups)

    @property
    def lines(self) -> list[tuple[int, str, str, bool]]:
        """(number, words, as posted back, must)."""
        words = words_of(self.entries)
        return [
            (n, word, json.dumps(replace(entry, must=False).to_json(), ensure_ascii=False), entry.must)
            for n, (entry, word) in enumerate(zip(self.entries, words, strict=True))
        ]


def _read(line: str) -> Entry | None:
    """A line as it was posted back; None when it is not one of ours."""
    try:
        row: Mapping[str, Any] = json.loads(line)
        entry = Entry.from_json(row)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    fine = isinstance(entry.id, int) and isinstance(entry.sub, bool) and isinstance(entry.rule, str)
    known_role = entry.role == "" or entry.role in set(PostRole)
    return entry if fine and known_role else None


class MoreForm(StyledForm):
    """Others to whom a notice that is out goes, too."""

    people = ManyField(one_person, label=_("再发给"), required=False, help_text=_("姓名或工号，几个人用顿号隔开"))


class GroupForm(StyledForm):
    """A kept list. The unit is chosen once, when it is made."""

    name = forms.CharField(label=_("名单叫什么"), max_length=60)
    unit = forms.ChoiceField(label=_("归哪个部门"))
    people = ManyField(
        one_person, label=_("有哪些人"), widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("姓名或工号，用顿号或换行隔开；同名的写工号"),
    )  # fmt: skip
    widths = {"name": 6, "unit": 6}

    def __init__(self, units: Sequence[Unit], *args: Any, group: Group | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        if group is not None:
            del self.fields["unit"]
            return
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, unit.name) for key, unit in self.units.items()]

    def unit_chosen(self) -> Unit:
        return self.units[self.cleaned_data["unit"]]
