"""What does looking ahead cost? The sweep over so many promises whose turn it is, among few and among many others.

It looks at absences, at what else the units have due, at late supports and at the plan, in batches.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from benchmarks import surroundings

DUE = 2_000
Measured = dict[str, tuple[float, str, str]]

TURN = """
UPDATE commitments_commitment SET foresee_at = %s WHERE id IN (
    SELECT id FROM commitments_commitment
    WHERE due_at > %s AND due_at < %s::timestamptz + interval '9 days'
        AND state IN ('acknowledged', 'promised', 'handed_back')
    ORDER BY due_at, id LIMIT %s)
"""


def measure(databases: Mapping[str, BaseDatabaseWrapper], now: datetime, small: int, large: int) -> Measured:
    rates = {}
    for size, database in databases.items():
        with surroundings.using(database):
            rates[size] = _sweep(now)
    big, few = rates["large"], rates["small"]
    note = f"{big:.0f} rows/s at {large}, {few:.0f} at {small} commitments"
    return {
        "foresee_rows_per_s": (round(big), "rows/s", f"looking ahead at those due soon, {large} commitments"),
        "foresee_large_vs_small": (round(few / big, 2), "ratio", f"time for one row: {note}"),
    }


def _sweep(now: datetime) -> float:
    from fayol.commitments.sweeps import BATCH, look_ahead

    with connection.cursor() as cursor:
        cursor.execute("UPDATE commitments_commitment SET foresee_at = NULL WHERE foresee_at IS NOT NULL")
        cursor.execute(TURN, [now, now, now, DUE])
    done, begin = 0, time.perf_counter()
    while found := look_ahead(now, BATCH):
        done += found
    return done / (time.perf_counter() - begin) if done else 0.0
