"""Who may be reached by the ladders of some promises, over a stretch of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Q

from fayol.commitments.models import Commitment
from fayol.ladders.policy import Crowd
from fayol.ladders.registry import Affair
from fayol.organisation.models import Absence, Charge, Delegation, Person, Unit
from fayol.organisation.policy import Desk
from fayol.organisation.queries import active_posts, office
from fayol.organisation.states import ANSWERING_ORDER, PostRole, UnitKind

_HEADED = (UnitKind.DEPARTMENT, UnitKind.TEAM)
Key = TypeVar("Key")


def crowd_for(rows: Sequence[Commitment], start: datetime, end: datetime, affairs: Iterable[Affair] = ()) -> Crowd:
    """Eight queries however many rows: the units that could owe, those above them, their people, and who of them is
    away or stood in for between `start` and `end`."""
    central = office().pk
    above = _above({central, *(pk for row in rows for pk in _units(row) if pk)})
    desks = _desks(set(above), central)
    charged = _charged(set(above))
    people = {pk for row in rows for pk in (row.responsible_id, row.requester_id, row.waiting_person_id) if pk}
    people |= {who for desk in desks.values() for who in desk.everybody()} | set(charged.values())
    people |= {affair.sponsor_id for affair in affairs if affair.sponsor_id}
    deputies = _deputies(people, start, end)
    people |= {deputy for windows in deputies.values() for _, _, deputy in windows}
    active = list(Person.objects.filter(pk__in=people, active=True).values_list("pk", "account_id", "email"))
    return Crowd(
        desks=desks,
        central=desks[central],
        above={pk: parent for pk, parent in above.items() if parent},
        active=frozenset(pk for pk, _account, _email in active),
        silent=frozenset(pk for pk, account, email in active if account is None and not email),
        away=_away(people, start, end),
        deputies=deputies,
        charged=charged,
    )


def _units(row: Commitment) -> tuple[int | None, ...]:
    return row.performer_unit_id, row.requester_unit_id, row.waiting_unit_id


def _above(units: set[int]) -> dict[int, int]:
    """Each of the units, and the departments above them: its own next one up (0 for none)."""
    paths = Unit.objects.filter(pk__in=units).values_list("path", flat=True)
    prefixes = {path[:i] for path in paths for i, sign in enumerate(path, start=1) if sign == "."}
    found = list(Unit.objects.filter(path__in=prefixes).values_list("pk", "parent_id", "kind"))
    headed = {pk for pk, _parent, kind in found if kind in _HEADED}
    return {pk: parent if parent in headed else 0 for pk, parent, _kind in found if pk in headed | units}


def _desks(units: set[int], central: int) -> dict[int, Desk]:
    roles: dict[int, dict[PostRole, list[int]]] = defaultdict(lambda: defaultdict(list))
    wanted = Q(unit_id__in=units, role__in=ANSWERING_ORDER) | Q(unit_id=central)
    posts = active_posts().filter(wanted).order_by("unit_id", "order", "id")
    for unit_id, role, person_id in posts.values_list("unit_id", "role", "person_id"):
        roles[unit_id][PostRole(role)].append(person_id)
    return {
        unit_id: Desk(unit_id, {role: tuple(people) for role, people in roles[unit_id].items()})
        for unit_id in {*units, central}
    }


def _charged(units: set[int]) -> dict[int, int]:
    """The first leader in charge of each unit."""
    found: dict[int, int] = {}
    charges = Charge.objects.filter(unit_id__in=units, leader__active=True).order_by("order", "id")
    for unit_id, leader_id in charges.values_list("unit_id", "leader_id"):
        found.setdefault(unit_id, leader_id)
    return found


def _deputies(people: set[int], start: datetime, end: datetime) -> dict[int, list[tuple[datetime, datetime, int]]]:
    found: dict[int, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    rows = Delegation.objects.filter(principal_id__in=people, starts_at__lte=end, ends_at__gt=start)
    rows = rows.filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=start))
    for who, opens, closes, revoked, deputy in rows.values_list(
        "principal_id", "starts_at", "ends_at", "revoked_at", "deputy_id"
    ):
        found[who].append((opens, min(closes, revoked or closes), deputy))
    return dict(found)


def _away(people: set[int], start: datetime, end: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Absence.objects.filter(person_id__in=people, starts_at__lte=end, ends_at__gt=start)
    rows = rows.filter(Q(cancelled_at__isnull=True) | Q(cancelled_at__gt=start))
    for who, opens, closes, cancelled in rows.values_list("person_id", "starts_at", "ends_at", "cancelled_at"):
        found[who].append((opens, min(closes, cancelled or closes)))
    return dict(found)
