"""Opening what is due of the recurring duties."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from fayol.matters.recurring.actions import open_due
from fayol.matters.recurring.models import Recurrence
from fayol.worker.claims import count_due, work_through
from fayol.worker.registry import register_sweep

OPEN = "recurring.open"


def register() -> None:
    register_sweep(OPEN, open_all, every_seconds=60, shared=True, due=lambda now: count_due(to_open(now)))


def to_open(now: datetime) -> QuerySet[Recurrence]:
    return Recurrence.objects.filter(next_open_at__lte=now)


def open_all(now: datetime, limit: int) -> int:
    return work_through(
        to_open(now),
        lambda row: open_due(row, now=now),
        sweep=OPEN,
        column="next_open_at",
        trouble="trouble",
        now=now,
        limit=limit,
    )
