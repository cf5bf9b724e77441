"""From pieces, as each reader finds them, to one text with blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop
from fayol.reading.source import Block, BlockKind, Source

MOST_CHARACTERS = 3_000_000
"""About six thousand printed pages; more than that is not a document that somebody wants broken down."""

_UNSEEN: dict[int, str | None] = {
    **dict.fromkeys([*range(0x00, 0x09), *range(0x0E, 0x20), 0x7F, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFE]),
    **dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n"),
    0xA0: " ",
}
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One block to be; `table`, `row`, `column`, `rows`, `columns` as in `Block`."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    table: int | None = None
    row: int | None = None
    column: int | None = None
    rows: int = 1
    columns: int = 1


def storable(text: str) -> str:
    """Without control characters, invisible characters and lone surrogates; every line end is one newline."""
    return _SURROGATE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_UNSEEN)


def tidy(text: str) -> str:
    """Storable, and without white space around the text and at the ends of its lines."""
    text = storable(text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def assemble(name: str, kind: str, pieces: Iterable[Piece], warnings: Iterable[str] = ()) -> Source:
    """One text: blocks on lines of their own, the cells of one table row parted by tabs. Empty pieces vanish."""
    parts: list[str] = []
    blocks: list[Block] = []
    at = 0
    before: Piece | None = None
    for piece in pieces:
        text = tidy(piece.text)
        if not text:
            continue
        gap = _gap(before, piece)
        parts += [gap, text]
        at += len(gap)
        blocks.append(_block(piece, at, at + len(text)))
        at += len(text)
        refuse_length(at, name=name)
        before = piece
    if not blocks:
        raise no_text(name)
    return Source(name=name, kind=kind, text="".join(parts), blocks=tuple(blocks), warnings=tuple(warnings))


def no_text(name: str) -> Refused:
    sentence = gettext_noop("“{name}”里没有文字，请检查是否选错了文件。")
    return Refused("no_text", sentence, field="file", name=name)


def refuse_length(characters: int, *, name: str) -> None:
    if characters > MOST_CHARACTERS:
        sentence = gettext_noop("“{name}”文字太多（超过 300 万字），请拆分后分别上传。")
        raise Refused("too_long", sentence, field="file", name=name)


def _gap(before: Piece | None, piece: Piece) -> str:
    if before is None:
        return ""
    same_row = piece.table is not None and (before.table, before.row) == (piece.table, piece.row)
    return "\t" if same_row else "\n"


def _block(piece: Piece, start: int, end: int) -> Block:
    return Block(piece.kind, start, end, piece.level, piece.table, piece.row, piece.column, piece.rows, piece.columns)


# ---------------------------------------------------------------------------------------------- levels and title

_NUMERAL = "[〇零一二三四五六七八九十百两]{1,5}"
_LABELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第\s*(?:{_NUMERAL}|\d{{1,3}})\s*(?:编|章|部分)")),
    (2, re.compile(rf"第\s*(?:{_NUMERAL}|\d{{1,3}})\s*节")),
    (3, re.compile(rf"第\s*(?:{_NUMERAL}|\d{{1,3}})\s*条")),
    (1, re.compile(rf"{_NUMERAL}[、．]")),
    (2, re.compile(rf"[（(]\s*{_NUMERAL}\s*[）)]")),
    (4, re.compile(r"[（(]\s*[0-9０-９]{1,3}\s*[）)]|[①-⑳]")),
    (3, re.compile(r"\d{1,2}[.．](?=\d{1,2}[.．]\d{1,2}(?!\d))\S+?(?=[^\d.．])")),
    (2, re.compile(r"\d{1,2}[.．]\d{1,2}(?=[^\d.．%％万亿元])")),
    (3, re.compile(r"[0-9０-９]{1,3}[.．、](?![0-9０-９]|$)|[0-9０-９]{1,2}[.．、](?=(?:19|20)\d\d\s*年)")),
)
_SENTENCE_END = tuple("。；;！!？?：:，,")
_DUTY = re.compile("牵头|负责|责任单位|配合|主办|协办|承办")


def label_level(text: str) -> int:
    """The level that a leading label gives: 一、=1, （一）=2, 1.=3, （1）=4, 第三章=1, 1.2=2; 0 without one."""
    for level, pattern in _LABELS:
        if pattern.match(text):
            return level
    return 0


def with_level(piece: Piece) -> Piece:
    """A labelled paragraph gets its level; a short one that is no sentence and gives nobody a duty is a heading."""
    if piece.kind is not BlockKind.PARAGRAPH:
        return piece
    text = piece.text.strip()
    level = piece.level or label_level(text)
    if not level:
        return piece
    return replace(piece, kind=BlockKind.HEADING if _is_heading(text, level) else BlockKind.PARAGRAPH, level=level)


def _is_heading(text: str, level: int) -> bool:
    if _DUTY.search(text) or len(text) > 50:
        return False
    alone = level <= 2 and len(text) <= 32 and text.count("。") == 1 and text.endswith("。") and "，" not in text
    return alone or not text.endswith(_SENTENCE_END)


_TITLE_END = re.compile(
    "(?:通知|意见|方案|决定|决议|纪要|办法|预案|函|通报|报告|请示|批复|规定|细则|计划|规划|要点|台账|清单|公告|通告|议案|命令|公报"
    "|制度|分工|安排|措施|任务|讲话|记录|分解表|一览表)"
    "(?:[（(][^（）()]{1,20}[）)])?$"
)
_HEAD_MATTER = re.compile(
    r"^(?:.{1,20}[〔\[［【(（]\s*\d{4}\s*[〕\]］】)）]\s*第?\s*\d+\s*号.*|特急|加急|急件|平急|特提|份号.*|\d{6}|签发人.*|.{2,40}文件|附件\s*\d*[:：]?"
    r"|发布日期.*|\d{4}年\d{1,2}月\d{1,2}日)$"
)


def mark_title(pieces: list[Piece]) -> list[Piece]:
    """The title of the document, if its head shows one, becomes TITLE; it may run over up to three lines.

    Looked for among the first dozen paragraphs: a line that ends in the name of a kind of document, else the very
    first line if it is short and no sentence. Nothing is marked where a reader already found a title.
    """
    if any(piece.kind is BlockKind.TITLE for piece in pieces):
        return pieces
    places = [i for i, piece in enumerate(pieces) if piece.text.strip() and piece.table is None][:12]
    chosen = _title_places(pieces, places)
    return [replace(p, kind=BlockKind.TITLE, level=0) if i in chosen else p for i, p in enumerate(pieces)]


def _title_places(pieces: list[Piece], places: list[int]) -> set[int]:
    run: list[int] = []
    fallback: int | None = None
    for place in places:
        text = " ".join(pieces[place].text.split())
        if _HEAD_MATTER.match(text):
            run = []
        elif pieces[place].level or pieces[place].kind is BlockKind.HEADING or not _title_like(text):
            break
        else:
            run.append(place)
            fallback = place if fallback is None else fallback
            if _TITLE_END.search(text):
                return set(run[-3:])
    return set() if fallback is None else {fallback}


def _title_like(text: str) -> bool:
    return len(text) <= 80 and not text.endswith(_SENTENCE_END)
