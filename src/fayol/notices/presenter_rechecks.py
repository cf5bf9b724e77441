"""会前复核 in words: which rounds concern somebody who said that he comes, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as t

from fayol.kernel.text import gettext_noop as _
from fayol.notices import policy
from fayol.notices.actions._turn import calendar_of, seen
from fayol.notices.models import RECHECKED, Receipt
from fayol.notices.states import Again
from fayol.web.http import dates

_WORDS = {
    Again.AHEAD: _("%(day)s再问"),
    Again.WAITING: _("等本人复核"),
    Again.DONE: _("✓ %(at)s"),
    Again.MISSED: _("没有复核"),
}


@dataclass(frozen=True)
class Recheck:
    """One round in the list of receipts."""

    label: str
    words: str
    standing: Again

    @property
    def waits(self) -> bool:
        return self.standing is Again.WAITING


def rechecks_of(row: Receipt, now: datetime) -> Sequence[Recheck]:
    rounds = policy.rounds_of(seen(row), calendar_of(row), now) if row.must else []
    return [Recheck(_label(one), _words(one, row, now), one.standing) for one in rounds]


def _label(one: policy.Round) -> str:
    return t("会前%(n)d天") % {"n": one.days}


def _words(one: policy.Round, row: Receipt, now: datetime) -> str:
    answered = getattr(row, RECHECKED[one.days])
    at = dates.daytime(answered, now) if answered else ""
    return t(_WORDS[one.standing]) % {"day": dates.day(one.at, now), "at": at}


def answer_by(row: Receipt) -> datetime | None:
    """Until when the last round wants its answer; None for the others, which the next one follows."""
    if row.recheck != policy.RECHECK_DAYS[-1] or row.notice.starts_at is None:
        return None
    calendar = calendar_of(row)
    return policy.recheck_call_at(policy.recheck_times(row.notice.starts_at, calendar)[-1][1], calendar)
