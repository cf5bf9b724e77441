"""A16: ten parties lift one weight. All are asked at once, each answers for its own part, all see how the others
stand. The plan is agreed on by all; a date that moves is seen by all and asked of those who count on it; all start
together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from fayol.channels.models import Delivery
from fayol.commitments import actions as moves
from fayol.commitments.access import visible_to
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import Scene
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.matters.actions import Opening, open_and_ask
from fayol.matters.models import Matter
from fayol.matters.plan import actions as plans
from fayol.matters.plan.models import ChangeOrder, Reconfirm
from fayol.matters.plan.queries import acknowledgements_of, differences, effect_of
from fayol.matters.plan.sweeps import starts
from fayol.matters.states import Kind
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import primary_posts

pytestmark = pytest.mark.django_db

PARTIES = ["生产部", "采购部", "质量部", "研发部", "销售部", "财务部", "人力资源部", "安环部", "信息中心", "法务部"]
DUE = date(2026, 12, 18)


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


@pytest.fixture
def plan(scene: Scene) -> tuple[Matter, list[Commitment]]:
    """One party leads, nine support; everything dispatched in one step."""
    lead, *others = PARTIES
    supports = tuple(
        scene.asking(title=f"{name}的一段", performer_unit_id=scene.unit(name).pk, responsible_id=None, required_on=DUE)
        for name in others
    )
    asking = scene.asking(
        title="船体合拢", performer_unit_id=scene.unit(lead).pk, responsible_id=None, required_on=DUE, supports=supports
    )
    opening = Opening(
        title="一号船合拢",
        goal="12月18日十方同时就位、一次合拢",
        kind=Kind.SUPERVISION,
        lead_unit_id=scene.unit(lead).pk,
        supporting=tuple(scene.unit(name).pk for name in others),
        coordinator_id=scene.asker.person_id or 0,
        requester_unit_id=scene.unit("总裁办").pk,
    )
    matter, _ = open_and_ask(opening, [asking], by=scene.asker, now=scene.now)
    return matter, list(Commitment.objects.filter(origin_id=matter.pk).order_by("pk"))


def test_ten_parties_are_asked_at_once_and_each_answers_for_its_own_part(
    scene: Scene, plan: tuple[Matter, list[Commitment]]
) -> None:
    _, tasks = plan
    assert [task.performer_unit.name for task in tasks] == PARTIES
    assert {task.dispatched_at for task in tasks} == {scene.now}
    assert {task.requester_unit.name for task in tasks[1:]} == {PARTIES[0]}
    holders = {task.holder_id for task in tasks}
    assert len(holders) == 10
    for hour, task in enumerate(tasks, start=1):
        done = moves.promise(task, due_on=DUE, by=Actor(task.holder), now=scene.later(hour / 4))
        assert (done.state, done.promised_on) == (State.PROMISED, DUE)
    assert Fact.objects.filter(verb="commitment.promised").count() == 10
    assert verify().ok


@pytest.mark.req("S4-100")
def test_every_party_sees_the_others_next_step_on_one_page(
    scene: Scene, plan: tuple[Matter, list[Commitment]], client_as: Callable[[str], Client]
) -> None:
    matter, tasks = plan
    for task in tasks:
        holder = Person.objects.get(pk=task.holder_id or 0)
        assert visible_to(holder, scene.now).filter(origin_id=matter.pk).count() == 10
    moves.promise(tasks[3], due_on=DUE, by=Actor(tasks[3].holder), now=scene.later(1))
    page = client_as("吴志强").get(f"/matters/{matter.pk}/").content.decode()
    for name in PARTIES[1:]:
        assert f"{name}的一段" in page
    assert page.count("待签收") >= 8
    assert "办理中" in page


def test_a_party_that_wants_another_date_asks_the_lead_and_nothing_moves_until_it_is_granted(
    scene: Scene, plan: tuple[Matter, list[Commitment]]
) -> None:
    _, tasks = plan
    for task in tasks:
        moves.promise(task, due_on=DUE, by=Actor(task.holder), now=scene.later(1))
    fourth = Commitment.objects.get(pk=tasks[3].pk)
    asked = moves.counter(
        fourth, words="钢板晚到", due_on=DUE + timedelta(days=3), by=Actor(fourth.holder), now=scene.later(2)
    )
    assert asked.holder_unit_id == scene.unit(PARTIES[0]).pk
    assert asked.due_on == DUE
    others = Commitment.objects.filter(pk__in=[task.pk for task in tasks]).exclude(pk=asked.pk)
    assert {task.state for task in others} == {State.PROMISED}
    granted = moves.agree(asked, by=Actor(asked.holder), now=scene.later(3))
    assert (granted.promised_on, granted.required_on, granted.extensions) == (DUE + timedelta(days=3), DUE, 1)
    assert {task.due_on for task in others} == {DUE}


# ── the plan all agreed on ─────────────────────────────────────────────────

FOURTH, THIRD, SIXTH = 3, 2, 5
"""研发部's part is needed by 质量部's and by 财务部's; nobody else counts on it."""


@pytest.fixture
def agreed(scene: Scene, plan: tuple[Matter, list[Commitment]]) -> tuple[Matter, list[Commitment]]:
    """All ten have promised their part, two count on the fourth, and version 1 is acknowledged by all."""
    matter, tasks = plan
    tasks = [moves.promise(task, due_on=DUE, by=Actor(task.holder), now=scene.later(0.1)) for task in tasks]
    moves.amend(tasks[FOURTH], required_on=FOUR_DUE, words="先交两段", by=Actor(tasks[0].holder), now=scene.later(0.2))
    fourth = Commitment.objects.get(pk=tasks[FOURTH].pk)
    tasks[FOURTH] = moves.promise(fourth, due_on=FOUR_DUE, by=Actor(fourth.holder), now=scene.later(0.3))
    for i in (THIRD, SIXTH):
        plans.link(tasks[FOURTH], tasks[i], standard="合拢口尺寸数据", by=scene.asker, now=scene.later(0.4))
    baseline = plans.make_baseline(matter, by=scene.asker, now=scene.later(0.5))
    acks = acknowledgements_of(baseline)
    assert len(acks) == 10
    for ack in acks:
        plans.acknowledge(ack, by=Actor(ack.person), now=scene.later(0.6))
    return matter, tasks


FOUR_DUE = date(2026, 12, 11)


def told(verb: str) -> dict[str, bool]:
    """unit → whether it was asked for something, by the latest facts of this verb."""
    rows = Delivery.objects.filter(fact__verb=verb, channel="inbox").select_related("person")
    units = {pk: post.unit.name for pk, post in primary_posts([row.person_id for row in rows]).items()}
    return {units[row.person_id]: row.asks for row in rows}


@pytest.mark.req("S4-99", "S4-101")
def test_a_party_that_moves_its_date_is_seen_by_all_and_only_those_who_count_on_it_agree_again(
    scene: Scene, agreed: tuple[Matter, list[Commitment]]
) -> None:
    matter, tasks = agreed
    fourth = Commitment.objects.get(pk=tasks[FOURTH].pk)
    lead = Actor(tasks[0].holder)
    assert lead.person is not None
    shown = effect_of(fourth, date(2026, 12, 16), lead.person, scene.later(1))
    assert (shown.units, shown.tasks, shown.broken) == (2, 2, 0)
    assert {(line.touched.before.slack, line.touched.after.slack) for line in shown.lines} == {(4, 1)}
    asked = moves.counter(
        fourth, words="钢板晚到", due_on=date(2026, 12, 16), by=Actor(fourth.holder), now=scene.later(1)
    )
    assert not Reconfirm.objects.exists()
    moves.agree(asked, by=lead, now=scene.later(2))

    assert told("reconfirm.asked") == {PARTIES[THIRD]: True, PARTIES[SIXTH]: True}
    others = told("plan.moved")
    assert set(others.values()) == {False}
    heard = {PARTIES[0], PARTIES[THIRD], PARTIES[SIXTH], *others} - {"总裁办"}  # the lead granted it himself
    assert heard == set(PARTIES) - {PARTIES[FOURTH]}
    order = ChangeOrder.objects.get()
    assert (order.number, order.from_on, order.to_on, order.reason) == (1, FOUR_DUE, date(2026, 12, 16), "钢板晚到")
    assert order.decided_by == lead.person

    for card in Reconfirm.objects.select_related("commitment"):
        plans.answer_keep(card, by=Actor(card.commitment.holder), now=scene.later(3))
    second = plans.make_baseline(matter, by=scene.asker, now=scene.later(4))
    wanted = {ack.unit.name for ack in acknowledgements_of(second) if ack.asked}
    assert wanted == {PARTIES[THIRD], PARTIES[FOURTH], PARTIES[SIXTH]}
    assert {d.title: d.what for d in differences(second)} == {
        "研发部的一段": ("due_on",), "质量部的一段": ("input",), "财务部的一段": ("input",),
    }  # fmt: skip
    assert verify().ok


@pytest.mark.req("S4-62")
def test_all_start_together_once_all_have_agreed(scene: Scene, agreed: tuple[Matter, list[Commitment]]) -> None:
    matter, _ = agreed
    at = scene.now.replace(day=20, hour=9, minute=0)
    plans.announce_start(matter, at=at, words="听口令，喊到三一起起吊", by=scene.asker, now=scene.later(1))
    assert starts(at - timedelta(seconds=1), 10) == 0
    assert starts(at, 10) == 1
    assert set(told("plan.started")) == {*PARTIES, "总裁办"}
    sent = Delivery.objects.filter(fact__verb="plan.started", channel="inbox")
    assert {row.created_at for row in sent} == {at}


@pytest.mark.req("S4-100")
def test_the_board_tells_everybodys_next_step_as_it_is_now(
    scene: Scene, agreed: tuple[Matter, list[Commitment]], client_as: Callable[[str], Client]
) -> None:
    matter, tasks = agreed
    board = f"/matters/{matter.pk}/next/"
    page = client_as("吴志强").get(board).content.decode()
    assert all(f"{name}的一段" in page for name in PARTIES[1:])
    row = Commitment.objects.get(pk=tasks[8].pk)
    before = page.count("信息中心的一段")
    done = moves.report(row, result="吊点已复核", by=Actor(row.holder), now=scene.later(2))
    moves.accept(done, by=Actor(tasks[0].holder), now=scene.later(3))
    after = client_as("吴志强").get(board).content.decode()
    assert before >= 1
    assert "信息中心的一段" not in after
