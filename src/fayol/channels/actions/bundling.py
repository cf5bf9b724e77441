"""Messages that wait for the same person become one bundle, fixed before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import groupby

from django.conf import settings
from django.db import connection, transaction

from fayol.channels.actions.falling import fall_now, opened
from fayol.channels.contract import Channel
from fayol.channels.links import host
from fayol.channels.models import Bundle, DeadAddress, Delivery, Preference
from fayol.channels.policy import Wish, awake, kind_of, pace_of
from fayol.channels.queries import calendars_of
from fayol.channels.states import FLASH, URGENT, WAITING, Pace, Status
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import WorkCalendar
from fayol.organisation.models import Person

GONE = _("已离职或停用")
NO_ADDRESS = _("没有登记地址")
TURNED_OFF = _("地址收不到信，已停用")
READ = _("已在系统里看过")
UNWANTED = _("本人选择这类只留站内")
_GATHERING = 0x0FA710  # any number of our own: bundles of a channel are made by one worker at a time
_PRESSING = (FLASH, URGENT)


_Piece = tuple[Bundle, Sequence[Delivery]]
"""What goes out together, and its messages."""


@dataclass(frozen=True)
class _Reader:
    """What must be known of a person once more when the time has come."""

    person: Person
    wish: Wish
    language: str
    dead: frozenset[str]
    calendar: WorkCalendar


@transaction.atomic
def gather(channel: Channel, *, now: datetime, limit: int) -> int:
    """Bundles what is due for at most `limit` people, and says for how many. Another worker at it: 0.

    Everything of a person goes along that would go within the gathering time anyway; 特急 goes alone. What has been
    read in the inbox meanwhile is not sent after, unless it is urgent.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_GATHERING, channel.name])
        if not cursor.fetchone()[0]:
            return 0
    people = _due_people(channel.name, now, limit)
    if not people:
        return 0
    rows = _rows_of(channel.name, people, now)
    readers = _readers(people, channel.name)
    addresses = channel.addresses_of([reader.person for reader in readers.values()])
    read = opened([row for row in rows if row.urgency not in _PRESSING])
    pieces: list[_Piece] = []
    for person_id, group in groupby(rows, key=lambda row: row.person_id):
        address, theirs = addresses.get(person_id, ""), [(row, (row.fact_id, person_id) in read) for row in group]
        pieces += _sort_out(channel, readers[person_id], address, theirs, now)
    _keep(pieces)
    return len(people)


def _due_people(channel: str, now: datetime, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT person_id FROM (SELECT person_id FROM channels_delivery WHERE channel = %s"
            " AND next_try_at <= %s AND bundle_id IS NULL ORDER BY next_try_at LIMIT %s) AS due",
            [channel, now, limit],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _rows_of(channel: str, people: Sequence[int], now: datetime) -> list[Delivery]:
    """All loose rows of these people that are due, or will be within the gathering time."""
    soon = now + timedelta(minutes=settings.MAIL_GATHER)
    loose = Delivery.objects.filter(
        person__in=people, channel=channel, bundle__isnull=True, status__in=WAITING, next_try_at__lte=soon
    )
    return list(loose.select_for_update(of=("self",), no_key=True).order_by("person_id", "id"))


def _readers(people: Sequence[int], channel: str) -> dict[int, _Reader]:
    wishes = {one.person_id: one for one in Preference.objects.filter(person__in=people)}
    dead: dict[int, set[str]] = {}
    for person_id, address in DeadAddress.objects.filter(
        person__in=people, channel=channel, lifted_at__isnull=True
    ).values_list("person_id", "address"):
        dead.setdefault(person_id, set()).add(address)
    calendar_of = calendars_of(people)
    found = {}
    for person in Person.objects.filter(pk__in=people):
        wish = wishes.get(person.pk)
        found[person.pk] = _Reader(
            person,
            wish.wish if wish else Wish(),
            wish.language if wish else settings.LANGUAGE_CODE,
            frozenset(dead.get(person.pk, ())),
            calendar_of(person.pk),
        )
    return found


def _sort_out(
    channel: Channel, reader: _Reader, address: str, found: Sequence[tuple[Delivery, bool]], now: datetime
) -> list[_Piece]:
    """What goes out to one person; `found` says of each row whether it has been read in the inbox meanwhile."""
    rows = [row for row, _read in found]
    if not reader.person.active:
        _end(rows, Status.DROPPED, GONE)
        return []
    if not address or address in reader.dead:
        _end(rows, Status.FAILED if address else Status.DROPPED, TURNED_OFF if address else NO_ADDRESS)
        fall_now(rows, now=now)
        return []
    pieces = [_piece(channel, reader, address, [row], now) for row in rows if row.urgency == FLASH]
    others = [(row, read) for row, read in found if row.urgency != FLASH]
    _end([row for row, _read in others if _pace(reader, row) is Pace.OFF], Status.DROPPED, UNWANTED)
    others = [(row, read) for row, read in others if _pace(reader, row) is not Pace.OFF]
    _end([row for row, read in others if read], Status.DROPPED, READ)
    left = [row for row, read in others if not read]
    if not any(row.next_try_at and row.next_try_at <= now for row in left):
        return pieces
    opens = awake(reader.wish, now, "", reader.calendar)
    if opens > now:  # nobody worked at the hour they were meant for
        Delivery.objects.filter(pk__in=[row.pk for row in left]).update(next_try_at=opens)
        return pieces
    return [*pieces, _piece(channel, reader, address, left, now)]


def _pace(reader: _Reader, row: Delivery) -> Pace:
    return pace_of(reader.wish, kind_of(asks=row.asks, chase=row.chase), row.urgency)


def _end(rows: Iterable[Delivery], status: Status, reason: str) -> None:
    keys = [row.pk for row in rows]
    if keys:
        Delivery.objects.filter(pk__in=keys).update(status=status, reason=reason, next_try_at=None, falls_at=None)


def _piece(channel: Channel, reader: _Reader, address: str, rows: Sequence[Delivery], now: datetime) -> _Piece:
    bundle = Bundle(
        channel=channel.name,
        person=reader.person,
        address=address,
        message_id=message_id_of(rows, now),
        language=reader.language,
        urgency=FLASH if rows[0].urgency == FLASH else "normal",
        created_at=now,
        next_try_at=now,
    )
    return bundle, rows


def _keep(pieces: Sequence[_Piece]) -> None:
    """Two statements, for however many people."""
    if not pieces:
        return
    Bundle.objects.bulk_create([bundle for bundle, _rows in pieces])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE channels_delivery d SET bundle_id = b.id, address = b.address, next_try_at = b.next_try_at"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS v(row, bundle) JOIN channels_bundle b ON b.id = v.bundle"
            " WHERE d.id = v.row",
            [
                [row.pk for _bundle, rows in pieces for row in rows],
                [bundle.pk for bundle, rows in pieces for _row in rows],
            ],
        )


def message_id_of(rows: Sequence[Delivery], now: datetime) -> str:
    """Derived from what is in the bundle; a row is in one bundle only, so no two bundles share it."""
    keys = ",".join(str(row.pk) for row in rows)
    mark = blake2b(f"{rows[0].fact_id}:{keys}:{now.isoformat()}".encode(), digest_size=8).hexdigest()
    return f"<fayol.{rows[0].pk}.{mark}@{host()}>"
