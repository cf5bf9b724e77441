"""Which receipts are due for a look, and which notices still have other channels to serve."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from fayol.notices.actions import look, tell_outward
from fayol.notices.models import Notice, Receipt
from fayol.worker.claims import count_due, work_through
from fayol.worker.registry import register_sweep

logger = logging.getLogger(__name__)

LOOK, TELL = "notices.look", "notices.tell"


def register() -> None:
    register_sweep(LOOK, look_due, every_seconds=30, shared=True, due=lambda now: count_due(due(now)))
    register_sweep(TELL, tell_due, every_seconds=10, due=lambda now: count_due(Notice.objects.filter(told_upto__gte=0)))


def due(now: datetime) -> QuerySet[Receipt]:
    return Receipt.objects.filter(next_look_at__lte=now)


def look_due(now: datetime, limit: int) -> int:
    return work_through(
        due(now), lambda row: look(row, now=now), sweep=LOOK, column="next_look_at", now=now, limit=limit
    )


def tell_due(now: datetime, limit: int) -> int:
    """One batch of the oldest notice that is not told everywhere yet. One that cannot be told must not hold up those
    behind it; it stays due and is in the log."""
    trouble: Exception | None = None
    for row in Notice.objects.filter(told_upto__isnull=False).order_by("id")[:limit]:
        try:
            return max(tell_outward(row), 1)
        except Exception as error:
            if not connection.is_usable():
                raise
            logger.exception("notice %s cannot be told", row.pk)
            trouble = error
    if trouble is not None:
        raise trouble
    return 0
