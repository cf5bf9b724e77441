"""A proof of delivery as a Word file: paper, margins, fonts and page numbers after GB/T 9704."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from fayol.notices.presenter_proof import Paper, Section

TITLE, BODY, HEADING, DIGITS = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
LINE = Pt(28.95)
NUMERALS = "一二三四五六七八九十"


def written(paper: Paper) -> bytes:
    word = Document()
    _page(word)
    _words(word.add_paragraph(), paper.title, TITLE, 22).alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.add_paragraph()
    for words in (paper.about, paper.result):
        _body(word, words)
    for n, section in enumerate(paper.sections):
        _section(word, f"{NUMERALS[n]}、{section.title}", section)
    _words(word.add_paragraph(), f"{NUMERALS[len(paper.sections)]}、说明", HEADING, 16)
    for n, words in enumerate(paper.limits, start=1):
        _body(word, f"{n}.{words}")
    for words in (paper.made_by, paper.made_at):
        _words(word.add_paragraph(), words, BODY, 16).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = BytesIO()
    word.save(out)
    return out.getvalue()


def _page(word: Word) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    word.settings.odd_and_even_pages_header_footer = True
    _number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
    style = word.styles["Normal"]
    style.font.name, style.font.size = BODY, Pt(16)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    style.paragraph_format.space_after = Pt(0)


def _number(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 —, on the outer side."""
    paragraph.alignment = side
    _run(paragraph, "— ", DIGITS, 14)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = _run(paragraph, "", DIGITS, 14)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
    _run(paragraph, " —", DIGITS, 14)


def _run(paragraph: Paragraph, words: str, font: str, size: float) -> Run:
    run = paragraph.add_run(words)
    run.font.size, run.font.name = Pt(size), font
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


def _words(paragraph: Paragraph, words: str, font: str, size: float) -> Paragraph:
    _run(paragraph, words, font, size)
    paragraph.paragraph_format.line_spacing = LINE
    return paragraph


def _body(word: Word, words: str) -> None:
    _words(word.add_paragraph(), words, BODY, 16).paragraph_format.first_line_indent = Pt(32)


def _section(word: Word, title: str, section: Section) -> None:
    _words(word.add_paragraph(), title, HEADING, 16).paragraph_format.keep_with_next = True
    if not section.rows:
        _body(word, section.nothing)
        return
    columns = len(section.head) or len(section.rows[0])
    table = word.add_table(rows=0, cols=columns, style="Table Grid")
    if section.head:
        _cells(table, section.head, HEADING)
    for row in section.rows:
        _cells(table, row, BODY)
    if section.head:
        head = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(head)


def _row(table: Table) -> Any:
    return table.add_row().cells  # type: ignore[no-untyped-call]


def _cells(table: Table, row: object, font: str) -> None:
    assert isinstance(row, list | tuple)
    for cell, text in zip(_row(table), row, strict=True):
        _run(cell.paragraphs[0], str(text), font, 10.5)
