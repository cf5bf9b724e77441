"""政令传达图: how far a notice got, by branch of the tree and by level.

It reads a row for each unit, not for each person. Only the middle confirming is looked up among those who confirmed;
of many it is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection

from fayol.notices.models import Notice
from fayol.organisation.models import Unit

ALWAYS_READ = 1000
"""Up to so many confirmed the middle one is looked up each time. Of more it is remembered until a hundredth more have
confirmed, which moves it by half a rank in a hundred, or an hour has passed."""
REMEMBERED = 3600  # seconds


@dataclass(frozen=True)
class Branch:
    """How far a notice got in one unit with all below it, or (`own`) among those right in the unit that is shown.

    `asked_at` is when the first of those who confirmed was asked; `median` seconds by the clock from being asked to the
    confirming of the middle one. `units` how many units below took part, itself included.
    """

    unit_id: int
    name: str
    own: bool
    units: int
    people: int
    confirmed: int
    by_others: int
    read: int
    unreached: int
    asked_at: datetime | None
    median: float | None

    @property
    def unread(self) -> int:
        return self.people - self.confirmed - self.by_others - self.read - self.unreached


_FIGURES = "sum(t.people), sum(t.confirmed), sum(t.by_others), sum(t.read), sum(t.unreached)"
_MIDDLE = """min(r.asked_at), percentile_disc(0.5) WITHIN GROUP
       (ORDER BY extract(epoch FROM r.confirmed_at - r.asked_at)::float8)"""
# the path of the unit right below the one that is shown, of which this unit is a part; of the shown one itself its own
_TOP = "left(u.path, %(length)s + strpos(substr(u.path, %(length)s + 1), '.'))"
_BRANCHES = f"""
SELECT top.id, top.short_name, top.official_name, coalesce(top.id = %(unit)s, false), count(DISTINCT u.id), {_FIGURES}
  FROM notices_unittally t JOIN organisation_unit u ON u.id = t.unit_id JOIN organisation_unit top ON top.path = {_TOP}
 WHERE t.notice_id = %(notice)s AND t.people > 0 AND u.path LIKE %(below)s
 GROUP BY top.id ORDER BY 4 DESC, top."order", top.id
"""  # noqa: S608  constants of this module
_BRANCH_MIDDLES = f"""
SELECT top.id, {_MIDDLE}
  FROM notices_receipt r JOIN organisation_unit u ON u.id = r.unit_id JOIN organisation_unit top ON top.path = {_TOP}
 WHERE r.notice_id = %(notice)s AND r.stage = 'confirmed' AND u.path LIKE %(below)s GROUP BY top.id
"""  # noqa: S608  constants of this module
_LEVEL = "length(u.path) - length(replace(u.path, '.', ''))"
_LEVELS = f"""
SELECT {_LEVEL}, '', '', false, count(DISTINCT u.id), {_FIGURES}
  FROM notices_unittally t JOIN organisation_unit u ON u.id = t.unit_id
 WHERE t.notice_id = %(notice)s AND t.people > 0 GROUP BY 1 ORDER BY 1
"""  # noqa: S608  constants of this module
_LEVEL_MIDDLES = f"""
SELECT {_LEVEL}, {_MIDDLE}
  FROM notices_receipt r JOIN organisation_unit u ON u.id = r.unit_id
 WHERE r.notice_id = %(notice)s AND r.stage = 'confirmed' GROUP BY 1
"""  # noqa: S608  constants of this module

Middles = dict[int, tuple[datetime, float]]


def branches_of(notice: Notice, unit: Unit | None) -> list[Branch]:
    """Below one unit, or from the top: a row for each unit right below it."""
    path = unit.path if unit else ""
    given = {
        "notice": notice.pk, "unit": unit.pk if unit else None, "length": len(path), "below": f"{path}%",
    }  # fmt: skip
    return _reach(_BRANCHES, _BRANCH_MIDDLES, given, f"branch-{unit.pk if unit else 0}")


def levels_of(notice: Notice) -> list[Branch]:
    """The same by the level of the tree; `unit_id` is the level, 1 at the top."""
    return _reach(_LEVELS, _LEVEL_MIDDLES, {"notice": notice.pk}, "levels")


def _reach(figures: str, middles: str, given: dict[str, Any], what: str) -> list[Branch]:
    rows = _asked(figures, given)
    confirmed = sum(row[6] for row in rows)
    found = _remembered(f"reach-{given['notice']}-{what}", confirmed, lambda: _middles(middles, given))
    return [
        Branch(key, short or official, own, units, *counts, *found.get(key, (None, None)))
        for key, short, official, own, units, *counts in rows
    ]


def _asked(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _middles(sql: str, given: dict[str, Any]) -> Middles:
    return {key: (asked_at, median) for key, asked_at, median in _asked(sql, given)}


def _remembered(key: str, confirmed: int, read: Callable[[], Middles]) -> Middles:
    if not confirmed:
        return {}
    if confirmed <= ALWAYS_READ:
        return read()
    known: tuple[int, Middles] | None = cache.get(key)
    if known is None or not known[0] <= confirmed <= known[0] * 1.01:
        known = confirmed, read()
        cache.set(key, known, REMEMBERED)
    return known[1]


def unit_in(pk: int) -> Unit | None:
    return Unit.objects.filter(pk=pk).first()


def above(unit: Unit) -> list[Unit]:
    """The units over it, from the top down; its keys stand in its path."""
    keys = [int(part) for part in unit.path.split(".") if part][:-1]
    rows = Unit.objects.in_bulk(keys)
    return [rows[key] for key in keys if key in rows]
