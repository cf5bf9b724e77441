"""Decisions about promises: values and `now` in, answers out. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil

from fayol.commitments.states import (
    BALL,
    BEFORE_PROMISE,
    CLOSED,
    MOVE_WORDS,
    STATE_WORDS,
    TABLE,
    WAITING,
    Bucket,
    Move,
    Nature,
    Side,
    State,
    Urgency,
)
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import WorkCalendar

AMBER_WORKDAYS = 2
AMBER_SHARE = 0.2
"""Amber when no more than the larger of the two is left (handbook §3.4, an editable default)."""
REOPEN_DAYS = 30
"""Calendar days after closing within which the requester may reopen."""
SIGN_WITHIN: dict[Urgency, timedelta] = {
    Urgency.FLASH: timedelta(hours=2),
    Urgency.URGENT: timedelta(hours=4),
    Urgency.DOCUMENT: timedelta(hours=7.5),
    Urgency.NORMAL: timedelta(hours=7.5),
}
"""Working time allowed for signing: 特急 2 hours, 加急 4 hours, else one working day (handbook §3.6)."""

PRIMARY: dict[State, dict[Side, Move]] = {
    State.DRAFT: {Side.REQUESTER: Move.ASSIGN},
    State.ASSIGNED: {Side.PERFORMER: Move.ACKNOWLEDGE},
    State.ACKNOWLEDGED: {Side.PERFORMER: Move.PROMISE},
    State.COUNTERED: {Side.REQUESTER: Move.AGREE},
    State.DECLINED: {Side.REQUESTER: Move.REASSIGN},
    State.PROMISED: {Side.PERFORMER: Move.REPORT},
    State.ON_HOLD: {Side.OTHER: Move.RESUME, Side.PERFORMER: Move.RESUME, Side.REQUESTER: Move.RESUME},
    State.REPORTED: {Side.REQUESTER: Move.ACCEPT},
    State.HANDED_BACK: {Side.PERFORMER: Move.REPORT},
}


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a promise's dates come to. `due_*` is the promised date where there is one, else the required one."""

    due_on: date | None
    due_at: datetime | None
    amber_at: datetime | None


def allowed(state: State, nature: Nature, move: Move, sides: frozenset[Side]) -> bool:
    """Whether somebody standing on `sides` may make the move."""
    if move is Move.DECLINE and nature is Nature.DIRECTIVE:
        return False
    if move is Move.DISPUTE and nature is Nature.CONSULTATIVE:
        return False
    return bool(sides & set(TABLE[state].get(move, ())))


def moves_for(state: State, nature: Nature, sides: frozenset[Side]) -> list[Move]:
    """The moves open to somebody standing on `sides`, the primary one first; empty when it is not his turn at all."""
    moves = [move for move in TABLE[state] if allowed(state, nature, move, sides)]
    primary = next((PRIMARY[state][side] for side in (BALL[state], *sides) if side in PRIMARY.get(state, {})), None)
    return sorted(moves, key=lambda move: move is not primary)


def check_move(state: State, nature: Nature, move: Move, sides: frozenset[Side], *, title: str) -> None:
    """Refuse a move that the table does not have for this state, nature and side; the sentence says which."""
    if state in CLOSED and move is not Move.REOPEN:
        raise Refused("closed", _("“{title}”{state}，不能再{move}。如有遗漏，请要求人重新打开。"),
                      title=title, state=STATE_WORDS[state], move=MOVE_WORDS[move])  # fmt: skip
    if move not in TABLE[state]:
        raise Refused("wrong_state", _("“{title}”现在是{state}，不能{move}。"),
                      title=title, state=STATE_WORDS[state], move=MOVE_WORDS[move])  # fmt: skip
    if move is Move.DECLINE and nature is Nature.DIRECTIVE:
        raise Refused("directive", _("指令性任务不能退回。可以商榷期限或标准，或提出职责异议，由协调办裁定。"))
    if move is Move.DISPUTE and nature is Nature.CONSULTATIVE:
        raise Refused("consultative", _("协商性任务不用提职责异议，直接退回并写明理由和应由谁办即可。"))
    if not sides & set(TABLE[state][move]):
        raise Refused("not_yours", _("“{move}”不由您来做：这一步归{side}。"), move=MOVE_WORDS[move],
                      side=_("承办方") if TABLE[state][move] == (Side.PERFORMER,) else _("要求方"))  # fmt: skip


def back_to(state: State) -> State:
    """Where a counter that is withdrawn or not granted leads back to: a countered task has been signed for."""
    return State.ACKNOWLEDGED if state in BEFORE_PROMISE else state


def bucket_of(state: State, *, side: Side, office: bool, leaders: bool) -> Bucket:
    """What the holder's time is booked to; `office` and `leaders` tell what kind of unit holds the ball."""
    if state is State.DRAFT or state in CLOSED:
        return Bucket.NOTHING
    if state is State.ASSIGNED:
        return Bucket.UNSIGNED
    if side is Side.PERFORMER:
        return Bucket.WORKING
    if leaders:
        return Bucket.WAITING_LEADER
    return Bucket.WAITING_OFFICE if office else Bucket.WAITING_OTHER


def clocks(
    *,
    state: State,
    required_on: date | None,
    promised_on: date | None,
    sign_due_at: datetime | None,
    dispatched_at: datetime | None,
    calendar: WorkCalendar,
    required_at: datetime | None = None,
) -> Clocks:
    """The due instant (the hour that was asked for, else the close of business of the day) and the instant from which
    the light is amber."""
    due_on = promised_on or required_on
    due_at = calendar.close_of_business(due_on) if due_on else None
    if required_at and due_on == required_on:
        due_at = required_at
    if state in CLOSED:
        return Clocks(due_on, due_at, None)
    amber = [sign_due_at] if state is State.ASSIGNED and sign_due_at else []
    if due_on:
        start = calendar.local_day(dispatched_at) if dispatched_at else due_on
        total = max(calendar.workdays_between(start, due_on), 0)
        ahead = max(AMBER_WORKDAYS, ceil(total * AMBER_SHARE))
        day = calendar.add_workdays(due_on, -ahead)
        amber.append(datetime.combine(day, time(), calendar.tz))
    return Clocks(due_on, due_at, min(amber) if amber else None)


def sign_due(urgency: Urgency, *, dispatched_at: datetime, calendar: WorkCalendar) -> datetime:
    return calendar.add_worked(dispatched_at, SIGN_WITHIN[urgency])


def light(state: State, *, due_at: datetime | None, amber_at: datetime | None, now: datetime) -> str:
    """red · amber · green · grey · done. Computed, never typed; `queries.with_light` says the same in SQL."""
    if state in CLOSED:
        return "done"
    if state is State.DRAFT:
        return "grey"
    if due_at and due_at < now:
        return "red"
    if state in WAITING or (amber_at and amber_at <= now):
        return "amber"
    return "grey" if state is State.ASSIGNED else "green"


def check_promise(due_on: date, *, required_on: date | None, today: date) -> None:
    if due_on < today:
        raise Refused("past_date", _("承诺期限{due}已经过去，请填今天或以后的日期。"), field="due_on", due=due_on)
    if required_on and due_on > required_on:
        raise Refused("later_than_required", _("要求期限是{required}，承诺不能更晚。要晚于它，请用“商榷期限”。"),
                      field="due_on", required=required_on)  # fmt: skip


def check_next_word(day: date, *, due_on: date | None, today: date) -> None:
    """From today up to the due day: a later one would be an extension by the back door."""
    if day < today:
        raise Refused("past_date", _("下次反馈的日期{day}已经过去，请填今天或以后的日期。"), field="next_on", day=day)
    if due_on and day > due_on:
        raise Refused(
            "after_due", _("下次反馈不能晚于期限{due}。要晚于它，请用“申请改期”。"), field="next_on", due=due_on
        )


def check_late_word(day: date, *, due_on: date, limit: int, today: date, calendar: WorkCalendar) -> None:
    """Of what is late already: up to `limit` working days after the due day. Only an extension leads further."""
    last = calendar.add_workdays(due_on, limit)
    if last < today:
        raise Refused("word_limit_over", _("超期后，下次反馈最多推到期限后{n}个工作日（{last}），已过。请申请改期。"),
                      field="next_on", n=limit, last=last)  # fmt: skip
    if day > last:
        raise Refused("word_limit", _("超期后，下次反馈最多推到期限后{n}个工作日，最晚{last}。要更晚，请申请改期。"),
                      field="next_on", n=limit, last=last)  # fmt: skip


def check_words(words: str, *, field: str, sentence: str, least: int = 2) -> str:
    """The words, trimmed; refused when they say nothing."""
    words = words.strip()
    if len(words) < least:
        raise Refused("words_missing", sentence, field=field)
    return words


def within_reopening(closed_at: datetime, now: datetime) -> bool:
    return now - closed_at <= timedelta(days=REOPEN_DAYS)
