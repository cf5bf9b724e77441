"""Named reads of the pages on which the issuing side follows a notice up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Q, QuerySet
from django.db.models.functions import Coalesce, Least

from fayol.channels.models import DeadAddress, Delivery
from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.notices.models import Clash, Edition, Engagement, Notice, NoticeFile, Receipt, Told
from fayol.notices.queries import tally_of
from fayol.notices.states import Grip, Leave, Stage
from fayol.organisation.models import Person, Secretaryship
from fayol.organisation.prepared import prepared
from fayol.organisation.queries import active_posts
from fayol.organisation.states import PostRole, UnitKind

# ── receipts ───────────────────────────────────────────────────────────────


def carried(notice: Notice, people: Collection[int]) -> dict[int, list[Delivery]]:
    """By what way the notice itself came to each of these people, oldest first; reminders left out."""
    found: dict[int, list[Delivery]] = {person: [] for person in people}
    rows = Delivery.objects.filter(subject_type="notice", subject_id=notice.pk, person__in=found, chase=False)
    for row in rows.select_related("bundle").order_by("id"):
        found[row.person_id].append(row)
    return found


def last_calls(receipts: Collection[int]) -> dict[int, Told]:
    rows = Told.objects.filter(receipt__in=receipts).select_related("by").order_by("receipt", "-id")
    return {row.receipt_id: row for row in rows.distinct("receipt")}


def relays_of(people: Collection[int]) -> dict[int, list[Person]]:
    """Through whom each of these leaders is reached, in order."""
    rows = Secretaryship.objects.filter(leader__in=set(people), secretary__active=True).select_related("secretary")
    found: dict[int, list[Person]] = {}
    for row in rows.order_by("order", "id"):
        found.setdefault(row.leader_id, []).append(row.secretary)
    return found


def leaves_of(notice: Notice, *, most: int = 20) -> list[Receipt]:
    """Leaves and substitutes of those who must attend that still wait for an answer."""
    rows = notice.receipts.filter(leave=Leave.ASKED).select_related("person", "unit", "substitute")
    return list(rows.order_by("place", "id")[:most])


# ── proof ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Evidence:
    """All that is known of how a notice came to one addressee."""

    receipt: Receipt
    notice_facts: list[Fact]
    facts: list[Fact]
    tries: list[Delivery]
    dead: list[DeadAddress]
    calls: list[Told]
    editions: list[Edition]
    files: list[NoticeFile]


def evidence_of(receipt: Receipt) -> Evidence:
    notice = receipt.notice
    about = Q(subject_type="notice", subject_id=notice.pk) | Q(subject_type="receipt", subject_id=receipt.pk)
    tries = Delivery.objects.filter(about, person=receipt.person_id).select_related("bundle")
    return Evidence(
        receipt=receipt,
        notice_facts=history_of("notice", notice.pk),
        facts=history_of("receipt", receipt.pk),
        tries=list(tries.order_by("id")),
        dead=list(DeadAddress.objects.filter(person=receipt.person_id).order_by("since")),
        calls=list(receipt.calls.select_related("by").order_by("id")),
        editions=list(notice.editions.select_related("by").order_by("n")),
        files=files_of(notice),
    )


@dataclass(frozen=True)
class Roll:
    """What is known of a notice and of so many of its addressees."""

    notice: Notice
    rows: Sequence[Receipt]
    hashes: Mapping[int, str]
    facts: list[Fact]
    files: list[NoticeFile]
    editions: list[Edition]
    tally: Mapping[Stage, int]


def roll_of(notice: Notice, rows: Sequence[Receipt]) -> Roll:
    return Roll(
        notice, rows, last_hashes(rows), history_of("notice", notice.pk), files_of(notice),
        list(notice.editions.select_related("by").order_by("n")), tally_of(notice),
    )  # fmt: skip


def files_of(notice: Notice) -> list[NoticeFile]:
    return list(notice.files.filter(receipt__isnull=True).select_related("file").order_by("id"))


def last_hashes(receipts: Sequence[Receipt]) -> dict[int, str]:
    """The hash at the end of the chain of each; those without a fact of their own have none."""
    rows = Fact.objects.filter(subject_type="receipt", subject_id__in=[row.pk for row in receipts])
    return dict(rows.order_by("subject_id", "-seq").distinct("subject_id").values_list("subject_id", "hash"))


# ── days and clashes ───────────────────────────────────────────────────────


def leaders() -> list[Person]:
    """Those whose days are kept: who is in the leaders' row, or has somebody who takes papers in for him."""
    held = active_posts().filter(unit__kind=UnitKind.LEADERS, unit__active=True).values("person")
    served = Secretaryship.objects.values("leader")
    rows = Person.objects.filter(Q(pk__in=held) | Q(pk__in=served), active=True)
    return list(rows.order_by("order", "id"))


def engagements_between(people: Collection[int], start: datetime, end: datetime) -> list[Engagement]:
    rows = Engagement.objects.filter(person__in=people, starts_at__lt=end, ends_at__gt=start)
    rows = rows.exclude(grip=Grip.RELEASED).select_related("organiser", "receipt__notice")
    return list(rows.order_by("starts_at", "id"))


def clashing(rows: Collection[Engagement]) -> dict[int, int]:
    """Which of these engagements is in an open clash: engagement → clash."""
    ids = [row.pk for row in rows]
    found = Clash.objects.filter(Q(first__in=ids) | Q(second__in=ids), over_at__isnull=True)
    return {side: pk for pk, *sides in found.values_list("pk", "first", "second") for side in sides}


def clashes_on(rows: QuerySet[Clash], receipts: Collection[int]) -> dict[int, Clash]:
    """Open clashes among `rows` in which the time held by one of these receipts takes part: receipt → clash."""
    ids = set(receipts)
    found = rows.filter(Q(first__receipt__in=ids) | Q(second__receipt__in=ids), over_at__isnull=True).order_by("-id")
    sides = [(side.receipt_id, one) for one in found for side in (one.first, one.second)]
    return {receipt: one for receipt, one in sides if receipt is not None and receipt in ids}


def clashes_in(rows: QuerySet[Clash], notice: Notice, *, most: int = 20) -> dict[int, Clash]:
    """The same for a whole notice, the first ones only."""
    mine = Q(first__receipt__notice=notice) | Q(second__receipt__notice=notice)
    found = rows.filter(mine, over_at__isnull=True).order_by("id")[:most]
    sides = [(side.receipt, one) for one in found for side in (one.first, one.second)]
    return {receipt.pk: one for receipt, one in sides if receipt and receipt.notice_id == notice.pk}


def open_clashes(rows: QuerySet[Clash], now: datetime, *, most: int = 50) -> list[Clash]:
    return list(rows.filter(_ahead(now)).order_by("first__starts_at", "id")[:most])


def _ahead(now: datetime) -> Q:
    return Q(over_at__isnull=True, first__ends_at__gt=now, second__ends_at__gt=now)


@prepared
def clashes_for(person: int, now: datetime) -> QuerySet[Clash]:
    """Clashes ahead that wait for this person: as organiser of one side or as who serves the one whose day it is, to be
    settled between them; once they could not, as the office's head."""
    served = Secretaryship.objects.filter(secretary=person).values("leader")
    heads = active_posts().filter(person=person, unit__is_office=True, role=PostRole.HEAD)
    own = Q(organiser=person) | Q(receipt__notice__author=person) | Q(person__in=served)
    held = Engagement.objects.filter(own).values("pk")
    mine = Q(asked_at__isnull=True) & (Q(first__in=held) | Q(second__in=held))
    asked = Q(asked_at__isnull=False) & Exists(heads)
    return Clash.objects.filter(mine | asked, _ahead(now))


def settled_clashes(rows: QuerySet[Clash], now: datetime, *, most: int = 20) -> list[Clash]:
    """Those that were over in the last thirty days, settled or by the time having passed, the latest first."""
    since = now - timedelta(days=30)
    past = Q(over_at__isnull=True, first__ends_at__gt=since, second__ends_at__gt=since) & ~_ahead(now)
    ended = Coalesce("over_at", Least("first__ends_at", "second__ends_at"))
    return list(rows.filter(Q(over_at__gt=since) | past).order_by(ended.desc(), "-id")[:most])
