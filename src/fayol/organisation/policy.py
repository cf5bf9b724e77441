"""Who holds the ball: a decision over values.

The order in which a unit's ball looks for a hand: the responsible person, liaison A, liaison B, the head, the
deputies; then the same order in the coordinating office and its coordinators; at last somebody of the office even
though absent. A candidate who is not there is replaced by their delegate, one step only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.states import ANSWERING_ORDER, PostRole

RESPONSIBLE, DELEGATE, OFFICE = "responsible", "delegate", "office"
_BECAUSE = {
    PostRole.LIAISON_A: "liaison_a",
    PostRole.LIAISON_B: "liaison_b",
    PostRole.HEAD: "head",
    PostRole.DEPUTY: "head",
}
# Nobody left in the answering roles of the office: its coordinators, then whoever has a post there.
_OFFICE_REST = (PostRole.COORDINATOR, PostRole.LEADER, PostRole.MEMBER)


@dataclass(frozen=True)
class Holding:
    """Who answers for a unit now, and why.

    `because` is one of responsible, liaison_a, liaison_b, head, delegate, office; `standing_in_for` is the person
    whose delegate holds. `unit_id` is the unit that answers: the one asked for, or the office when that one has nobody.
    """

    person_id: int
    unit_id: int
    because: str
    standing_in_for: int | None = None


@dataclass(frozen=True)
class Desk:
    """The active posts of one unit: people by role, each role in the manual order."""

    unit_id: int
    by_role: Mapping[PostRole, tuple[int, ...]] = field(default_factory=dict)

    def candidates(self) -> Iterator[tuple[int, str]]:
        """(person, because) in the order in which they are asked."""
        for role in ANSWERING_ORDER:
            for person in self.by_role.get(role, ()):
                yield person, _BECAUSE[role]

    def everybody(self) -> Iterator[int]:
        """Head first: the one on whom the ball falls when all are absent."""
        for role in (PostRole.HEAD, PostRole.DEPUTY, PostRole.LIAISON_A, PostRole.LIAISON_B, *_OFFICE_REST):
            yield from self.by_role.get(role, ())


@dataclass(frozen=True)
class Presence:
    """Who is there at one instant. `deputies` are the delegations in force: principal → deputy."""

    here: frozenset[int]
    deputies: Mapping[int, int] = field(default_factory=dict)

    def answer_for(self, person: int) -> int | None:
        """The person, or the delegate when the person is not there, or None when neither is."""
        if person in self.here:
            return person
        deputy = self.deputies.get(person)
        return deputy if deputy in self.here else None


def decide(desk: Desk, responsible: int | None, office: Desk, presence: Presence) -> Holding:
    """Exactly one holder, always. Refused only when the office has no people at all."""
    candidates = [(responsible, RESPONSIBLE)] if responsible else []
    for person, because in [*candidates, *desk.candidates()]:
        found = presence.answer_for(person)
        if found is not None:
            return _held(found, desk.unit_id, because, person)
    if desk.unit_id != office.unit_id:
        for person, _because in office.candidates():
            found = presence.answer_for(person)
            if found is not None:
                return _held(found, office.unit_id, OFFICE, person)
    return _last_resort(desk, office, presence)


def _held(found: int, unit_id: int, because: str, asked: int) -> Holding:
    if found == asked:
        return Holding(found, unit_id, because)
    return Holding(found, unit_id, OFFICE if because == OFFICE else DELEGATE, standing_in_for=asked)


def _last_resort(desk: Desk, office: Desk, presence: Presence) -> Holding:
    """Anybody of the office who is there; else its head though absent, so that the ball never lies on the ground."""
    people = list(office.everybody())
    for person in people:
        found = presence.answer_for(person)
        if found is not None:
            return _held(found, office.unit_id, OFFICE, person)
    if not people:
        raise Refused("office_empty", _("协调办公室还没有人员，无法确定由谁办理。请先在组织页面为它任命负责人。"))
    return Holding(people[0], office.unit_id, OFFICE)
