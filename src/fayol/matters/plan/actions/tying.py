"""Tying promises together, and saying when work on one starts and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from fayol.commitments.foreseeing import look_again_at
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED
from fayol.facts.journal import record, record_many
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import check_run
from fayol.matters.plan.access import check_tie, matter_of
from fayol.matters.plan.actions.handing import retime
from fayol.matters.plan.models import Dependency, PlanStep
from fayol.matters.plan.policy import round_of
from fayol.matters.plan.queries.graph import pairs_behind
from fayol.matters.plan.states import Needs
from fayol.organisation.actor import Actor

MOST_DAYS = 250
_LOCK = 7_202_611  # one tie at a time: two that are harmless alone could close a round together


@dataclass(frozen=True, kw_only=True)
class Tying:
    """`after` needs what `before` makes (`standard`: what exactly, in which form), `lag` working days later."""

    before: Commitment
    after: Commitment
    kind: Needs = Needs.RESULT
    lag: int = 0
    standard: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """When work on a promise is to start, and how many working days it takes; None: not known."""

    commitment: Commitment
    start_on: date | None = None
    workdays: int | None = None


def link(
    before: Commitment,
    after: Commitment,
    *,
    kind: Needs = Needs.RESULT,
    lag: int = 0,
    standard: str = "",
    by: Actor,
    now: datetime,
) -> Dependency:
    """From now on `after` counts on the date of `before`. Refused as `link_many`."""
    tying = Tying(before=before, after=after, kind=kind, lag=lag, standard=standard)
    return link_many([tying], by=by, now=now)[0]


@transaction.atomic
def link_many(ties: Sequence[Tying], *, by: Actor, now: datetime) -> list[Dependency]:
    """Tie all or nothing.

    Refused for a task tied to itself, twice, in a round (the round is named), for closed tasks, and by somebody who
    does not run the matters of both or does not see both.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    matters = [check_tie(by, tie.before, tie.after, now) for tie in ties]
    for tie in ties:
        _check(tie)
    _check_twice(ties)
    _check_rounds(ties)
    made = Dependency.objects.bulk_create(_row(tie, now) for tie in ties)
    follow([end for tie in ties for end in (tie.before, tie.after)])
    retime({tie.after.pk for tie in ties}, now=now)
    items = [(pk, "plan.linked", told(row)) for row, both in zip(made, matters, strict=True)
             for pk in sorted({matter.pk for matter in both})]  # fmt: skip
    record_many("plan", items, by=by, now=now)
    look_again_at({tie.after.pk for tie in ties}, now=now)
    return made


def _row(tie: Tying, now: datetime) -> Dependency:
    return Dependency(
        before=tie.before,
        after=tie.after,
        kind=tie.kind,
        lag=tie.lag,
        standard=tie.standard.strip()[:300],
        created_at=now,
    )


def told(row: Dependency) -> dict[str, Any]:
    return {
        "before": row.before_id, "after": row.after_id, "kind": row.kind, "lag": row.lag, "standard": row.standard,
    }  # fmt: skip


def _check(tie: Tying) -> None:
    if tie.before.pk == tie.after.pk:
        raise Refused("itself", _("任务不能以自己为前提，请另选一条。"), field="before")
    if not 0 <= tie.lag <= MOST_DAYS:
        raise Refused("lag", _("间隔填0到{most}个工作日。"), field="lag", most=MOST_DAYS)
    for end in (tie.before, tie.after):
        if end.state in CLOSED:
            raise Refused("closed", _("“{title}”已经结束，不能再设先后关系。"), field="before", title=end.title)


def _check_twice(ties: Sequence[Tying]) -> None:
    pairs = [(tie.before.pk, tie.after.pk) for tie in ties]
    same = Q(pk__in=[])
    for before, after in pairs:
        same |= Q(before=before, after=after)
    if len(set(pairs)) < len(pairs) or Dependency.objects.filter(same).exists():
        raise Refused("twice", _("这两条任务已经设过先后关系，可以直接修改它。"), field="before")


def _check_rounds(ties: Sequence[Tying]) -> None:
    new = [(tie.before.pk, tie.after.pk) for tie in ties]
    if found := round_of([*pairs_behind({after for _before, after in new}), *new]):
        titles = dict(Commitment.objects.filter(pk__in=found).values_list("pk", "title"))
        words = " → ".join(f"“{titles[pk]}”" for pk in found)
        raise Refused("round", _("这样会互相等待，谁也开始不了：{round}。请去掉其中一个先后关系。"),
                      field="before", round=words)  # fmt: skip


def follow(ends: Sequence[Commitment]) -> None:
    """The plan follows these promises from now on, and those after them count on the date they have now."""
    steps = {end.pk: PlanStep(commitment_id=end.pk, counted_on=end.due_on) for end in ends}
    PlanStep.objects.bulk_create(steps.values(), ignore_conflicts=True)


@transaction.atomic
def unlink(row: Dependency, *, by: Actor, now: datetime) -> None:
    """`after` no longer counts on `before`."""
    before, after = row.before, row.after
    matters = check_tie(by, before, after, now)
    data = told(row)
    row.delete()
    items = [(pk, "plan.unlinked", data) for pk in sorted({matter.pk for matter in matters})]
    record_many("plan", items, by=by, now=now)


@transaction.atomic
def change_tie(
    row: Dependency, *, lag: int, standard: str, kind: Needs = Needs.RESULT, by: Actor, now: datetime
) -> Dependency:
    """Another lag, standard or kind for two tasks tied already."""
    matters = check_tie(by, row.before, row.after, now)
    _check(Tying(before=row.before, after=row.after, lag=lag))
    if (row.lag, row.standard, row.kind) == (lag, standard.strip(), kind):
        raise Refused("nothing_changed", _("没有改动任何内容。"))
    row.lag, row.standard, row.kind = lag, standard.strip()[:300], kind
    row.save(update_fields=["lag", "standard", "kind"])
    retime({row.after_id}, now=now)
    items = [(pk, "plan.tie_changed", told(row)) for pk in sorted({matter.pk for matter in matters})]
    record_many("plan", items, by=by, now=now)
    return row


def set_step(
    commitment: Commitment, *, start_on: date | None, workdays: int | None, by: Actor, now: datetime
) -> PlanStep:
    """When work on it starts, and how many working days it takes. Refused by whoever does not run the matter."""
    step = Step(commitment=commitment, start_on=start_on, workdays=workdays)
    return set_steps([step], by=by, now=now)[0]


@transaction.atomic
def set_steps(steps: Sequence[Step], *, by: Actor, now: datetime) -> list[PlanStep]:
    """All or nothing; the promises may be of several matters."""
    for step in steps:
        _check_step(step, by, now)
    follow([step.commitment for step in steps])
    rows = {row.pk: row for row in PlanStep.objects.filter(pk__in=[step.commitment.pk for step in steps])}
    for step in steps:
        row = rows[step.commitment.pk]
        row.start_on, row.workdays = step.start_on, step.workdays
    PlanStep.objects.bulk_update(rows.values(), ["start_on", "workdays"], batch_size=500)
    retime(set(rows), now=now)
    for step in steps:
        data = {"commitment": step.commitment.pk, "workdays": step.workdays,
                "start_on": step.start_on.isoformat() if step.start_on else None}  # fmt: skip
        record("plan", step.commitment.origin_id or 0, "plan.step_set", by=by, now=now, data=data)
    return [rows[step.commitment.pk] for step in steps]


def _check_step(step: Step, by: Actor, now: datetime) -> None:
    matter = matter_of(step.commitment)
    if matter is None:
        raise Refused("no_matter", _("只有事项里的任务可以排计划。"))
    check_run(by, matter, now)
    if step.workdays is not None and not 1 <= step.workdays <= MOST_DAYS:
        raise Refused("workdays", _("所需工作日填1到{most}，不知道就留空。"), field="workdays", most=MOST_DAYS)
    if step.start_on and step.commitment.due_on and step.start_on > step.commitment.due_on:
        raise Refused("starts_late", _("计划开始日期晚于期限{due}，请提前开始或先改期限。"), field="start_on",
                      due=step.commitment.due_on)  # fmt: skip
