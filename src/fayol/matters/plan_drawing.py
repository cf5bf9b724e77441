"""The plan as a picture: dates in, places in percent and pixels out. Pure; the template only writes them down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

HEAD, ROW = 34, 30
"""Pixels above the first row, and of a row; the names beside the picture keep to the same (tokens.css)."""
_LONG = 200
"""Days beyond which single weekends are too narrow to be seen and only holidays are shaded."""
_BEHIND = 0.5
"""Percent by which an arrow leaves a bar before it turns."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Task:
    """A row. `kind`: done, ok, amber, red or grey. `base`: what the baseline says. `words` stand behind the bar."""

    key: int
    title: str
    url: str = ""
    span: Span | None = None
    kind: str = "ok"
    words: str = ""
    base: Span | None = None
    critical: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    before: int
    after: int
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: x and width in percent, y in pixels."""

    x: float
    width: float
    y: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    task: Task
    box: Box
    base: Box | None

    @property
    def end_x(self) -> float:
        return round(self.box.x + self.box.width, 2)

    @property
    def text_y(self) -> float:
        return self.box.y + 11.5

    @property
    def base_y(self) -> int:
        return self.box.y + 16


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the end of a bar, down or up, to the beginning of another."""

    x1: float
    x2: float
    x3: float
    y1: int
    y2: int
    critical: bool


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    words: str


@dataclass(frozen=True)
class Axis:
    """The days across the picture, with room behind the last one for words."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @cached_property
    def _whole(self) -> float:
        return self.days * 1.14 + 2

    def x(self, day: date) -> float:
        """Where the day begins, in percent; days outside lie on the edge."""
        inside = min(max((day - self.first).days, 0), self.days)
        return round(100 * inside / self._whole, 2)

    def box(self, span: Span, y: int) -> Box:
        left, right = self.x(span.start), self.x(span.end + timedelta(days=1))
        return Box(left, round(max(right - left, 0.4), 2), y)

    def covers(self, span: Span) -> bool:
        return span.end >= self.first and span.start <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.days))


@dataclass(frozen=True)
class Drawing:
    """Everything the template needs."""

    tasks: Sequence[Task]
    bars: list[Bar]
    arrows: list[Arrow]
    ticks: list[Tick]
    off: list[Box]
    stripes: list[int]
    axis: Axis
    today_x: float | None = None
    goal: Bar | None = None
    rows: int = field(default=0)

    @property
    def height(self) -> int:
        return self.bottom + 2

    @property
    def bottom(self) -> int:
        return HEAD + ROW * self.rows

    @property
    def depth(self) -> int:
        return ROW * self.rows

    @property
    def wide(self) -> str:
        """How far the picture may be scrolled sideways, as a class."""
        return (
            "" if self.axis.days <= 75 else "w1" if self.axis.days <= 150 else "w2" if self.axis.days <= 300 else "w3"
        )


def draw(
    tasks: Sequence[Task],
    links: Iterable[Link],
    *,
    today: date,
    works: Callable[[date], bool],
    goal: date | None = None,
    window: Span | None = None,
) -> Drawing | None:
    """The picture of these rows; nothing when no row has a date. `works` says whether a day is a working day."""
    spans = [span for task in tasks for span in (task.span, task.base) if span]
    if not spans:
        return None
    axis = _axis(spans, today, goal, window)
    y_of = {task.key: HEAD + ROW * number for number, task in enumerate(tasks)}
    bars = [
        Bar(task, axis.box(task.span, y_of[task.key] + 8), axis.box(task.base, 0) if task.base else None)
        for task in tasks
        if task.span and axis.covers(task.span)
    ]
    if goal and not axis.first <= goal <= axis.last:
        goal = None
    rows = len(tasks) + bool(goal)
    return Drawing(
        tasks=tasks,
        bars=bars,
        arrows=list(_arrows(bars, links)),
        ticks=list(_ticks(axis)),
        off=_days_off(axis, works),
        stripes=[HEAD + ROW * number for number in range(1, rows, 2)],
        axis=axis,
        today_x=axis.x(today) if axis.first <= today <= axis.last else None,
        goal=_goal(axis, goal, len(tasks)) if goal else None,
        rows=rows,
    )


def _axis(spans: Sequence[Span], today: date, goal: date | None, window: Span | None) -> Axis:
    if window:
        return Axis(window.start, window.end)
    days = [day for span in spans for day in (span.start, span.end)] + ([goal] if goal else [])
    first = min(days)
    if today < max(days):
        first = min(first, today)
    return Axis(first - timedelta(days=first.weekday()), max(days))


def _goal(axis: Axis, day: date, row: int) -> Bar:
    x = axis.x(day + timedelta(days=1))
    return Bar(Task(0, "", span=Span(day, day)), Box(x, 0, HEAD + ROW * row + 8), None)


def _ticks(axis: Axis) -> Iterator[Tick]:
    """Mondays as long as they fit, then every other one, then the first of every month."""
    weeks = axis.days / 7
    if weeks > 30:
        months = [day for day in axis if day.day == 1]
        step = 1 if len(months) <= 14 else 3
        yield from (Tick(axis.x(day), f"{day.year}/{day.month}") for day in months[::step])
        return
    mondays = [day for day in axis if day.weekday() == 0]
    step = 1 if weeks <= 13 else 2
    yield from (Tick(axis.x(day), f"{day.month}/{day.day}") for day in mondays[::step])


def _days_off(axis: Axis, works: Callable[[date], bool]) -> list[Box]:
    runs: list[Span] = []
    for day in axis:
        if works(day):
            continue
        if runs and runs[-1].end == day - timedelta(days=1):
            runs[-1] = Span(runs[-1].start, day)
        else:
            runs.append(Span(day, day))
    least = 3 if axis.days > _LONG else 1
    return [axis.box(run, 0) for run in runs if (run.end - run.start).days + 1 >= least]


def _arrows(bars: Sequence[Bar], links: Iterable[Link]) -> Iterator[Arrow]:
    """The critical ones last, so that they lie on top."""
    by_key = {bar.task.key: bar for bar in bars}
    for link in sorted(links, key=lambda link: link.critical):
        before, after = by_key.get(link.before), by_key.get(link.after)
        if before is None or after is None or before is after:
            continue
        out = round(before.end_x + _BEHIND, 2)
        yield Arrow(
            x1=before.end_x,
            x2=out,
            x3=max(after.box.x, out),
            y1=before.box.y + 7,
            y2=after.box.y + 7,
            critical=link.critical,
        )
