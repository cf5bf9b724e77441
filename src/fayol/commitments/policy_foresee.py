"""What lets us foresee that a promise will not be kept, before its day comes. Values in, reasons out.

A reason is a code and what its sentence needs (`fayol.commitments.foreseeing` has the sentences). The thresholds are
editable defaults and stand here, all together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from fayol.commitments.states import State
from fayol.kernel.worktime import WorkCalendar

HORIZON = 10
"""Working days before the due day from which a promise is looked at again and again."""
AGAIN = 3
"""Working days between these looks; every working day once there is a reason, an absence ahead, or so much due on the
day that it may be too much. Whatever happens to the promise itself, to its people, to its plan and to what else its
unit has due on that day makes it be looked at at once."""
AWAY_SHARE = 0.5
"""Whoever is away for this share of the working days that are left is not expected to finish."""
QUIET_SHARE = 0.5
QUIET_LEAST = 5
"""Without a word since this share of the time that was left after the last one; not where less was left than so many
working days."""
BEHIND = 0.2
"""The reported share of the work lags behind the share of the time by this much (handbook §3.4)."""
CROWD_LEAST = 5
CROWD_TIMES = 3
"""Too much for one unit on one day: at least so many, and so many times what it has on a usual day."""

AT_WORK = frozenset({State.ASSIGNED, State.ACKNOWLEDGED, State.PROMISED, State.HANDED_BACK})
"""States in which the performer has it in hand; in the others the ball says what is missing."""
ANSWERED_BY_A_NOTE = frozenset({"quiet", "word_missed", "behind"})
"""Reasons that a progress note does away with at once."""

Reason = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is known of one promise that is under way. `last_word` is the last sign of life of its performer."""

    state: State
    due_on: date
    due_at: datetime
    started_at: datetime
    last_word: datetime
    next_word_on: date | None = None
    percent: int = 0
    noted_at: datetime | None = None
    lead: bool = True


@dataclass(frozen=True, slots=True)
class Away:
    """An absence that nobody was given authority for."""

    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a unit has due on one day, and on a usual one."""

    count: int
    usual: float


def reasons(
    prospect: Prospect, *, away: Sequence[Away], crowd: Crowd | None, now: datetime, calendar: WorkCalendar
) -> list[Reason]:
    """Why it will probably be late, the weightiest first; nothing once it is late."""
    if prospect.due_at < now:
        return []
    found = [_word_missed(prospect, now, calendar), _quiet(prospect, now, calendar), _behind(prospect, calendar)]
    if is_near(prospect.due_on, now, calendar):
        found = [*(_gone(one, prospect, now, calendar) for one in away), *found, crowded(crowd)]
    return [reason for reason in found if reason]


def is_near(due_on: date, now: datetime, calendar: WorkCalendar) -> bool:
    return calendar.local_day(now) >= calendar.add_workdays(due_on, -HORIZON)


def _gone(away: Away, prospect: Prospect, now: datetime, calendar: WorkCalendar) -> Reason | None:
    """Away until after the due instant, or for most of the working time that is left."""
    left = calendar.worked(now, prospect.due_at)
    missed = calendar.worked(max(now, away.starts_at), min(away.ends_at, prospect.due_at))
    if not left or missed / left < AWAY_SHARE:
        return None
    last = calendar.local_day(away.ends_at - timedelta(microseconds=1))
    since = calendar.local_day(away.starts_at)
    return {"code": "away", "who": away.name, "since": since.isoformat(), "until": last.isoformat()}


def _word_missed(prospect: Prospect, now: datetime, calendar: WorkCalendar) -> Reason | None:
    day = prospect.next_word_on
    if day is None or now <= calendar.close_of_business(day):
        return None
    return {"code": "word_missed", "day": day.isoformat()}


def _quiet(prospect: Prospect, now: datetime, calendar: WorkCalendar) -> Reason | None:
    """An announced next word is waited for."""
    turn = _quiet_from(prospect, calendar)
    if turn is None or prospect.next_word_on or now < turn:
        return None
    return {"code": "quiet", "since": calendar.local_day(prospect.last_word).isoformat()}


def _quiet_from(prospect: Prospect, calendar: WorkCalendar) -> datetime | None:
    """The instant from which silence counts; a task that is not signed for has its own clock."""
    if prospect.state is State.ASSIGNED:
        return None
    whole = calendar.worked(prospect.last_word, prospect.due_at)
    if whole < QUIET_LEAST * calendar.day_length:
        return None
    return calendar.add_worked(prospect.last_word, whole * QUIET_SHARE)


def _behind(prospect: Prospect, calendar: WorkCalendar) -> Reason | None:
    """By its own figure: compared with the time that had passed when it was given."""
    if not prospect.percent or prospect.noted_at is None:
        return None
    whole = calendar.worked(prospect.started_at, prospect.due_at)
    if whole < QUIET_LEAST * calendar.day_length:
        return None
    passed = min(calendar.worked(prospect.started_at, prospect.noted_at) / whole, 1.0)
    if passed - prospect.percent / 100 < BEHIND:
        return None
    return {"code": "behind", "done": prospect.percent, "passed": round(passed * 100)}


def crowded(crowd: Crowd | None) -> Reason | None:
    if crowd is None or crowd.count < max(CROWD_LEAST, CROWD_TIMES * crowd.usual):
        return None
    return {"code": "crowded", "count": crowd.count, "usual": round(crowd.usual, 1)}


def may_be_crowded(crowd: Crowd | None) -> bool:
    """Too much already, or it will be as soon as the unit has less to do on a usual day."""
    return crowd is not None and crowd.count >= CROWD_LEAST


def look_again(prospect: Prospect, *, stirred: bool, now: datetime, calendar: WorkCalendar) -> datetime | None:
    """When to look again if nothing happens: when it comes near, when silence begins to count, when an announced word
    is missed, and a support when it becomes late, for its lead's sake. Never once it is late. `stirred`: there is a
    reason already, an absence ahead, or a day that may be crowded."""
    if prospect.due_at < now:
        return None
    today = calendar.local_day(now)
    near = is_near(prospect.due_on, now, calendar)
    turn = _quiet_from(prospect, calendar)
    candidates = [
        calendar.add_workdays(today, 1 if stirred else AGAIN)
        if near or stirred
        else calendar.add_workdays(prospect.due_on, -HORIZON),
        prospect.next_word_on + timedelta(days=1) if prospect.next_word_on else None,
    ]
    instants = [_midnight(day, calendar) for day in candidates if day]
    instants += [at for at in (turn, None if prospect.lead else prospect.due_at + timedelta(minutes=1)) if at]
    return min((at for at in instants if at > now), default=None)


def _midnight(day: date, calendar: WorkCalendar) -> datetime:
    return datetime.combine(day, time(), calendar.tz)


def sooner(amber_at: datetime | None, foreseen_at: datetime | None) -> datetime | None:
    """The instant from which the light is amber: by the calendar, or because something was foreseen."""
    return min((one for one in (amber_at, foreseen_at) if one), default=None)
