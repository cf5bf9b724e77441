"""The demo's affairs (example_scene.toml), played through the real actions at instants before now.

So facts, booked time and messages are what they would be had people worked with it for six weeks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from datetime import date, datetime, time, timedelta
from functools import partial
from importlib.resources import files
from typing import Any

from django.db import transaction

from fayol.commitments import actions
from fayol.commitments.actions import Asking, Standstill
from fayol.commitments.models import Commitment
from fayol.commitments.states import Nature, Urgency
from fayol.kernel.errors import Refused
from fayol.ladders.sweeps import climb_due, next_due, send_due
from fayol.matters.actions import Opening, ask, close_matter, finish_instant, open_instant, open_matter
from fayol.matters.flows.example import load_flows
from fayol.matters.models import Matter
from fayol.matters.recurring.example import load_duties
from fayol.matters.states import Basis, Kind, Klass, Visibility
from fayol.notices.actions import look
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import units_of
from fayol.web.example_notices import NoticeScore, looked_at_next
from fayol.web.example_plan import PlanScore

Step = Callable[[datetime], object]
Row = dict[str, Any]


@transaction.atomic
def load(now: datetime) -> None:
    """Idempotent: does nothing once any of its affairs is there. Needs the example organisation. A few seconds."""
    scene = tomllib.loads(files("fayol.web").joinpath("example_scene.toml").read_text(encoding="utf-8"))
    if not Matter.objects.filter(title=scene["affair"][0]["title"]).exists():
        Play(now).perform(scene)
        coordinator = Actor(Person.objects.get(name="林晓雯"))
        load_flows(by=coordinator, now=now)
        load_duties(by=coordinator, now=now)


class Play:
    """The score laid out in time and played in order, across all affairs, as it would have happened."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.calendar = work_calendar()
        self.today = self._last_worked_morning()
        self.people = {person.name: person for person in Person.objects.all()}
        self.units = {unit.name: unit for unit in Unit.objects.all()}
        self.matters: dict[str, Matter] = {}
        self.score: list[tuple[datetime, int, Step]] = []

    def perform(self, scene: Row) -> None:
        for affair in scene["affair"]:
            self._add(affair["day"], "08:40", partial(self._open, affair))
            for day in dict.fromkeys(task["day"] for task in affair["task"]):
                self._add(day, "09:00", partial(self._ask, affair, day))
            if "plan" in affair:
                PlanScore(affair["plan"], partial(self._matter, affair), self._actor(affair["by"])).lay(self._add)
            if "outcome" in affair:
                self._add(affair["closed_on"], "17:00", partial(self._close, affair))
        for instant in scene["instant"]:
            self._add(instant["day"], "08:35", partial(self._instant, instant))
        for notice in scene["notice"]:
            NoticeScore(notice, self.at).lay(self._add)
        while self.score:
            self.score.sort(key=lambda step: step[:2])
            at, _number, step = self.score.pop(0)
            self._climb(at)
            step(at)
        self._climb(self.now)

    def _climb(self, until: datetime) -> None:
        """The ladders act in between, each rung at its instant, as the worker would have let them."""
        while (due := next_due()) is not None and due <= until:
            climb_due(due, 500)
            send_due(due, 500)
        while (row := looked_at_next(until)) is not None and row.next_look_at is not None:
            look(row, now=row.next_look_at)

    # ── time ──

    def _last_worked_morning(self) -> date:
        """The last working day whose morning is over by now."""
        day = self.calendar.local_day(self.now)
        if self.calendar.is_workday(day) and self.now >= self.calendar.open_of_business(day) + timedelta(hours=1):
            return day
        return self.calendar.add_workdays(day, -1)

    def day(self, offset: int) -> date:
        return self.calendar.add_workdays(self.today, offset)

    def at(self, offset: int, clock: str) -> datetime:
        return datetime.combine(self.day(offset), time.fromisoformat(clock), self.calendar.tz)

    def _add(self, offset: int, clock: str, step: Step) -> None:
        self.score.append((self.at(offset, clock), len(self.score), step))

    # ── the acts ──

    def _actor(self, name: str) -> Actor:
        return Actor(self.people[name])

    def _matter(self, affair: Row) -> Matter:
        return Matter.objects.get(pk=self.matters[affair["key"]].pk)

    def _keys(self, names: str) -> tuple[int, ...]:
        return tuple(self.units[name].pk for name in names.split("、") if name)

    def _open(self, affair: Row, at: datetime) -> None:
        due, sponsor = affair.get("due"), affair.get("sponsor")
        opening = Opening(
            title=affair["title"],
            lead_unit_id=self.units[affair["lead"]].pk,
            coordinator_id=self.people["林晓雯"].pk,
            requester_unit_id=units_of(self.people[affair["by"]])[0].pk,
            kind=Kind(affair["kind"]),
            klass=Klass(affair.get("klass", "ordinary")),
            goal=affair["goal"],
            benefits=dict(zip(("lead", "support", "whole"), affair.get("benefits", ()), strict=False)),
            basis_kind=Basis(affair["basis"][0]),
            basis_text=affair["basis"][1],
            nature=Nature(affair.get("nature", "directive")),
            urgency=Urgency(affair.get("urgency", "normal")),
            supporting=self._keys(affair.get("supporting", "")),
            informed=self._keys(affair.get("informed", "")),
            sponsor_id=self.people[sponsor].pk if sponsor else None,
            visibility=Visibility(affair.get("visibility", "parties")),
            due_on=None if due is None else self.day(due),
        )
        self.matters[affair["key"]] = open_matter(opening, by=self._actor(affair["by"]), now=at)

    def _ask(self, affair: Row, day: int, at: datetime) -> None:
        """All that the affair asks on that day, at once."""
        matter = self._matter(affair)
        by, tasks = self._actor(affair["by"]), [task for task in affair["task"] if task["day"] == day]
        made = ask(matter, [self._whole(task, matter, by) for task in tasks], by=by, now=at)
        for row, task in zip(made, tasks, strict=True):
            self._schedule(row, task.get("steps", ()))
            for below, support in zip(row.supports.order_by("pk"), task.get("support", ()), strict=True):
                self._schedule(below, support.get("steps", ()))

    def _whole(self, task: Row, matter: Matter, by: Actor) -> Asking:
        supports = tuple(self._asking(support, matter, by) for support in task.get("support", ()))
        return self._asking(task, matter, by, supports)

    def _asking(self, task: Row, matter: Matter, by: Actor, supports: tuple[Asking, ...] = ()) -> Asking:
        unit, _space, person = task["party"].partition(" ")
        return Asking(
            title=task["title"],
            performer_unit_id=self.units[unit].pk,
            responsible_id=self.people[person].pk if person else None,
            requester_unit_id=matter.requester_unit_id,
            requester_id=by.person_id,
            condition=task.get("condition", ""),
            nature=Nature(matter.nature),
            urgency=Urgency(matter.urgency),
            required_on=self.day(task["due"]),
            supports=supports,
        )

    def _instant(self, instant: Row, at: datetime) -> None:
        by = self.people[instant["by"]]
        unit, asker = self.units[instant["unit"]].pk, units_of(by)[0].pk
        made = open_instant(instant["title"], lead_unit_id=unit, requester_unit_id=asker, by=Actor(by), now=at)
        self._schedule(made[1], instant.get("steps", ()))

    def _close(self, affair: Row, at: datetime) -> None:
        matter = self._matter(affair)
        close_matter(matter, by=self._actor(affair["by"]), now=at, outcome=affair["outcome"])

    # ── the moves ──

    def _schedule(self, task: Commitment, steps: Iterable[str]) -> None:
        for line in steps:
            head, _bar, words = line.partition("|")
            verb, day, clock, *argument = head.split()
            name, _at, by = verb.partition("@")
            self._add(int(day), clock, self._step(task.pk, name, by, " ".join(argument), words.strip()))

    def _step(self, pk: int, verb: str, by: str, argument: str, words: str) -> Step:
        def play(at: datetime) -> None:
            row = Commitment.objects.select_related("holder").get(pk=pk)
            author = self._actor(by) if by else Actor(row.holder)
            if verb == "finish":
                finish_instant(Matter.objects.get(pk=row.origin_id or 0), by=author, now=at, words=words)
            else:
                with suppress(Refused) if verb == "chase" else nullcontext():  # the ladder was there already
                    getattr(actions, verb)(row, by=author, now=at, **self._given(row, verb, argument, words))

        return play

    def _given(self, row: Commitment, verb: str, argument: str, words: str) -> dict[str, Any]:
        if verb == "promise":
            return {"due_on": self.day(int(argument)) if argument else row.required_on}
        if verb == "counter":
            return {"due_on": self.day(int(argument)), "words": words}
        if verb == "decline":
            return {"ground": words, "suggested_unit_id": self.units[argument].pk}
        if verb == "reassign":
            return {"unit_id": self.units[argument].pk, "words": words}
        if verb == "progress":
            return {"percent": int(argument), "note": words}
        if verb == "hold":
            unit, _colon, person = argument.partition(":")
            who = self.people[person].pk if person else None
            return {"waiting": Standstill(what=words, unit_id=self.units[unit].pk, person_id=who)}
        name = {"report": "result", "hand_back": "missing", "acknowledge": "restated"}.get(verb, "words")
        return {name: words}
