"""What promises put into the workbench beside themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as t

from fayol.commitments.actions.reviewing import ASKED
from fayol.commitments.models import Commitment
from fayol.commitments.queries.lights import IS_OPEN
from fayol.organisation.models import Person
from fayol.organisation.prepared import prepared
from fayol.web import workbench
from fayol.web.components import Light

MOST = 20


@prepared
def to_review(person: int) -> QuerySet[Commitment]:
    """Dates left open whose day of review has come: whoever asked has to name one."""
    return Commitment.objects.filter(IS_OPEN, requester=person, due_on__isnull=True, sheet__has_key=ASKED)


def undated(person: Person, now: datetime) -> list[workbench.Row]:
    return list(_rows(person))


def _rows(person: Person) -> Iterator[workbench.Row]:
    for row in to_review(person.pk).select_related("performer_unit").order_by("pk")[:MOST]:
        sub = t("%(unit)s承办，到了复查的日子，还没有期限") % {"unit": row.performer_unit.name}
        yield workbench.Row(row.title, f"/commitments/{row.pk}/?do=amend", t("定期限"), Light("amber", t("待定")), sub)


workbench.register("commitments.review", undated, only_if=lambda person, now: to_review.asked(person.pk))
