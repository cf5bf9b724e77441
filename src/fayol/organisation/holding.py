"""Who holds the ball of a unit at an instant: the rows are read here, the decision is in `policy`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from fayol.organisation.models import Absence, Delegation, Person
from fayol.organisation.policy import Desk, Holding, Presence, decide
from fayol.organisation.queries import active_absences, active_delegations, active_posts, office
from fayol.organisation.states import ANSWERING_ORDER, PostRole

__all__ = ["Holding", "hold", "hold_many", "next_change"]


def hold(unit_id: int, responsible_id: int | None, *, now: datetime) -> Holding:
    """Who answers for the unit at `now`, `responsible_id` being asked first."""
    return hold_many([(unit_id, responsible_id)], now=now)[0]


def hold_many(pairs: Sequence[tuple[int, int | None]], *, now: datetime) -> list[Holding]:
    """As `hold` for many (unit, responsible), in the given order, in five queries however many there are."""
    if not pairs:
        return []
    desks = _desks({unit_id for unit_id, _ in pairs})
    responsible = {person for _, person in pairs if person}
    people = responsible.union(*(desk.everybody() for desk in desks.values()))
    presence = _presence(people, now)
    central = desks[_OFFICE]
    return [decide(desks[unit_id], person, central, presence) for unit_id, person in pairs]


def next_change(unit_id: int, responsible_id: int | None, *, now: datetime) -> datetime | None:
    """The next recorded edge of an absence or delegation that could change the answer; None if there is none.

    Said too early rather than too late: an edge of anybody who might be asked counts, deputies included.
    """
    desks = _desks({unit_id})
    people = set().union(*(desk.everybody() for desk in desks.values()))
    people |= {responsible_id} if responsible_id else set()
    delegations = Delegation.objects.filter(principal_id__in=people, revoked_at__isnull=True, ends_at__gt=now)
    windows = list(delegations.values_list("starts_at", "ends_at", "deputy_id"))
    people |= {deputy for _start, _end, deputy in windows}
    absences = Absence.objects.filter(person_id__in=people, cancelled_at__isnull=True, ends_at__gt=now)
    edges = [*absences.values_list("starts_at", "ends_at"), *((start, end) for start, end, _ in windows)]
    return min((start if start > now else end for start, end in edges), default=None)


_OFFICE = 0  # no unit has this key


def _desks(unit_ids: set[int]) -> dict[int, Desk]:
    """The desk of each unit, and the office's under `_OFFICE` too."""
    central = office().pk
    roles: dict[int, dict[PostRole, list[int]]] = defaultdict(lambda: defaultdict(list))
    answering = Q(unit_id__in=unit_ids, role__in=ANSWERING_ORDER) | Q(unit_id=central)
    posts = active_posts().filter(answering).order_by("unit_id", "order", "id")
    for unit_id, role, person_id in posts.values_list("unit_id", "role", "person_id"):
        roles[unit_id][PostRole(role)].append(person_id)
    frozen = {
        unit_id: Desk(unit_id, {role: tuple(people) for role, people in roles[unit_id].items()})
        for unit_id in unit_ids | {central}
    }
    return {**frozen, _OFFICE: frozen[central]}


def _presence(people: Iterable[int], now: datetime) -> Presence:
    asked = set(people)
    deputies = dict(active_delegations(now).filter(principal_id__in=asked).values_list("principal_id", "deputy_id"))
    everyone = asked | set(deputies.values())
    active = Person.objects.filter(pk__in=everyone, active=True).values_list("pk", flat=True)
    away = active_absences(now).filter(person_id__in=everyone).values_list("person_id", flat=True)
    return Presence(frozenset(active) - frozenset(away), deputies)
