from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused, Stale
from fayol.matters.plan import actions, queries, sweeps
from fayol.matters.plan.models import Acknowledgement, Baseline, ChangeOrder, Figure, FigureUse, Reconfirm, Start
from fayol.matters.plan.tests.plans import BUDGET_TASK, GOODS, HEADCOUNT, MENU, World, chained, person
from fayol.organisation.actor import Actor

pytestmark = pytest.mark.django_db


def agreed(world: World, hours: float = 0.1) -> Baseline:
    """A version to which every party that is asked has said yes."""
    baseline = actions.make_baseline(world.matter, by=world.scene.asker, now=world.at(hours))
    for ack in queries.acknowledgements_of(baseline):
        if ack.asked:
            actions.acknowledge(ack, by=Actor(ack.person), now=world.at(hours + 0.1))
    return baseline


def test_a_first_version_asks_every_party_and_the_last_yes_is_told(world: World) -> None:
    chained(world)
    baseline = actions.make_baseline(world.matter, words="年会总控", by=world.scene.asker, now=world.at(0.1))
    acks = queries.acknowledgements_of(baseline)
    assert {ack.unit.name for ack in acks} == {"人力资源部", "财务部", "行政部", "工会"}
    assert set(world.told("plan.baseline_made")) == {ack.person.name for ack in acks if ack.person}
    assert baseline.lines.count() == 4
    for ack in acks:
        assert ack.person is not None
        assert ack.pk in [mine.pk for mine in queries.my_acknowledgements(ack.person, world.at(0.2))]
        assert "林晓雯" not in world.told("plan.acknowledged")
        actions.acknowledge(ack, by=Actor(ack.person), now=world.at(0.2))
    assert "各方都已确认计划第1版" in world.told("plan.acknowledged")["林晓雯"]
    with pytest.raises(Refused, match="已经确认过"):
        actions.acknowledge(acks[0], by=Actor(acks[0].person), now=world.at(0.3))
    assert verify().problems == []


def test_a_version_is_refused_without_tasks_without_dates_twice_the_same_and_by_strangers(world: World) -> None:
    world.opened()
    by = world.scene.asker
    with pytest.raises(Refused, match="不能改动事项"):
        actions.make_baseline(world.matter, by=world.holder(MENU), now=world.now)
    actions.make_baseline(world.matter, by=by, now=world.now)
    with pytest.raises(Refused, match="与第1版相同"):
        actions.make_baseline(world.matter, by=by, now=world.now)
    empty = World(world.now).opened(("无期限的任务", "财务部", date(2026, 12, 1)))
    Commitment.objects.filter(pk=empty["无期限的任务"].pk).update(promised_on=None, required_on=None, due_on=None)
    with pytest.raises(Refused, match="还没有期限"):
        actions.make_baseline(empty.matter, by=by, now=world.now)
    assert Baseline.objects.count() == 1


def test_an_extension_against_what_was_agreed_leaves_a_numbered_change_order(world: World) -> None:
    chained(world)
    agreed(world)
    world.moves_to(HEADCOUNT, date(2026, 11, 26))
    world.moves_to(MENU, date(2026, 12, 21), hours=2, words="厨师长出差")
    orders = queries.change_orders_of(world.matter)
    assert [(o.number, o.commitment.title, o.from_on, o.to_on, o.reason) for o in orders] == [
        (2, MENU, date(2026, 12, 18), date(2026, 12, 21), "厨师长出差"),
        (1, HEADCOUNT, date(2026, 11, 20), date(2026, 11, 26), "子公司名单晚报"),
    ]
    assert orders[0].decided_by == world.scene.asker.person
    assert [line["title"] for line in orders[1].effect["lines"]] == [BUDGET_TASK, GOODS]
    compared = {row.commitment.title: row for row in queries.compare(world.matter)}
    assert (compared[HEADCOUNT].days, compared[HEADCOUNT].differs) == (4, True)
    assert not compared[BUDGET_TASK].differs


def test_without_a_version_there_is_no_change_order(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, date(2026, 11, 26))
    assert not ChangeOrder.objects.exists()


def test_a_second_version_asks_only_those_whose_own_lines_or_inputs_changed(world: World) -> None:
    chained(world)
    agreed(world)
    world.moves_to(HEADCOUNT, date(2026, 11, 26))
    second = actions.make_baseline(world.matter, by=world.scene.asker, now=world.at(3))
    asked = {ack.unit.name: ack.asked for ack in queries.acknowledgements_of(second)}
    assert asked == {"人力资源部": True, "财务部": True, "行政部": False, "工会": False}
    changed = {d.title: d.what for d in queries.differences(second)}
    assert changed == {HEADCOUNT: ("due_on",), BUDGET_TASK: ("input",)}
    first = Acknowledgement.objects.filter(baseline__version=1).select_related("baseline", "unit").first()
    assert first is not None
    Acknowledgement.objects.filter(pk=first.pk).update(acknowledged_at=None)
    with pytest.raises(Refused, match="已有第2版"):
        actions.acknowledge(first, by=Actor(first.person), now=world.at(4))


def test_who_has_not_agreed_yet_is_asked_again_with_the_next_version(world: World) -> None:
    chained(world)
    actions.make_baseline(world.matter, by=world.scene.asker, now=world.at(0.1))
    moves.cancel(world[MENU], words="改为外请", by=world.scene.asker, now=world.at(1))
    second = actions.make_baseline(world.matter, by=world.scene.asker, now=world.at(3))
    asked = {ack.unit.name: ack.asked for ack in queries.acknowledgements_of(second)}
    assert asked == {"人力资源部": True, "财务部": True, "行政部": True, "工会": False}
    assert [d.what for d in queries.differences(second)] == [("gone",)]


def test_a_supplier_without_an_account_agrees_through_the_coordinator_who_writes_how(world: World) -> None:
    world.opened(("会场布置", "湖畔国际会议中心", date(2026, 12, 18)), ("请柬", "行政部", date(2026, 12, 1)))
    baseline = actions.make_baseline(world.matter, by=world.scene.asker, now=world.now)
    acks = {ack.unit.name: ack for ack in queries.acknowledgements_of(baseline)}
    outside = acks["湖畔国际会议中心"]
    with pytest.raises(Refused, match="谁、怎样确认"):
        actions.acknowledge(outside, by=world.scene.asker, now=world.now)
    actions.acknowledge(outside, words="曹经理电话确认", by=world.scene.asker, now=world.now)
    with pytest.raises(Refused, match="由该单位的人作出"):
        actions.acknowledge(acks["行政部"], words="代他确认", by=world.scene.asker, now=world.now)


def test_reminding_reaches_those_who_owe_and_nobody_twice_in_half_a_day(world: World) -> None:
    world.opened()
    baseline = actions.make_baseline(world.matter, by=world.scene.asker, now=world.now)
    with pytest.raises(Refused, match="刚提醒过"):
        actions.remind_parties(baseline, by=world.scene.asker, now=world.at(1))
    one = queries.acknowledgements_of(baseline)[0]
    actions.acknowledge(one, by=Actor(one.person), now=world.at(1))
    assert actions.remind_parties(baseline, by=world.scene.asker, now=world.at(6)) == 3
    assert one.person is not None
    assert one.person.name not in world.told("plan.reminded")


@pytest.mark.req("S4-62")
def test_a_common_start_wants_everybodys_yes_and_is_told_to_all_at_its_instant(world: World) -> None:
    chained(world)
    at = world.at(30)
    with pytest.raises(Refused, match="还没有各方确认的计划"):
        actions.announce_start(world.matter, at=at, by=world.scene.asker, now=world.now)
    baseline = actions.make_baseline(world.matter, by=world.scene.asker, now=world.now)
    with pytest.raises(Refused, match="还有4方没有确认"):
        actions.announce_start(world.matter, at=at, by=world.scene.asker, now=world.now)
    for ack in queries.acknowledgements_of(baseline):
        actions.acknowledge(ack, by=Actor(ack.person), now=world.at(0.1))
    with pytest.raises(Refused, match="已经过去"):
        actions.announce_start(world.matter, at=world.now, by=world.scene.asker, now=world.at(1))
    actions.announce_start(world.matter, at=at, words="听口令", by=world.scene.asker, now=world.at(1))
    start = actions.announce_start(world.matter, at=world.at(31), by=world.scene.asker, now=world.at(2))
    assert Start.objects.filter(cancelled_at=None).count() == 1
    assert sweeps.starts(world.at(30.5), 10) == 0
    assert sweeps.starts(world.at(31), 10) == 1
    assert sweeps.starts(world.at(32), 10) == 0
    parties = {ack.person.name for ack in queries.acknowledgements_of(baseline) if ack.person}
    assert set(world.told("plan.started")) == parties | {"林晓雯"}
    with pytest.raises(Refused, match="已经发出"):
        actions.cancel_start(start, words="下雨", by=world.scene.asker, now=world.at(33))


def test_a_start_called_off_is_never_told(world: World) -> None:
    chained(world)
    agreed(world)
    start = actions.announce_start(world.matter, at=world.at(30), by=world.scene.asker, now=world.at(1))
    actions.cancel_start(start, words="吊机故障", by=world.scene.asker, now=world.at(2))
    assert sweeps.starts(world.at(31), 10) == 0
    assert "吊机故障" not in world.told("plan.started")
    assert len(world.told("plan.start_cancelled")) >= 4


# ── figures ────────────────────────────────────────────────────────────────


def counted(world: World) -> Figure:
    """186 people, read back by the budget and the menu."""
    chained(world)
    figure = actions.add_figure(
        world.matter,
        name="参会人数",
        value=Decimal(186),
        unit_word="人",
        owner_unit_id=world.scene.unit("人力资源部").pk,
        uses=[world[BUDGET_TASK], world[MENU]],
        by=world.scene.asker,
        now=world.now,
    )
    for title in (BUDGET_TASK, MENU):
        actions.read_back(world.the_card(title), value=Decimal(186), by=world.holder(title), now=world.at(0.1))
    return figure


def test_a_number_that_changes_goes_to_those_who_use_it_and_is_read_back(world: World) -> None:
    figure = counted(world)
    figure = actions.change_figure(
        figure, value=Decimal(172), words="14人出差", by=world.actor("李敏"), now=world.at(1)
    )
    cards = {card.commitment.title: card for card in queries.unanswered_of(world.matter)}
    assert set(cards) == {BUDGET_TASK, MENU}
    assert (cards[MENU].old_value, cards[MENU].new_value) == (Decimal(186), Decimal(172))
    with pytest.raises(Refused, match="“参会人数”现在是172人"):
        actions.read_back(cards[MENU], value=Decimal(186), by=world.holder(MENU), now=world.at(2))
    with pytest.raises(Refused, match="由承办方复述"):
        actions.read_back(cards[MENU], value=Decimal(172), by=world.holder(BUDGET_TASK), now=world.at(2))
    actions.read_back(cards[MENU], value=Decimal(172), by=world.holder(MENU), now=world.at(2))
    uses = {use.commitment.title: use.confirmed_version for use in queries.uses_of(figure)}
    assert uses == {BUDGET_TASK: 1, MENU: 2}
    actions.read_back(cards[BUDGET_TASK], value=Decimal("172.00"), by=world.holder(BUDGET_TASK), now=world.at(3))
    assert "各方都已复述参会人数：172人" in world.told("reconfirm.answered")["林晓雯"]
    assert verify().problems == []


def test_a_second_change_before_the_first_is_read_back_leaves_one_card(world: World) -> None:
    figure = counted(world)
    figure = actions.change_figure(figure, value=Decimal(172), by=world.actor("李敏"), now=world.at(1))
    seen = world.the_card(MENU)
    actions.change_figure(figure, value=Decimal(168), by=world.actor("李敏"), now=world.at(2))
    card = world.the_card(MENU)
    assert (card.pk, card.old_value, card.new_value) == (seen.pk, Decimal(186), Decimal(168))
    with pytest.raises(Stale):
        actions.read_back(seen, value=Decimal(172), by=world.holder(MENU), now=world.at(3))
    with pytest.raises(Stale):
        actions.change_figure(figure, value=Decimal(150), by=world.actor("李敏"), now=world.at(3))


def test_a_figure_is_refused_where_it_cannot_be(world: World) -> None:
    figure = counted(world)
    owner = world.scene.unit("人力资源部").pk
    by, now = world.scene.asker, world.now
    with pytest.raises(Refused, match="已经有“参会人数”"):
        actions.add_figure(world.matter, name="参会人数", value=Decimal(1), owner_unit_id=owner, by=by, now=now)
    with pytest.raises(Refused, match="起个名字"):
        actions.add_figure(world.matter, name=" ", value=Decimal(1), owner_unit_id=owner, by=by, now=now)
    with pytest.raises(Refused, match="最多两位小数"):
        actions.change_figure(figure, value=Decimal("1.234"), by=by, now=now)
    with pytest.raises(Refused, match="没有改动"):
        actions.change_figure(figure, value=Decimal(186), by=by, now=now)
    with pytest.raises(Refused, match="由人力资源部维护"):
        actions.change_figure(figure, value=Decimal(10), by=world.holder(MENU), now=now)


def test_tasks_that_no_longer_use_it_are_left_alone(world: World) -> None:
    figure = counted(world)
    actions.set_uses(figure, [world[MENU], world[GOODS]], by=world.scene.asker, now=world.at(1))
    assert set(FigureUse.objects.values_list("commitment__title", flat=True)) == {MENU, GOODS}
    assert world.card(GOODS) is not None
    actions.change_figure(figure, value=Decimal(172), by=world.scene.asker, now=world.at(2))
    assert not Reconfirm.objects.filter(commitment=world[BUDGET_TASK], answered_at=None).exists()


def test_a_supplier_says_the_number_by_phone_and_the_coordinator_writes_it_down(world: World) -> None:
    world.opened(("宴会菜单", "湖畔国际会议中心", date(2026, 12, 18)), ("请柬", "行政部", date(2026, 12, 1)))
    actions.add_figure(
        world.matter, name="人数", value=Decimal(186), owner_unit_id=world.scene.unit("人力资源部").pk,
        uses=[world["宴会菜单"], world["请柬"]], by=world.scene.asker, now=world.now,
    )  # fmt: skip
    actions.read_back(
        world.the_card("宴会菜单"), value=Decimal(186), words="曹经理复述", by=world.scene.asker, now=world.at(1)
    )
    with pytest.raises(Refused, match="由承办方复述"):
        actions.read_back(world.the_card("请柬"), value=Decimal(186), by=world.scene.asker, now=world.at(1))
    assert list(queries.reconfirms_for(person(world["请柬"].holder.name), world.at(1)))  # type: ignore[union-attr]


def test_numbers_not_read_back_are_told_to_the_coordinator(world: World) -> None:
    figure = counted(world)
    actions.change_figure(figure, value=Decimal(172), by=world.actor("李敏"), now=world.at(1))
    assert sweeps.unanswered(world.at(1) + timedelta(days=3), 10) == 2
    assert "还没有复述新数" in world.told("reconfirm.unanswered")["林晓雯"]
