"""Using a flow: its days laid over the calendar, looked at, and opened as an affair with all its tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from fayol.commitments.actions import Asking
from fayol.commitments.models import Commitment
from fayol.facts.journal import record
from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.actions import Opening, open_and_ask
from fayol.matters.flows.models import Flow, FlowStep
from fayol.matters.flows.policy import Laid, lay_out
from fayol.matters.flows.states import MOST_OFFSET
from fayol.matters.models import Matter
from fayol.matters.plan.actions import Step, Tying, link_many, set_steps
from fayol.matters.states import Basis, Kind, Klass
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar


@dataclass(frozen=True, kw_only=True)
class Use:
    """`units` says which unit has which role this time; `anchor_on` is the start or the event."""

    title: str
    anchor_on: date
    units: Mapping[str, int]
    requester_unit_id: int
    goal: str = ""
    kind: Kind = Kind.COORDINATION


@dataclass(frozen=True)
class Plan:
    """The steps on their days."""

    rows: Sequence[tuple[FlowStep, Laid]]

    @property
    def squeezed(self) -> int:
        return sum(laid.squeezed for _step, laid in self.rows)

    @property
    def short(self) -> int:
        """Steps for whose work there is less time than it takes."""
        return sum(laid.short > 0 for _step, laid in self.rows)

    @property
    def assumed(self) -> bool:
        return any(laid.assumed for _step, laid in self.rows)

    @property
    def last_on(self) -> date:
        return max(laid.due_on for _step, laid in self.rows)


def lay(
    flow: Flow, steps: Iterable[FlowStep], anchor_on: date, *, units: Mapping[str, int] | None = None, now: datetime
) -> Plan:
    """What using it from that day would mean. Writes nothing. Refused for a day too far away.

    Each step by the calendar of the unit that has its role, the day from which all count by that of the lead; by the
    default where `units` does not say who it is.
    """
    units = units or {}
    today = work_calendar().local_day(now)
    if abs((anchor_on - today).days) > 2 * MOST_OFFSET:
        raise Refused("far", _("{day}离今天太远了，请核对年份。"), field="anchor_on", day=anchor_on)
    base = start_of(flow, anchor_on, units)
    return Plan([(step, _laid(step, base, today, units)) for step in steps])


def _laid(step: FlowStep, base: date, today: date, units: Mapping[str, int]) -> Laid:
    calendar = work_calendar(units.get(step.role))
    return lay_out(step.offset, step.workdays, anchor=base, today=today, calendar=calendar)


def start_of(flow: Flow, anchor_on: date, units: Mapping[str, int]) -> date:
    """The day itself when the lead works on it, else its last working day before."""
    return work_calendar(units.get(flow.lead_role)).last_workday(anchor_on)


def roles_of(flow: Flow, steps: Iterable[FlowStep]) -> list[str]:
    """Every role that needs a unit, the lead first."""
    named = [flow.lead_role, *(role for step in steps for role in (step.role, *step.supports))]
    return list(dict.fromkeys(named))


@transaction.atomic
def open_from(flow: Flow, use: Use, *, by: Actor, now: datetime) -> tuple[Matter, list[Commitment]]:
    """The affair with all its tasks, sent out, and who waits for whom: all or nothing.

    A role in support that falls to the unit that leads the step needs no asking. Refused when a role has no unit, or
    the flow is retired.
    """
    row = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
    if row.retired_at is not None:
        raise Refused("retired", _("这个模板已经停用，请另选一个。"))
    if by.person is None:
        raise Refused("nobody", _("事项要由人发起。"))
    steps = list(row.steps.all())
    missing = [role for role in roles_of(row, steps) if role not in use.units]
    if missing:
        raise Refused("role_missing", _("还没有写明“{role}”由哪个单位担任。"), role=missing[0])
    plan = lay(row, steps, use.anchor_on, units=use.units, now=now)
    opening = Opening(
        title=use.title,
        goal=use.goal or row.goal or row.title,
        kind=use.kind,
        klass=Klass(row.klass),
        basis_kind=Basis.FACT,
        lead_unit_id=use.units[row.lead_role],
        coordinator_id=by.person.pk,
        requester_unit_id=use.requester_unit_id,
        due_on=plan.last_on,
    )
    askings = [_asking(step, laid, use, by.person.pk) for step, laid in plan.rows]
    base = start_of(row, use.anchor_on, use.units)
    askings = [_counted(asking, *laid, base) for asking, laid in zip(askings, plan.rows, strict=True)]
    matter, made = open_and_ask(opening, askings, by=by, now=now)
    _plan(plan, made, by=by, now=now)
    Flow.objects.filter(pk=row.pk).update(used=F("used") + 1)
    data = {"matter": matter.pk, "anchor_on": use.anchor_on.isoformat(), "units": dict(use.units)}
    record("flow", row.pk, "flow.used", by=by, now=now, data=data)
    return matter, made


def _asking(step: FlowStep, laid: Laid, use: Use, requester_id: int) -> Asking:
    lead = use.units[step.role]
    helpers = [unit for unit in dict.fromkeys(use.units[role] for role in step.supports) if unit != lead]
    supports = tuple(
        Asking(
            title=f"配合“{step.title}”",
            performer_unit_id=unit,
            requester_unit_id=use.requester_unit_id,
            required_on=laid.due_on,
        )
        for unit in helpers
    )
    return Asking(
        title=step.title,
        condition=step.condition,
        performer_unit_id=lead,
        requester_unit_id=use.requester_unit_id,
        requester_id=requester_id,
        required_on=laid.due_on,
        supports=supports,
    )


def _counted(asking: Asking, step: FlowStep, laid: Laid, base: date) -> Asking:
    """With the rule by which its day was found, so that it follows the calendar; a day that was squeezed has none."""
    if not step.offset or laid.squeezed:
        return asking
    kind = "workdays_after" if step.offset > 0 else "workdays_before"
    calendar = work_calendar(asking.performer_unit_id)
    rule = DeadlineRule(kind, anchor="event", n=abs(step.offset))
    start = calendar.open_of_business(calendar.last_workday(base))
    return replace(asking, required_rule=rule.to_json(), anchor_at=start)


def _plan(plan: Plan, made: Sequence[Commitment], *, by: Actor, now: datetime) -> None:
    tasks = {step.number: task for (step, _laid), task in zip(plan.rows, made, strict=True)}
    ties = [Tying(before=tasks[need], after=tasks[step.number]) for step, _laid in plan.rows for need in step.needs]
    if ties:
        link_many(ties, by=by, now=now)
    set_steps(
        [
            Step(commitment=tasks[step.number], start_on=laid.start_on, workdays=step.workdays)
            for step, laid in plan.rows
        ],
        by=by,
        now=now,
    )
