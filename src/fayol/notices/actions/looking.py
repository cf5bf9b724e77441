"""What the clock does with a receipt that nobody has moved: one step, then the next instant."""

from __future__ import annotations

from datetime import datetime

from fayol.facts.spelling import spelled
from fayol.notices import policy
from fayol.notices.access import Standing
from fayol.notices.actions import _turn
from fayol.notices.models import Receipt
from fayol.notices.states import Status, Step
from fayol.organisation.actor import SYSTEM


def look(receipt: Receipt, *, now: datetime) -> Step | None:
    """Takes the step that is due, if the receipt still needs it; `messages` tells whom it concerns.

    The row is locked by the sweep. A notice that was withdrawn or whose event has begun needs nothing more. Of several
    steps that came due while no worker ran only the last is taken: nobody is told the same three times at once.
    """
    row = Receipt.objects.select_related("notice", "person").get(pk=receipt.pk)
    step = _due(row, now)
    if step is None:
        _rest(row, now)
        return None
    at, what = step
    turn = _turn.Turn(row, SYSTEM, now, Standing(issuer=True), _turn.snapshot(row), {"step": what.value})
    if what in (Step.RECONFIRM, Step.RECONFIRM_CALL):
        assert row.notice.starts_at
        row.recheck = policy.recheck_begun(row.notice.starts_at, _turn.calendar_of(row), at)
    if what is Step.DUTY:
        row.duty_since = row.duty_since or now
    elif what in (Step.CALL, Step.RECONFIRM_CALL):
        row.call_since = row.call_since or now
    elif what is Step.RAISE:
        row.raised_at = row.raised_at or now
    turn.extra["due"] = spelled(at)
    _turn.finish(turn, "pressed")
    return what


def _due(row: Receipt, now: datetime) -> tuple[datetime, Step] | None:
    if row.notice.status != Status.SENT or (row.notice.starts_at and row.notice.starts_at <= now):
        return None
    after = row.looked_at or row.asked_at
    passed = [one for one in policy.steps(_turn.seen(row), _turn.calendar_of(row)) if after < one[0] <= now]
    return passed[-1] if passed else None


def _rest(row: Receipt, now: datetime) -> None:
    """Nothing to do now: the next instant, or none."""
    if row.notice.status != Status.SENT or (row.notice.starts_at and row.notice.starts_at <= now):
        row.next_look_at = None
    else:
        _turn.schedule(row, now)
    row.save(update_fields=["next_look_at", "looked_at"])
