"""Taking over what a ledger says of tasks that were given out before this system knew them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from fayol.commitments import policy
from fayol.commitments.actions._turn import Turn, settle_many, snapshot
from fayol.commitments.models import Commitment
from fayol.commitments.states import State, Urgency
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What the ledger says of one task that was written down as a draft. Days as the ledger has them; None: not said.

    Closed when it names the day; under way with a granted extension; signed for when it names the day, or when there
    is progress, which nobody makes who has not signed; else waiting to be signed for.
    """

    opened_on: date | None = None
    acknowledged_on: date | None = None
    extended_to: date | None = None
    closed_on: date | None = None
    note: str = ""
    percent: int = 0
    chases: int = 0
    sheet: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> State:
        if self.closed_on:
            return State.FULFILLED
        if self.extended_to:
            return State.PROMISED
        signed = self.acknowledged_on or self.note or self.percent
        return State.ACKNOWLEDGED if signed else State.ASSIGNED


@transaction.atomic
def import_rows(rows: Sequence[tuple[Commitment, Brought]], *, by: Actor, now: datetime) -> list[Commitment]:
    """Put drafts where the ledger says they are. One fact each, which says that it was imported and by whom; nobody is
    told, since nothing new is asked. Time is booked from here on: nobody knows who had the ball before.

    Refused when one is no draft any more, or for a day that has not come yet.
    """
    fresh = _locked([row.pk for row, _brought in rows])
    turns = []
    for seen, brought in rows:
        row = fresh[seen.pk]
        if row.state != State.DRAFT:
            raise Refused("not_draft", _("“{title}”已经交办，不能再按台账改写。"), title=row.title)
        turn = Turn(row=row, by=by, now=now, before=snapshot(row), extra={"words": "", "files": []})
        _place(row, brought, now)
        turns.append(turn)
    settle_many(turns, "imported")
    return [turn.row for turn in turns]


def _locked(keys: Sequence[int]) -> dict[int, Commitment]:
    found = Commitment.objects.select_for_update(of=("self",)).order_by("pk").in_bulk(keys)
    if len(found) != len(set(keys)):
        raise Stale()
    return found


def _place(row: Commitment, brought: Brought, now: datetime) -> None:
    calendar = work_calendar()
    today = calendar.local_day(now)
    for day in (brought.opened_on, brought.acknowledged_on, brought.closed_on):
        if day and day > today:
            raise Refused("future", _("“{title}”写的{day}还没有到，请改正后再导入。"), title=row.title, day=day)
    row.state = brought.state
    row.dispatched_at = _moment(brought.opened_on, now) or now
    row.sign_due_at = policy.sign_due(
        Urgency(row.urgency), dispatched_at=now, calendar=work_calendar(row.performer_unit_id)
    )
    if row.state != State.ASSIGNED:
        row.acknowledged_at = _moment(brought.acknowledged_on, now) or row.dispatched_at
    if brought.extended_to:
        row.promised_on, row.extensions = brought.extended_to, 1
    row.last_note, row.last_note_at = brought.note, now if brought.note else None
    row.percent, row.chases = min(max(brought.percent, 0), 100), max(brought.chases, 0)
    row.sheet = {**row.sheet, **brought.sheet}
    if brought.closed_on:
        row.closed_at = min(calendar.close_of_business(brought.closed_on), now)
        row.percent = 100


def _moment(day: date | None, now: datetime) -> datetime | None:
    return min(work_calendar().open_of_business(day), now) if day else None


@transaction.atomic
def note_in_ledger(changes: Mapping[int, Mapping[str, str]], *, by: Actor, now: datetime) -> list[Commitment]:
    """Write remarks of the ledger (by key of `sheet`; an empty text takes one away) that no move depends on."""
    fresh = _locked(sorted(changes))
    turns = []
    for pk, row in sorted(fresh.items()):
        turn = Turn(row=row, by=by, now=now, before=snapshot(row), extra={"words": "", "files": []})
        row.sheet = {key: value for key, value in {**row.sheet, **changes[pk]}.items() if value != ""}
        turns.append(turn)
    settle_many(turns, "noted_in_ledger")
    return [turn.row for turn in turns]
