"""The ledger page: what it shows, what is done to several lines at once, and what it costs."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments.actions import Asking, acknowledge, cancel, chase, promise, report
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.facts.models import Fact
from fayol.intake.ledger.cells import light_words, row_of
from fayol.intake.ledger.exporting import COLUMNS, TIME_COLUMNS
from fayol.matters.actions import Opening, open_and_ask
from fayol.matters.models import Matter
from fayol.matters.states import Kind
from fayol.organisation.actor import Actor
from fayol.organisation.example import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def matter(cast: Cast, now: datetime) -> Matter:
    """年会筹备: 财务部 with 人力资源部 in support, 行政部 late, 采购部 done."""
    return make_matter(cast, now)


def make_matter(cast: Cast, now: datetime) -> Matter:
    by = Actor(cast.person("林晓雯"))
    opening = Opening(
        title="年会筹备", goal="办好年会", kind=Kind.SUPERVISION, lead_unit_id=cast.unit("会务组").pk,
        coordinator_id=cast.person("林晓雯").pk, requester_unit_id=cast.unit("总裁办").pk,
    )  # fmt: skip

    def asking(title: str, unit: str, person: str, day: date | None, *supports: Asking) -> Asking:
        return Asking(
            title=title, performer_unit_id=cast.unit(unit).pk, responsible_id=cast.person(person).pk, required_on=day,
            requester_unit_id=cast.unit("总裁办").pk, requester_id=by.person_id, supports=supports,
        )  # fmt: skip

    matter, _made = open_and_ask(
        opening,
        [
            asking("编制年会经费预算表", "财务部", "周岚", date(2026, 11, 30),
                   asking("编制年会经费预算表", "人力资源部", "李敏", date(2026, 11, 27))),
            asking("场地布置<b>", "行政部", "马骏", date(2026, 11, 25)),
            asking("采购礼品", "采购部", "唐伟", None),
        ],
        by=by, now=now,
    )  # fmt: skip
    return matter


def task(title: str, role: str = "lead") -> Commitment:
    return Commitment.objects.get(title=title, role=role)


def test_the_page_names_light_unit_holder_stage_and_day_of_each_task_below_its_matter(
    matter: Matter, client_as: SignIn
) -> None:
    html = client_as("林晓雯").get("/ledger/").content.decode()
    row = html.split("编制年会经费预算表</a></td>")[1].split("</tr>")[0]
    assert "年会筹备" in html
    assert "本页4条" in html
    for words in ("财务部", "人力资源部", "周岚", "待签收", "11-30"):
        assert words in row
    assert "场地布置&lt;b&gt;" in html
    assert "场地布置<b>" not in html


def test_whoever_is_no_party_does_not_see_a_task_in_the_ledger(matter: Matter, client_as: SignIn) -> None:
    assert "编制年会经费预算表" not in client_as("许宁").get("/ledger/?scope=all").content.decode()
    assert "没有符合条件的任务" in client_as("许宁").get("/ledger/?q=预算").content.decode()


def test_a_filter_given_by_the_form_stands_in_the_address_of_pages_and_of_the_export(
    matter: Matter, client_as: SignIn
) -> None:
    html = client_as("林晓雯").get("/ledger/?q=预算&sort=due").content.decode()
    assert "采购礼品" not in html
    assert 'href="/ledger/export/?q=%E9%A2%84%E7%AE%97&amp;sort=due"' in html
    assert 'aria-sort="ascending"' in html
    assert "sort=-due" in html


def test_a_swap_brings_the_grid_the_chips_and_the_total_and_nothing_else(matter: Matter, client_as: SignIn) -> None:
    html = client_as("林晓雯").get("/ledger/?light=grey", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert html.count('id="ledger"') == html.count('id="ledger-chips"') == html.count('id="ledger-total"') == 1


def test_the_page_takes_as_many_queries_for_three_tasks_as_for_thirty(
    cast: Cast, matter: Matter, client_as: SignIn, now: datetime
) -> None:
    client = client_as("林晓雯")
    client.get("/ledger/")
    with CaptureQueriesContext(connection) as few:
        client.get("/ledger/")
    for _ in range(9):
        make_matter(cast, now)
    with CaptureQueriesContext(connection) as many:
        client.get("/ledger/")
    assert len(many) == len(few) <= 22


def test_chosen_columns_stay_chosen_and_the_address_stays_where_it_was(matter: Matter, client_as: SignIn) -> None:
    client = client_as("林晓雯")
    answer = client.post("/ledger/columns/", {"column": ["ref", "due"], "query": "q=预算&next=http://evil.example"})
    assert (answer.status_code, answer["Location"]) == (303, "/ledger/?q=%E9%A2%84%E7%AE%97")
    html = client.get("/ledger/").content.decode()
    assert "当前责任方</a>" not in html
    assert ">期限" in html


# ── several at once ────────────────────────────────────────────────────────


def test_chasing_several_counts_each_and_names_those_that_cannot_be_chased(
    matter: Matter, client_as: SignIn, cast: Cast, now: datetime
) -> None:
    done, mine = task("采购礼品"), task("场地布置<b>")
    cancel(done, words="不办了", by=Actor(cast.person("林晓雯")), now=now)
    for act in (lambda c: acknowledge(c, by=Actor(cast.person("马骏")), now=now),
                lambda c: promise(c, due_on=date(2026, 11, 25), by=Actor(cast.person("马骏")), now=now),
                lambda c: report(c, result="已布置", by=Actor(cast.person("马骏")), now=now)):  # fmt: skip
        mine = act(mine)
    client = client_as("林晓雯")
    ids = [task("编制年会经费预算表").pk, mine.pk, done.pk]
    answer = client.post("/ledger/bulk/", {"id": ids, "do": "chase", "query": "scope=all"})
    assert (answer.status_code, answer["Location"]) == (303, "/ledger/?scope=all")
    html = client.get("/ledger/?scope=all").content.decode()
    assert "已催办1条" in html
    assert "没有在办，不用催办" in html
    assert "正轮到您自己" in html
    assert [task("编制年会经费预算表").chases, task("采购礼品").chases] == [1, 0]
    assert "已催办1条" not in client.get("/ledger/").content.decode()


def test_a_task_that_may_not_be_seen_is_neither_chased_nor_exported(matter: Matter, client_as: SignIn) -> None:
    facts = Fact.objects.count()
    client = client_as("许宁")
    for do in ("chase", "export"):
        answer = client.post("/ledger/bulk/", {"id": [task("采购礼品").pk], "do": do}, follow=True)
        assert "还没有选中任何一条" in answer.content.decode()
    assert Fact.objects.count() == facts


def _sheet(client: Client, address: str, picked: list[int] | None = None) -> list[tuple[object, ...]]:
    if picked:
        answer = client.post(address, {"id": picked, "do": "export"})
    else:
        answer = client.get(address)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    return list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]


def test_the_export_has_the_28_columns_and_five_of_time_and_just_the_rows_of_the_filter(
    matter: Matter, client_as: SignIn
) -> None:
    rows = _sheet(client_as("林晓雯"), "/ledger/export/?q=预算")
    assert [str(head) for head in rows[1]] == [column.header for column in (*COLUMNS, *TIME_COLUMNS)]
    assert (len(COLUMNS), len(TIME_COLUMNS)) == (28, 5)
    assert [row[4] for row in rows[2:]] == ["编制年会经费预算表", "编制年会经费预算表"]
    assert rows[2][1] == f"督〔2026〕{matter.number}-01"
    assert [rows[3][8], rows[3][9]] == ["财务部", "人力资源部"]


def test_picked_rows_are_exported_and_no_others(matter: Matter, client_as: SignIn) -> None:
    rows = _sheet(client_as("林晓雯"), "/ledger/bulk/", [task("采购礼品").pk])
    assert [row[4] for row in rows[2:]] == ["采购礼品"]


# ── words ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "level", "words"),
    [
        ({"state": State.PROMISED, "due_on": date(2026, 11, 11)}, "red", "超期5天"),
        ({"state": State.PROMISED, "due_on": date(2026, 11, 25)}, "green", "还剩5天"),
        ({"state": State.PROMISED, "due_on": date(2026, 11, 18)}, "amber", "今天到期"),
        ({"state": State.PROMISED, "due_on": date(2026, 11, 18)}, "red", "今天超期"),
        ({"state": State.PROMISED}, "green", "正常"),
        ({"state": State.REPORTED, "held": 2}, "amber", "待核实2天"),
        ({"state": State.REPORTED, "held": 0}, "amber", "待核实"),
        ({"state": State.ASSIGNED, "held": 1, "sign": -1}, "amber", "未签收1天"),
        ({"state": State.ASSIGNED, "held": 0, "sign": 5}, "grey", "未启动"),
        ({"state": State.DRAFT}, "grey", "拟办"),
        ({"state": State.DECLINED, "held": 0}, "amber", "待重派"),
        ({"state": State.FULFILLED}, "done", "已办结"),
        ({"state": State.CANCELLED}, "done", "已撤销"),
    ],
)
def test_a_light_says_how_late_how_near_or_what_is_waited_for(
    values: dict[str, object], level: str, words: str, now: datetime
) -> None:
    held, sign = values.pop("held", None), values.pop("sign", None)
    row = Commitment(**values)
    row.holder_since = now - timedelta(days=int(str(held))) if held is not None else None
    row.sign_due_at = now + timedelta(hours=int(str(sign))) if sign is not None else None
    assert light_words(row, level, now) == words


def test_a_chased_extended_task_with_a_long_note_says_so_shortly(matter: Matter, cast: Cast, now: datetime) -> None:
    row = chase(task("采购礼品"), by=Actor(cast.person("林晓雯")), now=now)
    row.extensions, row.last_note = 2, "第一行\n第二行" + "很长" * 20
    line = row_of(row, ["法务部", "工会"], cast.person("唐伟").pk, now)
    assert (line.chased, line.moved, line.supports, line.ball.kind) == ("1次", "改2次", "法务部、工会", "me")
    assert line.note.startswith("第一行 第二行很长")
    assert len(line.note) == 20
