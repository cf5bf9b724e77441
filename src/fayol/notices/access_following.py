"""Who follows a notice up, who sees the proof of a receipt, a clash, somebody's day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from fayol.notices.access import issued_by, issued_for, overseen_by, principals_of
from fayol.notices.models import Clash, Engagement, Notice, Receipt
from fayol.notices.states import Status
from fayol.organisation.models import Person, Secretaryship
from fayol.organisation.queries import active_delegations, is_coordinator


def followed_for(person: Person, pk: int, now: datetime) -> Notice:
    """A notice that is out, to its issuing side; else 404."""
    notice = issued_for(person, pk, now)
    if notice.status == Status.DRAFT:
        raise Http404
    return notice


def watched_for(person: Person, pk: int, now: datetime) -> Notice:
    """A notice that is out, to its issuing side and to the leader who answers for the issuing unit; else 404."""
    rows = Notice.objects.exclude(status=Status.DRAFT).select_related("unit", "author", "duty")
    return get_object_or_404(rows.filter(issued_by(person, now) | overseen_by(person)), pk=pk)


def receipt_in(notice: Notice, pk: int) -> Receipt:
    """A receipt of a notice that the viewer follows; 404 when it is of another."""
    return get_object_or_404(notice.receipts.select_related("notice", "person", "unit"), pk=pk)


def proven_for(person: Person, notice_pk: int, pk: int, now: datetime) -> Receipt:
    """A receipt as evidence: to whoever watches the notice, to the addressee and to whoever serves him; else 404."""
    rows = Receipt.objects.filter(notice=notice_pk).exclude(notice__status=Status.DRAFT)
    rows = rows.select_related(
        "notice__unit", "notice__author", "person", "unit", "proxied_by", "confirmed_by", "reply_by", "substitute"
    )
    watched = Notice.objects.filter(issued_by(person, now) | overseen_by(person))
    return get_object_or_404(rows.filter(principals_of(person, now) | Q(notice__in=watched.values("pk"))), pk=pk)


# ── clashes ────────────────────────────────────────────────────────────────


def served_by(person: Person, now: datetime) -> Q:
    """The person and those whose day the person keeps: a condition on an engagement's person."""
    served = Secretaryship.objects.filter(secretary=person).values("leader")
    given = active_delegations(now).filter(deputy=person).values("principal")
    return Q(person=person) | Q(person__in=served) | Q(person__in=given)


def clashes_visible_to(person: Person, now: datetime) -> QuerySet[Clash]:
    """To both organisers, to whose day it is and who keeps it, to who watches a notice that takes part, and to
    coordinators."""
    rows = Clash.objects.select_related(
        "first__person", "first__organiser", "first__receipt__notice", "second__organiser", "second__receipt__notice",
        "kept", "decided_by",
    )  # fmt: skip
    if is_coordinator(person):
        return rows
    watched = Notice.objects.filter(Q(author=person) | overseen_by(person)).values("pk")
    kept = Engagement.objects.filter(
        served_by(person, now) | Q(organiser=person) | Q(receipt__notice__in=watched)
    ).values("pk")
    return rows.filter(Q(first__in=kept) | Q(second__in=kept))


def clash_for(person: Person, pk: int, now: datetime) -> Clash:
    return get_object_or_404(clashes_visible_to(person, now), pk=pk)


# ── days ───────────────────────────────────────────────────────────────────


def kept_by(person: Person, people: Collection[Person], now: datetime) -> set[int]:
    """Those of these people whose day this person sees in full and keeps; a coordinator keeps every one's."""
    ids = {one.pk for one in people}
    if is_coordinator(person):
        return ids
    served = Secretaryship.objects.filter(secretary=person, leader__in=ids).values_list("leader_id", flat=True)
    given = active_delegations(now).filter(deputy=person, principal__in=ids).values_list("principal_id", flat=True)
    return ids & {person.pk, *served, *given}


def own_time_for(person: Person, pk: int, now: datetime) -> Engagement:
    """A piece of a day to whoever keeps that day; else 404."""
    row = get_object_or_404(Engagement.objects.select_related("person"), pk=pk)
    if not kept_by(person, [row.person], now):
        raise Http404
    return row
