"""One step of a climb: from the bottom, rung by rung, until one acts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from fayol.kernel.worktime import WorkCalendar
from fayol.ladders.policy.reaching import Crowd, Owing, Reached, holder_of, reach
from fayol.ladders.policy.timing import Course, next_coming, stands_at
from fayol.ladders.states import Level, Skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rung: it reached `person_id`, or could not act because of `why`."""

    index: int
    level: Level
    foreseen: datetime
    person_id: int | None
    why: Skip | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The rungs that were tried (at most the last of them acted), and where the climb stands after them."""

    outcomes: tuple[Outcome, ...]
    course: Course

    @property
    def acted(self) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if outcome.why is None), None)


def step(
    course: Course, owing: Owing, crowd: Crowd, *, reached: Collection[int], now: datetime, calendar: WorkCalendar
) -> Step:
    """The next rung acts; one that cannot is passed over and the one above it acts at once. `reached`: whom lower
    rungs of this pass have reached."""
    outcomes: list[Outcome] = []
    foreseen = None
    while coming := next_coming(course, calendar):
        foreseen = foreseen or coming.at
        level = course.ladder.rungs[coming.index].level
        found = _reach(level, owing, crowd, reached, now)
        outcomes.append(Outcome(coming.index, level, foreseen, found.person_id, found.why))
        course = replace(course, next_rung=coming.index + 1)
        if found.why is None:
            course = replace(course, last_at=stands_at(foreseen, now, course.ladder, calendar))
            break
    return Step(tuple(outcomes), course)


def _reach(level: Level, owing: Owing, crowd: Crowd, reached: Collection[int], now: datetime) -> Reached:
    below = {*reached, holder_of(owing, crowd, at=now)}
    return reach(level, owing, crowd, at=now, below=below)
