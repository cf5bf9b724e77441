"""Silencing the ladder of one promise for some days, with the reason; and letting it speak again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from fayol.commitments.models import Commitment
from fayol.commitments.policy import check_words
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.access import can_mute
from fayol.ladders.actions._trace import Trace, keep
from fayol.ladders.actions.following import look_ahead
from fayol.ladders.models import Climb
from fayol.ladders.queries.facing import calendar_of
from fayol.organisation.actor import Actor

MOST_DAYS = 10
"""Working days for which a ladder may be silenced at a time."""


@transaction.atomic
def mute(commitment: Commitment, *, until: date, reason: str, by: Actor, now: datetime) -> Commitment:
    """Nothing climbs for this promise until the close of that day; people may still chase by hand.

    Refused without a reason, for a day that has passed or lies more than MOST_DAYS working days off, when nothing is
    being watched, and for the one who is being chased.
    """
    row = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    _check_right(row, by, now)
    reason = check_words(reason, field="reason", sentence=_("请写明为什么暂不催办，对方和协调办会看到。"))
    calendar = calendar_of(row)
    today = calendar.local_day(now)
    if until < today:
        raise Refused("past_date", _("停催到的日期{day}已经过去，请填今天或以后的日期。"), field="until", day=until)
    if until > calendar.add_workdays(today, MOST_DAYS):
        raise Refused("too_long", _("一次最多停催{days}个工作日，请填{day}以前的日期。"), field="until", days=MOST_DAYS,
                      day=calendar.add_workdays(today, MOST_DAYS))  # fmt: skip

    def silence(climb: Climb) -> None:
        climb.muted_until, climb.muted_at = calendar.close_of_business(until), now
        climb.muted_by, climb.mute_reason = by.person, reason[:200]

    _change(row, "muted", silence, reason, by=by, now=now)
    return row


@transaction.atomic
def unmute(commitment: Commitment, *, by: Actor, now: datetime) -> Commitment:
    """The ladder goes on from where it stands. Refused when it is not muted."""
    row = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    _check_right(row, by, now)
    if not Climb.objects.filter(commitment=row, ended_at__isnull=True, muted_until__gt=now).exists():
        raise Refused("not_muted", _("“{title}”没有停催，不用恢复。"), title=row.title)

    def speak(climb: Climb) -> None:
        climb.muted_until = climb.muted_at = climb.muted_by = None
        climb.mute_reason = ""

    _change(row, "unmuted", speak, "", by=by, now=now)
    Climb.objects.filter(commitment=row, ended_at__isnull=False, muted_until__gt=now).update(muted_until=now)
    return row


def _check_right(row: Commitment, by: Actor, now: datetime) -> None:
    if by.person is not None and not can_mute(by.person, row, now):
        raise Refused("not_yours", _("只有要求人和协调办可以停催。要缓一缓，请反馈进展并写明下次反馈日期。"))


def _change(
    row: Commitment, verb: str, change: Callable[[Climb], None], words: str, *, by: Actor, now: datetime
) -> None:
    climbs = Climb.objects.select_for_update(of=("self",), no_key=True)
    running = list(climbs.filter(commitment=row, ended_at__isnull=True).order_by("pk"))
    if not running:
        raise Refused("nothing_watched", _("“{title}”现在没有催办阶梯，不用停催。"), title=row.title)
    traces = []
    for climb in running:
        trace = Trace.of(climb)
        change(climb)
        trace.tell(verb, words=words)
        look_ahead(climb, row)
        traces.append(trace)
    keep(traces, by=by, now=now)
