"""Who may look at what went out to others: the office and the system administrators. One's own wishes are one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import Http404

from fayol.channels.models import DeadAddress, Delivery
from fayol.channels.registry import readable
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator, is_system_admin

OWN_WORDS = frozenset({"channel", "address"})
"""Subjects of this app: their messages are about the post itself."""


def can_oversee(person: Person | None) -> bool:
    return is_coordinator(person) or is_system_admin(person)


def require_overseer(person: Person | None) -> None:
    """404 for everybody else."""
    if not can_oversee(person):
        raise Http404


def delivery_for(person: Person, pk: int) -> Delivery:
    """404 when absent or not an overseer."""
    require_overseer(person)
    row = Delivery.objects.select_related("person", "bundle").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def reader_for(person: Person, pk: int) -> Person:
    """Somebody whose accounts the person may enter. 404 when absent or not an overseer."""
    require_overseer(person)
    found = Person.objects.filter(pk=pk, active=True).first()
    if found is None:
        raise Http404
    return found


def dead_address_for(person: Person, pk: int) -> DeadAddress:
    """404 when absent, or neither one's own nor an overseer."""
    row = DeadAddress.objects.select_related("person").filter(pk=pk, lifted_at__isnull=True).first()
    if row is None or not (row.person_id == person.pk or can_oversee(person)):
        raise Http404
    return row


def readable_among(person: Person, rows: Sequence[Delivery], now: datetime) -> set[int]:
    """Keys of the deliveries whose words the person may read: those that lead to something the person may see, one's
    own, and gathered chases, which only count."""
    seen = readable(person, {row.link for row in rows}, now)
    return {
        row.pk
        for row in rows
        if row.link in seen
        or row.person_id == person.pk
        or row.subject_type in OWN_WORDS
        or (row.chase and row.link == "/")
    }
