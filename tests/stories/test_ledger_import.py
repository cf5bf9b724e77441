"""The ledger as a workbook, out and in again: nothing changes by itself, and nothing changes halfway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fayol.commitments.actions import (
    Standstill,
    accept,
    acknowledge,
    agree,
    cancel,
    counter,
    hold,
    progress,
    promise,
    report,
)
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.intake.ledger import export_file, import_file, preview_file
from fayol.intake.ledger.planning import Plan
from fayol.intake.ledger_models import LedgerImport
from fayol.kernel.errors import Refused
from fayol.matters.models import Matter
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.example import Cast
from fayol.organisation.models import Unit
from tests.stories.test_ledger_page import make_matter, task

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[3] / "shared/data/samples/5-task-ledger.xlsx"
HEADS = [
    "序号", "督办编号", "任务事项", "主办部门", "协办", "时间要求", "经办人", "签收日期", "工作动态", "完成率",
    "销号日期", "来源文件", "备注", "经费来源",
]  # fmt: skip
SignIn = Callable[..., Client]


def _book(path: Path, rows: list[list[object]], heads: list[str] = HEADS) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["某某集团重点任务台账"])
    page.append(heads)
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def _row(**given: object) -> list[object]:
    usual = {"序号": 1, "任务事项": "修订采购办法", "主办部门": "采购部", "时间要求": date(2026, 12, 20)}
    return [{**usual, **given}.get(head) for head in HEADS]


def _problems(plan: Plan) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.code) for p in plan.blocking]


@pytest.fixture
def lively(cast: Cast, now: datetime) -> list[Commitment]:
    """Promises in every state that a ledger can show: signed, countered, extended, on hold, reported, closed, called
    off, supporting, with notes of several lines and remarks."""
    coordinator = Actor(cast.person("林晓雯"))
    for _ in range(3):
        make_matter(cast, now)
    finance = list(Commitment.objects.filter(title="编制年会经费预算表", role="lead").order_by("pk"))
    zhou, ma = Actor(cast.person("周岚")), Actor(cast.person("马骏"))
    first = promise(acknowledge(finance[0], by=zhou, now=now), due_on=date(2026, 11, 27), by=zhou, now=now)
    first = progress(first, note="第一稿：\n=SUM(A1)\n已交", percent=60, trouble="人手\n不够", by=zhou, now=now)
    later = agree(counter(first, words="等名单", due_on=date(2026, 12, 9), by=zhou, now=now), by=coordinator, now=now)
    accept(report(later, result="已完成", by=zhou, now=now), by=coordinator, now=now + timedelta(days=1))
    counter(acknowledge(finance[1], by=zhou, now=now), words="太紧", due_on=date(2026, 12, 20), by=zhou, now=now)
    cancel(finance[2], words="并入别处", by=coordinator, now=now)
    office = list(Commitment.objects.filter(title="场地布置<b>").order_by("pk"))
    held = promise(acknowledge(office[0], by=ma, now=now), due_on=date(2026, 11, 25), by=ma, now=now)
    hold(held, waiting=Standstill(what="等消防验收", until=date(2026, 11, 24)), by=ma, now=now)
    reported = promise(acknowledge(office[1], by=ma, now=now), due_on=date(2026, 11, 20), by=ma, now=now)
    report(reported, result="好了", by=ma, now=now)
    return list(Commitment.objects.order_by("pk"))


def test_what_is_exported_and_imported_again_changes_nothing_and_leaves_no_fact(
    lively: list[Commitment], tmp_path: Path, now: datetime
) -> None:
    export_file(tmp_path / "台账.xlsx", by=SYSTEM, now=now)
    facts, days_later = Fact.objects.count(), now + timedelta(days=9)
    plan = preview_file(tmp_path / "台账.xlsx", now=days_later)
    assert [(line.kind, line.notes) for line in plan.lines] == [("same", [])] * len(lively)
    assert plan.blocking == []
    report = import_file(tmp_path / "台账.xlsx", by=SYSTEM, now=days_later)
    assert report["same"] == len(lively) == 12
    assert Fact.objects.count() == facts


def _changed(path: Path, changes: dict[tuple[int, str], object]) -> Path:
    """The exported workbook with some cells changed: {(row of the sheet, header): value}."""
    book = openpyxl.load_workbook(path)
    page = book.active
    assert page is not None
    columns = {cell.value: cell.column for cell in page[2]}
    for (row, head), value in changes.items():
        page.cell(row=row, column=columns[head], value=value)
    book.save(path)
    return path


def test_remarks_changed_in_the_workbook_come_in_as_one_fact_each(
    lively: list[Commitment], tmp_path: Path, cast: Cast, now: datetime
) -> None:
    by, path = Actor(cast.person("林晓雯")), tmp_path / "台账.xlsx"
    export_file(path, by=by, now=now)
    _changed(path, {(3, "备注"): "年底复核", (3, "存在问题"): "人手够了", (4, "评价"): "好"})
    facts = Fact.objects.count()
    assert import_file(path, by=by, now=now)["update"] == 2
    assert Fact.objects.count() == facts + 2
    assert [f.verb for f in Fact.objects.order_by("-id")[:2]] == ["commitment.noted_in_ledger"] * 2
    third = Commitment.objects.get(pk=lively[0].pk)
    assert (third.sheet["remarks"], third.sheet["trouble"]) == ("年底复核", "人手够了")
    assert verify().problems == []
    assert import_file(path, by=by, now=now)["update"] == 0


def test_days_units_and_states_cannot_be_changed_through_the_workbook(
    lively: list[Commitment], tmp_path: Path, now: datetime
) -> None:
    path = tmp_path / "台账.xlsx"
    export_file(path, by=SYSTEM, now=now)
    _changed(path, {(3, "备注"): "顺便改", (3, "完成时限"): date(2027, 1, 1), (5, "牵头单位"): "法务部"})
    facts = Fact.objects.count()
    refused = preview_file(path, now=now).of("refused")
    assert [(line.row, line.notes) for line in refused] == [
        (3, ["完成时限不能从台账改，请在任务页办理。"]),
        (5, ["牵头单位不能从台账改，请在任务页办理。"]),
    ]
    assert import_file(path, by=SYSTEM, now=now)["refused"] == 2
    assert Fact.objects.count() == facts


# ── a ledger from elsewhere ────────────────────────────────────────────────


def test_rows_of_another_ledger_become_tasks_where_the_ledger_says_they_are(
    cast: Cast, tmp_path: Path, now: datetime
) -> None:
    path = _book(tmp_path / "旧.xlsx", [
        _row(督办编号="旧-7", 协办="财务部、法务部", 备注="重要", 来源文件="总办会3号", 经费来源="自筹"),
        _row(序号=2, 任务事项="更新设备档案", 主办部门="生产部", 签收日期=date(2026, 11, 2), 来源文件="总办会3号",
             时间要求="持续推进"),
        _row(序号=3, 任务事项="盘点库存", 主办部门="财务部", 经办人="周岚 13800000000", 工作动态="已盘一半", 完成率=50),
        _row(序号=4, 任务事项="清理合同", 主办部门="法务部", 销号日期=date(2026, 11, 10), 时间要求=date(2026, 11, 9)),
    ])  # fmt: skip
    done = import_file(path, by=Actor(cast.person("林晓雯")), now=now)
    assert (done["new"], len(done["matters"])) == (4, 2)
    titles = {m.title: m.label for m in Matter.objects.all()}
    assert set(titles) == {"总办会3号", "某某集团重点任务台账"}
    assert all(label.startswith("督") for label in titles.values())
    rules, files, stock, contracts = (task(t) for t in ("修订采购办法", "更新设备档案", "盘点库存", "清理合同"))
    assert [c.state for c in (rules, files, stock, contracts)] == [
        State.ASSIGNED, State.ACKNOWLEDGED, State.ACKNOWLEDGED, State.FULFILLED,
    ]  # fmt: skip
    assert (rules.sheet["old_ref"], rules.sheet["remarks"], rules.sheet["经费来源"]) == ("旧-7", "重要", "自筹")
    assert {c.performer_unit.name for c in rules.supports.all()} == {"财务部", "法务部"}
    assert (files.required_on, files.required_words) == (None, "持续推进")
    assert files.acknowledged_at is not None
    assert files.acknowledged_at.date() == date(2026, 11, 2)
    assert (stock.responsible, stock.percent, stock.last_note) == (cast.person("周岚"), 50, "已盘一半")
    assert contracts.closed_at is not None
    assert contracts.closed_at.date() == date(2026, 11, 10)
    assert verify().problems == []


def test_the_same_ledger_taken_in_twice_makes_no_second_tasks(cast: Cast, tmp_path: Path, now: datetime) -> None:
    path = _book(tmp_path / "旧.xlsx", [_row(督办编号="旧-7")])
    import_file(path, by=Actor(cast.person("林晓雯")), now=now)
    facts = Fact.objects.count()
    again = import_file(path, by=Actor(cast.person("林晓雯")), now=now)
    assert (again["new"], again["known"], Fact.objects.count()) == (0, 1, facts)


def test_tasks_taken_in_can_be_exported_and_taken_in_again_without_a_change(
    cast: Cast, tmp_path: Path, now: datetime
) -> None:
    path = _book(tmp_path / "旧.xlsx", [
        _row(协办="法务部", 工作动态="已发", 签收日期=date(2026, 11, 3), 备注="一\n二", 来源文件="总办会3号",
             经办人="外聘张三"),
        _row(序号=2, 任务事项="更新设备档案", 主办部门="生产部", 时间要求="年底前"),
    ])  # fmt: skip
    import_file(path, by=Actor(cast.person("林晓雯")), now=now)
    export_file(tmp_path / "新.xlsx", by=SYSTEM, now=now)
    assert [line.kind for line in preview_file(tmp_path / "新.xlsx", now=now).lines] == ["same"] * 3


def test_every_faulty_row_is_named_and_then_nothing_at_all_is_taken_in(
    cast: Cast, tmp_path: Path, now: datetime
) -> None:
    path = _book(tmp_path / "错.xlsx", [
        _row(),
        _row(序号=2, 任务事项="甲", 时间要求="2026-02-30"),
        _row(序号=3, 任务事项=None),
        _row(序号=4, 任务事项="乙", 主办部门=None),
        _row(序号=5, 任务事项="丙", 销号日期=date(2026, 12, 31)),
        _row(序号=6, 任务事项="丁", 主办部门="采购处"),
    ])  # fmt: skip
    plan = preview_file(path, now=now)
    assert _problems(plan) == [
        (4, "时间要求", "impossible_date"), (5, "任务事项", "no_item"), (6, "主办部门", "no_lead"),
        (7, "办结日期", "faulty"),
    ]  # fmt: skip
    facts, tasks = Fact.objects.count(), Commitment.objects.count()
    with pytest.raises(Refused) as refused:
        import_file(path, by=Actor(cast.person("林晓雯")), now=now)
    assert refused.value.code == "faulty"
    assert (Fact.objects.count(), Commitment.objects.count()) == (facts, tasks)


def test_an_unknown_unit_is_named_once_with_the_nearest_ones(cast: Cast, tmp_path: Path, now: datetime) -> None:
    path = _book(tmp_path / "旧.xlsx", [_row(主办部门="采购管理部"), _row(任务事项="另一条", 协办="采购管理部")])
    plan = preview_file(path, now=now)
    (unknown,) = plan.unknown.values()
    assert (unknown.name, unknown.rows, unknown.leads) == ("采购管理部", [3, 4], True)
    assert cast.unit("采购部").pk in [pk for pk, _name in unknown.suggestions]
    with pytest.raises(Refused) as refused:
        import_file(path, by=Actor(cast.person("林晓雯")), now=now)
    assert refused.value.code == "unknown_units"


def test_what_stands_behind_the_last_name_of_a_list_is_no_part_of_it(cast: Cast, tmp_path: Path, now: datetime) -> None:
    path = _book(tmp_path / "旧.xlsx", [_row(主办部门="采购部按职责分工负责", 协办="财务部、法务部等单位")])
    assert preview_file(path, now=now).unknown == {}


def test_only_coordinators_take_a_ledger_in(cast: Cast, tmp_path: Path, now: datetime, client_as: SignIn) -> None:
    path = _book(tmp_path / "旧.xlsx", [_row()])
    with pytest.raises(Refused) as refused:
        import_file(path, by=Actor(cast.person("唐伟")), now=now)
    assert refused.value.code == "not_yours"
    assert client_as("唐伟").get("/ledger/import/").status_code == 404
    assert Commitment.objects.count() == 0


# ── on the page ────────────────────────────────────────────────────────────


def _upload(client: Client, path: Path) -> str:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post("/ledger/import/", {"file": file})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def test_the_page_shows_unknown_units_takes_the_choice_and_then_takes_everything_in(
    cast: Cast, tmp_path: Path, client_as: SignIn
) -> None:
    client = client_as("林晓雯")
    path = _book(tmp_path / "旧.xlsx", [_row(主办部门="采购管理部"), _row(任务事项="交付轴承", 主办部门="恒力轴承厂")])
    url = _upload(client, path)
    html = client.get(url).content.decode()
    assert "还有2个没有选" in html
    assert "导入2条" not in html
    chosen = {"name": ["采购管理部", "恒力轴承厂"], "unit": [str(cast.unit("采购部").pk), "new"]}
    assert client.post(url, chosen).status_code == 303
    assert "导入2条" in client.get(url).content.decode()
    assert client.post(f"{url}apply/").status_code == 303
    assert task("修订采购办法").performer_unit == cast.unit("采购部")
    outside = Unit.objects.get(official_name="恒力轴承厂")
    assert (outside.kind, task("交付轴承").performer_unit_id) == ("external", outside.pk)
    assert task("交付轴承").holder is not None
    assert "新建2条" in client.get(url).content.decode()
    assert client.post(f"{url}apply/").status_code == 409
    assert Commitment.objects.count() == 2


def test_a_file_that_is_no_ledger_is_refused_with_what_to_do_and_leaves_nothing(
    cast: Cast, tmp_path: Path, client_as: SignIn
) -> None:
    client = client_as("林晓雯")
    nonsense = _book(tmp_path / "x.xlsx", [["甲", "乙"]], heads=["姓名", "电话"])
    for name, data, words in (
        ("x.xlsx", nonsense.read_bytes(), "缺少必需的列"),
        ("y.xlsx", b"PK\x03\x04broken", "y.xlsx"),
        ("z.txt", "督办事项".encode(), "z.txt"),
    ):
        answer = client.post("/ledger/import/", {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert LedgerImport.objects.count() == 0


@pytest.mark.skipif(not SAMPLE.exists(), reason="the real ledger lies beside the repository only")
def test_the_real_ledger_of_126_tasks_comes_in_once_its_units_are_made(
    cast: Cast, client_as: SignIn, now: datetime, tmp_path: Path
) -> None:
    client = client_as("林晓雯")
    url = _upload(client, SAMPLE)
    plan = preview_file(SAMPLE, now=now)
    assert len(plan.lines) == 126
    assert len(plan.unknown) == len(set(plan.unknown)) > 20
    html = client.get(url).content.decode()
    assert html.count('name="name" value="省经信厅"') == 1
    answer = client.post(url, {"name": list(plan.unknown), "unit": [""] * len(plan.unknown), "all": "new"})
    assert answer.status_code == 303
    assert client.post(f"{url}apply/").status_code == 303
    assert Commitment.objects.filter(role="lead").count() == 126
    first = Commitment.objects.get(role="lead", ref__endswith="-01")
    assert first.performer_unit.official_name == "省经信厅"
    assert (first.required_on, first.required_words) == (date(2026, 12, 31), "2026年12月")
    assert verify().problems == []
    answer = client.get("/ledger/export/?scope=all")
    again = Path(tmp_path / "again.xlsx")
    again.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert {line.kind for line in preview_file(again, now=now).lines} == {"same"}
