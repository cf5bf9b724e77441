"""各方下一步 in words: for every unit and person what is to be done, by when, since when, and who waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.models import Commitment
from fayol.commitments.presenter import MY_TURN, ball_of, light_of
from fayol.commitments.states import BALL, Side, State
from fayol.organisation.models import Person, Unit
from fayol.web.http import components, dates


@dataclass(frozen=True)
class Step:
    """One thing that somebody does next. `first`: the first row of this person."""

    row: Commitment
    do: str
    by: str
    light: components.Light
    since: str
    then: str
    first: bool
    after: tuple[str, ...] = ()


@dataclass
class Team:
    """A unit: its people's steps, and what it is waiting for itself."""

    unit: Unit
    steps: list[Step] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    @property
    def people(self) -> int:
        return sum(step.first for step in self.steps)


@dataclass(frozen=True)
class Board:
    sides: list[Team]
    idle: list[Team]
    total: int
    late: int
    nearest: Commitment | None

    @property
    def summary(self) -> str:
        """What a stranger reads first."""
        if not self.total:
            return t("没有在办的任务。")
        people = sum(side.people for side in self.sides)
        words = t("%(units)d个单位%(people)d人共有%(n)d件事要办") % {
            "units": len(self.sides), "people": people, "n": self.total,
        }  # fmt: skip
        if self.late:
            words += ngettext("，其中%(n)d件超期", "，其中%(n)d件超期", self.late) % {"n": self.late}
        return words + "。"


def board_of(rows: Sequence[Commitment], followers: Mapping[int, Sequence[str]], now: datetime) -> Board:
    """`rows` in their order by unit and person. `followers`: the titles of what cannot start before a task is done."""
    sides: dict[int, Team] = {}
    seen: set[tuple[int, int]] = set()
    for row in rows:
        if row.holder_unit is None or row.holder is None:
            continue
        side = sides.setdefault(row.holder_unit.pk, Team(row.holder_unit))
        first = (row.holder_unit.pk, row.holder.pk) not in seen
        seen.add((row.holder_unit.pk, row.holder.pk))
        side.steps.append(_step(row, tuple(followers.get(row.pk, ())), now, first=first))
    idle = _waiting(rows, sides, now)
    lights = [step.light.level for side in sides.values() for step in side.steps]
    dated = [row for row in rows if row.due_at]
    nearest = min(dated, key=lambda row: row.due_at or now, default=None)
    return Board(list(sides.values()), idle, len(lights), lights.count("red"), nearest)


def _step(row: Commitment, after: tuple[str, ...], now: datetime, *, first: bool) -> Step:
    return Step(
        row=row,
        do=doing_of(row),
        by=_by(row, now),
        light=light_of(row, now),
        since=ball_of(row, None, now).since,
        then=_then(row),
        first=first,
        after=after,
    )


def doing_of(row: Commitment) -> str:
    """What whoever has the ball is to do, as a verb; where it is put on hold, what is waited for."""
    if row.state == State.ON_HOLD and row.waiting_for:
        return t("答复（%(what)s）") % {"what": row.waiting_for}
    return t(MY_TURN[row.state])


def _by(row: Commitment, now: datetime) -> str:
    """By when this very step is wanted: a signature has a date of its own."""
    if row.state == State.ASSIGNED and row.sign_due_at:
        return t("%(at)s前签收") % {"at": dates.daytime(row.sign_due_at, now)}
    return ""


def _then(row: Commitment) -> str:
    """Who has the ball afterwards: the one who waits for this step."""
    if BALL[State(row.state)] is Side.PERFORMER:
        return party(row.requester_unit, row.requester)
    return party(row.performer_unit, row.responsible)


def party(unit: Unit, person: Person | None) -> str:
    return f"{unit.name} {person.name if person else ''}".strip()


def _waiting(rows: Iterable[Commitment], sides: dict[int, Team], now: datetime) -> list[Team]:
    """Writes down what each unit waits for; gives those that have nothing to do themselves."""
    idle: dict[int, Team] = {}
    for row in rows:
        unit = row.performer_unit
        if row.holder is None or row.holder_unit is None or row.holder_unit.pk == unit.pk:
            continue
        side = sides.get(unit.pk) or idle.setdefault(unit.pk, Team(unit))
        side.waits.append(
            t("“%(title)s”：等%(who)s%(do)s，%(since)s") % {
                "title": row.title, "who": party(row.holder_unit, row.holder), "do": doing_of(row),
                "since": ball_of(row, None, now).since,
            }
        )  # fmt: skip
    return list(idle.values())
