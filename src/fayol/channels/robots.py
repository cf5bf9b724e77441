"""Robots in groups: people of one group who have something waiting are named in one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from fayol.channels.connections import Bot, Bots
from fayol.channels.contract import PART, Disabled, Outcome, Parcel, part_of
from fayol.channels.posting import Verdict, judged
from fayol.channels.states import FLASH
from fayol.kernel.text import gettext_noop as _

MOST = 20
"""People named in one message: it must stay below 2048 bytes, and a robot may speak twenty times a minute."""

Say = Callable[[Bot, list[Parcel]], Verdict]


def send_grouped(bots: Bots, parcels: Sequence[Parcel], say: Say) -> Iterator[tuple[Parcel, Outcome]]:
    """What comes of a message comes of each who was named in it."""
    for unit, urgent in sorted({(part_of(one.bundle.address), one.bundle.urgency == FLASH) for one in parcels}):
        same = [p for p in parcels if part_of(p.bundle.address) == unit and (p.bundle.urgency == FLASH) == urgent]
        bot = bots.of(unit)
        if bot is None:
            raise Disabled(_("这个群的机器人已经不在设置里，等着的改走下一个通道"), unit, part=unit)
        for start in range(0, len(same), MOST):
            named = same[start : start + MOST]
            verdict = judged(partial(say, bot, named), part=unit)
            if verdict.outcome is not None:
                for parcel in named:
                    yield parcel, verdict.outcome
            if verdict.trouble is not None:
                raise verdict.trouble


def named_in(parcels: Sequence[Parcel]) -> list[str]:
    """Each once: a person may have an ordinary and a second parcel."""
    return list(dict.fromkeys(parcel.bundle.address.partition(PART)[2] for parcel in parcels))
