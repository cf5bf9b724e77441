"""The pages of affairs: the list, opening one, one affair, asking within it, ending it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments import actions as promises
from fayol.commitments.actions import Asking
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.matters.actions import Opening, ask, open_matter
from fayol.matters.models import Matter
from fayol.matters.presenter import FIELDS, VERBS
from fayol.matters.states import Kind, Klass, Visibility
from fayol.matters.wording import ADVICE, vague_in
from fayol.organisation.actor import Actor

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _at_nine(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)


@pytest.fixture
def affair(cast: Any, now: datetime) -> Callable[..., Matter]:
    """`affair(title, by=…)`: opened by the coordinator, led by 会务组."""

    def opened(title: str = "年会筹备", **changes: Any) -> Matter:
        lin = cast.person("林晓雯")
        values = {
            "title": title,
            "goal": "1月15日办成一场620人的大会",
            "kind": Kind.SUPERVISION,
            "lead_unit_id": cast.unit("会务组").pk,
            "coordinator_id": lin.pk,
            "requester_unit_id": cast.unit("总裁办").pk,
        }
        return open_matter(Opening(**{**values, **changes}), by=Actor(lin), now=now)

    return opened


@pytest.fixture
def asked(cast: Any, now: datetime) -> Callable[..., Commitment]:
    def made(matter: Matter, unit: str, title: str = "编制预算表") -> Commitment:
        lin = cast.person("林晓雯")
        asking = Asking(
            title=title,
            performer_unit_id=cast.unit(unit).pk,
            requester_unit_id=matter.requester_unit_id,
            requester_id=lin.pk,
            required_on=datetime(2026, 11, 30).date(),
        )
        return ask(Matter.objects.get(pk=matter.pk), [asking], by=Actor(lin), now=now)[0]

    return made


FULL = {
    "form": "full", "title": "冬季安全整治", "kind": "督", "klass": "major", "goal": "12月底前隐患全部整改",
    "lead": "安环部",
    "supporting": "生产部、行政部", "informed": "工会", "basis_kind": "policy", "basis_text": "三年行动方案",
    "nature": "directive", "urgency": "urgent", "coordinator": "林晓雯", "sponsor": "程立群", "visibility": "parties",
    "benefit_support": "少受处罚", "due_on": "2026-12-31",
}  # fmt: skip


@pytest.mark.req("S0-02", "S0-06", "S0-13", "S4-05", "S0-55", "S4-80")
def test_the_whole_form_opens_an_affair_with_everything_in_it(client_as: Browser) -> None:
    lin = client_as("林晓雯")
    answer = lin.post("/matters/new/", FULL)
    matter = Matter.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/matters/{matter.pk}/")
    assert matter.label == "督〔2026〕1号"
    assert [unit.name for unit in matter.supporting.order_by("order", "pk")] == ["行政部", "生产部"]
    page = lin.get(f"/matters/{matter.pk}/").content.decode()
    for words in (
        "督〔2026〕1号",
        "12月底前隐患全部整改",
        "三年行动方案",
        "少受处罚",
        "工会",
        "程立群",
        "重大",
        "加急",
        "林晓雯，可召集、催办、记录",
    ):
        assert words in page, words
    assert "轮到您：把事项分解成任务" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "请填写"),
        ({"goal": "好"}, "请写明共同目标"),
        ({"lead": "火星部"}, "没有找到“火星部”"),
        ({"supporting": "安环部、行政部"}, "牵头单位不能同时是配合或知会单位"),
        ({"informed": "生产部"}, "请只留一处"),
        ({"visibility": "named"}, "请至少指定一人"),
        ({"due_on": "2026-02-30"}, "日期"),
    ],
)
def test_an_affair_filled_in_wrongly_is_refused_and_everything_typed_stays(
    client_as: Browser, changes: dict[str, str], sentence: str
) -> None:
    answer = client_as("林晓雯").post("/matters/new/", {**FULL, **changes})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "三年行动方案" in page
    assert not Matter.objects.exists()


def test_supervision_is_opened_by_the_office_only(client_as: Browser) -> None:
    lan = client_as("周岚")
    assert 'value="督"' not in lan.get("/matters/new/?form=full").content.decode()
    assert lan.post("/matters/new/", {**FULL, "coordinator": "周岚"}).status_code == 422
    assert not Matter.objects.exists()


@pytest.mark.req("S0-07")
def test_vague_words_are_pointed_out_and_never_refused(client_as: Browser) -> None:
    found = vague_in(["尽快办好有关事项", "适当安排"])
    assert [one.word for one in found] == ["尽快", "适当", "有关"]
    assert all(ADVICE[word] for word in ("尽快", "适当", "有关", "酌情"))
    answer = client_as("林晓雯").post("/matters/new/", {**FULL, "goal": "尽快完成整改"}, follow=True)
    assert Matter.objects.count() == 1
    assert "“尽快”写成几月几日" in answer.content.decode()


@pytest.mark.req("S2-56", "S2-55")
def test_a_small_thing_takes_two_fields_and_ends_in_one_tap(client_as: Browser) -> None:
    lin, sun = client_as("林晓雯"), client_as("孙悦")
    answer = lin.post("/matters/new/", {"title": "补报出差补贴", "lead": "财务部"})
    matter = Matter.objects.get()
    assert answer["Location"] == f"/matters/{matter.pk}/"
    page = sun.get(f"/matters/{matter.pk}/").content.decode()
    assert "一键办结" in page
    assert "一键办结" not in lin.get(f"/matters/{matter.pk}/").content.decode()
    assert sun.post(f"/matters/{matter.pk}/finish/", {"words": "已报"}).status_code == 303
    assert Commitment.objects.get().state == State.FULFILLED
    assert Matter.objects.get().status == "closed"


def test_a_small_thing_is_not_ended_by_somebody_else(client_as: Browser) -> None:
    client_as("林晓雯").post("/matters/new/", {"title": "补报出差补贴", "lead": "财务部"})
    matter = Matter.objects.get()
    assert client_as("吴志强").post(f"/matters/{matter.pk}/finish/").status_code == 404
    assert Commitment.objects.get().state == State.ASSIGNED


def test_the_same_form_sent_twice_opens_one_affair(client_as: Browser) -> None:
    lin = client_as("林晓雯")
    for _ in range(2):
        assert lin.post("/matters/new/", {**FULL, "once": "abc"}).status_code == 303
    assert Matter.objects.count() == 1


# ── one affair ─────────────────────────────────────────────────────────────


@pytest.mark.req("S4-69")
def test_a_task_is_added_with_several_supports(client_as: Browser, affair: Callable[..., Matter]) -> None:
    matter, lin = affair(), client_as("林晓雯")
    given = {
        "title": "编制年会经费预算表", "unit": "财务部", "person": "周岚", "required_on": "2026-11-30",
        "condition": "不超86万元",
        "rows": "3", "s0-unit": "人力资源部", "s0-title": "提供参会人数", "s0-required_on": "2026-11-25",
        "s1-unit": "会务组",
    }  # fmt: skip
    assert lin.post(f"/matters/{matter.pk}/ask/", given).status_code == 303
    lead = Commitment.objects.get(parent=None)
    assert (lead.ref, lead.state, lead.responsible.name) == ("1-01", State.ASSIGNED, "周岚")  # type: ignore[union-attr]
    assert [s.title for s in lead.supports.order_by("pk")] == ["提供参会人数", "配合“编制年会经费预算表”"]
    page = lin.get(f"/matters/{matter.pk}/").content.decode()
    assert "1-01.2" in page
    assert "现在不需要您操作" in page


def test_one_more_supporting_unit_keeps_what_was_typed(client_as: Browser, affair: Callable[..., Matter]) -> None:
    given = {"title": "编制预算表", "unit": "财务部", "rows": "2", "s0-unit": "人力资源部", "more": "1"}
    page = client_as("林晓雯").post(f"/matters/{affair().pk}/ask/", given).content.decode()
    assert 'name="s2-unit"' in page
    assert 'value="人力资源部"' in page
    assert not Commitment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": "火星部"}, "没有找到“火星部”"),
        ({"s0-unit": "", "s0-title": "供数"}, "还要写由哪个单位配合"),
        ({"s0-unit": "财务部"}, "同一个单位既牵头又配合"),
    ],
)
def test_a_task_filled_in_wrongly_is_refused_whole(
    client_as: Browser, affair: Callable[..., Matter], changes: dict[str, str], sentence: str
) -> None:
    given = {"title": "编制预算表", "unit": "财务部", "rows": "1", "s0-unit": "人力资源部", **changes}
    answer = client_as("林晓雯").post(f"/matters/{affair().pk}/ask/", given)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "编制预算表" in answer.content.decode()
    assert not Commitment.objects.exists()


def test_a_draft_is_told_to_nobody(client_as: Browser, affair: Callable[..., Matter]) -> None:
    given = {"title": "编制预算表", "unit": "财务部", "rows": "0", "draft": "1"}
    client_as("林晓雯").post(f"/matters/{affair().pk}/ask/", given)
    assert Commitment.objects.get().state == State.DRAFT


def test_the_result_that_waits_is_accepted_from_the_affair(
    client_as: Browser, affair: Callable[..., Matter], asked: Callable[..., Commitment], cast: Any, now: datetime
) -> None:
    matter = affair()
    row, sun = asked(matter, "财务部"), Actor(cast.person("孙悦"))
    row = promises.promise(row, due_on=row.required_on, by=sun, now=now)  # type: ignore[arg-type]
    row = promises.report(row, result="预算表已签字，总额85万元", by=sun, now=now)
    lin = client_as("林晓雯")
    page = lin.get(f"/matters/{matter.pk}/").content.decode()
    assert "轮到您：核实反馈“编制预算表”" in page
    assert "预算表已签字，总额85万元" in page
    given = {"expect": row.version, "next": f"/matters/{matter.pk}/"}
    answer = lin.post(f"/commitments/{row.pk}/accept/", given)
    assert answer["Location"] == f"/matters/{matter.pk}/"
    assert "轮到您：办结事项" in lin.get(f"/matters/{matter.pk}/").content.decode()


def test_a_foreign_address_to_go_back_to_is_not_followed(
    client_as: Browser, affair: Callable[..., Matter], asked: Callable[..., Commitment]
) -> None:
    row = asked(affair(), "财务部")
    given = {"expect": row.version, "next": "https://elsewhere.example/"}
    assert client_as("孙悦").post(f"/commitments/{row.pk}/acknowledge/", given)["Location"] == f"/commitments/{row.pk}/"


def test_an_affair_with_open_tasks_is_not_ended(
    client_as: Browser, affair: Callable[..., Matter], asked: Callable[..., Commitment]
) -> None:
    matter, lin = affair(), client_as("林晓雯")
    asked(matter, "财务部")
    version = Matter.objects.get().version
    answer = lin.post(f"/matters/{matter.pk}/end/", {"do": "close", "words": "办成了", "expect": version})
    assert answer.status_code == 422
    assert "还有1条任务没有办结" in answer.content.decode()
    assert "办成了" in answer.content.decode()
    assert Matter.objects.get().status == "open"


def test_calling_off_needs_a_reason(client_as: Browser, affair: Callable[..., Matter]) -> None:
    matter, lin = affair(), client_as("林晓雯")
    path = f"/matters/{matter.pk}/end/"
    assert lin.post(path, {"do": "cancel", "words": ""}).status_code == 422
    assert lin.post(path, {"do": "cancel", "words": "年会改期"}).status_code == 303
    assert "年会改期" in lin.get(f"/matters/{matter.pk}/").content.decode()


def test_changing_an_affair_says_what_changed_and_a_second_hand_is_told(
    client_as: Browser, affair: Callable[..., Matter]
) -> None:
    matter, lin = affair(), client_as("林晓雯")
    given = {**FULL, "title": "年会筹备", "lead": "会务组", "expect": matter.version, "words": "总裁要求提前"}
    assert lin.post(f"/matters/{matter.pk}/edit/", given).status_code == 303
    assert "总裁要求提前" in lin.get(f"/matters/{matter.pk}/").content.decode()
    again = lin.post(f"/matters/{matter.pk}/edit/", {**given, "goal": "另一个目标"})
    assert again.status_code == 409
    assert "另一个目标" in again.content.decode()


def test_those_who_do_not_run_it_find_no_page_to_change_it(client_as: Browser, affair: Callable[..., Matter]) -> None:
    matter = affair()
    leader = client_as("赵启航")
    assert leader.get(f"/matters/{matter.pk}/").status_code == 200
    for path in ("edit", "ask"):
        assert leader.get(f"/matters/{matter.pk}/{path}/").status_code == 404
    assert leader.post(f"/matters/{matter.pk}/end/", {"do": "cancel", "words": "不办了"}).status_code == 404
    assert client_as("吴志强").get(f"/matters/{matter.pk}/").status_code == 404


def test_named_people_only_see_an_affair_among_named_people(
    client_as: Browser, affair: Callable[..., Matter], cast: Any
) -> None:
    matter = affair(visibility=Visibility.NAMED, named=(cast.person("王建国").pk,))
    assert client_as("王建国").get(f"/matters/{matter.pk}/").status_code == 200
    for name in ("秦海平", "赵启航"):
        assert client_as(name).get(f"/matters/{matter.pk}/").status_code == 404


# ── the list ───────────────────────────────────────────────────────────────


def test_the_list_shows_what_one_may_see_and_is_narrowed_by_its_address(
    client_as: Browser, affair: Callable[..., Matter], cast: Any
) -> None:
    affair("年会筹备")
    affair("安全整治", lead_unit_id=cast.unit("安环部").pk, klass=Klass.MAJOR)
    lin = client_as("林晓雯")
    assert "安全整治" in lin.get("/matters/").content.decode()
    major = lin.get("/matters/?klass=major").content.decode()
    assert "安全整治" in major
    assert "年会筹备" not in major
    assert "没有这样的事项" in lin.get("/matters/?status=closed").content.decode()
    assert "年会筹备" not in client_as("罗静").get("/matters/").content.decode()
    assert lin.get("/matters/?lead=x&klass=y&status=z&at=%00").status_code == 200


def test_the_list_costs_the_same_for_one_and_for_three(
    client_as: Browser, affair: Callable[..., Matter], asked: Callable[..., Commitment]
) -> None:
    lin, costs = client_as("林晓雯"), []
    lin.get("/matters/")  # reads the working calendar, once a process
    for number in range(3):
        asked(affair(f"事项{number}"), "财务部")
        with CaptureQueriesContext(connection) as queries:
            lin.get("/matters/")
        costs.append(len(queries))
    assert costs[0] == costs[2]
    assert costs[0] <= 12


def test_the_page_of_an_affair_costs_the_same_for_one_task_and_for_three(
    client_as: Browser, affair: Callable[..., Matter], asked: Callable[..., Commitment]
) -> None:
    matter, lin, costs = affair(), client_as("林晓雯"), []
    for unit in ("财务部", "行政部", "市场部"):
        asked(matter, unit, f"{unit}的任务")
        lin.get(f"/matters/{matter.pk}/")
        with CaptureQueriesContext(connection) as queries:
            lin.get(f"/matters/{matter.pk}/")
        costs.append(len(queries))
    assert costs[0] == costs[2]
    assert costs[0] <= 27


def test_every_fact_of_an_affair_has_words(affair: Callable[..., Matter]) -> None:
    from fayol.matters.actions import values_of

    assert set(values_of(affair())) <= set(FIELDS)
    assert {"opened", "asked", "updated", "closed", "cancelled", "reopened"} == set(VERBS)
