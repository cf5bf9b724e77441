"""Whose turn it is: the side that has the ball, and who is asked first there."""

from __future__ import annotations

from fayol.commitments.models import Commitment
from fayol.commitments.states import BALL, Side, State
from fayol.organisation.queries import office


def side_of(row: Commitment) -> Side:
    """By the state alone, but for the second return: that one goes to the office."""
    if row.state == State.DECLINED and row.flag == "second_return":
        return Side.OFFICE
    return BALL[State(row.state)]


def asked_of(row: Commitment) -> tuple[int, int | None]:
    """The unit that has the ball, and the person asked first there; who holds it in the end, `hold_many` says."""
    side = side_of(row)
    if side is Side.PERFORMER:
        return row.performer_unit_id, row.responsible_id
    if side is Side.OFFICE:
        return office().pk, None
    if side is Side.OTHER and row.waiting_unit_id:
        return row.waiting_unit_id, row.waiting_person_id
    return row.requester_unit_id, row.requester_id
