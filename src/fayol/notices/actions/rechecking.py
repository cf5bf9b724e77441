"""会前复核: who must attend and said that he comes says so once more, shortly before."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices.actions import _turn
from fayol.notices.models import RECHECKED, Receipt
from fayol.notices.states import Depth, Reply, Way
from fayol.organisation.actor import Actor


@transaction.atomic
def reconfirm(receipt: Receipt, *, by: Actor, now: datetime, way: Way = Way.SELF, expect: int | None = None) -> Receipt:
    """仍按时参加: answers the round that waits. Another answer than this one is a new answer to the notice (`confirm`).

    By whoever may confirm. Refused to everybody else, while no round waits, and once the event has begun.
    """
    turn = _turn.begin(receipt, by=by, now=now, expect=expect)
    row = turn.row
    if not turn.standing.may_confirm(Depth(turn.notice.depth)):
        raise Refused("not_yours", _("须本人复核能否到会。"))
    if not row.recheck:
        raise Refused("no_recheck", _("现在没有要您复核的。"))
    if turn.notice.starts_at is not None and turn.notice.starts_at <= now:
        raise Refused("begun", _("活动已经开始，不用再复核。"))
    turn.for_principal()
    turn.extra |= {"days": row.recheck, "way": way.value}
    close_round(row, now)
    row.call_since = None
    _turn.finish(turn, "reconfirmed")
    return row


def close_round(row: Receipt, now: datetime) -> None:
    """The round that waits is over: answered when the person still comes. Who does not takes his former word back."""
    if row.reply != Reply.ATTEND:
        row.rechecked3_at = row.rechecked1_at = None
    elif row.recheck:
        setattr(row, RECHECKED[row.recheck], now)
    row.recheck = 0
