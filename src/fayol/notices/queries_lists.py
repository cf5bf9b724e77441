"""The lists of notices, and what waits for somebody on the workbench and in the navigation."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from fayol.notices.access import issued, issued_by, overseen_by, principals_of
from fayol.notices.models import Clash, Engagement, Notice, Receipt
from fayol.notices.queries import TO_PASS_ON, still_open
from fayol.notices.queries_page import served
from fayol.notices.states import Leave, Stage, Status
from fayol.organisation.models import Person, Secretaryship
from fayol.organisation.prepared import prepared
from fayol.organisation.queries import is_coordinator

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


def clashes_waiting(person: Person, now: datetime) -> QuerySet[Clash]:
    """Clashes ahead in which the person is to do something: to agree with the other side, or once they could not, to
    decide."""
    sides = ("first__person", "first__organiser", "second__organiser")
    return clashes_waiting_for(person.pk, now, is_coordinator(person)).select_related(*sides)


@prepared
def clashes_waiting_for(person: int, now: datetime, decides: bool) -> QuerySet[Clash]:
    ahead = Q(over_at__isnull=True, first__ends_at__gt=now, second__ends_at__gt=now)
    own = Q(organiser=person) | Q(receipt__notice__author=person)
    served = Q(person__in=Secretaryship.objects.filter(secretary=person).values("leader"))
    held = Engagement.objects.filter(own | served).values("pk")
    mine = Q(asked_at__isnull=True) & (Q(first__in=held) | Q(second__in=held))
    return Clash.objects.filter(ahead, mine | Q(asked_at__isnull=False) if decides else mine)


@prepared
def waiting_for(person: int, now: datetime) -> QuerySet[Receipt]:
    mine = Q(person=person) & still_open(now)
    again = Q(person=person, recheck__gt=0, notice__status=Status.SENT, notice__starts_at__gt=now)
    passing = principals_of(person, now) & Q(stage__in=TO_PASS_ON) & still_open(now)
    duty = Q(notice__duty=person) | Q(notice__duty__isnull=True, notice__author=person)
    reach = duty & Q(notice__status=Status.SENT, duty_since__isnull=False) & ~Q(stage=Stage.CONFIRMED)
    leave = (Q(notice__author=person) | Q(notice__duty=person)) & Q(leave=Leave.ASKED, notice__status=Status.SENT)
    return Receipt.objects.filter(mine | again | passing | reach | leave)
