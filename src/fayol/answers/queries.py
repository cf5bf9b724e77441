"""Named reads: links, answers, letters."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from fayol.answers.models import GivenAnswer, IncomingLetter, LinkWish, Mailbox, SignedLink
from fayol.answers.states import WANTS_A_LOOK, Outcome
from fayol.answers.tokens import hash_of
from fayol.organisation.models import Person
from fayol.organisation.prepared import prepared

MANY = 99
_WANTED = sorted(WANTS_A_LOOK)


def link_with(token: str) -> SignedLink | None:
    return SignedLink.objects.select_related("person__account").filter(token_hash=hash_of(token)).first()


def answers_by(link: SignedLink) -> list[GivenAnswer]:
    return list(link.answers.order_by("id"))


def links_about(subject_type: str, subject_id: int) -> QuerySet[SignedLink]:
    rows = SignedLink.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return rows.select_related("person", "sent_by").order_by("-id")


def answers_about(subject_type: str, subject_id: int) -> QuerySet[GivenAnswer]:
    rows = GivenAnswer.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return rows.select_related("person").order_by("-id")


def links(*, sent_by: Person | None, open_at: datetime | None) -> QuerySet[SignedLink]:
    """Newest first: those of everybody or of one sender, all or those that still answer at an instant."""
    rows = SignedLink.objects.select_related("person", "sent_by", "ended_by", "delivery")
    if sent_by is not None:
        rows = rows.filter(sent_by=sent_by)
    if open_at is not None:
        rows = rows.filter(ended_at__isnull=True, completed_at__isnull=True, expires_at__gt=open_at)
    return rows.order_by("-id")


def letters(show: str) -> QuerySet[IncomingLetter]:
    """Newest first; `show` is an outcome, "all", or else what nobody has looked at yet."""
    rows = IncomingLetter.objects.select_related("person", "looked_by").defer("raw")
    if show == "all":
        return rows.order_by("-id")
    if show in set(Outcome):
        return rows.filter(outcome=show).order_by("-id")
    return rows.filter(outcome__in=_WANTED, looked_at__isnull=True).order_by("-id")


@prepared
def to_look_at() -> QuerySet[IncomingLetter]:
    """Those that wait for the office, at most MANY + 1."""
    return letters("").order_by().select_related(None).only("pk")[: MANY + 1]


def wants_links(person: Person) -> bool:
    """Whoever cannot sign in, and whoever asked for it."""
    without = person.account is None or not person.account.is_active
    return without or LinkWish.objects.filter(person=person).exists()


def told_lately(person: Person, now: datetime) -> int:
    """How many letters of the last day came to nothing, and were therefore answered."""
    day = Q(came_at__gt=now - timedelta(days=1), came_at__lte=now)
    return IncomingLetter.objects.filter(day, person=person, outcome=Outcome.NOT_DONE).count()


def mailboxes() -> list[Mailbox]:
    return list(Mailbox.objects.order_by("name"))
