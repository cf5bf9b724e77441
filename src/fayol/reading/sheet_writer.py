"""Writing a table that prints well, filters at once and cannot run anything."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from fayol.reading.pieces import storable
from fayol.reading.sheet import Column

Written = str | int | float | date | None

MOST_IN_A_CELL = 32_767
_CUT = "……（内容过长，已截断）"
_BODY = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C9CDD4"}
_HEAD = {**_BODY, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#EDEFF2"}
_TITLE = {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}
_FORMULA_START = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


class SheetBook:
    """A workbook in the making; `add` one sheet after another, then `saved`.

    Written into `out`, rows go to disk as they come, so that memory does not grow with them.
    """

    def __init__(self, out: BinaryIO | None = None) -> None:
        self._out = io.BytesIO()
        self._book = xlsxwriter.Workbook(out or self._out, {"constant_memory": True} if out else {"in_memory": True})
        self._formats: dict[str, Format] = {
            "head": self._book.add_format(_HEAD),
            "title": self._book.add_format(_TITLE),
            "text": self._book.add_format(_BODY),
            # Text that begins like a formula stays text also after somebody edits the cell.
            "quoted": self._book.add_format({**_BODY, "quote_prefix": True}),
            "percent": self._book.add_format({**_BODY, "num_format": '0"%"'}),
            "date": self._book.add_format({**_BODY, "num_format": "yyyy-mm-dd"}),
            "moment": self._book.add_format({**_BODY, "num_format": "yyyy-mm-dd hh:mm"}),
        }

    def add(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Mapping[str, Written]],
        *,
        title: str = "",
        frozen: int = 0,
    ) -> None:
        """A sheet: the title over all columns if there is one, the header, one row a mapping (by column key; what is
        missing is empty). The header and the first `frozen` columns stay in sight."""
        page = self._book.add_worksheet(sheet_name(name))
        top = 1 if title else 0
        if title:
            page.merge_range(0, 0, 0, len(columns) - 1, "", self._formats["title"])
            page.write_string(0, 0, storable(title), self._formats["title"])
            page.set_row(0, 32)
        for c, column in enumerate(columns):
            page.set_column(c, c, column.width)
            page.write_string(top, c, column.header, self._formats["head"])
        last = top
        for last, row in enumerate(rows, top + 1):
            for c, column in enumerate(columns):
                self._write(page, last, c, row.get(column.key), column)
        page.freeze_panes(top + 1, frozen)
        page.autofilter(top, 0, last, len(columns) - 1)
        _print_on_a4(page, top)

    def saved(self) -> bytes:
        """The workbook; nothing when it was written into `out`."""
        self._book.close()
        return self._out.getvalue()

    def _write(self, page: Worksheet, row: int, column: int, value: Written, kind: Column) -> None:
        formats = self._formats
        if value is None or value == "":
            page.write_blank(row, column, None, formats["text"])
        elif isinstance(value, str):
            text = _cut(storable(value))
            page.write_string(row, column, text, formats["quoted" if text.startswith(_FORMULA_START) else "text"])
        elif isinstance(value, date):
            page.write_datetime(row, column, value, formats["moment" if isinstance(value, datetime) else "date"])
        else:
            page.write_number(row, column, value, formats["percent" if kind.kind == "percent" else "text"])


def sheet_name(name: str) -> str:
    """A name that Excel takes: no []:*?/\\, at most 31 characters, never empty."""
    return re.sub(r"[\[\]:*?/\\]", " ", storable(name)).strip(" '")[:31] or "台账"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_IN_A_CELL else text[: MOST_IN_A_CELL - len(_CUT)] + _CUT


def _print_on_a4(page: Worksheet, header: int) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, header)
    page.set_footer("&C第 &P 页 共 &N 页")
