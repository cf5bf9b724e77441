"""What recurring duties put into other pages: a way from a task that comes again, and from an affair."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from fayol.commitments.models import Commitment
from fayol.matters.access import can_run
from fayol.matters.models import Matter
from fayol.matters.recurring.access import may_arrange
from fayol.matters.recurring.views import rhythm_of
from fayol.matters.recurring.words import rule_words
from fayol.matters.states import Status
from fayol.organisation.models import Person
from fayol.web import parts


def of_task(person: Person, row: Commitment, now: datetime) -> dict[str, Any] | None:
    """Where it was opened by a rule: the rule. Where its words ask for it again and again: a way to set that up."""
    if row.origin_type == "recurrence" and row.origin_id:
        return {"url": reverse("recurring:page", args=[row.origin_id]), "title": row.origin_title}
    rhythm = rhythm_of(row)
    if rhythm is None or not may_arrange(person):
        return None
    return {"rule": rule_words(rhythm.rrule()), "new": f"{reverse('recurring:new')}?from={row.pk}"}


def of_matter(person: Person, matter: Matter, now: datetime) -> dict[str, Any] | None:
    if matter.status != Status.OPEN or not may_arrange(person) or not can_run(person, matter, now):
        return None
    return {"new": f"{reverse('recurring:new')}?matter={matter.pk}"}


parts.register("commitment.aside", "recurring", "recurring/_task.html", of_task, order=60)
parts.register("matter.menu", "recurring", "recurring/_menu.html", of_matter, order=60)
