"""Whom a rung reaches at an instant. The rows were read before; here they are values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fayol.ladders.states import Level, Skip
from fayol.organisation.policy import Desk, Presence, decide
from fayol.organisation.states import PostRole

Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Crowd:
    """The people who may be reached, over a stretch of time.

    `desks` by unit, `above` each unit's next unit up where a head is looked for, `central` the coordinating office.
    `away` and `deputies` are windows: when somebody is absent, and who stands in for whom. `silent` have neither an
    account nor an address.
    """

    desks: Mapping[int, Desk]
    central: Desk
    above: Mapping[int, int]
    active: frozenset[int]
    silent: frozenset[int] = frozenset()
    away: Mapping[int, Sequence[Window]] = field(default_factory=dict)
    deputies: Mapping[int, Sequence[tuple[datetime, datetime, int]]] = field(default_factory=dict)
    charged: Mapping[int, int] = field(default_factory=dict)
    _presences: dict[datetime, Presence] = field(default_factory=dict, compare=False, repr=False)

    def presence(self, at: datetime) -> Presence:
        if at not in self._presences:
            self._presences[at] = self._presence(at)
        return self._presences[at]

    def _presence(self, at: datetime) -> Presence:
        gone = {who for who, windows in self.away.items() if any(start <= at < end for start, end in windows)}
        deputies = {
            who: deputy for who, windows in self.deputies.items() for start, end, deputy in windows if start <= at < end
        }
        return Presence(self.active - gone, deputies)


@dataclass(frozen=True, slots=True)
class Owing:
    """Who owes: the unit, the person asked first, whoever asked (if of the office), and the leader who sponsors it."""

    unit_id: int
    person_id: int | None = None
    officer_id: int | None = None
    sponsor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """The person a rung reaches, or why it reaches nobody."""

    person_id: int | None
    why: Skip | None = None


def reach(level: Level, owing: Owing, crowd: Crowd, *, at: datetime, below: Collection[int]) -> Reached:
    """`below`: people whom lower levels of this climb have reached, the holder of the ball among them."""
    found = _candidate(level, owing, crowd, crowd.presence(at), below)
    if found.person_id is None:
        return found
    if level is not Level.PERSON and found.person_id in below:
        return Reached(None, Skip.SAME)
    if found.person_id in crowd.silent:
        return Reached(None, Skip.UNREACHABLE)
    return found


def holder_of(owing: Owing, crowd: Crowd, *, at: datetime) -> int:
    """Who has the ball: the same decision by which it is handed on."""
    desk = crowd.desks.get(owing.unit_id, Desk(owing.unit_id))
    return decide(desk, owing.person_id, crowd.central, crowd.presence(at)).person_id


def _candidate(level: Level, owing: Owing, crowd: Crowd, presence: Presence, below: Collection[int]) -> Reached:
    desk = crowd.desks.get(owing.unit_id, Desk(owing.unit_id))
    if level is Level.PERSON:
        return Reached(decide(desk, owing.person_id, crowd.central, presence).person_id)
    if level is Level.LIAISON_A:
        return _present(desk.by_role.get(PostRole.LIAISON_A, ()), presence)
    if level is Level.LIAISON_B:
        return _present(desk.by_role.get(PostRole.LIAISON_B, ()), presence)
    if level is Level.HEAD:
        return _head(owing.unit_id, crowd, presence, below)
    if level is Level.OFFICE:
        return Reached(decide(crowd.central, owing.officer_id, crowd.central, presence).person_id)
    leader = owing.sponsor_id or _charged(owing.unit_id, crowd)
    return Reached(leader) if leader in crowd.active else Reached(None, Skip.NOBODY)


def _present(people: Sequence[int], presence: Presence) -> Reached:
    """The first of them who is there, or whose delegate is."""
    for person in people:
        found = presence.answer_for(person)
        if found is not None:
            return Reached(found)
    return Reached(None, Skip.AWAY if people else Skip.NOBODY)


def _head(unit_id: int, crowd: Crowd, presence: Presence, below: Collection[int]) -> Reached:
    """The head (else a deputy) of the unit; where that is nobody new, of the unit above it."""
    outcome, at = Reached(None, Skip.NOBODY), unit_id
    while at:
        desk = crowd.desks.get(at, Desk(at))
        people = [*desk.by_role.get(PostRole.HEAD, ()), *desk.by_role.get(PostRole.DEPUTY, ())]
        found = _present(people, presence)
        if found.person_id is not None and found.person_id not in below:
            return found
        if outcome.why is Skip.NOBODY and found.person_id is not None:
            outcome = Reached(None, Skip.SAME)
        elif outcome.why is Skip.NOBODY and found.why is not None:
            outcome = found
        at = crowd.above.get(at, 0)
    return outcome


def _charged(unit_id: int, crowd: Crowd) -> int | None:
    at = unit_id
    while at:
        if leader := crowd.charged.get(at):
            return leader
        at = crowd.above.get(at, 0)
    return None
