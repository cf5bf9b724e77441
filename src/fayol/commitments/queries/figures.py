"""How many of each light somebody sees, up to a cap, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q

from fayol.commitments.models import Commitment
from fayol.commitments.queries.filters import Conditions
from fayol.commitments.queries.lights import STRETCHES, light_is
from fayol.commitments.queries.walk import TABLE, count_sparse

CAP = 199
"""Counts stop here: what is more is shown as 至少. Every page that shows lights pays for them."""
PROBE = 400
"""Rows read along an index for one light."""
FEW = 30
"""Whoever sees fewer than these along the indexes sees so little that all of it can be collected and counted."""


@dataclass(frozen=True)
class Counted:
    """A number, or at least that many."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number}+" if self.more else str(self.number)

    def __bool__(self) -> bool:
        return bool(self.number) or self.more

    def __add__(self, other: Counted) -> Counted:
        total = self.number + other.number
        return Counted(min(total, CAP), self.more or other.more or total > CAP)


def by_light(given: Conditions, levels: Sequence[str], now: datetime) -> dict[str, Counted]:
    try:
        found = _along(given, levels, now)
    except EmptyResultSet:
        return dict.fromkeys(levels, Counted(0))
    if any(value.more for value in found.values()) and sum(value.number for value in found.values()) < FEW:
        where = given.rest & given.exact & given.due & given.scope
        exact = count_sparse(where, **{level: light_is(level, now) for level in levels})
        if exact is not None:
            found = {level: Counted(min(n, CAP), n > CAP) for level, n in exact.items()}
    return found


Part = tuple[str, list[Any]]


def _along(given: Conditions, levels: Sequence[str], now: datetime) -> dict[str, Counted]:
    """Count the hits among the first PROBE rows of each light's first stretch; where they stay below the cap, go on
    with its further stretches, and ask whether rows were left unread."""
    word = _Words()
    made = {level: [_stretch(given, *parts, now, word) for parts in STRETCHES[level]] for level in levels}
    hits = dict(zip(levels, _ask([_counted(*made[level][0]) for level in levels]), strict=True))
    found = {level: Counted(min(n, CAP), n > CAP) for level, n in hits.items()}
    short = [level for level in levels if not found[level].more]
    left = [(level, part) for level in short for part in (_read(*made[level][0]), *_rest(made[level][1:]))]
    answers = iter(_ask([part for _level, part in left]))
    for level in short:
        found[level] += Counted(0, next(answers) >= PROBE)
        for _stretch_left in made[level][1:]:
            n, read = next(answers), next(answers)
            found[level] += Counted(min(n, CAP), n > CAP or read >= PROBE)
    return found


def _rest(stretches: Sequence[tuple[Part, Part, str]]) -> list[Part]:
    return [part for stretch in stretches for part in (_counted(*stretch), _read(*stretch))]


def _stretch(
    given: Conditions, driver: str, residual: str, order: str, now: datetime, word: _Words
) -> tuple[Part, Part, str]:
    """What the index answers and what is looked at row by row. The filter that an index may begin with goes with
    the due instant, or with any order where it names few rows."""
    by_due = order.startswith("due_at")
    first = (given.exact if by_due or given.few else Q()) & (given.due if by_due else Q())
    rest = given.rest & (Q() if by_due or given.few else given.exact) & (Q() if by_due else given.due)
    return _joined(driver, word[first], now), _joined(residual, word[rest], now), order


class _Words(dict[Q, Part]):
    """Conditions as SQL, each composed once: the stretches of all lights share theirs."""

    def __missing__(self, q: Q) -> Part:
        query = Commitment.objects.filter(q).query
        try:
            sql, values = query.get_compiler(connection=connection).compile(query.where)
        except FullResultSet:
            sql, values = "", ()
        self[q] = sql, list(values)
        return self[q]


def _joined(sql: str, more: Part, now: datetime) -> Part:
    words, values = more
    mine = sql.replace("%(now)s", "%s")
    return f"{mine} AND {words}" if words else mine, [now] * sql.count("%(now)s") + values


def _counted(driver: Part, rest: Part, order: str) -> Part:
    inner = f'SELECT * FROM "{TABLE}" WHERE {driver[0]} ORDER BY {order} LIMIT {PROBE}'  # noqa: S608
    sql = f'SELECT count(*) FROM (SELECT 1 FROM ({inner}) AS "{TABLE}" WHERE {rest[0]} LIMIT {CAP + 1}) AS hits'  # noqa: S608
    return sql, [*driver[1], *rest[1]]


def _read(driver: Part, rest: Part, order: str) -> Part:
    inner = f'SELECT 1 FROM "{TABLE}" WHERE {driver[0]} ORDER BY {order} LIMIT {PROBE}'  # noqa: S608
    return f"SELECT count(*) FROM ({inner}) AS probed", driver[1]  # noqa: S608


def _ask(parts: Sequence[Part]) -> list[int]:
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({sql})" for sql, _p in parts), [p for _s, ps in parts for p in ps])
        return [int(n) for n in cursor.fetchone()]
