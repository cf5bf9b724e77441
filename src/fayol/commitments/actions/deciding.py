"""Deciding: what the requester says to an answer or to a result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from fayol.commitments import policy
from fayol.commitments.actions._turn import begin
from fayol.commitments.actions.answering import lead_back
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, Move, State
from fayol.files.models import StoredFile
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor


@transaction.atomic
def agree(
    commitment: Commitment, *, by: Actor, now: datetime, words: str = "", expect: int | None = None
) -> Commitment:
    """Grant the counter: its date is promised, its standard holds. The required date stays written beside it."""
    turn = begin(commitment, Move.AGREE, by=by, now=now, expect=expect)
    row = turn.row
    extension = row.came_from in (State.PROMISED, State.HANDED_BACK) and row.proposed_on is not None
    row.extensions += extension
    row.condition = row.proposed_condition or row.condition
    row.promised_on = row.proposed_on or row.promised_on or row.required_on
    lead_back(row)
    row.state = State.PROMISED if row.promised_on else State.ACKNOWLEDGED
    return turn.settle("agreed", words=words.strip(), extension=extension)


@transaction.atomic
def insist(commitment: Commitment, *, words: str, by: Actor, now: datetime, expect: int | None = None) -> Commitment:
    """Keep to what was asked, with the ground: after a counter, or after a return (then it is to be signed again)."""
    turn = begin(commitment, Move.INSIST, by=by, now=now, expect=expect)
    row = turn.row
    words = policy.check_words(words, field="words", sentence=_("请写明维持原要求的理由，承办方会看到。"))
    if row.state == State.DECLINED:
        row.state, row.flag, row.suggested_unit_id = State.ASSIGNED, "", None
        row.acknowledged_at = None
    else:
        lead_back(row)
    return turn.settle("insisted", words=words)


@transaction.atomic
def accept(
    commitment: Commitment,
    *,
    by: Actor,
    now: datetime,
    words: str = "",
    expect: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Commitment:
    """The result is what was asked: closed. Support tasks still open stay with the lead who asked for them."""
    turn = begin(commitment, Move.ACCEPT, by=by, now=now, expect=expect)
    row = turn.row
    row.state, row.closed_at, row.percent, row.flag = State.FULFILLED, now, 100, ""
    open_supports = Commitment.objects.filter(parent=row).exclude(state__in=CLOSED).count()
    return turn.settle("accepted", words=words.strip(), files=files, open_supports=open_supports)


@transaction.atomic
def hand_back(
    commitment: Commitment,
    *,
    missing: str,
    by: Actor,
    now: datetime,
    expect: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Commitment:
    """The result is not what was asked: back to the performer, saying what is missing."""
    turn = begin(commitment, Move.HAND_BACK, by=by, now=now, expect=expect)
    missing = policy.check_words(missing, field="missing", sentence=_("请写明缺什么、怎样才算完成。"))
    turn.row.state = State.HANDED_BACK
    turn.row.percent = min(turn.row.percent, 99)
    return turn.settle("handed_back", words=missing, files=files)


@transaction.atomic
def cancel(commitment: Commitment, *, words: str, by: Actor, now: datetime, expect: int | None = None) -> Commitment:
    """Take the task back, with the reason. Its history stays."""
    turn = begin(commitment, Move.CANCEL, by=by, now=now, expect=expect)
    words = policy.check_words(words, field="words", sentence=_("请写明为什么撤销，承办方会看到。"))
    turn.row.state, turn.row.closed_at, turn.row.flag = State.CANCELLED, now, ""
    return turn.settle("cancelled", words=words)


@transaction.atomic
def reopen(commitment: Commitment, *, words: str, by: Actor, now: datetime, expect: int | None = None) -> Commitment:
    """Take up a closed task again within the window of the policy: back to the performer, saying what is missing."""
    turn = begin(commitment, Move.REOPEN, by=by, now=now, expect=expect)
    row = turn.row
    words = policy.check_words(words, field="words", sentence=_("请写明为什么重新打开、缺什么。"))
    if row.closed_at and not policy.within_reopening(row.closed_at, now):
        raise Refused("too_late", _("办结已超过{days}天，不能重新打开。请另立一条任务，并写明与本条的关系。"),
                      days=policy.REOPEN_DAYS)  # fmt: skip
    row.state, row.closed_at = State.HANDED_BACK, None
    row.percent = min(row.percent, 99)
    return turn.settle("reopened", words=words)
