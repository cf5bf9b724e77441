"""Word documents: the text as it stood on the page, in reading order, with numbering, tables and text boxes.

Read from the parts themselves, not through python-docx: that loads every picture into memory, knows no
numbering, and stops at the broken relationships that other office programs write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from posixpath import join, normpath

from lxml import etree

from fayol.reading.docx_styles import Style, Styles, is_hidden, number_of, paragraph_settings, val
from fayol.reading.marking import refuse_marked_text
from fayol.reading.numbering import Numbering
from fayol.reading.pieces import Piece, assemble, label_level, mark_title, with_level
from fayol.reading.safety import Package, damaged
from fayol.reading.source import BlockKind, Source

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_USUAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_SENTENCE_ENDS = ("。", "；", "：", "）", ")", "！")
_OFFICE_DOCUMENT = re.compile(r"/officeDocument$")
_AROUND = re.compile(
    r"^(?:word/(?:header|footer|footnotes|endnotes|comments)\d*\.xml|docProps/(?:core|custom|app)\.xml)$"
)
_TRANSPARENT = {
    W + tag
    for tag in (
        "r", "ins", "moveTo", "hyperlink", "smartTag", "fldSimple", "sdt", "sdtContent", "customXml", "dir", "bdo",
        "ruby", "rubyBase",
    )
}  # fmt: skip
_DROPPED = {W + "del", W + "moveFrom"}
_BOXES = (W + "drawing", W + "pict", W + "object")


def read_docx(data: bytes, *, name: str) -> Source:
    """Refused: damaged, marked as a state secret, without text. Never anything else."""
    package = Package(data, name=name)
    document = _main_part(package)
    body = document.find(W + "body")
    if body is None:
        raise damaged(name, "word/document.xml")
    reader = _Reader(
        styles=Styles(_optional(package, "word/styles.xml")),
        numbering=Numbering(_optional(package, "word/numbering.xml")),
    )
    pieces = mark_title([with_level(piece) for piece in reader.blocks(body)])
    around = [_all_text(part) for part in _parts_around(package)]
    refuse_marked_text(
        "\n".join(p.text for p in pieces), margins=[*around, "".join(reader.dropped), _all_text(document)], name=name
    )
    return assemble(name, "docx", pieces, reader.warnings(package))


# -------------------------------------------------------------------------------------------------------- parts


def _parse(package: Package, part: str) -> etree._Element:
    data = package.read_xml(part).replace(_STRICT, _USUAL)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(package.name, part) from error


def _optional(package: Package, part: str) -> etree._Element | None:
    return _parse(package, part) if part in package else None


def _main_part(package: Package) -> etree._Element:
    part = "word/document.xml"
    if "_rels/.rels" in package:
        for relation in _parse(package, "_rels/.rels"):
            if _OFFICE_DOCUMENT.search(relation.get("Type", "")):
                target = normpath(join("/", relation.get("Target", ""))).lstrip("/")
                part = target if target in package else part
    return _parse(package, part)


def _parts_around(package: Package) -> Iterator[etree._Element]:
    for part in sorted(package.names):
        if _AROUND.match(part):
            yield _parse(package, part)


def _all_text(root: etree._Element) -> str:
    """Every text in the part, also hidden or deleted: a mark must not slip through."""
    lines: list[str] = []
    for element in root.iter():
        if element.tag in (W + "p", W + "br", W + "cr"):
            lines.append("\n")
        elif isinstance(element.tag, str) and element.text and element.tag != W + "instrText":
            lines.append(element.text)
            if not element.tag.startswith(W):
                lines.append("\n")
    return "".join(lines)


# --------------------------------------------------------------------------------------------------------- text


@dataclass(slots=True)
class _Text:
    """The text of one paragraph while it is gathered, and the text boxes anchored in it."""

    parts: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


class _Reader:
    def __init__(self, *, styles: Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self._tables = 0
        self._inserted = 0
        self._hidden = 0
        self.dropped: list[str] = []

    def blocks(self, parent: etree._Element) -> Iterator[Piece]:
        for element in _unwrapped(parent):
            if element.tag == W + "p":
                yield from self._paragraph(element)
            elif element.tag == W + "tbl":
                yield from self._table(element)

    def warnings(self, package: Package) -> list[str]:
        found = []
        if self._inserted or self.dropped:
            found.append("文档里有未接受的修订：按接受全部修订读取（插入的保留，删除的不读）。请核对。")
        if self._hidden:
            found.append("文档里有隐藏文字，没有读取。")
        for part, words in (("footnotes", "脚注"), ("endnotes", "尾注"), ("comments", "批注")):
            count = _count_notes(package, part)
            if count:
                found.append(f"文档里有 {count} 条{words}，没有读入正文，请人工查看。")
        return found

    # ---- paragraphs

    def _paragraph(self, element: etree._Element) -> Iterator[Piece]:
        text = self._gather(element)
        level, title, label = self._standing(element, bool("".join(text.parts).strip()))
        lines = _split_at_labels("".join(text.parts))
        if label and lines:
            lines[0] = _join_label(label, lines[0])
        for i, line in enumerate(lines):
            if title:
                yield Piece(line, BlockKind.TITLE)
            elif level and i == 0:
                yield Piece(line, BlockKind.HEADING, level)
            else:
                yield Piece(line)
        for box in text.boxes:
            yield from self.blocks(box)

    def _standing(self, element: etree._Element, has_text: bool) -> tuple[int, bool, str]:
        """Heading level (0: none), whether it is the title, and the label that Word shows before it."""
        properties = element.find(W + "pPr")
        key = (val(properties.find(W + "pStyle")) if properties is not None else "") or self._styles.default
        chain = self._styles.chain(key)
        outline, number, depth = paragraph_settings(properties)
        if outline is None:
            outline = next((s.outline for _, s in chain if s.outline is not None), None)
        named = [s.name.casefold() for _, s in chain]
        level = next((int(m[1]) for n in named if (m := re.fullmatch(r"(?:heading|标题)\s*([1-9])", n))), 0)
        level = level or (outline + 1 if outline is not None and outline < 9 else 0)
        label = self._label(number, depth, chain) if has_text else ""
        return level, bool(named) and named[0] in ("title", "标题"), label

    def _label(self, number: str | None, depth: int | None, chain: list[tuple[str, Style]]) -> str:
        if number is None:
            key, style = next(((k, s) for k, s in chain if s.number is not None), ("", Style()))
            number = style.number
            depth = depth if depth is not None else style.depth
            if number and depth is None:
                depth = self._numbering.level_of_style(number, chain[0][0]) or self._numbering.level_of_style(
                    number, key
                )
        return self._numbering.label(number, depth or 0) if number and number != "0" else ""

    def _gather(self, element: etree._Element) -> _Text:
        text = _Text()
        self._walk(element, text)
        return text

    def _walk(self, parent: etree._Element, text: _Text) -> None:
        for element in parent:
            tag = element.tag
            if tag in (W + "t", _MATH_TEXT):
                text.parts.append(element.text or "")
            elif tag in _TRANSPARENT or not str(tag).startswith(W):
                self._enter(element, text)
            elif tag in _DROPPED:
                self.dropped.append(_all_text(element) or " ")
            elif tag in _BOXES:
                text.boxes += _text_boxes(element)
            else:
                text.parts.append(_sign(element))

    def _enter(self, element: etree._Element, text: _Text) -> None:
        if element.tag in (W + "ins", W + "moveTo"):
            self._inserted += 1
        if element.tag == W + "r" and is_hidden(element.find(W + "rPr")):
            self._hidden += 1
        elif element.tag == MC + "AlternateContent":
            self._walk(_chosen(element), text)
        else:
            self._walk(element, text)

    # ---- tables

    def _table(self, element: etree._Element) -> Iterator[Piece]:
        table = self._tables
        self._tables += 1
        open_cells: dict[int, int] = {}
        cells: list[Piece] = []
        row = 0
        for tr in _unwrapped(element, W + "tr"):
            if tr.find(f"{W}trPr/{W}del") is not None:
                self.dropped.append(_all_text(tr))
                continue
            self._row(tr, table, row, cells, open_cells)
            row += 1
        return iter(cells)

    def _row(self, tr: etree._Element, table: int, row: int, cells: list[Piece], open_cells: dict[int, int]) -> None:
        """Add the cells of one row; a cell that goes on from above makes the one above it taller instead."""
        column = number_of(tr.find(f"{W}trPr/{W}gridBefore")) or 0
        seen: set[int] = set()
        for tc in _unwrapped(tr, W + "tc"):
            properties = tc.find(W + "tcPr")
            span = max(1, min(number_of(properties.find(W + "gridSpan")) or 1, 500)) if properties is not None else 1
            merge = properties.find(W + "vMerge") if properties is not None else None
            text = "\n".join(piece.text for piece in self._flat(tc))
            if merge is not None and merge.get(W + "val", "continue") == "continue" and column in open_cells:
                place = open_cells[column]
                above = cells[place]
                cells[place] = replace(above, rows=row - (above.row or 0) + 1)
                self._hidden += bool(text.strip())  # Word does not show it either
            else:
                open_cells[column] = len(cells)
                cells.append(Piece(text, BlockKind.CELL, 0, table, row, column, 1, span))
            seen.add(column)
            column += span
        for gone in set(open_cells) - seen:
            del open_cells[gone]

    def _flat(self, tc: etree._Element) -> Iterator[Piece]:
        """The paragraphs of a cell; a table inside it becomes lines of the cell."""
        tables = self._tables
        yield from self.blocks(tc)
        self._tables = tables


def _unwrapped(parent: etree._Element, wanted: str = "") -> Iterator[etree._Element]:
    """The children, seen through content controls, insertions and alternatives."""
    for element in parent:
        if element.tag == MC + "AlternateContent":
            yield from _unwrapped(_chosen(element), wanted)
        elif element.tag in (W + "sdt", W + "sdtContent", W + "ins", W + "moveTo", W + "customXml"):
            yield from _unwrapped(element, wanted)
        elif not wanted or element.tag == wanted:
            yield element


def _chosen(alternatives: etree._Element) -> etree._Element:
    """One of the alternatives, never both: the same text box stands in each."""
    choice = alternatives.find(MC + "Choice")
    fallback = alternatives.find(MC + "Fallback")
    found = choice if choice is not None else fallback
    return alternatives if found is None else found


def _text_boxes(element: etree._Element) -> Iterable[etree._Element]:
    return [
        box
        for box in element.iter(W + "txbxContent")
        if not any(a.tag == MC + "Fallback" or a.tag == W + "txbxContent" for a in _ancestors(box, element))
    ]


def _ancestors(element: etree._Element, top: etree._Element) -> Iterator[etree._Element]:
    above = element.getparent()
    while above is not None and above is not top:
        yield above
        above = above.getparent()


def _sign(element: etree._Element) -> str:
    if element.tag in (W + "tab", W + "ptab"):
        return "\t"
    if element.tag == W + "cr" or (element.tag == W + "br" and element.get(W + "type", "") in ("", "textWrapping")):
        return "\n"
    return "-" if element.tag == W + "noBreakHyphen" else ""


def _split_at_labels(text: str) -> list[str]:
    """Paragraphs that were parted by soft line breaks only: parted where a label begins after the end of a sentence."""
    found: list[list[str]] = []
    for line in filter(str.strip, text.split("\n")):
        if found and not (found[-1][-1].rstrip().endswith(_SENTENCE_ENDS) and label_level(line.strip())):
            found[-1].append(line)
        else:
            found.append([line])
    return ["\n".join(lines) for lines in found]


def _join_label(label: str, text: str) -> str:
    text = text.lstrip()
    close = label.endswith(tuple("、．.。）)：:】]")) and text[:1] > "\u2e7f"
    return label + text if close else f"{label} {text}"


def _count_notes(package: Package, part: str) -> int:
    root = _optional(package, f"word/{part}.xml")
    if root is None:
        return 0
    kinds = (W + "footnote", W + "endnote", W + "comment")
    return sum(
        1
        for note in root
        if note.tag in kinds and note.get(W + "type", "normal") == "normal" and _all_text(note).strip()
    )
