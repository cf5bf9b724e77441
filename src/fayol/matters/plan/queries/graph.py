"""Loading as much of the graph as a question needs: what lies behind some promises, and what those rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from fayol.commitments.states import State
from fayol.kernel.worktime import WorkCalendar
from fayol.matters.plan.policy import Graph, Link, Node
from fayol.organisation.calendar import work_calendar

_REACH = """
WITH RECURSIVE down(id) AS (
    SELECT unnest(%(seeds)s::bigint[])
    UNION
    SELECT d.after_id FROM matters_dependency d JOIN down ON d.before_id = down.id
        JOIN commitments_commitment c ON c.id = d.after_id AND c.closed_at IS NULL
    WHERE %(down)s
), up(id) AS (
    SELECT id FROM down
    UNION
    SELECT d.before_id FROM matters_dependency d JOIN up ON d.after_id = up.id
        JOIN commitments_commitment c ON c.id = d.after_id AND c.closed_at IS NULL
)
SELECT id FROM up
"""
_BEHIND = """
WITH RECURSIVE down(id) AS (
    SELECT unnest(%(seeds)s::bigint[])
    UNION
    SELECT d.after_id FROM matters_dependency d JOIN down ON d.before_id = down.id
)
SELECT id FROM down
"""
_NODES = """
SELECT c.id, c.due_on, c.state, c.reported_at, c.closed_at, p.start_on, p.workdays, p.assured_for
FROM commitments_commitment c LEFT JOIN matters_planstep p ON p.commitment_id = c.id
WHERE c.id = ANY(%(ids)s) AND c.state <> 'cancelled'
"""
_LINKS = "SELECT before_id, after_id, lag FROM matters_dependency WHERE after_id = ANY(%(ids)s)"


def load_graph(
    seeds: Collection[int], now: datetime, *, down: bool = True, due: Mapping[int, date] | None = None
) -> Graph:
    """The seeds, all that hangs on them (`down`), and all that these rest on, in three queries. Closed ones end the
    walk; `due` says which dates to take instead of those that hold now."""
    calendar = work_calendar()
    ids = [row[0] for row in _rows(_REACH, {"seeds": sorted(seeds), "down": down})]
    nodes = {row[0]: _node(row, calendar) for row in _rows(_NODES, {"ids": ids})}
    links = [Link(*row) for row in _rows(_LINKS, {"ids": ids})]
    nodes |= {pk: replace(nodes[pk], due_on=day) for pk, day in (due or {}).items() if pk in nodes}
    return Graph(nodes, links, calendar, calendar.local_day(now))


def pairs_behind(seeds: Collection[int]) -> list[tuple[int, int]]:
    """(before, after) of everything that hangs on the seeds."""
    ids = [row[0] for row in _rows(_BEHIND, {"seeds": sorted(seeds)})]
    return [(before, after) for before, after, _lag in _rows(_LINKS, {"ids": ids})]


def _rows(sql: str, given: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _node(row: tuple[Any, ...], calendar: WorkCalendar) -> Node:
    pk, due_on, state, reported_at, closed_at, start_on, workdays, assured_for = row
    ended = reported_at if state == State.REPORTED else closed_at  # cancelled ones are not asked for
    done = calendar.local_day(ended) if ended else None
    return Node(pk, due_on, start_on, workdays, done, assured_for)
