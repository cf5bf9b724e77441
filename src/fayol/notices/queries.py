"""Named reads: how far a notice got, who is still open, what waits for somebody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from fayol.notices.models import Clash, Engagement, Notice, Receipt, Tally, Told
from fayol.notices.states import MET, UNREACHED, Depth, Form, Grip, Leave, Stage, Status
from fayol.organisation.models import Person, Secretaryship
from fayol.organisation.queries import active_delegations, find_units

TO_PASS_ON = sorted([*UNREACHED, Stage.ON_SYSTEM, Stage.PROXIED])
"""Stages at which the addressee himself knows nothing yet, and nobody has said that he told him."""
MOST_CALLED = 200
"""So many people of a name are looked for."""
MOST_ADDRESSED, MOST_MUST = 2000, 200
SHOWN_WITH = ("person", "unit", "proxied_by", "confirmed_by", "reply_by", "substitute")


def met_condition(notice: Notice) -> Q:
    """Receipts of this notice at which nothing more is asked (`policy.is_met`, as a condition)."""
    if notice.form != Form.CONFIRM:
        return Q(stage=Stage.CONFIRMED) & ~Q(reply="")
    return Q(stage__in=sorted(MET[Depth(notice.depth)]))


def unmet(notice: Notice) -> QuerySet[Receipt]:
    return notice.receipts.exclude(met_condition(notice))


def tally_of(notice: Notice) -> dict[Stage, int]:
    """How many stand where; a handful of rows however many are addressed."""
    rows = Tally.objects.filter(notice=notice).values_list("stage").annotate(n=Sum("n"))
    return {Stage(stage): n for stage, n in rows if n}


def tallies_of(notices: Collection[Notice]) -> dict[int, dict[Stage, int]]:
    """`tally_of` for the rows of a list; one query."""
    found: dict[int, dict[Stage, int]] = {notice.pk: {} for notice in notices}
    rows = Tally.objects.filter(notice__in=found).values_list("notice", "stage").annotate(n=Sum("n"))
    for notice, stage, n in rows:
        if n:
            found[notice][Stage(stage)] = n
    return found


def musts_of(notice: Notice, tally: Mapping[Stage, int]) -> tuple[int, int]:
    """Of those who must attend: how many have confirmed themselves (a deputy's word is not that), and how many there
    are. Nothing is said of a notice to thousands, or of more who must than anybody calls by name."""
    if sum(tally.values()) > MOST_ADDRESSED:
        return 0, 0
    rows = notice.receipts.filter(must=True).values_list("person", "confirmed_by")[: MOST_MUST + 1]
    found = list(rows)
    return (sum(one == by for one, by in found), len(found)) if len(found) <= MOST_MUST else (0, 0)


@dataclass(frozen=True)
class Sieve:
    """What the receipt matrix shows: stages, a part of the name or the unit, those who must attend, those to phone."""

    stages: frozenset[Stage] = frozenset()
    text: str = ""
    unit_path: str = ""
    open_only: bool = False
    calls: bool = False


def matrix(notice: Notice, sieve: Sieve) -> QuerySet[Receipt]:
    """The receipts in the manual order of units and posts, for keyset pages along (place, id)."""
    rows = notice.receipts.select_related(*SHOWN_WITH)
    if sieve.open_only:
        rows = rows.exclude(met_condition(notice))
    if sieve.stages:
        rows = rows.filter(stage__in=sorted(sieve.stages))
    if sieve.calls:
        rows = rows.filter(Q(call_since__isnull=False) | Q(duty_since__isnull=False))
    if sieve.unit_path:
        rows = rows.filter(unit__path__startswith=sieve.unit_path)
    if sieve.text:
        rows = rows.filter(Q(person__in=_called(sieve.text)) | Q(unit__in=[u.pk for u in find_units(sieve.text)]))
    return rows.order_by("place", "id")


def _called(text: str) -> list[int]:
    """Found first: one condition over the names of people and units together would read all receipts."""
    named = Q(name__startswith=text) | Q(initials__startswith=text.lower())
    return list(Person.objects.filter(named).order_by().values_list("pk", flat=True)[:MOST_CALLED])


def calls_of(notice: Notice, *, most: int = 20) -> list[Receipt]:
    """电话催办单: whom to phone, those whom the officer on duty has to reach himself first, then in order.

    Three reads, each along an index of its own: one with OR would sort all that could not be delivered.
    """
    rows = unmet(notice).select_related(*SHOWN_WITH)
    found: dict[int, Receipt] = {}
    for some in (
        rows.filter(duty_since__isnull=False).order_by("duty_since", "place", "id"),
        rows.filter(call_since__isnull=False).order_by("-must", "place", "id"),
        rows.filter(stage=Stage.FAILED).order_by("place", "id"),
    ):
        if len(found) < most:
            found |= {row.pk: row for row in some[:most] if row.pk not in found}
    return list(found.values())[:most]


def still_open(now: datetime) -> Q:
    """Receipts at which something is still asked of the addressee, whatever the notice; none once the event is over."""
    met = Q(stage=Stage.CONFIRMED, reply__gt="")
    for depth, stages in MET.items():
        met |= Q(notice__form=Form.CONFIRM, notice__depth=depth, stage__in=sorted(stages))
    over = Q(notice__form=Form.ATTEND, notice__ends_at__lte=now)
    return Q(notice__status=Status.SENT) & ~met & ~over


def waiting_for(person: Person, now: datetime, *, most: int = 30) -> list[Receipt]:
    """Receipts that wait for this person to confirm or answer, the most pressing first."""
    rows = Receipt.objects.filter(still_open(now), person=person)
    return list(rows.select_related("notice", "notice__unit").order_by("notice__due_at", "-notice")[:most])


def to_pass_on(person: Person, now: datetime, *, most: int = 30) -> list[Receipt]:
    """Receipts of principals that this person has taken, or may take, and that the principal does not know of yet."""
    served = Secretaryship.objects.filter(secretary=person).values("leader")
    given = active_delegations(now).filter(deputy=person).values("principal")
    rows = Receipt.objects.filter(Q(person__in=served) | Q(person__in=given), notice__status=Status.SENT)
    rows = rows.filter(still_open(now), stage__in=TO_PASS_ON)
    return list(rows.select_related("notice", "person").order_by("notice__starts_at", "-notice")[:most])


def to_reach(person: Person, *, most: int = 30) -> list[Receipt]:
    """Addressees whom this person, as the officer on duty of a notice, has to reach directly."""
    mine = Q(notice__duty=person) | Q(notice__duty__isnull=True, notice__author=person)
    rows = Receipt.objects.filter(mine, notice__status=Status.SENT, duty_since__isnull=False)
    return list(rows.select_related("notice", "person").order_by("duty_since")[:most])


def leaves_asked(person: Person, *, most: int = 30) -> list[Receipt]:
    """Leaves of people who must attend that wait for this convenor."""
    mine = Q(notice__author=person) | Q(notice__duty=person)
    rows = Receipt.objects.filter(mine, leave=Leave.ASKED, notice__status=Status.SENT)
    return list(rows.select_related("notice", "person").order_by("pk")[:most])


def told_to_check(receipt: Receipt) -> list[Told]:
    """Calls and talks that the addressee has not yet said anything about."""
    return list(receipt.calls.filter(reached=True, agreed__isnull=True).select_related("by"))


def requests_this_week(unit_ids: Collection[int], *, now: datetime, but: Notice | None = None) -> dict[int, int]:
    """一次问清: how many notices that want an answer came to each of these units in the last seven days."""
    rows = Notice.objects.filter(status=Status.SENT, sent_at__gt=now - timedelta(days=7)).exclude(depth=Depth.DELIVERED)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    here = Receipt.objects.filter(notice__in=rows.values("pk"), unit__in=unit_ids)
    return dict(here.values_list("unit").annotate(n=Count("notice", distinct=True)))


def alike(notice: Notice, *, now: datetime, most: int = 3) -> list[Notice]:
    """Notices of the last seven days that ask some of the same people for the same fields."""
    keys = {one["label"] for one in notice.fields}
    if not keys:
        return []
    rows = Notice.objects.filter(form=Form.FIELDS, status=Status.SENT, sent_at__gt=now - timedelta(days=7))
    recent = rows.exclude(pk=notice.pk).select_related("unit").order_by("-sent_at")[:50]
    return [row for row in recent if keys & {one["label"] for one in row.fields}][:most]


# ── reach ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reach:
    """How far a notice got in one unit and what is below it. `median` in seconds by the clock, from being asked to
    confirming; None as long as nobody has confirmed."""

    unit_id: int | None
    people: int
    confirmed: int
    met: int
    proxied: int
    unreached: int
    median: float | None


_REACH = """
SELECT r.unit_id, count(*), count(*) FILTER (WHERE r.stage = 'confirmed'),
       count(*) FILTER (WHERE r.stage = ANY(%s)), count(*) FILTER (WHERE r.stage IN ('proxied', 'reported', 'told')),
       count(*) FILTER (WHERE r.stage IN ('waiting', 'handed', 'failed')),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.confirmed_at - r.asked_at))
           FILTER (WHERE r.confirmed_at IS NOT NULL)
  FROM notices_receipt r WHERE r.notice_id = %s GROUP BY r.unit_id
"""


def reach_of(notice: Notice) -> list[Reach]:
    """政令传达图, its rows: one for each unit that was addressed."""
    with connection.cursor() as cursor:
        cursor.execute(_REACH, [sorted(MET[Depth(notice.depth)]), notice.pk])
        return [Reach(*row) for row in cursor.fetchall()]


# ── days ───────────────────────────────────────────────────────────────────


def day_of(person: Person, start: datetime, end: datetime) -> list[Engagement]:
    rows = Engagement.objects.filter(person=person, starts_at__lt=end, ends_at__gt=start)
    return list(rows.exclude(grip=Grip.RELEASED).select_related("organiser", "receipt__notice").order_by("starts_at"))


def clashes_of(notice: Notice) -> list[Clash]:
    """Open clashes in which the days held by this notice take part."""
    held = Engagement.objects.filter(receipt__notice=notice)
    mine = Q(first__in=held.values("pk")) | Q(second__in=held.values("pk"))
    return list(
        Clash.objects.filter(mine, over_at__isnull=True)
        .select_related("first__person", "second__person", "first__organiser", "second__organiser")
        .order_by("pk")
    )
