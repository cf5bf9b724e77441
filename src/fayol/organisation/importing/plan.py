"""What carrying out a workbook would do, and every row that stands in the way."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fayol.organisation.importing.rows import SHEETS, OrgSheet, PersonRow, PostRow, RowProblem, UnitRow
from fayol.organisation.models import Person, Post, Unit

Changes = dict[str, list[Any]]


@dataclass(frozen=True)
class UnitStep:
    """`unit` is None for a new one. `changed` holds {column: [before, after]}; "parent" as keys of rows."""

    row: UnitRow
    unit: Unit | None
    changed: Changes = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.row.short_name or self.row.official_name


@dataclass(frozen=True)
class PersonStep:
    row: PersonRow
    person: Person | None
    changed: Changes = field(default_factory=dict)


@dataclass(frozen=True)
class PostStep:
    """A post to be made. `person` and `unit` are the keys of a row, or of a database row that is not in the file."""

    row: PostRow
    person: str | int
    unit: str | int
    person_name: str
    unit_name: str
    primary: bool


@dataclass(frozen=True)
class PostChange:
    post: Post
    changed: Changes
    person_name: str
    unit_name: str


@dataclass(frozen=True)
class RelationStep:
    """What a leader is in charge of, or who takes in their papers: all of it, in order, as keys and as names."""

    leader: str | int
    leader_name: str
    before: list[str]
    after: list[str]
    keys: list[str | int]


@dataclass
class Plan:
    """`problems` empty means it can be carried out, whole. `warnings` are worth a look and stop nothing."""

    sheets: OrgSheet
    warnings: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    new_units: list[UnitStep] = field(default_factory=list)
    changed_units: list[UnitStep] = field(default_factory=list)
    closed_units: list[UnitStep] = field(default_factory=list)
    new_people: list[PersonStep] = field(default_factory=list)
    changed_people: list[PersonStep] = field(default_factory=list)
    left_people: list[PersonStep] = field(default_factory=list)
    new_posts: list[PostStep] = field(default_factory=list)
    changed_posts: list[PostChange] = field(default_factory=list)
    ended_posts: list[PostChange] = field(default_factory=list)
    changed_charges: list[RelationStep] = field(default_factory=list)
    changed_secretaries: list[RelationStep] = field(default_factory=list)
    parents: dict[str | int, str | int | None] = field(default_factory=dict)
    office: str | int | None = None

    @property
    def empty(self) -> bool:
        return not any(self.steps())

    def steps(self) -> Iterator[list[Any]]:
        yield from (self.new_units, self.changed_units, self.closed_units)
        yield from (self.new_people, self.changed_people, self.left_people)
        yield from (self.new_posts, self.changed_posts, self.ended_posts)
        yield from ([], self.changed_charges, [])
        yield from ([], self.changed_secretaries, [])

    def counts(self) -> dict[str, dict[str, int]]:
        """{单位: {created, changed, closed}, 人员: …, 任职: …, 分管: …, 代收: …}"""
        names = ("created", "changed", "closed")
        numbers = [len(steps) for steps in self.steps()]
        return {sheet: dict(zip(names, numbers[i * 3 : i * 3 + 3], strict=True)) for i, sheet in enumerate(SHEETS)}

    @property
    def fingerprint(self) -> str:
        """Equal when the same steps would be taken: what was shown is what is carried out, or nothing is."""
        told = hashlib.sha256()
        for steps in self.steps():
            for step in steps:
                told.update(_line(step).encode())
            told.update(b"--")
        return told.hexdigest()


def _line(step: Any) -> str:
    if isinstance(step, RelationStep):
        return f"{step}\n"
    known = getattr(step, "unit", None) or getattr(step, "person", None) or getattr(step, "post", None)
    return f"{getattr(step, 'row', '')}|{getattr(known, 'pk', known)}|{getattr(step, 'changed', '')}\n"


class Finder:
    """Finds what a cell means by code or name, among the rows of the file first and the database second."""

    def __init__(self) -> None:
        self._by_code: dict[str, str | int] = {}
        self._by_name: dict[str, set[str | int]] = defaultdict(set)

    def add(self, key: str | int, *, code: str, names: list[str]) -> None:
        if code:
            self._by_code[code] = key
        for name in names:
            self._by_name[name].add(key)

    def find(self, text: str) -> list[str | int]:
        """One when it is clear, several when a name is shared, none when nobody is called so."""
        if text in self._by_code:
            return [self._by_code[text]]
        return sorted(self._by_name.get(text, ()), key=str)
