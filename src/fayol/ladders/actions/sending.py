"""What waits for a person goes out: once in a half working day, everything together; 特急 at once and alone."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from fayol.channels.queries import calendars_of
from fayol.commitments.states import CLOSED
from fayol.facts.journal import record_many
from fayol.kernel.worktime import HalfDay
from fayol.ladders.models import Chase, ChaseLine, Climb
from fayol.ladders.policy import Ready, opening_of, send, watch
from fayol.ladders.queries.chases import used_half_days
from fayol.ladders.queries.facing import facing_of
from fayol.ladders.states import Drop, Level
from fayol.organisation.actor import SYSTEM
from fayol.organisation.calendar import calendars, work_calendar
from fayol.organisation.models import Person

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=15)
"""How long the messages of a half-day wait for the rungs that came due at its opening."""
AGAIN_AFTER = timedelta(minutes=10)


def send_due(*, now: datetime, limit: int) -> int:
    """Send what is ready to at most `limit` people; how many were dealt with.

    Waits until all rungs of the half-day's opening have acted, so that one message can list everything. People are
    locked, and skipped when another worker has them.
    """
    if rungs_to_come(now):
        return 0
    with transaction.atomic():
        people = _claim(now, limit)
        if people and not _tried(people, now):
            for person in people:
                if not _tried([person], now):
                    later = ChaseLine.objects.filter(person=person, ready_at__lte=now)
                    later.update(ready_at=now + AGAIN_AFTER)
    return len(people)


def rungs_to_come(now: datetime) -> bool:
    """Whether rungs of this half-day's opening have not acted yet, and it is worth waiting for them."""
    openings = []
    for calendar in calendars().in_use():
        opening = opening_of(calendar.half_day(now), calendar)
        if calendar.is_working(now) and now - opening <= PATIENCE:
            openings.append(opening)
    return bool(openings) and Climb.objects.filter(next_look_at__lte=max(openings)).exists()


def _claim(now: datetime, limit: int) -> list[int]:
    ready = (
        ChaseLine.objects.filter(ready_at__lte=now).order_by("ready_at", "person").values_list("person_id", flat=True)
    )
    wanted = list(dict.fromkeys(ready[: limit * 10]))[:limit]
    rows = Person.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=wanted)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _tried(people: list[int], now: datetime) -> bool:
    try:
        with transaction.atomic():
            _send_to(people, now)
    except Exception:
        if len(people) == 1:
            log.exception("chase to person %s is pushed back", people[0])
        return False
    return True


def _send_to(people: list[int], now: datetime) -> None:
    """One message for each of them at most; a constant number of statements."""
    rows = ChaseLine.objects.filter(person__in=people, ready_at__lte=now).select_for_update(of=("self",), no_key=True)
    waiting = _still_wanted(list(rows.select_related("commitment", "climb").order_by("pk")), now)
    lines: dict[int, list[ChaseLine]] = defaultdict(list)
    for line in waiting:
        lines[line.person_id].append(line)
    calendar_of = calendars_of(people)
    used = used_half_days(people, now, calendar_of)
    going: list[list[ChaseLine]] = []
    put_off: dict[datetime, list[int]] = defaultdict(list)  # two instants a calendar: the next half-day and morning
    for person, own in lines.items():
        by_key = {line.pk: line for line in own}
        ready = [Ready(line.pk, now, line.level == Level.BRIEF) for line in own]
        sending = send(ready, at=now, used=used.get(person, set()), calendar=calendar_of(person))
        for key, at in sending.later:
            put_off[at].append(key)
        if sending.now:
            going.append([by_key[key] for key in sending.now])
    for at, keys in put_off.items():
        ChaseLine.objects.filter(pk__in=keys).update(ready_at=at)
    _go_out(going, now=now, flash=False)


def _still_wanted(lines: list[ChaseLine], now: datetime) -> list[ChaseLine]:
    """Checked again when it fires: what has become pointless is dropped, what now lies with another goes to him."""
    wanted, changed = [], []
    for line in lines:
        drop = _pointless(line, now)
        holder = line.commitment.holder_id
        if drop:
            line.dropped, line.ready_at = drop, None
        elif line.level == Level.PERSON and holder and holder != line.person_id:
            line.person_id = holder
        else:
            wanted.append(line)
            continue
        changed.append(line)
    ChaseLine.objects.bulk_update(changed, ["dropped", "ready_at", "person"], batch_size=500)
    return wanted


def _pointless(line: ChaseLine, now: datetime) -> str:
    row, climb = line.commitment, line.climb
    if row.state in CLOSED:
        return Drop.DONE
    if climb is None:  # by hand: for what is awaited now, of whoever has the ball now
        awaited = watch(facing_of(row)).kind
        return "" if (awaited or "") == line.kind else Drop.MOVED
    if climb.ended_at is not None:
        return Drop.DONE
    if climb.suspended or climb.floor_at > line.made_at:
        return Drop.MOVED
    if climb.muted_until and climb.muted_until > now:
        return Drop.MUTED
    return Drop.PAUSED if climb.paused_until and climb.paused_until > now else ""


def send_flash(lines: Sequence[ChaseLine], *, now: datetime) -> None:
    """特急: at once, each alone, at any hour."""
    _go_out([[line] for line in lines], now=now, flash=True)


def _go_out(groups: Sequence[Sequence[ChaseLine]], *, now: datetime, flash: bool) -> None:
    if not groups:
        return
    people = [lines[0].person_id for lines in groups]
    halves = _halves(people, now, flash)
    chases = [
        Chase(person_id=person, day=half.day, half=half.part, flash=flash, sent_at=now)
        for person, half in zip(people, halves, strict=True)
    ]
    Chase.objects.bulk_create(chases, batch_size=500)
    _attach([(line.pk, chase.pk) for chase, lines in zip(chases, groups, strict=True) for line in lines])
    items = [(chase.pk, "chase.sent", _said(chase, lines)) for chase, lines in zip(chases, groups, strict=True)]
    record_many("chase", items, by=SYSTEM, now=now)


def _halves(people: Sequence[int], now: datetime, flash: bool) -> list[HalfDay]:
    """In which half-day of his own each of them is told; a hundred thousand people have a handful of calendars."""
    if flash:
        return [HalfDay(work_calendar().local_day(now), 0)] * len(people)
    calendar_of = calendars_of(people)
    known: dict[int, HalfDay] = {}
    found = []
    for person in people:
        calendar = calendar_of(person)
        if id(calendar) not in known:
            known[id(calendar)] = calendar.half_day(now)
        found.append(known[id(calendar)])
    return found


def _attach(pairs: Sequence[tuple[int, int]]) -> None:
    """One statement of arrays for all lines: a hundred thousand may come due at one opening."""
    table = ChaseLine._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS l SET chase_id = v.chase, ready_at = NULL"  # noqa: S608  our own table's name
            " FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, chase) WHERE l.id = v.id",
            [[line for line, _chase in pairs], [chase for _line, chase in pairs]],
        )


def _said(chase: Chase, lines: Sequence[ChaseLine]) -> dict[str, object]:
    return {
        "person": chase.person_id,
        "half_day": [chase.day.isoformat(), chase.half],
        "flash": chase.flash,
        "lines": [{"commitment": line.commitment_id, "level": line.level, "fact": line.fact} for line in lines],
    }
