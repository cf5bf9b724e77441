"""What is handed over by hand: said to have been, or no longer needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from fayol.channels.contract import ByHand
from fayol.channels.models import Delivery
from fayol.channels.registry import Message, tell_settled
from fayol.channels.states import WAITING, Status
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person

REPLACED = _("已并入后来打印的一份")


@transaction.atomic
def hand_over(way: ByHand, messages: Sequence[Message], *, people: Sequence[Person], now: datetime) -> list[Delivery]:
    """These messages, all about one subject, went over `way` just now: one row each, whether it was waiting or not.

    What else waited for these people about the same subject went along. The caller leaves the fact.
    """
    if not messages:
        return []
    subject = {"subject_type": messages[0].fact.subject_type, "subject_id": messages[0].fact.subject_id}
    mine = Delivery.objects.filter(channel=way.name, person__in=people, **subject).select_for_update(of=("self",))
    known = {(row.fact_id, row.person_id): row for row in mine}
    found = way.addresses_of(people)
    rows = [known.get((m.fact.pk, m.person_id)) or _made(way, m) for m in messages]
    for row in rows:
        row.status, row.next_try_at, row.falls_at = Status.SENT.value, None, None
        row.sent_at, row.attempts = now, row.attempts + 1
        row.address = found.get(row.person_id, "")[:254]
        row.save()
    waiting = [row.pk for row in known.values() if row.status in WAITING]  # what was handed over no longer is
    Delivery.objects.filter(pk__in=waiting).update(status=Status.DROPPED, reason=REPLACED, next_try_at=None)
    tell_settled(rows, now)
    return rows


def _made(way: ByHand, m: Message) -> Delivery:
    return Delivery(
        fact=m.fact, person_id=m.person_id, channel=way.name, subject_type=m.fact.subject_type,
        subject_id=m.fact.subject_id, title=m.title[:300], body=m.body, link=m.link[:200], asks=m.asks, chase=m.chase,
        urgency=m.urgency, created_at=m.fact.at,
    )  # fmt: skip


def spare(
    channel: str, subject_type: str, subject_ids: Collection[int], reason: str, *, people: Collection[int] = ()
) -> None:
    """What waits to be handed over about these is no longer needed; for these people only, if any are named."""
    rows = Delivery.objects.filter(
        channel=channel, subject_type=subject_type, subject_id__in=subject_ids, status__in=WAITING
    )
    rows = rows.filter(person__in=people) if people else rows
    rows.update(status=Status.DROPPED, reason=reason, next_try_at=None, falls_at=None)
