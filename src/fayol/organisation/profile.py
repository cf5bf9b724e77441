"""What the pages of one unit and of one person show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from fayol.kernel.errors import Refused
from fayol.organisation.holding import hold
from fayol.organisation.models import Absence, Charge, Delegation, Person, Post, Unit
from fayol.organisation.policy import Holding
from fayol.organisation.queries import active_absences, active_delegations, active_posts, secretaries_of
from fayol.organisation.states import LIAISON_ROLES, ROSTER_ORDER, PostRole

MEMBERS_ON_A_PAGE = 50


@dataclass(frozen=True)
class RosterRow:
    post: Post
    away: Absence | None
    deputy: Person | None


@dataclass(frozen=True)
class Contact:
    """Whom to talk to right now, and in whose place when it is not the first one asked."""

    person: Person
    post: Post | None
    holding: Holding
    instead_of: Person | None


def lineage(unit: Unit) -> list[Unit]:
    """The units above, the top first."""
    keys = [int(part) for part in unit.path.split(".") if part][:-1]
    above = Unit.objects.in_bulk(keys)
    return [above[key] for key in keys if key in above]


def key_roster(unit: Unit, now: datetime) -> list[RosterRow]:
    """Everybody with a role in the unit, the plain members left out."""
    posts = active_posts().filter(unit=unit, person__active=True).exclude(role=PostRole.MEMBER).select_related("person")
    rank = {role.value: i for i, role in enumerate(ROSTER_ORDER)}
    return with_presence(sorted(posts, key=lambda post: (rank[post.role], post.order, post.pk)), now)


def with_presence(posts: list[Post], now: datetime) -> list[RosterRow]:
    people = [post.person_id for post in posts]
    away = {row.person_id: row for row in active_absences(now).filter(person__in=people)}
    deputies = active_delegations(now).filter(principal__in=list(away)).select_related("deputy")
    named = {row.principal_id: row.deputy for row in deputies}
    return [RosterRow(post, away.get(post.person_id), named.get(post.person_id)) for post in posts]


def contact_now(unit: Unit, now: datetime) -> Contact | None:
    """None while no office is set up, so that the page still shows."""
    try:
        holding = hold(unit.pk, None, now=now)
    except Refused:
        return None
    wanted = [pk for pk in (holding.person_id, holding.standing_in_for) if pk]
    people = Person.objects.in_bulk(wanted)
    post = active_posts().filter(person=holding.person_id, unit=holding.unit_id).select_related("unit").first()
    instead = people.get(holding.standing_in_for) if holding.standing_in_for else None
    return Contact(people[holding.person_id], post, holding, instead)


def leaders_of(unit: Unit) -> list[Person]:
    """Who is in charge of the unit, or of one above it when nobody is of itself; nearest first."""
    keys = [int(part) for part in unit.path.split(".") if part]
    charges = list(Charge.objects.filter(unit__in=keys, leader__active=True).select_related("leader"))
    nearest = max((keys.index(charge.unit_id) for charge in charges), default=-1)
    return [charge.leader for charge in charges if nearest >= 0 and charge.unit_id == keys[nearest]]


def pair_away(absence: Absence) -> list[tuple[Unit, Person]]:
    """Units whose other liaison is away at some time of this absence: A角 and B角 should not be away together."""
    own = active_posts().filter(person=absence.person, role__in=LIAISON_ROLES)
    others = active_posts().filter(unit__in=own.values("unit"), role__in=LIAISON_ROLES).exclude(person=absence.person)
    meanwhile = Absence.objects.filter(
        cancelled_at=None, starts_at__lt=absence.ends_at, ends_at__gt=absence.starts_at, person=OuterRef("person")
    )
    return [(post.unit, post.person) for post in others.filter(Exists(meanwhile)).select_related("unit", "person")]


@dataclass(frozen=True)
class Profile:
    """Everything on a person's page."""

    posts: list[Post]
    absences: list[Absence]
    given: list[Delegation]
    taken: list[Delegation]
    secretaries: list[Person]
    serves: list[Person]
    charges: list[Unit]
    away: Absence | None
    deputy: Person | None

    @property
    def is_leader(self) -> bool:
        return any(post.role == PostRole.LEADER for post in self.posts)


def profile_of(person: Person, now: datetime) -> Profile:
    posts = active_posts().filter(person=person).select_related("unit").order_by("-primary", "order", "id")
    absences = list(Absence.objects.filter(person=person, cancelled_at=None, ends_at__gt=now).order_by("starts_at"))
    open_ones = Delegation.objects.filter(revoked_at=None, ends_at__gt=now).select_related("principal", "deputy")
    given = list(open_ones.filter(principal=person).order_by("starts_at"))
    return Profile(
        posts=list(posts),
        absences=absences,
        given=given,
        taken=list(open_ones.filter(deputy=person).order_by("starts_at")),
        secretaries=secretaries_of(person),
        serves=list(Person.objects.filter(secretaryships__secretary=person, active=True).order_by("order", "id")),
        charges=[charge.unit for charge in Charge.objects.filter(leader=person).select_related("unit")],
        away=next((row for row in absences if row.starts_at <= now), None),
        deputy=next((row.deputy for row in given if row.starts_at <= now), None),
    )
