"""Text without markup: which lines belong together, and which lines are rows of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fayol.reading.source import Block, BlockKind, Source

_NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十百]{1,4}、|[（(〔][一二三四五六七八九十百\d]{1,4}[)）〕]|\d{1,3}(?:[.．、](?!\d)|\s)"
    r"|第[一二三四五六七八九十百\d]{1,4}[章节条]|[一二三四五六七八九十]是|附\s*件)"
)
_LABEL = re.compile(r"\s*[\u4e00-\u9fff]{2,6}[:：]")
_FILE_NUMBER = re.compile(r"\S{1,12}[〔\[（(](?:19|20)\d\d[〕\])）]\S{0,3}\d{1,4}\s*号")
_PAGE_NUMBER = re.compile(r"\s*[-—–]*\s*\d{1,4}\s*[-—–]*\s*")
_NARROW = re.compile(r"[\x20-\x7e]")
_RULE_ROW = re.compile(r"[\s|:：\-—+]+")
_OPENING, _CLOSING = "（(〔【《“", "）)〕】》”"


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str


def from_text(text: str, name: str = "", *, kind: str = "text") -> Source:
    """Paragraphs of `text`; lines that a page layout broke are one paragraph, rows written with | or tabs, or set in
    columns under a head, are a table.

    The text is kept as it is, so that offsets found are offsets into what was given.
    """
    lines = _lines(text)
    width = _layout_width(lines)
    blocks: list[Block] = []
    paragraph: list[_Line] = []
    table = 0
    rows: list[_Line] = []
    depth = 0
    before = ""
    for line, mark in zip(lines, _marks(lines), strict=True):
        if rows and mark != before:
            table += _table(rows, before, table, text, blocks)
            rows = []
        before = mark
        if mark:
            paragraph = _close(paragraph, blocks)
            rows.append(line)
            continue
        if not line.text or (width and _PAGE_NUMBER.fullmatch(line.text)):
            if not width:
                paragraph = _close(paragraph, blocks)
            continue
        if paragraph and not _continues(paragraph[-1].text, line.text, width, depth):
            paragraph = _close(paragraph, blocks)
        if not paragraph:
            depth = 0
        paragraph.append(line)
        depth = _depth(line.text, depth)
    _close(paragraph, blocks)
    if rows:
        _table(rows, before, table, text, blocks)
    return Source(name=name, kind=kind, text=text, blocks=tuple(blocks))


_BAR, _TAB, _GAP = "|", "\t", r"[ \u3000\t]{2,}"
_HEAD_CELL = re.compile(
    r"序\s*号|.{0,8}(?:任务|事项|内容|措施|项目|单位|部门|责任人|领导|时限|时间|期限|节点|备注|要求|成果|分工)"
)


def _marks(lines: list[_Line]) -> list[str]:
    """For each line what parts its cells, "" where it is no row of a table."""
    marks: list[str] = []
    width = 0
    for line in lines:
        text = line.text
        before = marks[-1] if marks else ""
        cells = re.split(_GAP, text) if before == _GAP or "  " in text or "\u3000\u3000" in text else []
        heads = sum(1 for cell in cells if len(cell) <= 14 and _HEAD_CELL.fullmatch(cell))
        if text.count("|") >= 2 or (before == _BAR and "|" in text):
            marks.append(_BAR)
        elif text.count("\t") >= 2 or (before == _TAB and "\t" in text):
            marks.append(_TAB)
        elif len(cells) >= 3 and heads >= max(3, len(cells) - 1):
            marks.append(_GAP)
            width = len(cells)
        elif before == _GAP and len(cells) == width:
            marks.append(_GAP)
        else:
            marks.append("")
    for index, mark in enumerate(marks):
        alone = mark not in (marks[index - 1] if index else "", marks[index + 1] if index + 1 < len(marks) else "")
        if alone and mark in (_TAB, _GAP):
            marks[index] = ""
    return marks


def _lines(text: str) -> list[_Line]:
    return [
        _Line(match.start(), match.end(), match.group().strip())
        for match in re.finditer(r"[^\r\n\f\v\x85\u2028\u2029]+|(?<=\n)(?=\n)", text)
    ]


def _layout_width(lines: list[_Line]) -> int:
    """The line width of a page layout, 0 when lines are paragraphs.

    A layout shows by many lines of nearly the same length that end in the middle of a sentence.
    """
    lengths = sorted(_shown(line.text) for line in lines if line.text)
    if len(lengths) < 12:
        return 0
    width = lengths[int(len(lengths) * 0.8)]
    full = [line for line in lines if _shown(line.text) >= 0.8 * width]
    even = sum(1 for length in lengths if abs(length - width) <= 3)
    broken = sum(1 for line in full if line.text[-1] not in "。！？；：:;")
    if len(lengths) < 25 and even < 0.5 * len(lengths):
        return 0
    if not 18 <= width <= 90 or len(full) < 0.35 * len(lengths) or broken < 0.6 * len(full):
        return 0
    return int(width)


def _shown(text: str) -> float:
    """Width on paper: Latin letters and digits take half."""
    return len(text) - 0.5 * len(_NARROW.findall(text))


def _depth(text: str, depth: int) -> int:
    for char in text:
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth = max(0, depth - 1)
    return depth


def _continues(before: str, line: str, width: int, depth: int) -> bool:
    if not width:
        return False
    if _NUMBERED.match(line) or _FILE_NUMBER.fullmatch(line) or _FILE_NUMBER.fullmatch(before):
        return False
    if depth:
        return True
    if _shown(before) < 0.8 * width or before[-1] in "；;：:":
        return False
    return before[-1] not in "。！？" or not _LABEL.match(line)


def _close(paragraph: list[_Line], blocks: list[Block]) -> list[_Line]:
    if paragraph:
        kind = BlockKind.PARAGRAPH
        blocks.append(Block(kind=kind, start=paragraph[0].start, end=paragraph[-1].end))
    return []


def _table(rows: list[_Line], mark: str, number: int, text: str, blocks: list[Block]) -> int:
    """Cells of the rows; returns how many tables were added (a row of dashes is no row)."""
    row_number = 0
    for line in rows:
        if _RULE_ROW.fullmatch(line.text):
            continue
        start = line.start
        column = 0
        raw = text[line.start : line.end]
        if mark == _GAP:
            raw, start = line.text, text.index(line.text, line.start)
        offset = 0
        for part in re.split(re.escape(mark) if mark != _GAP else mark, raw):
            offset = raw.index(part, offset) if mark == _GAP else offset
            begin = start + offset + (len(part) - len(part.lstrip()))
            finish = start + offset + len(part.rstrip())
            offset += len(part) + (mark != _GAP)
            if mark == _BAR and _is_edge(part, offset, raw):
                continue
            if finish > begin:
                blocks.append(Block(BlockKind.CELL, begin, finish, table=number, row=row_number, column=column))
            column += 1
        row_number += 1
    return 1


def _is_edge(part: str, offset: int, raw: str) -> bool:
    """What stands before the first | and after the last is no cell."""
    return part.strip() == "" and (offset == len(part) + 1 or offset > len(raw))
