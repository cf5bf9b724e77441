"""The times of the ledger in words: who had it how long, for a line, for a unit, for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as t

from fayol.commitments.models import Commitment
from fayol.commitments.queries.times import BUCKETS, Spent, Sums, spent_on
from fayol.commitments.states import BUCKET_WORDS, Bucket
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.calendar import work_calendar

_WAITING = (Bucket.WAITING_OTHER, Bucket.WAITING_LEADER, Bucket.WAITING_OFFICE)
_SHORT: Mapping[str, str] = {
    Bucket.UNSIGNED: _("未签收%(days)s天"),
    Bucket.WORKING: _("办理%(days)s天"),
}
LEAST = timedelta(hours=1)


def days_of(amount: timedelta) -> float:
    """Working days, to a tenth."""
    return round(amount / work_calendar().day_length, 1)


def _written(amount: timedelta) -> str:
    return f"{days_of(amount):g}" if amount else ""


def _cell(amount: timedelta) -> str:
    """In a column the points stand below each other."""
    return f"{days_of(amount):.1f}" if amount else ""


def line_words(spent: Spent) -> str:
    """未签收0.5天，办理3天，等待1天; what is under an hour is left out."""
    waited = sum((spent.get(bucket, timedelta()) for bucket in _WAITING), timedelta())
    parts = [
        t(words) % {"days": _written(spent[b])} for b, words in _SHORT.items() if spent.get(b, timedelta()) > LEAST
    ]
    if waited > LEAST:
        parts.append(t("等待%(days)s天") % {"days": _written(waited)})
    return "，".join(parts)


def lines_of(rows: Sequence[Commitment], now: datetime) -> dict[int, str]:
    return {pk: line_words(spent) for pk, spent in spent_on([row.pk for row in rows], now).items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of sums: `cells` by kind, each with its head, in working days."""

    name: str
    url: str
    count: int
    cells: list[tuple[str, str]]
    total: str


@dataclass(frozen=True, slots=True)
class Table:
    heads: list[str]
    lines: list[Line]
    total: Line
    more: bool


def table_of(sums: Sums, query_of: Mapping[int, str]) -> Table:
    """`query_of`: the address in the ledger for each unit's promises."""
    heads = [t(words) for words in BUCKET_WORDS.values()]
    lines = [
        Line(
            share.unit.name,
            query_of.get(share.unit.pk, ""),
            share.count,
            [(head, _cell(share.spent.get(one, timedelta()))) for head, one in zip(heads, BUCKETS, strict=True)],
            _cell(sum(share.spent.values(), timedelta())),
        )
        for share in sums.shares
    ]
    totals = [sums.total(bucket) for bucket in BUCKETS]
    cells = [(head, _cell(one)) for head, one in zip(heads, totals, strict=True)]
    total = Line(t("合计"), "", sums.count, cells, _cell(sum(totals, timedelta())))
    return Table(heads, lines, total, sums.more)
