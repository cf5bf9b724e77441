"""From lines on pages to paragraphs. Chinese lines wrap without a space or hyphen, so what ends a paragraph has to be
seen from where lines begin and end; page numbers and running heads are dropped first.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from fayol.reading.pieces import Piece, label_level

_PAGE_NUMBER = re.compile(
    r"^\s*(?:[-—–－―~·•]*\s*\d{1,4}\s*[-—–－―~·•]*|第\s*\d{1,4}\s*页(?:\s*[,，/／]?\s*共\s*\d{1,4}\s*页)?|\d{1,4}\s*[/／]\s*\d{1,4}|Page\s+\d+(?:\s+of\s+\d+)?)\s*$",
    re.IGNORECASE,
)
_NO_LINE_START = "，。、；：？！）》」』】〕”’…—,.;:?!)]}%％"
_NO_LINE_END = "（《「『【〔“‘([{"
_ENDS = ("。", "；", "：", "！", "？", "）", ")", ";", ":", ".")
_MARGIN = 0.12


@dataclass(frozen=True, slots=True)
class Line:
    """One line; lengths in points from the top left; `chars` are (text, x0, x1)."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    chars: tuple[tuple[str, float, float], ...] = ()


@dataclass(slots=True)
class PageLines:
    """`tables` are (top, cells) in the order of the page."""

    height: float
    width: float
    lines: list[Line]
    tables: list[tuple[float, list[Piece]]] = field(default_factory=list)


def paragraphs(pages: list[PageLines]) -> tuple[list[Piece], list[str]]:
    """The pieces in reading order, and the texts of the dropped heads, feet and page numbers."""
    dropped = _drop_margins(pages)
    every = [line for page in pages for line in page.lines]
    if not every:
        return [cell for page in pages for _, cells in page.tables for cell in cells], dropped
    column = _column_of(every)
    body = median(line.size for line in every)
    gap = _usual_gap(pages)
    pieces: list[Piece] = []
    open_lines: list[Line] = []

    def close() -> None:
        if open_lines:
            pieces.append(Piece(_join(open_lines)))
            open_lines.clear()

    for page in pages:
        own = _column_of(page.lines) if len(page.lines) >= 8 else column
        tables = sorted(page.tables, key=lambda t: t[0])
        first = True
        for line in page.lines:
            while tables and tables[0][0] < line.top:
                close()
                pieces += tables.pop(0)[1]
            if open_lines and _parted(open_lines[-1], line, own, body, 0.0 if first else gap):
                close()
            open_lines.append(line)
            first = False
        for _, cells in tables:
            close()
            pieces += cells
    close()
    return pieces, dropped


# -------------------------------------------------------------------------------------------------- page margins


def _drop_margins(pages: list[PageLines]) -> list[str]:
    """Take page numbers and lines that come back on most pages out of the top and bottom margins."""
    counts = Counter(key for page in pages for key in {_key(line) for line in page.lines if _in_margin(line, page)})
    needed = max(2, (len(pages) + 1) // 2)
    dropped: list[str] = []
    for page in pages:
        kept: list[Line] = []
        for line in page.lines:
            repeated = len(pages) > 1 and counts[_key(line)] >= needed
            if _in_margin(line, page) and (repeated or _is_page_number(line, page)):
                dropped.append(line.text)
            else:
                kept.append(line)
        page.lines = kept
    return dropped


def _in_margin(line: Line, page: PageLines) -> bool:
    return line.bottom < page.height * _MARGIN or line.top > page.height * (1 - _MARGIN)


def _is_page_number(line: Line, page: PageLines) -> bool:
    return bool(_PAGE_NUMBER.match(line.text)) and line in (page.lines[0], page.lines[-1])


def _key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", "".join(line.text.split())), round(line.top / 6)


# ---------------------------------------------------------------------------------------------------- paragraphs


def _column_of(lines: list[Line]) -> tuple[float, float]:
    """Left and right edge of the text."""
    lefts = sorted(line.x0 for line in lines)
    rights = sorted(line.x1 for line in lines)
    return lefts[len(lefts) // 20], rights[-1 - len(rights) // 20]


def _usual_gap(pages: list[PageLines]) -> float:
    steps = [b.top - a.top for page in pages for a, b in zip(page.lines, page.lines[1:], strict=False) if b.top > a.top]
    return median(steps) if steps else 0.0


def _parted(before: Line, line: Line, column: tuple[float, float], body: float, gap: float) -> bool:
    """Does a new paragraph begin with `line`? `gap` is the usual step between lines, 0 at the top of a page."""
    left, right = column
    if abs(before.size - line.size) > 1:
        return True
    if _is_centred(before, column) and _is_centred(line, column) and line.size > body + 1:
        return False
    if gap and line.top - before.top > gap * 1.45:
        return True
    if line.x0 > left + 1.2 * line.size:
        return True
    room = right - before.x1 - _first_token(line)
    if room >= -0.3 * line.size and (before.text.endswith(_ENDS) or room > 1.5 * line.size):
        return True
    return bool(label_level(line.text)) and before.text.endswith(_ENDS)


def _is_centred(line: Line, column: tuple[float, float]) -> bool:
    left, right = line.x0 - column[0], column[1] - line.x1
    return left > 1.2 * line.size and abs(left - right) < 2.5 * line.size


def _first_token(line: Line) -> float:
    """Width of what could not have been parted from the first sign of `line`: had it fitted, the writer ended there."""
    start = line.chars[0][1] if line.chars else line.x0
    end = start
    glued = True
    for text, _x0, x1 in line.chars:
        if not glued and text not in _NO_LINE_START:
            break
        end = x1
        glued = text in _NO_LINE_END or (text.isascii() and (text.isalnum() or text in "-_/."))
    return end - start


def _join(lines: list[Line]) -> str:
    text = lines[0].text
    for line in lines[1:]:
        latin = text[-1:].isascii() and line.text[:1].isascii() and text[-1:].isalnum() and line.text[:1].isalnum()
        text += (" " if latin else "") + line.text
    return text
