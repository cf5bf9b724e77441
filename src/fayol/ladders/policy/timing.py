"""When the rungs of a climb come: one set of functions, for firing, for the pages and for the dry run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fayol.commitments.states import Urgency
from fayol.kernel.worktime import HalfDay, WorkCalendar
from fayol.ladders.policy.ladder import Ladder, Rung
from fayol.ladders.states import Kind, Origin, Unit

_GAP: dict[Urgency, tuple[int, Unit]] = {
    Urgency.NORMAL: (1, Unit.WORKDAYS),
    Urgency.DOCUMENT: (1, Unit.WORKDAYS),
    Urgency.URGENT: (180, Unit.MINUTES),
    Urgency.FLASH: (1, Unit.HOURS),
}
"""Between two rungs of one climb, whatever its ladder says: also after a standstill nobody is run over."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where a climb stands, as far as time is concerned. `promised`: a date has been promised."""

    ladder: Ladder
    started_at: datetime
    floor_at: datetime
    due_on: date | None = None
    due_at: datetime | None = None
    promised: bool = False
    next_rung: int = 0
    last_at: datetime | None = None
    paused_until: datetime | None = None
    muted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """A rung that is still to come, and when."""

    index: int
    at: datetime


def coming(course: Course, calendar: WorkCalendar) -> Iterator[Coming]:
    """The rungs to come, each as early as its own time, the gap to the one before, a pause and a mute allow."""
    last = course.last_at
    for index in range(course.next_rung, len(course.ladder.rungs)):
        raw = raw_at(index, course, calendar)
        if raw is None:
            continue
        last = _earliest(raw, last, course, calendar)
        yield Coming(index, last)


def next_coming(course: Course, calendar: WorkCalendar) -> Coming | None:
    return next(coming(course, calendar), None)


def _earliest(raw: datetime, last: datetime | None, course: Course, calendar: WorkCalendar) -> datetime:
    ladder = course.ladder
    at = raw if raw > course.floor_at else moved(course.floor_at, *_GAP[ladder.urgency], calendar)
    if last is not None:
        at = max(at, moved(last, *_GAP[ladder.urgency], calendar))
    at = max(at, *(until for until in (course.paused_until, course.muted_until, at) if until))
    return allowed_from(at, ladder, calendar)


def allowed_from(at: datetime, ladder: Ladder, calendar: WorkCalendar) -> datetime:
    """The first instant not before `at` at which the ladder may act."""
    if ladder.natural:
        return at
    opening = calendar.next_working(at)
    return opening_from(opening, calendar) if ladder.at_openings else opening


def opening_of(half: HalfDay, calendar: WorkCalendar) -> datetime:
    return datetime.combine(half.day, calendar.hours_of(half.day)[half[1]][0], calendar.tz)


def opening_from(at: datetime, calendar: WorkCalendar) -> datetime:
    """The opening of a half working day at `at` or next after it."""
    half = calendar.half_day(at)
    opening = opening_of(half, calendar)
    return opening if opening >= at else opening_of(next_half(half, calendar), calendar)


def next_half(half: HalfDay, calendar: WorkCalendar) -> HalfDay:
    if half[1] + 1 < len(calendar.hours_of(half.day)):
        return HalfDay(half.day, half[1] + 1)
    return HalfDay(calendar.add_workdays(half.day, 1), 0)


def next_morning(half: HalfDay, calendar: WorkCalendar) -> HalfDay:
    return HalfDay(calendar.add_workdays(half.day, 1), 0)


def raw_at(index: int, course: Course, calendar: WorkCalendar) -> datetime | None:
    """When the rung would come by its own words; None where it does not apply."""
    rung = course.ladder.rungs[index]
    if rung.origin is Origin.START:
        at = _after_start(rung, course, calendar)
        return None if _first_word_is_past(rung, at, course, calendar) else at
    return _around_due(rung, course, calendar)


def _after_start(rung: Rung, course: Course, calendar: WorkCalendar) -> datetime:
    if rung.unit is Unit.WORKDAYS:
        day = calendar.add_workdays(calendar.local_day(course.started_at), rung.n)
        return calendar.next_working(calendar.close_of_business(day))
    return moved(course.started_at, rung.n, rung.unit, calendar)


def _first_word_is_past(rung: Rung, at: datetime, course: Course, calendar: WorkCalendar) -> bool:
    """The rung that asks for the first word is needless once a date is promised or the first reminder comes first."""
    if course.ladder.kind is not Kind.DELIVER:
        return False
    others = (other for other in course.ladder.rungs if other.origin is Origin.DUE)
    first = next((_around_due(other, course, calendar) for other in others), None)
    return course.promised or (first is not None and at >= first)


def _around_due(rung: Rung, course: Course, calendar: WorkCalendar) -> datetime | None:
    """Days before or after the due day begin at the opening of business; hours count from the due instant."""
    if course.due_on is None or course.due_at is None:
        return None
    if rung.unit is Unit.WORKDAYS:
        day = calendar.add_workdays(course.due_on, rung.n) if rung.n else calendar.next_workday(course.due_on)
        return calendar.open_of_business(day)
    return moved(course.due_at, rung.n, rung.unit, calendar)


def moved(at: datetime, n: int, unit: Unit, calendar: WorkCalendar) -> datetime:
    """`n` units after `at` (before it, when negative): by the clock, in working time, or to the same hour of a
    working day."""
    if unit is Unit.HOURS:
        return at + timedelta(hours=n)
    if unit is Unit.MINUTES:
        amount = timedelta(minutes=abs(n))
        return calendar.subtract_worked(at, amount) if n < 0 else calendar.add_worked(at, amount)
    local = at.astimezone(calendar.tz)
    return datetime.combine(calendar.add_workdays(local.date(), n), local.timetz())


def first_rung(course: Course, *, now: datetime, calendar: WorkCalendar) -> int:
    """With which rung from the course's next one on a climb begins at `now`: reminders whose time has passed are left
    out, nothing else is."""
    for index, rung in list(enumerate(course.ladder.rungs))[course.next_rung :]:
        raw = raw_at(index, course, calendar)
        if raw is not None and (raw > now or not rung.reminder):
            return index
    return len(course.ladder.rungs)


def stands_at(foreseen: datetime, now: datetime, ladder: Ladder, calendar: WorkCalendar) -> datetime:
    """Where a rung stands in time that came at `now` instead of as foreseen. The same half-day counts as foreseen, so
    that it does not matter at which minute the worker looks; after a standstill the next rungs count from today."""
    if ladder.natural or calendar.half_day(foreseen) == calendar.half_day(now):
        return foreseen
    return opening_of(calendar.half_day(now), calendar)


def pause_end(word_on: date | None, due_on: date | None, ladder: Ladder, calendar: WorkCalendar) -> datetime | None:
    """Until when a progress note that announces the next word puts the ladder off."""
    if word_on is None:
        return None
    day = word_on
    if due_on is not None:
        day = min(day, calendar.add_workdays(due_on, ladder.pause_limit) if ladder.pause_limit else due_on)
    return calendar.close_of_business(day)
