"""The lists of notices, and what waits for somebody on the workbench and in the navigation."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from fayol.notices.access import issued, issued_by, overseen_by, principals_of
from fayol.notices.models import Notice, Receipt
from fayol.notices.queries import TO_PASS_ON, still_open
from fayol.notices.queries_page import served
from fayol.notices.states import Leave, Stage, Status
from fayol.organisation.models import Person
from fayol.organisation.prepared import prepared

LISTED_WITH = ("notice__unit", "person", "unit", "proxied_by", "confirmed_by", "substitute")


def serves_anybody(person: Person, now: datetime) -> bool:
    return any(served(person, now))


def received_by(person: Person) -> QuerySet[Receipt]:
    return Receipt.objects.filter(person=person).select_related(*LISTED_WITH)


def taken_by(person: Person, now: datetime) -> QuerySet[Receipt]:
    """What came to those whom the person serves."""
    serves, acts = served(person, now)
    return Receipt.objects.filter(person__in=serves | acts).select_related(*LISTED_WITH)


def issued_rows(person: Person, now: datetime) -> QuerySet[Notice]:
    """What went out from the person's side, and from units for which he answers."""
    out = Notice.objects.filter(issued_by(person, now) | overseen_by(person)).exclude(status=Status.DRAFT)
    return out.select_related("unit", "author")


def drafts_of(person: Person, now: datetime) -> QuerySet[Notice]:
    return issued(person, now).filter(status=Status.DRAFT).select_related("unit", "author")


def waits(person: Person, now: datetime) -> QuerySet[Receipt]:
    """Receipts that wait for this person, whatever for: to answer, to say again that he comes, to pass on, to reach
    somebody, to decide a leave."""
    return waiting_for(person.pk, now)


@prepared
def waiting_for(person: int, now: datetime) -> QuerySet[Receipt]:
    mine = Q(person=person) & still_open(now)
    again = Q(person=person, recheck__gt=0, notice__status=Status.SENT, notice__starts_at__gt=now)
    passing = principals_of(person, now) & Q(stage__in=TO_PASS_ON) & still_open(now)
    duty = Q(notice__duty=person) | Q(notice__duty__isnull=True, notice__author=person)
    reach = duty & Q(notice__status=Status.SENT, duty_since__isnull=False) & ~Q(stage=Stage.CONFIRMED)
    leave = (Q(notice__author=person) | Q(notice__duty=person)) & Q(leave=Leave.ASKED, notice__status=Status.SENT)
    return Receipt.objects.filter(mine | again | passing | reach | leave)
