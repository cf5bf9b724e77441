"""Sheets of a notice as one Word file, each on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from django.utils.translation import gettext as t
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from fayol.kernel import qr
from fayol.notices.docx_parts import BODY, HEADING, TITLE, as_bytes, body_in, new, run, words_in
from fayol.notices.presenter_paper import Sheet, Slip

RED = RGBColor(0xFF, 0, 0)
BLANK = "　" * 8


def written(sheets: Sequence[Sheet]) -> bytes:
    word = new()
    for n, sheet in enumerate(sheets):
        first = word.add_paragraph()
        first.paragraph_format.page_break_before = n > 0
        _sheet(word, sheet, first)
    return as_bytes(word)


def _sheet(word: Word, sheet: Sheet, first: Paragraph) -> None:
    if sheet.number:
        _heading(word, sheet, first)
        first = word.add_paragraph()
    words_in(first, sheet.title, TITLE, 22).alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.add_paragraph()
    words_in(word.add_paragraph(), sheet.addressee, BODY, 16)
    for words in sheet.paragraphs:
        body_in(word, words)
    for label, words in sheet.terms:
        body_in(word, f"{label}：{words}")
    for words in (sheet.signed, sheet.dated):
        words_in(word.add_paragraph(), words, BODY, 16).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    body_in(word, sheet.contact)
    if sheet.slip:
        _slip(word, sheet, sheet.slip)


def _heading(word: Word, sheet: Sheet, first: Paragraph) -> None:
    """标志 and number above the red line, which stands 4 mm below the number."""
    run(first, sheet.office, TITLE, 26).font.color.rgb = RED
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number = words_in(word.add_paragraph(), sheet.number, BODY, 16)
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    border, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "8"), ("space", "11"), ("color", "FF0000")):
        line.set(qn(f"w:{name}"), value)
    border.append(line)
    number._p.get_or_add_pPr().append(border)
    word.add_paragraph()


def _slip(word: Word, sheet: Sheet, slip: Slip) -> None:
    cut = words_in(word.add_paragraph(), "┄" * 9 + t("沿此线裁下交回") + "┄" * 9, BODY, 12)
    cut.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head = words_in(word.add_paragraph(), t("回执"), HEADING, 16)
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    table = word.add_table(rows=0, cols=2, style="Table Grid")
    rows = [(t("通知"), sheet.title), (t("收件人"), sheet.addressee.rstrip("：:"))]
    rows += [(t("答复"), "　".join(f"□{one}" for one in slip.boxes))] if slip.boxes else []
    rows += [(label, choices or BLANK) for label, choices in slip.lines]
    rows += [(t("签名"), BLANK + t("　　　年　　月　　日"))]
    for label, words in rows:
        cells = table.add_row().cells
        _cell(cells[0], label, HEADING, Mm(36))
        _cell(cells[1], words, BODY, Mm(120))
    cells = table.add_row().cells
    _cell(cells[0], t("答复方式"), HEADING, Mm(36))
    _cell(cells[1], slip.advice, BODY, Mm(120))
    if slip.url:
        picture = cells[1].add_paragraph().add_run()
        picture.add_picture(BytesIO(qr.png(slip.url)), width=Mm(28))
        run(cells[1].add_paragraph(), slip.url, BODY, 9)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for paragraph in (cut, head, *(one for row in table.rows[:-1] for cell in row.cells for one in cell.paragraphs)):
        paragraph.paragraph_format.keep_with_next = True


def _cell(cell: _Cell, words: str, font: str, width: Mm) -> None:
    cell.width = width
    run(cell.paragraphs[0], words, font, 12).font.size = Pt(12)
