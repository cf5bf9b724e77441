"""This worker's sign of life: a row that says where it runs, since when, and what it is at.

A killed worker cannot take its leave; it falls silent. So the row is renewed every few seconds, and whoever reads it
judges by its age. The same look compares this machine's clock with the database's: a worker whose clock is wrong would
chase people at the wrong hour, so it lets the others work until the clock is right again.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, connection

from fayol.worker.models import WorkerProcess

logger = logging.getLogger(__name__)

EVERY_SECONDS = 10
ALIVE = timedelta(seconds=60)  # without a sign for longer, a worker counts as lost
FORGET = timedelta(hours=1)
CLOCKS_MAY_DIFFER = timedelta(seconds=60)

_doing: Counter[str] = Counter()
_lock = threading.Lock()


@contextmanager
def doing(name: str) -> Iterator[None]:
    """This process is at the sweep `name` inside this block."""
    with _lock:
        _doing[name] += 1
    try:
        yield
    finally:
        with _lock:
            _doing[name] -= 1


def runs_here(name: str) -> int:
    """How many threads of this process are at it."""
    return _doing[name]


class Presence:
    """One worker process as the others see it."""

    def __init__(self) -> None:
        self.row_id: int | None = None
        self.clock_is_right = True

    def sign(self, clock: Callable[[], datetime]) -> None:
        """One sign of life. Never raises: without a database nobody could read it anyway."""
        try:
            self._compare_clocks(clock)
            self._write(clock())
        except DatabaseError as error:
            logger.warning("no sign of life could be given: %s", error)

    def leave(self) -> None:
        try:
            WorkerProcess.objects.filter(pk=self.row_id or 0).delete()
        except DatabaseError as error:
            logger.warning("the worker's row could not be removed: %s", error)

    def _write(self, now: datetime) -> None:
        with _lock:
            at = ", ".join(sorted(name for name, threads in _doing.items() if threads))[:300]
        seen = WorkerProcess.objects.filter(pk=self.row_id or 0)
        if not seen.update(seen_at=now, doing=at, clock_is_right=self.clock_is_right):
            row = WorkerProcess.objects.create(
                host=socket.gethostname()[:120], pid=os.getpid(), started_at=now, seen_at=now, doing=at,
                clock_is_right=self.clock_is_right,
            )  # fmt: skip
            self.row_id = row.pk
        WorkerProcess.objects.filter(seen_at__lt=now - FORGET).delete()

    def _compare_clocks(self, clock: Callable[[], datetime]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            difference = cursor.fetchone()[0] - clock()
        right = abs(difference) <= CLOCKS_MAY_DIFFER
        if right != self.clock_is_right:
            logger.error(
                "this machine's clock differs from the database's by %d seconds: %s",
                difference.total_seconds(),
                "work goes on" if right else "nothing is done until it is right",
            )
        self.clock_is_right = right


here = Presence()
