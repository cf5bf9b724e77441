"""A promise counted by another calendar: what changes. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from fayol.commitments import policy, policy_counting
from fayol.commitments.access import visible_to
from fayol.commitments.actions._turn import set_clocks
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, State, Urgency
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import WorkCalendar
from fayol.organisation.effects import Change, Effect, Effects
from fayol.organisation.models import Person

BACK = timedelta(days=90)
"""A day that counts backwards ("会前5个工作日") lies before the days that make it move, but hardly further."""
PREVIEW_MOST = 3000
HIDDEN = _("您无权查看的任务")


@dataclass(frozen=True, slots=True)
class Shift:
    """How one promise's time moved. `kind` as in `Effect`, or "" when nobody need be told."""

    kind: str
    before: date | datetime | None = None
    after: date | datetime | None = None


def candidates(change: Change, now: datetime) -> QuerySet[Commitment]:
    """Open promises that are not due yet, and could be touched. What is overdue stays what it was."""
    first = datetime.combine(change.first - BACK, time(), change.after.default.tz)
    touched = Q(due_at__gt=max(now, first)) | Q(state=State.ASSIGNED, sign_due_at__gt=max(now, first))
    rows = Commitment.objects.exclude(state__in=CLOSED).filter(touched)
    return rows if change.units is None else rows.filter(performer_unit__in=change.units)


def recount(row: Commitment, change: Change, now: datetime) -> Shift:
    """Count the promise anew, on the row that is given, and tell what moved."""
    calendar = change.after.of(row.performer_unit_id)
    due = (row.due_on, row.due_at if row.required_at else row.due_on)
    asked = (row.required_on, row.required_at or row.required_on)
    if row.anchor_at and row.required_rule:
        found = policy_counting.required_by(row.required_rule, row.anchor_at, calendar)
        if found:
            row.required_on, row.required_at = found.on, found.at
    _sign_again(row, change, calendar)
    if row.due_at is None or row.due_at > now:
        set_clocks(row, now, calendar)
    return _shift(row, due, asked, change)


Pair = tuple[date | None, date | datetime | None]


def _shift(row: Commitment, due: Pair, asked: Pair, change: Change) -> Shift:
    now_due = row.due_at if row.required_at and row.due_on == row.required_on else row.due_on
    now_asked = row.required_at or row.required_on
    if due[0] != row.due_on or (row.required_at and due[1] != now_due):
        return Shift("moved", due[1], now_due)
    if asked[1] != now_asked:
        late = bool(row.promised_on and row.required_on and row.promised_on > row.required_on)
        return Shift("overtaken" if late else "required", asked[1], now_asked)
    if row.due_on in change.turned_off:
        return Shift("day_off", row.due_on, row.due_on)
    return Shift("")


def _sign_again(row: Commitment, change: Change, calendar: WorkCalendar) -> None:
    """The time allowed for signing, from the instant from which it ran."""
    if row.state != State.ASSIGNED or row.sign_due_at is None or change.before is None:
        return
    within = policy.SIGN_WITHIN[Urgency(row.urgency)]
    start = change.before.of(row.performer_unit_id).subtract_worked(row.sign_due_at, within)
    row.sign_due_at = calendar.add_worked(start, within)


def foresee(change: Change, viewer: Person | None, now: datetime) -> Effects:
    """What would move, in the eyes of somebody: of what he may not see, only that it does."""
    rows = candidates(change, now).select_related("performer_unit", "holder").order_by("due_at", "pk")
    looked = list(rows[: PREVIEW_MOST + 1])
    unseen = rows.count() - PREVIEW_MOST if len(looked) > PREVIEW_MOST else 0
    shifts = [(row, recount(row, change, now)) for row in looked[:PREVIEW_MOST]]
    moved = [(row, shift) for row, shift in shifts if shift.kind]
    keys = {row.pk for row, _shift in moved}
    seen = set(visible_to(viewer, now).filter(pk__in=keys).values_list("pk", flat=True)) if viewer else keys
    return Effects([_effect(row, shift, row.pk in seen) for row, shift in moved], unseen)


def _effect(row: Commitment, shift: Shift, seen: bool) -> Effect:
    return Effect(
        kind=shift.kind,
        title=row.title if seen else HIDDEN,
        url=f"/commitments/{row.pk}/" if seen else "",
        unit=row.performer_unit.name,
        who=row.holder.name if row.holder else "",
        before=shift.before,
        after=shift.after,
    )


def recipients(rows: Sequence[tuple[Commitment, Shift]]) -> Mapping[int, list[tuple[Commitment, Shift]]]:
    """Who is to be told of which: the holder of the ball and whoever asked."""
    found: dict[int, list[tuple[Commitment, Shift]]] = {}
    for row, shift in rows:
        for person in dict.fromkeys((row.holder_id, row.requester_id)):
            if person and shift.kind:
                found.setdefault(person, []).append((row, shift))
    return found
