"""The workbench: what is mine, in order; what others changed; what is red."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments import actions, queries
from fayol.commitments.actions import Asking
from fayol.commitments.models import Commitment
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.web import example, workbench
from fayol.web.components import Light

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _at_nine(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)


@pytest.fixture
def asked(cast: Any, now: datetime) -> Callable[..., Commitment]:
    """`asked(title, due)`: 林晓雯 asks 周岚 of the finance department, two weeks ago."""

    def made(title: str, due: date | None, who: str = "周岚") -> Commitment:
        lin = cast.person("林晓雯")
        asking = Asking(
            title=title, performer_unit_id=cast.unit("财务部").pk, responsible_id=cast.person(who).pk,
            requester_unit_id=cast.unit("总裁办").pk, requester_id=lin.pk, required_on=due,
        )  # fmt: skip
        return actions.dispatch_many([asking], by=Actor(lin), now=now - timedelta(days=14))[0]

    return made


def titles(page: str) -> list[str]:
    part = page[page.index('id="moves"') : page.index('id="news"')]
    return re.findall(r'class="fy-t" href="[^"]+">([^<]+)<', part)


def test_what_is_mine_stands_in_the_order_of_its_urgency_with_one_primary_button(
    client_as: Browser, asked: Callable[..., Commitment]
) -> None:
    asked("没有期限的", None)
    asked("下月的", date(2026, 12, 20))
    asked("已经晚了的", date(2026, 11, 10))
    asked("今天的", date(2026, 11, 18))
    asked("别人的", date(2026, 11, 1), who="王建国")
    page = client_as("周岚").get("/").content.decode()
    assert titles(page) == ["已经晚了的", "今天的", "下月的", "没有期限的"]
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count("btn-primary") == 1
    assert main.count("btn-outline-primary") == 3


def test_the_order_is_the_same_for_whoever_has_more_balls_than_are_sorted_here(
    client_as: Browser, asked: Callable[..., Commitment], monkeypatch: pytest.MonkeyPatch
) -> None:
    dues = (None, date(2026, 12, 20), date(2026, 11, 10), date(2026, 11, 18), date(2026, 11, 19))
    for number, due in enumerate(dues):
        asked(f"第{number}件", due)
    lan = client_as("周岚")
    few = titles(lan.get("/").content.decode())
    monkeypatch.setattr(queries, "MOST_SORTED", 3)
    assert titles(lan.get("/").content.decode()) == few


@pytest.mark.usefixtures("_registry")
def test_rows_of_other_apps_stand_among_mine_by_their_due_time(
    client_as: Browser, asked: Callable[..., Commitment], now: datetime
) -> None:
    asked("今天的", date(2026, 11, 18))
    asked("下月的", date(2026, 12, 20))
    row = workbench.Row(
        "《分工方案》读出7条", "/intake/1/", "去核对", Light("green", "还剩2天"), "", now + timedelta(days=2)
    )
    workbench.register("test", lambda person, at: [row])
    page = client_as("周岚").get("/").content.decode()
    assert titles(page) == ["今天的", "《分工方案》读出7条", "下月的"]
    assert "去核对" in page


@pytest.fixture
def _registry() -> Iterator[None]:
    before = dict(workbench._sources)
    yield
    workbench._sources.clear()
    workbench._sources.update(before)


def test_nothing_to_do_says_what_comes_next(
    client_as: Browser, asked: Callable[..., Commitment], now: datetime
) -> None:
    row = asked("编制预算表", date(2026, 11, 30))
    lan = Actor(Person.objects.get(name="周岚"))
    actions.promise(row, due_on=date(2026, 11, 30), by=lan, now=now - timedelta(days=13))
    page = client_as("林晓雯").get("/").content.decode()
    assert "没有轮到您的事" in page
    assert "财务部 周岚在办“编制预算表”，11月30日前反馈" in page


@pytest.mark.req("S0-10")
def test_answers_of_others_are_news_and_questions_are_not(
    client_as: Browser, asked: Callable[..., Commitment], now: datetime
) -> None:
    row = asked("编制预算表", date(2026, 11, 30))
    lan = Actor(Person.objects.get(name="周岚"))
    row = actions.promise(row, due_on=date(2026, 11, 30), by=lan, now=now - timedelta(days=1))
    page = client_as("林晓雯").get("/").content.decode()
    assert "周岚承诺11月30日完成：编制预算表" in page[page.index('id="news"') :]
    row = actions.counter(row, words="上游晚到", due_on=date(2026, 12, 4), by=lan, now=now)
    page = client_as("林晓雯").get("/").content.decode()
    news = page[page.index('id="news"') : page.index('id="reds"')]
    assert "提出商榷" not in news
    assert titles(page) == ["编制预算表：财务部提出改到12月4日"]


def test_a_granted_date_is_shown_with_the_one_before(
    client_as: Browser, asked: Callable[..., Commitment], now: datetime
) -> None:
    row = asked("编制预算表", date(2026, 11, 30))
    lan, lin = Actor(Person.objects.get(name="周岚")), Actor(Person.objects.get(name="林晓雯"))
    row = actions.promise(row, due_on=date(2026, 11, 30), by=lan, now=now - timedelta(days=2))
    row = actions.counter(row, words="上游晚到", due_on=date(2026, 12, 4), by=lan, now=now - timedelta(hours=3))
    actions.agree(row, by=lin, now=now - timedelta(hours=2))
    page = client_as("周岚").get("/").content.decode()
    assert "<del>11月30日</del>" in page[page.index('id="news"') :]
    assert "<ins>12月4日</ins>" in page


def test_all_red_lights_are_chased_at_once_but_ones_own(client_as: Browser, asked: Callable[..., Commitment]) -> None:
    late = [asked(f"晚了{n}", date(2026, 11, 9 + n)) for n in range(2)]
    stranger = asked("看不见的", date(2026, 11, 9))
    Commitment.objects.filter(pk=stranger.pk).update(audience=[-1])
    lin = client_as("林晓雯")
    assert "一并催办2件" in lin.get("/").content.decode()
    keys = [row.pk for row in late] + [stranger.pk]
    answer = lin.post("/chase/", {"id": keys}, follow=True)
    assert "已催2条" in answer.content.decode()
    assert list(Commitment.objects.order_by("pk").values_list("chases", flat=True)) == [1, 1, 0]
    assert "一并催办" not in client_as("周岚").get("/").content.decode()


def test_the_number_beside_the_word_is_how_many_wait_for_me(
    client_as: Browser, asked: Callable[..., Commitment]
) -> None:
    asked("第一件", date(2026, 11, 30))
    asked("第二件", date(2026, 11, 30))
    assert re.search(r'id="badge-workbench"[^>]*><span class="badge">2<', client_as("周岚").get("/").content.decode())


def test_the_workbench_costs_the_same_for_one_row_and_for_three(
    client_as: Browser, asked: Callable[..., Commitment]
) -> None:
    lan, costs = client_as("周岚"), []
    for number in range(3):
        asked(f"第{number}件", date(2026, 11, 10))
        with CaptureQueriesContext(connection) as queries:
            lan.get("/")
        costs.append(len(queries))
    assert costs[0] == costs[2]
    assert costs[0] <= 23


def test_the_demo_plays_affairs_in_every_state_and_only_once(cast: Any, now: datetime) -> None:
    from fayol.facts.verify import verify

    example.load(now)
    states = set(Commitment.objects.values_list("state", flat=True))
    assert Commitment.objects.count() >= 45
    assert len(states) >= 9
    assert Commitment.objects.filter(flag="second_return").exists()
    assert verify().problems == []
    assert not Commitment.objects.filter(dispatched_at__gt=now).exists()
    before = Commitment.objects.count()
    example.load(now)
    assert Commitment.objects.count() == before
