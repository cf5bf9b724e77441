"""Taking a row for a change: locked, and still as it was seen."""

from __future__ import annotations

from typing import Protocol, TypeVar

from django.db.models import Model

from fayol.kernel.errors import Stale


class Versioned(Protocol):
    """`version` goes up with every change."""

    @property
    def pk(self) -> int: ...
    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=Versioned)


def locked(seen: V, *, expect: int | None = None) -> V:
    """The row under lock until the end of the transaction. Stale as in `check_seen`."""
    assert isinstance(seen, Model)
    row: V = type(seen)._default_manager.select_for_update(of=("self",)).get(pk=seen.pk)
    check_seen(row, seen, expect=expect)
    return row


def check_seen(row: Versioned, seen: Versioned, *, expect: int | None) -> None:
    """Stale when the row is no longer as the page showed it (version `expect`), else as the caller's own copy."""
    if row.version != (seen.version if expect is None else expect):
        raise Stale()
