"""One way of writing for analysis: simplified script, half-width digits, full-width punctuation, no white space.

Every character of a `Flat` knows where it stands in the source, so that what is found can be shown where it was
written and in the script in which it was written.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import opencc

_PUNCTUATION = {
    "(": "（", ")": "）", "[": "（", "]": "）", "〔": "（", "〕": "）", "【": "（", "】": "）", "﹝": "（", "﹞": "）",
    "［": "（", "］": "）", "{": "（", "}": "）", ",": "，", ";": "；", ":": "：", "︰": "：", "﹕": "：", "!": "！",
    "?": "？", "「": "“", "」": "”", "『": "“", "』": "”", "｡": "。", "､": "、", "．": ".", "　": " ", "〈": "《",
    "〉": "》", "﹑": "、", "∶": "：", "─": "—", "–": "—", "－": "-", "～": "~", "○": "〇", "О": "〇",
}  # fmt: skip


@cache
def _table() -> dict[int, str]:
    """Character to character, never one to many: offsets must stay valid."""
    table: dict[int, str] = {}
    path = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        old, _, new = line.partition("\t")
        first = new.split(" ")[0]
        if len(old) == len(first) == 1 and old != first:
            table[ord(old)] = first
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF05, 0xFF0B, 0xFF0F):
        table[code] = chr(code - 0xFEE0)
    table.update({ord(old): new for old, new in _PUNCTUATION.items()})
    return table


def plain_script(text: str) -> str:
    """The same text, same length, in the writing used for analysis; white space stays."""
    return text.translate(_table())


@dataclass(frozen=True, slots=True)
class Flat:
    """A stretch of the source without white space. `places[i]` is where character i stands in the source;
    when there was nothing to leave out, `places` is None and character i stands at `base + i`."""

    text: str
    base: int
    places: array[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` (not empty) stands in the source."""
        if self.places is None:
            return self.base + start, self.base + end
        return self.places[start], self.places[end - 1] + 1


def flatten(converted: str, start: int, end: int) -> Flat:
    """`converted` is the whole source after `plain_script`; the stretch taken is [start, end)."""
    piece = converted[start:end]
    kept = "".join(piece.split())
    if len(kept) == len(piece):
        return Flat(piece, start, None)
    places = array("l", (start + i for i, c in enumerate(piece) if not c.isspace()))
    return Flat(kept, start, places)
