"""The rows of a workbook, as `reading` gives them, and by what each is known again next time."""

from __future__ import annotations

from fayol.reading.org_rows import (
    CHARGES,
    PEOPLE,
    POSTS,
    SECRETARIES,
    UNITS,
    ChargeRow,
    OrgSheet,
    PersonRow,
    PostRow,
    SecretaryRow,
    UnitRow,
)
from fayol.reading.sheet import RowProblem

SHEETS = (UNITS, PEOPLE, POSTS, CHARGES, SECRETARIES)
__all__ = [
    "CHARGES", "PEOPLE", "POSTS", "SECRETARIES", "SHEETS", "UNITS", "ChargeRow", "OrgSheet", "PersonRow", "PostRow",
    "RowProblem", "SecretaryRow", "UnitRow", "person_key", "unit_key",
]  # fmt: skip


def unit_key(row: UnitRow) -> str:
    return row.code or row.official_name


def person_key(row: PersonRow) -> str:
    return row.code or row.name
