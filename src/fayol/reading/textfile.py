"""Plain text in whatever encoding it came, and pasted text."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop
from fayol.reading import plain
from fayol.reading.marking import refuse_marked_text
from fayol.reading.pieces import Piece, mark_title, no_text, refuse_length, storable, with_level
from fayol.reading.source import BlockKind, Source

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: bytes, *, name: str) -> str:
    """UTF-8, UTF-16 and UTF-32 with a mark, UTF-16 without one, GB 18030, Big5; refused when it is no text at all."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = _try(data, encoding)
            break
    else:
        text = _without_mark(data)
    if text is None or len(text) - len(_CONTROL.sub("", text)) > len(text) // 100:
        raise Refused(
            "not_text",
            gettext_noop(
                "“{name}”不是文本文件，或编码无法识别。请用记事本打开、以 UTF-8 另存，或直接把文字粘贴进来。"
            ),
            field="file", name=name,
        )  # fmt: skip
    return text


def _without_mark(data: bytes) -> str | None:
    text = _try(data, "utf-8")
    if text is not None and "\0" not in text:
        return text
    if len(data) % 2 == 0 and data.count(b"\0") * 20 >= len(data):
        little = data[1::2].count(0) >= data[0::2].count(0)
        return _try(data, "utf-16-le" if little else "utf-16-be")
    candidates = [
        (_common(data, first, last), text)
        for encoding, first, last in (("gb18030", 0xB0, 0xD7), ("big5hkscs", 0xA4, 0xC6))
        if (text := _try(data, encoding)) is not None
    ]
    return max(candidates, key=lambda candidate: candidate[0])[1] if candidates else None


def _common(data: bytes, first: int, last: int) -> float:
    """Share of the double-byte characters whose lead byte lies where that encoding keeps its common characters."""
    leads = []
    place = 0
    while place < min(len(data), 20_000):
        if data[place] >= 0x81:
            leads.append(data[place])
            place += 1
        place += 1
    return sum(first <= lead <= last for lead in leads) / len(leads) if leads else 0.0


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, ValueError):
        return None


def from_text(text: str, *, name: str, kind: str) -> Source:
    """The text as given, but for characters that cannot be stored; titles and headings marked in its blocks."""
    refuse_marked_text(text, name=name)
    text = storable(text)
    refuse_length(len(text), name=name)
    source = plain.from_text(text, name, kind=kind)
    if not source.blocks:
        raise no_text(name)
    cells = [b.kind is BlockKind.CELL for b in source.blocks]
    pieces = [Piece(source.slice(b), b.kind, b.level, b.table) for b in source.blocks]
    dressed = mark_title([with_level(piece) for piece in pieces])
    blocks = [
        block if cell else replace(block, kind=piece.kind, level=piece.level)
        for block, piece, cell in zip(source.blocks, dressed, cells, strict=True)
    ]
    return replace(source, blocks=tuple(blocks))
