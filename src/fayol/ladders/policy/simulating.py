"""Playing the coming days as if nobody moved: the steps of the firing and the rule of the half-days, on values."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fayol.kernel.worktime import HalfDay, WorkCalendar
from fayol.ladders.policy.bundling import Ready, ready_from, send
from fayol.ladders.policy.ladder import Ladder
from fayol.ladders.policy.reaching import Crowd, Owing, holder_of
from fayol.ladders.policy.stepping import step
from fayol.ladders.policy.timing import Course, first_rung, next_coming, raw_at
from fayol.ladders.states import HEIGHT, Level


@dataclass(frozen=True, slots=True)
class Climber:
    """A running climb: `key` names it; `calendar`: by which it counts; `reached`: whom this pass has reached."""

    key: int
    course: Course
    owing: Owing
    calendar: WorkCalendar
    reached: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """What a rung (or a person, then without a climb) wants said to somebody."""

    person_id: int
    key: int
    level: Level
    ready_at: datetime
    owing: Owing | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to come."""

    person_id: int
    at: datetime
    half: HalfDay
    flash: bool
    lines: tuple[Line, ...]


@dataclass
class Play:
    """Everything that would happen from `now` to `end`. `calendar_of`: by which a person is told; `used`: half-days in
    which somebody has had his message."""

    crowd: Crowd
    calendar_of: Callable[[int], WorkCalendar]
    now: datetime
    end: datetime
    used: dict[int, set[HalfDay]] = field(default_factory=lambda: defaultdict(set))
    _queue: list[tuple[datetime, int, int]] = field(default_factory=list)
    _climbers: dict[int, Climber] = field(default_factory=dict)
    _waiting: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def perform(self, climbers: Sequence[Climber], lines: Sequence[Line]) -> Iterator[Planned]:
        """Messages in the order of time. At one instant all rungs act before anything is sent."""
        for climber in climbers:
            self._await(climber)
        for line in lines:
            self._wait(line, max(line.ready_at, self.now))
        while self._queue and self._queue[0][0] <= self.end:
            at, sends, key = heapq.heappop(self._queue)
            yield from self._send(key, at) if sends else self._climb(key, at)

    def _await(self, climber: Climber) -> None:
        self._climbers[climber.key] = climber
        coming = next_coming(climber.course, climber.calendar)
        if coming is not None:
            at = max(coming.at, self.now)
            ladder = climber.course.ladder
            at = at if coming.at >= self.now or ladder.natural else self._next_chance(at, climber.calendar)
            heapq.heappush(self._queue, (at, 0, climber.key))

    def _next_chance(self, at: datetime, calendar: WorkCalendar) -> datetime:
        """A rung that is late already acts in this half-day, or at the next opening."""
        return at if calendar.is_working(at) else calendar.next_working(at)

    def _climb(self, key: int, at: datetime) -> Iterator[Planned]:
        climber = self._climbers[key]
        calendar = climber.calendar
        done = step(climber.course, climber.owing, self.crowd, reached=climber.reached, now=at, calendar=calendar)
        acted = done.acted
        reached = climber.reached | ({acted.person_id} if acted and acted.person_id else set())
        self._await(replace(climber, course=done.course, reached=frozenset(reached)))
        if acted is None or acted.person_id is None:
            return
        if climber.course.ladder.natural:
            line = Line(acted.person_id, key, acted.level, at, climber.owing)
            yield Planned(acted.person_id, at, HalfDay(calendar.local_day(at), 0), True, (line,))
            return
        ready_at = ready_from(at, acted.level, self.calendar_of(acted.person_id))
        self._wait(Line(acted.person_id, key, acted.level, ready_at, climber.owing), ready_at)

    def _wait(self, line: Line, at: datetime) -> None:
        self._waiting[line.person_id].append(replace(line, ready_at=at))
        heapq.heappush(self._queue, (at, 1, line.person_id))

    def _send(self, person_id: int, at: datetime) -> Iterator[Planned]:
        lines = [line for line in self._waiting.pop(person_id, []) if self._still_his(line, at)]
        ready = [(i, line) for i, line in enumerate(lines) if line.ready_at <= at]
        rest = [line for line in lines if line.ready_at > at]
        asked = [Ready(i, at, line.level is Level.BRIEF) for i, line in ready]
        calendar = self.calendar_of(person_id)
        sending = send(asked, at=at, used=self.used[person_id], calendar=calendar)
        for line in rest:
            self._waiting[person_id].append(line)
        for i, later in sending.later:
            self._wait(lines[i], later)
        if sending.now:
            half = calendar.half_day(at)
            self.used[person_id].add(half)
            yield Planned(person_id, at, half, False, tuple(lines[i] for i in sending.now))

    def _still_his(self, line: Line, at: datetime) -> bool:
        """A line meant for whoever has the ball follows the ball."""
        if line.level is not Level.PERSON or line.owing is None:
            return True
        holder = holder_of(line.owing, self.crowd, at=at)
        if holder != line.person_id:
            self._wait(replace(line, person_id=holder), max(line.ready_at, at))
        return holder == line.person_id


def refit(course: Course, ladder: Ladder, *, height: int, calendar: WorkCalendar) -> Course:
    """The same climb as if it had this ladder: no lower than it has come, and no rung whose time it has passed."""
    plain = replace(course, ladder=ladder, next_rung=0)
    start = first_rung(plain, now=course.floor_at, calendar=calendar)
    since = course.last_at
    for index in range(start, len(ladder.rungs)):
        raw = raw_at(index, plain, calendar)
        later = since is None or (raw is not None and raw > since)
        if raw is not None and later and HEIGHT[ladder.rungs[index].level] >= height:
            return replace(plain, next_rung=index)
    return replace(plain, next_rung=len(ladder.rungs))
