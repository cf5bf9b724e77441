"""Looking ahead: which of the promises under way will probably be late, and why. What it writes is derived from other
rows, so that it leaves no fact and makes no page stale."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from fayol.commitments.actions._turn import clocks_of
from fayol.commitments.foreseeing import found_elsewhere, look_again_at, look_at_crowds
from fayol.commitments.models import Commitment
from fayol.commitments.policy_foresee import (
    AT_WORK,
    Away,
    Crowd,
    Prospect,
    Reason,
    look_again,
    may_be_crowded,
    reasons,
    sooner,
)
from fayol.commitments.states import State
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Absence, Delegation

USUAL_DAYS = 20
"""Working days over which a usual day of a unit is reckoned."""
SPREAD = 360
"""Minutes over which the daily looks are spread, so that they do not all come at midnight."""
STORE = """
UPDATE commitments_commitment AS c
SET foreseen = v.foreseen::jsonb, foreseen_at = v.foreseen_at, amber_at = v.amber_at, foresee_at = v.foresee_at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS v(id, foreseen, foreseen_at, amber_at, foresee_at)
WHERE c.id = v.id
"""


def foresee(rows: Sequence[Commitment], *, now: datetime) -> None:
    """Look at these rows, which the caller has locked, and say when to look again."""
    working = [row for row in rows if row.state in AT_WORK and row.due_at and row.due_on]
    away, crowds = _away(working, now), _crowds(working, now)
    elsewhere = _merged(_late_supports(working, now), found_elsewhere([row.pk for row in working], now))
    told = {row.pk for row in rows if any(reason["code"] == "crowded" for reason in row.foreseen)}
    days: dict[tuple[int, date], int] = {}
    look_again_at([row.parent_id for row in working if row.parent_id and row.due_at and row.due_at < now], now=now)
    for row in rows:
        found: list[Reason] = []
        again = None
        if row.state in AT_WORK and row.due_at and row.due_on:
            prospect, calendar = _prospect(row), work_calendar(row.performer_unit_id)
            place = (row.performer_unit_id, row.due_on)
            gone, crowd = away.get(_worker(row), []), crowds.get(place)
            found = reasons(prospect, away=gone, crowd=crowd, now=now, calendar=calendar)
            if row.due_at >= now:
                found += elsewhere.get(row.pk, [])
            too_much = next((reason["count"] for reason in found if reason["code"] == "crowded"), 0)
            if row.due_at >= now and (too_much or row.pk in told):
                days[place] = too_much
            stirred = bool(found or gone) or may_be_crowded(crowd)
            again = look_again(prospect, stirred=stirred, now=now, calendar=calendar)
        row.foresee_at = _spread(again, row.pk)
        _keep(row, found, now)
    _store(rows)
    look_at_crowds(days, now=now)


def _spread(again: datetime | None, pk: int) -> datetime | None:
    """A look due on a day comes in the hours before work; one due at an hour keeps it."""
    if again is None or again.time() != time():
        return again
    return again + timedelta(minutes=pk % SPREAD)


def _keep(row: Commitment, found: list[Reason], now: datetime) -> None:
    row.foreseen = found
    row.foreseen_at = (row.foreseen_at or now) if found else None
    row.amber_at = sooner(clocks_of(row).amber_at, row.foreseen_at)


def _store(rows: Sequence[Commitment]) -> None:
    """In one statement: `bulk_update` takes ten times as long for a batch, most of it in Python."""
    columns: tuple[list[Any], ...] = (
        [row.pk for row in rows],
        [json.dumps(row.foreseen, ensure_ascii=False) for row in rows],
        [row.foreseen_at for row in rows],
        [row.amber_at for row in rows],
        [row.foresee_at for row in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(STORE, columns)


def _prospect(row: Commitment) -> Prospect:
    assert row.due_on
    assert row.due_at
    started = row.dispatched_at or row.created_at
    words = [at for at in (row.last_note_at, row.acknowledged_at, row.holder_since, started) if at]
    return Prospect(
        state=State(row.state),
        due_on=row.due_on,
        due_at=row.due_at,
        started_at=started,
        last_word=max(words),
        next_word_on=row.next_word_on,
        percent=row.percent,
        noted_at=row.last_note_at,
        lead=row.parent_id is None,
    )


def _worker(row: Commitment) -> int | None:
    return row.responsible_id or row.holder_id


def _away(rows: Sequence[Commitment], now: datetime) -> dict[int | None, list[Away]]:
    """The absences to come of those who do the work, without those for which somebody has their authority."""
    people = {_worker(row) for row in rows} - {None}
    absences = Absence.objects.filter(person__in=people, ends_at__gt=now, cancelled_at__isnull=True)
    given = Delegation.objects.filter(principal__in=people, ends_at__gt=now, revoked_at__isnull=True)
    stood_in: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for principal, start, end in given.values_list("principal_id", "starts_at", "ends_at"):
        stood_in[principal].append((start, end))
    found: dict[int | None, list[Away]] = defaultdict(list)
    for person, name, start, end in absences.order_by("starts_at").values_list(
        "person_id", "person__name", "starts_at", "ends_at"
    ):
        if not any(first <= max(start, now) and end <= last for first, last in stood_in[person]):
            found[person].append(Away(name, start, end))
    return found


def _crowds(rows: Sequence[Commitment], now: datetime) -> dict[tuple[int, object], Crowd]:
    """What the units of these rows have due on each of the coming days, and on a usual one."""
    ends: dict[datetime, set[int]] = defaultdict(set)
    for row in rows:
        calendar = work_calendar(row.performer_unit_id)
        last = calendar.add_workdays(calendar.local_day(now), USUAL_DAYS)
        ends[calendar.close_of_business(last)].add(row.performer_unit_id)
    here = Q(pk__in=[])
    for until, units in ends.items():
        here |= Q(performer_unit__in=units, due_at__lte=until)
    coming = Commitment.objects.filter(here, due_at__gte=now, state__in=sorted(AT_WORK))
    counted = coming.order_by().values_list("performer_unit", "due_on").annotate(n=Count("id"))
    by_day = {(unit, day): n for unit, day, n in counted}
    whole: dict[int, int] = defaultdict(int)
    for (unit, _day), n in by_day.items():
        whole[unit] += n
    return {(unit, day): Crowd(n, whole[unit] / USUAL_DAYS) for (unit, day), n in by_day.items()}


def _late_supports(rows: Sequence[Commitment], now: datetime) -> dict[int, list[Reason]]:
    """The open supports of these leads that are late: the lead waits for them."""
    late = Commitment.objects.filter(parent__in=[row.pk for row in rows], due_at__lt=now, state__in=sorted(AT_WORK))
    named = late.order_by("due_at", "pk").values_list(
        "parent_id", "performer_unit__short_name", "performer_unit__official_name", "title"
    )
    found: dict[int, list[Reason]] = defaultdict(list)
    for parent, short, official, title in named:
        found[parent or 0].append({"code": "support_late", "unit": short or official, "title": title})
    return found


def _merged(*parts: dict[int, list[Reason]]) -> dict[int, list[Reason]]:
    keys = {pk for part in parts for pk in part}
    return {pk: [reason for part in parts for reason in part.get(pk, [])] for pk in keys}
