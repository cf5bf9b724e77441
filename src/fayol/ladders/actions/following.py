"""Following the promises: climbs begin, stand still, move and end with what happens to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fayol.commitments import policy as commitment_policy
from fayol.commitments.models import Commitment
from fayol.commitments.queries.ball import asked_of
from fayol.commitments.states import CLOSED, State, Urgency
from fayol.kernel.worktime import WorkCalendar
from fayol.ladders.actions._trace import Trace, keep
from fayol.ladders.models import BriefItem, ChaseLine, Climb
from fayol.ladders.policy import Course, Ladder, Shelf, first_rung, next_coming, pause_end, watch, why_ended
from fayol.ladders.queries.facing import calendar_of, course_of, facing_of
from fayol.ladders.queries.shelf import shelf
from fayol.ladders.registry import affairs_of
from fayol.ladders.states import Drop, End, Kind, Origin
from fayol.organisation.actor import SYSTEM


@transaction.atomic
def follow(ids: Sequence[int], *, now: datetime) -> int:
    """Bring the climbs of these promises in line with them. Returns how many changed.

    Ten statements or so however many promises; nothing is written where nothing changed. Safe to repeat.
    """
    rows = list(Commitment.objects.filter(pk__in=ids).order_by("pk"))
    running = _running([row.pk for row in rows])
    traces: list[Trace] = []
    wanting: list[tuple[Commitment, Kind]] = []
    for row in rows:
        changed, missing = _follow_one(row, running[row.pk], now)
        traces += changed
        wanting += [(row, missing)] if missing else []
    traces += _start(wanting, now)
    keep(traces, by=SYSTEM, now=now)
    if over := [trace.climb.pk for trace in traces if trace.climb.ended_at is not None or _begun_anew(trace)]:
        _take_back(over, [row.pk for row in rows if row.state in CLOSED], now)
    return len(traces)


def _begun_anew(trace: Trace) -> bool:
    return any(verb == "ladder.moved" and data["anew"] for verb, data in trace.told)


def _take_back(climbs: Sequence[int], closed: Sequence[int], now: datetime) -> None:
    """They stand on no leader's list any more, and what still waits to be said of them needs no saying; of closed
    promises that holds for chases by hand, too."""
    BriefItem.objects.filter(climb__in=climbs, ended_at__isnull=True).update(ended_at=now)
    waiting = ChaseLine.objects.filter(Q(climb__in=climbs) | Q(commitment__in=closed), ready_at__isnull=False)
    waiting.update(dropped=Drop.DONE.value, ready_at=None)


def _running(ids: list[int]) -> dict[int, list[Climb]]:
    climbs = Climb.objects.select_for_update(of=("self",), no_key=True)
    found: dict[int, list[Climb]] = defaultdict(list)
    for climb in climbs.filter(commitment__in=ids, ended_at__isnull=True).order_by("pk"):
        found[climb.commitment_id].append(climb)
    return found


def _follow_one(row: Commitment, running: Sequence[Climb], now: datetime) -> tuple[list[Trace], Kind | None]:
    """What becomes of the running climbs, and the kind of the one that is missing, if any."""
    wanted = watch(facing_of(row))
    unit_id = asked_of(row)[0]
    traces, missing = [], wanted.kind
    for climb in running:
        trace = Trace.of(climb)
        if climb.kind == wanted.kind and climb.unit_id == unit_id:
            missing = None
            _go_on(trace, row, now)
        elif climb.kind in wanted.keeps:
            _stand_still(trace)
        else:
            _end(trace, why_ended(Kind(climb.kind), State(row.state), same_unit=climb.unit_id == unit_id), now)
        if trace.touched:
            traces.append(trace)
    return traces, missing


def _end(trace: Trace, why: End, now: datetime) -> None:
    climb = trace.climb
    climb.ended_at, climb.ended_why, climb.next_look_at = now, why.value, None
    climb.suspended = False
    trace.tell("ended", why=why.value)


def _stand_still(trace: Trace) -> None:
    if not trace.climb.suspended:
        trace.climb.suspended, trace.climb.next_look_at = True, None
        trace.tell("suspended")


def _go_on(trace: Trace, row: Commitment, now: datetime) -> None:
    climb, calendar = trace.climb, calendar_of(row)
    if climb.suspended:
        climb.suspended, climb.floor_at = False, now
        trace.tell("resumed")
    _move(trace, row, now, calendar)
    _pause(trace, row, now, calendar)
    look_ahead(climb, row)


def look_at_all(*, now: datetime, units: Collection[int] | None = None) -> None:
    """The working days changed (of these units only): the next rounds work out anew when each climb goes on. Also of
    those whose promise keeps its date. One that is being acted on at this moment finds out when it is due."""
    here = Q() if units is None else Q(unit__in=units)
    coming = Climb.objects.filter(here, next_look_at__gt=now)
    coming = coming.select_for_update(skip_locked=True, of=("self",), no_key=True)
    Climb.objects.filter(pk__in=coming.values("pk")).update(next_look_at=now)


def look_ahead(climb: Climb, row: Commitment) -> None:
    """The instant at which the climb is to be looked at next follows from everything else."""
    coming = None
    if climb.ended_at is None and not climb.suspended:
        coming = next_coming(course_of(climb, row), calendar_of(row))
    climb.next_look_at = coming.at if coming else None


def _move(trace: Trace, row: Commitment, now: datetime, calendar: WorkCalendar) -> None:
    """A new date: what comes is counted anew. Rungs already climbed stay climbed, unless the date moved to later."""
    climb = trace.climb
    due_at = _due_of(row, Kind(climb.kind), climb.started_at, calendar)
    if due_at == climb.due_at:
        return
    later = due_at is not None and due_at > now and (climb.due_at is None or due_at > climb.due_at)
    climb.due_at = due_at
    climb.due_on = row.due_on if climb.kind == Kind.DELIVER else due_at and calendar.local_day(due_at)
    climb.floor_at = now
    if later:
        climb.last_at, climb.height, climb.reached = None, 0, []
        course = course_of(climb, row)
        climb.next_rung = first_rung(replace(course, next_rung=_asked_already(course)), now=now, calendar=calendar)
    trace.tell("moved", anew=later)


def _asked_already(course: Course) -> int:
    """The rung behind those that counted from the start and have acted: where it began has not moved."""
    done = course.ladder.rungs[: course.next_rung]
    return next((index for index, rung in enumerate(done) if rung.origin is Origin.DUE), len(done))


def _pause(trace: Trace, row: Commitment, now: datetime, calendar: WorkCalendar) -> None:
    climb = trace.climb
    until = None
    noted = row.last_note_at is not None and row.last_note_at >= climb.started_at
    if climb.kind == Kind.DELIVER and noted:
        until = pause_end(row.next_word_on, climb.due_on, Ladder.from_json(climb.ladder), calendar)
    if until and until > now and until != climb.paused_until:
        climb.paused_until = until
        trace.tell("paused")
    elif climb.paused_until and climb.paused_until > now and (until is None or until <= now):
        climb.paused_until = None
        trace.tell("unpaused")


def _due_of(row: Commitment, kind: Kind, started_at: datetime, calendar: WorkCalendar) -> datetime | None:
    if kind is Kind.DELIVER:
        return row.due_at
    if kind is Kind.ANSWER:
        return None
    due_at = row.sign_due_at
    if due_at is None or due_at <= started_at:  # asked once more for what was returned: the time for signing is over
        urgency = Urgency(row.urgency)
        due_at = commitment_policy.sign_due(urgency, dispatched_at=started_at, calendar=calendar)
    return due_at


def _start(wanting: Sequence[tuple[Commitment, Kind]], now: datetime) -> list[Trace]:
    if not wanting:
        return []
    ladders, affairs = shelf(), affairs_of([row for row, _kind in wanting])
    mutes = _mutes([row.pk for row, _kind in wanting], now)
    traces = []
    for row, kind in wanting:
        affair = affairs.get(row.pk)
        climb = _new_climb(row, kind, ladders, affair.klass if affair else "", now)
        if mute := mutes.get(row.pk):
            climb.muted_until, climb.muted_at = mute.muted_until, mute.muted_at
            climb.muted_by_id, climb.mute_reason = mute.muted_by_id, mute.mute_reason
        look_ahead(climb, row)
        trace = Trace.new(climb)
        ladder = climb.ladder
        trace.tell("started", ladder=[ladder["kind"], ladder["urgency"], ladder["klass"], ladder["version"]])
        traces.append(trace)
    return traces


def _new_climb(row: Commitment, kind: Kind, ladders: Shelf, klass: str, now: datetime) -> Climb:
    calendar = calendar_of(row)
    ladder = ladders.ladder(kind, Urgency(row.urgency), klass)
    due_at = _due_of(row, kind, now, calendar)
    climb = Climb(
        commitment=row,
        kind=kind,
        unit_id=asked_of(row)[0],
        ladder=ladder.to_json(),
        started_at=now,
        floor_at=now,
        due_at=due_at,
        due_on=row.due_on if kind is Kind.DELIVER else due_at and calendar.local_day(due_at),
    )
    climb.next_rung = first_rung(course_of(climb, row), now=now, calendar=calendar)
    return climb


def _mutes(ids: list[int], now: datetime) -> dict[int, Climb]:
    """A mute is of the promise, not of one climb: those still in force, by promise."""
    muted = Climb.objects.filter(commitment__in=ids, muted_until__gt=now).order_by("id")
    return {climb.commitment_id: climb for climb in muted}
