"""What an organisation workbook says, row by row; `row` is the number that Excel shows."""

from __future__ import annotations

from dataclasses import dataclass

from fayol.reading.sheet import RowProblem

UNITS, PEOPLE, POSTS, CHARGES, SECRETARIES = "单位", "人员", "任职", "分管", "代收"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """`parent` is the code, or where the sheet gives none the name, of the unit above; "" for a top."""

    row: int
    official_name: str
    code: str = ""
    short_name: str = ""
    aliases: tuple[str, ...] = ()
    parent: str = ""
    kind: str = "department"
    order: int | None = None
    duties: str = ""
    is_office: bool = False
    active: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in (self.official_name, self.short_name, *self.aliases) if name))


@dataclass(frozen=True, slots=True)
class PersonRow:
    row: int
    name: str
    code: str = ""
    mobile: str = ""
    email: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class PostRow:
    """`person` and `unit` are a code where the sheet gives one, else a name; `name` is the person's name as written.
    `primary` None: the sheet does not say."""

    row: int
    person: str
    unit: str
    title: str = ""
    role: str = "member"
    order: int | None = None
    primary: bool | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ChargeRow:
    row: int
    leader: str
    unit: str
    order: int | None = None


@dataclass(frozen=True, slots=True)
class SecretaryRow:
    row: int
    leader: str
    secretary: str
    order: int | None = None


@dataclass(frozen=True, slots=True)
class OrgSheet:
    """`sheets` are the ones that were there: a missing sheet says nothing about what exists."""

    units: tuple[UnitRow, ...] = ()
    people: tuple[PersonRow, ...] = ()
    posts: tuple[PostRow, ...] = ()
    charges: tuple[ChargeRow, ...] = ()
    secretaries: tuple[SecretaryRow, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    warnings: tuple[str, ...] = ()
    sheets: frozenset[str] = frozenset()

    @property
    def blocking(self) -> tuple[RowProblem, ...]:
        return tuple(problem for problem in self.problems if problem.blocking)
