"""Pages of a long list whose cost follows the page, not the table.

A sort is a series of bands ("red", "amber", …; one unit after the other), each read along an index. Two ways lead
through it:

- dense: read at most PROBE rows along the index and keep those that pass the other conditions. Enough for whoever
  sees a good part of what is listed.
- sparse: when so many rows gave too few hits, there cannot be many hits. They are collected through the inverted
  indexes (audience, characters) and sorted.

Both give the same rows in the same order.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, OrderBy, Q, QuerySet
from django.db.models.expressions import Case, CombinedExpression, Expression, Value, When
from django.db.models.fields import IntegerField
from django.utils.dateparse import parse_datetime

from fayol.commitments.models import Commitment

PROBE = 3000
"""Rows read along an index before the dense way is given up."""
MOST_HITS = 20_000
"""Hits that the sparse way sorts; beyond them the list falls back to a sort that an index has."""
MOST_BANDS = 8
"""Bands walked on the dense way before giving up, so that many empty ones cost nothing."""

TABLE = Commitment._meta.db_table


class TooManyError(Exception):
    """More hits than can be sorted for one page: another condition is needed, or a sort that an index has."""


@dataclass(frozen=True)
class Key:
    """One column of a sort. NULLs come last unless said otherwise."""

    path: str
    descending: bool = False
    nulls_first: bool = False

    @property
    def natural(self) -> bool:
        """Whether an index keeps it in this order as it is: NULLs stand at its upper end."""
        return self.descending == self.nulls_first

    def flipped(self) -> Key:
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def plain(self) -> OrderBy:
        return OrderBy(F(self.path), descending=self.descending)

    def whole(self) -> list[Q]:
        """All rows, in pieces in which the order is natural."""
        if self.natural:
            return [Q()]
        pieces = [self._null(False), self._null(True)]
        return pieces[::-1] if self.nulls_first else pieces

    def same(self, value: Any) -> Q:
        return self._null(True) if value is None else Q(**{self.path: value})

    def beyond(self, value: Any) -> list[Q]:
        if value is None:
            return [self._null(False)] if self.nulls_first else []
        past = Q(**{f"{self.path}__{'lt' if self.descending else 'gt'}": value})
        return [past] if self.nulls_first else [past, self._null(True)]

    def _null(self, is_null: bool) -> Q:
        return Q(**{f"{self.path}__isnull": is_null})


@dataclass(frozen=True)
class Band:
    """A stretch of the list: `driver` is what the index answers, `residual` what is looked at row by row. `keys`,
    where the index of this stretch is another one than the order's: as many, of the same kind."""

    name: str
    driver: Q
    residual: Q = field(default_factory=Q)
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Order:
    """Bands, and the keys within each. `rank` numbers the bands of a row in SQL; by default from their conditions."""

    keys: tuple[Key, ...]
    bands: tuple[Band, ...]
    annotations: Mapping[str, Expression]
    rank: Expression | None = None

    def ranked(self) -> Expression:
        if self.rank is not None:
            return self.rank
        whens = [When(band.driver & band.residual, then=Value(i)) for i, band in enumerate(self.bands) if _says(band)]
        if not whens:
            return Value(0, output_field=IntegerField())
        return Case(*whens, default=Value(0), output_field=IntegerField())


def _says(band: Band) -> bool:
    return bool(band.driver) or bool(band.residual)


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: the band's name and the values of the keys. `back`: the page before, not after."""

    band: str
    values: tuple[Any, ...]
    back: bool = False

    def text(self) -> str:
        parts = [self.band, *(_plain(value) for value in self.values)]
        return ("p" if self.back else "n") + base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(text: str, order: Order) -> Cursor | None:
    """None for a cursor that is no cursor of this order."""
    if text[:1] not in ("n", "p"):
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
        band, *values = parts
    except (ValueError, TypeError, binascii.Error):
        return None
    if not isinstance(band, str) or len(values) != len(order.keys) or band not in {b.name for b in order.bands}:
        return None
    given = tuple(_typed(key, value) for key, value in zip(order.keys, values, strict=True))
    return Cursor(band, given, text[0] == "p") if all(v is not _WRONG for v in given) else None


_WRONG = object()


def _typed(key: Key, value: Any) -> Any:
    if value is None or (isinstance(value, str) and not key.path.endswith(("_at", "id", "chases", "climbed"))):
        return value
    if key.path.endswith("_at"):
        try:
            return parse_datetime(value) or _WRONG
        except (ValueError, TypeError):
            return _WRONG
    return value if isinstance(value, int) and abs(value) < 2**63 else _WRONG


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


@dataclass(frozen=True)
class Found:
    """One page of keys in order, with the cursors to its neighbours ("" at the ends)."""

    ids: list[int]
    next: str
    previous: str


def page(order: Order, where: Q, *, cursor: str = "", size: int = 50, most: int | None = MOST_HITS) -> Found:
    """`where` is what every row must meet beside its band. Raises TooManyError when more than `most` hits would have
    to be sorted."""
    at = read_cursor(cursor, order)
    walked = _flipped(order) if at and at.back else order
    hits = _dense(walked, where, at, size + 1)
    if hits is None:
        hits = _sparse(walked, where, at, size + 1, most)
    more, hits = len(hits) > size, hits[:size]
    back = bool(at and at.back)
    if back:
        hits.reverse()
    return Found(
        [hit.values[-1] for hit in hits],
        next=hits[-1].text() if hits and (more or back) else "",
        previous=replace(hits[0], back=True).text() if hits and at is not None and (more or not back) else "",
    )


def _flipped(order: Order) -> Order:
    keys = tuple(key.flipped() for key in order.keys)
    bands = tuple(replace(band, keys=tuple(key.flipped() for key in band.keys)) for band in order.bands[::-1])
    rank = None if order.rank is None else CombinedExpression(Value(len(order.bands) - 1), "-", order.rank)
    return replace(order, keys=keys, bands=bands, rank=rank)


# ── the dense way ──────────────────────────────────────────────────────────


def _dense(order: Order, where: Q, at: Cursor | None, need: int) -> list[Cursor] | None:
    hits: list[Cursor] = []
    names = [band.name for band in order.bands]
    start = names.index(at.band) if at else 0
    for step, band in enumerate(order.bands[start:]):
        if step >= MOST_BANDS:
            return None
        for piece in _pieces(band.keys or order.keys, at.values if at and step == 0 else None):
            got = _probe(order, band, piece, where & band.residual, need - len(hits))
            if got is None:
                return None
            hits += got
            if len(hits) >= need:
                return hits
    return hits


def _pieces(keys: Sequence[Key], at: Sequence[Any] | None) -> Iterator[Q]:
    """The rows after `at` (all rows, without) in pieces that an index range answers, one after the other."""
    if at is None:
        yield from keys[0].whole()
        return
    for i in reversed(range(len(keys))):
        same = Q()
        for key, value in zip(keys[:i], at[:i], strict=True):
            same &= key.same(value)
        for past in keys[i].beyond(at[i]):
            yield same & past


def _probe(order: Order, band: Band, piece: Q, where: Q, need: int) -> list[Cursor] | None:
    """The first hits among the next PROBE rows; None when these were not enough and more rows follow."""
    keys = band.keys or order.keys
    rows = Commitment.objects.annotate(**order.annotations).filter(band.driver & piece)
    inner = rows.order_by(*(key.plain() for key in keys))[:PROBE]
    got = [Cursor(band.name, values) for values in _through(inner, where, [key.path for key in keys], need)]
    if len(got) < need and _count(inner) >= PROBE:
        return None
    return got


def _through(inner: QuerySet[Commitment], where: Q, paths: Sequence[str], need: int) -> list[tuple[Any, ...]]:
    """Rows of `inner`, in its order, that meet `where`."""
    try:
        if not where:
            return list(inner.values_list(*paths)[:need])
        sql, params = _within(inner, where, paths, need)
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [tuple(row) for row in cursor.fetchall()]


def _within(inner: QuerySet[Commitment], where: Q, paths: Sequence[str], need: int) -> tuple[str, tuple[Any, ...]]:
    """The statement for `_through`: a sub-query that takes the table's own name."""
    inner_sql, inner_params = _every_column(inner)
    outer = Commitment.objects.filter(where).annotate(**_only(inner, paths)).values_list(*paths)[:need]
    sql, params = outer.query.sql_with_params()
    source, target = f'FROM "{TABLE}"', f'FROM ({inner_sql}) AS "{TABLE}"'
    return sql.replace(source, target, 1), (*_select_params(outer), *inner_params, *_tail(outer, params))


def _every_column(inner: QuerySet[Commitment]) -> tuple[str, tuple[Any, ...]]:
    """`SELECT *`: naming sixty columns costs Django more than all the rest of a statement."""
    sql, params = inner.values_list("pk").query.sql_with_params()
    return "SELECT *" + sql[sql.index(f' FROM "{TABLE}"') :], params  # noqa: S608  compiled by Django


def _only(inner: QuerySet[Commitment], paths: Sequence[str]) -> dict[str, Any]:
    return {name: made for name, made in inner.query.annotations.items() if name in paths}


def _select_params(outer: QuerySet[Commitment]) -> tuple[Any, ...]:
    compiler = outer.query.get_compiler(connection=connection)
    compiler.setup_query()
    return tuple(param for _expression, (_sql, params), _alias in compiler.select for param in params)


def _tail(outer: QuerySet[Commitment], params: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(params)[len(_select_params(outer)) :]


def _count(rows: QuerySet[Commitment]) -> int:
    return rows.count()


Step = tuple[Q, Q, Sequence[str]]
"""What an index answers, what is looked at row by row, and the order of the index."""


def count_upto(steps: Sequence[Step], cap: int) -> tuple[int, bool]:
    """How many rows meet both conditions of a step, over all steps, counted along indexes: (number, whether there
    may be more)."""
    found = 0
    for driver, where, order_by in steps:
        inner = Commitment.objects.filter(driver).order_by(*order_by)[:PROBE]
        hits = _count_within(inner, where, cap + 1 - found)
        found += hits
        if found > cap:
            return cap, True
        if _count(inner) >= PROBE:
            return found, True
    return found, False


def _count_within(inner: QuerySet[Commitment], where: Q, most: int) -> int:
    if not where:
        return inner.values("pk")[:most].count()
    try:
        sql, params = _within(inner, where, ["id"], most)
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS hits", params)  # noqa: S608  compiled by Django
        return int(cursor.fetchone()[0])


# ── the sparse way ─────────────────────────────────────────────────────────


def _sparse(order: Order, where: Q, at: Cursor | None, need: int, most: int | None) -> list[Cursor]:
    """Collect the hits without any order (inverted indexes), then sort them."""
    names = [band.name for band in order.bands]
    keys = [replace(key, path=f"_key{i}") for i, key in enumerate(order.keys)]
    made = {key.path: _column(order, i) for i, key in enumerate(keys)}
    rows = Commitment.objects.annotate(**order.annotations).annotate(**made, _rank=order.ranked())
    rows = rows.filter(where & _any_band(order))
    if at is not None:
        rows = rows.filter(_after(keys, names.index(at.band), at.values))
    paths = [key.path for key in keys]
    columns = [f"c{i}" for i in range(len(paths) + 1)]
    try:
        sql, params = rows.order_by().values_list("_rank", *paths)[: most + 1 if most else None].query.sql_with_params()
    except EmptyResultSet:
        return []
    by = ", ".join(["c0", *(_spelled(f"c{i}", key) for i, key in enumerate(order.keys, start=1))])
    statement = (
        f"WITH hits ({', '.join(columns)}) AS MATERIALIZED ({sql}) "  # noqa: S608  column names of our own making
        f"SELECT (SELECT count(*) FROM hits), {', '.join(columns)} FROM hits ORDER BY {by} LIMIT {int(need)}"
    )
    found = _by_bitmap(statement, params)
    if most and found and found[0][0] > most:
        raise TooManyError
    return [Cursor(names[rank], tuple(values)) for _count, rank, *values in found]


def _any_band(order: Order) -> Q:
    if order.rank is not None:
        return order.bands[0].residual if order.bands else Q(pk__in=[])
    conditions = [band.driver & band.residual for band in order.bands]
    if not all(conditions):
        return Q()
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def _column(order: Order, i: int) -> Expression | F:
    """The i-th key of a row: which column that is may depend on its band."""
    paths = [(band.keys or order.keys)[i].path for band in order.bands]
    if len(set(paths)) == 1:
        return F(paths[0])
    whens = [When(band.driver & band.residual, then=F(path)) for band, path in zip(order.bands, paths, strict=True)]
    return Case(*whens)


def _after(keys: Sequence[Key], band: int, values: Sequence[Any]) -> Q:
    inside = Q(pk__in=[])
    for piece in _pieces(keys, values):
        inside |= piece
    return Q(_rank__gt=band) | Q(_rank=band) & inside


def _spelled(column: str, key: Key) -> str:
    return f"{column} {'DESC' if key.descending else 'ASC'} NULLS {'FIRST' if key.nulls_first else 'LAST'}"


def _by_bitmap(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run it on bitmaps of the inverted indexes. The planner, which expects hits to lie evenly, would rather read
    the table or an ordered index until enough have turned up; here it is known that this takes long."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL work_mem = '32MB'")
        cursor.execute(sql, tuple(params))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute("SET enable_seqscan TO DEFAULT; SET enable_indexscan TO DEFAULT; SET work_mem TO DEFAULT")
    return found


def count_sparse(where: Q, **kinds: Q) -> dict[str, int] | None:
    """How many hits of each kind, all collected in one pass; None when there are too many to be collected."""
    made = {name: Case(When(q, then=Value(1)), default=Value(0), output_field=IntegerField())
            for name, q in kinds.items()}  # fmt: skip
    try:
        rows = Commitment.objects.filter(where).annotate(**{f"_{n}": case for n, case in made.items()}).order_by()
        sql, params = rows.values_list(*(f"_{n}" for n in made))[: MOST_HITS + 1].query.sql_with_params()
    except EmptyResultSet:
        return dict.fromkeys(kinds, 0)
    columns = [f"c{i}" for i in range(len(made))]
    sums = ", ".join(f"coalesce(sum({c}), 0)" for c in columns)
    statement = f"WITH hits ({', '.join(columns)}) AS MATERIALIZED ({sql}) SELECT count(*), {sums} FROM hits"  # noqa: S608
    total, *numbers = _by_bitmap(statement, params)[0]
    return None if total > MOST_HITS else dict(zip(kinds, (int(n) for n in numbers), strict=True))
