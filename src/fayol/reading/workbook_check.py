"""How much room the sheets of a workbook would take, seen before anything is laid out."""

from __future__ import annotations

import re
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

MOST_ROWS = 100_000
MOST_COLUMNS = 1_000
MOST_CELLS = 3_000_000
MOST_CHARACTERS_SHOWN = 30_000_000

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,4})\$?(\d{1,8})$")
_MARGINS = frozenset(("oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter"))
_FOOTER_CODES = re.compile(r"&(?:[LCRPNDTFAZGBIUESXYHO+-]|\d+|\"[^\"]*\"|K[0-9A-F]{6})")


class Lengths(ContentHandler):
    """The length of every shared string."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        if name.rpartition(":")[2] == "si":
            self.lengths.append(0)

    def characters(self, content: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(content)


class Look(ContentHandler):
    """What a look through the parts shows before anything is laid out: how much room sheets would take, formulas
    without a result, page headers and footers. Any part may be a sheet; what counts is that it holds sheet data."""

    def __init__(self, lengths: list[int]) -> None:
        super().__init__()
        self.cells = self.characters_shown = self.uncalculated = 0
        self.margins: list[str] = []
        self._lengths = lengths
        self._gather: list[str] | None = None
        self._value: list[str] | None = None
        self._formula = self._has_value = self._shared = self._in_data = False
        self._row = self._column = self._widest = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        tag = name.rpartition(":")[2]
        if tag == "sheetData":
            self._in_data = True
            self._row = self._column = self._widest = 0
        elif tag == "row" and self._in_data:
            self._row = max(self._row, _int(attrs.get("r", ""), self._row + 1))
            self._column = 0
        elif tag == "c" and self._in_data:
            self._cell(attrs.get("r", ""))
            self._formula = self._has_value = False
            self._shared = attrs.get("t", "") == "s"
        elif tag == "f":
            self._formula = True
        elif tag in ("v", "is"):
            self._value = []
        elif tag in _MARGINS:
            self._gather = []

    def endElement(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.uncalculated += self._formula and not self._has_value
        elif tag in ("v", "is"):
            self._end_value()
        elif tag == "sheetData":
            self._in_data = False
            self.cells += self._row * self._widest
            if self._row > MOST_ROWS or self._widest > MOST_COLUMNS or self.cells > MOST_CELLS:
                raise TooWide
        elif self._gather is not None:
            self.margins.append(_FOOTER_CODES.sub("\n", "".join(self._gather)))
            self._gather = None

    def characters(self, content: str) -> None:
        if self._gather is not None:
            self._gather.append(content)
        elif self._value is not None:
            self._value.append(content)

    def _end_value(self) -> None:
        """A shared string is laid out anew in every cell that shows it."""
        text = "".join(self._value or ())
        self._value = None
        self._has_value = self._has_value or bool(text)
        index = _int(text.strip(), -1) if self._shared else -1
        self.characters_shown += self._lengths[index] if 0 <= index < len(self._lengths) else len(text)
        if self.characters_shown > MOST_CHARACTERS_SHOWN:
            raise TooWide

    def _cell(self, reference: str) -> None:
        found = _REFERENCE.match(reference)
        if found:
            self._column = _column(found[1])
            self._row = max(self._row, int(found[2]))
        else:
            self._column += 1
        self._widest = max(self._widest, self._column)


class TooWide(Exception):
    """A sheet that would take too much memory."""


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _int(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default
