"""The numbers of the whole house for /metrics and the page of the state of things; counted along indexes, and never
further than `claims.count_due` goes."""

from __future__ import annotations

from datetime import datetime

from fayol.channels.contract import channels
from fayol.channels.models import Bundle, Delivery
from fayol.channels.states import WAITING, Status
from fayol.commitments.models import Commitment
from fayol.commitments.states import OPEN
from fayol.worker.claims import count_due
from fayol.worker.registry import register_gauge


def deliveries_waiting(now: datetime) -> dict[str, float]:
    waiting = Delivery.objects.filter(status__in=WAITING)
    return {one.name: count_due(waiting.filter(channel=one.name)) for one in channels()}


def deliveries_failed(now: datetime) -> int:
    return count_due(Delivery.objects.filter(status=Status.FAILED.value))


def letters_due(now: datetime) -> int:
    return count_due(Bundle.objects.filter(next_try_at__lte=now))


def commitments_overdue(now: datetime) -> int:
    return count_due(Commitment.objects.filter(state__in=OPEN, due_at__lt=now))


register_gauge("deliveries_waiting", "Messages that have not gone out yet.", deliveries_waiting, label="channel")
register_gauge("deliveries_failed", "Messages given up, in all.", deliveries_failed)
register_gauge("letters_due", "Bundles of messages that should be on their way now.", letters_due)
register_gauge("commitments_overdue", "Open commitments whose due instant has passed.", commitments_overdue)
