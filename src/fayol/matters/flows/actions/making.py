"""Making flows: by hand, or from an affair as it really went."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from fayol.commitments.models import Commitment
from fayol.commitments.queries.times import spent_on
from fayol.commitments.states import Bucket, Role, State
from fayol.facts.journal import record
from fayol.facts.locking import locked
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import check_run
from fayol.matters.flows.access import check_change, check_make
from fayol.matters.flows.models import Flow, FlowStep
from fayol.matters.flows.policy import offset_of, round_in
from fayol.matters.flows.states import MOST_OFFSET, MOST_STEPS, Anchor
from fayol.matters.models import Matter
from fayol.matters.plan.models import Dependency, PlanStep
from fayol.matters.states import Klass
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar


@dataclass(frozen=True, kw_only=True)
class StepFields:
    title: str
    role: str
    offset: int
    workdays: int = 1
    supports: tuple[str, ...] = ()
    condition: str = ""
    needs: tuple[int, ...] = ()
    real_days: float | None = None
    late_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class FlowFields:
    """The steps are numbered from 1 in their order; `needs` name these numbers. `lead_role` empty: that of the first
    step."""

    title: str
    steps: tuple[StepFields, ...]
    anchor: Anchor = Anchor.EVENT
    about: str = ""
    goal: str = ""
    klass: Klass = Klass.SPECIAL
    lead_role: str = ""
    lessons: str = ""
    suggested: Mapping[str, int] | None = None


_PLAIN = ("title", "about", "goal", "klass", "anchor", "lessons")


@transaction.atomic
def make(fields: FlowFields, *, by: Actor, now: datetime, matter: Matter | None = None) -> Flow:
    """Refused without a title or steps, for a step that needs one that is not there, and for steps in a round."""
    check_make(by)
    _check(fields)
    flow = Flow(made_by=by.person, made_at=now, matter=matter, version=1)
    _fill(flow, fields)
    data = {"from": matter.pk if matter else None, "fields": _told(fields)}
    record("flow", flow.pk, "flow.made", by=by, now=now, data=data)
    return flow


@transaction.atomic
def change(flow: Flow, fields: FlowFields, *, by: Actor, now: datetime, expect: int | None = None) -> Flow:
    """Affairs opened from it before stay as they are; how a step went the last time stays with its title."""
    row = _locked(flow, by, expect)
    _check(fields)
    went = {step.title: (step.real_days, step.late_days) for step in row.steps.all()}
    fields = replace(fields, steps=tuple(_as_it_went(step, went) for step in fields.steps))
    row.version += 1
    row.steps.all().delete()
    _fill(row, fields)
    record("flow", row.pk, "flow.changed", by=by, now=now, data={"fields": _told(fields)})
    return row


def _as_it_went(step: StepFields, went: Mapping[str, tuple[float | None, int | None]]) -> StepFields:
    real, late = went.get(step.title, (None, None))
    return replace(step, real_days=real, late_days=late)


@transaction.atomic
def retire(flow: Flow, *, by: Actor, now: datetime, expect: int | None = None) -> Flow:
    """Not to be used any more; what was opened from it stays."""
    row = _locked(flow, by, expect)
    row.retired_at, row.version = now, row.version + 1
    row.save(update_fields=["retired_at", "version"])
    record("flow", row.pk, "flow.retired", by=by, now=now, data={})
    return row


@transaction.atomic
def keep_from(matter: Matter, *, title: str, lessons: str = "", by: Actor, now: datetime) -> Flow:
    """An affair as it went becomes a flow: each leading task a step, with the real days beside the planned ones.

    Counted back from the affair's own day, else from its last due day. Refused by somebody who does not run it, and
    when it has no tasks with days.
    """
    check_run(by, matter, now)
    tasks = list(
        Commitment.objects.filter(origin_type="matter", origin_id=matter.pk, role=Role.LEAD)
        .exclude(state__in=(State.DRAFT, State.CANCELLED))
        .select_related("performer_unit")
        .order_by("due_at", "pk")
    )
    tasks = [task for task in tasks if task.due_on]
    if not tasks:
        raise Refused("no_tasks", _("事项里还没有定了期限的任务，没有可以整理的。"))
    anchor = matter.due_on or max(task.due_on for task in tasks if task.due_on)
    anchor = work_calendar(matter.lead_unit_id).last_workday(anchor)
    steps = _steps_of(tasks, anchor, now)
    fields = FlowFields(
        title=title,
        about="",
        goal=matter.goal,
        klass=Klass(matter.klass) if matter.klass != Klass.INSTANT else Klass.ORDINARY,
        lead_role=matter.lead_unit.name,
        lessons=lessons,
        steps=steps,
        suggested={
            **{task.performer_unit.name: task.performer_unit_id for task in tasks},
            **_supporting_units(tasks),
            matter.lead_unit.name: matter.lead_unit_id,
        },
    )
    return make(fields, by=by, now=now, matter=matter)


def _steps_of(tasks: Sequence[Commitment], anchor: date, now: datetime) -> tuple[StepFields, ...]:
    keys = [task.pk for task in tasks]
    number = {pk: i for i, pk in enumerate(keys, start=1)}
    planned = dict(PlanStep.objects.filter(pk__in=keys).values_list("pk", "workdays"))
    needs: dict[int, list[int]] = defaultdict(list)
    ties = Dependency.objects.filter(before__in=keys, after__in=keys).order_by("before__due_at", "before_id")
    for before, after in ties.values_list("before_id", "after_id"):
        needs[after].append(number[before])
    supports, spent = _supports(keys), spent_on(keys, now)
    found = []
    for task in tasks:
        assert task.due_on
        calendar = work_calendar(task.performer_unit_id)
        done = task.reported_at or task.closed_at
        took = spent.get(task.pk, {}).get(Bucket.WORKING, timedelta()) if task.closed_at else None
        late = calendar.workdays_between(task.due_on, calendar.local_day(done)) if done and task.closed_at else None
        started = calendar.local_day(task.dispatched_at or task.created_at)
        span = max(calendar.workdays_between(started, task.due_on), 1)
        found.append(
            StepFields(
                title=task.title[:200],
                role=task.performer_unit.name[:60],
                supports=tuple(dict.fromkeys(supports.get(task.pk, []))),
                condition=task.condition or task.deliverable,
                offset=offset_of(task.due_on, anchor, calendar),
                workdays=planned.get(task.pk) or span,
                needs=tuple(needs[task.pk]),
                real_days=round(took / calendar.day_length, 1) if took is not None else None,
                late_days=max(late, 0) if late is not None else None,
            )
        )
    return tuple(found)


def _supports(keys: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for row in Commitment.objects.filter(parent__in=keys).select_related("performer_unit").order_by("pk"):
        found[row.parent_id or 0].append(row.performer_unit.name[:60])
    return found


def _supporting_units(tasks: Sequence[Commitment]) -> dict[str, int]:
    rows = Commitment.objects.filter(parent__in=[task.pk for task in tasks]).select_related("performer_unit")
    return {row.performer_unit.name: row.performer_unit_id for row in rows}


# ── what they share ────────────────────────────────────────────────────────


def _locked(flow: Flow, by: Actor, expect: int | None) -> Flow:
    row = locked(flow, expect=expect)
    check_change(by, row)
    return row


def _check(fields: FlowFields) -> None:
    if len(fields.title.strip()) < 2:
        raise Refused("title_missing", _("请给模板起个名字，如“年会筹备”。"), field="title")
    if not fields.steps:
        raise Refused("no_steps", _("请至少写一个步骤。"))
    if len(fields.steps) > MOST_STEPS:
        raise Refused("too_many", _("一个模板最多{most}个步骤，请拆成几个模板。"), most=MOST_STEPS)
    count = len(fields.steps)
    for number, step in enumerate(fields.steps, start=1):
        _check_step(number, step, count)
    waits = {number: step.needs for number, step in enumerate(fields.steps, start=1)}
    if found := round_in(waits):
        raise Refused("round", _("第{steps}步互相等待，谁也开始不了。请去掉其中一个前置。"),
                      steps="、".join(str(step) for step in found[:-1]))  # fmt: skip
    roles = Counter(step.role for step in fields.steps)
    if fields.lead_role and fields.lead_role not in roles and fields.lead_role not in (fields.suggested or {}):
        raise Refused("lead_role", _("牵头角色“{role}”在步骤里没有出现。"), field="lead_role", role=fields.lead_role)


def _check_step(number: int, step: StepFields, count: int) -> None:
    if len(step.title.strip()) < 2 or not step.role.strip():
        raise Refused("step", _("第{number}步要写明任务和由哪个角色办。"), number=number)
    if not -MOST_OFFSET <= step.offset <= MOST_OFFSET or not 1 <= step.workdays <= MOST_OFFSET:
        raise Refused("step_days", _("第{number}步的天数不对：期限在前后{most}个工作日以内，用时至少1天。"),
                      number=number, most=MOST_OFFSET)  # fmt: skip
    wrong = [need for need in step.needs if not 1 <= need <= count or need == number]
    if wrong:
        raise Refused("step_needs", _("第{number}步的前置“{need}”不对：要写别的步骤的序号。"),
                      number=number, need=wrong[0])  # fmt: skip


def _fill(flow: Flow, fields: FlowFields) -> None:
    for name in _PLAIN:
        setattr(flow, name, getattr(fields, name))
    flow.title = fields.title.strip()
    flow.lead_role = fields.lead_role or fields.steps[0].role
    if fields.suggested is not None:
        flow.suggested = dict(fields.suggested)
    flow.save()
    FlowStep.objects.bulk_create(
        FlowStep(
            flow=flow,
            number=number,
            **{**asdict(step), "needs": sorted(set(step.needs)), "supports": list(step.supports)},
        )
        for number, step in enumerate(fields.steps, start=1)
    )


def _told(fields: FlowFields) -> dict[str, Any]:
    return {**asdict(fields), "suggested": dict(fields.suggested or {})}
