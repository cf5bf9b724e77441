"""Workbooks as grids of words: the one way by which sheets are opened, for documents, ledgers and organisations.

The package is checked and packed anew before calamine sees it, because calamine lays a sheet out in full: one cell
in the last column of the last row would ask for all the memory there is.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop
from fayol.reading.marking import refuse_marked_name, refuse_marked_text
from fayol.reading.pieces import tidy
from fayol.reading.safety import EXCEL, LIMIT_BYTES, Package, damaged, kind_of, read_bytes
from fayol.reading.workbook_check import MOST_COLUMNS, Lengths, Look, TooWide

MOST_MERGED_CELLS = 500_000

Value = int | float | str | bool | date | datetime | time | timedelta


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, all four counted from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """One visible sheet. `rows[r][c]` is the cell of sheet row r + 1, column c + 1; empty cells are ''.

    Only the first cell of a merged range carries its value, as in the file.
    """

    name: str
    rows: tuple[tuple[Value, ...], ...]
    merges: tuple[Merge, ...] = ()

    def words(self, row: int, column: int) -> str:
        """The cell as people read it; '' outside the sheet."""
        if row < len(self.rows) and column < len(self.rows[row]):
            return words(self.rows[row][column])
        return ""


@dataclass(frozen=True, slots=True)
class Workbook:
    grids: tuple[Grid, ...]
    warnings: tuple[str, ...] = ()


def open_workbook(source: Path | bytes, *, name: str, limit_bytes: int = LIMIT_BYTES) -> Workbook:
    """The visible sheets with anything on them; refused as in `load.read`, and when the file is no workbook."""
    refuse_marked_name(name)
    data = read_bytes(source, name=name, limit=limit_bytes)
    if kind_of(data, name=name) != EXCEL:
        sentence = gettext_noop("“{name}”不是 Excel 工作簿。请上传 .xlsx 文件（可先下载模板）。")
        raise Refused("not_a_workbook", sentence, field="file", name=name)
    return read_workbook(data, name=name)


def read_workbook(data: bytes, *, name: str) -> Workbook:
    """As `open_workbook`, for bytes already known to be a workbook."""
    try:
        return _read(data, name)
    except Refused:
        raise
    except Exception:  # calamine raises its own kinds and, on hostile input, others
        raise damaged(name) from None


def _read(data: bytes, name: str) -> Workbook:
    lean, look = _checked(data, name)
    warnings: list[str] = []
    grids: list[Grid] = []
    with CalamineWorkbook.from_filelike(io.BytesIO(lean)) as book:
        hidden = [s.name for s in book.sheets_metadata if s.visible != SheetVisibleEnum.Visible]
        shown = [
            s.name
            for s in book.sheets_metadata
            if s.visible == SheetVisibleEnum.Visible and s.typ == SheetTypeEnum.WorkSheet
        ]
        every = [
            _grid(book.get_sheet_by_name(s.name), name)
            for s in book.sheets_metadata
            if s.typ == SheetTypeEnum.WorkSheet
        ]
    _refuse_marks(every, look, name)
    grids = [grid for grid in every if grid.name in shown and grid.rows]
    if hidden:
        warnings.append(f"隐藏的工作表没有读取：{'、'.join(hidden)}。")
    if look.uncalculated:
        warnings.append(
            f"有 {look.uncalculated} 个公式没有存下计算结果，按空白读取。请用 Excel/WPS 打开保存一次再上传。"
        )
    return Workbook(tuple(grids), tuple(warnings))


def _refuse_marks(grids: list[Grid], look: Look, name: str) -> None:
    for grid in grids:
        refuse_marked_text(
            "\n".join("\t".join(words(v) for v in row) for row in grid.rows), margins=[grid.name], name=name
        )
    refuse_marked_text("", margins=look.margins, name=name)


def _clean(value: Value) -> Value:
    return tidy(value) if isinstance(value, str) and value else value


def _grid(sheet: CalamineSheet, name: str) -> Grid:
    rows = [tuple(_clean(value) for value in row) for row in sheet.to_python(skip_empty_area=False)]
    while rows and all(value == "" for value in rows[-1]):
        rows.pop()
    height = len(rows)
    merges = [
        Merge(top, left, min(bottom, height - 1), right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        if top < height and left < MOST_COLUMNS
    ]
    if sum((m.bottom - m.top + 1) * (min(m.right, MOST_COLUMNS) - m.left + 1) for m in merges) > MOST_MERGED_CELLS:
        raise _too_large(name)
    return Grid(sheet.name, tuple(rows), tuple(merges))


# ------------------------------------------------------------------------------------------------------ safety


def _checked(data: bytes, name: str) -> tuple[bytes, Look]:
    """The package made anew from the XML parts that passed, uncompressed, and what was seen in them."""
    package = Package(data, name=name)
    parts = [part for part in package.names if part.lower().endswith((".xml", ".rels"))]
    shared = [part for part in parts if part.lower() == "xl/sharedstrings.xml"]
    lengths = Lengths()
    look = Look(lengths.lengths)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as lean:
        for part in shared:
            lean.writestr(part, package.read_xml(part, lengths))
        try:
            for part in parts:
                if part not in shared:
                    lean.writestr(part, package.read_xml(part, look))
        except TooWide:
            raise _too_large(name) from None
    return out.getvalue(), look


def _too_large(name: str) -> Refused:
    sentence = gettext_noop(
        "“{name}”的工作表太大（行列范围异常）。请删去数据区以外的行和列，或只复制需要的内容到新表再上传。"
    )
    return Refused("sheet_too_large", sentence, field="file", name=name)


# ------------------------------------------------------------------------------------------------------- words


def words(value: Value) -> str:
    """The value as people read it: whole numbers without point, dates as YYYY-MM-DD; text is tidy already."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.12g}" if value != int(value) or abs(value) >= 1e15 else str(int(value))
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _moment(value: datetime) -> str:
    if value.time() == time():
        return value.date().isoformat()
    return value.strftime("%Y-%m-%d %H:%M")


def spread(grid: Grid) -> list[list[Value]]:
    """The cells with the value of every merged range repeated over the whole range."""
    rows = [list(row) for row in grid.rows]
    for merge in grid.merges:
        value = rows[merge.top][merge.left] if merge.left < len(rows[merge.top]) else ""
        for row in rows[merge.top : merge.bottom + 1]:
            for column in range(merge.left, min(merge.right + 1, len(row))):
                row[column] = value
    return rows


def merge_at(grid: Grid) -> dict[tuple[int, int], Merge]:
    """Merged ranges by their first cell."""
    return {(merge.top, merge.left): merge for merge in grid.merges}


def covered(grid: Grid) -> Iterator[tuple[int, int]]:
    """Cells hidden under a merged range."""
    for merge in grid.merges:
        for row in range(merge.top, merge.bottom + 1):
            width = len(grid.rows[row])
            yield from (
                (row, c) for c in range(merge.left, min(merge.right + 1, width)) if (row, c) != (merge.top, merge.left)
            )
