from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.kernel.errors import Refused
from fayol.reading.ledger_columns import COLUMNS
from fayol.reading.ledger_sheet import LedgerSheet, read_ledger, write_ledger
from fayol.reading.pieces import tidy
from fayol.reading.sheet_dates import read_date
from fayol.reading.tests import made
from fayol.reading.tests.test_load_bad import SAMPLES

TODAY = date(2026, 3, 2)
HANDBOOK = (
    "序号|督办编号|事项来源|来源文号·会议·日期|督办事项|工作目标/成果标准|交办领导|责任领导|牵头单位|配合单位|责任人|"
    "立项日期|签收时间|完成时限|延期后时限|阶段节点|进展情况|完成比例|存在问题|需协调事项|下一步措施|亮灯|催办次数|"
    "核查意见|办结日期|是否按时|评价|备注"
)
HEADER = ["序号", "督办事项", "牵头单位", "配合单位", "完成时限"]


def ledger(*rows: Iterable[Any], merge: Iterable[str] = ()) -> LedgerSheet:
    return read_ledger(made.sheet(*rows, merge=merge), name="台账.xlsx", today=TODAY)


def values(sheet: LedgerSheet, key: str) -> list[object]:
    return [row.values.get(key) for row in sheet.rows]


# ------------------------------------------------------------------------------------------------------ headers


def test_headers_are_found_in_any_order_under_other_names_below_a_title() -> None:
    sheet = ledger(
        ["2026年重点工作台账", None, None, None, None, None],
        [None] * 6,
        ["办结时限", "协办", "主办部门", "任务事项", "经办人", "工作动态（截至6月）"],
        ["2026年11月30日", "财务部", "行政部", "订会场", "马骏", "已询价"],
        merge=["A1:F1"],
    )
    assert sheet.title == "2026年重点工作台账"
    (row,) = sheet.rows
    assert row.row == 4
    assert dict(row.values) == {
        "due": date(2026, 11, 30), "support": "财务部", "lead": "行政部", "item": "订会场",
        "responsible": "马骏", "progress_note": "已询价",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("lead", ["牵头部门", "牵头单位", "主办", "责任单位", "承办部门"]),
        ("support", ["配合", "协办", "参与"]),
        ("due", ["完成时限", "办结时限", "时间要求", "截止日期"]),
        ("progress_note", ["进展情况", "工作动态", "落实情况"]),
        ("responsible", ["责任人", "经办人", "联系人", "责任人（电话）"]),
    ],
)
def test_the_synonyms_of_the_handbook_are_known(key: str, names: list[str]) -> None:
    by_name = {name: column.key for column in COLUMNS for name in (column.header, *column.synonyms)}
    assert {by_name.get(name.split("（")[0]) for name in names} == {key}


def test_no_name_means_two_columns() -> None:
    names = [name for column in COLUMNS for name in (column.header, *column.synonyms)]
    assert len(names) == len(set(names))


def test_a_header_over_two_rows_is_read_by_its_lower_row() -> None:
    sheet = ledger(
        ["序号", "督办事项", "责任落实", None, "时限", None],
        [None, None, "牵头单位", "配合单位", "完成时限", "延期后时限"],
        [1, "订会场", "行政部", "财务部", date(2026, 11, 30), None],
        merge=["A1:A2", "B1:B2", "C1:D1", "E1:F1"],
    )
    (row,) = sheet.rows
    assert row.values["item"] == "订会场"
    assert row.values["lead"] == "行政部"
    assert row.values["support"] == "财务部"
    assert row.values["due"] == date(2026, 11, 30)
    assert row.row == 3


def test_a_header_merged_over_two_columns_joins_what_stands_below() -> None:
    sheet = ledger(
        ["督办事项", "牵头单位", "配合单位", None], ["订会场", "行政部", "财务部", "信息中心"], merge=["C1:D1"]
    )
    assert values(sheet, "support") == ["财务部、信息中心"]


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_headers_for_one_column_the_proper_name_wins_and_the_other_is_kept_aside(turn: int) -> None:
    sheet = ledger(["督办事项", "责任单位", "牵头单位"][::turn], ["订会场", "行政中心", "行政部"][::turn])
    assert values(sheet, "lead") == ["行政部"]
    assert sheet.unknown_columns == ("责任单位",)
    assert sheet.rows[0].extras == {"责任单位": "行政中心"}


def test_of_a_header_over_two_rows_the_upper_one_counts_where_the_lower_is_empty() -> None:
    sheet = ledger(
        ["督办事项", "责任落实", None, "时限要求", None],
        [None, "牵头单位", "配合单位", "起始", "完成时限"],
        ["订会场", "行政部", "财务部", None, "2026-11-30"],
        merge=["B1:C1", "D1:E1"],
    )
    assert [row.row for row in sheet.rows] == [3]
    assert (sheet.rows[0].values["item"], sheet.rows[0].values["due"]) == ("订会场", date(2026, 11, 30))
    assert sheet.unknown_columns == ("时限要求/起始",)


def test_missing_headers_are_refused_with_what_is_missing_and_what_was_found() -> None:
    with pytest.raises(Refused) as caught:
        ledger(["序号", "督办事项", "完成时限"], [1, "订会场", "年底前"])
    assert caught.value.code == "missing_headers"
    assert "牵头单位" in str(caught.value)
    assert "督办事项、完成时限" in str(caught.value)


def test_a_sheet_without_any_header_or_row_is_refused() -> None:
    for rows, code in (([["订会场", "行政部"]], "missing_headers"), ([HEADER], "no_rows"), ([], "no_text")):
        with pytest.raises(Refused) as caught:
            ledger(*rows)
        assert caught.value.code == code


# --------------------------------------------------------------------------------------------------------- rows


def test_merged_cells_count_for_every_row_and_section_rows_are_remembered() -> None:
    sheet = ledger(
        HEADER,
        ["一、会务", None, None, None, None],
        [1, "订会场", "行政部", "财务部", "年底前"],
        [2, "发通知", None, None, None],
        [None] * 5,
        HEADER,
        ["二、宣传", None, None, None, None],
        [3, "做展板", "信息中心", None, "6月底"],
        ["填表人：何静", None, None, None, None],
        merge=["A2:E2", "C3:C4", "E3:E4"],
    )
    assert [row.row for row in sheet.rows] == [3, 4, 8]
    assert values(sheet, "lead") == ["行政部", "行政部", "信息中心"]
    assert [row.dates["due"].on for row in sheet.rows] == [date(2026, 12, 31), date(2026, 12, 31), date(2026, 6, 30)]
    assert [row.section for row in sheet.rows] == ["一、会务", "一、会务", "二、宣传"]


def test_every_sheet_with_the_columns_is_read_and_others_are_named() -> None:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name in ("一季度", "二季度"):
        page = book.create_sheet(name)
        page.append(HEADER)
        page.append([1, f"{name}的事", "行政部", None, "长期"])
    book.create_sheet("说明").append(["填报说明", "按月更新"])
    sheet = read_ledger(made.saved(book), name="台账.xlsx", today=TODAY)
    assert [(row.sheet, row.row) for row in sheet.rows] == [("一季度", 2), ("二季度", 2)]
    assert any("说明" in warning for warning in sheet.warnings)
    assert str(sheet.problems[0]).startswith("工作表“一季度”第 2 行“完成时限”：")


def test_a_row_without_its_item_is_named_and_one_without_lead_is_only_flagged() -> None:
    sheet = ledger(HEADER, [1, None, "行政部", "财务部", None], [2, "订会场", None, "财务部", None])
    assert [(p.row, p.column, p.code, p.blocking) for p in sheet.problems] == [
        (2, "督办事项", "no_item", True),
        (3, "牵头单位", "no_lead", False),
    ]


def test_percentages_are_whole_numbers_however_they_were_kept() -> None:
    header = ["督办事项", "牵头单位", "完成比例", "催办次数"]
    assert values(ledger(header, ["甲", "乙", 0.6, 2.0], ["甲", "乙", 1, "3"]), "progress") == [60, 100]
    assert values(ledger(header, ["甲", "乙", 60, 2.0], ["甲", "乙", "85%", "3"]), "progress") == [60, 85]
    assert values(ledger(header, ["甲", "乙", 60, 2.0], ["甲", "乙", 1, "3"]), "chases") == [2, 3]
    (problem,) = ledger(header, ["甲", "乙", 160, None]).problems
    assert (problem.row, problem.column, problem.code) == (2, "完成比例", "not_a_percentage")


# -------------------------------------------------------------------------------------------------------- dates


def test_a_day_that_does_not_exist_is_named_with_row_and_column() -> None:
    sheet = ledger(HEADER, [1, "订会场", "行政部", None, "2026-02-30"], [2, "发通知", "行政部", None, "2026年13月1日"])
    assert [(p.row, p.column, p.code, p.blocking) for p in sheet.problems] == [
        (2, "完成时限", "impossible_date", True),
        (3, "完成时限", "impossible_date", True),
    ]
    assert "2026-02-30" in str(sheet.problems[0])
    assert values(sheet, "due") == ["2026-02-30", "2026年13月1日"]


@pytest.mark.parametrize(
    ("words", "on", "precision"),
    [
        ("年底前", date(2026, 12, 31), "year"), ("6月底", date(2026, 6, 30), "month"),
        ("2026年三季度", date(2026, 9, 30), "quarter"), ("2026年12月", date(2026, 12, 31), "month"),
        ("2026.12", date(2026, 12, 31), "month"), ("2026年", date(2026, 12, 31), "year"),
        ("2026/11/3", date(2026, 11, 3), "day"), ("20261130", date(2026, 11, 30), "day"),
        ("11.30", date(2026, 11, 30), "day"),
        ("２０２６年１１月３０日", date(2026, 11, 30), "day"), ("46356", date(2026, 11, 30), "day"),
        ("2026年3月；2026年12月", date(2026, 12, 31), "month"), ("2026年6月持续跟踪", date(2026, 6, 30), "month"),
    ],
)  # fmt: skip
def test_times_in_words_are_a_date_with_its_precision(words: str, on: date, precision: str) -> None:
    found = read_date(words, today=TODAY)
    assert (found.on, found.precision, found.words) == (on, precision, words)


@pytest.mark.parametrize("words", ["长期", "持续推进", "尽快", "待定", "每月28日前", "印发之日起30日内", "常态化"])
def test_words_that_name_no_day_are_kept_and_flagged_never_guessed(words: str) -> None:
    sheet = ledger(HEADER, [1, "订会场", "行政部", None, words])
    assert sheet.rows[0].dates["due"].on is None
    assert sheet.rows[0].dates["due"].flags
    assert values(sheet, "due") == [words]
    assert [p.blocking for p in sheet.problems] == [False]


def test_a_year_that_was_assumed_is_told() -> None:
    (problem,) = ledger(HEADER, [1, "订会场", "行政部", None, "6月底"]).problems
    assert "2026 年" in problem.message
    assert not problem.blocking


# ---------------------------------------------------------------------------------------------------- writing


def test_the_export_has_the_28_columns_of_the_handbook_and_prints_on_a4() -> None:
    data = write_ledger([{"number": 1, "item": "订会场", "due": date(2026, 11, 30), "progress": 60}], title="督办台账")
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    assert [cell.value for cell in page[2]] == HANDBOOK.split("|")
    assert page["A1"].value == "督办台账"
    assert page["N3"].value == datetime(2026, 11, 30)
    assert page["N3"].number_format == "yyyy-mm-dd"
    assert (page.freeze_panes, page.auto_filter.ref) == ("F3", "A2:AB3")
    assert (page.page_setup.orientation, int(page.page_setup.paperSize or 0), page.print_title_rows) == (
        "landscape",
        9,
        "$1:$2",
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", '=HYPERLINK("http://x")', "＝1+1"])
def test_text_that_looks_like_a_formula_stays_text(start: str) -> None:
    text = start + "1+1"
    data = write_ledger([{"item": text, "lead": "行政部"}], title="台账")
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    assert (page["E3"].data_type, page["E3"].value, page["E3"].quotePrefix) == ("s", text, True)
    assert read_ledger(data, name="a.xlsx").rows[0].values["item"] == text


def test_a_cell_too_long_for_excel_says_that_it_was_cut() -> None:
    data = write_ledger([{"item": "事" * 40_000, "lead": "行政部"}], title="台账")
    assert str(read_ledger(data, name="a.xlsx").rows[0].values["item"]).endswith("已截断）")


_TEXT = (
    st.text(st.characters(codec="utf-8", exclude_characters="★☆"), min_size=1, max_size=30)
    .map(tidy)
    .filter(lambda text: text and "密" not in text)
)
_DATE = st.dates(date(1950, 1, 1), date(2150, 12, 31))
_BY_KIND = {
    "text": st.one_of(_TEXT, st.just("_x0041_"), st.just("=1+1")),
    "number": st.integers(0, 10**6),
    "percent": st.integers(0, 100),
    "date": st.one_of(_DATE, st.sampled_from(["长期", "2026年三季度", "年底前", "2026年12月"])),
}


@st.composite
def _ledger_row(draw: st.DrawFn) -> dict[str, str | int | date | None]:
    row: dict[str, Any] = {c.key: draw(st.one_of(st.none(), _BY_KIND[c.kind])) for c in COLUMNS}
    return row | {"item": draw(_TEXT.map(lambda text: "事" + text)), "lead": draw(_TEXT.map(lambda text: "部" + text))}


@given(st.lists(_ledger_row(), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_what_was_written_is_read_back_equal(rows: list[dict[str, str | int | date | None]]) -> None:
    sheet = read_ledger(write_ledger(rows, title="督办台账"), name="台账.xlsx", today=TODAY)
    assert [dict(row.values) for row in sheet.rows] == rows
    assert not sheet.blocking
    again = read_ledger(
        write_ledger([row.values for row in sheet.rows], title="督办台账"), name="台账.xlsx", today=TODAY
    )
    assert again == sheet


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(), st.text("督办事项牵头单位0年月日", max_size=6)), max_size=6),
        max_size=8,
    )
)
@settings(max_examples=40, deadline=None)
def test_no_sheet_brings_out_anything_but_a_refusal(rows: list[list[Any]]) -> None:
    try:
        sheet = ledger(*rows)
    except Refused as error:
        said = str(error)
    else:
        said = sheet.title + "rows"
    assert said


# ---------------------------------------------------------------------------------------------------- real file


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample documents are not beside the project")
def test_a_real_ledger_of_126_tasks_is_read_whole() -> None:
    sheet = read_ledger(SAMPLES / "5-task-ledger.xlsx", name="5-task-ledger.xlsx", today=TODAY)
    assert len(sheet.rows) == 126
    assert sheet.title == "重点工作任务台账"
    assert sheet.unknown_columns == ("工作组", "类别")
    assert sheet.blocking == ()
    assert all(row.values["item"] and row.values["lead"] for row in sheet.rows)
    dated = [row for row in sheet.rows if row.dates["due"].on]
    assert len(dated) == 91
    assert {row.dates["due"].words for row in sheet.rows if not row.dates["due"].on} == {"持续推进"}
