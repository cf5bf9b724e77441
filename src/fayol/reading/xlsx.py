"""A workbook read as a document: each sheet one table, the title above its header as the title."""

from __future__ import annotations

from collections.abc import Iterator

from fayol.reading.pieces import Piece, assemble
from fayol.reading.source import BlockKind, Source
from fayol.reading.workbook import Grid, covered, merge_at, read_workbook

TITLE_ROWS = 6


def read_xlsx(data: bytes, *, name: str) -> Source:
    """`row` of a cell is its sheet row counted from 0, so that row + 1 is the number that Excel shows."""
    book = read_workbook(data, name=name)
    pieces: list[Piece] = []
    for table, grid in enumerate(book.grids):
        if len(book.grids) > 1:
            pieces.append(Piece(grid.name, BlockKind.HEADING, 1))
        pieces += _pieces(grid, table)
    return assemble(name, "xlsx", pieces, book.warnings)


def _pieces(grid: Grid, table: int) -> Iterator[Piece]:
    merges = merge_at(grid)
    hidden = set(covered(grid))
    titles = title_rows(grid)
    for r, row in enumerate(grid.rows):
        for c in range(len(row)):
            text = grid.words(r, c)
            if not text or (r, c) in hidden:
                continue
            if r in titles:
                yield Piece(text, BlockKind.TITLE if r == min(titles) else BlockKind.PARAGRAPH)
                continue
            merge = merges.get((r, c))
            height, width = (merge.bottom - r + 1, merge.right - c + 1) if merge else (1, 1)
            yield Piece(text, BlockKind.CELL, 0, table, r, c, height, width)


def title_rows(grid: Grid) -> set[int]:
    """The rows above the first one with two filled cells, when they hold one cell each and come before a table."""
    found: set[int] = set()
    hidden = set(covered(grid))
    for r, row in enumerate(grid.rows[: TITLE_ROWS + 1]):
        filled = sum(1 for c in range(len(row)) if (r, c) not in hidden and grid.words(r, c))
        if filled > 1:
            return found
        if filled == 1:
            found.add(r)
    return set()
