"""The main job over plain HTTP, without script: asked, countered, agreed, reported, handed back, accepted; returned."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fayol.commitments.models import Booking, Commitment
from fayol.commitments.states import Bucket, State
from fayol.facts.journal import history_of
from fayol.facts.verify import verify
from fayol.matters.models import Matter

pytestmark = pytest.mark.django_db


class Desk:
    """The cast at their browsers. Each act fills in the form that the page shows, with what the page put in it."""

    def __init__(self, client_as: Callable[..., Client], hours: list[datetime]) -> None:
        self.browsers: dict[str, Client] = {}
        self.client_as = client_as
        self.hours = hours

    def browser(self, name: str) -> Client:
        if name not in self.browsers:
            self.browsers[name] = self.client_as(name)
        return self.browsers[name]

    def later(self, hours: float) -> None:
        self.hours[0] += timedelta(hours=hours)

    def sees(self, name: str, path: str) -> str:
        answer = self.browser(name).get(path)
        assert answer.status_code == 200, f"{name} {path}: {answer.status_code}"
        return answer.content.decode()

    def acts(self, name: str, row: Commitment, move: str, **given: Any) -> str:
        """Open the page, send the move's form as it stands there with `given` filled in, follow to where it leads."""
        page = self.sees(name, f"/commitments/{row.pk}/?do={move}")
        action = f"/commitments/{row.pk}/{move}/"
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
        assert form, f"{name} is not offered {move}"
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
        dates = dict(re.findall(r'type="date" name="(\w+)" value="([^"]*)"', form[0]))
        answer = self.browser(name).post(action, {**hidden, **dates, **given}, follow=True)
        assert answer.status_code == 200, re.findall(
            r"fy-wrong[^>]*>([^<]+)|没有办成</b>([^<]+)", answer.content.decode()
        )
        self.later(2)
        return answer.content.decode()


@pytest.fixture
def desk(client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, now: datetime) -> Desk:
    hours = [now]
    monkeypatch.setattr("fayol.web.clock.read", lambda: hours[0])
    return Desk(client_as, hours)


def opened(desk: Desk, **changes: str) -> Matter:
    given = {
        "form": "full", "title": "年会筹备", "kind": "督", "klass": "special", "goal": "1月15日办成620人的大会",
        "lead": "会务组",
        "basis_kind": "policy", "nature": "directive", "urgency": "normal", "coordinator": "林晓雯",
        "visibility": "parties", **changes,
    }  # fmt: skip
    answer = desk.browser("林晓雯").post("/matters/new/", given)
    assert answer.status_code == 303
    return Matter.objects.get()


def asked(desk: Desk, matter: Matter, **given: str) -> Commitment:
    answer = desk.browser("林晓雯").post(f"/matters/{matter.pk}/ask/", {"rows": "2", **given})
    assert answer.status_code == 303
    desk.later(1)
    return Commitment.objects.filter(parent=None).latest("pk")


def fresh(row: Commitment) -> Commitment:
    return Commitment.objects.get(pk=row.pk)


@pytest.mark.req("S0-10", "S0-28", "S0-39", "S2-30", "S2-27")
def test_a_task_goes_from_asking_to_acceptance_through_a_counter_and_a_hand_back(desk: Desk) -> None:
    matter = opened(desk)
    row = asked(
        desk,
        matter,
        title="编制年会经费预算表",
        unit="财务部",
        person="周岚",
        required_on="2026-11-30",
        condition="部长签字",
    )

    assert "编制年会经费预算表" in desk.sees("周岚", "/")
    desk.acts("周岚", row, "acknowledge")
    page = desk.acts("周岚", row, "counter", due_on="2026-12-02", words="参会人数11月26日才到")
    assert "轮到林晓雯：待答复商榷" in page

    assert "提出改到12月2日" in desk.sees("林晓雯", "/")
    page = desk.sees("林晓雯", f"/commitments/{row.pk}/")
    assert "<del>11月30日</del>" in page
    assert "参会人数11月26日才到" in page
    desk.acts("林晓雯", row, "agree")
    assert fresh(row).state == State.PROMISED
    assert fresh(row).promised_on.isoformat() == "2026-12-02"  # type: ignore[union-attr]
    assert fresh(row).required_on.isoformat() == "2026-11-30"  # type: ignore[union-attr]

    desk.acts("周岚", row, "progress", note="奖金部分已算完", percent="60", next_step="等餐饮报价")
    assert "等餐饮报价" in desk.sees("林晓雯", f"/commitments/{row.pk}/")
    desk.acts("周岚", row, "report", result="预算表已成，合计85.6万元")
    desk.acts("林晓雯", row, "hand_back", missing="缺部长签字")
    assert "缺部长签字" in desk.sees("周岚", f"/commitments/{row.pk}/")
    desk.acts("周岚", row, "report", result="部长已签字，合计85.6万元")
    assert "部长已签字" in desk.sees("林晓雯", f"/matters/{matter.pk}/")
    page = desk.acts("林晓雯", row, "accept")
    assert "已办结" in page
    assert "周岚" in page

    assert "周岚" not in desk.sees("周岚", "/").split('id="moves"')[1].split('id="news"')[0]
    told = [fact.verb.partition(".")[2] for fact in history_of("commitment", row.pk)]
    assert told == ["assigned", "acknowledged", "countered", "agreed", "progressed", "reported", "handed_back",
                    "reported", "accepted"]  # fmt: skip
    waiting = Booking.objects.filter(commitment=row, bucket=Bucket.WAITING_OFFICE)
    assert {booking.person.name for booking in waiting} == {"林晓雯"}
    assert waiting.count() == 3
    assert verify().problems == []


@pytest.mark.req("S2-35", "S2-108", "S4-80", "S0-37")
def test_a_consultative_task_is_returned_twice_and_the_second_return_goes_to_the_office(desk: Desk) -> None:
    matter = opened(desk, nature="consultative")
    row = asked(desk, matter, title="客户投诉处理职责划分", unit="质量部", person="舒畅", required_on="2026-12-04")
    desk.acts("舒畅", row, "decline", ground="质量部第五条只写质量投诉", suggested_unit="市场部")
    page = desk.sees("林晓雯", f"/commitments/{row.pk}/")
    assert "质量部第五条只写质量投诉" in page
    assert 'value="市场部"' in page
    desk.acts("林晓雯", row, "reassign", unit="市场部", required_on="2026-12-04")
    assert fresh(row).state == State.ASSIGNED
    assert fresh(row).performer_unit.name == "市场部"

    desk.acts("温嘉琪", row, "decline", ground="售后协调在销售部第四条", suggested_unit="销售部")
    assert fresh(row).flag == "second_return"
    assert fresh(row).holder_unit.is_office  # type: ignore[union-attr]
    assert "第二次退回，请明确由谁办" in desk.sees(fresh(row).holder.name, "/")  # type: ignore[union-attr]
    desk.acts("林晓雯", row, "insist", words="先由市场部受理，售后协调另行明确")
    assert "先由市场部受理" in desk.sees("温嘉琪", f"/commitments/{row.pk}/")
    assert verify().problems == []


@pytest.mark.req("S4-80", "S4-04")
def test_a_directive_task_is_disputed_while_the_work_goes_on(desk: Desk) -> None:
    row = asked(desk, opened(desk), title="设备采购合同会签", unit="财务部", person="周岚", required_on="2026-12-04")
    assert "do=decline" not in desk.sees("周岚", f"/commitments/{row.pk}/")
    desk.acts("周岚", row, "dispute", ground="合同会签职责在法务部第一条", suggested_unit="法务部")
    assert fresh(row).state == State.ASSIGNED
    assert fresh(row).holder.name == "周岚"  # type: ignore[union-attr]
    assert "提出职责异议" in desk.sees("林晓雯", "/")
    desk.acts("周岚", row, "promise", due_on="2026-12-04", words="12月4日交会签稿")
    assert fresh(row).state == State.PROMISED


@pytest.mark.req("S4-69")
def test_a_support_answers_to_the_lead_and_the_lead_to_the_office(desk: Desk) -> None:
    given = {"s0-unit": "人力资源部", "s0-title": "提供参会人数", "s0-required_on": "2026-11-25"}
    row = asked(desk, opened(desk), title="编制预算表", unit="财务部", person="周岚", required_on="2026-11-30", **given)
    support = row.supports.get()
    desk.acts("李敏", support, "promise", due_on="2026-11-25")
    desk.acts("李敏", support, "report", result="参会612人，名单附后")
    assert "核实“提供参会人数”" in desk.sees("周岚", "/")
    assert "核实“提供参会人数”" not in desk.sees("林晓雯", "/")
    desk.acts("周岚", support, "accept")
    assert fresh(support).state == State.FULFILLED
    assert "提供参会人数" in desk.sees("周岚", f"/commitments/{row.pk}/")


def test_work_waits_for_a_leader_and_goes_on_by_his_tap(desk: Desk) -> None:
    row = asked(desk, opened(desk), title="致辞稿", unit="文秘组", person="范书瑶", required_on="2026-12-18")
    desk.acts("范书瑶", row, "promise", due_on="2026-12-18")
    desk.acts("范书瑶", row, "hold", what="等领导定口径", person="韩雪梅")
    leader = fresh(row).holder
    assert leader is not None
    assert leader.name == "韩雪梅"
    assert fresh(row).bucket == Bucket.WAITING_LEADER
    assert "等领导定口径：致辞稿" in desk.sees(leader.name, "/")
    desk.acts(leader.name, row, "resume", words="讲三点：安全、质量、交付")
    assert fresh(row).state == State.PROMISED
    assert "讲三点" in desk.sees("范书瑶", f"/commitments/{row.pk}/")
