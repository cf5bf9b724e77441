"""When a message may go out, and when to try again. Values in, instants out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from hashlib import blake2b

from fayol.channels.states import FLASH, URGENT, Kind, Pace, Quiet
from fayol.kernel.worktime import WorkCalendar

PACES = (Pace.AT_ONCE, Pace.SOON, Pace.DIGEST, Pace.OFF)
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=23),
)
"""After each failed try; two days in all, then the message has failed."""
LONGEST_SILENCE = timedelta(minutes=15)
"""Between two tries of a channel that is in trouble as a whole."""
JITTER = 0.1

HALF_DAY = "half_day"
PATIENCE = {"normal": HALF_DAY, "document": HALF_DAY, URGENT: "work:60", FLASH: "clock:15"}
"""How long a message may lie unopened before the next channel is tried; minutes of working time or by the clock."""
WAITS = ("clock:15", "clock:30", "clock:60", "work:60", "work:120", "work:240", HALF_DAY, "work:480")
ORDER = ("wecom", "dingtalk", "feishu", "webhook", "mail", "wecom_bot", "dingtalk_bot", "feishu_bot", "sms")
"""The order of channels where the installation names no other: first those that reach one person and cost nothing."""
TRIES = 2
"""After so many failed tries an ordinary message goes by the next channel, too; what is urgent after the first."""


@dataclass(frozen=True)
class Wish:
    """What a person wishes about mail. The defaults are those of everybody who never said anything."""

    paces: dict[Kind, Pace] = field(
        default_factory=lambda: {Kind.ASKS: Pace.SOON, Kind.CHASE: Pace.SOON, Kind.NEWS: Pace.DIGEST}, hash=False
    )
    quiet: Quiet = Quiet.WORK
    quiet_from: time = time(20, 0)
    quiet_to: time = time(8, 0)


def kind_of(*, asks: bool, chase: bool) -> Kind:
    return Kind.CHASE if chase else Kind.ASKS if asks else Kind.NEWS


def least(kind: Kind, urgency: str) -> Pace:
    """The slowest a person may choose. 特急 always goes at once, 加急 soon; a chase may be gathered, never silenced:
    whoever does not hear it would only learn of the next rung."""
    if urgency == FLASH:
        return Pace.AT_ONCE
    if urgency == URGENT:
        return Pace.SOON
    return Pace.DIGEST if kind is Kind.CHASE else Pace.OFF


def pace_of(wish: Wish, kind: Kind, urgency: str) -> Pace:
    return min(wish.paces[kind], least(kind, urgency), key=PACES.index)


def awake(wish: Wish, at: datetime, urgency: str, calendar: WorkCalendar) -> datetime:
    """`at`, or the end of the quiet hours it lies in. 特急 knows none."""
    if urgency == FLASH or wish.quiet is Quiet.NONE:
        return at
    if wish.quiet is Quiet.WORK:
        return calendar.next_working(at)
    return _after_hours(at.astimezone(calendar.tz), wish.quiet_from, wish.quiet_to)


def _after_hours(at: datetime, begin: time, end: time) -> datetime:
    """Past midnight when `end` is earlier than `begin`; the same time twice means the whole day, so no quiet at all."""
    clock = at.time()
    inside = begin <= clock < end if begin < end else (clock >= begin or clock < end) and begin != end
    if not inside:
        return at
    wakes = datetime.combine(at.date(), end, at.tzinfo)
    return wakes if wakes > at else datetime.combine(at.date() + timedelta(days=1), end, at.tzinfo)


def first_try(
    wish: Wish, pace: Pace, urgency: str, at: datetime, calendar: WorkCalendar, gather: timedelta
) -> datetime:
    """When a message of `at` goes out for the first time. Messages of `SOON` wait a little, so that forty tasks
    given out at once are one letter; a digest goes at the beginning of the next half-day."""
    if pace is Pace.AT_ONCE:
        return at
    if pace is Pace.SOON:
        return awake(wish, at + gather, urgency, calendar)
    return awake(wish, _next_half_day(at, calendar), urgency, calendar)


def _next_half_day(at: datetime, calendar: WorkCalendar) -> datetime:
    day = calendar.next_workday(calendar.local_day(at))
    while True:
        for opens, _closes in calendar.hours_of(day):
            begin = datetime.combine(day, opens, calendar.tz)
            if begin > at:
                return begin
        day = calendar.next_workday(day + timedelta(days=1))


def again_at(tries: int, now: datetime, key: str) -> datetime | None:
    """When to try for the next time after `tries` failed ones; None when it was the last. The same for the same key,
    spread over keys, so that a crowd turned away together does not come back together."""
    if tries > len(PAUSES):
        return None
    drop = int.from_bytes(blake2b(f"{key}:{tries}".encode(), digest_size=4).digest()) / 2**32
    return now + PAUSES[tries - 1] * (1 + JITTER * (2 * drop - 1))


def silence(troubles: int) -> timedelta:
    """How long a channel in trouble rests before the next try: 1, 2, 4 … 15 minutes."""
    return min(timedelta(minutes=1 << min(troubles - 1, 10)), LONGEST_SILENCE)


def silent_until(wait: str, at: datetime, calendar: WorkCalendar) -> datetime:
    """When a message handed over `at` has lain unopened for too long."""
    if wait == HALF_DAY:
        return _next_half_day(at, calendar)
    unit, _colon, minutes = wait.partition(":")
    span = timedelta(minutes=int(minutes))
    return at + span if unit == "clock" else calendar.add_worked(at, span)


def gives_way(tries: int, urgency: str) -> bool:
    """Whether after so many failed tries the next channel is due."""
    return tries >= (1 if urgency in (FLASH, URGENT) else TRIES)


def falls_in_silence(kind: Kind, urgency: str) -> bool:
    """News is told once; what asks for something, chases or is urgent is told again by the next channel."""
    return kind is not Kind.NEWS or urgency in (FLASH, URGENT)


def in_order(names: Sequence[str], house: Sequence[str], first: str) -> list[str]:
    """The person's own choice, then the order of the house; what neither names comes last."""
    place = {name: number for number, name in enumerate(dict.fromkeys(house))}
    return sorted(names, key=lambda name: (name != first, place.get(name, len(place))))
