"""Files made for the tests, each by the library that people's own programs would stand for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import docx
import msoffcrypto.format.ooxml
import openpyxl
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas


def word(*paragraphs: str, then: Callable[[Document], None] | None = None) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if then:
        then(document)
    return saved(document)


def saved(thing: Any) -> bytes:
    out = io.BytesIO()
    thing.save(out)
    return out.getvalue()


def word_body(xml: str) -> bytes:
    """A document whose body is the given WordprocessingML."""
    document = docx.Document()
    body = document.element.body
    for element in parse_xml(f"<w:body {nsdecls('w', 'r', 'wp', 'a')}>{xml}</w:body>"):
        body.insert(len(body) - 1, element)
    return saved(document)


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def numbered(text: str, number: int, depth: int = 0) -> str:
    return paragraph(text, f"<w:numPr><w:ilvl w:val='{depth}'/><w:numId w:val='{number}'/></w:numPr>")


def with_numbering(data: bytes, numbering: str) -> bytes:
    xml = f"<?xml version='1.0' encoding='UTF-8'?><w:numbering {nsdecls('w')}>{numbering}</w:numbering>"
    return with_parts(data, {"word/numbering.xml": xml.encode()})


def level(depth: int, number_format: str, text: str, more: str = "", start: int = 1) -> str:
    return (
        f"<w:lvl w:ilvl='{depth}'><w:start w:val='{start}'/><w:numFmt w:val='{number_format}'/>{more}"
        f"<w:lvlText w:val='{text}'/></w:lvl>"
    )


def with_parts(data: bytes, parts: dict[str, bytes]) -> bytes:
    """The package with some parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info.filename, old.read(info.filename))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def sheet(*rows: Iterable[Any], merge: Iterable[str] = (), title: str = "台账") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(list(row))
    for area in merge:
        page.merge_cells(area)
    return saved(book)


def encrypted(data: bytes, password: str = "secret") -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


def pdf(draw: Callable[[Canvas], None], **options: Any) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, **options)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def write_lines(canvas: Canvas, lines: Iterable[tuple[float, str]], *, top: float = 760, step: float = 28) -> None:
    """Lines in 16 pt from `top` downwards, each at its own x; an empty text leaves the line free."""
    canvas.setFont("STSong-Light", 16)
    for i, (x, text) in enumerate(lines):
        if text:
            canvas.drawString(x, top - i * step, text)
