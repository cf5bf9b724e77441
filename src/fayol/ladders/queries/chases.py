"""What has been sent to whom, and whether somebody may be chased now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime, time

from django.db.models import Q

from fayol.channels.queries import calendars_of
from fayol.commitments.models import Commitment
from fayol.commitments.states import Urgency
from fayol.kernel.worktime import HalfDay, WorkCalendar
from fayol.ladders.models import Chase, ChaseLine
from fayol.ladders.policy import next_free, opening_of
from fayol.ladders.states import Half

NOON = time(13)
"""A morning ends no later."""
CalendarOf = Callable[[int], WorkCalendar]


def used_half_days(people: Collection[int], now: datetime, calendar_of: CalendarOf) -> dict[int, set[HalfDay]]:
    """Which of these people have had their message in the half-day of `now`, each by his own calendar; one query.

    Whoever changed to other shifts today may have had it in a half-day that had another number, or began elsewhere.
    """
    halves: dict[tuple[HalfDay, datetime], list[int]] = defaultdict(list)
    known: dict[int, tuple[HalfDay, datetime]] = {}
    for person in people:
        calendar = calendar_of(person)
        if id(calendar) not in known:
            half = calendar.half_day(now)
            known[id(calendar)] = (half, opening_of(half, calendar))
        halves[known[id(calendar)]].append(person)
    told = Q(pk__in=[])
    for (half, opening), keys in halves.items():
        told |= Q(person__in=keys) & (Q(day=half.day, half=half.part) | Q(sent_at__gte=opening))
    had = set(Chase.objects.filter(told, flash=False).values_list("person_id", flat=True))
    return {pk: {half} for (half, _opening), keys in halves.items() for pk in keys if pk in had}


def half_of_day(row: Commitment, now: datetime) -> Half:
    """How to name the half-day of the holder: morning and afternoon are words for spans before and after noon."""
    calendar = calendars_of([row.holder_id or 0])(row.holder_id or 0)
    half = calendar.half_day(now)
    first, *rest = calendar.hours_of(half.day)
    if first[1] > NOON or first[1] == time() or len(rest) > 1 or any(opens < time(12) for opens, _closes in rest):
        return Half.SHIFT
    return Half.MORNING if half.part == 0 and rest else Half.LAST


def chased_already(row: Commitment, now: datetime) -> bool:
    """Whether whoever has the ball has been told of this task in this half working day, or is about to be: then a
    further chase would be the second. 特急 may always be chased."""
    if row.urgency == Urgency.FLASH or row.holder_id is None:
        return False
    calendar = calendars_of([row.holder_id])(row.holder_id)
    half = calendar.half_day(now)
    lines = ChaseLine.objects.filter(commitment=row, person=row.holder_id, flash=False)
    told = Q(chase__day=half.day, chase__half=half.part) | Q(chase__sent_at__gte=opening_of(half, calendar))
    return lines.filter(Q(ready_at__isnull=False) | told).exists()


def goes_out_at(row: Commitment, now: datetime) -> datetime:
    """When a chase made now would reach the holder: at once, or with the message of the next half-day."""
    if row.urgency == Urgency.FLASH or row.holder_id is None:
        return now
    calendar_of = calendars_of([row.holder_id])
    used = used_half_days([row.holder_id], now, calendar_of).get(row.holder_id, set())
    return next_free(now, used, calendar_of(row.holder_id))


def is_waiting(row: Commitment) -> bool:
    """Whether a line about it waits for the holder's next message."""
    return ChaseLine.objects.filter(commitment=row, person=row.holder_id, ready_at__isnull=False).exists()
