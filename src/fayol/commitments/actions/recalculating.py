"""Following a change of the working calendars: deadlines are counted anew, and those concerned are told.

What is overdue stays what it was. A promised day stays promised; when it has become a day off, or when what was asked
is now earlier, that is told.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from fayol.commitments.actions._turn import Turn, changed_by, snapshot
from fayol.commitments.models import Commitment, Recalculation
from fayol.commitments.recounting import Shift, candidates, recount
from fayol.facts.journal import record, record_many
from fayol.facts.spelling import spelled
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar import Calendars, read_plan
from fayol.organisation.effects import Change, Outcome
from fayol.worker.waking import wake

SWEEP = "commitments.recalculate"
AT_ONCE = 1000
"""So many promises are counted anew within the act itself; more are left to the worker."""
BATCH = 500
log = logging.getLogger(__name__)


@transaction.atomic
def recalculate(change: Change, by: Actor, now: datetime) -> Outcome:
    """Count all promises anew that the change could touch: here, or, when they are many, by the worker."""
    run = Recalculation.objects.create(
        why=change.why[:200],
        first_on=change.first,
        last_on=change.last,
        turned_off=sorted(day.isoformat() for day in change.turned_off),
        units=None if change.units is None else sorted(change.units),
        started_at=now,
        next_at=now,
    )
    if candidates(change, now).order_by()[: AT_ONCE + 1].count() > AT_ONCE:
        wake(SWEEP)
        return Outcome(pending=True)
    while run.finished_at is None:
        _batch(run, change, by=by, now=now)
    return Outcome(run.moved)


def carry_on(run: Recalculation, *, now: datetime) -> None:
    """The next batch, for the worker: within its transaction, the run under lock."""
    change = Change(
        after=Calendars(read_plan()),
        first=run.first_on,
        last=run.last_on,
        why=run.why,
        turned_off=frozenset(map(date.fromisoformat, run.turned_off)),
        units=None if run.units is None else frozenset(run.units),
    )
    _batch(run, change, by=SYSTEM, now=now)


def _batch(run: Recalculation, change: Change, *, by: Actor, now: datetime) -> None:
    rows = candidates(change, now).filter(pk__gt=run.cursor).select_for_update(of=("self",)).order_by("pk")
    taken = list(rows[:BATCH])
    shifts = _count(run, taken, change, by=by, now=now)
    run.looked += len(taken)
    run.moved += len(shifts)
    if len(taken) < BATCH:
        run.finished_at, run.next_at = now, None
    if taken:
        run.cursor = taken[-1].pk
    run.save()
    if shifts:
        data = {"why": run.why, "items": [_item(row, shift) for row, shift in shifts]}
        record("recalculation", run.pk, "recalculation.counted", by=by, now=now, data=data)


def _count(
    run: Recalculation, rows: Sequence[Commitment], change: Change, *, by: Actor, now: datetime
) -> list[tuple[Commitment, Shift]]:
    """Recount, save and record; a row that cannot be counted is left as it was and does not stop the rest."""
    turns, told, quiet = [], [], []
    for row in rows:
        before, aside = snapshot(row), (row.assumed, row.amber_at)
        try:
            shift = recount(row, change, now)
        except Exception as error:  # a rule nobody can count any more concerns its own row only
            log.exception("commitment %s could not be counted anew", row.pk)
            run.trouble = f"commitment {row.pk}: {type(error).__name__}: {error}"[:300]
            continue
        turn = Turn(row=row, by=by, now=now, before=before, extra={"words": run.why, "files": []})
        if changed_by(turn):
            turns.append(turn)
        elif aside != (row.assumed, row.amber_at):
            quiet.append(row)
        if shift.kind:
            told.append((row, shift))
    for turn in turns:
        turn.row.version += 1
    _save([*quiet, *(turn.row for turn in turns)])
    _record(turns, by=by, now=now)
    return told


_WRITTEN = {
    "required_on": "date", "required_at": "timestamptz", "due_on": "date", "due_at": "timestamptz",
    "sign_due_at": "timestamptz", "amber_at": "timestamptz", "assumed": "boolean", "foreseen": "text",
    "foreseen_at": "timestamptz", "foresee_at": "timestamptz", "next_look_at": "timestamptz", "next_word_on": "date",
    "version": "integer",
}  # fmt: skip


def _save(rows: Sequence[Commitment]) -> None:
    """One statement for the batch, whose size does not grow with it: bulk_update's CASE for each row and column took
    nine tenths of the time."""
    if not rows:
        return
    columns = [[json.dumps(row.foreseen) if name == "foreseen" else getattr(row, name) for row in rows]
               for name in _WRITTEN]  # fmt: skip
    sets = ", ".join(f"{name} = v.{name}{'::jsonb' if name == 'foreseen' else ''}" for name in _WRITTEN)
    arrays = ", ".join(f"%s::{kind}[]" for kind in ["bigint", *_WRITTEN.values()])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Commitment._meta.db_table} AS c SET {sets}"  # noqa: S608  our own names only
            f" FROM unnest({arrays}) AS v(id, {', '.join(_WRITTEN)}) WHERE c.id = v.id",
            [[row.pk for row in rows], *columns],
        )


def _record(turns: Sequence[Turn], *, by: Actor, now: datetime) -> None:
    if not turns:
        return
    items: list[tuple[int, str, dict[str, Any]]] = [
        (turn.row.pk, "commitment.recalculated", {**turn.extra, "set": changed_by(turn)}) for turn in turns
    ]
    record_many("commitment", items, by=by, now=now)


def _item(row: Commitment, shift: Shift) -> dict[str, Any]:
    return {
        "commitment": row.pk,
        "kind": shift.kind,
        "before": spelled(shift.before),
        "after": spelled(shift.after),
        "promised": spelled(row.promised_on),
    }
