"""What a receipt needs next, and when. Values and an instant in, values out.

The proxy's clock is the heart of it: whoever took a notice for a principal has four working hours (特急: one hour by
the clock) to say when and how it was reported; then the proxy, then the stand-in and the office's head, then the
officer on duty, who has to reach the principal directly. Nothing of this makes a receipt green.

A reply deadline is kept by all of them: whoever has it in hand is reminded before it, and at the deadline it is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import WorkCalendar
from fayol.notices.states import BY_OTHERS, MET, Again, Depth, Form, Reply, Stage, Step

FLASH = "flash"
PROXY_TIMER = timedelta(hours=4)
PROXY_TIMER_FLASH = timedelta(hours=1)
"""Working hours, and hours by the clock for 特急."""
FIRST_REMINDER: dict[str, timedelta] = {
    "normal": timedelta(hours=8),
    "document": timedelta(hours=4),
    "urgent": timedelta(hours=2),
    "flash": timedelta(minutes=15),
}
"""Working time (特急: by the clock) from sending to the first reminder; as much again to each further step."""
LAST_CALL_FLASH = timedelta(hours=1)
"""Before a reply deadline 特急 is reminded at the latest by then; anything else half a working day before."""
REMIND_NOT_BEFORE = timedelta(minutes=5)
"""A reminder so soon after being asked would only annoy."""
RECHECK_DAYS = (3, 1)
"""Working days before an event on which those who must attend are asked again, at `RECHECK_AT`."""
RECHECK_AT = time(9, 0)
RECHECK_CALL_AT = time(12, 0)
"""On the last of these days: who has not said again by then that he comes is to be phoned."""
CHAIN = (Step.REMIND_PROXY, Step.RAISE_PROXY, Step.DUTY)
SILENCE = (Step.REMIND, Step.RAISE, Step.CALL)


@dataclass(frozen=True)
class Seen:
    """A receipt and its notice, as far as the clock is concerned. `since` is when the stage was reached; `recheck` the
    round of 会前复核 that waits (0: none), `rechecked` the rounds that were answered."""

    stage: Stage
    depth: Depth
    form: Form
    reply: Reply
    urgency: str
    must: bool
    asked_at: datetime
    since: datetime
    due_at: datetime | None = None
    starts_at: datetime | None = None
    recheck: int = 0
    rechecked: frozenset[int] = frozenset()


def is_met(depth: Depth, stage: Stage, form: Form, reply: Reply) -> bool:
    """Whether nothing more is asked. Where an answer is asked for, only an answer of the person's own is one."""
    if form is not Form.CONFIRM:
        return stage is Stage.CONFIRMED and reply is not Reply.NOTHING
    return stage in MET[depth]


def steps(seen: Seen, calendar: WorkCalendar) -> list[tuple[datetime, Step]]:
    """All that will happen to this receipt from here, in order of time, if nobody does anything."""
    return sorted(_steps(seen, calendar), key=lambda step: step[0])


def next_step(seen: Seen, calendar: WorkCalendar, after: datetime) -> tuple[datetime, Step] | None:
    """The first step later than `after`, the instant up to which steps have been taken."""
    return next((step for step in steps(seen, calendar) if step[0] > after), None)


def _steps(seen: Seen, calendar: WorkCalendar) -> Iterator[tuple[datetime, Step]]:
    met = is_met(seen.depth, seen.stage, seen.form, seen.reply)
    yield from _rechecks(seen, calendar, met)
    if met:
        return
    if seen.stage is Stage.PROXIED:
        pause = PROXY_TIMER_FLASH if seen.urgency == FLASH else PROXY_TIMER
        yield from _pressing(CHAIN, seen.since, pause, seen, calendar)
        return
    base = seen.since if seen.stage in BY_OTHERS else seen.asked_at
    yield from _pressing(SILENCE, base, FIRST_REMINDER[seen.urgency], seen, calendar)


def _pressing(
    steps: tuple[Step, Step, Step], base: datetime, pause: timedelta, seen: Seen, calendar: WorkCalendar
) -> Iterator[tuple[datetime, Step]]:
    """Three steps, a pause apart. A reply deadline ahead pulls the first before it and the second to it; the third
    comes a pause after the second. Without working time left before the deadline the first is spared."""
    first, second, third = (_after(base, pause * n, seen.urgency, calendar) for n in (1, 2, 3))
    due = seen.due_at
    if due is None or due <= base:
        yield from zip((first, second, third), steps, strict=True)
        return
    first = min(first, _last_call(base, due, seen.urgency, calendar))
    if first < due:
        yield first, steps[0]
    yield min(second, due), steps[1]
    yield third if second <= due else _after(due, pause, seen.urgency, calendar), steps[2]


def _last_call(base: datetime, due: datetime, urgency: str, calendar: WorkCalendar) -> datetime:
    """The latest instant for a reminder before a deadline: half a working day before it (特急: an hour by the clock);
    half-way where that would be before being asked, or right after it."""
    flash = urgency == FLASH
    last = due - LAST_CALL_FLASH if flash else calendar.subtract_worked(due, calendar.day_length / 2)
    if last >= _after(base, REMIND_NOT_BEFORE, urgency, calendar):
        return last
    left = due - base if flash else calendar.worked(base, due)
    return _after(base, left / 2, urgency, calendar)


def _rechecks(seen: Seen, calendar: WorkCalendar, met: bool) -> Iterator[tuple[datetime, Step]]:
    """Before an event: who said yes is asked again, who has not is to be reached by the officer on duty."""
    if not seen.must or seen.starts_at is None or (met and seen.reply is not Reply.ATTEND):
        return
    for days, at in recheck_times(seen.starts_at, calendar):
        if at > seen.since:
            yield at, Step.RECONFIRM if met else Step.DUTY
            if met and days == RECHECK_DAYS[-1] and days not in seen.rechecked:
                yield recheck_call_at(at, calendar), Step.RECONFIRM_CALL


def recheck_times(starts_at: datetime, calendar: WorkCalendar) -> list[tuple[int, datetime]]:
    """The rounds before an event: how many working days before, and when."""
    day = calendar.local_day(starts_at)
    return [
        (days, datetime.combine(calendar.add_workdays(day, -days), RECHECK_AT, calendar.tz)) for days in RECHECK_DAYS
    ]


def recheck_call_at(asked_at: datetime, calendar: WorkCalendar) -> datetime:
    """Until when the last round has to be answered."""
    return datetime.combine(calendar.local_day(asked_at), RECHECK_CALL_AT, calendar.tz)


def recheck_begun(starts_at: datetime, calendar: WorkCalendar, now: datetime) -> int:
    """The latest round that has begun by now; 0 when none has."""
    return min((days for days, at in recheck_times(starts_at, calendar) if at <= now), default=0)


@dataclass(frozen=True)
class Round:
    """One round of 会前复核 as it stands with somebody who said that he comes."""

    days: int
    at: datetime
    standing: Again


def rounds_of(seen: Seen, calendar: WorkCalendar, now: datetime) -> list[Round]:
    """The rounds that concern a receipt: those after its answer, as long as that is that the person comes."""
    met = is_met(seen.depth, seen.stage, seen.form, seen.reply)
    if not seen.must or seen.starts_at is None or not met or seen.reply is not Reply.ATTEND:
        return []
    over = seen.starts_at <= now
    times = recheck_times(seen.starts_at, calendar)
    return [
        Round(days, at, _standing(days, seen, over)) for days, at in times if at > seen.since or days in seen.rechecked
    ]


def _standing(days: int, seen: Seen, over: bool) -> Again:
    if days in seen.rechecked:
        return Again.DONE
    later = any(other < days for other in (*seen.rechecked, *([seen.recheck] if seen.recheck else ())))
    if over or later:
        return Again.MISSED
    return Again.WAITING if seen.recheck == days else Again.AHEAD


def _after(start: datetime, amount: timedelta, urgency: str, calendar: WorkCalendar) -> datetime:
    return start + amount if urgency == FLASH else calendar.add_worked(start, amount)


def proxy_due(since: datetime, urgency: str, calendar: WorkCalendar, due_at: datetime | None = None) -> datetime:
    """Until when a proxy who took a notice has to have reported it: never after the reply deadline."""
    until = _after(since, PROXY_TIMER_FLASH if urgency == FLASH else PROXY_TIMER, urgency, calendar)
    return min(until, due_at) if due_at and due_at > since else until


def may_change(starts_at: datetime | None, now: datetime) -> bool:
    """Whether an answer may still be replaced: until the event begins."""
    return starts_at is None or now < starts_at


# ── what is asked back ─────────────────────────────────────────────────────


@dataclass(frozen=True)
class Field:
    """One thing to fill in. `kind`: text, number, date or choice; `options` for a choice."""

    key: str
    label: str
    kind: str = "text"
    required: bool = True
    options: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Field:
        return cls(**{**row, "options": tuple(row.get("options", ()))})


def fields_of(rows: Sequence[Mapping[str, Any]]) -> list[Field]:
    return [Field.from_json(row) for row in rows]


# ── a correction ───────────────────────────────────────────────────────────

MATERIAL = frozenset({"starts_at", "ends_at", "place", "due_at", "form", "depth", "fields"})
"""What a corrected notice may not change without asking again. Of its words the one who corrects says so himself."""


def is_material(changed: frozenset[str], said: bool) -> bool:
    return said or bool(changed & MATERIAL)


def wrong_value(field: Field, text: str) -> str:
    """Why `text` is no value of the field, as a message id with {label}; empty when it is one."""
    if not text:
        return _("“{label}”没有填。") if field.required else ""
    if field.kind == "number":
        return "" if _NUMBER.fullmatch(text) else _("“{label}”请填数字。")
    if field.kind == "date":
        return "" if _is_day(text) else _("“{label}”请填日期，如2026-12-01。")
    if field.kind == "choice" and text not in field.options:
        return _("“{label}”请从所列的几项里选。")
    return ""


_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
