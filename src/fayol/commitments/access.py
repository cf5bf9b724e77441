"""Who sees a promise, and on which of its sides somebody stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from fayol.commitments.models import Commitment
from fayol.commitments.policy import moves_for
from fayol.commitments.states import TABLE, Move, Nature, Role, Side, State
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Post, Secretaryship
from fayol.organisation.queries import active_delegations, is_coordinator, posts_acted_on, principals_of, tokens_of
from fayol.organisation.states import COORDINATING_ROLES, LIAISON_ROLES, MANAGING_ROLES

SPEAKING_ROLES = MANAGING_ROLES | LIAISON_ROLES
SHOWN_WITH = ("performer_unit", "requester_unit", "requester", "responsible", "holder", "holder_unit")


@dataclass(frozen=True)
class Standing:
    """The sides on which somebody stands, and for whom: `behalf[side]` is the principal, None for oneself."""

    behalf: dict[Side, Person | None]

    @property
    def sides(self) -> frozenset[Side]:
        return frozenset(self.behalf)


def visible_to(person: Person, now: datetime) -> QuerySet[Commitment]:
    return Commitment.objects.filter(audience__overlap=tokens_of(person, now))


def commitment_for(person: Person, pk: int, now: datetime) -> Commitment:
    """The promise, or 404 whether it does not exist or is not for these eyes."""
    return get_object_or_404(visible_to(person, now).select_related(*SHOWN_WITH), pk=pk)


def standing_of(person: Person, row: Commitment, now: datetime) -> Standing:
    """Own right first; else as the active delegate of somebody who has it."""
    people = [person, *principals_of(person, now)]
    spoken = _spoken_for(people, posts_acted_on(person, now), row)
    found: dict[Side, Person | None] = {}
    for who in people:
        for side in _own_sides(who, row) | spoken[who.pk]:
            found.setdefault(side, None if who == person else who)
    return Standing(found)


def _own_sides(person: Person, row: Commitment) -> set[Side]:
    """The sides on which the promise names the person."""
    sides: set[Side] = set()
    if person.pk == row.responsible_id:
        sides.add(Side.PERFORMER)
    if person.pk == row.requester_id:
        sides.add(Side.REQUESTER)
    if person.pk == row.holder_id:
        sides.add(Side.REQUESTER if row.holder_side == Side.OFFICE else Side(row.holder_side))
    return sides


def _spoken_for(people: list[Person], posts: Iterable[Post], row: Commitment) -> dict[int, set[Side]]:
    """The sides for whose units these people speak: as head, deputy or liaison; for the office also as coordinator,
    where the office asked and where a second return came to it."""
    sides: dict[int, set[Side]] = {person.pk: set() for person in people}
    for post in posts:
        if not post.unit.active:
            continue
        speaks, coordinates = post.role in SPEAKING_ROLES, post.unit.is_office and post.role in COORDINATING_ROLES
        if post.unit_id == row.performer_unit_id and speaks:
            sides[post.person_id].add(Side.PERFORMER)
        if post.unit_id == row.requester_unit_id and (speaks or coordinates):
            sides[post.person_id].add(Side.REQUESTER)
        if coordinates and row.holder_side == Side.OFFICE:
            sides[post.person_id].add(Side.REQUESTER)
    return sides


def author_for(by: Actor, row: Commitment, move: Move, now: datetime) -> tuple[Actor, frozenset[Side]]:
    """Who acts, with the principal filled in where the right to act comes from one, and on which sides.

    A principal named by the page is honoured for his delegates and secretaries only. The system stands on every side.
    """
    if by.person is None:
        return by, frozenset(Side)
    if by.on_behalf_of is not None:
        _check_behalf(by.person, by.on_behalf_of, now)
        return by, standing_of(by.on_behalf_of, row, now).sides
    standing = standing_of(by.person, row, now)
    for side in TABLE[State(row.state)].get(move, ()):
        if side in standing.behalf:
            return Actor(by.person, standing.behalf[side]), standing.sides
    return by, standing.sides


def _check_behalf(person: Person, principal: Person, now: datetime) -> None:
    delegated = active_delegations(now).filter(deputy=person, principal=principal).exists()
    if not delegated and not Secretaryship.objects.filter(leader=principal, secretary=person).exists():
        raise Refused("behalf", _("您现在没有得到{name}的授权，不能代为办理。"), name=principal.name)


def moves_of(person: Person, row: Commitment, now: datetime) -> list[Move]:
    """The moves that this person may make now, the primary one first."""
    return moves_for(State(row.state), Nature(row.nature), standing_of(person, row, now).sides)


def can_chase(person: Person, row: Commitment, now: datetime) -> bool:
    """Anyone who asked, waits or shares the work may chase; whoever has the ball need not chase himself."""
    if row.state in (State.DRAFT, State.FULFILLED, State.CANCELLED) or row.holder_id == person.pk:
        return False
    if standing_of(person, row, now).sides or is_coordinator(person):
        return True
    beside = Commitment.objects.filter(parent_id=row.pk) if row.role == Role.LEAD else Commitment.objects.none()
    return beside.filter(responsible=person).exists()
