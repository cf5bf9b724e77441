"""The plan as a graph in working days: what a promise rests on, how much slack it has, what a moved date does.

Pure. Days are counted as positions on the axis of working days, so that a date, a lag and a duration are plain numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import NamedTuple, Protocol

DEFAULT_WORKDAYS = 1
"""A task whose duration nobody gave needs a day after its input."""


class Days(Protocol):
    """What the axis needs of a working calendar."""

    def is_workday(self, day: date, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Node:
    """A promise. `due_on`: the day others count on; `done_on` once it is reported or closed; `assured_for` the input
    day for which its performer keeps the date all the same."""

    id: int
    due_on: date | None = None
    start_on: date | None = None
    workdays: int | None = None
    done_on: date | None = None
    assured_for: date | None = None


@dataclass(frozen=True, slots=True)
class Link:
    before: int
    after: int
    lag: int = 0


class Spot(NamedTuple):
    """A promise's timing as positions on the axis; `ready` is that of its input, `driver` the predecessor that decides
    it."""

    ready: int | None
    driver: int | None
    earliest: int | None
    finish: int | None
    slack: int | None


class Timing:
    """A promise's timing as days, worked out when they are asked for."""

    __slots__ = ("_axis", "_spot")

    def __init__(self, axis: Axis, spot: Spot) -> None:
        self._axis, self._spot = axis, spot

    @property
    def input_on(self) -> date | None:
        """When the last of what it needs is there (or the day before its planned start); None: it waits for nothing."""
        return self._day(self._spot.ready)

    @property
    def start_on(self) -> date | None:
        return None if self._spot.ready is None else self._axis.day(self._spot.ready + 1)

    @property
    def earliest_on(self) -> date | None:
        """The day on which the work can be done, the input being what it is."""
        return self._day(self._spot.earliest)

    @property
    def finish_on(self) -> date | None:
        """When those after it may really expect it."""
        return self._day(self._spot.finish)

    @property
    def slack(self) -> int | None:
        """Working days left; None without input or due date."""
        return self._spot.slack

    @property
    def driver(self) -> int | None:
        """The predecessor that decides the input day."""
        return self._spot.driver

    def _day(self, at: int | None) -> date | None:
        return None if at is None else self._axis.day(at)


@dataclass(frozen=True, slots=True)
class Touched:
    """One promise that a moved date reaches, before and after."""

    id: int
    direct: bool
    before: Timing
    after: Timing

    @property
    def broken(self) -> bool:
        return self.after.slack is not None and self.after.slack < 0

    @property
    def newly_broken(self) -> bool:
        return self.broken and (self.before.slack is None or self.before.slack >= 0)

    @property
    def lost(self) -> int:
        """Working days of slack lost; negative when it gained."""
        if self.before.slack is None or self.after.slack is None:
            return 0
        return self.before.slack - self.after.slack


@dataclass(frozen=True, slots=True)
class Effect:
    """What moving some dates does. `lines` in the order in which the change travels; `chain` leads from what moved to
    the one that ends last; the moved ones themselves are not among the lines, `inputs` are their own input days."""

    moved: Mapping[int, date]
    lines: tuple[Touched, ...] = ()
    chain: tuple[int, ...] = ()
    ends_before: date | None = None
    ends_after: date | None = None
    inputs: Mapping[int, date | None] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not self.lines

    @property
    def direct(self) -> tuple[Touched, ...]:
        return tuple(line for line in self.lines if line.direct)


class Axis:
    """Working days numbered from the first day of a year on; years are laid out when they are first asked for."""

    def __init__(self, calendar: Days, first: date) -> None:
        self._calendar = calendar
        self._days: list[int] = []
        self._next = date(first.year, 1, 1)
        self._known: dict[date, int] = {}

    def _reach(self, day: date) -> None:
        while self._next <= day:
            end = date(self._next.year + 1, 1, 1)
            while self._next < end:
                if self._calendar.is_workday(self._next):
                    self._days.append(self._next.toordinal())
                self._next += timedelta(days=1)

    def at(self, day: date) -> int:
        """How many working days there are up to and including `day`."""
        found = self._known.get(day)
        if found is None:
            self._reach(day)
            found = self._known[day] = bisect_right(self._days, day.toordinal())
        return found

    def before(self, day: date) -> int:
        """The position of the last working day before `day`."""
        self._reach(day)
        return bisect_left(self._days, day.toordinal())

    def day(self, at: int) -> date:
        """The working day with this number; before the first one: the first."""
        while len(self._days) < at:
            self._reach(self._next)
        return date.fromordinal(self._days[max(at, 1) - 1])


@dataclass
class Graph:
    """Promises and what ties them. Links to promises that are not in it are left out; `today` is the floor for
    everything not yet done."""

    nodes: Mapping[int, Node]
    links: Collection[Link]
    calendar: Days
    today: date
    after: dict[int, list[Link]] = field(init=False, default_factory=dict)
    before: dict[int, list[Link]] = field(init=False, default_factory=dict)
    axis: Axis = field(init=False)

    def __post_init__(self) -> None:
        for link in self.links:
            if link.before in self.nodes and link.after in self.nodes:
                self.after.setdefault(link.before, []).append(link)
                self.before.setdefault(link.after, []).append(link)
        days = [d for n in self.nodes.values() for d in (n.due_on, n.start_on, n.done_on, n.assured_for) if d]
        self.axis = Axis(self.calendar, min([self.today, *days]))

    def order(self) -> list[int]:
        """The promises so that each comes after what it needs. Raises CycleError, naming the round."""
        needs = {pk: [link.before for link in self.before.get(pk, ())] for pk in sorted(self.nodes)}
        return list(TopologicalSorter(needs).static_order())

    def spot(
        self,
        node: Node,
        finishes: Mapping[int, int | None],
        changed: Mapping[int, int | None] = MappingProxyType({}),
    ) -> Spot:
        """Its timing when the others end as `finishes` says, save where `changed` says otherwise."""
        ready, driver = (self.axis.before(node.start_on) if node.start_on else None), None
        for link in self.before.get(node.id, ()):
            came = changed[link.before] if link.before in changed else finishes.get(link.before)
            if came is not None and (ready is None or came + link.lag > ready):
                ready, driver = came + link.lag, link.before
        due = self.axis.at(node.due_on) if node.due_on else None
        earliest = None if ready is None else ready + (node.workdays or DEFAULT_WORKDAYS)
        slack = None if earliest is None or due is None else due - earliest
        return Spot(ready, driver, earliest, self._finish(node, ready, earliest, due), slack)

    def _finish(self, node: Node, ready: int | None, earliest: int | None, due: int | None) -> int | None:
        if node.done_on:
            return self.axis.at(node.done_on)
        if due is not None and node.assured_for and (ready is None or ready <= self.axis.at(node.assured_for)):
            earliest = None  # he keeps his date although his input comes late
        known = [at for at in (due, earliest) if at is not None]
        return max([*known, self.axis.at(self.today)]) if known else None

    def vouched(self, node: Node, due_on: date | None, otherwise: int | None) -> int | None:
        """The finish when his word is taken for it."""
        if node.done_on or due_on is None:
            return otherwise
        return max(self.axis.at(due_on), self.axis.at(self.today))

    def timing(self, spot: Spot) -> Timing:
        return Timing(self.axis, spot)


def schedule(graph: Graph) -> dict[int, Timing]:
    """Every promise's timing from the dates that hold now."""
    finishes: dict[int, int | None] = {}
    found: dict[int, Timing] = {}
    for pk in graph.order():
        node = graph.nodes[pk]
        spot = graph.spot(node, finishes)
        finishes[pk], found[pk] = spot.finish, graph.timing(spot)
    return found


def critical_path(timings: Mapping[int, Timing], among: Collection[int] | None = None) -> list[int]:
    """From the first task on: what drives the one that ends last (of `among`, else of all). One task is no path."""
    ends = {pk: t.finish_on for pk, t in timings.items() if t.finish_on and (among is None or pk in among)}
    if not ends:
        return []
    last = max(ends.values())
    lasts = [pk for pk, day in ends.items() if day == last]
    path = max((_driven(timings, pk) for pk in sorted(lasts)), key=len)
    return path if len(path) > 1 else []


def _driven(timings: Mapping[int, Timing], pk: int) -> list[int]:
    path, at = [pk], timings[pk].driver
    while at is not None:
        path.append(at)
        at = timings[at].driver if at in timings else None
    return path[::-1]


def ripple(graph: Graph, moved: Mapping[int, date]) -> Effect:
    """What happens to the others when these promises are due on these days instead.

    Of the moved ones their word counts, old and new, whatever their inputs make likely. Walks in order and computes
    anew only what the change reaches.
    """
    before: dict[int, Spot] = {}
    finishes: dict[int, int | None] = {}
    changed: dict[int, int | None] = {}
    lines: list[Touched] = []
    drivers: dict[int, int | None] = {}
    for pk in graph.order():
        node = graph.nodes[pk]
        spot = graph.spot(node, finishes)
        if pk in moved:
            spot = spot._replace(finish=graph.vouched(node, node.due_on, spot.finish))
            new = spot._replace(finish=graph.vouched(node, moved[pk], spot.finish))
        elif any(link.before in changed for link in graph.before.get(pk, ())):
            new = graph.spot(node, finishes, changed)
        else:
            new = spot
        before[pk], finishes[pk] = spot, spot.finish
        if new.finish != spot.finish:
            changed[pk] = new.finish
        if pk in moved or new != spot:
            drivers[pk] = new.driver
        if pk not in moved and new != spot and node.done_on is None:
            direct = any(link.before in moved for link in graph.before.get(pk, ()))
            lines.append(Touched(pk, direct, graph.timing(spot), graph.timing(new)))
    return _summed(graph, moved, lines, before, changed, drivers)


def _summed(
    graph: Graph,
    moved: Mapping[int, date],
    lines: list[Touched],
    before: Mapping[int, Spot],
    changed: Mapping[int, int | None],
    drivers: Mapping[int, int | None],
) -> Effect:
    reached = [pk for pk in (*moved, *(line.id for line in lines)) if pk in before]
    was = {pk: at for pk in reached if (at := before[pk].finish) is not None}
    now = {pk: at for pk in reached if (at := changed.get(pk, before[pk].finish)) is not None}
    if not now:
        return Effect(dict(moved), tuple(lines))
    last = max(sorted(now), key=lambda pk: now[pk])
    chain, at = [last], drivers.get(last)
    while at is not None and at in drivers:
        chain.append(at)
        at = drivers[at] if at not in moved else None
    return Effect(
        moved=dict(moved),
        lines=tuple(lines),
        chain=tuple(chain[::-1]) if lines else (),
        ends_before=graph.axis.day(max(was.values())) if was else None,
        ends_after=graph.axis.day(now[last]),
        inputs={pk: graph.timing(before[pk]).input_on for pk in moved if pk in before},
    )


def needed_on(*, due_on: date | None, start_on: date | None, workdays: int | None, lag: int, axis: Axis) -> date | None:
    """The last working day on which the input may arrive: the one before the planned start, else so that the due date
    can still be kept; the lag is taken off. None when the later task has no date at all."""
    if start_on:
        return axis.day(axis.before(start_on) - lag)
    if due_on is None:
        return None
    return axis.day(axis.at(due_on) - (workdays or DEFAULT_WORKDAYS) - lag)


def round_of(links: Iterable[tuple[int, int]]) -> list[int]:
    """The tasks of a round that the links make, in order and with the first one again at the end; empty without one."""
    needs: dict[int, list[int]] = {}
    for before, after in links:
        needs.setdefault(after, []).append(before)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        found: list[int] = error.args[1]
        return found
    return []
