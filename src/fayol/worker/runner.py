"""Runs sweeps in batches and writes down how it went.

An ordinary sweep is claimed by a lease and runs in one worker. A shared one takes none: while full batches come, every
one of them wakes one more worker to help, and the rows' locks keep them apart.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least
from django.utils import timezone

from fayol.worker.models import SweepRun
from fayol.worker.presence import CLOCKS_MAY_DIFFER, doing
from fayol.worker.registry import Sweep, sweeps

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # for one batch; after a kill -9 the sweep waits this long at most
TURN = timedelta(seconds=60)  # one run; what is left goes on at the next tick, so that nobody holds a thread for ever
LONGEST_PAUSE = timedelta(minutes=15)  # between two tries of a sweep that keeps failing

SHARED = ""  # the owner of a shared sweep is nobody

Clock = Callable[[], datetime]
CallHelp = Callable[[str], None]


def due_names(now: datetime) -> list[str]:
    """Registered sweeps whose time has come and which nobody runs. A sweep seen for the first time is due."""
    known = {row.name: row for row in SweepRun.objects.filter(name__in=[sweep.name for sweep in sweeps()])}
    return [sweep.name for sweep in sweeps() if (row := known.get(sweep.name)) is None or _may_start(sweep, row, now)]


def _may_start(sweep: Sweep, row: SweepRun, now: datetime) -> bool:
    """What lies further ahead than anybody would have set it was set by a clock that ran ahead: it does not count."""
    due = row.due_at <= now or row.due_at > now + _longest_wait(sweep)
    return due and (row.leased_until is None or row.leased_until <= now or row.leased_until > now + LEASE)


def _longest_wait(sweep: Sweep) -> timedelta:
    return max(LONGEST_PAUSE, timedelta(seconds=sweep.every_seconds)) + CLOCKS_MAY_DIFFER


def run_sweep(
    sweep: Sweep, *, clock: Clock = timezone.now, batch: int | None = None, call_help: CallHelp | None = None
) -> int | None:
    """Rows dealt with, or None when the sweep is not due or somebody else is at it.

    `call_help` is told the name of a shared sweep that has more to do than one batch. An error ends this run of this
    sweep, is written down and logged, and the sweep tries again later: after its own period, then after twice as long,
    up to LONGEST_PAUSE. Nothing is raised, so that no other sweep suffers.
    """
    started = clock()
    owner = _claim(sweep, started)
    if owner is None:
        return None
    with doing(sweep.name):
        return _run(sweep, owner, clock, batch or sweep.batch, call_help)


def _run(sweep: Sweep, owner: str, clock: Clock, batch: int, call_help: CallHelp | None) -> int:
    started, handled = clock(), 0
    try:
        while True:
            count = sweep.run(clock(), batch)
            handled += count
            if count < batch:
                _finish(sweep, owner, clock(), handled, more=False)
                return handled
            if clock() - started >= TURN:
                _finish(sweep, owner, clock(), handled, more=True)
                return handled
            if sweep.shared and call_help:
                call_help(sweep.name)
            if not _renew(sweep, owner, clock()):
                logger.warning("sweep %s: a batch took longer than its lease; another worker has it now", sweep.name)
                return handled
    except Exception as error:
        _tell(sweep, error)
        _fail(sweep, owner, clock(), handled, error)
        return handled


def run_due_sweeps(*, clock: Clock = timezone.now) -> dict[str, int]:
    """One round over everything that is due, in this process; what each dealt with (`fayol worker --once`, tests)."""
    due = set(due_names(clock()))
    results = {sweep.name: run_sweep(sweep, clock=clock) for sweep in sweeps() if sweep.name in due}
    return {name: handled for name, handled in results.items() if handled is not None}


def make_due(name: str, now: datetime) -> None:
    """Somebody knows of work: the sweep runs at the next opportunity, also when it is running right now."""
    SweepRun.objects.filter(name=name, due_at__gt=now).update(due_at=now)


def _claim(sweep: Sweep, now: datetime) -> str | None:
    """The lease, as its owner's token. The UPDATE is the claim: two workers cannot both see one changed row.

    `due_at` moves on at the start, so that `make_due` during the run is not lost at its end. A shared sweep has nothing
    to claim here and may always run.
    """
    SweepRun.objects.bulk_create([SweepRun(name=sweep.name, due_at=now)], ignore_conflicts=True)
    rows = SweepRun.objects.filter(name=sweep.name)
    begun: dict[str, Any] = {"started_at": now, "due_at": now + timedelta(seconds=sweep.every_seconds)}
    if sweep.shared:
        rows.update(**begun, leased_until=None, leased_by="")
        return SHARED
    owner = secrets.token_hex(8)
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now) | Q(leased_until__gt=now + LEASE)
    due = Q(due_at__lte=now) | Q(due_at__gt=now + _longest_wait(sweep))
    return owner if rows.filter(free, due).update(**begun, leased_until=now + LEASE, leased_by=owner) else None


def _held(sweep: Sweep, owner: str) -> QuerySet[SweepRun]:
    """Its row, as long as it is ours to write."""
    rows = SweepRun.objects.filter(name=sweep.name)
    return rows if owner == SHARED else rows.filter(leased_by=owner)


def _renew(sweep: Sweep, owner: str, now: datetime) -> bool:
    return owner == SHARED or bool(_held(sweep, owner).update(leased_until=now + LEASE))


def _finish(sweep: Sweep, owner: str, now: datetime, handled: int, *, more: bool) -> None:
    _held(sweep, owner).update(
        leased_until=None,
        leased_by="",
        finished_at=now,
        succeeded_at=now,
        handled=handled,
        handled_ever=F("handled_ever") + handled,
        failures=0,
        error="",
        due_at=Least("due_at", now) if more else Least("due_at", now + timedelta(seconds=sweep.every_seconds)),
    )


def _tell(sweep: Sweep, error: Exception) -> None:
    """A database that went away is one line, not a page for every thread that notices."""
    gone = connection.connection is None or not connection.is_usable()
    if gone and isinstance(error, OperationalError | InterfaceError):
        logger.error("sweep %s: the database went away", sweep.name)
    else:
        logger.error("sweep %s failed", sweep.name, exc_info=error)


def _fail(sweep: Sweep, owner: str, now: datetime, handled: int, error: Exception) -> None:
    """Works also when the error left a dead connection behind. While there is no database nothing can be written
    down; the lease runs out by itself, and the sweep is due again after its period."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        _write_failure(sweep, owner, now, handled, error)
    except OperationalError:
        logger.warning("sweep %s: its failure could not be written down", sweep.name)


@transaction.atomic
def _write_failure(sweep: Sweep, owner: str, now: datetime, handled: int, error: Exception) -> None:
    run = _held(sweep, owner).select_for_update().first()
    if run is not None:
        run.failures += 1
        run.failures_ever += 1
        run.handled_ever += handled
        pause = timedelta(seconds=sweep.every_seconds) * 2 ** min(run.failures - 1, 10)
        run.due_at = now + min(pause, max(LONGEST_PAUSE, timedelta(seconds=sweep.every_seconds)))
        run.leased_until, run.leased_by, run.finished_at = None, "", now
        run.handled, run.error = handled, f"{type(error).__name__}: {error}"[:2000]
        run.save()
