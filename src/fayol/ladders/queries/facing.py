"""From rows to the values that the rules of the ladders ask for."""

from __future__ import annotations

from fayol.commitments.models import Commitment
from fayol.commitments.queries.ball import asked_of, side_of
from fayol.commitments.states import State
from fayol.kernel.worktime import WorkCalendar
from fayol.ladders.models import Climb
from fayol.ladders.policy import Course, Crowd, Facing, Ladder, Owing
from fayol.ladders.registry import Affair
from fayol.organisation.calendar import work_calendar

UNPROMISED = frozenset({State.ASSIGNED, State.ACKNOWLEDGED})


def calendar_of(row: Commitment) -> WorkCalendar:
    """By which its rungs count: that of the unit that has the ball. When somebody is told, his own calendar says."""
    return work_calendar(asked_of(row)[0])


def facing_of(row: Commitment) -> Facing:
    return Facing(
        state=State(row.state),
        side=side_of(row),
        owing_unit=asked_of(row)[0],
        due_on=row.due_on,
        due_at=row.due_at,
        sign_due_at=row.sign_due_at,
        waiting_unit=row.waiting_unit_id,
        waiting_until=row.waiting_until,
    )


def owing_of(row: Commitment, crowd: Crowd, affair: Affair | None) -> Owing:
    unit_id, person_id = asked_of(row)
    officer = row.requester_id if row.requester_id in set(crowd.central.everybody()) else None
    return Owing(unit_id, person_id, officer, affair.sponsor_id if affair else None)


def course_of(climb: Climb, row: Commitment) -> Course:
    return Course(
        ladder=Ladder.from_json(climb.ladder),
        started_at=climb.started_at,
        floor_at=climb.floor_at,
        due_on=climb.due_on,
        due_at=climb.due_at,
        promised=State(row.state) not in UNPROMISED,
        next_rung=climb.next_rung,
        last_at=climb.last_at,
        paused_until=climb.paused_until,
        muted_until=climb.muted_until,
    )
