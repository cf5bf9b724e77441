"""The call list is the office's; a date given by phone is confirmed by the one who gave it, or his deputy."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from fayol.ladders.calls.models import PhonePromise
from fayol.organisation.models import Person
from fayol.organisation.queries import active_delegations, is_coordinator


def check_office(person: Person) -> None:
    """404 for everybody but the office's coordinators."""
    if not is_coordinator(person):
        raise Http404


def callee_for(person: Person, pk: int) -> Person:
    check_office(person)
    return get_object_or_404(Person.objects.filter(active=True), pk=pk)


def promise_for(person: Person, pk: int, now: datetime) -> PhonePromise:
    """404 when absent, or given by somebody for whom the viewer does not stand in."""
    principals = active_delegations(now).filter(deputy=person).values("principal_id")
    own = PhonePromise.objects.filter(Q(person=person) | Q(person__in=principals))
    return get_object_or_404(own.select_related("commitment", "person", "caller"), pk=pk)


def can_answer(person: Person, promise: PhonePromise, now: datetime) -> bool:
    if promise.person_id == person.pk:
        return True
    return active_delegations(now).filter(deputy=person, principal=promise.person_id).exists()
