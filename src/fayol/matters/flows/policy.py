"""A flow laid over a calendar, and a finished affair read as a flow. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Protocol


class Days(Protocol):
    """What is needed of a working calendar."""

    def is_workday(self, day: date, /) -> bool: ...

    def is_assumed(self, day: date, /) -> bool: ...

    def next_workday(self, day: date, /) -> date: ...

    def add_workdays(self, day: date, count: int, /) -> date: ...

    def workdays_between(self, start: date, end: date, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Laid:
    """A step on its days. `wanted_on` is where the flow puts it; `due_on` is later where that day is gone (`squeezed`).
    `short`: working days that are missing for the work. `assumed` where the holidays of its year are not published."""

    due_on: date
    start_on: date
    wanted_on: date
    squeezed: bool
    short: int
    assumed: bool


def lay_out(offset: int, workdays: int, *, anchor: date, today: date, calendar: Days) -> Laid:
    """`offset` working days after the anchor (before it, when negative); 0 is the anchor itself, or the last working
    day before it. Work starts so that its `workdays` end with the due day, the first of them being today or later."""
    base = anchor if calendar.is_workday(anchor) else calendar.add_workdays(anchor, -1)
    wanted = calendar.add_workdays(base, offset) if offset else base
    earliest = calendar.next_workday(today)
    due = max(wanted, earliest)
    start = max(calendar.add_workdays(due, 1 - workdays) if workdays > 1 else due, earliest)
    short = workdays - 1 - calendar.workdays_between(start, due)
    return Laid(due, start, wanted, wanted < earliest, short, calendar.is_assumed(due))


def offset_of(day: date, anchor: date, calendar: Days) -> int:
    """The inverse of `lay_out` for a working day."""
    base = anchor if calendar.is_workday(anchor) else calendar.add_workdays(anchor, -1)
    return calendar.workdays_between(base, day)


def round_in(needs: Mapping[int, Iterable[int]]) -> list[int]:
    """Steps that wait for each other in a round; empty when there is none. `needs`: what each step waits for."""
    try:
        TopologicalSorter({step: list(before) for step, before in needs.items()}).prepare()
    except CycleError as error:
        found: Sequence[int] = error.args[1]
        return list(found)
    return []
