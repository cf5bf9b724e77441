"""What sending would do, before anybody sends: to whom it goes, what they were asked already, what it clashes with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from fayol.notices.audience import entries_of, people_of
from fayol.notices.models import Engagement, Notice
from fayol.notices.queries import alike, requests_this_week
from fayol.notices.states import Depth, Form, Grip
from fayol.organisation.models import Secretaryship, Unit
from fayol.organisation.queries import active_posts, primary_posts

FIRST, MOST_UNITS, MOST_CLASHES = 12, 200, 10
MANY_REQUESTS = 3
"""From so many requests in a week on, one more is worth a thought."""


@dataclass(frozen=True)
class Preview:
    """`names`: the first of them, with their units. `busy`: units with how often they were asked this week.
    `mild`: some must attend, and yet another's word for them would do."""

    people: int = 0
    names: tuple[tuple[str, str], ...] = ()
    busy: tuple[tuple[Unit, int], ...] = ()
    alike: tuple[Notice, ...] = ()
    clashes: tuple[Engagement, ...] = field(default=())
    mild: bool = False

    @property
    def more(self) -> int:
        return self.people - len(self.names)


def preview_of(notice: Notice, now: datetime) -> Preview:
    """Of a draft, or of a notice that has not been stored yet."""
    entries = entries_of(notice.audience)
    if not entries:
        return Preview(alike=tuple(alike(notice, now=now)))
    people = people_of(entries, now)
    first = list(people.order_by("order", "id")[:FIRST])
    posts = primary_posts([person.pk for person in first])
    return Preview(
        people=people.count(),
        names=tuple((person.name, posts[person.pk].unit.name if person.pk in posts else "") for person in first),
        busy=_busy(notice, now),
        alike=tuple(alike(notice, now=now)),
        clashes=tuple(clashes_ahead(notice, now)),
        mild=notice.depth != Depth.PERSONAL and any(entry.must for entry in entries),
    )


def _busy(notice: Notice, now: datetime) -> tuple[tuple[Unit, int], ...]:
    if notice.depth == Depth.DELIVERED:
        return ()
    people = people_of(entries_of(notice.audience), now)
    units = list(
        active_posts().filter(person__in=people.values("pk")).values_list("unit", flat=True).distinct()[:MOST_UNITS]
    )
    asked = requests_this_week(units, now=now, but=notice if notice.pk else None)
    many = {pk: n for pk, n in asked.items() if n >= MANY_REQUESTS}
    rows = Unit.objects.in_bulk(many)
    return tuple(sorted(((rows[pk], n) for pk, n in many.items()), key=lambda one: (-one[1], one[0].order)))


def clashes_ahead(notice: Notice, now: datetime, *, most: int = MOST_CLASHES) -> Sequence[Engagement]:
    """What already stands in the days that this notice would hold."""
    if notice.form != Form.ATTEND or notice.starts_at is None or notice.ends_at is None:
        return []
    entries = entries_of(notice.audience)
    must = people_of([entry for entry in entries if entry.must], now).values("pk")
    served = Secretaryship.objects.filter(leader=OuterRef("person"))
    everybody = people_of(entries, now).values("pk")
    held = Q(person__in=must) | (Q(person__in=everybody) & Q(Exists(served)))
    rows = Engagement.objects.filter(held, starts_at__lt=notice.ends_at, ends_at__gt=notice.starts_at)
    rows = rows.exclude(grip=Grip.RELEASED)
    if notice.pk:
        rows = rows.exclude(receipt__notice=notice)
    return list(rows.select_related("person", "organiser").order_by("starts_at", "pk")[:most])
