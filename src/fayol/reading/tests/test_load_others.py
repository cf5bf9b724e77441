"""Text, Markdown, workbooks and PDF."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from fayol.reading.assignments import extract
from fayol.reading.load import read, read_pasted
from fayol.reading.source import BlockKind, Source
from fayol.reading.tests import made
from fayol.reading.tests.test_load_bad import SAMPLES

TEXT = "年会筹备方案\n一、会务组\n行政部牵头，财务部配合，11月30日前完成。"
TRADITIONAL = "年會籌備方案\n一、會務組\n行政部牽頭，財務部配合，請於十一月底前完成準備工作。"


def texts(source: Source) -> list[str]:
    return [source.slice(block) for block in source.blocks]


# ------------------------------------------------------------------------------------------------------ text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_text_is_read_in_whatever_encoding_it_came(encoding: str) -> None:
    source = read(TEXT.replace("\n", "\r\n").encode(encoding), name="方案.txt")
    assert source.kind == "text"
    assert texts(source) == TEXT.split("\n")
    assert [b.kind for b in source.blocks] == [BlockKind.TITLE, BlockKind.HEADING, BlockKind.PARAGRAPH]


def test_traditional_text_in_big5_is_told_from_gb18030() -> None:
    assert texts(read(TRADITIONAL.encode("big5"), name="方案.txt")) == TRADITIONAL.split("\n")
    assert texts(read(TRADITIONAL.encode("gb18030"), name="方案.txt")) == TRADITIONAL.split("\n")


def test_pasted_text_keeps_no_character_that_cannot_be_stored() -> None:
    source = read_pasted("议定\0事项\ud800：\n财务部负责。")
    assert source.kind == "pasted"
    assert texts(source) == ["议定事项：", "财务部负责。"]


# -------------------------------------------------------------------------------------------------- markdown


def test_markdown_gives_headings_numbered_lists_and_tables() -> None:
    text = (
        "# 年会方案\n\n## 会务\n\n第一段\n续行。\n\n3. 订**会场**\n4. 发通知\n\n- 桌签\n\n"
        "| 任务 | 牵头单位 |\n|---|---|\n| 订会场 | 行政部 |\n"
    )
    source = read(text.encode(), name="a.md")
    assert source.kind == "markdown"
    assert texts(source) == [
        "年会方案", "会务", "第一段\n续行。", "3.订会场", "4.发通知", "• 桌签", "任务", "牵头单位", "订会场", "行政部",
    ]  # fmt: skip
    assert source.blocks[0].kind is BlockKind.TITLE
    assert (source.blocks[1].kind, source.blocks[1].level) == (BlockKind.HEADING, 2)
    assert [(b.table, b.row, b.column) for b in source.blocks[-4:]] == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]


# ------------------------------------------------------------------------------------------------- workbooks


def test_a_sheet_is_a_table_with_its_title_above_and_dates_as_written_numbers() -> None:
    data = made.sheet(
        ["重点任务台账", None, None],
        ["序号", "事项", "时限"],
        [1, "订会场", date(2026, 11, 30)],
        [2.5, "发通知", datetime(2026, 12, 1, 9, 30)],
        merge=["A1:C1", "B3:B4"],
    )
    source = read(data, name="台账.xlsx")
    assert source.kind == "xlsx"
    assert source.blocks[0].kind is BlockKind.TITLE
    assert texts(source) == [
        "重点任务台账",
        "序号",
        "事项",
        "时限",
        "1",
        "订会场",
        "2026-11-30",
        "2.5",
        "2026-12-01 09:30",
    ]
    merged = source.blocks[5]
    assert (merged.row, merged.column, merged.rows, merged.columns) == (2, 1, 2, 1)


def test_several_sheets_are_several_tables_and_hidden_ones_are_named() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for name, state in (("一季度", "visible"), ("底稿", "hidden"), ("二季度", "visible")):
        page = book.create_sheet(name)
        page.append(["序号", "事项"])
        page.append([1, "=1+1"])
        page.sheet_state = state
    del book["Sheet"]
    source = read(made.saved(book), name="台账.xlsx")
    assert [source.slice(b) for b in source.blocks if b.kind is BlockKind.HEADING] == ["一季度", "二季度"]
    assert {b.table for b in source.blocks if b.table is not None} == {0, 1}
    assert any("底稿" in warning for warning in source.warnings)
    assert any("公式" in warning for warning in source.warnings)


# ------------------------------------------------------------------------------------------------------- pdf


def test_wrapped_lines_of_a_pdf_are_joined_without_spaces_and_page_numbers_go() -> None:
    left, indent = 90.0, 122.0

    def two_pages(canvas: Canvas) -> None:
        made.write_lines(canvas, [(90, "澄江重工集团简报")], top=815)
        made.write_lines(
            canvas,
            [
                (indent, "为做好年会筹备工作各部门要密切配合落实责任分工确"),
                (left, "保各项任务按时完成，不得推诿拖延影响整体工作进度安"),
                (left, "排。"),
                (indent, "一、会务组由行政部牵头"),
                (indent, "财务部负责预算审核，行政部负责场地布置和物资采购并"),
                (left, "于本月底前报告，下页还有没有写完的内容请大家翻页继"),
            ],
        )
        made.write_lines(canvas, [(280, "— 1 —")], top=60)
        canvas.showPage()
        made.write_lines(canvas, [(90, "澄江重工集团简报")], top=815)
        made.write_lines(canvas, [(left, "续阅读。"), (indent, "二、宣传组")])
        made.write_lines(canvas, [(280, "— 2 —")], top=60)

    source = read(made.pdf(two_pages), name="a.pdf")
    assert texts(source) == [
        "为做好年会筹备工作各部门要密切配合落实责任分工确保各项任务按时完成，不得推诿拖延影响整体工作进度安排。",
        "一、会务组由行政部牵头",
        "财务部负责预算审核，行政部负责场地布置和物资采购并于本月底前报告，下页还有没有写完的内容请大家翻页继续阅读。",
        "二、宣传组",
    ]


def test_a_ruled_table_in_a_pdf_is_a_table() -> None:
    def ruled(canvas: Canvas) -> None:
        made.write_lines(canvas, [(90, "分工如下：")])
        canvas.grid([90, 250, 400], [600, 640, 680])
        canvas.drawString(100, 655, "任务")
        canvas.drawString(260, 655, "牵头单位")
        canvas.drawString(100, 615, "订会场")
        canvas.drawString(260, 615, "行政部")
        made.write_lines(canvas, [(90, "以上。")], top=560)

    source = read(made.pdf(ruled), name="a.pdf")
    assert texts(source) == ["分工如下：", "任务", "牵头单位", "订会场", "行政部", "以上。"]
    assert [(b.table, b.row, b.column) for b in source.blocks[1:5]] == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]


# ------------------------------------------------------------------------------------------------ real files

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample documents are not beside the project")


@needs_samples
@pytest.mark.parametrize("name", ["1-fangguanfu-task-breakdown-2020-43.docx", "2-vocational-education-plan.docx",
                                  "3-zhejiang-open-source-opinion.docx", "4-emergency-plan-2014-119.docx"])  # fmt: skip
def test_a_real_document_is_read_whole_and_in_order(name: str) -> None:
    import docx

    wanted = [p.text.replace("\xa0", " ").strip() for p in docx.Document(str(SAMPLES / name)).paragraphs]
    assert texts(read(SAMPLES / name)) == [text for text in wanted if text]


@needs_samples
def test_the_word_and_the_pdf_form_of_one_document_give_the_same_paragraphs() -> None:
    word = read(SAMPLES / "3-zhejiang-open-source-opinion.docx")
    pdf = read(SAMPLES / "3-zhejiang-open-source-opinion.pdf")
    assert texts(pdf) == texts(word)
    assert [b.kind for b in pdf.blocks] == [b.kind for b in word.blocks]


@needs_samples
def test_the_same_assignments_are_found_in_the_word_and_the_pdf_form() -> None:
    word = extract(read(SAMPLES / "3-zhejiang-open-source-opinion.docx"))
    pdf = extract(read(SAMPLES / "3-zhejiang-open-source-opinion.pdf"))
    assert len(word.assignments) > 10
    assert [a.text for a in pdf.assignments] == [a.text for a in word.assignments]


@needs_samples
def test_a_real_ledger_is_one_table_of_126_rows_under_its_title() -> None:
    source = read(Path(SAMPLES / "5-task-ledger.xlsx"))
    assert source.slice(source.blocks[0]) == "重点工作任务台账"
    assert len({b.row for b in source.blocks if b.table == 0}) == 127
