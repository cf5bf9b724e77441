"""Word files after GB/T 9704: paper, margins, fonts, lines and page numbers."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

TITLE, BODY, HEADING, DIGITS = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
LINE = Pt(28.95)


def new() -> Word:
    """An empty document with its page set up."""
    word = Document()
    _page(word)
    return word


def as_bytes(word: Word) -> bytes:
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
    run(paragraph, "— ", DIGITS, 14)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        one = run(paragraph, "", DIGITS, 14)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        one._r.append(mark)
    run(paragraph, " —", DIGITS, 14)


def run(paragraph: Paragraph, words: str, font: str, size: float) -> Run:
    one = paragraph.add_run(words)
    one.font.size, one.font.name = Pt(size), font
    one._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return one


def words_in(paragraph: Paragraph, words: str, font: str, size: float) -> Paragraph:
    run(paragraph, words, font, size)
    paragraph.paragraph_format.line_spacing = LINE
    return paragraph


def body_in(word: Word, words: str) -> None:
    words_in(word.add_paragraph(), words, BODY, 16).paragraph_format.first_line_indent = Pt(32)
