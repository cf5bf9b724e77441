"""What the page of one notice reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from fayol.facts.models import Fact
from fayol.notices.models import Edition, Notice, NoticeFile, Receipt, Told
from fayol.notices.queries import SHOWN_WITH
from fayol.organisation.models import Person
from fayol.organisation.queries import leaders_served_by, principals_of


def served(person: Person, now: datetime) -> tuple[set[int], set[int]]:
    """Whose papers the person takes in, and with whose authority he acts."""
    return {one.pk for one in leaders_served_by(person)}, {one.pk for one in principals_of(person, now)}


def desk_of(person: Person, notice: Notice, now: datetime) -> list[Receipt]:
    """The receipts with which the reader has to do: the own first, then those of whom he serves or stands in for."""
    serves, acts = served(person, now)
    mine = Q(person=person) | Q(person__in=serves | acts) | Q(substitute=person)
    rows = list(notice.receipts.filter(mine).select_related(*SHOWN_WITH).order_by("place", "id"))
    for row in rows:
        row.notice = notice
    return sorted(rows, key=lambda row: row.person_id != person.pk)


def files_of(notice: Notice) -> list[NoticeFile]:
    return list(notice.files.filter(receipt__isnull=True).select_related("file").order_by("pk"))


def files_by_receipt(rows: Sequence[Receipt]) -> dict[int, list[NoticeFile]]:
    found: dict[int, list[NoticeFile]] = {}
    for file in NoticeFile.objects.filter(receipt__in=rows).select_related("file").order_by("pk"):
        found.setdefault(file.receipt_id or 0, []).append(file)
    return found


def checks_of(rows: Sequence[Receipt]) -> dict[int, list[Told]]:
    """Calls that the addressees have not yet said anything about."""
    found: dict[int, list[Told]] = {}
    calls = Told.objects.filter(receipt__in=rows, reached=True, agreed__isnull=True).select_related("by")
    for told in calls.order_by("pk"):
        found.setdefault(told.receipt_id, []).append(told)
    return found


def editions_of(notice: Notice) -> list[Edition]:
    return list(notice.editions.select_related("by").order_by("-n")) if notice.edition > 1 else []


def withdrawal_of(notice: Notice) -> Fact | None:
    facts = Fact.objects.filter(subject_type="notice", subject_id=notice.pk, verb="notice.withdrawn")
    return facts.order_by("-seq").first()


TELLING = ("notice.sent", "notice.corrected", "notice.joined", "notice.withdrawn")


def latest_telling(notice: Notice) -> Fact:
    """The latest fact of which everybody, or everybody whom it added, was told."""
    told = Fact.objects.filter(subject_type="notice", subject_id=notice.pk, verb__in=TELLING)
    return told.order_by("-seq")[:1].get()
