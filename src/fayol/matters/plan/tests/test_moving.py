from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from fayol.channels.models import Delivery
from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import Nature, Side, State
from fayol.facts.journal import record_many
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused, Stale
from fayol.matters.plan import actions, queries, sweeps
from fayol.matters.plan.models import Baseline, Dependency, Figure, PlanStep, Reconfirm
from fayol.matters.plan.states import Answer
from fayol.matters.plan.tests.plans import BUDGET_TASK, GOODS, HEADCOUNT, MENU, World, chained
from fayol.organisation.actor import Actor

pytestmark = pytest.mark.django_db
LATER = date(2026, 11, 26)


def test_the_effect_is_shown_before_it_is_granted_and_changes_nothing(world: World) -> None:
    chained(world)
    asker = world.scene.asker.person
    assert asker is not None
    facts = Fact.objects.count()
    shown = queries.effect_of(world[HEADCOUNT], LATER, asker, world.now)
    assert [line.commitment and line.commitment.title for line in shown.lines] == [BUDGET_TASK, GOODS]
    budget, goods = (line.touched for line in shown.lines)
    assert (budget.before.slack, budget.after.slack, budget.direct) == (2, -2, True)
    assert (goods.before.slack, goods.after.slack, goods.direct) == (2, 0, False)
    assert (budget.before.input_on, budget.after.input_on) == (date(2026, 11, 20), LATER)
    assert budget.after.earliest_on == date(2026, 12, 2)
    assert (shown.units, shown.tasks, shown.broken, shown.hidden) == (2, 2, 1, 0)
    assert list(shown.effect.chain) == [world[title].pk for title in (HEADCOUNT, BUDGET_TASK, GOODS)]
    assert Fact.objects.count() == facts
    assert world.card(BUDGET_TASK) is None


def test_the_performer_sees_whom_he_hurts_but_not_what_is_out_of_his_sight(world: World) -> None:
    chained(world)
    stranger = Actor(world[HEADCOUNT].holder)
    Commitment.objects.filter(pk=world[GOODS].pk).update(audience=[-(world[GOODS].holder_id or 0)])
    assert stranger.person is not None
    shown = queries.effect_of(world[HEADCOUNT], LATER, stranger.person, world.now)
    assert [line.commitment is None for line in shown.lines] == [False, True]
    assert (shown.tasks, shown.hidden) == (2, 1)


@pytest.mark.req("S2-42")
def test_granting_asks_those_who_count_on_it_tells_those_behind_and_leaves_the_others_alone(world: World) -> None:
    chained(world)
    asked = moves.counter(
        world[HEADCOUNT], words="子公司名单晚报", due_on=LATER, by=world.holder(HEADCOUNT), now=world.at(1)
    )
    assert not Reconfirm.objects.exists()
    moves.agree(asked, by=world.scene.asker, now=world.at(2))
    card = world.the_card(BUDGET_TASK)
    assert (card.old_on, card.new_on, card.slack_before, card.slack_after) == (date(2026, 11, 20), LATER, 2, -2)
    assert (card.start_on, card.workdays, card.suggested_on) == (date(2026, 11, 27), 4, date(2026, 12, 2))
    assert card.moves[0]["words"] == "子公司名单晚报"
    assert card.person_id == world[BUDGET_TASK].holder_id
    assert card.due_at == world.at(26)  # a working day after eleven o'clock
    assert Reconfirm.objects.count() == 1
    told = world.told("reconfirm.asked")
    holder = world[BUDGET_TASK].holder
    assert holder is not None
    assert list(told) == [holder.name]
    body = Delivery.objects.get(fact__verb="reconfirm.asked", channel="inbox").body
    assert "11月20日改到11月26日" in body
    assert "原余2天，现差2天" in body
    behind = world[GOODS].holder
    assert behind is not None
    assert behind.name in world.told("plan.moved")
    beside = world[MENU].holder
    assert beside is not None
    assert not Delivery.objects.filter(person=beside, fact__verb__in=["plan.moved", "reconfirm.asked"]).exists()
    assert verify().problems == []


def test_an_earlier_date_asks_nobody(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, date(2026, 11, 19))
    assert not Reconfirm.objects.exists()
    assert PlanStep.objects.get(pk=world[HEADCOUNT].pk).counted_on == date(2026, 11, 19)


def test_a_newer_change_replaces_the_card_that_waits_and_keeps_what_was_agreed_on(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    first = world.the_card(BUDGET_TASK)
    world.moves_to(HEADCOUNT, date(2026, 11, 27), hours=2, words="又晚一天")
    card = world.the_card(BUDGET_TASK)
    assert card.pk == first.pk
    assert (card.old_on, card.new_on, card.slack_before, card.slack_after) == (
        date(2026, 11, 20), date(2026, 11, 27), 2, -3,
    )  # fmt: skip
    assert [(move["old"], move["new"]) for move in card.moves] == [("2026-11-20", "2026-11-27")]
    with pytest.raises(Stale):
        actions.answer_keep(first, by=world.holder(BUDGET_TASK), now=world.at(3))
    world.moves_to(HEADCOUNT, date(2026, 11, 20), hours=4, words="名单提前到了")
    assert world.card(BUDGET_TASK) is None
    assert Reconfirm.objects.get().dropped_at
    assert verify().problems == []


def test_two_inputs_that_move_stand_on_one_card(world: World) -> None:
    chained(world)
    world.tie(MENU, GOODS)
    world.moves_to(MENU, date(2026, 12, 21))
    world.moves_to(BUDGET_TASK, date(2026, 12, 3), hours=2)
    card = world.the_card(GOODS)
    assert [move["title"] for move in card.moves] == [MENU] or {m["title"] for m in card.moves} == {MENU, BUDGET_TASK}
    assert Reconfirm.objects.filter(commitment=world[GOODS]).count() == 1


def test_keeping_the_date_ends_it_and_the_ones_behind_go_on_counting_on_it(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    done = actions.answer_keep(
        world.the_card(BUDGET_TASK), words="编制压到2天", by=world.holder(BUDGET_TASK), now=world.at(3)
    )
    assert done.answer == Answer.KEEP
    assert world[BUDGET_TASK].due_on == date(2026, 11, 30)
    asker = world.scene.asker.person
    assert asker is not None
    timings = queries.plan_of(world.matter, asker, world.at(3)).timings
    assert timings[world[GOODS].pk].slack == 2
    assert asker.name in world.told("reconfirm.answered")
    with pytest.raises(Refused, match="已经答复过"):
        actions.answer_keep(done, by=world.holder(BUDGET_TASK), now=world.at(4))


def test_asking_for_another_date_is_the_engines_counter_and_travels_on_when_granted(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    card = world.the_card(BUDGET_TASK)
    actions.answer_move(card, due_on=date(2026, 12, 2), words="", by=world.holder(BUDGET_TASK), now=world.at(3))
    row = world[BUDGET_TASK]
    assert (row.state, row.proposed_on, row.due_on) == (State.COUNTERED, date(2026, 12, 2), date(2026, 11, 30))
    assert world.card(GOODS) is None
    moves.agree(row, by=world.scene.asker, now=world.at(4))
    behind = world.the_card(GOODS)
    assert (behind.new_on, behind.slack_before, behind.slack_after) == (date(2026, 12, 2), 2, 0)
    assert verify().problems == []


def test_a_counter_made_on_the_tasks_own_page_answers_the_card(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    moves.counter(
        world[BUDGET_TASK], words="随上游顺延", due_on=date(2026, 12, 2), by=world.holder(BUDGET_TASK), now=world.at(3)
    )
    card = Reconfirm.objects.get(commitment=world[BUDGET_TASK])
    assert (card.answer, card.moved_to) == (Answer.MOVE, date(2026, 12, 2))


def test_what_cannot_be_done_gives_the_ball_to_the_requester(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    card, holder = world.the_card(BUDGET_TASK), world.holder(BUDGET_TASK)
    with pytest.raises(Refused, match="为什么办不了"):
        actions.answer_cannot(card, words="", by=holder, now=world.at(3))
    actions.answer_cannot(card, words="两天编不出来，人手不够", by=holder, now=world.at(3))
    row = world[BUDGET_TASK]
    assert (row.state, row.holder_side, row.holder_id) == (State.ON_HOLD, Side.OTHER, world.scene.asker.person_id)
    assert verify().problems == []


def test_what_is_not_promised_yet_is_returned(world: World) -> None:
    chained(world)
    row = moves.amend(
        world[BUDGET_TASK], condition="总额不超80万元", words="压缩", by=world.scene.asker, now=world.at(0.5)
    )
    Commitment.objects.filter(pk=row.pk).update(nature=Nature.CONSULTATIVE)
    world.moves_to(HEADCOUNT, LATER)
    unit = world.scene.unit("采购部").pk
    actions.answer_cannot(
        world.the_card(BUDGET_TASK),
        words="两天编不出来",
        suggested_unit_id=unit,
        by=world.holder(BUDGET_TASK),
        now=world.at(3),
    )
    assert world[BUDGET_TASK].state == State.DECLINED


def test_only_the_performer_answers(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    for who in (world.scene.asker, world.holder(MENU)):
        with pytest.raises(Refused, match="由承办方答复"):
            actions.answer_keep(world.the_card(BUDGET_TASK), by=who, now=world.at(3))


def test_no_answer_within_a_working_day_is_told_to_the_coordinator_once(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    due = world.the_card(BUDGET_TASK).due_at
    assert sweeps.unanswered(due - timedelta(minutes=1), 100) == 0
    assert sweeps.unanswered(due, 100) == 1
    assert sweeps.unanswered(due + timedelta(days=1), 100) == 0
    assert "林晓雯" in world.told("reconfirm.unanswered")


def test_an_urgent_card_wants_an_answer_within_half_a_day(world: World) -> None:
    world.opened(urgency="urgent")
    world.tie(HEADCOUNT, BUDGET_TASK)
    world.moves_to(HEADCOUNT, LATER, hours=0)
    card = world.the_card(BUDGET_TASK)
    assert (card.due_at - card.asked_at) < timedelta(hours=6)


@pytest.mark.req("S2-89")
def test_a_result_that_does_not_come_in_time_is_told_to_both_ends_once(world: World) -> None:
    chained(world)
    tie = Dependency.objects.get(after=world[BUDGET_TASK])
    assert tie.needed_at is not None
    assert tie.needed_at.date() == date(2026, 11, 24)  # four working days before the 30th remain
    assert sweeps.handovers(tie.needed_at, 100) == 1
    told = world.told("handover.late")
    assert set(told) == {world[HEADCOUNT].holder.name, world[BUDGET_TASK].holder.name}  # type: ignore[union-attr]
    assert sweeps.handovers(tie.needed_at + timedelta(days=1), 100) == 0


def test_a_reported_result_is_told_to_whoever_waits_for_it_and_taken_back_when_it_is_not_accepted(world: World) -> None:
    chained(world)
    tie = Dependency.objects.get(after=world[BUDGET_TASK])
    row = moves.report(world[HEADCOUNT], result="186人，标准已定", by=world.holder(HEADCOUNT), now=world.at(2))
    holder = world[BUDGET_TASK].holder
    assert holder is not None
    assert "交接到了" in world.told("handover.arrived")[holder.name]
    assert sweeps.handovers(tie.needed_at, 100) == 0  # type: ignore[arg-type]
    moves.hand_back(row, missing="缺盖章", by=world.scene.asker, now=world.at(3))
    assert "退回重办" in world.told("handover.taken_back")[holder.name]
    assert sweeps.handovers(tie.needed_at, 100) == 1  # type: ignore[arg-type]
    moves.cancel(world[HEADCOUNT], words="不再需要", by=world.scene.asker, now=world.at(200))
    assert "已撤销" in world.told("handover.cancelled")[holder.name]
    assert verify().problems == []


def test_many_dates_moved_at_once_are_told_to_each_as_far_as_they_concern_it(world: World) -> None:
    """As when the holidays of a year are published: one act, promises of several affairs."""
    chained(world)
    other = chained(World(world.now))
    ids = [world[HEADCOUNT].pk, other[HEADCOUNT].pk]
    Commitment.objects.filter(pk__in=ids).update(due_on=LATER)
    items = [(pk, "commitment.recalculated", {"words": "放假安排公布", "set": {"due_on": "?"}}) for pk in ids]
    with transaction.atomic():
        record_many("commitment", items, by=Actor(None), now=world.at(1))
    for own in (world, other):
        card = own.the_card(BUDGET_TASK)
        assert [move["commitment"] for move in card.moves] == [own[HEADCOUNT].pk]
        fact = Fact.objects.get(verb="plan.moved", subject_id=own.matter.pk)
        assert {line["commitment"] for line in fact.data["lines"]} == {own[BUDGET_TASK].pk, own[GOODS].pk}
        assert [move["commitment"] for move in fact.data["moves"]] == [own[HEADCOUNT].pk]


def test_numbers_and_dates_are_not_asked_of_a_task_that_is_closed(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    actions.add_figure(
        world.matter,
        name="人数",
        value=Decimal(186),
        owner_unit_id=world.scene.unit("人力资源部").pk,
        uses=[world[BUDGET_TASK]],
        by=world.scene.asker,
        now=world.at(2),
    )
    row = moves.report(world[BUDGET_TASK], result="预算已签字", by=world.holder(BUDGET_TASK), now=world.at(3))
    assert [card.kind for card in Reconfirm.objects.filter(dropped_at=None)] == ["figure"]
    moves.accept(row, by=world.scene.asker, now=world.at(4))
    assert not Reconfirm.objects.filter(dropped_at=None).exists()


def test_a_promise_outside_every_plan_costs_one_query_more(world: World) -> None:
    world.opened()
    with CaptureQueriesContext(connection) as caught:
        moves.progress(world[MENU], note="菜单谈好了", by=world.holder(MENU), now=world.at(1))
    assert not [query for query in caught if "matters_planstep" in query["sql"]]
    with CaptureQueriesContext(connection) as caught:
        moves.report(world[MENU], result="菜单已定", by=world.holder(MENU), now=world.at(2))
    assert len([query for query in caught if "matters_planstep" in query["sql"]]) == 1


def test_acting_for_somebody_wants_his_leave(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    stranger = Actor(world[MENU].holder, world[BUDGET_TASK].holder)
    with pytest.raises(Refused, match="没有得到"):
        actions.answer_keep(world.the_card(BUDGET_TASK), by=stranger, now=world.at(3))


def test_an_answer_a_number_and_a_version_changed_behind_their_facts_are_found(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, LATER)
    card = world.the_card(BUDGET_TASK)
    actions.answer_keep(card, words="编制压到2天", by=world.holder(BUDGET_TASK), now=world.at(3))
    unit = world.scene.unit("人力资源部").pk
    by = world.scene.asker
    figure = actions.add_figure(
        world.matter, name="人数", value=Decimal(186), owner_unit_id=unit, uses=[], by=by, now=world.at(3)
    )
    actions.make_baseline(world.matter, by=by, now=world.at(4))
    assert verify().ok
    Reconfirm.objects.update(answer=Answer.CANNOT)
    Figure.objects.update(value=Decimal(168))
    Baseline.objects.all().delete()
    assert verify().problems == [
        f"plan:{world.matter.pk} 记录了1版计划基线，实有0版",
        f"reconfirm:{card.pk} 的答复与记录不符",
        f"figure:{figure.pk}“人数”与记录不符",
    ]
