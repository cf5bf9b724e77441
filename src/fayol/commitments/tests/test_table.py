"""Every move in every state by every side: what the table has succeeds, everything else is refused."""

from __future__ import annotations

import pytest

from fayol.commitments.actions._turn import snapshot
from fayol.commitments.models import Commitment
from fayol.commitments.states import Move, Nature, State
from fayol.commitments.tests.scene import Scene, make
from fayol.facts.models import Fact
from fayol.kernel.errors import Refused

P, R, BOTH = {"周岚"}, {"林晓雯"}, {"周岚", "林晓雯"}
# The table of the product, written down once more, so that a slip in the code's own table is seen.
EXPECTED: dict[State, dict[Move, set[str]]] = {
    State.DRAFT: {Move.ASSIGN: R, Move.AMEND: R, Move.CANCEL: R},
    State.ASSIGNED: {
        Move.ACKNOWLEDGE: P, Move.PROMISE: P, Move.COUNTER: P, Move.DECLINE: P, Move.PASS_ON: P,
        Move.AMEND: R, Move.CANCEL: R,
    },
    State.ACKNOWLEDGED: {
        Move.PROMISE: P, Move.COUNTER: P, Move.DECLINE: P, Move.PASS_ON: P, Move.HOLD: BOTH,
        Move.AMEND: R, Move.CANCEL: R,
    },
    State.COUNTERED: {Move.AGREE: R, Move.INSIST: R, Move.WITHDRAW: P, Move.CANCEL: R},
    State.DECLINED: {Move.REASSIGN: R, Move.INSIST: R, Move.CANCEL: R},
    State.PROMISED: {
        Move.PROGRESS: P, Move.REPORT: P, Move.COUNTER: P, Move.HAND_OVER: P, Move.HOLD: BOTH,
        Move.AMEND: R, Move.CANCEL: R,
    },
    State.ON_HOLD: {Move.RESUME: BOTH, Move.CANCEL: R},
    State.REPORTED: {Move.ACCEPT: R, Move.HAND_BACK: R},
    State.HANDED_BACK: {Move.REPORT: P, Move.COUNTER: P, Move.HOLD: BOTH, Move.CANCEL: R},
    State.FULFILLED: {Move.REOPEN: R},
    State.CANCELLED: {},
}  # fmt: skip
STRANGER = "吴志强"


def may(state: State, move: Move, name: str, nature: Nature) -> bool:
    if nature is Nature.DIRECTIVE and move is Move.DECLINE:
        return False
    if move is Move.DISPUTE:
        return (
            nature is Nature.DIRECTIVE
            and name == "周岚"
            and Move.COUNTER in EXPECTED[state]
            and (state is not State.HANDED_BACK)
        )
    return name in EXPECTED[state].get(move, set())


CAN_BE = [
    (state, nature) for nature in Nature for state in State if (state, nature) != (State.DECLINED, Nature.DIRECTIVE)
]
MOVES = [
    (state, nature, move, name)
    for state, nature in CAN_BE
    for move in Move
    for name in ("周岚", "林晓雯")
    if may(state, move, name, nature)
]


@pytest.mark.req("S4-04")
@pytest.mark.parametrize(("state", "nature"), CAN_BE)
def test_only_the_moves_of_the_table_succeed_and_a_refused_one_changes_nothing(
    scene: Scene, state: State, nature: Nature
) -> None:
    row = scene.brought_to(state, nature)
    before, facts = snapshot(row), Fact.objects.count()
    for name in ("周岚", "林晓雯", STRANGER):
        for move in (m for m in Move if not may(state, m, name, nature)):
            with pytest.raises(Refused):
                make(move, row, scene, at=scene.later(24), by=scene.actor(name))
    assert snapshot(Commitment.objects.get(pk=row.pk)) == before
    assert Fact.objects.count() == facts


@pytest.mark.parametrize("state", sorted({state for state, *_ in MOVES}))
def test_every_move_of_the_table_succeeds_and_leaves_one_fact(scene: Scene, state: State) -> None:
    for _, nature, move, name in (case for case in MOVES if case[0] == state):
        row = scene.brought_to(state, nature)
        done = make(move, row, scene, at=scene.later(24), by=scene.actor(name))
        facts = Fact.objects.filter(subject_type="commitment", subject_id=row.pk).count()
        assert facts == done.version == row.version + 1, (state, nature, move, name)
