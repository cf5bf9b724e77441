"""Which calls are worth making, in which order, and why. Values in, values out; no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from fayol.commitments.states import State, Urgency
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.calls.states import Situation, Step

MOST = 20
"""Calls of one morning. More than an office can make in a morning is no list but a reproach."""
WORTH = 20
"""What less than this is worth is left to the messages."""
NEAR = 2
"""Working days before the due day within which a task may be worth a call."""
PATIENCE = 2
"""Working days for which an answer may be waited for without a call."""
MISSES = 2
"""After so many calls in vain somebody else of the unit is suggested."""

_URGENT = {Urgency.FLASH: 40, Urgency.URGENT: 20, Urgency.DOCUMENT: 5, Urgency.NORMAL: 0}
_RUNGS = {"liaison_a": 5, "liaison_b": 8, "head": 15, "office": 25, "brief": 30}
_BROKEN = {Situation.DENIED: 40, Situation.UNCONFIRMED: 35}
_BY_STATE = {
    State.ASSIGNED: Situation.UNSIGNED,
    State.COUNTERED: Situation.COUNTERED,
    State.DECLINED: Situation.DECLINED,
    State.REPORTED: Situation.REPORTED,
    State.ON_HOLD: Situation.ON_HOLD,
    State.HANDED_BACK: Situation.REDO,
}

ANSWERING = frozenset({State.COUNTERED, State.DECLINED, State.REPORTED, State.ON_HOLD})
"""Here an answer is owed, not the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One thing that somebody owes, as far as a call about it is concerned. Days are working days.

    `late`: days past the due day (0: only just), None when it is not; `left`: days until it, None without one.
    `silent`: days since the last word from this side; `word_on`: the day for which the next word was announced, if it
    has passed. `chased`: calendar days since the last chase after that word, None without one; `chases`: how many in
    all. `waiting`: names of those who wait for the result. `phoned_on`: the day that was promised by phone and is not
    confirmed in time; `denied`: it was promised, and then denied.
    """

    pk: int
    state: State
    urgency: Urgency = Urgency.NORMAL
    late: int | None = None
    left: int | None = None
    unsigned_late: bool = False
    silent: int = 0
    word_on: date | None = None
    chases: int = 0
    chased: int | None = None
    rung: str = ""
    waiting: tuple[str, ...] = ()
    phoned_on: date | None = None
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence piece (a message id) and what fills it."""

    words: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a call about one thing is worth, and why, the weightiest first."""

    pk: int
    points: int
    situation: Situation
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """What one call to one person is worth: everything the person owes, the weightiest first."""

    person_id: int
    points: int
    things: tuple[Weighed, ...]


def situation_of(owed: Owed) -> Situation:
    if owed.denied:
        return Situation.DENIED
    if owed.phoned_on:
        return Situation.UNCONFIRMED
    if owed.state in _BY_STATE:
        return _BY_STATE[owed.state]
    if owed.late is not None:
        return Situation.OVERDUE
    if owed.word_on:
        return Situation.SILENT
    return Situation.UNPROMISED if owed.state is State.ACKNOWLEDGED else Situation.SOON


def weigh(owed: Owed) -> Weighed:
    found = sorted(_grounds(owed), key=lambda ground: -ground[0]) if _presses(owed) else []
    reasons = tuple(reason for _points, reason in found if reason is not None)
    return Weighed(owed.pk, sum(points for points, _reason in found), situation_of(owed), reasons)


def _presses(owed: Owed) -> bool:
    """Whether anything but silence and urgency speaks for a call: what is in time and quiet is left in peace."""
    near = owed.left is not None and owed.left <= NEAR
    broken = owed.denied or owed.phoned_on is not None or owed.word_on is not None
    behind = owed.late is not None or owed.unsigned_late or owed.rung in _RUNGS or owed.chased is not None
    return near or broken or behind or (owed.state in ANSWERING and owed.silent >= PATIENCE)


def _grounds(owed: Owed) -> Iterable[tuple[int, Reason | None]]:
    """What speaks for a call: points, and the reason in words where it is one that a person would give."""
    broken = _BROKEN.get(situation_of(owed), 0)
    if owed.denied:
        yield broken, Reason(_("电话里的日期本人说不是这样"))
    elif owed.phoned_on:
        yield broken, Reason(_("电话承诺{day}，本人一直没确认"), {"day": owed.phoned_on})
    if owed.late is not None:
        words = Reason(_("超期{n}天"), {"n": owed.late}) if owed.late else Reason(_("刚超期"))
        yield 30 + 4 * min(owed.late, 10), words
    elif owed.left is not None and owed.left <= NEAR:
        yield 5 - owed.left, Reason(_("还剩{n}天"), {"n": owed.left}) if owed.left > 0 else Reason(_("今天到期"))
    if owed.unsigned_late:
        yield 25, Reason(_("过了签收时间"))
    if owed.word_on:
        yield 20, Reason(_("说好{day}给消息，没有给"), {"day": owed.word_on})
    if owed.rung in _RUNGS:
        yield _RUNGS[owed.rung], Reason(_("已到{rung}一级"), {"rung": owed.rung})
    if owed.waiting:
        yield min(10 * len(owed.waiting), 30), Reason(_("下游{n}家在等"), {"n": len(owed.waiting)})
    if owed.urgency in _URGENT:
        yield _URGENT[owed.urgency], None
    if owed.chased is not None:
        yield 8, _chased(owed)
    if owed.silent:
        yield _silence(owed)


def _silence(owed: Owed) -> tuple[int, Reason | None]:
    if owed.state in ANSWERING:
        return 6 * min(owed.silent, 10), Reason(_("等答复{n}天"), {"n": owed.silent})
    return 2 * min(owed.silent, 10), Reason(_("{n}天没有消息"), {"n": owed.silent}) if owed.silent > 2 else None


def _chased(owed: Owed) -> Reason:
    if owed.chased == 0:
        return Reason(_("今天催过，还没有回音"))
    if owed.chased == 1:
        return Reason(_("昨天催过未回"))
    return Reason(_("催过{n}次未回"), {"n": owed.chases}) if owed.chases > 1 else Reason(_("催过未回"))


def rank(owed: Iterable[tuple[int, Owed]], *, reachable: frozenset[int] | None = None, most: int = MOST) -> list[Worth]:
    """One call for each person, the worthiest first, at most `most`. Pairs of (person, what the person owes).

    A call counts its weightiest thing in full and a quarter of the others: five small things are not one big one.
    Who has no number or is away today comes after everybody of like weight who can be reached.
    """
    by_person: dict[int, list[Weighed]] = {}
    for person, one in owed:
        by_person.setdefault(person, []).append(weigh(one))
    calls = [_call(person, things, reachable) for person, things in by_person.items()]
    calls = [call for call in calls if call.things and call.things[0].points >= WORTH]
    return sorted(calls, key=lambda call: (-call.points, call.person_id))[:most]


def _call(person: int, things: Sequence[Weighed], reachable: frozenset[int] | None) -> Worth:
    ordered = tuple(sorted(things, key=lambda thing: (-thing.points, thing.pk)))
    points = ordered[0].points + sum(thing.points for thing in ordered[1:]) // 4
    return Worth(person, points if reachable is None or person in reachable else points - 15, ordered)


def step_for(state: State, *, day: date, due_on: date | None, required_on: date | None) -> Step:
    """What confirming a day given by phone does: a promise where none is made yet, an announcement of the next word
    within the promise, a counter where it is later than what holds."""
    if state in (State.ASSIGNED, State.ACKNOWLEDGED):
        return Step.COUNTER if required_on and day > required_on else Step.PROMISE
    if state in (State.PROMISED, State.HANDED_BACK) and due_on and day > due_on:
        return Step.COUNTER
    return Step.NOTE if state is State.PROMISED else Step.KEEP
