"""Named reads: who is where, who coordinates, what a name means, who may speak for a unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.text import squeeze
from fayol.organisation.models import Absence, Charge, Delegation, Person, Post, Unit
from fayol.organisation.naming import pairs
from fayol.organisation.remembering import once
from fayol.organisation.states import COORDINATING_ROLES, MANAGING_ROLES, ROSTER_ORDER, AdminRole, PostRole

EVERYBODY = 0
_SPEAKS_AS = (PostRole.HEAD, PostRole.DEPUTY, PostRole.LIAISON_A, PostRole.LIAISON_B)


def person_of(account: AbstractBaseUser | AnonymousUser) -> Person | None:
    """The active person behind a signed-in account."""
    if not account.is_authenticated:
        return None
    return Person.objects.filter(account_id=account.pk, active=True).first()


def active_posts() -> QuerySet[Post]:
    return Post.objects.filter(ended_on__isnull=True)


def active_delegations(now: datetime) -> QuerySet[Delegation]:
    return Delegation.objects.filter(starts_at__lte=now, ends_at__gt=now).filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=now)
    )


def active_absences(now: datetime) -> QuerySet[Absence]:
    return Absence.objects.filter(starts_at__lte=now, ends_at__gt=now).filter(
        Q(cancelled_at__isnull=True) | Q(cancelled_at__gt=now)
    )


def office() -> Unit:
    """The coordinating office. Refused as long as none is named."""
    unit = Unit.objects.filter(is_office=True).first()
    if unit is None:
        raise Refused("no_office", _("还没有指定协调办公室。请管理员在组织页面把一个部门设为协调办公室。"))
    return unit


def is_coordinator(person: Person | None) -> bool:
    """Coordinators are the office's coordinators, its head and its deputies."""
    if person is None or not person.active:
        return False
    return any(post.unit.is_office and post.role in COORDINATING_ROLES for post in posts_of(person))


def is_system_admin(person: Person | None) -> bool:
    return person is not None and person.active and person.admin_role == AdminRole.SYSTEM


def posts_of(person: Person) -> tuple[Post, ...]:
    """Active posts with their units, the one by which the person is introduced first."""
    return once(person, "posts", lambda: tuple(_posts_of([person])))


def _posts_of(people: Iterable[Person]) -> QuerySet[Post]:
    posts = active_posts().filter(person__in=people).select_related("unit")
    return posts.order_by("-primary", "order", "id")


def principals_of(person: Person, now: datetime) -> tuple[Person, ...]:
    """Those whose deputy the person is at `now`."""
    return once(person, ("principals", now), lambda: tuple(_principals_of(person, now)))


def _principals_of(person: Person, now: datetime) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=active_delegations(now).filter(deputy=person).values("principal_id"))


def leaders_served_by(person: Person) -> tuple[Person, ...]:
    """Those for whom the person takes papers in."""
    return once(person, "leaders", lambda: tuple(_leaders_served_by(person)))


def _leaders_served_by(person: Person) -> QuerySet[Person]:
    return Person.objects.filter(secretaryships__secretary=person, active=True).order_by("order", "id")


def posts_acted_on(person: Person, now: datetime) -> tuple[Post, ...]:
    """The person's own posts and those of the principals, whose authority a deputy has."""
    principals = principals_of(person, now)
    if not principals:
        return posts_of(person)
    return posts_of(person) + once(person, ("posts of principals", now), lambda: tuple(_posts_of(principals)))


def units_of(person: Person) -> list[Unit]:
    """Units in which the person has a post, the primary one first."""
    return list({post.unit_id: post.unit for post in posts_of(person) if post.unit.active}.values())


def subtree(units: Iterable[Unit]) -> Q:
    """The units and everything below them, as a condition on Unit."""
    return _below(unit.path for unit in units)


def _below(paths: Iterable[str]) -> Q:
    """Nothing when there are no paths; a path inside another one is dropped."""
    condition, last = Q(pk__in=[]), ""
    for path in sorted(set(paths)):
        if not last or not path.startswith(last):
            condition, last = condition | Q(path__startswith=path), path
    return condition


def tokens_of(person: Person, now: datetime) -> list[int]:
    """The audience tokens the person holds at `now`, own ones and those of principals whose deputy they are.

    A deputy sees what the principal sees while the delegation lasts (AB角: the same authority); it does not chain.
    """
    return list(once(person, ("tokens", now), lambda: _tokens(person, now)))


def _tokens(person: Person, now: datetime) -> list[int]:
    people = [person.pk, *(principal.pk for principal in principals_of(person, now))]
    posts = [post for post in posts_acted_on(person, now) if post.unit.active]
    charged = Charge.objects.filter(leader_id__in=people, unit__active=True).values_list("unit_id", "unit__path")
    units = {post.unit_id for post in posts} | {unit_id for unit_id, _path in charged}
    reach = [post.unit.path for post in posts if post.role in MANAGING_ROLES] + [path for _unit, path in charged]
    if reach:
        units.update(Unit.objects.filter(_below(reach), active=True).values_list("pk", flat=True))
    return [EVERYBODY, *(-pk for pk in people), *sorted(units)]


def roster(unit: Unit) -> list[Post]:
    """Active posts of the unit with their people: by role, within a role in the manual order."""
    rank = Case(*[When(role=role, then=Value(i)) for i, role in enumerate(ROSTER_ORDER)], output_field=IntegerField())
    return list(
        active_posts().filter(unit=unit, person__active=True).select_related("person").order_by(rank, "order", "id")
    )


def may_act_for_unit(person: Person, unit_id: int, now: datetime) -> str:
    """As what the person may speak for the unit: "", head, deputy, liaison_a, liaison_b or delegate:<principal>."""
    posts = [post for post in posts_acted_on(person, now) if post.unit_id == unit_id and post.role in _SPEAKS_AS]
    held = [(post.person_id, post.role) for post in posts]
    own = {role for who, role in held if who == person.pk}
    for role in _SPEAKS_AS:
        if role in own:
            return role.value
    ranked = sorted((_SPEAKS_AS.index(PostRole(role)), who) for who, role in held)
    return f"delegate:{ranked[0][1]}" if ranked else ""


def secretaries_of(person: Person) -> list[Person]:
    return list(Person.objects.filter(serves__leader=person, active=True).order_by("serves__order", "serves__id"))


def _name_condition(text: str) -> Q:
    """A part of a name (character pairs), the beginning of its pinyin or initials, or the initials of an alias."""
    condition = Q(grams__contains=pairs(text))
    if text.isascii():
        condition |= Q(initials__startswith=text) | Q(pinyin__startswith=text) | Q(grams__contains=[text])
    return condition


def find_units(text: str, *, limit: int = 20) -> list[Unit]:
    """Active units whose official name, short name or alias has `text` in it, or whose pinyin or initials begin so.

    Exact names come first, then the order of the tree.
    """
    wanted = squeeze(text)
    if not wanted:
        return []
    named = Q(short_name__iexact=wanted) | Q(official_name__iexact=wanted) | Q(aliases__contains=[wanted])
    exact = Case(When(named, then=0), default=1, output_field=IntegerField())
    found = Unit.objects.filter(_name_condition(wanted), active=True).order_by(exact, "order", "id")[: limit * 2]
    return [unit for unit in found if _is_part(wanted, unit, *names_of(unit))][:limit]


def find_people(text: str, *, limit: int = 20) -> list[Person]:
    """Active people whose name has `text` in it, or whose pinyin or initials begin so. Exact names come first."""
    wanted = squeeze(text)
    if not wanted:
        return []
    named = Q(name__iexact=wanted) | Q(initials=wanted) | Q(pinyin=wanted)
    exact = Case(When(named, then=0), default=1, output_field=IntegerField())
    found = people_called(wanted).order_by(exact, "order", "pinyin", "id")[: limit * 2]
    return [person for person in found if _is_part(wanted, person, person.name)][:limit]


def people_called(wanted: str) -> QuerySet[Person]:
    """Active people by a squeezed text, through indexes only; a single character must begin the name."""
    one_character = len(wanted) == 1 and not wanted.isascii()
    condition = Q(name__startswith=wanted) if one_character else _name_condition(wanted)
    return Person.objects.filter(condition, active=True)


def names_of(unit: Unit) -> list[str]:
    """Every name the unit goes by."""
    return [name for name in (unit.official_name, unit.short_name, *unit.aliases) if name]


def _is_part(wanted: str, row: Unit | Person, *names: str) -> bool:
    """Whether the indexed pieces that matched really stand side by side in one of the names."""
    if row.initials.startswith(wanted) or row.pinyin.startswith(wanted) or wanted in row.grams:
        return True
    return any(wanted in squeeze(name) for name in names)


def primary_posts(people: Sequence[int]) -> dict[int, Post]:
    """The post by which each person is introduced (their primary one, else their first), with its unit."""
    posts = active_posts().filter(person_id__in=people).select_related("unit").order_by("-primary", "order", "id")
    first: dict[int, Post] = {}
    for post in posts:
        first.setdefault(post.person_id, post)
    return first
