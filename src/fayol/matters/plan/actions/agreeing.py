"""Baselines: a plan frozen as version n, and every party's yes to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fayol.commitments.models import Commitment
from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import check_run
from fayol.matters.models import Matter
from fayol.matters.plan.access import acting, can_acknowledge, speaks_for_unit
from fayol.matters.plan.actions._parties import first_of_units, performers_of, tasks_in
from fayol.matters.plan.actions.tying import follow
from fayol.matters.plan.models import Acknowledgement, Baseline, BaselineLine, Dependency, PlanStep
from fayol.matters.plan.queries.agreed import latest_baseline
from fayol.matters.states import Status
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar

HALF_DAY = timedelta(hours=3.5)
_OWN = ("due_on", "start_on", "workdays", "condition")


@transaction.atomic
def make_baseline(matter: Matter, *, words: str = "", by: Actor, now: datetime) -> Baseline:
    """Freeze the plan as the next version and ask the parties to agree.

    The first time all of them; later those whose own lines or inputs changed, or who have not agreed yet, while the
    others are told what changed. Refused without tasks, with a task that has no date, and when nothing changed.
    """
    row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    check_run(by, row, now)
    if row.status != Status.OPEN:
        raise Refused("matter_closed", _("事项已经结束，不能再定计划基线。"))
    tasks = tasks_in(row)
    _check_tasks(tasks)
    former = latest_baseline(row)
    version = former.version + 1 if former else 1
    baseline = Baseline.objects.create(
        matter=row, version=version, words=words.strip(), due_on=row.due_on, made_by=by.person, made_at=now
    )
    lines = _lines(baseline, tasks)
    changed = _mark(lines, former)
    BaselineLine.objects.bulk_create(lines, batch_size=500)
    follow(tasks)
    acks = _acknowledgements(baseline, former, tasks, changed, now)
    data = {
        "version": version, "words": baseline.words, "lines": len(lines),
        "asked": [ack.unit_id for ack in acks if ack.asked], "told": [ack.unit_id for ack in acks if not ack.asked],
    }  # fmt: skip
    record("plan", row.pk, "plan.baseline_made", by=by, now=now, data=data)
    return baseline


def _check_tasks(tasks: Sequence[Commitment]) -> None:
    if not tasks:
        raise Refused("no_tasks", _("事项还没有交办任务，先交办再定基线。"))
    without = next((task for task in tasks if task.due_on is None), None)
    if without:
        raise Refused("no_date", _("“{title}”还没有期限，各方无法确认。请先定期限。"), title=without.title)


def _lines(baseline: Baseline, tasks: Sequence[Commitment]) -> list[BaselineLine]:
    steps = PlanStep.objects.in_bulk([task.pk for task in tasks])
    needs: dict[int, list[dict[str, Any]]] = {}
    for tie in Dependency.objects.filter(after__in=tasks).order_by("before_id"):
        needs.setdefault(tie.after_id, []).append(
            {"before": tie.before_id, "kind": tie.kind, "lag": tie.lag, "standard": tie.standard}
        )
    return [_line(baseline, task, steps.get(task.pk), needs.get(task.pk, [])) for task in tasks]


def _line(baseline: Baseline, task: Commitment, step: PlanStep | None, needs: list[dict[str, Any]]) -> BaselineLine:
    return BaselineLine(
        baseline=baseline,
        commitment=task,
        unit_id=task.performer_unit_id,
        title=task.title,
        condition=task.condition,
        start_on=step.start_on if step else None,
        workdays=step.workdays if step else None,
        due_on=task.due_on,
        needs=needs,
    )


def _mark(lines: Sequence[BaselineLine], former: Baseline | None) -> set[int]:
    """Write into each line what changed since the former version; the units whose lines changed. Nothing changed at
    all: refused."""
    if former is None:
        return {line.unit_id for line in lines}
    old = {line.commitment_id: line for line in former.lines.all()}
    moved = {line.commitment_id for line in lines if (was := old.get(line.commitment_id)) and was.due_on != line.due_on}
    for line in lines:
        line.changed = _changed(line, old.get(line.commitment_id), moved)
    gone = [line for pk, line in old.items() if pk not in {line.commitment_id for line in lines}]
    if not gone and not any(line.changed for line in lines):
        raise Refused("nothing_changed", _("计划与第{version}版相同，不用再定一版。"), version=former.version)
    left = {old[line.commitment_id].unit_id for line in lines if "unit" in line.changed}
    return {line.unit_id for line in lines if line.changed} | {line.unit_id for line in gone} | left


def _changed(line: BaselineLine, was: BaselineLine | None, moved: set[int]) -> list[str]:
    if was is None:
        return ["new"]
    found = [name for name in _OWN if getattr(line, name) != getattr(was, name)]
    found += ["unit"] if line.unit_id != was.unit_id else []
    found += ["needs"] if line.needs != was.needs else []
    found += ["input"] if any(need["before"] in moved for need in line.needs) else []
    return found


def _acknowledgements(
    baseline: Baseline, former: Baseline | None, tasks: Sequence[Commitment], changed: set[int], now: datetime
) -> list[Acknowledgement]:
    firsts = first_of_units(tasks)
    people = performers_of(list(firsts.values()), now)
    before = {ack.unit_id: ack for ack in former.acknowledgements.all()} if former else {}
    owing = {unit for unit, ack in before.items() if ack.asked and ack.acknowledged_at is None}
    rows = [
        Acknowledgement(
            baseline=baseline, unit_id=unit, person_id=people[task.pk], asked=unit in changed or unit in owing,
            asked_at=now,
        )
        for unit, task in firsts.items()
    ]  # fmt: skip
    rows += [
        Acknowledgement(baseline=baseline, unit_id=unit, person_id=ack.person_id, asked=False, asked_at=now)
        for unit, ack in before.items()
        if unit not in firsts
    ]
    return Acknowledgement.objects.bulk_create(rows)


@transaction.atomic
def acknowledge(row: Acknowledgement, *, words: str = "", by: Actor, now: datetime) -> Acknowledgement:
    """The party's yes to this version. For a supplier without an account whoever runs the matter writes it down, with
    who said it and how. Refused for a version that a later one has replaced."""
    ack = (
        Acknowledgement.objects.select_for_update(of=("self",))
        .select_related("baseline__matter", "unit")
        .get(pk=row.pk)
    )
    latest = latest_baseline(ack.baseline.matter)
    if latest is not None and latest.pk != ack.baseline_id:
        raise Refused("replaced", _("计划已有第{version}版，请看过新版再确认。"), version=latest.version)
    if ack.acknowledged_at is not None:
        raise Refused("already", _("{unit}已经确认过这一版。"), unit=ack.unit.name)
    person = acting(by, now)
    if person is not None and not can_acknowledge(person, ack, now):
        raise Refused("not_yours", _("{unit}的确认由该单位的人作出。"), unit=ack.unit.name)
    if person is not None and not speaks_for_unit(person, ack, now) and len(words.strip()) < 2:
        raise Refused("words_missing", _("代外部单位登记确认，请写明谁、怎样确认的。"), field="words")
    ack.acknowledged_at, ack.acknowledged_by, ack.words = now, by.person, words.strip()
    ack.save(update_fields=["acknowledged_at", "acknowledged_by", "words"])
    left = _owing(ack.baseline).count()
    data = {"version": ack.baseline.version, "unit": ack.unit_id, "unit_name": ack.unit.name, "left": left,
            "words": ack.words}  # fmt: skip
    record("plan", ack.baseline.matter_id, "plan.acknowledged", by=by, now=now, data=data)
    return ack


def _owing(baseline: Baseline) -> Any:
    return baseline.acknowledgements.filter(asked=True, acknowledged_at__isnull=True)


@transaction.atomic
def remind_parties(baseline: Baseline, *, by: Actor, now: datetime) -> int:
    """Remind those who have not agreed; nobody twice within half a working day. Returns how many were reminded."""
    check_run(by, baseline.matter, now)
    rows = list(_owing(baseline).select_for_update(of=("self",)))
    if not rows:
        raise Refused("nobody_owes", _("各方都已确认，不用提醒。"))
    calendar = work_calendar()
    due = [row for row in rows if calendar.worked(row.reminded_at or row.asked_at, now) >= HALF_DAY]
    if not due:
        raise Refused("reminded", _("半个工作日内刚提醒过，请稍后再提醒，或打电话。"))
    for row in due:
        row.reminded_at = now
    Acknowledgement.objects.bulk_update(due, ["reminded_at"])
    data = {"version": baseline.version, "people": sorted({row.person_id for row in due if row.person_id})}
    record("plan", baseline.matter_id, "plan.reminded", by=by, now=now, data=data)
    return len(due)
