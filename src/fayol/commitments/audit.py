"""Replaying the facts of every promise and comparing the outcome with its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fayol.commitments.actions._turn import snapshot
from fayol.commitments.models import Commitment
from fayol.commitments.states import TABLE, Move, State
from fayol.facts.models import Fact
from fayol.facts.registry import register_auditor
from fayol.facts.replay import differing, each, replayed, rowless

MOVE_OF: dict[str, Move] = {
    "acknowledged": Move.ACKNOWLEDGE,
    "promised": Move.PROMISE,
    "countered": Move.COUNTER,
    "withdrawn": Move.WITHDRAW,
    "agreed": Move.AGREE,
    "insisted": Move.INSIST,
    "declined": Move.DECLINE,
    "disputed": Move.DISPUTE,
    "reassigned": Move.REASSIGN,
    "passed_on": Move.PASS_ON,
    "handed_over": Move.HAND_OVER,
    "progressed": Move.PROGRESS,
    "reported": Move.REPORT,
    "accepted": Move.ACCEPT,
    "handed_back": Move.HAND_BACK,
    "amended": Move.AMEND,
    "held": Move.HOLD,
    "resumed": Move.RESUME,
    "cancelled": Move.CANCEL,
    "reopened": Move.REOPEN,
}


def register() -> None:
    register_auditor("commitment", audit)


def audit() -> Iterator[str]:
    """One sentence for each promise that is not what its facts make of it. Streams in batches."""
    for row, facts in each("commitment", Commitment.objects.all()):
        yield from compare(row, facts)
    yield from rowless("commitment", Commitment.objects.all(), called="任务")


def compare(row: Commitment, facts: Sequence[Fact]) -> Iterator[str]:
    """One sentence for each way in which the row is not what its facts, in order, make of it."""
    name = f"commitment:{row.pk}“{row.title[:20]}”"
    if not facts:
        yield f"{name}没有任何记录"
        return
    for fact in illegal(facts):
        yield f"{name}第{fact.seq}条记录的动作{fact.verb}在当时的状态下不该发生"
    yield from differing(name, replayed(facts), snapshot(row))
    if row.version != facts[-1].seq:
        yield f"{name}登记为第{row.version}版，记录到第{facts[-1].seq}条"


def illegal(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Those facts whose move the table did not have in the state that the facts before them had led to."""
    state: str = State.DRAFT
    for fact in facts:
        move = MOVE_OF.get(fact.verb.partition(".")[2])
        if move and move not in TABLE[State(state)]:
            yield fact
        state = fact.data.get("set", {}).get("state", state)
