"""What a page asks about its reader many times over (posts, principals, tokens) is read once while it is made.

Only for requests that change nothing, and only on the very `Person` that reads: everybody else, every action and the
worker ask the database each time. Should the request write to the organisation all the same, the memory ends there.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection

from fayol.organisation.models import Person

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
_MEMORY = "_remembered"


@contextmanager
def remembering(person: Person | None) -> Iterator[None]:
    if person is None:
        yield
        return
    kept = vars(person)
    kept[_MEMORY] = {}

    def watch(execute: Callable[..., Any], sql: Any, *given: Any) -> Any:
        if _changes(str(sql)):
            kept.pop(_MEMORY, None)
        return execute(sql, *given)

    try:
        with connection.execute_wrapper(watch):
            yield
    finally:
        kept.pop(_MEMORY, None)


def once(person: Person, what: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives, or gave before. It is shared: nobody may change it."""
    memory: dict[Hashable, Any] | None = vars(person).get(_MEMORY)
    if memory is None:
        return read()
    if what not in memory:
        memory[what] = read()
    found: T = memory[what]
    return found


def many_at_once(person: Person, wanted: Sequence[K], read: Callable[[Sequence[K]], Sequence[T]]) -> list[T]:
    """What `read` gives for each of `wanted`; it is asked once, for those that it was not asked for before."""
    memory: dict[Hashable, Any] = vars(person).get(_MEMORY, {})
    new = [one for one in dict.fromkeys(wanted) if one not in memory]
    found: dict[Hashable, T] = dict(zip(new, read(new), strict=True)) if new else {}
    memory.update(found)
    return [found[one] if one in found else memory[one] for one in wanted]


def _changes(sql: str) -> bool:
    """Whether the statement may write a row of the organisation."""
    return not sql.startswith("SELECT") and "organisation_" in sql
