"""How a sweep takes due rows, so that any number of workers can do it at once and no row can stop the rest.

A sweep in four lines:

    def climb_due(now: datetime, limit: int) -> int:
        due = Climb.objects.filter(next_look_at__lte=now)
        return work_through(due, lambda climb: fire(climb, now=now), sweep="ladders.due", column="next_look_at",
                            now=now, limit=limit)

    register_sweep("ladders.due", climb_due, every_seconds=30, shared=True, due=lambda now: count_due(...))

What it does with them: one transaction for the batch; its rows are locked, and what others hold is skipped. PostgreSQL
asks the filter again when it locks, so that a row somebody dealt with a moment ago is not dealt with twice. Each row
has a savepoint. Whatever `do` raises undoes that row alone, which is pushed back with its reason: for a minute, then
two, four, up to `LONGEST_PAUSE`; it stands in `StuckRow` until it succeeds, for the status page. So `do` must only

- move the row on (set its `column` to the next instant, or to NULL), else it is due again at once;
- look again at what lies outside the row: is the commitment still open, is the person still there;
- change nothing outside the database: what is sent is sent by another sweep, from rows.

A killed worker's batch is undone whole and is still due: nothing is done twice, nothing is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connection, models, transaction
from django.db.models import QuerySet

from fayol.worker.models import StuckRow

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
REASON_LENGTH = 300

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


def claim(due: QuerySet[M], *, column: str, limit: int) -> list[M]:
    """At most `limit` rows of `due`, the longest due first, locked until the end of this transaction."""
    rows = due.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return list(rows.order_by(column, "pk")[:limit])


def work_through(
    due: QuerySet[M],
    do: Callable[[M], object],
    *,
    sweep: str,
    column: str,
    now: datetime,
    limit: int,
    trouble: str = "",
) -> int:
    """Claims a batch and lets `do` deal with each of its rows; the number claimed, as a sweep's `run` must answer.

    `column` is the instant from which a row is due; `trouble` a text column of the same row for the reason of a push
    back, if it has one.
    """
    return _work(
        due, lambda rows: _one_by_one(do, rows), sweep=sweep, column=column, now=now, limit=limit, trouble=trouble
    )


def work_through_together(
    due: QuerySet[M],
    do: Callable[[list[M]], object],
    *,
    sweep: str,
    column: str,
    now: datetime,
    limit: int,
    trouble: str = "",
) -> int:
    """As `work_through`, with a `do` that deals with the whole batch in few statements. Only when that fails is it
    called for each row alone, to find the bad one."""
    return _work(
        due, lambda rows: _together(do, rows), sweep=sweep, column=column, now=now, limit=limit, trouble=trouble
    )


@transaction.atomic
def _work(
    due: QuerySet[M],
    attempt: Callable[[list[M]], dict[object, Exception]],
    *,
    sweep: str,
    column: str,
    now: datetime,
    limit: int,
    trouble: str,
) -> int:
    rows = claim(due, column=column, limit=limit)
    if not rows:
        return 0
    stuck = _stuck(sweep, rows)
    errors = attempt(rows)
    for row in rows:
        if row.pk in errors:
            _push_back(row, errors[row.pk], stuck.get(row.pk), sweep=sweep, column=column, trouble=trouble, now=now)
    freed = [entry.pk for pk, entry in stuck.items() if pk not in errors]
    if freed:
        StuckRow.objects.filter(pk__in=freed).delete()
    return len(rows)


def count_due(due: QuerySet[M], *, most: int = 100_000) -> int:
    """How many rows are due, counted no further than `most`: for the status page and the metrics."""
    return due.order_by()[:most].count()


def _one_by_one(do: Callable[[M], object], rows: Sequence[M]) -> dict[object, Exception]:
    tries = ((row.pk, _try(do, row)) for row in rows)
    return {pk: error for pk, error in tries if error is not None}


def _together(do: Callable[[list[M]], object], rows: list[M]) -> dict[object, Exception]:
    return {} if _try(do, rows) is None else _one_by_one(lambda row: do([row]), rows)


def _try(do: Callable[[T], object], subject: T) -> Exception | None:
    """What `do` raised, with its changes undone. A lost database is nobody's fault and ends the batch."""
    try:
        with transaction.atomic():
            do(subject)
    except Exception as error:
        if connection.needs_rollback or not connection.is_usable():
            raise
        return error
    return None


def _stuck(sweep: str, rows: Sequence[models.Model]) -> dict[object, StuckRow]:
    found = StuckRow.objects.filter(sweep=sweep, table=_table(rows[0]), row_id__in=[row.pk for row in rows])
    return {entry.row_id: entry for entry in found}


def _push_back(
    row: models.Model,
    error: Exception,
    entry: StuckRow | None,
    *,
    sweep: str,
    column: str,
    trouble: str,
    now: datetime,
) -> None:
    logger.error("sweep %s: %s %s is pushed back", sweep, _table(row), row.pk, exc_info=error)
    reason = f"{type(error).__name__}: {error}"[:REASON_LENGTH].replace("\x00", "")
    entry = entry or StuckRow(sweep=sweep, table=_table(row), row_id=row.pk, first_at=now)
    entry.failures += 1
    entry.last_at, entry.reason = now, reason
    entry.again_at = now + min(FIRST_PAUSE * 2 ** min(entry.failures - 1, 16), LONGEST_PAUSE)
    entry.save()
    changes: dict[str, object] = {column: entry.again_at, **({trouble: reason} if trouble else {})}
    type(row)._default_manager.filter(pk=row.pk).update(**changes)


def _table(row: models.Model) -> str:
    return row._meta.label_lower
