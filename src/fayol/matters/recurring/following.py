"""What a change of the working days does to recurring duties: their occasions come to other days."""

from __future__ import annotations

from datetime import datetime

from fayol.matters.recurring.access import visible_to
from fayol.matters.recurring.actions import owed_by, recount, shifted
from fayol.matters.recurring.models import Recurrence
from fayol.matters.recurring.states import Status
from fayol.organisation import effects
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import calendars
from fayol.organisation.effects import Change, Effect, Effects, Outcome
from fayol.organisation.models import Person

MOST = 500
"""Duties that are compared beforehand."""


def register() -> None:
    effects.register("recurring", foresee, carry_out)


def foresee(change: Change, viewer: Person | None, now: datetime) -> Effects:
    """The first occasion of each duty that comes to another day. What is opened already is the promises' own matter."""
    seen = Recurrence.objects.all() if viewer is None else visible_to(viewer)
    active = seen.filter(status=Status.ACTIVE).select_related("requester", "requester_unit").order_by("pk")
    if change.units is not None:
        active = active.filter(pk__in=owed_by(change.units))
    rows = list(active.prefetch_related("performers")[: MOST + 1])
    before, after = change.before or calendars(), change.after
    found = []
    for row in rows[:MOST]:
        if days := shifted(row, before, after, change.last):
            url = f"/matters/recurring/{row.pk}/"
            found.append(Effect("moved", row.title, url, row.requester_unit.name, row.requester.name, *days))
    return Effects(found, unseen=max(active.count() - MOST, 0) if len(rows) > MOST else 0)


def carry_out(change: Change, by: Actor, now: datetime) -> Outcome:
    return Outcome(moved=recount(change.after, change.units))
