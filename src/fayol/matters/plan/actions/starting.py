"""The common start: announced to all parties, and told to all at its instant."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import check_run
from fayol.matters.models import Matter
from fayol.matters.plan.models import Baseline, Start
from fayol.matters.plan.queries.agreed import latest_baseline
from fayol.matters.states import Status
from fayol.organisation.actor import SYSTEM, Actor


@transaction.atomic
def announce_start(matter: Matter, *, at: datetime, words: str = "", by: Actor, now: datetime) -> Start:
    """All begin together at `at`; an earlier announcement is replaced.

    Refused for an instant that has passed, and before every party has agreed to the plan: first agreed, then lifted.
    """
    row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    check_run(by, row, now)
    if row.status != Status.OPEN:
        raise Refused("matter_closed", _("事项已经结束，不能再定统一启动。"))
    if at <= now:
        raise Refused("past", _("统一启动的时间已经过去，请填以后的时间。"), field="at")
    _check_agreed(latest_baseline(row))
    Start.objects.filter(matter=row, told_at__isnull=True, cancelled_at__isnull=True).update(
        cancelled_at=now, look_at=None
    )
    start = Start.objects.create(
        matter=row, at=at, words=words.strip(), announced_by=by.person, announced_at=now, look_at=at
    )
    record("plan", row.pk, "plan.start_announced", by=by, now=now, data=_told(start))
    return start


def _check_agreed(baseline: Baseline | None) -> None:
    if baseline is None:
        raise Refused("no_baseline", _("还没有各方确认的计划。请先定计划基线，再统一启动。"))
    owing = baseline.acknowledgements.filter(asked=True, acknowledged_at__isnull=True).select_related("unit")
    if names := [ack.unit.name for ack in owing]:
        raise Refused("not_agreed", _("计划第{version}版还有{count}方没有确认：{names}。各方确认后再统一启动。"),
                      version=baseline.version, count=len(names), names="、".join(names))  # fmt: skip


def _told(start: Start) -> dict[str, object]:
    return {"start": start.pk, "at": start.at.isoformat(), "words": start.words}


@transaction.atomic
def cancel_start(start: Start, *, words: str, by: Actor, now: datetime) -> Start:
    """Call it off before it comes; all parties are told why."""
    row = Start.objects.select_for_update(of=("self",)).select_related("matter__coordinator").get(pk=start.pk)
    check_run(by, row.matter, now)
    if row.told_at or row.cancelled_at:
        raise Refused("over", _("统一启动已经发出或已经取消。"))
    if len(words.strip()) < 2:
        raise Refused("words_missing", _("请写明为什么取消，各方会看到。"), field="words")
    row.cancelled_at, row.look_at = now, None
    row.save(update_fields=["cancelled_at", "look_at"])
    data = {**_told(row), "words": words.strip()}
    record("plan", row.matter_id, "plan.start_cancelled", by=by, now=now, data=data)
    return row


@transaction.atomic
def tell_start(start: Start, *, now: datetime) -> bool:
    """The instant has come: all parties are told at once. False when it was called off or the matter has ended."""
    row = Start.objects.select_for_update(of=("self",)).select_related("matter").get(pk=start.pk)
    goes = row.cancelled_at is None and row.told_at is None and row.matter.status == Status.OPEN and row.at <= now
    row.told_at = now if goes else row.told_at
    row.look_at = row.at if row.at > now and row.cancelled_at is None else None
    row.save(update_fields=["told_at", "look_at"])
    if goes:
        record("plan", row.matter_id, "plan.started", by=SYSTEM, now=now, data=_told(row))
    return goes
