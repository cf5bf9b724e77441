"""Who sees a matter, and who may run it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.models import Matter
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator, may_act_for_unit, tokens_of

SHOWN_WITH = ("lead_unit", "coordinator", "sponsor", "requester_unit")


def visible_to(person: Person, now: datetime) -> QuerySet[Matter]:
    return Matter.objects.filter(audience__overlap=tokens_of(person, now))


def matter_for(person: Person, pk: int, now: datetime) -> Matter:
    """The matter, or 404 whether it does not exist or is not for these eyes."""
    return get_object_or_404(visible_to(person, now).select_related(*SHOWN_WITH), pk=pk)


def can_open(person: Person) -> bool:
    """Everybody may ask other units for something; only coordinators open 督办."""
    return person.active


def can_run(person: Person, matter: Matter, now: datetime) -> bool:
    """Its coordinator, any coordinator of the office who sees it, and whoever speaks for the unit that asked."""
    if person.pk == matter.coordinator_id or is_coordinator(person):
        return True
    return bool(may_act_for_unit(person, matter.requester_unit_id, now))


def check_run(by: Actor, matter: Matter, now: datetime) -> None:
    if by.person is not None and not can_run(by.person, matter, now):
        raise Refused("not_yours", _("事项由{name}协调，您可以办理自己的任务，但不能改动事项。"),
                      name=matter.coordinator.name)  # fmt: skip
