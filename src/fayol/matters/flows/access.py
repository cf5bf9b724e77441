"""Everybody looks at flows and uses them; coordinators and heads make them; who made one or coordinates changes it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.flows.models import Flow
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator, posts_of
from fayol.organisation.states import MANAGING_ROLES


def visible_to(person: Person) -> QuerySet[Flow]:
    """A flow kept from an affair is seen by those who see flows at all: it names units and tasks, no people and no
    words of the affair but those that whoever kept it let stand."""
    return Flow.objects.all() if person.active else Flow.objects.none()


def flow_for(person: Person, pk: int) -> Flow:
    return get_object_or_404(visible_to(person).select_related("made_by", "matter"), pk=pk)


def may_make(person: Person) -> bool:
    if is_coordinator(person):
        return True
    return any(post.role in MANAGING_ROLES and post.unit.active for post in posts_of(person))


def can_change(person: Person, flow: Flow) -> bool:
    return flow.retired_at is None and (is_coordinator(person) or person.pk == flow.made_by_id)


def check_make(by: Actor) -> None:
    if by.person is not None and not may_make(by.person):
        raise Refused("not_yours", _("模板由协调办和部门负责人维护。您可以直接使用现有的模板。"))


def check_change(by: Actor, flow: Flow) -> None:
    if flow.retired_at is not None:
        raise Refused("retired", _("这个模板已经停用，不能再改。"))
    if by.person is not None and not can_change(by.person, flow):
        raise Refused("not_yours", _("模板由协调办和整理的人维护，您不能改动。"))
