"""One message a person and half working day, listing everything: which line goes with which message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from fayol.kernel.worktime import HalfDay, WorkCalendar
from fayol.ladders.policy.timing import next_half, next_morning, opening_of
from fayol.ladders.states import Level


@dataclass(frozen=True, slots=True)
class Ready:
    """A line that may be sent from `at` on. Lines of the leader's brief go in the morning only."""

    key: int
    at: datetime
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """What happens to a person's lines now: those that go in one message, and those that wait until an opening."""

    now: tuple[int, ...]
    later: tuple[tuple[int, datetime], ...]


def ready_from(at: datetime, level: Level, calendar: WorkCalendar) -> datetime:
    """From when the line of a rung that acted at `at` may be sent: a leader's in the morning."""
    half = calendar.half_day(at)
    if level is not Level.BRIEF or half[1] == 0:
        return at
    return opening_of(next_morning(half, calendar), calendar)


def send(lines: Sequence[Ready], *, at: datetime, used: Collection[HalfDay], calendar: WorkCalendar) -> Sending:
    """At `at`, for one person, whose half-days in `used` have had their message. Outside working time and in a used
    half-day everything waits; else everything goes together."""
    if not calendar.is_working(at):
        return Sending((), tuple((line.key, calendar.next_working(at)) for line in lines))
    half = calendar.half_day(at)
    if half not in used:
        return Sending(tuple(line.key for line in lines), ())
    return Sending((), tuple((line.key, _after(half, line, calendar)) for line in lines))


def _after(half: HalfDay, line: Ready, calendar: WorkCalendar) -> datetime:
    free = next_morning(half, calendar) if line.brief else next_half(half, calendar)
    return opening_of(free, calendar)


def next_free(at: datetime, used: Collection[HalfDay], calendar: WorkCalendar) -> datetime:
    """The first instant from `at` on at which a message may go to somebody whose half-days in `used` are taken."""
    half = calendar.half_day(at)
    if half in used:
        return opening_of(next_half(half, calendar), calendar)
    return calendar.next_working(at)
