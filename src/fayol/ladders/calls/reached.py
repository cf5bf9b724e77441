"""What the call list asks of the ladders: how high a task has climbed, and which are to be left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from fayol.ladders.models import Climb
from fayol.ladders.states import HEIGHT

_LEVEL = {height: str(level) for level, height in HEIGHT.items()}
_HIGH = HEIGHT["head"]


def levels(ids: Sequence[int]) -> dict[int, str]:
    """The highest level that a running climb of each has reached."""
    running = Climb.objects.filter(commitment__in=ids, ended_at__isnull=True, suspended=False, height__gt=0)
    return {pk: _LEVEL[height] for pk, height in running.order_by("height").values_list("commitment_id", "height")}


def highest(*, most: int) -> list[int]:
    """Tasks whose climb has reached the head of the department or higher, the highest first."""
    running = Climb.objects.filter(ended_at__isnull=True, height__gte=_HIGH, suspended=False)
    return list(running.order_by("-height", "last_at", "pk").values_list("commitment_id", flat=True)[:most])


def left_alone(ids: Sequence[int], now: datetime) -> set[int]:
    """Those whose climb is paused by a word with a date, or muted."""
    quiet = Q(paused_until__gt=now) | Q(muted_until__gt=now)
    return set(
        Climb.objects.filter(quiet, commitment__in=ids, ended_at__isnull=True).values_list("commitment", flat=True)
    )
