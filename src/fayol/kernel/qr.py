"""An address as a QR code: a path to be drawn on a page, or a picture for a document."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

import segno

QUIET = 4  # modules around the code, as ISO/IEC 18004 asks for
_LEVEL = "m"  # 15 % may be lost: paper is folded, copied and written on


@dataclass(frozen=True)
class Code:
    """`size` modules wide and high, with the quiet zone; `path` (SVG) fills the dark ones."""

    size: int
    path: str


def drawn(text: str) -> Code:
    rows = [bytes(row) for row in _code(text).matrix_iter(border=QUIET)]
    return Code(len(rows), "".join(_run(x, y, n) for y, row in enumerate(rows) for x, n in _runs(row)))


def png(text: str) -> bytes:
    out = BytesIO()
    _code(text).save(out, kind="png", scale=8, border=QUIET)
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make(text, error=_LEVEL, micro=False)


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Where dark modules stand side by side: first and number."""
    found, at = [], 0
    for dark, group in groupby(row):
        n = len(list(group))
        if dark:
            found.append((at, n))
        at += n
    return found


def _run(x: int, y: int, n: int) -> str:
    return f"M{x} {y}h{n}v1h-{n}z"
