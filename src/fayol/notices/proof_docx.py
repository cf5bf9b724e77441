"""A proof of delivery as a Word file."""

from __future__ import annotations

from typing import Any

from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.table import Table

from fayol.notices.docx_parts import BODY, HEADING, TITLE, as_bytes, body_in, new, run, words_in
from fayol.notices.presenter_proof import Paper, Section

NUMERALS = "一二三四五六七八九十"


def written(paper: Paper) -> bytes:
    word = new()
    words_in(word.add_paragraph(), paper.title, TITLE, 22).alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.add_paragraph()
    for words in (paper.about, paper.result):
        body_in(word, words)
    for n, section in enumerate(paper.sections):
        _section(word, f"{NUMERALS[n]}、{section.title}", section)
    words_in(word.add_paragraph(), f"{NUMERALS[len(paper.sections)]}、说明", HEADING, 16)
    for n, words in enumerate(paper.limits, start=1):
        body_in(word, f"{n}.{words}")
    for words in (paper.made_by, paper.made_at):
        words_in(word.add_paragraph(), words, BODY, 16).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return as_bytes(word)


def _section(word: Word, title: str, section: Section) -> None:
    words_in(word.add_paragraph(), title, HEADING, 16).paragraph_format.keep_with_next = True
    if not section.rows:
        body_in(word, section.nothing)
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
        run(cell.paragraphs[0], str(text), font, 10.5)
