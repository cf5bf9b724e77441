"""Setting right what did not arrive: trying again, turning addresses on, testing a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as t

from fayol.channels.access import can_oversee
from fayol.channels.contract import Channel, address_of, channel_named
from fayol.channels.models import INBOX, MAIL, Bundle, ChannelState, DeadAddress, Delivery, Patience
from fayol.channels.policy import PATIENCE, WAITS
from fayol.channels.queries import patience
from fayol.channels.states import FLASH, Status
from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.access import require
from fayol.organisation.actor import Actor
from fayol.worker.waking import wake

TOLD_OTHERWISE = _("已另行告知")
MOST = 2000  # rows set right at one press


@transaction.atomic
def retry(row: Delivery, *, by: Actor, now: datetime) -> None:
    """One message, and whatever was in the same letter. Refused unless it failed, or while its address is off."""
    require(can_oversee(by.person), by)
    row = Delivery.objects.select_for_update(of=("self",)).select_related("person").get(pk=row.pk)
    if row.status != Status.FAILED:
        raise Refused("not_failed", _("这一条已经不在未送达里，请刷新看最新情况。"))
    if _again([row], row.channel, now) == 0:
        raise Refused(
            "address_off", _("{name}的地址已停用，重发也收不到。请先核对地址，再恢复。"), name=row.person.name
        )
    _told(row.channel, [row], by, now)


@transaction.atomic
def retry_all(channel: str, reason: str, *, by: Actor, now: datetime) -> int:
    """All that failed for this reason, MOST at a time, without those whose address is off. Says how many."""
    require(can_oversee(by.person), by)
    failed = Delivery.objects.filter(status=Status.FAILED, channel=channel, reason=reason)
    rows = list(failed.select_for_update(of=("self",)).select_related("person").order_by("-id")[:MOST])
    count = _again(rows, channel, now)
    if not count:
        raise Refused("nothing_to_retry", _("没有可以重发的：地址仍停用，或别人刚刚重发过。"))
    _told(channel, rows, by, now)
    return count


@transaction.atomic
def give_up(row: Delivery, *, by: Actor, now: datetime) -> int:
    """The letter with this message is left as it is: the office told the person otherwise. Refused unless it failed."""
    require(can_oversee(by.person), by)
    return _given_up(Delivery.objects.filter(pk=row.pk, status=Status.FAILED), by, now)


@transaction.atomic
def give_up_all(channel: str, reason: str, *, by: Actor, now: datetime) -> int:
    """All that failed for this reason, MOST at a time. Says how many."""
    require(can_oversee(by.person), by)
    failed = Delivery.objects.filter(status=Status.FAILED, channel=channel, reason=reason)
    return _given_up(failed.order_by("-id")[:MOST], by, now)


def _given_up(failed: QuerySet[Delivery], by: Actor, now: datetime) -> int:
    rows = list(failed.select_for_update(of=("self",)))
    if not rows:
        raise Refused("not_failed", _("这一条已经不在未送达里，请刷新看最新情况。"))
    channel, bundles = rows[0].channel, {row.bundle_id for row in rows if row.bundle_id}
    whole = Q(pk__in=[row.pk for row in rows]) | Q(bundle__in=bundles, status=Status.FAILED)
    count = Delivery.objects.filter(whole).update(status=Status.DROPPED, reason=TOLD_OTHERWISE)
    Bundle.objects.filter(pk__in=bundles).update(status=Status.DROPPED)
    data = {"reason": rows[0].reason, "deliveries": [row.pk for row in rows][:100], "count": count}
    record("channel", _state(channel).pk, "channel.given_up", by=by, now=now, data=data)
    return count


def _again(rows: Sequence[Delivery], channel: str, now: datetime) -> int:
    """The same letter again where the address is still the same, so that whoever has got it can tell; a new one where
    the person has another address by now."""
    way = _known(channel)
    dead = set(
        DeadAddress.objects.filter(
            channel=channel, person__in=[row.person_id for row in rows], lifted_at__isnull=True
        ).values_list("person_id", "address")
    )
    present = way.addresses_of([row.person for row in rows])
    fine = [row for row in rows if (row.person_id, present.get(row.person_id, "")) not in dead]
    same = {row.bundle_id for row in fine if row.bundle_id and row.address == present.get(row.person_id, "")}
    other = {row.bundle_id for row in fine if row.bundle_id} - same
    fresh = {"status": Status.QUEUED, "next_try_at": now, "attempts": 0, "reason": ""}
    Bundle.objects.filter(pk__in=same).update(**fresh, detail="")
    count = Delivery.objects.filter(bundle__in=same).update(**fresh)
    count += Delivery.objects.filter(bundle__in=other, status=Status.FAILED).update(**fresh, bundle=None)
    loose = [row.pk for row in fine if not row.bundle_id]
    return count + Delivery.objects.filter(pk__in=loose).update(**fresh)


def _told(channel: str, rows: Sequence[Delivery], by: Actor, now: datetime) -> None:
    data = {"reason": rows[0].reason, "deliveries": [row.pk for row in rows][:100], "count": len(rows)}
    record("channel", _state(channel).pk, "channel.retried", by=by, now=now, data=data)
    wake(f"channels.{channel}")


@transaction.atomic
def turn_on(row: DeadAddress, *, by: Actor, now: datetime) -> DeadAddress:
    """The address works again, says its owner or the office. Should it still refuse, it is turned off once more."""
    require(by.person_id == row.person_id or can_oversee(by.person), by)
    row = DeadAddress.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.lifted_at is None:
        row.lifted_at = now
        row.save(update_fields=["lifted_at"])
        record("address", row.pk, "address.turned_on", by=by, now=now)
    return row


@transaction.atomic
def test_channel(channel: str, *, by: Actor, now: datetime) -> Delivery:
    """A message to oneself, through everything a real one goes through. A channel that rests is tried at once."""
    require(can_oversee(by.person), by)
    way, person = _known(channel), by.person
    if person is None or not way.is_on():
        raise Refused("channel_off", _("还没有接通，不能测试。"))
    address = address_of(way, person)
    if not address and channel == MAIL:
        raise Refused("no_address", _("您还没有登记邮箱，测试信无处可发。请先在组织页面填写自己的邮箱。"))
    if not address:
        raise Refused("no_address", _("您自己在这个通道还没有账号或号码，测试消息无处可发。请先登记。"))
    if DeadAddress.objects.filter(channel=channel, person=person, address=address, lifted_at__isnull=True).exists():
        raise Refused("address_off", _("您自己的地址已停用，请先恢复。"))
    state = _state(channel)
    ChannelState.objects.filter(channel=channel).update(rests_until=None)
    fact = record("channel", state.pk, "channel.tested", by=by, now=now, data={"channel": channel})
    wake(f"channels.{channel}")
    return Delivery.objects.create(
        fact=fact,
        person=person,
        channel=channel,
        subject_type="channel",
        subject_id=state.pk,
        title=t("测试信：收到这封信，说明邮件已经接通") if channel == MAIL else t("测试消息：收到它，说明通道已经接通"),
        link="/deliveries/",
        urgency=FLASH,
        created_at=now,
        status=Status.QUEUED,
        next_try_at=now,
    )


@transaction.atomic
def switch(channel: str, *, on: bool, by: Actor, now: datetime) -> ChannelState:
    """Nothing goes by a channel that is switched off; what waits for it goes by the next one."""
    require(can_oversee(by.person), by)
    way = _known(channel)
    if not way.is_on():
        raise Refused("channel_off", _("还没有接通，不能启停。"))
    state = ChannelState.objects.select_for_update().get(pk=_state(channel).pk)
    if state.off == on:
        state.off, state.rests_until = not on, None
        state.save(update_fields=["off", "rests_until"])
        record("channel", state.pk, "channel.switched", by=by, now=now, data={"channel": channel, "on": on})
        wake(f"channels.{channel}")
    return state


@transaction.atomic
def be_patient(waits: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """How long a message of each urgency may lie unopened before the next channel is tried."""
    require(can_oversee(by.person), by)
    if set(waits) != set(PATIENCE) or not set(waits.values()) <= set(WAITS):
        raise Refused("wait_unknown", _("没有这种等法，请重新选择。"))
    before = patience()
    changed = {urgency: [before[urgency], wait] for urgency, wait in waits.items() if before[urgency] != wait}
    for urgency, (_before, wait) in changed.items():
        Patience.objects.update_or_create(urgency=urgency, defaults={"wait": wait})
    if changed:
        record("channel", _state(INBOX).pk, "channel.patience_set", by=by, now=now, data={"changed": changed})


def _known(channel: str) -> Channel:
    way = channel_named(channel)
    if way is None:
        raise Refused("channel_unknown", _("没有这个渠道。"))
    return way


def _state(channel: str) -> ChannelState:
    return ChannelState.objects.get_or_create(channel=channel, part="")[0]
