"""What the engine has to do when an instant passes. Every sweep may run in several workers at once."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from fayol.commitments.actions.foreseeing import foresee
from fayol.commitments.actions.reviewing import ask_for_dates
from fayol.commitments.actions.working import resume
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, State
from fayol.organisation.actor import SYSTEM
from fayol.worker.claims import count_due, work_through, work_through_together
from fayol.worker.registry import register_sweep

FORESEE, REVIEW, RESUME = "commitments.foresee", "commitments.review", "commitments.resume"
BATCH = 500


def register() -> None:
    register_sweep(
        FORESEE, look_ahead, every_seconds=60, shared=True, batch=BATCH, due=lambda now: count_due(to_foresee(now))
    )
    register_sweep(RESUME, resume_due, every_seconds=60, shared=True, due=lambda now: count_due(to_resume(now)))
    register_sweep(REVIEW, ask_again, every_seconds=300, shared=True, due=lambda now: count_due(to_review(now)))


def to_foresee(now: datetime) -> QuerySet[Commitment]:
    return Commitment.objects.filter(foresee_at__lte=now)


def look_ahead(now: datetime, limit: int) -> int:
    """Which promises will probably be late: only those whose turn it is, or that something happened to."""
    return work_through_together(
        to_foresee(now),
        lambda rows: foresee(rows, now=now),
        sweep=FORESEE,
        column="foresee_at",
        now=now,
        limit=limit,
    )


def to_review(now: datetime) -> QuerySet[Commitment]:
    asleep = [State.ON_HOLD, State.DRAFT, *sorted(CLOSED)]
    return Commitment.objects.filter(next_look_at__lte=now, due_on__isnull=True).exclude(state__in=asleep)


def ask_again(now: datetime, limit: int) -> int:
    """Dates left open whose day of review has come go back to whoever asked."""
    return work_through_together(
        to_review(now),
        lambda rows: ask_for_dates(rows, now=now),
        sweep=REVIEW,
        column="next_look_at",
        now=now,
        limit=limit,
    )


def to_resume(now: datetime) -> QuerySet[Commitment]:
    return Commitment.objects.filter(state=State.ON_HOLD, next_look_at__lte=now)


def resume_due(now: datetime, limit: int) -> int:
    """What was held until a day that has come goes on."""
    return work_through(
        to_resume(now),
        lambda row: resume(row, by=SYSTEM, now=now),
        sweep=RESUME,
        column="next_look_at",
        now=now,
        limit=limit,
    )
