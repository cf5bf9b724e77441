"""The three answers to a card: the date holds, it has to move, it cannot be done."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from fayol.commitments import actions as moves
from fayol.commitments.access import standing_of
from fayol.commitments.actions import Standstill
from fayol.commitments.foreseeing import look_again_at
from fayol.commitments.models import Commitment
from fayol.commitments.states import BEFORE_PROMISE, Nature, Side, State
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.matters.plan.access import acting
from fayol.matters.plan.actions.cards import close
from fayol.matters.plan.models import PlanStep, Reconfirm
from fayol.matters.plan.states import Answer, Asked
from fayol.organisation.actor import Actor


def locked(card: Reconfirm, by: Actor, now: datetime) -> Reconfirm:
    """The card under lock, still open and with the numbers that were seen, and `by` standing where one may answer."""
    row = Reconfirm.objects.select_for_update(of=("self",)).select_related("commitment__performer_unit").get(pk=card.pk)
    if not row.is_open:
        raise Refused("answered", _("这一条已经答复过，或不用再答复。请刷新页面看最新情况。"))
    if (row.new_on, row.new_value) != (card.new_on, card.new_value):
        raise Stale()
    return row


def _mine(card: Reconfirm, by: Actor, now: datetime) -> Reconfirm:
    row = locked(card, by, now)
    if row.kind != Asked.INPUT:
        raise Refused("wrong_card", _("这一条要复述新数，请填写数值。"))
    person = acting(by, now)
    if person is not None and Side.PERFORMER not in standing_of(person, row.commitment, now).sides:
        raise Refused("not_yours", _("重新确认由承办方答复，您可以催办。"))
    return row


@transaction.atomic
def answer_keep(card: Reconfirm, *, words: str = "", by: Actor, now: datetime) -> Reconfirm:
    """仍按原期限: the performer vouches for the date although the input comes later. Others go on counting on it."""
    row = _mine(card, by, now)
    PlanStep.objects.filter(pk=row.commitment_id).update(assured_for=row.new_on)
    look_again_at([row.commitment_id], now=now)
    return close(row, Answer.KEEP, words=words, by=by, now=now)


@transaction.atomic
def answer_move(card: Reconfirm, *, due_on: date | None, words: str, by: Actor, now: datetime) -> Reconfirm:
    """改到某日: asks the requester for it, as the engine asks; nothing moves before that is granted."""
    row = _mine(card, by, now)
    if due_on is None:
        raise Refused("no_date", _("请填写希望改到哪一天。"), field="due_on")
    words = words.strip() or _because(row)
    done = close(row, Answer.MOVE, words=words, by=by, now=now, moved_to=due_on)
    moves.counter(_fresh(row), words=words, due_on=due_on, by=by, now=now)
    return done


def _because(row: Reconfirm) -> str:
    """The reason that the requester reads when the performer wrote none."""
    if not row.moves:
        return "前置任务改期"
    move = row.moves[0]
    new = date.fromisoformat(move["new"]) if move["new"] else None
    return (
        f"{move['unit']}“{move['title']}”改到{new.month}月{new.day}日"
        if new
        else f"{move['unit']}“{move['title']}”改期"
    )


@transaction.atomic
def answer_cannot(
    card: Reconfirm, *, words: str, suggested_unit_id: int | None = None, by: Actor, now: datetime
) -> Reconfirm:
    """办不了: a task not yet promised is returned where it may be; else work stands still and the requester has the
    ball, who decides what becomes of it."""
    row = _mine(card, by, now)
    if len(words.strip()) < 4:
        raise Refused("words_missing", _("请写明为什么办不了，要求人要凭它决定，至少一句话。"), field="words")
    done = close(row, Answer.CANNOT, words=words, by=by, now=now)
    task = _fresh(row)
    if task.state in BEFORE_PROMISE and task.nature == Nature.CONSULTATIVE and suggested_unit_id:
        moves.decline(task, ground=words, suggested_unit_id=suggested_unit_id, by=by, now=now)
        return done
    if task.state == State.ASSIGNED:
        task = moves.acknowledge(task, by=by, now=now)
    waiting = Standstill(what=words.strip(), unit_id=task.requester_unit_id, person_id=task.requester_id)
    moves.hold(task, waiting=waiting, by=by, now=now)
    return done


def _fresh(row: Reconfirm) -> Commitment:
    return Commitment.objects.get(pk=row.commitment_id)
