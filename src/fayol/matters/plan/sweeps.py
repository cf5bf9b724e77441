"""What is due in plans: hand-overs that did not come, cards without an answer, common starts."""

from __future__ import annotations

from datetime import datetime

from fayol.matters.plan.actions.cards import tell_unanswered
from fayol.matters.plan.actions.handing import tell_late
from fayol.matters.plan.actions.starting import tell_start
from fayol.matters.plan.models import Dependency, Reconfirm, Start
from fayol.worker.claims import count_due, work_through
from fayol.worker.registry import register_sweep


def register() -> None:
    register_sweep("plan.handovers", handovers, every_seconds=60, shared=True,
                   due=lambda now: count_due(Dependency.objects.filter(look_at__lte=now)))  # fmt: skip
    register_sweep("plan.unanswered", unanswered, every_seconds=60, shared=True,
                   due=lambda now: count_due(Reconfirm.objects.filter(look_at__lte=now)))  # fmt: skip
    register_sweep("plan.starts", starts, every_seconds=15, shared=True,
                   due=lambda now: count_due(Start.objects.filter(look_at__lte=now)))  # fmt: skip


def handovers(now: datetime, limit: int) -> int:
    due = Dependency.objects.filter(look_at__lte=now)
    return work_through(due, lambda row: tell_late(row, now=now), sweep="plan.handovers", column="look_at", now=now,
                        limit=limit, trouble="trouble")  # fmt: skip


def unanswered(now: datetime, limit: int) -> int:
    due = Reconfirm.objects.filter(look_at__lte=now)
    return work_through(due, lambda row: tell_unanswered(row, now=now), sweep="plan.unanswered", column="look_at",
                        now=now, limit=limit, trouble="trouble")  # fmt: skip


def starts(now: datetime, limit: int) -> int:
    due = Start.objects.filter(look_at__lte=now)
    return work_through(due, lambda row: tell_start(row, now=now), sweep="plan.starts", column="look_at", now=now,
                        limit=limit, trouble="trouble")  # fmt: skip
