"""Named reads of the pages on which the issuing side follows a notice up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from fayol.channels.models import DeadAddress, Delivery
from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.notices.models import Clash, Edition, Engagement, Notice, NoticeFile, Receipt, Told
from fayol.notices.queries import tally_of
from fayol.notices.states import MET, Depth, Grip, Leave, Stage
from fayol.organisation.models import Person, Secretaryship, Unit
from fayol.organisation.queries import active_posts
from fayol.organisation.states import UnitKind

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


# ── reach ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Branch:
    """How far a notice got in one unit with all below it, or (`own`) among those right in the unit that is shown.

    `asked_at` is when the first of them was asked; `median` seconds by the clock from then to the confirming of the
    middle one of those who have. `units` how many units below took part, itself included.
    """

    unit_id: int
    name: str
    own: bool
    units: int
    people: int
    confirmed: int
    met: int
    by_others: int
    read: int
    unreached: int
    asked_at: datetime
    median: float | None

    @property
    def unread(self) -> int:
        return self.people - self.confirmed - self.by_others - self.read - self.unreached


_COUNTS = """
       count(*), count(*) FILTER (WHERE r.stage = 'confirmed'), count(*) FILTER (WHERE r.stage = ANY(%(met)s)),
       count(*) FILTER (WHERE r.stage IN ('proxied', 'reported', 'told')),
       count(*) FILTER (WHERE r.stage IN ('read', 'understood')),
       count(*) FILTER (WHERE r.stage IN ('waiting', 'handed', 'failed')), min(r.asked_at),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.confirmed_at - r.asked_at)::float8)
           FILTER (WHERE r.confirmed_at IS NOT NULL)
"""
_BRANCHES = f"""
WITH branch AS MATERIALIZED (
    SELECT u.id, coalesce(c.id, u.id) AS top, c.id IS NULL AS own
      FROM organisation_unit u
      LEFT JOIN organisation_unit c ON c.parent_id = %(unit)s AND starts_with(u.path, c.path)
     WHERE u.id = %(unit)s OR c.id IS NOT NULL)
SELECT b.top, t.short_name, t.official_name, b.own, count(DISTINCT b.id), {_COUNTS}
  FROM notices_receipt r JOIN branch b ON b.id = r.unit_id JOIN organisation_unit t ON t.id = b.top
 WHERE r.notice_id = %(notice)s
 GROUP BY b.top, b.own, t.short_name, t.official_name, t."order" ORDER BY b.own DESC, t."order", b.top
"""  # noqa: S608  constants of this module
_TOPS = f"""
WITH branch AS MATERIALIZED (
    SELECT u.id, c.id AS top FROM organisation_unit u JOIN organisation_unit c
        ON c.parent_id IS NULL AND starts_with(u.path, c.path))
SELECT b.top, t.short_name, t.official_name, false, count(DISTINCT b.id), {_COUNTS}
  FROM notices_receipt r JOIN branch b ON b.id = r.unit_id JOIN organisation_unit t ON t.id = b.top
 WHERE r.notice_id = %(notice)s
 GROUP BY b.top, t.short_name, t.official_name, t."order" ORDER BY t."order", b.top
"""  # noqa: S608  constants of this module
_LEVELS = f"""
SELECT array_length(string_to_array(u.path, '.'), 1) - 1, '', '', false, count(DISTINCT u.id), {_COUNTS}
  FROM notices_receipt r JOIN organisation_unit u ON u.id = r.unit_id
 WHERE r.notice_id = %(notice)s GROUP BY 1 ORDER BY 1
"""  # noqa: S608  constants of this module


def branches_of(notice: Notice, unit: Unit | None) -> list[Branch]:
    """政令传达图 below one unit, or from the top: a row for each unit right below it."""
    return _reach(_BRANCHES if unit else _TOPS, notice, unit.pk if unit else None)


def levels_of(notice: Notice) -> list[Branch]:
    """The same by the level of the tree; `unit_id` is the level, 1 at the top."""
    return _reach(_LEVELS, notice, None)


def _reach(sql: str, notice: Notice, unit: int | None) -> list[Branch]:
    given: dict[str, Any] = {"met": sorted(MET[Depth(notice.depth)]), "notice": notice.pk, "unit": unit}
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [
            Branch(top, short or official, own, units, *rest)
            for top, short, official, own, units, *rest in cursor.fetchall()
        ]


def unit_in(pk: int) -> Unit | None:
    return Unit.objects.filter(pk=pk).first()


def above(unit: Unit) -> list[Unit]:
    """The units over it, from the top down; its keys stand in its path."""
    keys = [int(part) for part in unit.path.split(".") if part][:-1]
    rows = Unit.objects.in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


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


def open_clashes(rows: QuerySet[Clash], *, most: int = 50) -> list[Clash]:
    return list(rows.filter(over_at__isnull=True).order_by("first__starts_at", "id")[:most])


def settled_clashes(rows: QuerySet[Clash], now: datetime, *, most: int = 20) -> list[Clash]:
    """Those that were over in the last thirty days, the latest first."""
    return list(rows.filter(over_at__gt=now - timedelta(days=30)).order_by("-over_at", "-id")[:most])
