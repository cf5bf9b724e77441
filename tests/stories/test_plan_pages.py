"""The pages of a plan: tying tasks, looking ahead before a date is granted, answering a card, agreeing, figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.matters.actions import ask
from fayol.matters.models import Matter
from fayol.matters.plan import actions as plans
from fayol.matters.plan.models import Acknowledgement, Baseline, ChangeOrder, Dependency, Figure, PlanStep, Start
from fayol.matters.plan.tests.plans import BUDGET_TASK, GOODS, HEADCOUNT, MENU, World, chained

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]
LATER = date(2026, 11, 26)


@pytest.fixture
def world(cast: object, now: datetime) -> World:
    return chained(World(now))


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """The pages' clock: after everything that the tests let happen in the morning."""
    noon = now.replace(hour=14)
    monkeypatch.setattr("fayol.web.clock.read", lambda: noon)


@pytest.fixture
def lin(client_as: Browser) -> Client:
    return client_as("林晓雯")


def plain(answer: Any) -> str:
    """The words of a page, without markup."""
    body = re.sub(r"<svg.*?</svg>", "", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))


def task_url(world: World, title: str) -> str:
    return f"/commitments/{world.tasks[title].pk}/"


def plan_url(world: World, title: str = "") -> str:
    return f"/matters/{world.matter.pk}/plan/" + (f"{world.tasks[title].pk}/" if title else "")


# ── the plan ───────────────────────────────────────────────────────────────


def test_the_plan_is_a_picture_with_a_sentence_and_a_table_with_everything(world: World, client_as: Browser) -> None:
    answer = client_as("孙悦").get(plan_url(world))
    page, words = answer.content.decode(), plain(answer)
    assert 'role="img"' in page
    assert "4项任务的计划图。" in page
    assert "余2天" in words
    assert "确定的人数和奖金标准，盖章件" in words
    assert "改" not in re.findall(r'<a class="btn btn-sm"[^>]*>(.*?)</a>', page)
    table = plain(client_as("孙悦").get(plan_url(world) + "?view=table"))
    assert "4个工作日" in table
    assert "不等别人" in table
    for query in ("?view=chart", "?weeks=6", "?weeks=13&view=chart", "?unit=x&weeks=0"):
        assert client_as("孙悦").get(plan_url(world) + query).status_code == 200


def test_many_tasks_are_folded_by_unit_and_cost_the_same(world: World, lin: Client, now: datetime) -> None:
    def cost() -> int:
        lin.get(plan_url(world))
        with CaptureQueriesContext(connection) as seen:
            assert lin.get(plan_url(world)).status_code == 200
        return len(seen)

    few = cost()
    scene = world.scene
    askings = [
        scene.asking(title=f"第{n}项", performer_unit_id=scene.unit(unit).pk, responsible_id=None)
        for n, unit in enumerate(["生产部", "采购部", "质量部", "研发部"] * 30)
    ]
    ask(Matter.objects.get(pk=world.matter.pk), askings, by=scene.asker, now=now)
    assert cost() <= few + 1
    folded = lin.get(plan_url(world) + "?view=chart").content.decode()
    assert "第3项" not in folded
    unit = scene.unit("生产部")
    assert f"?unit={unit.pk}&amp;view=chart#plan" in folded
    opened = lin.get(plan_url(world) + f"?view=chart&unit={unit.pk}").content.decode()
    assert "第4项" in opened
    assert "第1项" not in opened


def test_a_tie_is_made_by_name_changed_and_taken_away(world: World, lin: Client) -> None:
    url = plan_url(world, MENU)
    assert "现在不等别人" in plain(lin.get(url))
    answer = lin.post(url + "link/", {"before": HEADCOUNT, "kind": "result", "lag": "2", "standard": "席位数"})
    assert (answer.status_code, answer["Location"]) == (303, url)
    tie = Dependency.objects.get(after=world.tasks[MENU])
    assert (tie.before_id, tie.lag, tie.standard) == (world.tasks[HEADCOUNT].pk, 2, "席位数")
    changed = {f"t{tie.pk}-kind": "handover", f"t{tie.pk}-lag": "0", f"t{tie.pk}-standard": "盖章名单"}
    assert lin.post(f"{url}tie/{tie.pk}/", changed).status_code == 303
    tie.refresh_from_db()
    assert (tie.kind, tie.lag, tie.standard) == ("handover", 0, "盖章名单")
    assert lin.post(f"{url}tie/{tie.pk}/", {"remove": "1"}).status_code == 303
    assert not Dependency.objects.filter(after=world.tasks[MENU]).exists()


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (GOODS, "这样会互相等待，谁也开始不了"),
        (HEADCOUNT, "不能以自己为前提"),
        ("没有这条任务", "没有找到“没有这条任务”"),
        ("", "请填写"),
    ],
)
def test_a_tie_that_cannot_be_is_refused_at_its_field_and_what_was_typed_stays(
    world: World, lin: Client, before: str, sentence: str
) -> None:
    count = Dependency.objects.count()
    answer = lin.post(plan_url(world, HEADCOUNT) + "link/", {"before": before, "kind": "result", "standard": "盖章件"})
    assert answer.status_code == 422
    words = plain(answer)
    assert sentence in words
    if before == GOODS:
        assert words.count(f"“{HEADCOUNT}”") + words.count(f"“{BUDGET_TASK}”") + words.count(f"“{GOODS}”") >= 4
    assert 'value="盖章件"' in answer.content.decode()
    assert Dependency.objects.count() == count


def test_tasks_are_suggested_while_typing_and_strangers_get_none(world: World, lin: Client) -> None:
    found = lin.get(plan_url(world) + "suggest/?before=预算").content.decode()
    assert BUDGET_TASK in found
    assert HEADCOUNT not in found
    assert lin.get(plan_url(world) + "suggest/?before=").content.decode().strip() == ""


def test_start_and_duration_are_set_and_nonsense_is_refused(world: World, lin: Client) -> None:
    url = plan_url(world, MENU)
    assert lin.post(url, {"start_on": "2026-12-01", "workdays": "5"}).status_code == 303
    step = PlanStep.objects.get(pk=world.tasks[MENU].pk)
    assert (step.start_on, step.workdays) == (date(2026, 12, 1), 5)
    late = lin.post(url, {"start_on": "2026-12-30", "workdays": "5"})
    assert late.status_code == 422
    assert "晚于期限" in plain(late)


# ── before a date is granted ───────────────────────────────────────────────


def test_whoever_asks_for_another_date_sees_first_whom_it_hurts(world: World, client_as: Browser) -> None:
    li = client_as("李敏")
    form = li.get(task_url(world, HEADCOUNT) + "?do=counter").content.decode()
    assert "预览影响" in form
    given = {"due_on": "2026-11-26"}
    part = li.get(f"/matters/effect/{world.tasks[HEADCOUNT].pk}/counter/", given, headers={"HX-Request": "true"})
    assert "会影响2个单位2项任务，其中1项来不及" in plain(part)
    assert "原余2天，现差2天" in plain(part)
    assert "<html" not in part.content.decode()
    whole = li.post(
        f"/matters/effect/{world.tasks[HEADCOUNT].pk}/counter/", {**given, "words": "名单晚报", "condition": "分两批"}
    )
    assert "原余2天，现差2天" in plain(whole)
    assert "名单晚报" in whole.content.decode()
    assert 'value="分两批"' in whole.content.decode()
    assert world[HEADCOUNT].state == State.PROMISED
    assert "先填日期" in plain(
        li.get(f"/matters/effect/{world.tasks[HEADCOUNT].pk}/counter/", {"due_on": "x"}, headers={"HX-Request": "true"})
    )
    assert li.get(f"/matters/effect/{world.tasks[HEADCOUNT].pk}/report/").status_code == 404


def test_whoever_grants_it_sees_it_above_the_button(world: World, lin: Client, client_as: Browser) -> None:
    moves.counter(world[HEADCOUNT], words="名单晚报", due_on=LATER, by=world.holder(HEADCOUNT), now=world.at(1))
    page = lin.get(task_url(world, HEADCOUNT))
    assert "同意后影响2个单位2项任务，其中1项来不及" in plain(page)
    assert f"{BUDGET_TASK} 财务部 孙悦 原余2天，现差2天" in plain(page).replace("  ", " ")
    assert page.content.decode().index("同意后影响") < page.content.decode().index('form="tap"')
    moves.counter(world[MENU], words="菜价未定", due_on=date(2026, 12, 22), by=world.holder(MENU), now=world.at(1))
    assert "同意后影响" not in plain(lin.get(task_url(world, MENU)))


# ── the card that asks again ───────────────────────────────────────────────


def answering(world: World, client: Client, title: str, **given: str) -> Any:
    card = world.the_card(title)
    page = client.get(task_url(world, title)).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen, "the bar does not ask"
    return client.post(f"/matters/reconfirm/{card.pk}/", {"seen": seen[1], **given})


@pytest.mark.req("S4-101")
def test_the_bar_asks_again_with_three_answers_and_one_primary_button(world: World, client_as: Browser) -> None:
    world.moves_to(HEADCOUNT, LATER)
    sun = client_as("孙悦")
    page = sun.get(task_url(world, BUDGET_TASK))
    words = plain(page)
    assert "轮到您：重新确认期限" in words
    assert "原来余2天，现在差2天" in words
    for said in ("改到12月2日", "仍按11月30日", "办不了，退回", "办理压到2天，由您保证"):
        assert said in words
    main = page.content.decode().split("<main", 1)[1].split("</main>")[0]
    assert main.count("btn-primary") == 1
    assert "确认参会人数与奖金标准" in plain(sun.get("/"))
    report = plain(sun.get(task_url(world, BUDGET_TASK) + "?do=report"))
    assert "完成了什么" in report
    other = plain(client_as("林晓雯").get(task_url(world, BUDGET_TASK)))
    assert "已请财务部 孙悦重新确认" in other
    assert "轮到您" not in other
    assert client_as("李敏").get(f"/matters/reconfirm/{world.the_card(BUDGET_TASK).pk}/").status_code == 404


def test_moving_keeping_and_not_being_able_each_do_what_they_say(world: World, client_as: Browser) -> None:
    world.moves_to(HEADCOUNT, LATER)
    sun = client_as("孙悦")
    refused = answering(world, sun, BUDGET_TASK, answer="cannot", words="")
    assert refused.status_code == 422
    assert "请写明为什么办不了" in plain(refused)
    undated = answering(world, sun, BUDGET_TASK, answer="move", words="人数晚到", due_on="")
    assert undated.status_code == 422
    assert "请填写希望改到哪一天" in plain(undated)
    assert "人数晚到" in undated.content.decode()
    assert world.card(BUDGET_TASK) is not None
    done = answering(world, sun, BUDGET_TASK, answer="move", due_on="2026-12-02", words="")
    assert (done.status_code, done["Location"]) == (303, task_url(world, BUDGET_TASK))
    row = world[BUDGET_TASK]
    assert (row.state, row.proposed_on) == (State.COUNTERED, date(2026, 12, 2))
    assert "重新确认期限" not in plain(sun.get(task_url(world, BUDGET_TASK)))


def test_the_date_may_be_kept_and_an_answer_to_older_numbers_is_not_taken(world: World, client_as: Browser) -> None:
    world.moves_to(HEADCOUNT, LATER)
    sun, card = client_as("孙悦"), world.the_card(BUDGET_TASK)
    stale = sun.post(f"/matters/reconfirm/{card.pk}/", {"seen": "2026-11-24|", "answer": "keep", "words": "压缩复核"})
    assert stale.status_code == 409
    assert "压缩复核" in plain(stale)
    assert world.card(BUDGET_TASK) is not None
    assert answering(world, sun, BUDGET_TASK, answer="keep").status_code == 303
    assert world.card(BUDGET_TASK) is None
    assert world[BUDGET_TASK].due_on == date(2026, 11, 30)
    assert "仍按11月30日，由他保证" in plain(client_as("林晓雯").get(task_url(world, BUDGET_TASK)))
    assert "已经答复过" in plain(sun.get(f"/matters/reconfirm/{card.pk}/"))


# ── figures ────────────────────────────────────────────────────────────────


def test_a_figure_is_added_changed_and_read_back_by_those_who_use_it(world: World, client_as: Browser) -> None:
    lin, sun = client_as("林晓雯"), client_as("孙悦")
    url = f"/matters/{world.matter.pk}/figures/"
    given = {
        "name": "参会人数",
        "value": "186",
        "unit_word": "人",
        "owner": "人力资源部",
        "task": world.tasks[BUDGET_TASK].pk,
    }
    assert lin.post(url + "add/", given).status_code == 303
    figure = Figure.objects.get()
    again = lin.post(url + "add/", given)
    assert again.status_code == 422
    assert "已经有“参会人数”" in plain(again)
    assert "轮到您：复述参会人数" in plain(sun.get(task_url(world, BUDGET_TASK)))
    assert answering(world, sun, BUDGET_TASK, value="186").status_code == 303

    li = client_as("李敏")
    assert li.post(f"{url}{figure.pk}/", {"value": "172", "words": "14人出差", "expect": 1}).status_code == 303
    assert "1条任务用它，1条还没复述" in plain(lin.get(url))
    wrong = answering(world, sun, BUDGET_TASK, value="182")
    assert wrong.status_code == 422
    assert "您填的是182，“参会人数”现在是172人" in plain(wrong)
    assert answering(world, sun, BUDGET_TASK, value="172").status_code == 303
    assert "复述172人" in plain(lin.get(url))
    assert sun.post(f"{url}{figure.pk}/", {"value": "170"}).status_code == 404
    stale = li.post(f"{url}{figure.pk}/", {"value": "160", "expect": 1})
    assert stale.status_code == 409
    figure.refresh_from_db()
    assert figure.value == Decimal(172)


def test_which_tasks_use_a_figure_is_ticked(world: World, lin: Client) -> None:
    figure = plans.add_figure(
        world.matter, name="桌数", value=Decimal(18), owner_unit_id=world.scene.unit("会务组").pk,
        by=world.scene.asker, now=world.now,
    )  # fmt: skip
    ticked = {"task": [world.tasks[MENU].pk, world.tasks[GOODS].pk]}
    assert lin.post(f"/matters/{world.matter.pk}/figures/{figure.pk}/uses/", ticked).status_code == 303
    assert set(figure.uses.values_list("commitment_id", flat=True)) == {world.tasks[MENU].pk, world.tasks[GOODS].pk}
    assert world.card(MENU) is not None


# ── what was agreed on ─────────────────────────────────────────────────────


@pytest.mark.req("S4-99")
def test_a_plan_is_made_agreed_changed_and_agreed_again_by_those_it_touches(world: World, client_as: Browser) -> None:
    lin, sun = client_as("林晓雯"), client_as("孙悦")
    url = f"/matters/{world.matter.pk}/baseline/"
    assert "把现在的计划定为第1版" in plain(lin.get(url))
    assert "还没有基线" in plain(sun.get(url))
    assert lin.post(url + "make/", {"words": "第一版"}).status_code == 303
    page = sun.get(url)
    assert "轮到您：确认计划第1版" in plain(page)
    assert "确认计划第1版" in plain(sun.get("/"))
    for ack in Acknowledgement.objects.select_related("unit", "person"):
        client = client_as(ack.person.name) if ack.person and ack.person.account_id else None
        if client:
            assert client.post(f"{url}agree/{ack.pk}/").status_code == 303
        else:
            plans.acknowledge(ack, by=world.holder(GOODS if ack.unit.name == "行政部" else MENU), now=world.at(0.5))
    assert "4家全部确认" in plain(sun.get(url))
    assert (
        sun.post(f"{url}agree/{Acknowledgement.objects.filter(unit__short_name='工会').first().pk}/").status_code == 404
    )  # type: ignore[union-attr]

    world.moves_to(HEADCOUNT, LATER)
    words = plain(lin.get(url))
    order = ChangeOrder.objects.get()
    assert f"变更单{order.number}" in words
    assert "晚4个工作日" in words
    assert "影响2个单位2项任务" in words
    assert lin.post(url + "make/").status_code == 303
    assert Baseline.objects.count() == 2
    second = plain(lin.get(url))
    assert "比上一版改了什么" in second
    assert "11月20日11月26日" in second.replace(" ", "")
    assert "没有改到它，只告知" in second
    assert "轮到您：确认计划第2版" in plain(client_as("李敏").get(url))
    assert "第1版" in plain(lin.get(url + "?v=1"))
    assert lin.get(url + "?v=7").status_code == 404


def test_parties_are_reminded_once_and_the_start_waits_for_all(world: World, lin: Client) -> None:
    url = f"/matters/{world.matter.pk}/"
    plans.make_baseline(world.matter, by=world.scene.asker, now=world.now)
    too_early = lin.post(url + "start/", {"at": "2026-11-23T09:00"})
    assert too_early.status_code == 422
    assert "还有4方没有确认" in plain(too_early)
    assert lin.post(url + "baseline/remind/").status_code == 303
    assert "半个工作日内刚提醒过" in plain(lin.post(url + "baseline/remind/"))
    for ack in Acknowledgement.objects.select_related("person"):
        plans.acknowledge(ack, by=world.actor(ack.person.name), now=world.at(1))  # type: ignore[union-attr]
    assert lin.post(url + "start/", {"at": "2026-11-23T09:00", "words": "一起动手"}).status_code == 303
    assert "定在11月23日09:00" in plain(lin.get(url + "baseline/"))
    assert lin.post(url + "start/stop/", {"words": "天气不好"}).status_code == 303
    assert Start.objects.get().cancelled_at is not None


# ── what stands on other pages ─────────────────────────────────────────────


def test_the_affair_shows_its_plan_what_waits_and_how_far_the_parties_are(world: World, lin: Client) -> None:
    plans.make_baseline(world.matter, by=world.scene.asker, now=world.now)
    world.moves_to(HEADCOUNT, LATER)
    words = plain(lin.get(f"/matters/{world.matter.pk}/"))
    assert "看全部" in words
    assert f"设了先后：“{BUDGET_TASK}”要等“{HEADCOUNT}”" in words
    assert "定了计划第1版，请4家确认" in words
    assert "1处待答复" in words
    assert "已请财务部 孙悦重新确认" in words
    assert "4家要确认，0家已确认" in words
    side = plain(lin.get(task_url(world, BUDGET_TASK)))
    assert "上下游" in side
    assert Commitment.objects.filter(origin_id=world.matter.pk).count() == 4
