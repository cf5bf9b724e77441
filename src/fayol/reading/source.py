"""What a document is once it has been opened: one text, and where everything in it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or table cell; `text[start:end]` of its source, end exclusive.

    A label that the word processor computes ("（三）") is part of the text, so that people find what they saw
    on paper. `table`, `row` and `column` count from 0 and are set for cells only; a merged cell stands once,
    at its first row and column, and spans `rows` × `columns`.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    table: int | None = None
    row: int | None = None
    column: int | None = None
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A document as read: `blocks` cover `text` in reading order and never overlap.

    `kind` is one of docx, xlsx, pdf, text, markdown, pasted. `warnings` are sentences for people.
    """

    name: str
    kind: str
    text: str
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()

    def slice(self, block: Block) -> str:
        return self.text[block.start : block.end]
