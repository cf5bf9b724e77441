"""What is due of the ladders: rungs, and the messages that list them."""

from __future__ import annotations

from datetime import datetime

from fayol.ladders import actions
from fayol.ladders.models import ChaseLine, Climb
from fayol.worker.claims import count_due, work_through_together
from fayol.worker.registry import register_sweep

CLIMB, SEND, ADOPT = "ladders.climb", "ladders.send", "ladders.adopt"
EVERY_SECONDS = 30


def register() -> None:
    register_sweep(CLIMB, climb_due, every_seconds=EVERY_SECONDS, shared=True, due=rungs_due)
    register_sweep(SEND, send_due, every_seconds=EVERY_SECONDS, shared=True, due=lines_due)
    register_sweep(ADOPT, lambda now, limit: actions.adopt(now=now, limit=limit), every_seconds=600)


def climb_due(now: datetime, limit: int) -> int:
    """Lets at most `limit` due rungs act."""
    return work_through_together(
        Climb.objects.filter(next_look_at__lte=now),
        lambda climbs: actions.fire(climbs, now=now),
        sweep=CLIMB,
        column="next_look_at",
        trouble="trouble",
        now=now,
        limit=limit,
    )


def send_due(now: datetime, limit: int) -> int:
    return actions.send_due(now=now, limit=limit)


def rungs_due(now: datetime) -> int:
    return count_due(Climb.objects.filter(next_look_at__lte=now))


def lines_due(now: datetime) -> int:
    return count_due(ChaseLine.objects.filter(ready_at__lte=now))


def next_due() -> datetime | None:
    """The earliest instant at which a rung or a message is due."""
    climb = Climb.objects.filter(next_look_at__isnull=False).order_by("next_look_at", "id")
    line = ChaseLine.objects.filter(ready_at__isnull=False).order_by("ready_at")
    found = [climb.values_list("next_look_at", flat=True).first(), line.values_list("ready_at", flat=True).first()]
    return min((at for at in found if at is not None), default=None)
