"""Tables as offices really fill them in: a title above the header, headers in any order and under other names, over
two rows, merged cells, section rows, several sheets. Shared by the ledger and the organisation workbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fayol.kernel.text import squeeze
from fayol.reading.workbook import Grid, Value, spread, words

HEADER_WITHIN = 15
"""Rows looked at for the header."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that we know. `kind`: text, number, percent or date. `width` in characters, for writing."""

    key: str
    header: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    kind: str = "text"
    width: int = 12


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one row, for people: `row` is the number that Excel shows (0: the whole sheet), `column` the
    header as it stands in the sheet. A problem that is not `blocking` asks to be looked at and lets the row pass."""

    row: int
    column: str
    message: str
    code: str
    sheet: str = ""
    blocking: bool = True

    def __str__(self) -> str:
        where = (f"工作表“{self.sheet}”" if self.sheet else "") + (f"第 {self.row} 行" if self.row else "")
        return f"{where}{f'“{self.column}”' if self.column else ''}：{self.message}"


@dataclass(frozen=True, slots=True)
class TableRow:
    """`values` by column key, '' where empty; `extras` are the filled cells of unknown columns by their header."""

    number: int
    values: Mapping[str, Value]
    extras: Mapping[str, str] = field(default_factory=dict)
    section: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`headers` by column key, as written in the sheet."""

    sheet: str
    title: str
    headers: Mapping[str, str]
    unknown: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class NoHeader:
    """A sheet in which the required columns were not found together in one row."""

    sheet: str
    found: tuple[str, ...]
    missing: tuple[str, ...]


def read_table(grid: Grid, columns: Sequence[Column], *, sections: bool = False) -> Table | NoHeader:
    """The table of one sheet. Merged cells count for every row they span; a repeated header and empty rows are passed
    over. With `sections` a row that is one merged or lone text without any required value opens a section."""
    cells = spread(grid)
    known = _names(columns)
    top, height, places = _find_header(grid, cells, known)
    required = [column for column in columns if column.required]
    missing = tuple(column.header for column in required if column.key not in places)
    if missing or not places:
        return NoHeader(grid.name, _filled(cells, top), missing or tuple(c.header for c in columns[:3]))
    labels = _labels(cells, top, height)
    used = {place for found in places.values() for place in found}
    unknown = [(c, label) for c, label in enumerate(labels) if label and c not in used]
    headers = {key: labels[found[0]] for key, found in places.items()}
    body = _Body(grid, cells, places, unknown, frozenset(c.key for c in required), labels, sections)
    title = next((words(v) for row in cells[:top] for v in row if words(v)), "")
    return Table(
        grid.name, title, headers, tuple(dict.fromkeys(label for _, label in unknown)), tuple(body.rows(top + height))
    )


# ------------------------------------------------------------------------------------------------------ header


def header_key(text: str) -> str:
    """A header for comparing: width, case, white space, remarks in brackets and trailing signs do not count."""
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】", "", squeeze(text)).strip(":*、.。_-#")


def _names(columns: Iterable[Column]) -> dict[str, tuple[int, str]]:
    """Name → (rank, key): where two headers of a sheet mean one column, the lower rank wins."""
    names: dict[str, tuple[int, str]] = {}
    for column in columns:
        for rank, name in enumerate((column.header, *column.synonyms)):
            names.setdefault(header_key(name), (rank, column.key))
    return names


def _find_header(
    grid: Grid, cells: list[list[Value]], known: Mapping[str, tuple[int, str]]
) -> tuple[int, int, dict[str, list[int]]]:
    """(first row, height 1 or 2, column places by key) of the row or pair of rows that names most columns."""
    best: tuple[int, int, dict[str, list[int]]] = (0, 1, {})
    for row in range(min(len(cells), HEADER_WITHIN)):
        for height in (1, 2):
            if height == 2 and not _may_be_double(grid, row, len(cells)):
                continue
            places = _places(_labels(cells, row, height), known, _same_merge(grid, row))
            if len(places) > len(best[2]):
                best = (row, height, places)
    return best


def _may_be_double(grid: Grid, row: int, rows: int) -> bool:
    """A header over two rows shows by merged cells: tall ones beside it or wide ones above."""
    if row + 1 >= rows:
        return False
    width = max((len(r) for r in grid.rows), default=0)
    merges = [m for m in grid.merges if m.top == row]
    return any(m.bottom == row + 1 or (m.bottom == row and 0 < m.right - m.left < width - 1) for m in merges)


def _labels(cells: list[list[Value]], top: int, height: int) -> list[str]:
    """One label a column; of two rows the lower one, and both where the lower says nothing alone."""
    if top >= len(cells):
        return []
    upper = [" ".join(words(v).split()) for v in cells[top]]
    if height == 1:
        return upper
    lower = [" ".join(words(v).split()) for v in cells[top + 1]]
    lower += [""] * (len(upper) - len(lower))
    return [_both(a, b) for a, b in zip(upper, lower, strict=False)]


def _both(upper: str, lower: str) -> str:
    if not lower or lower == upper:
        return upper
    return f"{upper}/{lower}" if upper else lower


def _same_merge(grid: Grid, row: int) -> dict[int, int]:
    """Column → first column of the merged header it lies under, for merges within the header row."""
    return {c: m.left for m in grid.merges if m.top == row == m.bottom for c in range(m.left, m.right + 1)}


def _places(labels: list[str], known: Mapping[str, tuple[int, str]], merged: Mapping[int, int]) -> dict[str, list[int]]:
    found: dict[str, tuple[int, list[int]]] = {}
    for c, label in enumerate(labels):
        hit = _lookup(label, known)
        if hit is None:
            continue
        rank, key = hit
        before = found.get(key)
        if before is None or rank < before[0]:
            found[key] = (rank, [c])
        elif merged.get(c) is not None and merged.get(c) == merged.get(before[1][0]):
            before[1].append(c)
    return {key: places for key, (_, places) in found.items()}


def _lookup(label: str, known: Mapping[str, tuple[int, str]]) -> tuple[int, str] | None:
    """The whole label; of "责任落实/牵头单位" also the lower, the joined and the upper part."""
    if not label:
        return None
    upper, slash, lower = label.rpartition("/")
    names = [label, lower, upper + lower, upper] if slash else [label]
    return next((known[key] for name in names if (key := header_key(name)) in known), None)


def _filled(cells: list[list[Value]], top: int) -> tuple[str, ...]:
    """What stands in the row taken for the header, or the first row with two cells, for the message."""
    rows = cells[top : top + 1] + cells[:HEADER_WITHIN]
    for row in rows:
        texts = [words(v)[:20] for v in row if words(v)]
        if len(set(texts)) > 1:
            return tuple(dict.fromkeys(texts))[:30]
    return ()


# -------------------------------------------------------------------------------------------------------- body


@dataclass(frozen=True, slots=True)
class _Body:
    grid: Grid
    cells: list[list[Value]]
    places: Mapping[str, list[int]]
    unknown: list[tuple[int, str]]
    required: frozenset[str]
    labels: list[str]
    sections: bool

    def rows(self, start: int) -> Iterator[TableRow]:
        wide = {merge.top for merge in self.grid.merges if merge.right - merge.left >= 2}
        section = ""
        for r, row in enumerate(self.cells[start:], start):
            texts = list(dict.fromkeys(text for value in row if (text := words(value))))
            if not texts or _repeats(row, self.labels):
                continue
            values = {key: _joined([_at(row, c) for c in found]) for key, found in self.places.items()}
            lone = len(texts) == 1 and (r in wide or not any(words(values[key]) for key in self.required))
            if self.sections and lone:
                section = texts[0]
                continue
            extras = {label: words(_at(row, c)) for c, label in self.unknown if words(_at(row, c))}
            yield TableRow(r + 1, values, extras, section)


def _at(row: list[Value], column: int) -> Value:
    return row[column] if column < len(row) else ""


def _joined(values: list[Value]) -> Value:
    if len(values) == 1:
        return values[0]
    return "、".join(dict.fromkeys(text for v in values if (text := words(v))))


def _repeats(row: list[Value], labels: list[str]) -> bool:
    """The header once more, as at the top of each printed page."""
    pairs = [(" ".join(words(v).split()), label) for v, label in zip(row, labels, strict=False) if words(v)]
    return len(pairs) > 1 and all(text == label for text, label in pairs)
