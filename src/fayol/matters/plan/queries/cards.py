"""Cards that wait for an answer, figures and who has read them back, the common start."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from fayol.commitments.models import Commitment
from fayol.matters.models import Matter
from fayol.matters.plan.models import Figure, FigureUse, Reconfirm, Start
from fayol.matters.plan.states import Asked
from fayol.organisation.models import Person
from fayol.organisation.prepared import prepared
from fayol.organisation.queries import tokens_of

OPEN = {"answered_at__isnull": True, "dropped_at__isnull": True}


def open_reconfirm(commitment: Commitment) -> Reconfirm | None:
    """The card about the task's date, if one waits for an answer."""
    return Reconfirm.objects.filter(commitment=commitment, kind=Asked.INPUT, **OPEN).first()


def reconfirms_of(commitment: Commitment) -> list[Reconfirm]:
    """All open cards of a task: the one about its date first, then the numbers to be read back."""
    rows = Reconfirm.objects.filter(commitment=commitment, **OPEN).select_related("figure", "matter", "person")
    return sorted(rows, key=lambda row: (row.kind != Asked.INPUT, row.asked_at, row.pk))


def reconfirms_for(person: Person, now: datetime) -> QuerySet[Reconfirm]:
    """Open cards of tasks that this person holds or is responsible for, the most urgent first."""
    rows = cards_for(person.pk, tokens_of(person, now))
    return rows.select_related("commitment__performer_unit", "figure", "matter").order_by("due_at", "pk")


@prepared
def cards_for(person: int, tokens: Collection[int]) -> QuerySet[Reconfirm]:
    """The same, in no order, for somebody who holds these audience tokens."""
    held = Q(holder=person) | Q(responsible=person)
    tasks = Commitment.objects.filter(held, audience__overlap=tokens, closed_at__isnull=True)
    return Reconfirm.objects.filter(commitment__in=tasks.values("pk"), **OPEN)


def unanswered_of(matter: Matter, among: QuerySet[Commitment] | None = None) -> list[Reconfirm]:
    """All open cards of a matter, or those of the tasks `among` which they are wanted, the longest waiting first."""
    rows = Reconfirm.objects.filter(matter=matter, **OPEN)
    if among is not None:
        rows = rows.filter(commitment__in=among.values("pk"))
    return list(rows.select_related("commitment__performer_unit", "person", "figure").order_by("due_at", "pk"))


def figures_of(matter: Matter) -> list[Figure]:
    return list(Figure.objects.filter(matter=matter).select_related("owner_unit").order_by("pk"))


def uses_of(figure: Figure) -> list[FigureUse]:
    """Who rests on the figure, and who has read back its present version (`confirmed_version == figure.version`)."""
    rows = FigureUse.objects.filter(figure=figure)
    rows = rows.select_related("commitment__performer_unit", "commitment__holder", "confirmed_by")
    return list(rows.order_by("commitment__ref", "pk"))


def start_of(matter: Matter) -> Start | None:
    """The start announced last, unless it was called off."""
    return Start.objects.filter(matter=matter, cancelled_at__isnull=True).order_by("-pk").first()
