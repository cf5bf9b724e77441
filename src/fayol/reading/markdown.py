"""Markdown: headings, paragraphs, lists with their numbers, tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from fayol.reading.marking import refuse_marked_text
from fayol.reading.pieces import Piece, assemble, mark_title, with_level
from fayol.reading.source import BlockKind, Source


def read_markdown(text: str, *, name: str) -> Source:
    """The first heading of level 1, when it is the only one, is the title. HTML is not read."""
    refuse_marked_text(text, name=name)
    tokens = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable("table").parse(text)
    pieces = list(_Walk().pieces(tokens))
    tops = [i for i, piece in enumerate(pieces) if piece.kind is BlockKind.HEADING and piece.level == 1]
    if len(tops) == 1:
        pieces[tops[0]] = Piece(pieces[tops[0]].text, BlockKind.TITLE)
    return assemble(name, "markdown", mark_title([with_level(piece) for piece in pieces]))


@dataclass(slots=True)
class _Walk:
    lists: list[int | None] = field(default_factory=list)
    heading: int = 0
    label: str = ""
    table: int = -1
    row: int = -1
    column: int = -1
    in_cell: bool = False

    def pieces(self, tokens: Sequence[Token]) -> Iterator[Piece]:
        for token in tokens:
            if token.type == "inline":
                yield from self._inline(token)
            elif token.type in ("code_block", "fence"):
                yield from (Piece(line) for line in token.content.splitlines() if line.strip())
            else:
                self._turn(token)

    def _inline(self, token: Token) -> Iterator[Piece]:
        text = _words(token)
        if self.in_cell:
            yield Piece(text.replace("\n", " "), BlockKind.CELL, 0, self.table, self.row, self.column)
        elif self.heading:
            yield Piece(text, BlockKind.HEADING, self.heading)
        else:
            yield Piece(self.label + text)
            self.label = ""

    def _turn(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self.heading = int(token.tag[1])
            case "heading_close":
                self.heading = 0
            case "ordered_list_open":
                self.lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_open":
                self.lists.append(None)
            case "ordered_list_close" | "bullet_list_close":
                self.lists.pop()
            case "list_item_open":
                self._item(token)
            case _:
                self._turn_table(token.type)

    def _item(self, token: Token) -> None:
        number = self.lists[-1]
        if number is None:
            self.label = "• "
        else:
            self.label = f"{number}{token.markup}"
            self.lists[-1] = number + 1

    def _turn_table(self, kind: str) -> None:
        match kind:
            case "table_open":
                self.table += 1
                self.row = -1
            case "tr_open":
                self.row += 1
                self.column = -1
            case "th_open" | "td_open":
                self.column += 1
                self.in_cell = True
            case "th_close" | "td_close":
                self.in_cell = False


def _words(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
    return "".join(parts)
