"""Addresses at which nobody is reached."""

from __future__ import annotations

from datetime import datetime

from fayol.channels.contract import AddressDead
from fayol.channels.models import Bundle, DeadAddress
from fayol.facts.journal import record
from fayol.facts.models import Fact
from fayol.organisation.actor import SYSTEM


def turn_off(bundle: Bundle, outcome: AddressDead, *, now: datetime) -> Fact | None:
    """The bundle's address is left alone from now on; its owner is for the caller to tell. None when it was before."""
    row, new = DeadAddress.objects.get_or_create(
        channel=bundle.channel,
        person_id=bundle.person_id,
        address=bundle.address,
        lifted_at=None,
        defaults={"reason": outcome.reason[:300], "detail": outcome.detail[:500], "since": now},
    )
    if not new:
        return None
    data = {"channel": bundle.channel, "person": bundle.person_id, "reason": outcome.reason, "detail": outcome.detail}
    return record("address", row.pk, "address.turned_off", by=SYSTEM, now=now, data=data)
