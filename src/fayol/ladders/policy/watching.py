"""What is watched in a promise, and what its date, a note or a mute does to a running climb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fayol.commitments.states import Side, State
from fayol.ladders.states import End, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Facing:
    """A promise as its ladders see it. `owing_unit`: the unit with the ball, before anybody stands in for it."""

    state: State
    side: Side
    owing_unit: int
    due_on: date | None
    due_at: datetime | None
    sign_due_at: datetime | None
    waiting_unit: int | None
    waiting_until: date | None


@dataclass(frozen=True, slots=True)
class Watch:
    """The climb a promise should have now; `keeps` those that only stand still meanwhile."""

    kind: Kind | None
    keeps: frozenset[Kind] = frozenset()


WORKING = frozenset({State.ACKNOWLEDGED, State.PROMISED, State.HANDED_BACK})
_NOTHING = Watch(None)
_BESIDE = frozenset({Kind.DELIVER})


def watch(facing: Facing) -> Watch:
    """While the other side has the ball, it is the other side's silence that climbs; the work's own ladder stands
    still if the work may come back as it was."""
    state = facing.state
    if state is State.ASSIGNED:
        return Watch(Kind.SIGN)
    if state in WORKING:
        return Watch(Kind.DELIVER)
    if state is State.COUNTERED:
        return Watch(Kind.ANSWER, _BESIDE)
    if state in (State.DECLINED, State.REPORTED):
        return Watch(Kind.ANSWER)
    if state is State.ON_HOLD:
        waits = facing.waiting_unit is not None and facing.waiting_until is None
        return Watch(Kind.ANSWER if waits else None, _BESIDE)
    return _NOTHING


def why_ended(kind: Kind, state: State, *, same_unit: bool) -> End:
    """Why a climb of this kind is over in this state."""
    if state in (State.FULFILLED, State.CANCELLED):
        return End.CLOSED
    if kind is Kind.SIGN:
        return End.ANEW if state is State.ASSIGNED else End.SIGNED
    if kind is Kind.ANSWER:
        return End.ANSWERED if same_unit else End.ANEW
    return End.REPORTED if state is State.REPORTED else End.ELSEWHERE
