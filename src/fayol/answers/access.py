"""Who may see and revoke links, and who reads letters that came to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import Http404

from fayol.answers.models import IncomingLetter, SignedLink
from fayol.answers.policy import is_open
from fayol.answers.queries import link_with
from fayol.answers.registry import page_of
from fayol.channels.models import Delivery
from fayol.channels.registry import readable
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator


def can_revoke(person: Person | None, link: SignedLink) -> bool:
    return person is not None and (
        is_coordinator(person) or link.sent_by_id == person.pk or link.person_id == person.pk
    )


def link_for(person: Person, pk: int) -> SignedLink:
    """404 when absent, or neither the office's, nor sent by the person, nor to the person."""
    link = SignedLink.objects.select_related("person").filter(pk=pk).first()
    if link is None or not can_revoke(person, link):
        raise Http404
    return link


def open_link(token: str, *, viewer: Person | None, now: datetime) -> SignedLink | None:
    """The link, if it may be looked at: not run out, not ended, its person still there, and nobody else signed in."""
    link = link_with(token)
    if link is None or (viewer is not None and viewer.pk != link.person_id):
        return None
    ok = is_open(now=now, expires_at=link.expires_at, ended_at=link.ended_at, active=link.person.active)
    return link if ok else None


def can_read_letters(person: Person | None) -> bool:
    """Strangers write there, and people about their work: the office alone."""
    return is_coordinator(person)


def require_reader(person: Person | None) -> None:
    if not can_read_letters(person):
        raise Http404


def legible_links(person: Person, rows: Sequence[SignedLink], now: datetime) -> set[int]:
    """Keys of the links whose subject the person may see; revoking needs no more than knowing that there is one."""
    pages = {row.pk: page_of(row.subject_type, row.subject_id) for row in rows}
    seen = readable(person, set(pages.values()), now)
    return {pk for pk, page in pages.items() if page in seen}


def legible_letters(person: Person, rows: Sequence[IncomingLetter], now: datetime) -> set[int]:
    """Keys of the letters whose words the person may read: those that answer nothing of ours, and those that answer a
    letter about something the person may see."""
    about: dict[int, set[str]] = {row.bundle_id: set() for row in rows if row.bundle_id}
    for bundle_id, link in Delivery.objects.filter(bundle__in=about).values_list("bundle", "link"):
        about[bundle_id or 0].add(link)
    seen = readable(person, set().union(*about.values()), now)
    return {row.pk for row in rows if row.bundle_id is None or about[row.bundle_id] & seen}


def letter_for(person: Person, pk: int) -> IncomingLetter:
    require_reader(person)
    row = IncomingLetter.objects.select_related("person", "bundle", "looked_by").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row
