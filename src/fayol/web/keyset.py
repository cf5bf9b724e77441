"""Pages of a long list by key, not by number: the thousandth costs what the first costs, and nothing is shown twice
when rows arrive meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, OrderBy, Q, QuerySet

Row = TypeVar("Row", bound=Model)
_FORWARD, _BACK = "n", "p"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`next` and `previous` are cursors for the address, empty at the ends. `name` is their parameter there."""

    rows: list[Row]
    next: str
    previous: str
    name: str = "at"

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def to_next(self) -> dict[str, str]:
        return {self.name: self.next}

    @property
    def to_previous(self) -> dict[str, str]:
        return {self.name: self.previous}


def keyset(
    queryset: QuerySet[Row], order: Sequence[str], cursor: str = "", size: int = 20, *, name: str = "at"
) -> Page[Row]:
    """The rows after (or before) a cursor, in `order` ("-due_on", "matter__title"; annotations too), NULLs last either
    way, ties settled by the primary key, which is added when missing. A cursor that does not fit gives the first page.
    """
    keys = [_Key.of(queryset, spec) for spec in order]
    if not any(key.path == "pk" or key.path == queryset.model._meta.pk.name for key in keys):
        keys.append(_Key.of(queryset, "pk"))
    back, at = _read(cursor, keys)
    ordered = queryset.order_by(*(key.by(reverse=back) for key in keys))
    if at is not None:
        ordered = ordered.filter(_beyond(keys, at, back=back))
    found = list(ordered[: size + 1])
    more, rows = len(found) > size, found[:size]
    if back:
        rows.reverse()
    return Page(
        rows,
        next=_write(_FORWARD, keys, rows[-1]) if rows and (more or back) else "",
        previous=_write(_BACK, keys, rows[0]) if rows and at is not None and (more or not back) else "",
        name=name,
    )


@dataclass(frozen=True)
class _Key:
    path: str
    descending: bool
    parse: Callable[[Any], Any]
    nullable: bool

    @classmethod
    def of(cls, queryset: QuerySet[Any], spec: str) -> _Key:
        path = spec.removeprefix("-")
        field = _field(queryset.model, path)
        filled = field is not None and not field.null and "__" not in path
        return cls(path, spec.startswith("-"), field.to_python if field else lambda value: value, not filled)

    def by(self, *, reverse: bool) -> OrderBy:
        """Without a word about NULLs where there are none: an index in the plain order would not be used otherwise."""
        descending = self.descending != reverse
        if not self.nullable:
            return OrderBy(F(self.path), descending=descending)
        return OrderBy(F(self.path), descending=descending, nulls_first=reverse or None, nulls_last=not reverse or None)

    def value(self, row: Model) -> Any:
        value: Any = row
        for part in self.path.split("__"):
            value = getattr(value, part, None)
        return value

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def past(self, value: Any, *, back: bool) -> Q:
        """Rows strictly on the far side of `value`; NULL is the last value whichever the direction."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if back else Q(pk__in=[])
        beyond = Q(**{f"{self.path}__{'lt' if self.descending != back else 'gt'}": value})
        return beyond if back or not self.nullable else beyond | Q(**{f"{self.path}__isnull": True})


def _field(model: type[Model], path: str) -> Field[Any, Any] | None:
    """The model field at the end of the path; None for an annotation."""
    parts = path.split("__")
    try:
        for part in parts[:-1]:
            model = model._meta.get_field(part).related_model  # type: ignore[assignment]
        found = model._meta.pk if parts[-1] == "pk" else model._meta.get_field(parts[-1])
    except (FieldDoesNotExist, AttributeError):
        return None
    return found if isinstance(found, Field) else None


def _beyond(keys: list[_Key], at: list[Any], *, back: bool) -> Q:
    """(a, b, c) > (x, y, z), spelled out because the directions differ and NULLs take part."""
    condition = Q(pk__in=[])
    same = Q()
    for key, value in zip(keys, at, strict=True):
        condition |= same & key.past(value, back=back)
        same &= key.same(value)
    return condition


def _write(direction: str, keys: list[_Key], row: Model) -> str:
    values = [_plain(key.value(row)) for key in keys]
    return direction + base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, int | str | bool) else str(value)


def _read(cursor: str, keys: list[_Key]) -> tuple[bool, list[Any] | None]:
    if cursor[:1] not in (_FORWARD, _BACK):
        return False, None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor[1:] + "=" * (-len(cursor[1:]) % 4)))
        if not isinstance(values, list):
            return False, None
        at = [None if v is None else key.parse(v) for key, v in zip(keys, values, strict=True)]
    except (ValueError, TypeError, ValidationError, binascii.Error):
        return False, None
    return cursor[0] == _BACK, at
