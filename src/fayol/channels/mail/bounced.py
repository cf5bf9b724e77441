"""A letter that the server took and that came back: nobody is reached at that address."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as t

from fayol.channels.actions.falling import fall_now
from fayol.channels.contract import AddressDead
from fayol.channels.models import Bundle, DeadAddress
from fayol.channels.registry import Message, deliver
from fayol.channels.states import Status
from fayol.facts.journal import record
from fayol.organisation.actor import SYSTEM


@transaction.atomic
def came_back(bundle: Bundle, outcome: AddressDead, *, now: datetime) -> None:
    """What was in it has not arrived after all and goes by the next channel; nothing more is sent there, and its owner
    is told in the inbox."""
    row = Bundle.objects.select_for_update(of=("self",), no_key=True).get(pk=bundle.pk)
    if row.status == Status.SENT:
        row.status, row.reason, row.detail = Status.FAILED, outcome.reason[:300], outcome.detail[:500]
        row.save(update_fields=["status", "reason", "detail"])
        row.deliveries.update(status=row.status, reason=row.reason)
        fall_now(list(row.deliveries.all()), now=now)
    dead, new = DeadAddress.objects.get_or_create(
        channel=row.channel,
        person_id=row.person_id,
        address=row.address,
        lifted_at=None,
        defaults={"reason": outcome.reason[:300], "detail": outcome.detail[:500], "since": now},
    )
    if new:
        data = {"channel": row.channel, "person": row.person_id, "reason": outcome.reason, "detail": outcome.detail}
        fact = record("address", dead.pk, "address.turned_off", by=SYSTEM, now=now, data=data)
        title = t("寄往{address}的信被退回，已停止往那里发").format(address=row.address)
        deliver([Message(fact, row.person_id, title, t(outcome.reason), "/settings/notifications/")])
