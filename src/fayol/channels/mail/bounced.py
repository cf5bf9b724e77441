"""A letter that the server took and that came back: nobody is reached at that address."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as t

from fayol.channels.actions.addresses import turn_off
from fayol.channels.actions.falling import fall_now
from fayol.channels.contract import AddressDead
from fayol.channels.models import Bundle
from fayol.channels.registry import Message, deliver
from fayol.channels.states import Status


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
    fact = turn_off(row, outcome, now=now)
    if fact is not None:
        title = t("寄往{address}的信被退回，已停止往那里发").format(address=row.address)
        deliver([Message(fact, row.person_id, title, t(outcome.reason), "/settings/notifications/")])
