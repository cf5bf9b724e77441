"""What the channels say of a notice to somebody who has no account here: handed over, or not to be reached.

Neither is anybody's knowing. Who has an account has the notice in the system from sending on, whatever a channel says.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from fayol.channels.models import Delivery
from fayol.channels.paper import PAPER
from fayol.channels.states import WAITING
from fayol.channels.states import Status as Sent
from fayol.facts.journal import record
from fayol.facts.spelling import spelled
from fayol.notices.models import Receipt
from fayol.notices.states import UNREACHED, Stage
from fayol.organisation.actor import SYSTEM


def settled(rows: list[Delivery], now: datetime) -> None:
    """After a try by one channel. Failed while no other channel has it in hand; the next that takes it mends that."""
    for row in rows:
        if row.status == Sent.SENT:
            _move(row, Stage.HANDED, now)
        elif row.status == Sent.FAILED and not _others(row):
            _move(row, Stage.FAILED, now)


def _others(row: Delivery) -> bool:
    """Paper that waits to be printed is in nobody's hand yet."""
    others = Delivery.objects.filter(fact=row.fact_id, person=row.person_id).exclude(Q(pk=row.pk) | Q(channel=PAPER))
    return others.filter(status__in=WAITING).exists()


def _move(told: Delivery, stage: Stage, now: datetime) -> None:
    found = Receipt.objects.filter(notice=told.subject_id, person=told.person_id, stage__in=sorted(UNREACHED - {stage}))
    row = found.select_for_update(of=("self",)).first()
    if row is None:
        return
    row.stage, row.stage_at = stage.value, now
    row.version += 1
    row.save(update_fields=["stage", "stage_at", "version"])
    change = {"stage": stage.value, "stage_at": spelled(now)}
    data = {"set": change, "notice": row.notice_id, "edition": row.edition, "channel": told.channel}
    record("receipt", row.pk, f"receipt.{stage.value}", by=SYSTEM, now=now, data=data)
