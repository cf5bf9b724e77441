"""各方下一步: the open tasks of one or several affairs by whoever has the ball. Read from the rows, every time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.commitments.queries.lights import IS_OPEN
from fayol.matters.access import visible_to
from fayol.matters.models import Matter
from fayol.matters.states import Status
from fayol.organisation.models import Person
from fayol.organisation.queries import units_of

MOST_MATTERS = 50
ORDER = ("holder_unit__order", "holder_unit_id", "holder_id", "due_at")


def balls_of(matters: Sequence[Matter], person: Person, now: datetime) -> QuerySet[Commitment]:
    """What is open in these affairs, as far as the person may see it; `ORDER` groups it by unit and person."""
    rows = commitments.visible_to(person, now).filter(
        IS_OPEN, origin_type="matter", origin_id__in=[matter.pk for matter in matters]
    )
    return rows.select_related(*commitments.SHOWN_WITH, "waiting_unit", "waiting_person")


def run_by(person: Person, now: datetime) -> list[Matter]:
    """The open affairs that the person coordinates or that his units lead or asked for, the latest ones."""
    units = [unit.pk for unit in units_of(person)]
    own = Q(coordinator=person) | Q(lead_unit__in=units) | Q(requester_unit__in=units)
    rows = visible_to(person, now).filter(own, status=Status.OPEN).select_related("lead_unit", "coordinator")
    return list(rows.order_by("-created_at", "-pk")[:MOST_MATTERS])
