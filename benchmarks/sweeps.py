"""Does a sweep cost what is due, or what there is? 10,000 rungs of the ladders, due among two sizes of open promises.

Both sizes take turns, batch by batch, so that they are measured in the same weather.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any

from benchmarks.surroundings import using

DUE, BATCH = 10_000, 200
Measured = dict[str, tuple[float, str, str]]

CLIMBS = """
WITH ladder AS (SELECT * FROM json_to_recordset(%(ladders)s) AS l(kind text, urgency text, ladder jsonb)),
row AS (
    SELECT c.*, CASE urgency WHEN 'flash' THEN %(now)s::timestamptz - interval '61 minutes'
                             ELSE %(now)s::timestamptz - interval '20 hours' END AS begun, CASE WHEN state = 'assigned' THEN 'sign' ELSE 'deliver' END AS kind,
           CASE WHEN state = 'assigned' THEN row_number() OVER (PARTITION BY state ORDER BY hashint8(id)) END AS place
    FROM commitments_commitment c WHERE state NOT IN ('draft', 'fulfilled', 'cancelled')
)
INSERT INTO ladders_climb (commitment_id, kind, unit_id, ladder, started_at, due_on, due_at, floor_at, next_rung, steps,
    height, reached, suspended, mute_reason, trouble, ended_why, next_look_at)
SELECT row.id, kind, performer_unit_id, ladder.ladder, begun,
    CASE WHEN kind = 'sign' THEN (%(now)s::timestamptz - interval '14 hours')::date ELSE row.due_on END,
    CASE WHEN kind = 'sign' THEN %(now)s::timestamptz - interval '14 hours' ELSE row.due_at END, begun, 0, 0, 0, '[]', false, '', '', '',
    CASE WHEN place <= %(due)s THEN %(now)s::timestamptz - place * interval '10 milliseconds'
         ELSE %(now)s::timestamptz + interval '1 day' + (hashint8(row.id) & 65535) * interval '1 minute' END
FROM row JOIN ladder USING (kind, urgency) ORDER BY row.id
"""


def fill(now: datetime) -> int:
    """A climb for every open promise in the database, DUE of them due now. Their number.

    `now` is an hour into a working day: what was to be signed for by the evening before is due since the opening.
    """
    from django.db import connection

    from fayol.commitments.states import Urgency
    from fayol.ladders.queries.shelf import shelf
    from fayol.ladders.states import Kind

    found = shelf()
    ladders = [
        {"kind": kind.value, "urgency": urgency.value, "ladder": found.ladder(kind, urgency, "").to_json()}
        for kind in (Kind.SIGN, Kind.DELIVER)
        for urgency in Urgency
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET session_replication_role = replica")
        cursor.execute(CLIMBS, {"ladders": json.dumps(ladders), "now": now, "due": DUE})
        climbs: int = cursor.rowcount
        cursor.execute("RESET session_replication_role; RESET synchronous_commit")
        cursor.execute("VACUUM ANALYZE ladders_climb, commitments_commitment")
    return climbs


def measure(databases: dict[str, Any], now: datetime) -> dict[str, float]:
    """Seconds for all that is due, by size."""
    from fayol.ladders.models import Climb
    from fayol.ladders.sweeps import climb_due

    spent = dict.fromkeys(databases, 0.0)
    for turn in range(DUE // BATCH):
        for size, database in sorted(databases.items(), reverse=bool(turn % 2)):
            with using(database):
                begin = time.perf_counter()
                claimed = climb_due(now, BATCH)
                spent[size] += time.perf_counter() - begin
                assert claimed == BATCH, (size, turn, claimed)
    for database in databases.values():
        with using(database):
            assert Climb.objects.filter(steps=1).count() == DUE
            assert not Climb.objects.filter(next_look_at__lte=now).exists()
    return spent


def run(databases: dict[str, Any], now: datetime) -> Measured:
    """`databases`: "small" and "large", both with commitments in them."""
    from fayol.organisation.calendar import work_calendar

    calendar = work_calendar()
    evening = now.astimezone(calendar.tz).replace(hour=20)
    at_work = calendar.add_worked(evening, timedelta(hours=1))
    climbs = {}
    for size, database in databases.items():
        with using(database):
            climbs[size] = fill(at_work)
    spent = measure(databases, at_work)
    large, small = spent["large"], spent["small"]
    note = f"{DUE} due: {large:.1f} s among {climbs['large']}, {small:.1f} s among {climbs['small']} climbs"
    return {
        "sweep_1m_vs_100k": (round(large / small, 2), "ratio", note),
        "rungs_per_s": (round(DUE / large), "rungs/s", f"one process, among {climbs['large']} climbs"),
    }
