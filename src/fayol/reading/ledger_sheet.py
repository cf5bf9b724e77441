"""The 督办台账 as a workbook: in, with the headers that offices use; out, with the default columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop
from fayol.reading.ledger_columns import BY_KEY, COLUMNS, TIME_COLUMNS
from fayol.reading.safety import LIMIT_BYTES
from fayol.reading.sheet import Column, NoHeader, RowProblem, Table, TableRow, read_table
from fayol.reading.sheet_dates import LedgerDate, read_date
from fayol.reading.sheet_writer import SheetBook, Written
from fayol.reading.workbook import Value, open_workbook, words


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """`row` is the sheet's own number. `values` by column key, what stands in the cell: text, whole number, date, or
    None; a date column keeps words that name no exact day. `dates` says what they mean."""

    sheet: str
    row: int
    values: Mapping[str, str | int | date | None]
    dates: Mapping[str, LedgerDate] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)
    section: str = ""

    def text(self, key: str) -> str:
        value = self.values.get(key)
        return "" if value is None else words(value)


@dataclass(frozen=True, slots=True)
class LedgerSheet:
    rows: tuple[LedgerRow, ...]
    problems: tuple[RowProblem, ...]
    unknown_columns: tuple[str, ...]
    title: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def blocking(self) -> tuple[RowProblem, ...]:
        return tuple(problem for problem in self.problems if problem.blocking)


def read_ledger(
    source: Path | bytes, *, name: str, today: date | None = None, limit_bytes: int = LIMIT_BYTES
) -> LedgerSheet:
    """All rows of all visible sheets that have the required columns. `today` gives dates without a year theirs.

    Refused as in `load.read`, when no sheet has the columns 督办事项 and 牵头单位 under any of their names
    (missing_headers: names what is missing and what was found), and when there is no row below them (no_rows).
    """
    book = open_workbook(source, name=name, limit_bytes=limit_bytes)
    tables: list[Table] = []
    failed: list[NoHeader] = []
    for grid in book.grids:
        found = read_table(grid, (*COLUMNS, *TIME_COLUMNS), sections=True)
        if isinstance(found, Table):
            tables.append(found)
        else:
            failed.append(found)
    if not tables:
        raise _missing(name, failed)
    several = len(book.grids) > 1
    read = [_Reading(table, several, today) for table in tables]
    rows = tuple(row for one in read for row in one.rows())
    if not rows:
        sentence = gettext_noop("“{name}”只有表头，没有数据行。请在表头下面逐行填写后再导入。")
        raise Refused("no_rows", sentence, field="file", name=name)
    skipped = [f"工作表“{one.sheet}”没有认出表头（缺少：{'、'.join(one.missing)}），没有读取。" for one in failed]
    return LedgerSheet(
        rows=rows,
        problems=tuple(problem for one in read for problem in one.problems),
        unknown_columns=tuple(dict.fromkeys(label for table in tables for label in table.unknown)),
        title=next((table.title for table in tables if table.title), ""),
        warnings=(*book.warnings, *skipped),
    )


def write_ledger(rows: Iterable[Mapping[str, Written]], *, title: str) -> bytes:
    """A workbook with the default columns; mappings by column key, unknown keys are left out."""
    book = SheetBook()
    book.add("督办台账", COLUMNS, rows, title=title, frozen=5)
    return book.saved()


def _missing(name: str, failed: list[NoHeader]) -> Refused:
    if not failed:
        return Refused(
            "no_text", gettext_noop("“{name}”里没有可见的数据，请检查是否选错了文件。"), field="file", name=name
        )
    closest = min(failed, key=lambda one: (len(one.missing), -len(one.found)))
    return Refused(
        "missing_headers",
        gettext_noop("“{name}”的工作表“{sheet}”缺少必需的列：{missing}。现有的列：{found}。请补上这些列名（或改成常用叫法）再导入。"),
        field="file", name=name, sheet=closest.sheet, missing="、".join(closest.missing),
        found="、".join(closest.found) or gettext_noop("（没有认出表头）"),
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------- rows


class _Reading:
    """One table on its way to rows; collects what is wrong."""

    def __init__(self, table: Table, several: bool, today: date | None) -> None:
        self._table = table
        self._sheet = table.sheet if several else ""
        self._today = today
        self._fractions = _are_fractions(table)
        self.problems: list[RowProblem] = []

    def rows(self) -> Iterator[LedgerRow]:
        for row in self._table.rows:
            dates: dict[str, LedgerDate] = {}
            values = {c.key: self._value(row, c, dates) for c in COLUMNS if c.key in row.values}
            if not any(value is not None for key, value in values.items() if key != "number"):
                continue
            self._check_required(row, values)
            yield LedgerRow(self._table.sheet, row.number, values, dates, row.extras, row.section)

    def _check_required(self, row: TableRow, values: Mapping[str, object]) -> None:
        if values.get("item") is None:
            self._note(row, "item", "没有写事项内容，请补填或删去这一行。", "no_item")
        if values.get("lead") is None:
            self._note(row, "lead", "没有写牵头单位，导入后须由经办人补上。", "no_lead", blocking=False)

    def _value(self, row: TableRow, column: Column, dates: dict[str, LedgerDate]) -> str | int | date | None:
        value = row.values[column.key]
        if words(value) == "":
            return None
        if column.kind == "date":
            return self._date(row, column, value, dates)
        if column.kind == "percent":
            return self._percent(row, column, value)
        if column.kind == "number":
            return _whole(value)
        return words(value)

    def _percent(self, row: TableRow, column: Column, value: Value) -> str | int | None:
        text = words(value)
        number = re.fullmatch(r"(-?\d{1,6}(?:\.\d{1,10})?)\s*[%％]?", text)
        if number is None:
            if column.key == "progress":
                self._note(
                    row, column.key, f"“{text[:20]}”不是百分数，请填 0 到 100。", "not_a_percentage", blocking=False
                )
            return text
        share = float(number[1]) * (100 if self._fractions and not isinstance(value, str) else 1)
        if not 0 <= share <= 100:
            self._note(row, column.key, f"“{text[:20]}”不在 0 到 100 之间，请改正。", "not_a_percentage")
            return text
        return round(share)

    def _date(self, row: TableRow, column: Column, value: Value, dates: dict[str, LedgerDate]) -> str | date | None:
        if isinstance(value, date):
            found = _plain_date(value)
            dates[column.key] = LedgerDate(words(value), found.date() if isinstance(found, datetime) else found)
            return found
        meant = read_date(words(value), today=self._today)
        dates[column.key] = meant
        self._note_date(row, column, meant)
        return meant.on if meant.exact else meant.words

    def _note_date(self, row: TableRow, column: Column, meant: LedgerDate) -> None:
        said = meant.words[:20]
        if "impossible_date" in meant.flags:
            self._note(row, column.key, f"“{said}”这一天不存在，请改成真实的日期。", "impossible_date")
        elif meant.on is None and meant.rule is None:
            self._note(
                row, column.key, f"“{said}”看不出是哪一天，先按原文保留，请核对。", "unread_date", blocking=False
            )
        elif meant.on is None:
            self._note(row, column.key, f"“{said}”没有确定的日期，先按原文保留，请核对。", "vague_date", blocking=False)
        elif "assumed_year" in meant.flags:
            said_year = f"“{said}”没有写年份，按 {meant.on.year} 年理解，请核对。"
            self._note(row, column.key, said_year, "assumed_year", blocking=False)

    def _note(self, row: TableRow, key: str, message: str, code: str, *, blocking: bool = True) -> None:
        header = self._table.headers.get(key, BY_KEY[key].header)
        self.problems.append(RowProblem(row.number, header, message, code, self._sheet, blocking))


def _are_fractions(table: Table) -> bool:
    """Excel keeps 60 % as 0.6: a column whose numbers never exceed 1, with one between, is such a column."""
    numbers = [
        v for row in table.rows if isinstance(v := row.values.get("progress", ""), (int, float)) and v is not True
    ]
    return bool(numbers) and max(numbers) <= 1 and any(0 < n < 1 for n in numbers)


def _whole(value: Value) -> str | int:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return int(value)
    text = words(value)
    return int(text) if re.fullmatch(r"0|[1-9]\d{0,8}", text) else text


def _plain_date(value: date) -> date:
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    return value
