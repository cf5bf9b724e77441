"""Reading one's inbox."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from fayol.channels.models import INBOX, Delivery
from fayol.organisation.models import Person


def mark_read(person: Person, *, now: datetime, only: list[int] | None = None) -> int:
    """Mark messages of one's own as read: those of `only`, else all. Returns how many were unread."""
    rows = Delivery.objects.filter(person=person, channel=INBOX, read_at__isnull=True)
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows.update(read_at=now)


def mark_seen(person: Person, subject_type: str, subject_id: int, *, now: datetime, link: str = "") -> int:
    """Opening a page marks the messages about its subject as read, and with `link` all that lead to that page (a chase
    is about itself, and leads to the task); it answers nothing."""
    about = Q(subject_type=subject_type, subject_id=subject_id)
    if link:
        about |= Q(link=link)
    return Delivery.objects.filter(about, person=person, channel=INBOX, read_at__isnull=True).update(read_at=now)
