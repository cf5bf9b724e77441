"""What every move has in common: lock, check, change, hand the ball on, book the time, leave the fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from fayol.commitments import policy, policy_counting, policy_foresee
from fayol.commitments.access import author_for
from fayol.commitments.foreseeing import crowd_changed
from fayol.commitments.models import Attachment, Booking, Commitment
from fayol.commitments.queries.ball import asked_of, side_of
from fayol.commitments.states import CLOSED, DISPATCHED, Move, Nature, Side, State
from fayol.facts.journal import record_many
from fayol.facts.locking import locked
from fayol.facts.spelling import changed, spelled
from fayol.files.models import StoredFile
from fayol.kernel.worktime import WorkCalendar
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar
from fayol.organisation.holding import Holding, hold_many
from fayol.organisation.models import Unit
from fayol.organisation.states import UnitKind

UNTRACKED = frozenset(
    {
        "id", "version", "audience", "origin_title", "next_look_at", "assumed",
        "amber_at", "foreseen", "foreseen_at", "foresee_at", "climbed",
    }
)  # fmt: skip
"""Not in the facts: the key, the number of facts, copies, and what follows from the parties, the dates and others."""
REVIEW_ON = "review_on"
"""In `sheet`: the day on which the requester wants to be asked for the date that was left open."""
TRACKED = tuple(f.attname for f in Commitment._meta.concrete_fields if f.attname not in UNTRACKED)


def snapshot(row: Commitment) -> dict[str, Any]:
    """The tracked values in the spelling of the journal."""
    return {name: spelled(getattr(row, name)) for name in TRACKED}


@dataclass
class Turn:
    """One move under way: the locked row, who makes it, and what the row was before."""

    row: Commitment
    by: Actor
    now: datetime
    before: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return work_calendar().local_day(self.now)

    def settle(self, verb: str, *, words: str = "", files: Sequence[StoredFile] = (), **extra: Any) -> Commitment:
        """Hand the ball on, save, book and record; returns the row as it now is."""
        self.extra = {"words": words, "files": [f.pk for f in files], **extra}
        settle_many([self], verb)
        Attachment.objects.bulk_create(Attachment(commitment=self.row, file=f, seq=self.row.version) for f in files)
        return self.row


def begin(commitment: Commitment, move: Move, *, by: Actor, now: datetime, expect: int | None = None) -> Turn:
    """Lock and check: still as seen, allowed by the table of moves, and `by` standing on the side that may."""
    row = locked(commitment, expect=expect)
    author, sides = author_for(by, row, move, now)
    policy.check_move(State(row.state), Nature(row.nature), move, sides, title=row.title)
    return Turn(row=row, by=author, now=now, before=snapshot(row))


def settle_many(turns: Sequence[Turn], verb: str) -> None:
    """Settle several turns of one act by one author; a number of queries that does not grow with them.

    Rows without a key are inserted, the others saved.
    """
    if not turns:
        return
    rows, now, by = [turn.row for turn in turns], turns[0].now, turns[0].by
    hand_balls(rows, now)
    for row in rows:
        set_clocks(row, now, work_calendar(row.performer_unit_id))
        _widen_audience(row)
        row.version += 1
    changes = [changed_by(turn) for turn in turns]
    store(rows, changes)
    crowd_changed((left for turn in turns if (left := _left(turn))), now=now)
    _book(rows, now)
    items = [
        (turn.row.pk, f"commitment.{verb}", {**turn.extra, "set": change})
        for turn, change in zip(turns, changes, strict=True)
    ]
    record_many("commitment", items, by=by, now=now)


_ALWAYS = {
    "version", "audience", "next_look_at", "assumed", "amber_at", "foreseen", "foreseen_at", "foresee_at",
}  # fmt: skip
"""What a turn may change that the facts do not carry."""


def store(rows: list[Commitment], changes: list[dict[str, Any]]) -> None:
    names = sorted({name for change in changes for name in change} | _ALWAYS)
    if rows[0].pk is None:
        Commitment.objects.bulk_create(rows, batch_size=500)
    elif len(rows) == 1:
        rows[0].save(update_fields=names)
    else:
        Commitment.objects.bulk_update(rows, names, batch_size=500)


def _left(turn: Turn) -> tuple[int, date] | None:
    """The unit and the day for which it was due, and is no longer. (Where it is due now it is looked at itself.)"""
    row, before = turn.row, turn.before
    if before.get("state") not in policy_foresee.AT_WORK or not before["due_on"]:
        return None
    place = (before["performer_unit_id"], date.fromisoformat(before["due_on"]))
    stays = row.state in policy_foresee.AT_WORK and place == (row.performer_unit_id, row.due_on)
    return None if stays else place


def changed_by(turn: Turn) -> dict[str, Any]:
    return changed(turn.before, snapshot(turn.row))


def hand_balls(rows: Sequence[Commitment], now: datetime) -> None:
    """Resolve the holder of each open row; take the ball from each closed one."""
    playing = [row for row in rows if row.state not in CLOSED]
    holdings = hold_many([asked_of(row) for row in playing], now=now)
    kinds = Unit.objects.in_bulk({holding.unit_id for holding in holdings})
    for row, holding in zip(playing, holdings, strict=True):
        _give(row, side_of(row), holding, kinds[holding.unit_id], now)
    for row in rows:
        if row.state in CLOSED:
            row.holder_id = row.holder_unit_id = row.holder_for = None
            row.holder_side, row.holder_because, row.bucket = Side.NONE, "", ""
            row.holder_since = row.next_look_at = None


def _give(row: Commitment, side: Side, holding: Holding, unit: Unit, now: datetime) -> None:
    bucket = policy.bucket_of(State(row.state), side=side, office=unit.is_office, leaders=unit.kind == UnitKind.LEADERS)
    ball = (holding.unit_id, holding.person_id, side, bucket)
    if ball != (row.holder_unit_id, row.holder_id, row.holder_side, row.bucket):
        row.holder_since = now
    row.holder_unit_id, row.holder_id, row.holder_side, row.bucket = ball
    row.holder_because = holding.because
    row.holder_for = holding.standing_in_for


def clocks_of(row: Commitment, calendar: WorkCalendar | None = None) -> policy.Clocks:
    """By the calendar of the performer's unit, unless another one is to be tried."""
    return policy.clocks(
        state=State(row.state),
        required_on=row.required_on,
        promised_on=row.promised_on,
        sign_due_at=row.sign_due_at,
        dispatched_at=row.dispatched_at,
        calendar=calendar or work_calendar(row.performer_unit_id),
        required_at=row.required_at,
    )


def is_assumed(row: Commitment, calendar: WorkCalendar) -> bool:
    return row.state not in CLOSED and policy_counting.rests_on_assumed(
        anchor_at=row.anchor_at, required_on=row.required_on, promised_on=row.promised_on, calendar=calendar
    )


def set_clocks(row: Commitment, now: datetime, calendar: WorkCalendar) -> None:
    """What follows from the row's dates in a calendar."""
    clocks = clocks_of(row, calendar)
    if row.due_on != clocks.due_on or row.state in CLOSED or row.state == State.REPORTED:
        row.next_word_on = None
    if row.due_on != clocks.due_on or row.state not in policy_foresee.AT_WORK:
        row.foreseen, row.foreseen_at = [], None
    row.due_on, row.due_at = clocks.due_on, clocks.due_at
    row.assumed = is_assumed(row, calendar)
    row.amber_at = policy_foresee.sooner(clocks.amber_at, row.foreseen_at)
    row.foresee_at = now if row.state in policy_foresee.AT_WORK and row.due_on else None
    if row.state not in CLOSED:
        row.next_look_at = _next_look(row)


def _next_look(row: Commitment) -> datetime | None:
    """When a hold ends by itself; where the date was left open on purpose, when it is to be looked at again."""
    review = row.sheet.get(REVIEW_ON)
    if row.state == State.ON_HOLD:
        day = row.waiting_until
    else:
        day = date.fromisoformat(review) if review and row.due_on is None and row.state != State.DRAFT else None
    return work_calendar(row.performer_unit_id).open_of_business(day) if day else None


def _widen_audience(row: Commitment) -> None:
    """Whoever has a part in it sees it: units where units see it, else (named people only) the people themselves."""
    if 0 in row.audience:
        return
    people = {-pk for pk in (row.requester_id, row.responsible_id, row.holder_id, row.waiting_person_id) if pk}
    units = {row.requester_unit_id, row.performer_unit_id, row.holder_unit_id, row.waiting_unit_id} - {None}
    by_unit = not row.audience or any(token > 0 for token in row.audience)
    row.audience = sorted({*row.audience, *people, *(units if by_unit else ())})


def _book(rows: Sequence[Commitment], now: datetime) -> None:
    """Close the running booking of each row whose ball moved, and open the next; nothing before dispatch."""
    running = {b.commitment_id: b for b in Booking.objects.filter(commitment__in=rows, ended_at__isnull=True)}
    ended, opened = [], []
    for row in rows:
        booking = running.get(row.pk)
        ball = (row.holder_unit_id, row.holder_id, row.bucket)
        if booking and ball == (booking.unit_id, booking.person_id, booking.bucket):
            continue
        if booking:
            booking.ended_at = now
            ended.append(booking)
        if row.state in DISPATCHED and row.holder_unit_id and row.holder_id:
            opened.append(
                Booking(
                    commitment=row,
                    unit_id=row.holder_unit_id,
                    person_id=row.holder_id,
                    bucket=row.bucket,
                    started_at=now,
                )
            )
    Booking.objects.bulk_update(ended, ["ended_at"], batch_size=500)
    Booking.objects.bulk_create(opened, batch_size=500)
