"""Named reads: how far a notice got, who is still open, what waits for somebody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from fayol.notices.models import Notice, Receipt, Tally
from fayol.notices.states import MET, UNREACHED, Depth, Form, Stage, Status
from fayol.organisation.models import Person
from fayol.organisation.queries import find_units

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


def to_phone(notice: Notice) -> QuerySet[Receipt]:
    """Those with whom something is left to be said: who has not done it, and who has not said again that he comes."""
    return notice.receipts.filter(~met_condition(notice) | Q(recheck__gt=0))


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
    rows = to_phone(notice).select_related(*SHOWN_WITH)
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
