"""Statements that every page asks about its reader: composed once, then asked again with other values.

Composing a statement of a few joins costs Django more than the database needs to answer it. `prepared` keeps the words
of the statement; the function itself stays what it is, and gives the rows when somebody wants to see them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import signature
from typing import Any, Generic, ParamSpec

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from fayol.organisation.models import Person
from fayol.organisation.remembering import many_at_once

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement of keys, with its values."""

    sql: str
    values: tuple[Any, ...]

    def __hash__(self) -> int:
        return hash(self.sql)


class Given(Expression):
    """The place of a value in a statement."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s", [self]


class Prepared(Generic[P]):
    """See `prepared`."""

    def __init__(self, compose: Callable[P, QuerySet[Any]]) -> None:
        self.compose = compose
        self.signature = signature(compose)
        self.known: dict[tuple[Any, ...], Asked] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> QuerySet[Any]:
        return self.compose(*args, **kwargs)

    def asked(self, *args: P.args, **kwargs: P.kwargs) -> Asked:
        """The statement for these values."""
        given = self.signature.bind(*args, **kwargs).arguments
        shape = tuple(type(value) if _varies(value) else value for value in given.values())
        kept = self.known.get(shape)
        if kept is None:
            kept = self.known[shape] = self._composed(given)
        values = (given[v.name] if isinstance(v, Given) else v for v in kept.values)
        return Asked(kept.sql, tuple(list(v) if isinstance(v, (set, frozenset, tuple)) else v for v in values))

    def _composed(self, given: dict[str, Any]) -> Asked:
        places = {name: Given(name, _field(value)) if _varies(value) else value for name, value in given.items()}
        rows = self.compose(**places)  # type: ignore[arg-type, call-arg]
        sql, values = rows.values("pk").query.sql_with_params()
        return Asked(sql, values)


def prepared(compose: Callable[P, QuerySet[Any]]) -> Prepared[P]:
    """`compose` takes keys (int), instants, and collections for the lookups of arrays (`overlap`), and puts them into
    conditions only. True, False and None make statements of their own."""
    return Prepared(compose)


def numbers(reader: Person, asked: Sequence[Asked]) -> list[int]:
    """How many rows each of them gives, in one statement; not asked again for this reader while his page is made."""
    return many_at_once(reader, asked, _numbers)


def _numbers(asked: Sequence[Asked]) -> list[int]:
    words = ", ".join(f"(SELECT count(*) FROM ({one.sql}) AS found)" for one in asked)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {words}", [value for one in asked for value in one.values])
        return [int(number) for number in cursor.fetchone()]


def _varies(value: Any) -> bool:
    return value is not None and not isinstance(value, bool)


def _field(value: Any) -> Field[Any, Any]:
    if isinstance(value, datetime):
        return DateTimeField()
    if isinstance(value, Collection) and not isinstance(value, str):
        return ArrayField(BigIntegerField())
    if isinstance(value, int):
        return BigIntegerField()
    raise TypeError(f"a statement cannot be prepared for {type(value).__name__}")
