"""Hand-overs: when the later task needs it, that it is late, that it has come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from fayol.commitments.states import CLOSED, DISPATCHED, State
from fayol.facts.journal import record, record_many
from fayol.matters.plan.models import Dependency, PlanStep
from fayol.matters.plan.policy import Axis, needed_on
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar import work_calendar

BATCH = 500
THERE = frozenset({State.REPORTED, State.FULFILLED})


def retime(ids: Collection[int], *, now: datetime) -> None:
    """Work out anew when what these promises need, or supply, has to be there. A constant number of queries."""
    rows = list(Dependency.objects.filter(Q(before__in=ids) | Q(after__in=ids)).select_related("before", "after"))
    if not rows:
        return
    steps = PlanStep.objects.in_bulk([row.after_id for row in rows])
    calendar = work_calendar()
    axis = Axis(calendar, min([calendar.local_day(now), *(day for row in rows if (day := _first(row, steps)))]))
    for row in rows:
        day = _needed(row, steps.get(row.after_id), axis)
        _watch(row, calendar.close_of_business(day) if day else None, now)
    Dependency.objects.bulk_update(rows, ["needed_at", "look_at", "late_at"], batch_size=500)


def retime_all(*, now: datetime) -> None:
    """Those that are still watched."""
    waiting = Dependency.objects.filter(look_at__gt=now).order_by("pk").values_list("after_id", flat=True)
    ids = list(dict.fromkeys(waiting))
    for start in range(0, len(ids), BATCH):
        retime(ids[start : start + BATCH], now=now)


def _first(row: Dependency, steps: dict[int, PlanStep]) -> date | None:
    step = steps.get(row.after_id)
    days = [day for day in (row.before.due_on, row.after.due_on, step.start_on if step else None) if day]
    # a long task with a near due date may have needed its input last year
    return date(min(days).year - 1, 1, 1) if days else None


def _needed(row: Dependency, step: PlanStep | None, axis: Axis) -> date | None:
    if row.after.due_on is None and not (step and step.start_on):
        return row.before.due_on
    return needed_on(
        due_on=row.after.due_on,
        start_on=step.start_on if step else None,
        workdays=step.workdays if step else None,
        lag=row.lag,
        axis=axis,
    )


def _watch(row: Dependency, needed_at: datetime | None, now: datetime) -> None:
    """A new instant that still lies ahead is told anew; nothing is watched that is there or nobody waits for."""
    if needed_at != row.needed_at and needed_at and needed_at > now:
        row.late_at = None
    row.needed_at = needed_at
    waits = row.before.state not in THERE | CLOSED and row.after.state in DISPATCHED and row.late_at is None
    row.look_at = needed_at if waits else None


@transaction.atomic
def tell_late(row: Dependency, *, now: datetime) -> bool:
    """Both ends are told once that it is not there. False when it is, or is needed later by now."""
    row = Dependency.objects.select_for_update(of=("self",)).select_related("before", "after").get(pk=row.pk)
    _watch(row, row.needed_at, now)
    late = row.look_at is not None and row.look_at <= now
    if late:
        row.late_at, row.look_at = now, None
    row.trouble = ""
    row.save(update_fields=["late_at", "look_at", "trouble"])
    if late and row.needed_at:
        data = {"before": row.before_id, "after": row.after_id, "needed_at": row.needed_at.isoformat()}
        record("handover", row.pk, "handover.late", by=SYSTEM, now=now, data=data)
    return late


def tell_arrived(ids: Collection[int], *, by: Actor, now: datetime) -> None:
    """These promises are reported: what others waited for is there, and they are told."""
    rows = list(Dependency.objects.filter(before__in=ids, arrived_at__isnull=True).exclude(after__state__in=CLOSED))
    _mark(rows, now, "handover.arrived", by=by, now=now)


def tell_taken_back(ids: Collection[int], *, by: Actor, now: datetime) -> None:
    """These were reported and are in work again: what others had got does not hold."""
    rows = list(Dependency.objects.filter(before__in=ids, arrived_at__isnull=False).exclude(after__state__in=CLOSED))
    _mark(rows, None, "handover.taken_back", by=by, now=now)


def tell_cancelled(ids: Collection[int], *, by: Actor, now: datetime) -> None:
    """These will not come any more: those who counted on them have to know."""
    rows = list(Dependency.objects.filter(before__in=ids).exclude(after__state__in=CLOSED))
    _mark(rows, None, "handover.cancelled", by=by, now=now)


def _mark(rows: list[Dependency], arrived_at: datetime | None, verb: str, *, by: Actor, now: datetime) -> None:
    for row in rows:
        row.arrived_at = arrived_at
    Dependency.objects.bulk_update(rows, ["arrived_at"], batch_size=500)
    items = [(row.pk, verb, {"before": row.before_id, "after": row.after_id}) for row in rows]
    record_many("handover", items, by=by, now=now)
