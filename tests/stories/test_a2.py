"""A2, the coordination half: the annual meeting. Three units and two suppliers share some twenty tasks; the number of
people is one figure that catering, seating and finance rest on; when it falls from 186 to 172 it reaches them, and only
them, and each says it back. Whoever knows nothing reads from the board who does what next."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from fayol.channels.models import Delivery
from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, State
from fayol.commitments.tests.scene import Scene
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused
from fayol.matters.actions import Opening, open_and_ask
from fayol.matters.models import Matter
from fayol.matters.plan import actions as plans
from fayol.matters.plan.actions import Step, Tying
from fayol.matters.plan.models import Figure, Reconfirm
from fayol.matters.plan.queries import figures_of, plan_of, unanswered_of, uses_of
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db

VENUE, PRINTER = "湖畔国际会议中心", "澄江印务"
TASKS: tuple[tuple[str, str, date, int, tuple[int, ...]], ...] = (
    ("报送年会总体方案", "会务组", date(2026, 11, 25), 5, ()),
    ("征集各部门年会需求", "会务组", date(2026, 11, 20), 2, ()),
    ("确定参会人员名单和人数", "人力资源部", date(2026, 11, 27), 4, (1,)),
    ("汇总考勤并排出当天值班", "人力资源部", date(2026, 12, 9), 2, (2,)),
    ("评选表彰名单", "人力资源部", date(2026, 12, 11), 6, (0,)),
    ("编制年会经费预算", "财务部", date(2026, 12, 4), 3, (2,)),
    ("预付场地和餐饮定金", "财务部", date(2026, 12, 11), 2, (5,)),
    ("签订场地合同", "会务组", date(2026, 12, 8), 2, (5,)),
    ("预留会场并提供平面图", VENUE, date(2026, 12, 14), 2, (7,)),
    ("确定宴会菜单和桌数", VENUE, date(2026, 12, 22), 3, (2, 8)),
    ("排定座位和桌签", "会务组", date(2026, 12, 24), 2, (2, 8)),
    ("印制席卡、会刊和背景板", PRINTER, date(2026, 12, 29), 3, (10,)),
    ("搭建舞台和音响", VENUE, date(2026, 12, 30), 2, (8,)),
    ("采购奖品和纪念品", "行政部", date(2026, 12, 25), 5, (4, 5)),
    ("安排接送车辆", "物流部", date(2026, 12, 28), 2, (2,)),
    ("排演节目", "工会", date(2026, 12, 29), 8, (0,)),
    ("审定节目单", "市场部", date(2026, 12, 30), 1, (15,)),
    ("制定安全保卫和应急预案", "安环部", date(2026, 12, 25), 3, (8,)),
    ("测试投屏和直播", "信息中心", date(2026, 12, 30), 1, (8,)),
    ("审核合同文本", "法务部", date(2026, 12, 2), 2, ()),
    ("拟写领导讲话和主持词", "文秘组", date(2026, 12, 23), 4, (0,)),
    ("印发年会通知", "总裁办", date(2026, 12, 16), 1, (2, 8)),
)
"""(title, unit, due, working days, the tasks it needs): due 2026-12-31, the day of the meeting."""
LIST, BUDGET, MENU, SEATING = TASKS[2][0], TASKS[5][0], TASKS[9][0], TASKS[10][0]
USERS = (BUDGET, MENU, SEATING)


@dataclass
class Meeting:
    scene: Scene
    matter: Matter
    headcount: Figure

    def task(self, title: str) -> Commitment:
        return Commitment.objects.select_related("performer_unit", "holder").get(origin_id=self.matter.pk, title=title)

    def holder(self, title: str) -> Actor:
        return Actor(self.task(title).holder)

    def card(self, title: str) -> Reconfirm:
        return Reconfirm.objects.get(commitment=self.task(title), answered_at=None, dropped_at=None)


@pytest.fixture
def meeting(cast: object, now: object) -> Meeting:
    """Asked of all, promised by all, tied together, and 186 people read back by those who rest on it."""
    scene = Scene(now)  # type: ignore[arg-type]
    opening = Opening(
        title="2026年年会筹备",
        goal="12月31日办成186人的年会，总费用不超10万元",
        lead_unit_id=scene.unit("会务组").pk,
        coordinator_id=scene.asker.person_id or 0,
        requester_unit_id=scene.unit("总裁办").pk,
        due_on=date(2026, 12, 31),
    )
    askings = [
        scene.asking(
            title=title,
            performer_unit_id=scene.unit(unit).pk,
            responsible_id=None,
            required_on=due,
            condition="按总控表",
        )
        for title, unit, due, _days, _needs in TASKS
    ]
    matter, made = open_and_ask(opening, askings, by=scene.asker, now=scene.now)
    rows = [
        moves.promise(row, due_on=row.required_on or date.max, by=Actor(row.holder), now=scene.later(0.1))
        for row in made
    ]
    ties = [Tying(before=rows[before], after=row) for row, task in zip(rows, TASKS, strict=True) for before in task[4]]
    plans.link_many(ties, by=scene.asker, now=scene.later(0.2))
    steps = [Step(commitment=row, workdays=task[3]) for row, task in zip(rows, TASKS, strict=True)]
    plans.set_steps(steps, by=scene.asker, now=scene.later(0.2))
    uses = [row for row in rows if row.title in USERS]
    headcount = plans.add_figure(
        matter, name="参会人数", value=Decimal(186), unit_word="人", owner_unit_id=scene.unit("人力资源部").pk,
        uses=uses, by=scene.asker, now=scene.later(0.3),
    )  # fmt: skip
    found = Meeting(scene, matter, headcount)
    for title in (BUDGET, SEATING):
        plans.read_back(found.card(title), value=Decimal(186), by=found.holder(title), now=scene.later(0.4))
    plans.read_back(found.card(MENU), value=Decimal(186), words="谷雨晴电话复述", by=scene.asker, now=scene.later(0.4))
    return found


def test_twenty_tasks_have_owners_dates_and_an_order_that_holds(meeting: Meeting) -> None:
    asker = meeting.scene.asker.person
    assert asker is not None
    plan = plan_of(meeting.matter, asker, meeting.scene.later(1))
    assert len(plan.tasks) == len(TASKS) >= 20
    assert all(task.due_on and task.holder_id for task in plan.tasks)
    short = [task.title for task in plan.tasks if (plan.timings[task.pk].slack or 0) < 0]
    assert short == []
    assert {task.performer_unit.name for task in plan.tasks} >= {"会务组", "人力资源部", "财务部", VENUE, PRINTER}
    assert plan.critical[-1] in {task.pk for task in plan.tasks if task.due_on == date(2026, 12, 30)}
    assert verify().ok


@pytest.mark.req("S4-39")
def test_the_head_count_falls_and_reaches_catering_seating_and_finance_with_read_back(meeting: Meeting) -> None:
    scene = meeting.scene
    plans.change_figure(
        meeting.headcount, value=Decimal(172), words="14人出差", by=scene.actor("李敏"), now=scene.later(2)
    )
    told = Delivery.objects.filter(fact__verb="reconfirm.asked", created_at=scene.later(2), channel="inbox")
    assert {row.person_id for row in told} == {meeting.task(title).holder_id for title in USERS}
    assert all("186人改为172人" in row.body and row.asks for row in told)
    assert {card.commitment.title for card in unanswered_of(meeting.matter)} == set(USERS)

    with pytest.raises(Refused, match="“参会人数”现在是172人"):
        plans.read_back(meeting.card(SEATING), value=Decimal(182), by=meeting.holder(SEATING), now=scene.later(3))
    plans.read_back(meeting.card(SEATING), value=Decimal(172), by=meeting.holder(SEATING), now=scene.later(3))
    plans.read_back(meeting.card(BUDGET), value=Decimal(172), by=meeting.holder(BUDGET), now=scene.later(3))
    figure = figures_of(meeting.matter)[0]
    said = {use.commitment.title: use.confirmed_version == figure.version for use in uses_of(figure)}
    assert said == {BUDGET: True, SEATING: True, MENU: False}

    plans.read_back(meeting.card(MENU), value=Decimal(172), words="谷雨晴电话复述", by=scene.asker, now=scene.later(4))
    use = next(use for use in uses_of(figure) if use.commitment.title == MENU)
    assert use.confirmed_by is not None
    assert use.confirmed_by.name == "林晓雯"
    assert unanswered_of(meeting.matter) == []
    assert verify().ok


def test_a_late_list_is_asked_of_those_who_wait_for_it_and_of_nobody_else(meeting: Meeting) -> None:
    scene = meeting.scene
    asked = moves.counter(
        meeting.task(LIST),
        words="子公司名单晚报",
        due_on=date(2026, 12, 3),
        by=meeting.holder(LIST),
        now=scene.later(2),
    )
    moves.agree(asked, by=scene.asker, now=scene.later(3))
    cards = {card.commitment.title: card.slack_after for card in unanswered_of(meeting.matter)}
    assert set(cards) == {task[0] for task in TASKS if 2 in task[4]} - {MENU, SEATING, "印发年会通知"}
    assert cards[BUDGET] == -2
    holder = meeting.holder(BUDGET)
    plans.answer_move(meeting.card(BUDGET), due_on=date(2026, 12, 8), words="", by=holder, now=scene.later(4))
    row = meeting.task(BUDGET)
    assert (row.state, row.holder_id) == (State.COUNTERED, scene.asker.person_id)


@pytest.mark.req("S4-100")
def test_whoever_knows_nothing_reads_from_the_board_who_does_what_next(
    meeting: Meeting, client_as: Callable[[str], Client]
) -> None:
    page = client_as("林晓雯").get(f"/matters/{meeting.matter.pk}/next/").content.decode()
    text = re.sub(r"<[^>]+>", " ", page)
    for row in Commitment.objects.filter(origin_id=meeting.matter.pk).exclude(state__in=CLOSED):
        holder = Person.objects.get(pk=row.holder_id or 0)
        assert row.title in text
        assert holder.name in text
        assert row.due_on is not None
        assert re.search(rf"{row.due_on.month}月{row.due_on.day}日|{row.due_on:%m-%d}", text)
