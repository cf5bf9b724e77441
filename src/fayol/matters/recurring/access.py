"""Who sees recurring duties, and who arranges them: coordinators all of them, heads those of their own units."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.recurring.models import Recurrence
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import is_coordinator, posts_of, subtree
from fayol.organisation.states import MANAGING_ROLES


def led_by(person: Person) -> list[Unit]:
    """The active units that the person heads or helps to head."""
    return [post.unit for post in posts_of(person) if post.role in MANAGING_ROLES and post.unit.active]


def may_arrange(person: Person) -> bool:
    return is_coordinator(person) or bool(led_by(person))


def _under(person: Person) -> QuerySet[Unit]:
    return Unit.objects.filter(subtree(led_by(person)))


def visible_to(person: Person) -> QuerySet[Recurrence]:
    """Coordinators see all of them; others those they asked for and those that their units owe or asked for."""
    if is_coordinator(person):
        return Recurrence.objects.all()
    under = _under(person).values("pk")
    own = Q(requester=person) | Q(responsible=person) | Q(requester_unit__in=under)
    owed = Recurrence.performers.through._default_manager.filter(unit__in=under).values("recurrence")
    return Recurrence.objects.filter(own | Q(pk__in=owed))


def recurrence_for(person: Person, pk: int) -> Recurrence:
    """The duty, or 404 whether it does not exist or is not for these eyes."""
    shown = visible_to(person).select_related("requester", "requester_unit", "responsible", "matter")
    return get_object_or_404(shown, pk=pk)


def can_arrange(person: Person, row: Recurrence) -> bool:
    if is_coordinator(person):
        return True
    return row.requester_id == person.pk or row.requester_unit_id in {unit.pk for unit in led_by(person)}


def check_units(by: Actor, units: Iterable[int]) -> None:
    """Coordinators may ask every unit; a head asks the own one and those below it."""
    if by.person is None or is_coordinator(by.person):
        return
    allowed = set(_under(by.person).values_list("pk", flat=True))
    if not set(units) <= allowed:
        raise Refused(
            "not_your_unit", _("您只能给本部门布置常规工作。要别的部门定期做，请联系协调办。"), field="performers"
        )


def check_arrange(by: Actor, row: Recurrence) -> None:
    if by.person is not None and not can_arrange(by.person, row):
        raise Refused("not_yours", _("这项常规工作由{name}布置，您不能改动。"), name=row.requester.name)
