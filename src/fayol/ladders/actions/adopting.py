"""Promises that were asked for before there were ladders get theirs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fayol.commitments.models import Commitment
from fayol.commitments.states import DISPATCHED
from fayol.ladders.actions.following import follow
from fayol.ladders.models import Adoption, Climb


@transaction.atomic
def adopt(*, now: datetime, limit: int) -> int:
    """Give at most `limit` open promises their climbs, in the order of their keys; how many were looked at.

    Once all have been looked at this costs one read: later ones begin theirs by themselves.
    """
    mark = Adoption.objects.select_for_update().first() or Adoption.objects.create()
    if mark.done_at is not None:
        return 0
    older = Commitment.objects.filter(pk__gt=mark.upto, state__in=sorted(DISPATCHED)).order_by("pk")
    keys = list(older.values_list("pk", flat=True)[:limit])
    watched = set(Climb.objects.filter(commitment__in=keys).values_list("commitment_id", flat=True))
    follow([pk for pk in keys if pk not in watched], now=now)
    mark.upto = keys[-1] if keys else mark.upto
    mark.done_at = now if len(keys) < limit else None
    mark.save()
    return len(keys)
