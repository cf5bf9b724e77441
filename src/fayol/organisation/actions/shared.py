"""What several actions need: locks, version checks, and how a change is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import connection, models

from fayol.kernel.errors import Stale

Row = TypeVar("Row", bound=models.Model)
_STRUCTURE = 0x0FA701  # any number of our own: whoever changes the tree holds it until the end of the transaction


def lock_structure() -> None:
    """One change of the tree at a time: two moves that are each allowed could together make a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STRUCTURE])


def locked(row: Row) -> Row:
    """The row as it is now, locked until the end of the transaction."""
    fresh = type(row)._default_manager.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if fresh is None:
        raise Stale
    return fresh


def check_version(row: Any, expect: int | None) -> None:
    """`expect` is the version the page showed; None when the caller does not mind."""
    if expect is not None and row.version != expect:
        raise Stale


def change(row: models.Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set the values on the row and return those that differ as {field: [before, after]}; nothing is saved."""
    changed: dict[str, list[Any]] = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changed[name] = [before, value]
            setattr(row, name, value)
    return changed
