from __future__ import annotations

import pytest
from docx.document import Document

from fayol.reading.load import read
from fayol.reading.numbering import formatted
from fayol.reading.source import Block, BlockKind, Source
from fayol.reading.tests import made


def texts(source: Source) -> list[str]:
    return [source.slice(block) for block in source.blocks]


def kinds(source: Source) -> list[tuple[BlockKind, int]]:
    return [(block.kind, block.level) for block in source.blocks]


def test_paragraphs_come_in_order_and_the_first_line_is_the_title() -> None:
    source = read(made.word("年会筹备工作方案", "一、总体要求", "各部门按分工落实。"), name="方案.docx")
    assert source.kind == "docx"
    assert texts(source) == ["年会筹备工作方案", "一、总体要求", "各部门按分工落实。"]
    assert kinds(source) == [(BlockKind.TITLE, 0), (BlockKind.HEADING, 1), (BlockKind.PARAGRAPH, 0)]


def test_a_title_over_two_lines_below_the_document_number_is_found_whole() -> None:
    source = read(
        made.word("特急", "澄办〔2026〕12号", "澄江重工集团关于印发", "年会筹备方案的通知", "各部门："), name="a.docx"
    )
    titles = [source.slice(b) for b in source.blocks if b.kind is BlockKind.TITLE]
    assert titles == ["澄江重工集团关于印发", "年会筹备方案的通知"]


def test_levels_follow_chinese_labels_and_an_assignment_is_no_heading() -> None:
    source = read(
        made.word("方案", "一、会务", "（一）场地", "1.订会场（行政部负责）", "（1）签合同", "3．2026年底前完成验收。"),
        name="a.docx",
    )
    assert [b.level for b in source.blocks] == [0, 1, 2, 3, 4, 3]
    assert source.blocks[3].kind is BlockKind.PARAGRAPH


def test_heading_styles_give_the_level() -> None:
    def headings(document: Document) -> None:
        document.add_heading("工作目标", 1)
        document.add_heading("具体指标", 2)
        document.add_paragraph("完成三件事。")

    source = read(made.word("方案", then=headings), name="a.docx")
    assert kinds(source)[1:] == [(BlockKind.HEADING, 1), (BlockKind.HEADING, 2), (BlockKind.PARAGRAPH, 0)]


# ------------------------------------------------------------------------------------------------ numbering

_OUTLINE = (
    "<w:abstractNum w:abstractNumId='7'>"
    + made.level(0, "chineseCounting", "%1、")
    + made.level(1, "chineseCounting", "（%2）")
    + made.level(2, "decimal", "%3.")
    + "</w:abstractNum><w:num w:numId='7'><w:abstractNumId w:val='7'/></w:num>"
)


def test_automatic_numbers_stand_in_the_text_as_people_saw_them() -> None:
    body = "".join(
        made.numbered(text, 7, depth)
        for text, depth in (("总则", 0), ("目的", 1), ("依据", 1), ("编号规则", 2), ("分工", 0), ("会务", 1))
    )
    source = read(made.with_numbering(made.word_body(body), _OUTLINE), name="a.docx")
    assert texts(source) == ["一、总则", "（一）目的", "（二）依据", "1.编号规则", "二、分工", "（一）会务"]
    assert [b.level for b in source.blocks][1:] == [2, 2, 3, 1, 2]


def test_two_lists_of_one_kind_share_the_counter_unless_one_starts_anew() -> None:
    lists = (
        "<w:abstractNum w:abstractNumId='1'>" + made.level(0, "decimal", "%1.") + "</w:abstractNum>"
        "<w:num w:numId='1'><w:abstractNumId w:val='1'/></w:num>"
        "<w:num w:numId='2'><w:abstractNumId w:val='1'/></w:num>"
        "<w:num w:numId='3'><w:abstractNumId w:val='1'/>"
        "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride></w:num>"
    )
    body = "".join(made.numbered(t, n) for t, n in (("甲", 1), ("乙", 1), ("丙", 2), ("丁", 3), ("戊", 3)))
    source = read(made.with_numbering(made.word_body(body), lists), name="a.docx")
    assert texts(source) == ["1.甲", "2.乙", "3.丙", "1.丁", "2.戊"]


def test_a_level_shows_its_parents_and_a_level_that_never_restarts_counts_on() -> None:
    lists = (
        "<w:abstractNum w:abstractNumId='1'>"
        + made.level(0, "upperLetter", "第%1章", start=3)
        + made.level(1, "decimal", "%1.%2", "<w:lvlRestart w:val='0'/><w:isLgl/>")
        + "</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='1'/></w:num>"
    )
    body = "".join(made.numbered(t, 1, d) for t, d in (("甲", 0), ("乙", 1), ("丙", 0), ("丁", 1)))
    source = read(made.with_numbering(made.word_body(body), lists), name="a.docx")
    assert texts(source) == ["第C章 甲", "3.1 乙", "第D章 丙", "4.2 丁"]


def test_an_empty_paragraph_takes_no_number_and_number_zero_means_none() -> None:
    body = made.numbered("甲", 7) + made.numbered("", 7) + made.numbered("乙", 7) + made.numbered("丙", 0)
    source = read(made.with_numbering(made.word_body(body), _OUTLINE), name="a.docx")
    assert texts(source) == ["一、甲", "二、乙", "丙"]


@pytest.mark.parametrize(
    ("number", "number_format", "expected"),
    [
        (12, "chineseCounting", "十二"), (20, "japaneseCounting", "二十"), (105, "chineseCountingThousand", "一百〇五"),
        (110, "chineseCounting", "一百一十"), (2026, "ideographDigital", "二〇二六"),
        (13, "chineseLegalSimplified", "壹拾叁"), (3, "ideographTraditional", "丙"), (1, "ideographZodiac", "子"),
        (28, "upperLetter", "BB"), (4, "lowerRoman", "iv"), (1999, "upperRoman", "MCMXCIX"), (7, "decimalZero", "07"),
        (3, "decimalEnclosedCircle", "③"), (2, "decimalEnclosedParen", "⑵"), (15, "decimalFullWidth", "１５"),
        (5, "noSuchFormat", "5"), (21, "decimalEnclosedCircle", "21"), (0, "upperLetter", "0"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_word_writes_them(number: int, number_format: str, expected: str) -> None:
    assert formatted(number, number_format) == expected


# --------------------------------------------------------------------------------------------------- tables


def _cells(source: Source) -> list[tuple[str, int | None, int | None, int | None, int, int]]:
    return [
        (source.slice(b), b.table, b.row, b.column, b.rows, b.columns) for b in source.blocks if b.table is not None
    ]


def test_a_table_stands_where_it_stood_and_a_merged_cell_stands_once() -> None:
    def table(document: Document) -> None:
        grid = document.add_table(rows=3, cols=3)
        for r, row in enumerate((("序号", "任务", "牵头单位"), ("1", "订会场", "行政部"), ("2", "发通知", ""))):
            for c, text in enumerate(row):
                grid.cell(r, c).text = text
        grid.cell(1, 2).merge(grid.cell(2, 2))
        document.add_paragraph("以上请按时完成。")

    source = read(made.word("分工表如下：", then=table), name="a.docx")
    assert texts(source)[0] == "分工表如下："
    assert texts(source)[-1] == "以上请按时完成。"
    assert ("行政部", 0, 1, 2, 2, 1) in _cells(source)
    assert len(_cells(source)) == 8
    assert "序号\t任务\t牵头单位\n1\t订会场\t行政部\n2\t发通知" in source.text


def test_a_cell_over_three_columns_and_a_second_table_are_told_apart() -> None:
    def tables(document: Document) -> None:
        first = document.add_table(rows=1, cols=3)
        first.cell(0, 0).merge(first.cell(0, 2)).text = "会务组"
        document.add_table(rows=1, cols=1).cell(0, 0).text = "宣传组"

    source = read(made.word(then=tables), name="a.docx")
    assert _cells(source) == [("会务组", 0, 0, 0, 1, 3), ("宣传组", 1, 0, 0, 1, 1)]


def test_a_table_inside_a_cell_becomes_lines_of_that_cell() -> None:
    def nested(document: Document) -> None:
        cell = document.add_table(rows=1, cols=2).cell(0, 0)
        cell.text = "外"
        cell.add_table(1, 1).cell(0, 0).text = "里"

    source = read(made.word(then=nested), name="a.docx")
    assert _cells(source) == [("外\n里", 0, 0, 0, 1, 1)]


# ------------------------------------------------------------------------------- revisions, breaks, text boxes


def test_insertions_are_kept_deletions_dropped_and_the_reader_is_told() -> None:
    body = (
        "<w:p><w:r><w:t>由财务部</w:t></w:r><w:del w:id='1' w:author='a'><w:r><w:delText>配合</w:delText></w:r></w:del>"
        "<w:ins w:id='2' w:author='a'><w:r><w:t>牵头</w:t></w:r></w:ins></w:p>"
    )
    source = read(made.word_body(body), name="a.docx")
    assert source.text == "由财务部牵头"
    assert any("修订" in warning for warning in source.warnings)


def test_a_soft_break_stays_in_its_paragraph_but_parts_labelled_clauses() -> None:
    body = (
        "<w:p><w:r><w:t>澄江重工集团</w:t><w:br/><w:t>年会方案</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>（一）订会场。</w:t><w:br/><w:t>（二）发通知。</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>地点：</w:t><w:tab/><w:t>三楼</w:t></w:r></w:p>"
    )
    source = read(made.word_body(body), name="a.docx")
    assert texts(source) == ["澄江重工集团\n年会方案", "（一）订会场。", "（二）发通知。", "地点：\t三楼"]


def test_a_text_box_is_read_once_although_word_stores_it_twice() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>会务组文件</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
        f"<mc:Choice Requires='wps'><w:drawing><wp:inline>{box}</wp:inline></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        + made.paragraph("正文。")
    )
    assert texts(read(made.word_body(body), name="a.docx")) == ["会务组文件", "正文。"]


def test_footnotes_and_hidden_text_are_not_lost_in_silence() -> None:
    notes = (
        "<?xml version='1.0'?><w:footnotes xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
        "<w:footnote w:type='separator' w:id='-1'><w:p><w:r><w:t>——</w:t></w:r></w:p></w:footnote>"
        "<w:footnote w:id='1'><w:p><w:r><w:t>含外协。</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    body = "<w:p><w:r><w:t>正文</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r></w:p>"
    source = read(made.with_parts(made.word_body(body), {"word/footnotes.xml": notes.encode()}), name="a.docx")
    assert source.text == "正文"
    assert any("1 条脚注" in warning for warning in source.warnings)
    assert any("隐藏文字" in warning for warning in source.warnings)


def test_a_document_of_the_strict_kind_is_read_too() -> None:
    import io
    import zipfile

    plain = made.word("会议纪要", "会议议定三件事。")
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        xml = package.read("word/document.xml")
    strict = xml.replace(
        b"schemas.openxmlformats.org/wordprocessingml/2006/main", b"purl.oclc.org/ooxml/wordprocessingml/main"
    )
    assert texts(read(made.with_parts(plain, {"word/document.xml": strict}), name="a.docx")) == [
        "会议纪要",
        "会议议定三件事。",
    ]


def test_blocks_cover_the_text_in_order_and_never_overlap() -> None:
    source = read(made.word("方案", "一、会务", "  （一）订会场。  ", "", "结束"), name="a.docx")
    _assert_well_formed(source)


def _assert_well_formed(source: Source) -> None:
    before: Block | None = None
    for block in source.blocks:
        assert 0 <= block.start < block.end <= len(source.text)
        assert source.slice(block).strip() == source.slice(block)
        if before:
            assert not source.text[before.end : block.start].strip()
            assert block.start > before.end
        before = block
