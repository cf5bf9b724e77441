"""Plans and effects as somebody may see them: tasks out of sight are counted, not named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.matters.models import Matter
from fayol.matters.plan.models import BaselineLine, Dependency, PlanStep
from fayol.matters.plan.policy import Effect, Timing, Touched, critical_path, ripple, schedule
from fayol.matters.plan.queries.agreed import latest_baseline
from fayol.matters.plan.queries.graph import load_graph
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person


@dataclass(frozen=True)
class Affected:
    """One reached task; `commitment` is None where the viewer may not see it."""

    touched: Touched
    commitment: Commitment | None


@dataclass(frozen=True)
class Shown:
    """What moving `commitment` to `new_on` does, for one viewer's eyes.

    `units` and `tasks` count everybody touched, those out of sight too (`hidden`). `matter_slack_*`: working days from
    the end of what is reached to the due day of its matter, None where the matter has none.
    """

    commitment: Commitment
    old_on: date | None
    new_on: date
    effect: Effect
    lines: tuple[Affected, ...]
    units: int
    tasks: int
    broken: int
    hidden: int
    matter_due_on: date | None
    matter_slack_before: int | None
    matter_slack_after: int | None


@dataclass(frozen=True)
class Plan:
    """The plan of a matter: its tasks in order, what ties them, and their timing now.

    `links` are between shown tasks only; `outside` are those with a task of another matter (or out of sight);
    `lines` the latest baseline by task.
    """

    tasks: list[Commitment]
    steps: dict[int, PlanStep]
    links: list[Dependency]
    outside: list[Dependency]
    timings: dict[int, Timing]
    critical: list[int]
    lines: dict[int, BaselineLine]


@dataclass(frozen=True)
class Tie:
    """A neighbour of a task: `commitment` is None where the viewer may not see it."""

    dependency: Dependency
    commitment: Commitment | None
    slack: int | None
    """Of the later one of the two."""


def effect_of(commitment: Commitment, new_on: date, viewer: Person, now: datetime) -> Shown:
    """What happens to others when this is due on `new_on` instead; nothing is changed. A constant number of queries."""
    effect = ripple(load_graph([commitment.pk], now), {commitment.pk: new_on})
    return _shown(commitment, new_on, effect, viewer, now)


def _shown(commitment: Commitment, new_on: date, effect: Effect, viewer: Person, now: datetime) -> Shown:
    ids = [line.id for line in effect.lines]
    seen = {row.pk: row for row in _seen(ids, viewer, now)}
    units = set(Commitment.objects.filter(pk__in=ids).values_list("performer_unit_id", flat=True))
    lines = tuple(Affected(line, seen.get(line.id)) for line in effect.lines)
    due_on = _matter_due(commitment)
    return Shown(
        commitment=commitment, old_on=commitment.due_on, new_on=new_on, effect=effect, lines=lines,
        units=len(units), tasks=len(ids), broken=sum(line.broken for line in effect.lines),
        hidden=sum(line.commitment is None for line in lines), matter_due_on=due_on,
        matter_slack_before=_left(effect.ends_before, due_on), matter_slack_after=_left(effect.ends_after, due_on),
    )  # fmt: skip


def _matter_due(commitment: Commitment) -> date | None:
    if commitment.origin_type != "matter" or commitment.origin_id is None:
        return None
    return Matter.objects.filter(pk=commitment.origin_id).values_list("due_on", flat=True).first()


def _left(ends: date | None, due: date | None) -> int | None:
    return work_calendar().workdays_between(ends, due) if ends and due else None


def plan_of(matter: Matter, viewer: Person, now: datetime) -> Plan:
    """A constant number of queries, however many tasks."""
    rows = commitments.visible_to(viewer, now).filter(origin_type="matter", origin_id=matter.pk)
    tasks = list(rows.exclude(state=State.CANCELLED).select_related(*commitments.SHOWN_WITH).order_by("ref", "pk"))
    ids = {task.pk for task in tasks}
    timings = schedule(load_graph(ids, now, down=False))
    ties = list(_alive(Q(before__in=ids) | Q(after__in=ids)))
    inside = [tie for tie in ties if {tie.before_id, tie.after_id} <= ids]
    baseline = latest_baseline(matter)
    lines = baseline.lines.all() if baseline else BaselineLine.objects.none()
    return Plan(
        tasks=tasks,
        steps=PlanStep.objects.in_bulk(list(ids)),
        links=inside,
        outside=[tie for tie in ties if not {tie.before_id, tie.after_id} <= ids],
        timings={pk: timings[pk] for pk in ids if pk in timings},
        critical=critical_path(timings, ids),
        lines={line.commitment_id: line for line in lines},
    )


def _alive(condition: Q) -> QuerySet[Dependency]:
    """Ties neither end of which was cancelled."""
    rows = Dependency.objects.filter(condition).order_by("pk")
    return rows.exclude(before__state=State.CANCELLED).exclude(after__state=State.CANCELLED)


def ties_of(commitment: Commitment, viewer: Person, now: datetime) -> tuple[list[Tie], list[Tie]]:
    """What the task waits for, and what it supplies, each with its neighbour as far as the viewer may see it."""
    both = Q(before=commitment.pk) | Q(after=commitment.pk)
    ties = list(Dependency.objects.filter(both).order_by("pk"))
    if not ties:
        return [], []
    near = {tie.before_id for tie in ties} | {tie.after_id for tie in ties}
    seen = {row.pk: row for row in _seen(near, viewer, now)}
    timings = schedule(load_graph({tie.after_id for tie in ties}, now, down=False))

    def tie_to(tie: Dependency, other: int) -> Tie:
        timing = timings.get(tie.after_id)
        return Tie(tie, seen.get(other), timing.slack if timing else None)

    waits = [tie_to(tie, tie.before_id) for tie in ties if tie.after_id == commitment.pk]
    return waits, [tie_to(tie, tie.after_id) for tie in ties if tie.before_id == commitment.pk]


def _seen(ids: Iterable[int], viewer: Person, now: datetime) -> list[Commitment]:
    rows = commitments.visible_to(viewer, now).filter(pk__in=list(ids))
    return list(rows.select_related(*commitments.SHOWN_WITH))
