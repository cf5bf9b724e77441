"""The edges of absences and delegations, told when they pass: from then on the ball is with somebody else."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from fayol.facts.journal import record
from fayol.organisation.actions import calendars
from fayol.organisation.actor import SYSTEM
from fayol.organisation.models import Absence, Delegation
from fayol.worker.claims import count_due, work_through
from fayol.worker.registry import register_sweep

EVERY_SECONDS = 60
ABSENCES, DELEGATIONS = "organisation.absence_edges", "organisation.delegation_edges"
Row = TypeVar("Row", Absence, Delegation)


def register() -> None:
    register_sweep("organisation.years", look_at_years, every_seconds=3600)
    register_sweep(ABSENCES, tell_absence_edges, every_seconds=EVERY_SECONDS, shared=True, due=absences_due)
    register_sweep(DELEGATIONS, tell_delegation_edges, every_seconds=EVERY_SECONDS, shared=True, due=delegations_due)


def look_at_years(now: datetime, limit: int) -> int:
    """Whether an upgrade brought the holidays of a year that was assumed."""
    calendars.look_at_years(now=now)
    return 0


def tell_absence_edges(now: datetime, limit: int) -> int:
    return _tell_edges(Absence, ABSENCES, now, limit)


def tell_delegation_edges(now: datetime, limit: int) -> int:
    return _tell_edges(Delegation, DELEGATIONS, now, limit)


def _tell_edges(model: type[Row], sweep: str, now: datetime, limit: int) -> int:
    """One fact for each edge that has passed."""
    due = model._default_manager.filter(next_edge_at__lte=now)
    return work_through(
        due, lambda row: _pass_edge(row, now), sweep=sweep, column="next_edge_at", trouble="edge_trouble", now=now,
        limit=limit,
    )  # fmt: skip


def absences_due(now: datetime) -> int:
    return count_due(Absence.objects.filter(next_edge_at__lte=now))


def delegations_due(now: datetime) -> int:
    return count_due(Delegation.objects.filter(next_edge_at__lte=now))


def _pass_edge(row: Absence | Delegation, now: datetime) -> None:
    """When the worker slept through the start and the end, one fact tells of the end."""
    ended = row.ends_at <= now
    kind = "absence" if isinstance(row, Absence) else "delegation"
    person_id = row.person_id if isinstance(row, Absence) else row.principal_id
    row.next_edge_at, row.edge_trouble = None if ended else row.ends_at, ""
    row.save(update_fields=["next_edge_at", "edge_trouble"])
    what = f"{kind}_{'ended' if ended else 'started'}"
    record("person", person_id, "person.availability_changed", by=SYSTEM, now=now, data={"what": what, "row": row.pk})
