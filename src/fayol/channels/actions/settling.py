"""Bundles taken in hand for sending, and what became of each written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as t

from fayol.channels.actions.addresses import turn_off
from fayol.channels.actions.falling import fall_if_tried, fall_now, leave, listen, overtaken
from fayol.channels.contract import (
    PART,
    AddressDead,
    Channel,
    Failed,
    Outcome,
    Parcel,
    Retry,
    Sent,
    Trouble,
    channel_named,
)
from fayol.channels.models import MAIL, Bundle, ChannelState, Delivery, Preference
from fayol.channels.policy import Wish, again_at, awake, silence
from fayol.channels.queries import calendars_of
from fayol.channels.registry import Message, deliver, tell_settled
from fayol.channels.states import Status
from fayol.kernel.text import gettext_noop as _
from fayol.worker import claims

LEASE = timedelta(minutes=2)
"""How long a worker may have a batch in hand without a sign of life; after a kill -9 its bundles wait this long."""
GIVEN_UP = _("两天里试了多次都没有送到")
OVERTAKEN = _("已改由其他渠道发出")


# ── in hand ────────────────────────────────────────────────────────────────


@transaction.atomic
def claim(channel: Channel, *, now: datetime, limit: int) -> list[Parcel]:
    """At most `limit` bundles that are due and in nobody's hands, the longest waiting first. Bundles whose reader has
    quiet hours by now wait until they are over."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    due = Bundle.objects.filter(free, channel=channel.name, next_try_at__lte=now).select_related("person")
    for part in troubled_parts(channel, now=now):
        due = due.exclude(address__startswith=part + PART)
    found = _not_asleep(_not_overtaken(claims.claim(due, column="next_try_at", limit=limit)), now)
    token = token_hex(8)
    Bundle.objects.filter(pk__in=[one.pk for one in found]).update(claimed_until=now + LEASE, claimed_by=token)
    for one in found:
        one.claimed_until, one.claimed_by = now + LEASE, token
    return _parcels(found, now)


def _not_overtaken(found: Sequence[Bundle]) -> list[Bundle]:
    """Without those whose every message has gone by a later channel meanwhile: the others would only hear it twice."""
    rows = list(Delivery.objects.filter(bundle__in=found))
    taken = overtaken(rows)
    over = {one.pk for one in found} - {row.bundle_id for row in rows if row.pk not in taken}
    Bundle.objects.filter(pk__in=over).update(status=Status.DROPPED, reason=OVERTAKEN, next_try_at=None)
    Delivery.objects.filter(bundle__in=over).update(
        status=Status.DROPPED, reason=OVERTAKEN, next_try_at=None, falls_at=None
    )
    return [one for one in found if one.pk not in over]


def _not_asleep(found: Sequence[Bundle], now: datetime) -> list[Bundle]:
    calendar_of = calendars_of([bundle.person_id for bundle in found])
    wishes = {one.person_id: one.wish for one in Preference.objects.filter(person__in=[b.person_id for b in found])}
    awake_now = []
    for bundle in found:
        opens = awake(wishes.get(bundle.person_id, Wish()), now, bundle.urgency, calendar_of(bundle.person_id))
        if opens > now:
            _wait(bundle, opens)
        else:
            awake_now.append(bundle)
    return awake_now


def _wait(bundle: Bundle, until: datetime) -> None:
    Bundle.objects.filter(pk=bundle.pk).update(next_try_at=until, claimed_until=None, claimed_by="")
    bundle.deliveries.update(next_try_at=until)


def _parcels(found: Sequence[Bundle], now: datetime) -> list[Parcel]:
    rows: dict[int, list[Delivery]] = {one.pk: [] for one in found}
    for row in Delivery.objects.filter(bundle__in=rows).order_by("id"):
        rows[row.bundle_id or 0].append(row)
    return [Parcel(one, one.person, rows[one.pk], now) for one in found]


def renew(parcels: Sequence[Parcel], *, now: datetime) -> None:
    """A sign of life: the rest of the batch is still in these hands."""
    if parcels:
        _mine(parcels).update(claimed_until=now + LEASE)


def release(parcels: Sequence[Parcel]) -> None:
    """What was claimed and not tried goes back as it was."""
    if parcels:
        _mine(parcels).update(claimed_until=None, claimed_by="")


def _mine(parcels: Sequence[Parcel]) -> QuerySet[Bundle]:
    """Those of one batch that nobody else has taken in hand since (our lease ran out)."""
    keys = [parcel.bundle.pk for parcel in parcels]
    return Bundle.objects.filter(pk__in=keys, claimed_by=parcels[0].bundle.claimed_by)


# ── what became of it ──────────────────────────────────────────────────────


@transaction.atomic
def settle(parcel: Parcel, outcome: Outcome, *, now: datetime) -> None:
    """Writes down the outcome of one try, for the bundle and for each message in it.

    Nothing happens when another worker has the bundle by now; a message that went out is settled as sent even then.
    """
    mine = Bundle.objects.select_for_update(of=("self",), no_key=True).filter(pk=parcel.bundle.pk)
    if not isinstance(outcome, Sent):
        mine = mine.filter(claimed_by=parcel.bundle.claimed_by)
    bundle = mine.first()
    if bundle is None or bundle.status == Status.SENT:
        return
    bundle.attempts += 1
    bundle.claimed_until, bundle.claimed_by = None, ""
    _judge(bundle, outcome, now)
    bundle.save()
    bundle.deliveries.update(
        status=bundle.status,
        reason=bundle.reason,
        attempts=bundle.attempts,
        next_try_at=bundle.next_try_at,
        sent_at=bundle.sent_at,
    )
    _follow(bundle, now)
    if isinstance(outcome, AddressDead):
        _turn_off(bundle, outcome, now)


def _follow(bundle: Bundle, now: datetime) -> None:
    """What this try means for the next channel."""
    rows = list(bundle.deliveries.all())
    if bundle.status == Status.SENT:
        listen(rows, now=now, calendar=calendars_of([bundle.person_id])(bundle.person_id))
    elif bundle.status == Status.FAILED:
        fall_now(rows, now=now)
    else:
        fall_if_tried(rows, tries=bundle.attempts, now=now)
    tell_settled(rows, now)


def _judge(bundle: Bundle, outcome: Outcome, now: datetime) -> None:
    bundle.next_try_at = None
    if isinstance(outcome, Sent):
        bundle.status, bundle.reason, bundle.detail, bundle.sent_at = Status.SENT, "", outcome.detail[:500], now
        return
    bundle.reason, bundle.detail = outcome.reason[:300], outcome.detail[:500]
    bundle.status = Status.FAILED
    if isinstance(outcome, Retry):
        again = again_at(bundle.attempts, now, bundle.message_id)
        if again and outcome.after:
            again = now + outcome.after
        bundle.status = Status.RETRY if again else Status.FAILED
        bundle.next_try_at = again
        if again is None:
            bundle.detail = f"{bundle.reason} {bundle.detail}".strip()[:500]
            bundle.reason = GIVEN_UP


def _turn_off(bundle: Bundle, outcome: AddressDead, now: datetime) -> None:
    """The address is left alone from now on; its owner is told where he will see it, the office sees it on its page."""
    fact = turn_off(bundle, outcome, now=now)
    if fact is None:
        return
    why = t(outcome.reason) + (f"（{outcome.detail}）" if outcome.detail else "")
    if bundle.channel == MAIL:
        title = t("您的邮箱{address}收不到信，已停止往那里发").format(address=bundle.address)
        body = t("{why}。请改邮箱，或修好后在通知设置里点恢复。消息照样在这里看得到。").format(why=why)
    else:
        way = channel_named(bundle.channel)
        name = t(way.title) if way else bundle.channel
        title = t("{channel}找不到您，已停止往那里发").format(channel=name)
        body = t("{why}。请在通知设置里核对账号；改了就自动恢复。消息照样在这里看得到。").format(why=why)
    deliver([Message(fact, bundle.person_id, title, body, "/settings/notifications/", asks=False)])


# ── the channel as a whole ─────────────────────────────────────────────────


def state_of(channel: Channel) -> ChannelState | None:
    """The channel as a whole; None as long as nothing was ever tried."""
    return ChannelState.objects.filter(channel=channel.name, part="").first()


def troubled_parts(channel: Channel, *, now: datetime) -> list[str]:
    """Those that are left alone for a while."""
    resting = ChannelState.objects.filter(channel=channel.name, rests_until__gt=now).exclude(part="")
    return list(resting.values_list("part", flat=True))


def avoid(channel: Channel, *, now: datetime) -> None:
    """Whatever is due by what rests or is switched off goes by the next channel."""
    for state in ChannelState.objects.filter(Q(rests_until__gt=now) | Q(off=True), channel=channel.name):
        leave(channel, state, now=now)


@transaction.atomic
def in_trouble(channel: Channel, trouble: Trouble, *, now: datetime) -> None:
    """All that waits for the channel waits on together; no try is counted against any of it."""
    state = _state(channel.name, trouble.part)
    state.troubles += 1
    state.lasting = trouble.lasting
    state.rests_until = now + (trouble.rest or silence(state.troubles))
    state.failing_since = state.failing_since or now
    state.failed_at, state.reason, state.detail = now, trouble.reason[:300], trouble.detail[:500]
    state.save()
    leave(channel, state, now=now)


@transaction.atomic
def works(channel: Channel, *, now: datetime, part: str = "") -> None:
    """The channel took something: whatever was wrong with it is over."""
    state = _state(channel.name, part)
    state.troubles, state.rests_until, state.failing_since, state.succeeded_at = 0, None, None, now
    state.lasting = False
    state.save()


@transaction.atomic
def refused(channel: Channel, outcome: Failed, *, now: datetime) -> None:
    """The channel answers, and the last piece was not taken: no trouble of the whole, but nothing to call well."""
    state = _state(channel.name)
    state.failed_at, state.reason, state.detail = now, outcome.reason[:300], outcome.detail[:500]
    state.save()


def _state(channel: str, part: str = "") -> ChannelState:
    ChannelState.objects.bulk_create([ChannelState(channel=channel, part=part)], ignore_conflicts=True)
    return ChannelState.objects.select_for_update().get(channel=channel, part=part)
