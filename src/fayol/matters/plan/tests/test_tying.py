from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fayol.commitments import actions as moves
from fayol.commitments import policy
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.sweeps import look_ahead
from fayol.facts.journal import history_of
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused
from fayol.matters.plan import actions, queries
from fayol.matters.plan.actions import Tying
from fayol.matters.plan.foreseeing import find, say
from fayol.matters.plan.models import Dependency
from fayol.matters.plan.states import Needs
from fayol.matters.plan.tests.plans import BUDGET_TASK, GOODS, HEADCOUNT, MENU, World, chained
from fayol.organisation.actor import Actor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (HEADCOUNT, HEADCOUNT, "不能以自己为前提"),
        (HEADCOUNT, BUDGET_TASK, "已经设过"),
        (GOODS, HEADCOUNT, f"“{HEADCOUNT}” → “{BUDGET_TASK}” → “{GOODS}” → “{HEADCOUNT}”"),
    ],
)
def test_a_tie_that_makes_no_sense_is_refused_and_leaves_nothing(
    world: World, before: str, after: str, sentence: str
) -> None:
    chained(world)
    facts = len(history_of("plan", world.matter.pk))
    with pytest.raises(Refused) as refused:
        world.tie(before, after)
    said = str(refused.value)
    assert sentence in said or _turned(sentence, said)
    assert len(history_of("plan", world.matter.pk)) == facts
    assert Dependency.objects.count() == 2


def _turned(sentence: str, said: str) -> bool:
    """A round may be told from any of its tasks."""
    titles = sentence.split(" → ")[:-1]
    return any(" → ".join([*titles[i:], *titles[: i + 1]]) in said for i in range(len(titles)))


def test_a_round_through_several_new_ties_is_found(world: World) -> None:
    world.opened()
    ties = [
        Tying(before=world[a], after=world[b])
        for a, b in ((HEADCOUNT, BUDGET_TASK), (BUDGET_TASK, GOODS), (GOODS, HEADCOUNT))
    ]
    with pytest.raises(Refused, match="互相等待"):
        actions.link_many(ties, by=world.scene.asker, now=world.now)
    assert not Dependency.objects.exists()


def test_only_who_runs_the_matter_ties_and_closed_tasks_are_left_alone(world: World) -> None:
    world.opened()
    with pytest.raises(Refused, match="不能改动事项"):
        actions.link(world[HEADCOUNT], world[MENU], by=world.holder(MENU), now=world.now)
    moves.cancel(world[MENU], words="不办了", by=world.scene.asker, now=world.now)
    with pytest.raises(Refused, match="已经结束"):
        world.tie(HEADCOUNT, MENU)
    with pytest.raises(Refused, match="间隔"):
        world.tie(HEADCOUNT, GOODS, lag=999)


def test_tasks_of_two_matters_are_tied_only_by_somebody_who_sees_both(world: World, now: object) -> None:
    world.opened()
    other = World(world.now).opened(("场地合同", "会务组", date(2026, 11, 27)))
    tie = actions.link(other["场地合同"], world[MENU], by=world.scene.asker, now=world.now)
    assert [len(history_of("plan", m.pk)) for m in (world.matter, other.matter)] == [1, 1]
    actions.unlink(tie, by=world.scene.asker, now=world.now)
    Commitment.objects.filter(pk=other["场地合同"].pk).update(audience=[-1])
    with pytest.raises(Refused, match="您看不到它"):
        actions.link(other["场地合同"], world[MENU], by=world.scene.asker, now=world.now)


def test_a_tie_may_be_changed_and_taken_away_and_its_facts_tell(world: World) -> None:
    chained(world)
    tie = Dependency.objects.select_related("before", "after").get(after=world[BUDGET_TASK])
    needed = tie.needed_at
    tie = actions.change_tie(
        tie, lag=1, standard="名单电子版", kind=Needs.HANDOVER, by=world.scene.asker, now=world.at(1)
    )
    fresh = Dependency.objects.get(pk=tie.pk).needed_at
    assert needed
    assert fresh
    assert fresh < needed
    with pytest.raises(Refused, match="没有改动"):
        actions.change_tie(
            tie, lag=1, standard="名单电子版", kind=Needs.HANDOVER, by=world.scene.asker, now=world.at(1)
        )
    assert verify().problems == []
    actions.unlink(tie, by=world.scene.asker, now=world.at(2))
    assert verify().problems == []
    Dependency.objects.all().delete()
    assert len(verify().problems) == 1


def test_a_step_is_refused_where_it_cannot_be(world: World) -> None:
    world.opened()
    by, now = world.scene.asker, world.now
    with pytest.raises(Refused, match="晚于期限"):
        actions.set_step(world[HEADCOUNT], start_on=date(2026, 12, 1), workdays=1, by=by, now=now)
    with pytest.raises(Refused, match="工作日填1到"):
        actions.set_step(world[HEADCOUNT], start_on=None, workdays=0, by=by, now=now)
    with pytest.raises(Refused, match="不能改动事项"):
        actions.set_step(world[HEADCOUNT], start_on=None, workdays=2, by=world.holder(MENU), now=now)


def test_the_plan_of_a_matter_costs_the_same_however_many_tasks_it_has(world: World) -> None:
    chained(world)
    asker = world.scene.asker.person
    assert asker is not None

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            queries.plan_of(world.matter, asker, world.now)
        return len(caught)

    few = cost()
    plan = queries.plan_of(world.matter, asker, world.now)
    assert [task.title for task in plan.tasks] == [HEADCOUNT, BUDGET_TASK, GOODS, MENU]
    assert plan.critical == []  # the menu ends last
    assert (len(plan.links), len(plan.outside)) == (2, 0)
    more = World(world.now).opened(*((f"任务{i}", "财务部", date(2026, 12, 1 + i)) for i in range(9)))
    world.matter = more.matter
    actions.link_many(
        [Tying(before=more[f"任务{i}"], after=more[f"任务{i + 1}"]) for i in range(8)],
        by=world.scene.asker,
        now=world.now,
    )
    assert cost() == few
    assert len(queries.plan_of(more.matter, asker, world.now).critical) == 9


def test_neighbours_are_shown_with_what_is_handed_over(world: World) -> None:
    chained(world)
    holder = world.holder(BUDGET_TASK).person
    assert holder is not None
    waits, supplies = queries.ties_of(world[BUDGET_TASK], holder, world.now)
    assert [(tie.commitment and tie.commitment.title, tie.dependency.standard) for tie in waits] == [
        (HEADCOUNT, "确定的人数和奖金标准，盖章件")
    ]
    assert [(tie.commitment and tie.commitment.title, tie.slack) for tie in supplies] == [(GOODS, 2)]
    assert queries.ties_of(world[MENU], holder, world.now) == ([], [])


def test_an_input_that_comes_too_late_makes_the_task_amber_with_the_reason(world: World) -> None:
    chained(world)
    ids = [task.pk for task in world.tasks.values()]
    assert find(ids, world.now) == {}
    world.moves_to(HEADCOUNT, date(2026, 11, 26))
    found = find(ids, world.at(2))
    assert list(found) == [world[BUDGET_TASK].pk]
    assert say(found[world[BUDGET_TASK].pk][0]) == f"前置任务“{HEADCOUNT}”要到11月26日，差2天"
    actions.answer_keep(world.the_card(BUDGET_TASK), by=Actor(world[BUDGET_TASK].holder), now=world.at(3))
    assert find(ids, world.at(3)) == {}


def test_the_light_turns_amber_as_soon_as_what_it_needs_is_put_off(world: World) -> None:
    chained(world)
    look_ahead(world.at(0.5), 500)
    assert light(world[BUDGET_TASK], world.at(0.5)) == "green"
    world.moves_to(HEADCOUNT, date(2026, 11, 26))
    look_ahead(world.at(2), 500)
    row = world[BUDGET_TASK]
    assert [reason["code"] for reason in row.foreseen] == ["input_late"]
    assert light(row, world.at(2)) == "amber"
    assert verify().problems == []


def light(row: Commitment, at: datetime) -> str:
    return policy.light(State(row.state), due_at=row.due_at, amber_at=row.amber_at, now=at)


def test_a_cancelled_task_leaves_the_picture(world: World) -> None:
    chained(world)
    asker = world.scene.asker.person
    assert asker is not None
    moves.cancel(world[HEADCOUNT], words="人数已定", by=world.scene.asker, now=world.now)
    plan = queries.plan_of(world.matter, asker, world.now)
    assert (len(plan.tasks), len(plan.links), len(plan.outside)) == (3, 1, 0)
    assert plan.timings[world[BUDGET_TASK].pk].slack is None
