"""The plan of one of the demo's affairs: what waits for what, the baseline and who agreed, a number and who read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from fayol.commitments.models import Commitment
from fayol.matters.models import Matter
from fayol.matters.plan import actions
from fayol.matters.plan.models import Acknowledgement, Figure, Reconfirm
from fayol.organisation.actor import Actor
from fayol.organisation.models import Unit

Row = dict[str, Any]
Add = Callable[[int, str, Callable[[datetime], object]], None]


class PlanScore:
    """Lays the plan of one affair into the score. `matter` is found when its turn comes."""

    def __init__(self, plan: Row, matter: Callable[[], Matter], by: Actor) -> None:
        self.plan, self.matter, self.by = plan, matter, by

    def lay(self, add: Add) -> None:
        for line in self.plan.get("ties", ()):
            head, before, after, standard = (part.strip() for part in line.split("|"))
            day, clock, workdays = head.split()
            add(int(day), clock, partial(self._tie, before, after, int(workdays), standard))
        if "baseline" in self.plan:
            day, clock = self.plan["baseline"].split()
            add(int(day), clock, self._freeze)
        for line in self.plan.get("agreed", ()):
            day, clock, unit = line.split()
            add(int(day), clock, partial(self._agree, unit))
        for figure in self.plan.get("figure", ()):
            self._lay_figure(figure, add)

    def _lay_figure(self, figure: Row, add: Add) -> None:
        day, clock = figure["at"].split()
        add(int(day), clock, partial(self._figure, figure))
        for line in figure.get("change", ()):
            head, _bar, words = line.partition("|")
            day, clock, value = head.split()
            add(int(day), clock, partial(self._change, figure["name"], Decimal(value), words.strip()))
        for line in figure.get("read", ()):
            day, clock, title = line.split()
            add(int(day), clock, partial(self._read, figure["name"], title))

    def _task(self, title: str) -> Commitment:
        return Commitment.objects.get(origin_type="matter", origin_id=self.matter().pk, title=title)

    def _tie(self, before: str, after: str, workdays: int, standard: str, at: datetime) -> None:
        task = self._task(after)
        actions.set_step(task, start_on=None, workdays=workdays, by=self.by, now=at)
        actions.link(self._task(before), task, standard=standard, by=self.by, now=at)

    def _freeze(self, at: datetime) -> None:
        actions.make_baseline(self.matter(), by=self.by, now=at)

    def _agree(self, unit: str, at: datetime) -> None:
        rows = Acknowledgement.objects.filter(baseline__matter=self.matter()).select_related("unit", "person")
        row = next(row for row in rows if row.unit.name == unit)
        actions.acknowledge(row, by=Actor(row.person), now=at)

    def _figure(self, figure: Row, at: datetime) -> None:
        owner = next(unit for unit in Unit.objects.all() if unit.name == figure["owner"])
        uses = [self._task(title) for title in figure["uses"]]
        actions.add_figure(
            self.matter(), name=figure["name"], value=Decimal(figure["value"]), unit_word=figure["unit_word"],
            owner_unit_id=owner.pk, uses=uses, by=self.by, now=at,
        )  # fmt: skip

    def _change(self, name: str, value: Decimal, words: str, at: datetime) -> None:
        figure = Figure.objects.get(matter=self.matter(), name=name)
        actions.change_figure(figure, value=value, words=words, by=self.by, now=at)

    def _read(self, name: str, title: str, at: datetime) -> None:
        card = Reconfirm.objects.select_related("person").get(
            figure__name=name, commitment=self._task(title), answered_at__isnull=True, dropped_at__isnull=True
        )
        assert card.new_value is not None
        actions.read_back(card, value=card.new_value, by=Actor(card.person), now=at)
