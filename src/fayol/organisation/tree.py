"""The tree of units as the page shows it: all of it when small, branch by branch when large."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet

from fayol.organisation.models import Absence, Charge, Person, Post, Unit
from fayol.organisation.queries import active_absences, active_posts
from fayol.organisation.states import LIAISON_ROLES, MANAGING_ROLES, PostRole, UnitKind

WHOLE_TREE = 300
"""Units up to which the page shows everything at once."""

MOST_NODES = 2000
"""Units of one branch that a page can still carry; whoever has more finds them by search."""

AWAY_SHOWN = 12
_SHOWN_ROLES = (PostRole.HEAD, PostRole.LIAISON_A, PostRole.LIAISON_B)


@dataclass
class Node:
    """One unit in the tree. `lazy`: it has units below that were not read; a click fetches them."""

    unit: Unit
    keepers: dict[str, Person] = field(default_factory=dict)
    people: int = 0
    children: list[Node] = field(default_factory=list)
    lazy: bool = False

    @property
    def head(self) -> Person | None:
        return self.keepers.get(PostRole.HEAD)

    @property
    def liaison_a(self) -> Person | None:
        return self.keepers.get(PostRole.LIAISON_A)

    @property
    def liaison_b(self) -> Person | None:
        return self.keepers.get(PostRole.LIAISON_B)


def inside() -> QuerySet[Unit]:
    """Open units of the organisation itself, without the leaders' row, which has a place of its own."""
    return Unit.objects.filter(active=True).exclude(kind__in=(UnitKind.EXTERNAL, UnitKind.LEADERS))


def whole_tree() -> list[Node]:
    """The tops with everything below them, or with one level when there is more than a page can carry."""
    if inside().count() <= WHOLE_TREE:
        return _joined(_nodes(inside()))
    tops = _nodes(inside().filter(parent=None))
    below = _nodes(inside().filter(parent__in=[node.unit.pk for node in tops]), lazy=True)
    return _joined([*tops, *below])


def branch(unit: Unit) -> list[Node]:
    """The units right below, each to be opened in its turn."""
    return _nodes(inside().filter(parent=unit), lazy=True)


def outside() -> list[Node]:
    return _nodes(Unit.objects.filter(active=True, kind=UnitKind.EXTERNAL))


def _nodes(units: QuerySet[Unit], *, lazy: bool = False) -> list[Node]:
    deeper = inside().filter(parent=OuterRef("pk"))
    rows = list(units.order_by("order", "id").annotate(has_more=Exists(deeper))[:MOST_NODES])
    keepers, people = _keepers(rows), _headcount(rows)
    return [
        Node(unit, keepers[unit.pk], people.get(unit.pk, 0), lazy=lazy and bool(vars(unit)["has_more"]))
        for unit in rows
    ]


def _joined(nodes: list[Node]) -> list[Node]:
    """Children hung under their parents. A unit whose parent is closed or outside stands at the top."""
    by_pk = {node.unit.pk: node for node in nodes}
    tops: list[Node] = []
    for node in nodes:
        above = by_pk.get(node.unit.parent_id or 0)
        (above.children if above else tops).append(node)
    return tops


def _keepers(units: Iterable[Unit]) -> dict[int, dict[str, Person]]:
    found: dict[int, dict[str, Person]] = defaultdict(dict)
    posts = active_posts().filter(unit__in=[unit.pk for unit in units], role__in=_SHOWN_ROLES)
    for post in posts.select_related("person"):
        found[post.unit_id][post.role] = post.person
    return found


def _headcount(units: Iterable[Unit]) -> dict[int, int]:
    posts = active_posts().filter(unit__in=[unit.pk for unit in units]).order_by().values("unit")
    return {row["unit"]: row["n"] for row in posts.annotate(n=Count("person", distinct=True))}


@dataclass(frozen=True)
class Leader:
    post: Post
    units: list[Unit]
    away: Absence | None


def leaders_row(now: datetime) -> list[Leader]:
    """The leaders in their manual order, never alphabetical, with what they are in charge of."""
    row = Unit.objects.filter(kind=UnitKind.LEADERS, active=True)
    posts = list(
        active_posts().filter(unit__in=row, role=PostRole.LEADER).select_related("person").order_by("unit", "order")
    )
    people = [post.person_id for post in posts]
    charged: dict[int, list[Unit]] = defaultdict(list)
    for charge in Charge.objects.filter(leader__in=people, unit__active=True).select_related("unit"):
        charged[charge.leader_id].append(charge.unit)
    away = {row.person_id: row for row in active_absences(now).filter(person__in=people)}
    return [Leader(post, charged[post.person_id], away.get(post.person_id)) for post in posts]


@dataclass(frozen=True)
class Away:
    """Somebody who matters to others and is not there."""

    absence: Absence
    post: Post


def away_today(now: datetime) -> list[Away]:
    """Heads, deputies, liaisons and leaders absent at `now`, those back soonest first; a dozen."""
    roles = [*MANAGING_ROLES, *LIAISON_ROLES, PostRole.LEADER]
    key = active_posts().filter(person=OuterRef("person"), role__in=roles)
    rows = active_absences(now).filter(Exists(key)).select_related("person").order_by("ends_at")[:AWAY_SHOWN]
    posts = active_posts().filter(person__in=[row.person_id for row in rows]).select_related("unit").order_by("primary")
    shown = {post.person_id: post for post in posts}
    return [Away(row, shown[row.person_id]) for row in rows if row.person_id in shown]
