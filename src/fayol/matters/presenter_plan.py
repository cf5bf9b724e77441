"""The plan of an affair in words and bars: one line a task, grouped by unit, with what the baseline says beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from django.urls import reverse
from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.models import Commitment
from fayol.commitments.presenter import ball_of, level_of, light_of
from fayol.commitments.states import CLOSED
from fayol.matters.plan.models import BaselineLine, Dependency, PlanStep
from fayol.matters.plan.policy import Timing
from fayol.matters.plan.queries import Plan
from fayol.matters.plan_drawing import Drawing, Link, Span, Task, draw
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Unit
from fayol.web.http import components, dates

FOLD_FROM = 60
"""From so many tasks on, units are folded to a line each in the picture."""
_NAME = 12
"""Characters of a task's name in a sentence."""
_PATH = 5
"""Tasks of a path that are named."""
WINDOWS: dict[str, tuple[int, int]] = {"6": (7, 35), "13": (14, 77)}
"""Weeks shown → days before and after today."""


@dataclass(frozen=True)
class Source:
    """The plan, and those tasks outside it that it is tied to and that the viewer may see."""

    plan: Plan
    others: Mapping[int, Commitment] = field(default_factory=dict)

    @cached_property
    def tasks(self) -> dict[int, Commitment]:
        return {task.pk: task for task in self.plan.tasks}

    def named(self, pk: int) -> Commitment | None:
        return self.tasks.get(pk) or self.others.get(pk)


@dataclass(frozen=True)
class Need:
    """What a task waits for, or what waits for it. `row` is None when the viewer may not see it."""

    dependency: Dependency
    row: Commitment | None
    light: components.Light | None

    @property
    def words(self) -> str:
        if self.row is None:
            return t("另一事项的任务")
        return self.row.title


@dataclass(frozen=True)
class Line:
    """A row of the table."""

    row: Commitment
    span: Span | None
    base: BaselineLine | None
    light: components.Light
    ball: components.Ball
    slack: int | None
    needs: list[Need]
    critical: bool
    workdays: int | None = None

    @property
    def slack_words(self) -> str:
        return slack_words(self.slack)

    @property
    def slack_level(self) -> str:
        if self.slack is None or self.slack > 0:
            return "green"
        return "red" if self.slack < 0 else "amber"

    @property
    def moved(self) -> bool:
        return self.base is not None and self.base.due_on != self.row.due_on


@dataclass
class Group:
    """A unit's lines."""

    unit: Unit
    lines: list[Line] = field(default_factory=list)

    @property
    def span(self) -> Span | None:
        spans = [line.span for line in self.lines if line.span]
        return Span(min(s.start for s in spans), max(s.end for s in spans)) if spans else None


def slack_words(slack: int | None) -> str:
    """余3天, 差2天; nothing when nothing is waited for."""
    if slack is None:
        return ""
    if slack < 0:
        return ngettext("差%(n)d天", "差%(n)d天", -slack) % {"n": -slack}
    return ngettext("余%(n)d天", "余%(n)d天", slack) % {"n": slack}


def groups_of(source: Source, viewer_id: int, now: datetime) -> list[Group]:
    """By performing unit in the manual order; within it by the day on which the work begins."""
    before: dict[int, list[Need]] = {}
    for dependency in (*source.plan.links, *source.plan.outside):
        row = source.named(dependency.before_id)
        before.setdefault(dependency.after_id, []).append(Need(dependency, row, light_of(row, now) if row else None))
    groups: dict[int, Group] = {}
    for task in source.plan.tasks:
        groups.setdefault(task.performer_unit_id, Group(task.performer_unit)).lines.append(
            _line(task, source, before.get(task.pk, []), viewer_id, now)
        )
    for group in groups.values():
        group.lines.sort(key=lambda line: (line.span.start if line.span else date.max, line.row.pk))
    return sorted(groups.values(), key=lambda group: (group.unit.order, group.unit.pk))


def _line(task: Commitment, source: Source, needs: list[Need], viewer_id: int, now: datetime) -> Line:
    timing, step = source.plan.timings.get(task.pk), source.plan.steps.get(task.pk)
    closed = task.state in CLOSED
    return Line(
        row=task,
        span=_span(task, step, timing),
        base=source.plan.lines.get(task.pk),
        light=light_of(task, now),
        ball=ball_of(task, viewer_id, now),
        slack=None if closed or timing is None else timing.slack,
        needs=needs,
        critical=task.pk in source.plan.critical,
        workdays=step.workdays if step else None,
    )


def _span(task: Commitment, step: PlanStep | None, timing: Timing | None) -> Span | None:
    """From the planned start, else from when its input is there, else from when it was asked; to when it will really
    be there, which is later than the due day when the input comes too late."""
    local = work_calendar().local_day
    ended = local(task.reported_at or task.closed_at) if task.state in CLOSED and task.closed_at else None
    end = ended or (timing.finish_on if timing and timing.finish_on else task.due_on)
    if end is None:
        return None
    asked = local(task.dispatched_at or task.created_at)
    start = step.start_on if step and step.start_on else None
    if start is None:
        start = timing.start_on if timing and timing.start_on and not ended else asked
    return Span(min(start, end), end)


# ── the picture ────────────────────────────────────────────────────────────


def chart_of(
    groups: Sequence[Group],
    source: Source,
    now: datetime,
    *,
    due_on: date | None,
    unfolded: Collection[int] = (),
    address: Callable[[int], str] = lambda unit: "",
    window: str = "",
    most: int | None = None,
) -> Drawing | None:
    """`unfolded`: units whose tasks are drawn although there are many; `address` folds one or unfolds it. `most`: no
    headings, the next so many tasks."""
    today = dates.day_of(now)
    total = sum(len(group.lines) for group in groups)
    if most is not None:
        tasks = [_task(line, now) for line in _nearest(groups, most, today)]
    else:
        way = address if total > FOLD_FROM else None
        tasks = [task for group in groups for task in _rows(group, now, way, opened=group.unit.pk in unfolded)]
    hot = set(pairwise(source.plan.critical))
    links = [Link(d.before_id, d.after_id, (d.before_id, d.after_id) in hot) for d in source.plan.links]
    return draw(tasks, links, today=today, works=work_calendar().is_workday, goal=due_on, window=_window(window, today))


def _window(weeks: str, today: date) -> Span | None:
    if weeks not in WINDOWS:
        return None
    back, ahead = WINDOWS[weeks]
    monday = today - timedelta(days=today.weekday())
    return Span(monday - timedelta(days=back), monday + timedelta(days=ahead))


def _nearest(groups: Sequence[Group], most: int, today: date) -> list[Line]:
    """All of them by their start when they are few; else what is open or ended last."""
    lines = [line for group in groups for line in group.lines if line.span]
    if len(lines) > most:
        lines.sort(key=lambda line: (line.row.state in CLOSED, line.row.due_on or date.max, line.row.pk))
    return sorted(lines[:most], key=lambda line: (line.span.start, line.span.end, line.row.pk) if line.span else ())


def _rows(group: Group, now: datetime, address: Callable[[int], str] | None, *, opened: bool) -> Iterable[Task]:
    """The unit's heading, folded to one bar unless it is opened or nothing is folded at all."""
    fold = address is not None and not opened
    late = sum(line.light.level == "red" or (line.slack or 0) < 0 for line in group.lines)
    words = ngettext("%(n)d条", "%(n)d条", len(group.lines)) % {"n": len(group.lines)}
    if late:
        words += t("，%(n)d条吃紧") % {"n": late}
    url = address(group.unit.pk) if address else ""
    span = group.span if fold else None
    yield Task(-group.unit.pk, group.unit.name, url, span, "sum", words if fold else "", heading=True)
    if not fold:
        yield from (_task(line, now) for line in group.lines)


def _task(line: Line, now: datetime) -> Task:
    row, words = line.row, ""
    if line.span:
        words = f"{line.span.end.month}/{line.span.end.day}"
        if line.slack is not None:
            words += f" {line.slack_words}"
    return Task(
        key=row.pk,
        title=row.title,
        url=reverse("commitments:page", args=[row.pk]),
        span=line.span,
        kind=kind_of(line, now),
        words=words,
        base=_base_span(line),
        critical=line.critical,
    )


def _base_span(line: Line) -> Span | None:
    """What the baseline says, where it is known; without a start from where the bar begins."""
    if line.base is None or line.base.due_on is None:
        return None
    start = line.base.start_on or (line.span.start if line.span else line.base.due_on)
    return Span(min(start, line.base.due_on), line.base.due_on)


def kind_of(line: Line, now: datetime) -> str:
    if line.row.state in CLOSED:
        return "done"
    level = level_of(line.row, now)
    if level == "red" or (line.slack is not None and line.slack < 0):
        return "red"
    return {"amber": "amber", "grey": "grey"}.get(level, "ok")


def short(title: str) -> str:
    return title if len(title) <= _NAME else title[: _NAME - 1] + "…"


def path_words(source: Source) -> str:
    """人数 → 预算 → 物料; of a long one the beginning and the end."""
    names = [short(row.title) for pk in source.plan.critical if (row := source.named(pk))]
    if len(names) > _PATH:
        names = [*names[:2], t("共%(n)d条") % {"n": len(names)}, names[-1]]
    return " → ".join(names)


def sentence(groups: Sequence[Group], source: Source) -> str:
    """What the picture shows, for those who cannot see it; the table has all of it."""
    lines = [line for group in groups for line in group.lines]
    broken = [line for line in lines if line.slack is not None and line.slack < 0]
    words = ngettext("%(n)d项任务的计划图。", "%(n)d项任务的计划图。", len(lines)) % {"n": len(lines)}
    if source.plan.critical:
        words += t("关键路径：%(path)s。") % {"path": path_words(source)}
    if broken:
        names = "、".join(short(line.row.title) + line.slack_words for line in broken[:3])
        words += t("%(names)s。") % {"names": names}
    return words + t("全部内容见表格。")


def tightness(groups: Sequence[Group]) -> components.Light | None:
    """1项差2天."""
    broken = [line.slack for group in groups for line in group.lines if line.slack is not None and line.slack < 0]
    if not broken:
        return None
    n = len(broken)
    words = ngettext("%(n)d项差%(d)d天", "%(n)d项最多差%(d)d天", n) % {"n": n, "d": -min(broken)}
    return components.Light("amber", words)
