"""Run as `python -m fayol.reading.pdf_child`: a PDF on standard input, JSON on standard output; see pdf.py.

Out: {"refused": code} or {"pieces": [...], "margins": [texts dropped from the page], "warnings": [...]}.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from fayol.reading.pdf_layout import Line, PageLines, paragraphs
from fayol.reading.pieces import Piece
from fayol.reading.source import BlockKind

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 80
MOST_PAGES = 1_500
_FEW = 8


@dataclass(slots=True)
class _Found:
    pages: list[PageLines] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    tables: int = 0
    margins: list[str] = field(default_factory=list)


def read(data: bytes) -> dict[str, Any]:
    """In this process and without ceilings; for the child."""
    import pdfplumber

    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                return {"refused": "too_complex"}
            found = _gather(pdf)
    except Exception as error:  # pdfminer raises anything on hostile input
        return {"refused": _reason(error)}
    if not found.pages and not found.empty:
        return {"refused": "damaged"}
    if not any(page.lines or page.tables for page in found.pages):
        return {"refused": "scanned"}
    pieces, dropped = paragraphs(found.pages)
    return {"pieces": [asdict(p) for p in pieces], "margins": [*found.margins, *dropped], "warnings": _warnings(found)}


def _reason(error: BaseException | None) -> str:
    """pdfplumber wraps what pdfminer raised, so the chain of causes is asked."""
    while error is not None:
        if isinstance(error, MemoryError):
            return "too_complex"
        if "Password" in repr(error) or "Encryption" in repr(error):
            return "password"
        error = error.__cause__ or error.__context__
    return "damaged"


def _warnings(found: _Found) -> list[str]:
    warned = []
    if found.empty:
        pages = "、".join(map(str, found.empty[:20]))
        warned.append(f"第 {pages} 页没有文字（可能是扫描的图片），没有读取。请人工查看。")
    return warned


def _gather(pdf: Any) -> _Found:
    found = _Found()
    found.margins += [str(value) for value in (pdf.metadata or {}).values() if isinstance(value, str)]
    for page in pdf.pages:
        upright = page.filter(lambda o: o["object_type"] != "char" or o.get("upright", True)).dedupe_chars()
        found.margins.append("".join(o["text"] for o in page.chars if not o.get("upright", True)))
        if len("".join(c["text"] for c in upright.chars).strip()) < _FEW and (page.images or not upright.chars):
            found.empty.append(page.page_number)
            found.margins.append("".join(c["text"] for c in upright.chars))
        else:
            found.pages.append(_page(upright, found))
        page.close()
    return found


def _page(page: Any, found: _Found) -> PageLines:
    tables = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.columns) > 1]
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda o: o["object_type"] != "char" or not any(_inside(o, box) for box in boxes))
    lines = [_line(line) for line in outside.extract_text_lines(x_tolerance=2, y_tolerance=3) if line["text"].strip()]
    grids = []
    for table in tables:
        grids.append((float(table.bbox[1]), list(_cells(table, found.tables))))
        found.tables += 1
    return PageLines(float(page.height), float(page.width), lines, grids)


def _inside(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _line(line: dict[str, Any]) -> Line:
    chars = line["chars"]
    size = sorted(c["size"] for c in chars)[len(chars) // 2]
    places = tuple((c["text"], float(c["x0"]), float(c["x1"])) for c in chars)
    return Line(
        _spaced(places, size),
        float(line["x0"]),
        float(line["x1"]),
        float(line["top"]),
        float(line["bottom"]),
        float(size),
        places,
    )


def _spaced(chars: tuple[tuple[str, float, float], ...], size: float) -> str:
    """The line with a space only where one can be meant: a gap in Latin text, or one as wide as a Chinese character."""
    text = ""
    end = None
    for sign, x0, x1 in chars:
        if end is not None and sign.strip() and not text.endswith(" "):
            latin = text[-1:].isascii() and sign.isascii()
            text += " " if x0 - end > size * (0.2 if latin else 0.9) else ""
        if sign.strip() or text[-1:].isascii():
            text += sign
        end = x1
    return " ".join(text.split())


def _cells(table: Any, number: int) -> Iterator[Piece]:
    """Each cell once, with the rows and columns it spans, from the lines of the grid."""
    tops = sorted({round(cell[1], 1) for cell in table.cells})
    lefts = sorted({round(cell[0], 1) for cell in table.cells})
    page = table.page
    for cell in sorted(table.cells, key=lambda c: (round(c[1], 1), c[0])):
        x0, top, x1, bottom = cell
        text = "".join(_joined(page.crop(cell, strict=False).extract_text() or ""))
        row, column = tops.index(round(top, 1)), lefts.index(round(x0, 1))
        rows = sum(1 for t in tops if top - 1 <= t < bottom - 1)
        columns = sum(1 for left in lefts if x0 - 1 <= left < x1 - 1)
        yield Piece(text, BlockKind.CELL, 0, number, row, column, max(rows, 1), max(columns, 1))


def _joined(text: str) -> Iterator[str]:
    """Wrapped lines of a cell: joined without a space unless both sides are Latin."""
    before = ""
    for line in filter(None, map(str.strip, text.split("\n"))):
        if before and before[-1].isascii() and line[0].isascii() and before[-1].isalnum() and line[0].isalnum():
            yield " "
        yield line
        before = line


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: only the time is limited, by the parent
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))


def main() -> None:
    _limit()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    try:
        answer = read(sys.stdin.buffer.read())
    except MemoryError:
        answer = {"refused": "too_complex"}
    sys.stdout.write(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
