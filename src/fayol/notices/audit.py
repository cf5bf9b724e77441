"""Replaying the facts of every receipt since it was last asked, and comparing the outcome with its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import Count, Max

from fayol.facts.models import Fact
from fayol.facts.registry import register_auditor
from fayol.facts.replay import differing, each, replayed
from fayol.notices.actions._turn import snapshot
from fayol.notices.models import Edition, Notice, Receipt, Tally
from fayol.notices.queries import tallies_of
from fayol.notices.states import Stage

UNTOLD = frozenset({"stage", "stage_at", "on_system_at", "duty_since", "call_since"})
"""Of a blank receipt: where the notice lies is for sending to say, and a withdrawal empties the phone list at once."""
BLANK = {name: value for name, value in snapshot(Receipt()).items() if name not in UNTOLD}
"""What being asked makes of a receipt; the stage besides, which is where the notice lies."""
FIRST = frozenset({Stage.WAITING.value, Stage.ON_SYSTEM.value})


def register() -> None:
    register_auditor("receipt", audit)


def audit() -> Iterator[str]:
    """One sentence for each receipt that is not what its facts make of it, and each notice whose tally is not the sum
    of its receipts. Streams in batches."""
    asked = dict(Edition.objects.filter(material=True).values_list("notice").annotate(n=Max("n")))
    for row, facts in each("receipt", Receipt.objects.all()):
        yield from compare(row, facts, asked.get(row.notice_id, 1))
    yield from _tallies()


def compare(row: Receipt, facts: Sequence[Fact], asked: int) -> Iterator[str]:
    """`asked` is the edition with which everybody was last asked anew; what came before no longer counts."""
    told = BLANK | replayed([fact for fact in facts if fact.data["edition"] >= asked])
    if "stage" not in told and row.stage in FIRST:
        told["stage"] = row.stage
    held = {name: value for name, value in snapshot(row).items() if name in BLANK or name == "stage"}
    yield from differing(f"receipt:{row.pk}", told, held)


def _tallies() -> Iterator[str]:
    notices = list(Notice.objects.filter(pk__in=Tally.objects.values("notice")))
    kept = tallies_of(notices)
    counted: dict[int, dict[Stage, int]] = {}
    for notice, stage, n in Receipt.objects.values_list("notice", "stage").annotate(n=Count("pk")):
        counted.setdefault(notice, {})[Stage(stage)] = n
    for pk in sorted(kept.keys() | counted.keys()):
        if kept.get(pk, {}) != counted.get(pk, {}):
            yield f"notice:{pk} 的回执合计与回执不符"
    yield from _unit_tallies()


_UNITS = """
SELECT notice_id, unit_id
  FROM (SELECT notice_id, unit_id, count(*) AS people, count(*) FILTER (WHERE stage = 'confirmed') AS confirmed,
               count(*) FILTER (WHERE stage IN ('proxied', 'reported', 'told')) AS by_others,
               count(*) FILTER (WHERE stage IN ('read', 'understood')) AS read,
               count(*) FILTER (WHERE stage IN ('waiting', 'handed', 'failed')) AS unreached
          FROM notices_receipt WHERE unit_id IS NOT NULL GROUP BY 1, 2) AS r
  FULL JOIN (SELECT notice_id, unit_id, sum(people) AS people, sum(confirmed) AS confirmed, sum(by_others) AS by_others,
                    sum(read) AS read, sum(unreached) AS unreached
               FROM notices_unittally GROUP BY 1, 2) AS t USING (notice_id, unit_id)
 WHERE coalesce(r.people, 0) <> coalesce(t.people, 0) OR coalesce(r.confirmed, 0) <> coalesce(t.confirmed, 0)
    OR coalesce(r.by_others, 0) <> coalesce(t.by_others, 0) OR coalesce(r.read, 0) <> coalesce(t.read, 0)
    OR coalesce(r.unreached, 0) <> coalesce(t.unreached, 0)
 ORDER BY 1, 2
"""


def _unit_tallies() -> Iterator[str]:
    """Compared by the database, which is asked for the differences alone."""
    with connection.cursor() as cursor:
        cursor.execute(_UNITS)
        for notice, unit in cursor.fetchall():
            yield f"notice:{notice} 在unit:{unit}的回执合计与回执不符"
