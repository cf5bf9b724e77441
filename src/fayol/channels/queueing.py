"""Messages into rows: one for the inbox and one for the best outward channel that reaches the person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection

from fayol.channels.contract import ByHand, Channel, channels, ways_by_hand
from fayol.channels.models import ChannelState, DeadAddress, Preference
from fayol.channels.policy import Wish, falls_in_silence, first_try, in_order, kind_of, pace_of, silent_until
from fayol.channels.queries import calendars_of, patience
from fayol.channels.states import FLASH, Kind, Pace
from fayol.kernel.worktime import WorkCalendar
from fayol.organisation.models import Person
from fayol.worker.waking import wake

if TYPE_CHECKING:
    from fayol.channels.registry import Message

CHUNK = 5000  # messages in one statement
_INBOX = """
INSERT INTO channels_delivery (fact_id, person_id, channel, subject_type, subject_id, title, body, link, asks, chase,
                               urgency, created_at, status, next_try_at, sent_at, attempts, reason, address)
SELECT m.f, m.p, 'inbox', m.s, m.i, m.t, m.b, m.l, m.a, m.c, m.u, m.at, 'sent', NULL, m.at, 0, '', ''
  FROM json_to_recordset(%s) AS m(f bigint, p bigint, s text, i bigint, t text, b text, l text, a bool, c bool,
                                  u text, at timestamptz)
ON CONFLICT (fact_id, person_id, channel) DO NOTHING
"""
_OUTWARD = """
INSERT INTO channels_delivery (fact_id, person_id, channel, subject_type, subject_id, title, body, link, asks, chase,
                               urgency, created_at, status, next_try_at, falls_at, attempts, reason, address)
SELECT d.fact_id, d.person_id, o.ch, d.subject_type, d.subject_id, d.title, d.body, d.link, d.asks, d.chase,
       d.urgency, d.created_at, 'queued', o.due, o.falls, 0, '', ''
  FROM json_to_recordset(%s) AS o(f bigint, p bigint, ch text, due timestamptz, falls timestamptz)
  JOIN channels_delivery d ON d.fact_id = o.f AND d.person_id = o.p AND d.channel = 'inbox'
ON CONFLICT (fact_id, person_id, channel) DO NOTHING
"""


@dataclass(frozen=True)
class Reach:
    """By what a person can be reached, beside the inbox, the best first, and what the person wishes about it."""

    channels: tuple[Channel, ...]
    wish: Wish
    calendar: WorkCalendar

    def ways(self, kind: Kind, urgency: str) -> list[Channel]:
        """Those that carry such a message."""
        return [one for one in self.channels if one.news or falls_in_silence(kind, urgency)]


def queue(messages: Sequence[Message]) -> None:
    """A constant number of queries for each CHUNK of messages; a message queued before is left as it is."""
    for start in range(0, len(messages), CHUNK):
        _queue(messages[start : start + CHUNK])


def _queue(messages: Sequence[Message]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INBOX, [_json([_row(m) for m in messages])])
    queue_other_channels(messages)


def queue_other_channels(messages: Sequence[Message]) -> None:
    """For messages that are in the inbox already, whose words are taken from there."""
    if not messages:
        return
    on = [channel for channel in channels() if channel.is_on()]
    outward, pressing = _outward(messages, on) if on else ([], set())
    queue_outward(outward)
    reached = {(row["f"], row["p"]) for row in outward}
    asking = [m for m in messages if m.asks and not m.chase and (m.fact.pk, m.person_id) not in reached]
    queue_by_hand([(m.fact.pk, m.person_id, m.fact.subject_type) for m in asking], at=messages[0].fact.at)
    for name in pressing:
        wake(f"channels.{name}")


def queue_by_hand(wanted: Sequence[tuple[int, int, str]], *, at: datetime) -> None:
    """(fact, person, type of subject) of messages that ask for something and go by no channel: a row for the way by
    hand that carries them to these people, if there is one. No queries when nothing of it can be handed over."""
    for way in ways_by_hand():
        carried = [one for one in wanted if way.carries(one[2])]
        if carried:
            people = Person.objects.filter(pk__in={person for _fact, person, _kind in carried}, active=True)
            found = way.addresses_of(list(people))
            due = at.isoformat()
            queue_outward([outward_row(fact, person, way, due, "") for fact, person, _ in carried if person in found])


def queue_outward(rows: Sequence[dict[str, object]]) -> None:
    """One more channel each for messages that are in the inbox already."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_OUTWARD, [_json(rows)])


def _row(m: Message) -> dict[str, object]:
    return {
        "f": m.fact.pk,
        "p": m.person_id,
        "s": m.fact.subject_type,
        "i": m.fact.subject_id,
        "t": _clean(m.title)[:300],
        "b": _clean(m.body),
        "l": m.link[:200],
        "a": m.asks,
        "c": m.chase,
        "u": m.urgency,
        "at": m.fact.at.isoformat(),
    }


def _outward(messages: Sequence[Message], on: Sequence[Channel]) -> tuple[list[dict[str, object]], set[str]]:
    """The rows beyond the inbox, and the channels that must be woken because something of theirs is due at once."""
    reach = reach_of({m.person_id for m in messages}, on)
    clock = _Clock(patience() if len(on) > 1 else {})
    rows: list[dict[str, object]] = []
    pressing: set[str] = set()
    for m in messages:
        way, kind = reach.get(m.person_id), kind_of(asks=m.asks, chase=m.chase)
        ways = way.ways(kind, m.urgency) if way else []
        if way is None or not ways:
            continue
        due, falls = clock.due(way, kind, m.urgency, m.fact.at)
        if not due:
            continue
        rows.append(outward_row(m.fact.pk, m.person_id, ways[0], due, falls if len(ways) > 1 else ""))
        if m.urgency == FLASH:
            pressing.add(ways[0].name)
    return rows, pressing


def outward_row(fact: int, person: int, channel: Channel | ByHand, due: str, falls: str) -> dict[str, object]:
    return {"f": fact, "p": person, "ch": channel.name, "due": due, "falls": falls or None}


class _Clock:
    """When a message of this wish, kind, urgency and instant goes out first, and when it falls to the next channel, as
    text; each combination is computed once, because thousands of messages share a few."""

    def __init__(self, waits: Mapping[str, str]) -> None:
        self.gather = timedelta(minutes=settings.MAIL_GATHER)
        self.waits = waits
        self.known: dict[tuple[int, int, Kind, str, datetime], tuple[str, str]] = {}

    def due(self, way: Reach, kind: Kind, urgency: str, at: datetime) -> tuple[str, str]:
        """Empty when the person wants none of it; the second empty when it never falls."""
        key = (id(way.wish), id(way.calendar), kind, urgency, at)
        if key not in self.known:
            pace = pace_of(way.wish, kind, urgency)
            self.known[key] = ("", "") if pace is Pace.OFF else self._first(way, pace, kind, urgency, at)
        return self.known[key]

    def _first(self, way: Reach, pace: Pace, kind: Kind, urgency: str, at: datetime) -> tuple[str, str]:
        due = first_try(way.wish, pace, urgency, at, way.calendar, self.gather)
        falls = falls_after(self.waits, kind, urgency, due, way.calendar)
        return due.isoformat(), falls.isoformat() if falls else ""


def falls_after(
    waits: Mapping[str, str], kind: Kind, urgency: str, at: datetime, calendar: WorkCalendar
) -> datetime | None:
    """When what is handed over `at` falls to the next channel for want of a sign."""
    if not falls_in_silence(kind, urgency) or urgency not in waits:
        return None
    return silent_until(waits[urgency], at, calendar)


def reach_of(people: set[int], on: Sequence[Channel]) -> dict[int, Reach]:
    """Active people with an address that is not dead, with the wishes they have; three queries, one more where units
    keep their own hours, and a few for each kind of address beside mail and telephone."""
    keys = list(people)
    wishes = {one.person_id: one for one in Preference.objects.filter(person__in=keys)}
    dead = set(
        DeadAddress.objects.filter(person__in=keys, lifted_at__isnull=True).values_list(
            "person_id", "channel", "address"
        )
    )
    calendar_of = calendars_of(keys)
    off = ArraySubquery(ChannelState.objects.filter(off=True).values("channel"))
    rows = list(Person.objects.filter(pk__in=keys, active=True).only("pk", "email", "mobile", "code").annotate(off=off))
    switched_off = set(vars(rows[0])["off"]) if rows else set()
    ways = {one.name: one for one in on if one.name not in switched_off}
    addresses = {name: one.addresses_of(rows) for name, one in ways.items()}
    found: dict[int, Reach] = {}
    for person in rows:
        alive = [
            name
            for name in ways
            if (address := addresses[name].get(person.pk)) and (person.pk, name, address) not in dead
        ]
        if alive:
            own = wishes.get(person.pk)
            order = in_order(alive, settings.CHANNEL_ORDER, own.first if own else "")
            wish = own.wish if own else USUAL
            found[person.pk] = Reach(tuple(ways[name] for name in order), wish, calendar_of(person.pk))
    return found


USUAL = Wish()


def _clean(text: str) -> str:
    """PostgreSQL keeps no NUL characters."""
    return text.replace("\x00", "")


def _json(rows: Sequence[dict[str, object]]) -> str:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
