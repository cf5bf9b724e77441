"""Named reads of the pages on which a notice is printed: who needs it on paper, and by which link each answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from fayol.answers.models import SignedLink
from fayol.channels.models import Delivery
from fayol.channels.paper import PAPER
from fayol.channels.states import WAITING
from fayol.channels.states import Status as Sent
from fayol.notices.models import Notice, Receipt
from fayol.notices.queries import SHOWN_WITH
from fayol.notices.queries_page import latest_telling
from fayol.notices.states import UNREACHED, Stage, Status

NEEDED, NO_ACCOUNT, UNREACHED_ONES, EVERYBODY = "needed", "outside", "unreached", "all"
SHOWS = (NEEDED, NO_ACCOUNT, UNREACHED_ONES, EVERYBODY)


def _printed(notice: Notice) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(subject_type="notice", subject_id=notice.pk, person=OuterRef("person"))
    return rows.filter(channel=PAPER)


def needed(notice: Notice) -> QuerySet[Receipt]:
    """Those for whom paper waits, and those who hold a sheet that says something else than the notice says now: one
    that was corrected or withdrawn since, of which they have not heard by any other way."""
    mine, latest = _printed(notice), latest_telling(notice).pk
    waits = Exists(mine.filter(status__in=WAITING))
    sheet = Exists(mine.filter(status=Sent.SENT, fact__lt=latest))
    told = Delivery.objects.filter(fact=latest, person=OuterRef("person"), status=Sent.SENT)
    heard = Exists(told.exclude(channel="inbox")) | Q(on_system_at__isnull=False)
    stale = sheet & ~heard
    wanted = stale if notice.status == Status.WITHDRAWN else waits | stale
    return notice.receipts.filter(wanted)


def printable(notice: Notice, show: str, text: str = "") -> QuerySet[Receipt]:
    """By the manual order; `show` is one of SHOWS."""
    rows = notice.receipts.all()
    if show == NEEDED:
        rows = needed(notice)
    elif show == NO_ACCOUNT:
        rows = rows.exclude(person__account__is_active=True)
    elif show == UNREACHED_ONES:
        rows = rows.filter(stage__in=sorted(UNREACHED - {Stage.HANDED}))
    if text:
        rows = rows.filter(Q(person__name__icontains=text) | Q(unit__official_name__icontains=text))
    return rows.select_related(*SHOWN_WITH).order_by("place", "id")


def sheets(notice: Notice, receipts: Collection[int], *, most: int) -> list[Receipt]:
    """Those of these receipts, of all when none is named, for whom the notice has been printed."""
    rows = notice.receipts.filter(Exists(_printed(notice).filter(status=Sent.SENT)))
    rows = rows.filter(pk__in=receipts) if receipts else rows
    return list(rows.select_related("person__account", "unit").order_by("place", "id")[:most])


def last_prints(notice: Notice, people: Collection[int]) -> dict[int, Delivery]:
    """The latest sheet of each of these people, handed over or waiting."""
    rows = Delivery.objects.filter(subject_type="notice", subject_id=notice.pk, person__in=people, channel=PAPER)
    return {row.person_id: row for row in rows.exclude(status=Sent.DROPPED).order_by("id")}


def printed_links(notice: Notice, rows: Sequence[Receipt]) -> dict[int, SignedLink]:
    """The link that was printed last for each of these addressees, by person."""
    mine = SignedLink.objects.filter(
        Q(delivery__channel=PAPER) | Q(delivery__isnull=True), subject_type="notice", subject_id=notice.pk,
        person__in=[row.person_id for row in rows],
    )  # fmt: skip
    return {link.person_id: link for link in mine.order_by("id")}
