"""The cards on which a performer is asked again: written, brought up to date, answered by the engine, dropped."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from fayol.channels.actions import mark_seen
from fayol.commitments.models import Commitment
from fayol.commitments.states import Urgency
from fayol.facts.journal import record
from fayol.facts.models import Fact
from fayol.facts.spelling import spelled
from fayol.kernel.text import gettext_noop as _
from fayol.matters.plan.actions._parties import actor_of
from fayol.matters.plan.models import Reconfirm
from fayol.matters.plan.policy import Touched
from fayol.matters.plan.states import Answer, Asked
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar import work_calendar

BACK = _("上游日期恢复了，您的期限不受影响，不用再答复。")
OVERTAKEN = _("任务已有新的答复，不用再确认。")
_CLOSING = frozenset({"commitment.accepted", "commitment.cancelled"})
_QUICK = frozenset({Urgency.URGENT, Urgency.FLASH})


def answer_by(urgency: str, now: datetime) -> datetime:
    """One working day from now; half of it where it is urgent."""
    allowed = timedelta(hours=3.75) if urgency in _QUICK else timedelta(hours=7.5)
    return work_calendar().add_worked(now, allowed)


def open_card(commitment_id: int, *, figure_id: int | None = None) -> Reconfirm | None:
    rows = Reconfirm.objects.select_for_update(of=("self",)).filter(commitment=commitment_id, figure=figure_id)
    return rows.filter(answered_at__isnull=True, dropped_at__isnull=True).first()


def ask_again(
    row: Commitment, line: Touched, *, moves: list[dict[str, Any]], person_id: int, by: Actor, now: datetime
) -> None:
    """One card a task, with the latest numbers; the input day and slack last agreed on stay on it."""
    card = open_card(row.pk)
    later = _later(line.before.input_on, line.after.input_on)
    if card is None and not later:
        return
    fresh = card is None
    card = card or Reconfirm(
        commitment=row, kind=Asked.INPUT, old_on=line.before.input_on, slack_before=line.before.slack
    )
    card.moves = _merged(moves, card.moves)
    card.matter_id = row.origin_id if row.origin_type == "matter" else None
    if not fresh and not _later(card.old_on, line.after.input_on):
        drop(card, BACK, by=by, now=now)
        return
    _renew(card, row, line, now)
    card.person_id = person_id
    card.save()
    record("reconfirm", card.pk, "reconfirm.asked" if fresh else "reconfirm.replaced", by=by, now=now, data=told(card))


def _later(old: date | None, new: date | None) -> bool:
    return new is not None and (old is None or new > old)


def _renew(card: Reconfirm, row: Commitment, line: Touched, now: datetime) -> None:
    after = line.after
    card.new_on, card.start_on, card.due_on = after.input_on, after.start_on, row.due_on
    card.slack_after = after.slack
    days = [day for day in (after.earliest_on, row.due_on) if day]
    card.suggested_on = max(days) if days else None
    if after.input_on and after.earliest_on:
        card.workdays = work_calendar().workdays_between(after.input_on, after.earliest_on)
    card.asked_at, card.due_at, card.told_at = now, answer_by(row.urgency, now), None
    card.look_at = card.due_at


def _merged(new: list[dict[str, Any]], old: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Newest first; a task that moved twice stands once, from the first of its days."""
    first = {move["commitment"]: move["old"] for move in old}
    kept = [move for move in old if move["commitment"] not in {move["commitment"] for move in new}]
    return [{**move, "old": first.get(move["commitment"], move["old"])} for move in new] + kept


def told(card: Reconfirm) -> dict[str, Any]:
    """What the facts keep of a card."""
    return {
        "commitment": card.commitment_id, "kind": card.kind, "person": card.person_id, "moves": card.moves,
        "input": [spelled(card.old_on), spelled(card.new_on)], "slack": [card.slack_before, card.slack_after],
        "due_on": spelled(card.due_on), "figure": card.figure_id,
        "value": [None if value is None else str(value) for value in (card.old_value, card.new_value)],
        "due_at": card.due_at.isoformat(),
    }  # fmt: skip


def drop(card: Reconfirm, because: str, *, by: Actor, now: datetime) -> None:
    """Nobody needs to answer any more."""
    card.dropped_at, card.dropped_because, card.look_at = now, because, None
    card.save()
    data = {"because": because, "commitment": card.commitment_id, "person": card.person_id}
    record("reconfirm", card.pk, "reconfirm.dropped", by=by, now=now, data=data)


def answer_by_counter(fact: Fact, *, now: datetime) -> None:
    """The performer asked for another date through the engine: that is his answer."""
    card = open_card(fact.subject_id)
    if card is None:
        return
    proposed = fact.data.get("set", {}).get("proposed_on")
    moved_to = date.fromisoformat(proposed) if proposed else None
    close(card, Answer.MOVE, words=fact.data.get("words", ""), by=actor_of(fact), now=now, moved_to=moved_to)


def drop_cards(fact: Fact, *, now: datetime) -> None:
    """The task is out of his hands: nobody has to answer for its date. Numbers are wanted until it is closed."""
    rows = Reconfirm.objects.select_for_update(of=("self",)).filter(
        commitment=fact.subject_id, answered_at__isnull=True, dropped_at__isnull=True
    )
    if fact.verb not in _CLOSING:
        rows = rows.filter(kind=Asked.INPUT)
    for card in rows:
        drop(card, OVERTAKEN, by=actor_of(fact), now=now)


def close(
    card: Reconfirm, answer: Answer, *, words: str, by: Actor, now: datetime, moved_to: date | None = None
) -> Reconfirm:
    """Write the answer down, with its fact."""
    card.answer, card.answered_at, card.answered_by = answer, now, by.person
    card.words, card.moved_to, card.look_at = words.strip(), moved_to, None
    card.save()
    data = {
        "commitment": card.commitment_id, "answer": answer.value, "words": card.words, "moved_to": spelled(moved_to),
        "figure": card.figure_id,
    }  # fmt: skip
    record("reconfirm", card.pk, "reconfirm.answered", by=by, now=now, data=data)
    if by.person is not None:
        mark_seen(by.person, "reconfirm", card.pk, now=now)
    return card


@transaction.atomic
def tell_unanswered(card: Reconfirm, *, now: datetime) -> bool:
    """No answer within its time: the coordinator is told, once. False when it was answered meanwhile."""
    card = Reconfirm.objects.select_for_update(of=("self",)).get(pk=card.pk)
    if not card.is_open or card.due_at > now or card.told_at:
        Reconfirm.objects.filter(pk=card.pk).update(look_at=card.due_at if card.is_open and not card.told_at else None)
        return False
    card.told_at, card.look_at, card.trouble = now, None, ""
    card.save(update_fields=["told_at", "look_at", "trouble"])
    record("reconfirm", card.pk, "reconfirm.unanswered", by=SYSTEM, now=now, data=told(card))
    return True
