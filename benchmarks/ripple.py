"""What does it cost to see what a moved date does? Load and compute over a graph of 10,000 promises and of 1,000.

The graph is a plan of many parallel threads that meet: every promise needs one or two earlier ones of a band, so that a
late first one reaches almost everything. A promise loses all its slack, so that the change travels to the very end.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

Measured = dict[str, tuple[float, str, str]]
SMALL, LARGE, WIDTH, TURNS = 1_000, 10_000, 25, 15
_FIRST = 900_000_000
"""Keys far from all others, so that what is made here can be taken away again."""

TASKS = """
INSERT INTO commitments_commitment (id, title, text, condition, deliverable, nature, role, urgency, origin_type, origin_title,
    ref, audience, state, holder_side, holder_because, bucket, required_words, required_on, promised_on, proposed_condition,
    due_on, due_at, came_from, waiting_for, flag, percent, last_note, returns, extensions, chases, sheet, created_at, version,
    assumed, foreseen, requester_unit_id, performer_unit_id, holder_id, holder_unit_id)
SELECT %(first)s + i, '第' || i || '段', '', '', '', 'directive', 'lead', 'normal', '', '', '', '{0}', 'promised', 'performer', '',
    'working', '', d, d, '', d, (d + time '17:30') AT TIME ZONE 'Asia/Shanghai', '', '', '', 0, '', 0, 0, 0, '{}', %(now)s, 1,
    false, '[]', u.id, u.id, p.id, u.id
FROM generate_series(0, %(count)s - 1) i
    CROSS JOIN LATERAL (SELECT (%(now)s::timestamptz)::date + 7 + 2 * (i / %(width)s) AS d) day,
    (SELECT id FROM organisation_unit WHERE is_office) u, (SELECT id FROM organisation_person ORDER BY id LIMIT 1) p
"""
TIES = """
INSERT INTO matters_dependency (before_id, after_id, kind, lag, standard, created_at, trouble)
SELECT DISTINCT %(first)s + i - %(width)s + (i %% 2) * k, %(first)s + i, 'result', 0, '', %(now)s::timestamptz, ''
FROM generate_series(%(width)s, %(count)s - 1) i, generate_series(0, 1) k
WHERE i - %(width)s + (i %% 2) * k < i - i %% %(width)s
"""
STEPS = """
INSERT INTO matters_planstep (commitment_id, workdays, counted_on)
SELECT id, 1, due_on FROM commitments_commitment WHERE id >= %(first)s
"""


def run() -> Measured:
    from django.utils import timezone

    now = timezone.now()
    large, touched, loading = _timed(LARGE, now)
    small, _few, _spent = _timed(SMALL, now)
    note = f"best of {TURNS}: {touched} of {LARGE} touched, {1000 * loading:.0f} ms of it loading"
    growth = f"{1000 * large:.1f} ms over {1000 * small:.1f} ms"
    return {
        "ripple_10k_ms": (round(1000 * large, 1), "ms", note),
        "ripple_10k_vs_1k": (round(large / small, 2), "ratio", growth),
    }


def _timed(count: int, now: datetime) -> tuple[float, int, float]:
    """Seconds of load and compute, promises touched, seconds of loading: the best of several turns, since whatever else
    the machine does only adds."""
    from fayol.matters.plan.policy import ripple
    from fayol.matters.plan.queries import load_graph

    _fill(count, now)
    try:
        whole, loading, touched = [], [], 0
        far = (now + timedelta(days=30 + 2 * count // WIDTH)).date()
        moved = {_FIRST + i: far for i in range(WIDTH)}
        for _turn in range(TURNS):
            begin = time.perf_counter()
            graph = load_graph(list(moved), now)
            loading.append(time.perf_counter() - begin)
            touched = len(ripple(graph, moved).lines)
            whole.append(time.perf_counter() - begin)
        assert touched >= 0.9 * (count - WIDTH), touched
        return min(whole), touched, min(loading)
    finally:
        _clear()


def _fill(count: int, now: datetime) -> None:
    _run(TASKS, TIES, STEPS, given={"first": _FIRST, "count": count, "width": WIDTH, "now": now})
    _run("ANALYZE commitments_commitment", "ANALYZE matters_dependency", "ANALYZE matters_planstep", given={})


def _clear() -> None:
    _run(
        "DELETE FROM matters_dependency WHERE after_id >= %(first)s",
        "DELETE FROM matters_planstep WHERE commitment_id >= %(first)s",
        "DELETE FROM commitments_commitment WHERE id >= %(first)s",
        given={"first": _FIRST},
    )


def _run(*statements: str, given: dict[str, Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, given or None)
