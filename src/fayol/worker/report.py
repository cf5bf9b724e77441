"""What `fayol status`, the page of the state of things and /metrics say about the worker. All of it is read from the
database, so that every process of an installation says the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction

from fayol.worker.models import StuckRow, SweepRun, WorkerProcess
from fayol.worker.presence import ALIVE
from fayol.worker.registry import Sweep, sweeps

logger = logging.getLogger(__name__)
T = TypeVar("T")

GRACE = timedelta(minutes=2)
OFTEN = 3  # failures of one row after which it needs a person: what was only in the way has passed by then
MOST_STUCK = 50  # rows shown


@dataclass(frozen=True)
class SweepState:
    name: str
    every_seconds: int
    shared: bool
    due_at: datetime | None
    started_at: datetime | None
    succeeded_at: datetime | None
    handled: int
    handled_ever: int
    failures: int
    failures_ever: int
    error: str
    running: bool
    late_by: timedelta  # zero: on time


@dataclass(frozen=True)
class WorkerReport:
    sweeps: tuple[SweepState, ...]
    workers: tuple[WorkerProcess, ...]
    silent: tuple[WorkerProcess, ...]  # were there within the hour and did not take their leave
    jobs_waiting: int  # due now
    oldest_waiting: datetime | None
    jobs_stalled: int  # in the hands of a worker that gave no sign of life
    jobs_failed: int
    stuck: tuple[StuckRow, ...]  # the ones that failed most often
    stuck_total: int
    stuck_often: int

    @property
    def workers_alive(self) -> int:
        return len(self.workers)

    @property
    def late(self) -> tuple[SweepState, ...]:
        return tuple(sweep for sweep in self.sweeps if sweep.late_by)

    @property
    def failing(self) -> tuple[SweepState, ...]:
        return tuple(sweep for sweep in self.sweeps if sweep.failures)

    @property
    def wrong_clocks(self) -> tuple[WorkerProcess, ...]:
        return tuple(worker for worker in self.workers if not worker.clock_is_right)

    @property
    def troubles(self) -> dict[str, int]:
        """What needs somebody to look at it: how many of each kind."""
        found = {
            "no_worker": int(not self.workers),
            "clock": len(self.wrong_clocks),
            "late": len(self.late),
            "failing": len(self.failing),
            "stalled": self.jobs_stalled,
            "stuck": self.stuck_often,
        }
        return {code: number for code, number in found.items() if number}

    @property
    def healthy(self) -> bool:
        return not self.troubles


def worker_report(now: datetime) -> WorkerReport:
    """Five queries. A sweep is late when it should have begun more than GRACE and two of its periods ago."""
    rows = {row.name: row for row in SweepRun.objects.all()}
    processes = list(WorkerProcess.objects.order_by("host", "pid", "id"))
    stuck = StuckRow.objects.order_by("-failures", "-last_at")
    stuck_total, stuck_often = _stuck_numbers()
    return WorkerReport(
        sweeps=tuple(_state(sweep, rows.get(sweep.name), now) for sweep in sweeps()),
        workers=tuple(one for one in processes if one.seen_at > now - ALIVE),
        silent=tuple(one for one in processes if one.seen_at <= now - ALIVE),
        **_jobs(now),
        stuck=tuple(stuck[:MOST_STUCK]),
        stuck_total=stuck_total,
        stuck_often=stuck_often,
    )


def waiting_rows(now: datetime) -> dict[str, int]:
    """For each sweep that counts them, how many of its rows are due."""
    counted = {sweep.name: number(sweep.due, now) for sweep in sweeps() if sweep.due is not None}
    return {name: rows for name, rows in counted.items() if rows is not None}


def number(read: Callable[[datetime], T], now: datetime) -> T | None:
    """What an app counts; None when it cannot be counted, so that the other numbers are still told."""
    try:
        with transaction.atomic():
            return read(now)
    except DatabaseError:
        logger.exception("a number could not be read: %s", read)
        return None


def _stuck_numbers() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE failures >= %s) FROM worker_stuckrow", [OFTEN])
        total, often = cursor.fetchone()
    return total, often


def _jobs(now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, %(now)s) <= %(now)s),
                   (SELECT min(at) FROM procrastinate_events e JOIN procrastinate_jobs j ON j.id = e.job_id
                     WHERE j.status = 'todo' AND e.type = 'deferred'
                       AND coalesce(j.scheduled_at, %(now)s) <= %(now)s),
                   count(*) FILTER (WHERE status = 'doing' AND NOT EXISTS (
                     SELECT FROM procrastinate_workers w
                      WHERE w.id = worker_id AND w.last_heartbeat > %(alive)s)),
                   count(*) FILTER (WHERE status = 'failed')
              FROM procrastinate_jobs
             WHERE status IN ('todo', 'doing', 'failed')
            """,
            {"now": now, "alive": now - ALIVE},
        )
        names = ("jobs_waiting", "oldest_waiting", "jobs_stalled", "jobs_failed")
        return dict(zip(names, cursor.fetchone(), strict=True))


def _state(sweep: Sweep, row: SweepRun | None, now: datetime) -> SweepState:
    row = row or SweepRun(name=sweep.name)
    running = row.leased_until is not None and row.leased_until > now
    late_by = timedelta(0)
    if row.due_at and not running and now > row.due_at + max(GRACE, timedelta(seconds=2 * sweep.every_seconds)):
        late_by = now - row.due_at
    return SweepState(
        name=sweep.name,
        every_seconds=sweep.every_seconds,
        shared=sweep.shared,
        due_at=row.due_at,
        started_at=row.started_at,
        succeeded_at=row.succeeded_at,
        handled=row.handled,
        handled_ever=row.handled_ever,
        failures=row.failures,
        failures_ever=row.failures_ever,
        error=row.error,
        running=running,
        late_by=late_by,
    )
