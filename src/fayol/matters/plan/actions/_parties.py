"""Who is asked for a unit, and in whose name a consequence is written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from fayol.commitments.models import Commitment
from fayol.commitments.states import DISPATCHED, Side
from fayol.facts.models import Fact
from fayol.matters.models import Matter
from fayol.organisation.actor import Actor
from fayol.organisation.holding import hold_many
from fayol.organisation.models import Person


def actor_of(fact: Fact) -> Actor:
    """Whoever did what the fact tells."""
    people = Person.objects.in_bulk([pk for pk in (fact.actor_id, fact.behalf_id) if pk])
    return Actor(people.get(fact.actor_id or 0), people.get(fact.behalf_id or 0))


def performers_of(rows: Sequence[Commitment], now: datetime) -> dict[int, int]:
    """commitment → the person who answers for it on the performer's side, whoever has the ball."""
    asked = [row for row in rows if not (row.holder_side == Side.PERFORMER and row.holder_id)]
    found = {row.pk: row.holder_id for row in rows if row.holder_side == Side.PERFORMER and row.holder_id}
    holdings = hold_many([(row.performer_unit_id, row.responsible_id) for row in asked], now=now)
    return found | {row.pk: holding.person_id for row, holding in zip(asked, holdings, strict=True)}


def tasks_in(matter: Matter) -> list[Commitment]:
    """The dispatched tasks of the matter, done ones included, in their order."""
    rows = Commitment.objects.filter(origin_type="matter", origin_id=matter.pk)
    rows = rows.filter(state__in=[*DISPATCHED, "fulfilled"]).select_related("performer_unit")
    return list(rows.order_by("ref", "pk"))


def first_of_units(tasks: Iterable[Commitment]) -> dict[int, Commitment]:
    """unit → its first task."""
    found: dict[int, Commitment] = {}
    for task in tasks:
        found.setdefault(task.performer_unit_id, task)
    return found
