"""What is due to go out: bundled, claimed, sent, settled."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from fayol.channels.actions.bundling import gather
from fayol.channels.actions.falling import SWEEP, fall_over
from fayol.channels.actions.settling import (
    LEASE,
    avoid,
    claim,
    in_trouble,
    refused,
    release,
    renew,
    settle,
    state_of,
    works,
)
from fayol.channels.contract import Channel, Failed, Parcel, Sent, Trouble, channels, part_of
from fayol.channels.queries import due_count, failed_count, falling_count, standings
from fayol.worker.registry import register_gauge, register_sweep

EVERY_SECONDS = 30
IN_HAND = 50  # bundles at a time
SIGN = LEASE / 6  # between two signs of life
BUSY = timedelta(seconds=60)  # no letter is begun later than this after its batch was claimed
MOST_COUNTED = 10_000
log = logging.getLogger(__name__)


def register() -> None:
    for channel in channels():
        register_sweep(
            f"channels.{channel.name}",
            partial(run, channel),
            every_seconds=EVERY_SECONDS,
            shared=True,
            due=partial(due_count, channel.name),
        )
    register_sweep(SWEEP, fall_over_due, every_seconds=EVERY_SECONDS, shared=True, due=falling_count)
    register_gauge("deliveries_failed", "Messages that did not arrive, 10000 at most", failed)
    register_gauge("channel_up", "Whether the channel works; one that is off is left out", up, label="channel")


def failed(now: datetime) -> float:
    return failed_count(MOST_COUNTED)


def up(now: datetime) -> dict[str, float]:
    return {one.channel.name: float(not one.failing) for one in standings() if one.on}


def run(channel: Channel, now: datetime, limit: int) -> int:
    """Bundles what is due and sends a batch; any number of workers may do it at once.

    The clock is read by the caller only; how long the other side takes is measured from there.
    """
    if not channel.is_on():
        return 0
    avoid(channel, now=now)
    if _idle(channel, now):
        return 0
    gathered = gather(channel, now=now, limit=limit)
    parcels = claim(channel, now=now, limit=min(limit, IN_HAND))
    if parcels:
        _send(channel, parcels, now)
    busy = gathered >= limit or len(parcels) >= min(limit, IN_HAND)
    return limit if busy and not _idle(channel, now) else len(parcels)


def fall_over_due(now: datetime, limit: int) -> int:
    return fall_over(now=now, limit=limit)


def _idle(channel: Channel, now: datetime) -> bool:
    """Switched off, or in trouble a moment ago and left alone for a while."""
    state = state_of(channel)
    return state is not None and (state.off or (state.rests_until is not None and state.rests_until > now))


def _send(channel: Channel, parcels: list[Parcel], now: datetime) -> None:
    """Each outcome is kept before the next letter is begun: a worker that dies repeats one letter at most. When a part
    of the channel is in trouble the others go on."""
    hand = _Hand(channel, parcels, now)
    try:
        while hand.left and (trouble := hand.send()):
            log.warning("channel %s: %s %s", channel.name, trouble.reason, trouble.detail)
            in_trouble(channel, trouble, now=hand.clock())
            if not trouble.part:
                return
            hand.without(trouble.part)
        for part, at in hand.worked.items():
            works(channel, now=at, part=part)
        if hand.refused:
            refused(channel, hand.refused[0], now=hand.refused[1])
    finally:
        release(list(hand.left.values()) + hand.put_aside)


class _Hand:
    """A batch in hand: what is left of it, and what went out by which part of the channel."""

    def __init__(self, channel: Channel, parcels: list[Parcel], now: datetime) -> None:
        self.channel, self.now, self.begin = channel, now, monotonic()
        self.left = {parcel.bundle.pk: parcel for parcel in parcels}
        self.put_aside: list[Parcel] = []
        self.worked: dict[str, datetime] = {}
        self.refused: tuple[Failed, datetime] | None = None

    def clock(self) -> datetime:
        return self.now + timedelta(seconds=monotonic() - self.begin)

    def send(self) -> Trouble | None:
        """Until all are sent, time is up, or there is trouble."""
        renewed = self.clock()
        try:
            for parcel, outcome in self.channel.send(list(self.left.values())):
                at = self.clock()
                settle(parcel, outcome, now=at)
                del self.left[parcel.bundle.pk]
                if isinstance(outcome, Sent):
                    self.worked |= {"": at, part_of(parcel.bundle.address): at}
                if isinstance(outcome, Failed):
                    self.refused = outcome, at
                if at - self.now > BUSY:
                    break
                if at - renewed > SIGN:
                    renew(list(self.left.values()), now=at)
                    renewed = at
        except Trouble as trouble:
            return trouble
        return None

    def without(self, part: str) -> None:
        aside = [one for one in self.left.values() if part_of(one.bundle.address) == part]
        self.put_aside += aside
        self.left = {pk: one for pk, one in self.left.items() if one not in aside}
