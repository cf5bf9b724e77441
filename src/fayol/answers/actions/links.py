"""Links that answer without signing in: given out, used, ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from fayol.answers.access import can_revoke
from fayol.answers.actions.giving import Source, give
from fayol.answers.models import GivenAnswer, LinkWish, SignedLink
from fayol.answers.policy import is_open
from fayol.answers.registry import answers_for, subject_behind
from fayol.answers.states import Ended
from fayol.answers.tokens import hash_of, link_token
from fayol.channels.models import Delivery
from fayol.facts.journal import record, record_many
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.access import require
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.models import Person


@transaction.atomic
def link_of_delivery(delivery: Delivery, person: Person, *, make: bool, now: datetime) -> SignedLink | None:
    """The link that goes with a message; made at most once. None when there is nothing for the person to answer."""
    known = SignedLink.objects.filter(delivery=delivery).first()
    about = subject_behind(delivery.subject_type, delivery.subject_id, delivery.link)
    if known or about is None or not make:
        return known
    keys = _keys(person, about, now)
    sender = Person.objects.filter(pk=delivery.fact.actor_id or 0).first()
    return _made(delivery, person, about, keys, Actor(sender), now, by=SYSTEM) if keys else None


@transaction.atomic
def link_on_paper(delivery: Delivery, person: Person, *, by: Actor, now: datetime) -> SignedLink | None:
    """The link to be printed for somebody: the one printed before while it still answers, else a new one.
    None when there is nothing for the person to answer."""
    about = (delivery.subject_type, delivery.subject_id)
    keys = _keys(person, about, now)
    if not keys:
        return None
    mine = SignedLink.objects.filter(person=person, subject_type=about[0], subject_id=about[1])
    printed = mine.filter(Q(delivery=delivery) | Q(delivery__isnull=True)).select_for_update(of=("self",))
    last = printed.order_by("-id").first()
    if last and last.completed_at is None and last.ended_at is None and last.expires_at > now:
        return last
    return _made(None if last else delivery, person, about, keys, by, now, by=by)


def _keys(person: Person, about: tuple[str, int], now: datetime) -> list[str]:
    """All that can ever be answered about the subject; none when the person may answer nothing now."""
    registered = answers_for(about[0])
    subject = registered.subject(about[1]) if registered else None
    offered = registered.offered(person, about[1], now) if registered else []
    return [*subject.answers] if subject and not subject.closed and offered else []


def _made(
    delivery: Delivery | None, person: Person, about: tuple[str, int], keys: list[str], sender: Actor, now: datetime,
    *, by: Actor,
) -> SignedLink:  # fmt: skip
    """At most one for each delivery."""
    nonce = token_hex(16)
    values = {
        "person": person,
        "subject_type": about[0],
        "subject_id": about[1],
        "keys": keys,
        "nonce": nonce,
        "token_hash": hash_of(link_token(nonce)),
        "sent_by": sender.person,
        "made_at": now,
        "expires_at": now + timedelta(days=settings.LINK_DAYS),
    }
    if delivery is None:
        link, new = SignedLink.objects.create(**values), True
    else:
        link, new = SignedLink.objects.get_or_create(delivery=delivery, defaults=values)
    if new:
        record("signed_link", link.pk, "link.made", by=by, now=now, data={"person": person.pk, "subject": about})
    return link


@transaction.atomic
def answer_by_link(
    link: SignedLink, *, key: str, given: Mapping[str, Any], seen: int, expect: int, now: datetime
) -> GivenAnswer:
    """One answer, as the link's person. Stale when somebody answered by the same link since the page was read, or when
    the subject changed since. Refused when the link has ended or the answer is not open now."""
    row = SignedLink.objects.select_for_update(of=("self",)).select_related("person").get(pk=link.pk)
    if row.rounds != seen:
        raise Stale()
    open_now = is_open(now=now, expires_at=row.expires_at, ended_at=row.ended_at, active=row.person.active)
    registered = answers_for(row.subject_type)
    if not open_now or row.completed_at or registered is None:
        raise Refused("link_over", _("这个链接已经用过或已失效。"))
    offered = {one.key: one for one in registered.offered(row.person, row.subject_id, now)}
    if key not in offered or key not in row.keys:
        raise Refused("not_offered", _("这件事现在不能这样答复，请看最新情况。"))
    source = Source(link=row)
    about = (row.subject_type, row.subject_id)
    done = give(about, offered[key], given, source=source, by=Actor(row.person), now=now, expect=expect)
    row.rounds += 1
    row.completed_at = now if offered[key].final else None
    row.save(update_fields=["rounds", "completed_at"])
    return done


@transaction.atomic
def revoke(link: SignedLink, *, by: Actor, now: datetime) -> SignedLink:
    """By the office, by whoever sent it, or by its own person. Refused when it has ended already."""
    require(can_revoke(by.person, link), by)
    row = SignedLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if row.ended_at is not None:
        raise Refused("link_over", _("这个链接已经用过或已失效。"))
    row.ended_at, row.ended_why, row.ended_by = now, Ended.REVOKED, by.person
    row.save(update_fields=["ended_at", "ended_why", "ended_by"])
    record("signed_link", row.pk, "link.revoked", by=by, now=now)
    return row


def end_for_people(people: Collection[int], *, now: datetime) -> int:
    """Those of these people who have left take their links with them. Inside the caller's transaction."""
    gone = Person.objects.filter(pk__in=people, active=False).values("pk")
    return _end(SignedLink.objects.filter(person__in=gone), Ended.LEFT, now)


def end_for_subjects(subject_type: str, ids: Collection[int], *, now: datetime) -> int:
    """The subject is over: what was answered can still be read by its link, nothing can be answered."""
    rows = SignedLink.objects.filter(subject_type=subject_type, subject_id__in=ids, rounds=0)
    SignedLink.objects.filter(
        subject_type=subject_type, subject_id__in=ids, rounds__gt=0, completed_at__isnull=True
    ).update(completed_at=now)
    return _end(rows, Ended.CLOSED, now)


def _end(rows: QuerySet[SignedLink], why: Ended, now: datetime) -> int:
    keys = list(rows.filter(ended_at__isnull=True).select_for_update(of=("self",)).values_list("pk", flat=True))
    SignedLink.objects.filter(pk__in=keys).update(ended_at=now, ended_why=why)
    record_many("signed_link", [(pk, "link.ended", {"why": why.value}) for pk in keys], by=SYSTEM, now=now)
    return len(keys)


@transaction.atomic
def wish_links(person: Person, *, on: bool, by: Actor, now: datetime) -> None:
    """One's own wish to find links in letters though one has an account."""
    require(by.person_id == person.pk, by)
    if on:
        _row, changed = LinkWish.objects.get_or_create(person=person, defaults={"since": now})
    else:
        changed = bool(LinkWish.objects.filter(person=person).delete()[0])
    if changed:
        record("preference", person.pk, "preference.links", by=by, now=now, data={"on": on})
