"""A small affair for the tests of plans: some tasks of a matter, by name, each of a unit and due on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from fayol.channels.models import Delivery
from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.tests.scene import Scene
from fayol.matters.actions import Opening, open_and_ask
from fayol.matters.models import Matter
from fayol.matters.plan.actions import link, set_step
from fayol.matters.plan.models import Dependency, Reconfirm
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person


@dataclass
class World:
    """The affair is asked for by 林晓雯; its head count is due on 11-20, the budget after it on 11-30, the goods after
    that on 12-07, and the menu hangs on nothing."""

    now: datetime
    scene: Scene = field(init=False)
    matter: Matter = field(init=False)
    tasks: dict[str, Commitment] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.scene = Scene(self.now)

    def opened(self, *tasks: tuple[str, str, date], **changes: Any) -> World:
        """With these (title, unit, due day), all dispatched and promised for their days."""
        tasks = tasks or BUDGET
        askings = [
            self.scene.asking(
                title=title, performer_unit_id=self.scene.unit(unit).pk, responsible_id=None, required_on=due, **changes
            )
            for title, unit, due in tasks
        ]
        opening = Opening(
            title="年会筹备",
            goal="办好年会",
            lead_unit_id=self.scene.unit("会务组").pk,
            coordinator_id=self.scene.asker.person_id or 0,
            requester_unit_id=self.scene.unit("总裁办").pk,
        )
        self.matter, made = open_and_ask(opening, askings, by=self.scene.asker, now=self.now)
        for row in made:
            self.tasks[row.title] = moves.promise(
                row, due_on=row.required_on or date.max, by=Actor(row.holder), now=self.now
            )
        return self

    def __getitem__(self, title: str) -> Commitment:
        return Commitment.objects.select_related("performer_unit", "holder").get(pk=self.tasks[title].pk)

    def at(self, hours: float) -> datetime:
        return self.now + timedelta(hours=hours)

    def tie(self, before: str, after: str, **how: Any) -> Dependency:
        return link(self[before], self[after], by=self.scene.asker, now=self.now, **how)

    def takes(self, title: str, workdays: int, start_on: date | None = None) -> None:
        set_step(self[title], start_on=start_on, workdays=workdays, by=self.scene.asker, now=self.now)

    def actor(self, name: str) -> Actor:
        return self.scene.actor(name)

    def holder(self, title: str) -> Actor:
        return Actor(self[title].holder)

    def moves_to(self, title: str, day: date, hours: float = 1, words: str = "子公司名单晚报") -> Commitment:
        """Asks for another date, which is granted."""
        asked = moves.counter(self[title], words=words, due_on=day, by=self.holder(title), now=self.at(hours))
        return moves.agree(asked, by=self.scene.asker, now=self.at(hours + 0.1))

    def card(self, title: str) -> Reconfirm | None:
        rows = Reconfirm.objects.filter(commitment=self.tasks[title], answered_at=None, dropped_at=None)
        return rows.select_related("commitment", "figure", "matter").first()

    def the_card(self, title: str) -> Reconfirm:
        card = self.card(title)
        assert card is not None, title
        return card

    def told(self, verb: str) -> dict[str, str]:
        """Who was told by facts of this verb: name → the last title."""
        rows = Delivery.objects.filter(fact__verb=verb, channel="inbox").order_by("pk")
        return dict(rows.values_list("person__name", "title"))


HEADCOUNT, BUDGET_TASK, GOODS, MENU = "确认参会人数与奖金标准", "编制年会经费预算表", "奖品与物料采购", "餐饮菜单"
BUDGET: tuple[tuple[str, str, date], ...] = (
    (HEADCOUNT, "人力资源部", date(2026, 11, 20)),
    (BUDGET_TASK, "财务部", date(2026, 11, 30)),
    (GOODS, "行政部", date(2026, 12, 7)),
    (MENU, "工会", date(2026, 12, 18)),
)


def chained(world: World) -> World:
    """Head count → budget (4 working days) → goods (3 working days): the picture of the design."""
    world.opened()
    world.takes(BUDGET_TASK, 4)
    world.takes(GOODS, 3)
    world.tie(HEADCOUNT, BUDGET_TASK, standard="确定的人数和奖金标准，盖章件")
    world.tie(BUDGET_TASK, GOODS)
    return world


def person(name: str) -> Person:
    return Person.objects.get(name=name)
