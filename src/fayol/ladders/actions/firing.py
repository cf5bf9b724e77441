"""The rungs that are due: each acts once, or leaves word why it could not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fayol.channels.queries import calendars_of
from fayol.commitments.models import Commitment
from fayol.commitments.queries.ball import asked_of
from fayol.facts.spelling import spelled
from fayol.kernel.worktime import WorkCalendar
from fayol.ladders.actions._trace import Trace, keep
from fayol.ladders.actions.following import follow, look_ahead
from fayol.ladders.actions.sending import send_flash
from fayol.ladders.models import BriefItem, ChaseLine, Climb
from fayol.ladders.policy import Crowd, Ladder, Outcome, next_coming, ready_from, step, watch
from fayol.ladders.policy.timing import allowed_from
from fayol.ladders.queries.climbs import reached_people
from fayol.ladders.queries.facing import calendar_of, course_of, facing_of, owing_of
from fayol.ladders.queries.people import crowd_for
from fayol.ladders.registry import Affair, affairs_of
from fayol.ladders.states import HEIGHT, Kind, Level
from fayol.organisation.actor import SYSTEM


@dataclass(frozen=True)
class Shot:
    """A rung that acted, still without its fact."""

    climb: Climb
    row: Commitment
    outcome: Outcome
    step: int
    ladder: Ladder
    person_id: int


@transaction.atomic
def fire(climbs: Sequence[Climb], *, now: datetime) -> int:
    """Let the next rung of each of these climbs act, if it really is due. Returns how many acted.

    The climbs are locked by the caller. A promise that somebody is acting on at this moment is left for the next
    round; one that no longer is what its climb watches is followed instead. Outside working time everything but 特急
    moves to the next opening. The number of statements does not grow with the number of climbs.
    """
    rows = _locked_rows(climbs)
    held = [(climb, rows[climb.commitment_id]) for climb in climbs if climb.commitment_id in rows]
    stray = [row.pk for climb, row in held if not _still_watched(climb, row)]
    if stray:
        follow(stray, now=now)
    ready = [(climb, row) for climb, row in held if row.pk not in set(stray)]
    shots, traces = _climb_all(ready, now)
    facts = iter(keep(traces, by=SYSTEM, now=now))
    told = [next(facts).pk for trace in traces for _verb, _data in trace.told]
    acted = [pk for pk, verb in zip(told, _verbs(traces), strict=True) if verb == "ladder.rung_climbed"]
    _write_lines(shots, acted, now)
    return len(shots)


def _verbs(traces: Sequence[Trace]) -> list[str]:
    return [verb for trace in traces for verb, _data in trace.told]


def _locked_rows(climbs: Sequence[Climb]) -> dict[int, Commitment]:
    """Those that nobody else holds: an act holds its promise and waits for the climb, so that waiting here for the
    promise would be a deadlock."""
    rows = Commitment.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    found = rows.filter(pk__in={climb.commitment_id for climb in climbs}).select_related("holder", "holder_unit")
    return {row.pk: row for row in found.order_by("pk")}


def _still_watched(climb: Climb, row: Commitment) -> bool:
    wanted = watch(facing_of(row))
    same_date = climb.kind != Kind.DELIVER or climb.due_at == row.due_at
    return climb.kind == wanted.kind and climb.unit_id == asked_of(row)[0] and same_date


def _climb_all(ready: Sequence[tuple[Climb, Commitment]], now: datetime) -> tuple[list[Shot], list[Trace]]:
    if not ready:
        return [], []
    rows = [row for _climb, row in ready]
    affairs = affairs_of(rows)
    crowd = crowd_for(rows, now, now, affairs.values())
    shots: list[Shot] = []
    traces: list[Trace] = []
    for climb, row in ready:
        trace = Trace.of(climb)
        shots += _climb_one(trace, row, crowd, affairs, now)
        climb.trouble = ""
        traces.append(trace)
    return shots, traces


def _climb_one(trace: Trace, row: Commitment, crowd: Crowd, affairs: Mapping[int, Affair], now: datetime) -> list[Shot]:
    climb, calendar = trace.climb, calendar_of(row)
    course = course_of(climb, row)
    coming = next_coming(course, calendar)
    if coming is None or coming.at > now or not _may_act(course.ladder, now, calendar):
        look_ahead(climb, row)
        if climb.next_look_at and climb.next_look_at <= now:
            climb.next_look_at = allowed_from(now, course.ladder, calendar)
        return []
    owing = owing_of(row, crowd, affairs.get(row.pk))
    outcome = step(course, owing, crowd, reached=reached_people(climb), now=now, calendar=calendar)
    shots = []
    for each in outcome.outcomes:
        _mark(trace, each, now)
        if each.person_id is not None:
            climb.last_at = outcome.course.last_at
            shots.append(Shot(climb, row, each, climb.steps, course.ladder, each.person_id))
        _tell(trace, each)
    look_ahead(climb, row)
    return shots


def _may_act(ladder: Ladder, now: datetime, calendar: WorkCalendar) -> bool:
    return ladder.natural or calendar.is_working(now)


def _mark(trace: Trace, outcome: Outcome, now: datetime) -> None:
    climb = trace.climb
    climb.steps += 1
    climb.next_rung = outcome.index + 1
    entry = {"rung": outcome.index, "level": outcome.level.value, "person": outcome.person_id, "at": spelled(now)}
    if outcome.why is not None:
        entry["why"] = outcome.why.value
    else:
        climb.height = max(climb.height, HEIGHT[outcome.level])
    climb.reached = [*climb.reached, entry]


def _tell(trace: Trace, outcome: Outcome) -> None:
    said = {"rung": outcome.index, "level": outcome.level.value, "person": outcome.person_id,
            "foreseen": spelled(outcome.foreseen), "step": trace.climb.steps}  # fmt: skip
    if outcome.why is None:
        trace.tell("rung_climbed", **said)
    else:
        trace.tell("rung_skipped", why=outcome.why.value, **said)


def _write_lines(shots: Sequence[Shot], facts: Sequence[int], now: datetime) -> None:
    """What each rung wants said, and what it puts on a leader's list."""
    calendar_of = calendars_of([shot.person_id for shot in shots])
    lines = [_line(shot, fact, now, calendar_of(shot.person_id)) for shot, fact in zip(shots, facts, strict=True)]
    ChaseLine.objects.bulk_create(lines, batch_size=500)
    briefs = [_brief_item(shot, now) for shot in shots if shot.outcome.level is Level.BRIEF]
    BriefItem.objects.bulk_create(briefs, ignore_conflicts=True, batch_size=500)
    send_flash([line for line in lines if line.flash], now=now)


def _line(shot: Shot, fact: int, now: datetime, calendar: WorkCalendar) -> ChaseLine:
    outcome = shot.outcome
    natural = shot.ladder.natural
    return ChaseLine(
        person_id=shot.person_id,
        commitment=shot.row,
        climb=shot.climb,
        step=shot.step,
        kind=shot.climb.kind,
        level=outcome.level,
        words=shot.ladder.rungs[outcome.index].words,
        fact=fact,
        flash=natural,
        made_at=now,
        ready_at=now if natural else ready_from(now, outcome.level, calendar),
    )


def _brief_item(shot: Shot, now: datetime) -> BriefItem:
    row = shot.row
    who = f"{row.holder_unit.name}{row.holder.name}" if row.holder and row.holder_unit else ""
    why = who + (f"，{row.due_on.month}月{row.due_on.day}日到期" if row.due_on else "")
    return BriefItem(commitment=row, leader_id=shot.person_id, climb=shot.climb, since=now, why=why[:300])
