"""各方下一步: what everybody does next, by when, since when and who waits for it, always read from the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.tests.scene import Scene
from fayol.matters.actions import Opening, ask, open_matter
from fayol.matters.models import Matter
from fayol.organisation.actor import Actor

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _at_nine(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


@pytest.fixture
def matter(scene: Scene) -> Matter:
    opening = Opening(
        title="年会筹备",
        goal="1月15日办成一场大会",
        lead_unit_id=scene.unit("会务组").pk,
        coordinator_id=scene.asker.person_id or 0,
        requester_unit_id=scene.unit("总裁办").pk,
    )
    return open_matter(opening, by=scene.asker, now=scene.now)


def asked(scene: Scene, matter: Matter, title: str, who: str, due: date) -> Commitment:
    unit, name = who.split()
    person = scene.actor(name).person_id
    asking = scene.asking(title=title, performer_unit_id=scene.unit(unit).pk, responsible_id=person, required_on=due)
    return ask(Matter.objects.get(pk=matter.pk), [asking], by=scene.asker, now=scene.now)[0]


def rows_of(page: str) -> list[str]:
    """The words of each row of the board, in order."""
    import re

    body = page.split("<tbody", 1)[1].split("</tbody>")[0]
    plain = re.sub(r"<svg.*?</svg>", "", body, flags=re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in plain.split("<tr")[1:]]


@pytest.mark.req("S4-100")
def test_a_stranger_reads_who_does_what_next_by_when_and_who_waits(
    scene: Scene, matter: Matter, client_as: Browser
) -> None:
    budget = asked(scene, matter, "编制预算表", "财务部 周岚", date(2026, 11, 30))
    asked(scene, matter, "场地勘察报告", "会务组 何静", date(2026, 11, 20))
    moves.promise(budget, due_on=date(2026, 11, 30), by=scene.performer, now=scene.later(0.2))
    page = client_as("林晓雯").get(f"/matters/{matter.pk}/next/").content.decode()
    assert "2个单位2人共有2件事要办" in page
    assert "最早到期的是11月20日的“场地勘察报告”" in page
    rows = rows_of(page)
    (finance,) = [row for row in rows if "编制预算表" in row]
    for words in ("周岚", "办理并反馈", "11月30日", "今天起", "总裁办 林晓雯"):
        assert words in finance
    (venue,) = [row for row in rows if "场地勘察报告" in row]
    assert "签收任务" in venue
    assert "前签收" in venue


def test_the_board_is_current_after_every_move_and_says_who_only_waits(
    scene: Scene, matter: Matter, client_as: Browser
) -> None:
    budget = asked(scene, matter, "编制预算表", "财务部 周岚", date(2026, 11, 30))
    board = client_as("林晓雯")
    address = f"/matters/{matter.pk}/next/"
    assert "签收任务" in board.get(address).content.decode()
    budget = moves.promise(budget, due_on=date(2026, 11, 30), by=scene.performer, now=scene.later(0.2))
    moves.report(budget, result="预算表已报", by=scene.performer, now=scene.later(0.3))
    page = board.get(address).content.decode()
    assert "核实反馈" in rows_of(page)[1]
    assert "现在只等别人的" in page
    assert "“编制预算表”：等总裁办 林晓雯核实反馈" in page
    moves.accept(Commitment.objects.get(pk=budget.pk), by=scene.asker, now=scene.later(0.4))
    assert "现在没有谁有事要办" in board.get(address).content.decode()


def test_the_coordinator_sees_all_affairs_together_or_some_of_them(
    scene: Scene, matter: Matter, client_as: Browser
) -> None:
    asked(scene, matter, "编制预算表", "财务部 周岚", date(2026, 11, 30))
    opening = Opening(
        title="冬季安全整治", goal="隐患清零", lead_unit_id=scene.unit("安环部").pk,
        coordinator_id=scene.asker.person_id or 0, requester_unit_id=scene.unit("总裁办").pk,
    )  # fmt: skip
    other = open_matter(opening, by=scene.asker, now=scene.now)
    asked(scene, other, "车间隐患整改", "生产部 吴志强", date(2026, 12, 4))
    page = client_as("林晓雯").get("/next/").content.decode()
    assert "编制预算表" in page
    assert "车间隐患整改" in page
    one = client_as("林晓雯").get(f"/next/?matter={other.pk}").content.decode()
    assert not any("编制预算表" in row for row in rows_of(one))
    assert any("车间隐患整改" in row for row in rows_of(one))
    assert "没有由您协调、牵头或立项的在办事项" in client_as("李敏").get("/next/").content.decode()


def test_the_board_asks_the_same_few_questions_however_many_tasks_there_are(
    scene: Scene, matter: Matter, client_as: Browser, cast: Any
) -> None:
    client = client_as("林晓雯")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(f"/matters/{matter.pk}/next/").status_code == 200
        return len(seen)

    asked(scene, matter, "编制预算表", "财务部 周岚", date(2026, 11, 30))
    cost()
    few = cost()
    for number in range(5):
        row = asked(scene, matter, f"第{number}项", "人力资源部 李敏", date(2026, 12, 1))
        moves.acknowledge(row, by=Actor(cast.person("李敏")), now=scene.now)
    assert cost() == few
