"""The original beside its drafts: sentences numbered, units, dates and deliverables marked, tables as tables."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fayol.intake.found import settled_word
from fayol.intake.models import Draft, IntakeDocument
from fayol.reading.source import BlockKind

WHOLE = 60_000
"""Characters of a stretch that is shown without leaving anything out."""
AROUND = 1
"""Blocks shown before and after a sentence when something is left out."""
WIDE = 24
"""Characters from which a cell of a table is given room."""
LONG = 600
"""Characters without any mark beyond which the middle of a paragraph is left out, in a stretch that is not whole."""
KEPT = 150
_MARK = '<mark class="fy-mark" data-k="{}" data-t="{}">{}</mark>'


@dataclass(frozen=True)
class Line:
    """`kind`: title, number, heading, text, gap."""

    kind: str
    html: SafeString


@dataclass
class Table:
    rows: list[list[tuple[SafeString, int, int, bool]]] = field(default_factory=list)
    kind: str = "table"


@dataclass(frozen=True)
class Run:
    """A stretch of text that belongs to drafts: [start, end) and their (number, key, to be completed)."""

    start: int
    end: int
    drafts: tuple[tuple[int, bool], ...]
    first: bool


class SourceView:
    """Draws the part of a document that belongs to `drafts`; `needy` are the keys of those to be completed."""

    def __init__(
        self,
        document: IntakeDocument,
        drafts: Iterable[Draft],
        *,
        needy: Collection[int],
        region: tuple[int, int] | None = None,
    ) -> None:
        self.document = document
        self.text = document.text
        self.start, self.end = region or (0, len(self.text))
        drafts = list(drafts)
        self.runs = _runs(drafts, needy)
        self.marks = _marks(drafts, needy, self.text)
        self._run_starts = [run.start for run in self.runs]
        self._mark_starts = [mark["s"] for mark in self.marks]
        self.whole = self.end - self.start <= WHOLE

    def parts(self) -> list[Line | Table]:
        blocks = [b for b in self.document.blocks if b[2] > self.start and b[1] < self.end]
        shown = self._shown(blocks)
        parts: list[Line | Table] = []
        left_out = 0
        for at, block in enumerate(blocks):
            if shown is not None and at not in shown:
                left_out += block[2] - block[1]
                continue
            if left_out:
                parts.append(Line("gap", _gap(left_out)))
                left_out = 0
            self._add(parts, block)
        if left_out:
            parts.append(Line("gap", _gap(left_out)))
        return parts

    def _shown(self, blocks: Sequence[Sequence[Any]]) -> set[int] | None:
        """Which blocks to draw; None for all of them."""
        if self.whole:
            return None
        shown = set(range(min(AROUND, len(blocks)))) if self.start == 0 else set()
        for at, block in enumerate(blocks):
            if self._runs_in(block[1], block[2]):
                shown.update(range(max(at - AROUND, 0), min(at + AROUND + 1, len(blocks))))
        return shown

    def _add(self, parts: list[Line | Table], block: Sequence[Any]) -> None:
        kind, start, end, _level, table, row, _column, rows, columns = block
        html = self._block(start, end)
        if kind != BlockKind.CELL or table is None:
            parts.append(Line(self._kind(kind, start, end), html))
            return
        last = parts[-1] if parts else None
        if not (isinstance(last, _Numbered) and last.number == table):
            last = _Numbered(number=table)
            parts.append(last)
        last.put(row or 0, (html, rows, columns, end - start > WIDE))

    def _kind(self, kind: str, start: int, end: int) -> str:
        if kind == BlockKind.TITLE:
            return "title"
        if self.document.number and self.text[start:end].strip() == self.document.number:
            return "number"
        return "heading" if kind == BlockKind.HEADING else "text"

    # ── one block ──────────────────────────────────────────────────────────

    def _runs_in(self, start: int, end: int) -> list[Run]:
        first = max(bisect_right(self._run_starts, start) - 1, 0)
        found = []
        for run in self.runs[first:]:
            if run.start >= end:
                break
            if run.end > start:
                found.append(run)
        return found

    def _block(self, start: int, end: int) -> SafeString:
        pieces: list[str] = []
        at = start
        for run in self._runs_in(start, end):
            begin, stop = max(run.start, start), min(run.end, end)
            pieces += [self._marked(at, begin), self._sentence(run, begin, stop)]
            at = stop
        pieces.append(self._marked(at, end))
        return mark_safe("".join(pieces))  # noqa: S308  every piece is escaped where it is made

    def _sentence(self, run: Run, start: int, end: int) -> str:
        ask = any(needy for _number, needy in run.drafts)
        links = ""
        if start == run.start:
            links = "".join(_link(number, needy) for number, needy in run.drafts)
        name = format_html(' id="s{}"', run.drafts[0][0]) if run.first and links else ""
        data = mark_safe(" data-ask") if ask else ""
        words = self._marked(start, end)
        numbers = " ".join(str(number) for number, _needy in run.drafts)
        inside = mark_safe(links + words)  # noqa: S308  both escaped where they are made
        return format_html('<span class="fy-sent"{}{} data-n="{}">{}</span>', name, data, numbers, inside)

    def _marked(self, start: int, end: int) -> SafeString:
        pieces: list[str] = []
        at = start
        first = max(bisect_left(self._mark_starts, start) - 1, 0)
        for mark in self.marks[first:]:
            if mark["s"] >= end:
                break
            begin, stop = max(mark["s"], at), min(mark["e"], end)
            if stop <= begin:
                continue
            pieces.append(self._plain(at, begin))
            words = self.text[begin:stop]
            pieces.append(format_html(_MARK, mark["k"], _(mark["t"]), words))
            at = stop
        pieces.append(self._plain(at, end))
        return mark_safe("".join(pieces))  # noqa: S308

    def _plain(self, start: int, end: int) -> str:
        if self.whole or end - start <= LONG:
            return str(conditional_escape(self.text[start:end]))
        head, tail = self.text[start : start + KEPT], self.text[end - KEPT : end]
        gap = _gap(end - start - 2 * KEPT)
        return format_html('{}<span class="fy-gap">{}</span>{}', head, gap, tail)


@dataclass
class _Numbered(Table):
    number: int = -1
    _at: int = -1

    def put(self, row: int, cell: tuple[SafeString, int, int, bool]) -> None:
        if row != self._at:
            self.rows.append([])
            self._at = row
        self.rows[-1].append(cell)


def _gap(count: int) -> SafeString:
    return format_html("{}", ngettext("（略去%(n)d字）", "（略去%(n)d字）", count) % {"n": count})


def _link(number: int, needy: bool) -> str:
    label = _("第%(n)d条任务，待补") if needy else _("第%(n)d条任务")
    return format_html('<a href="#a{}" aria-label="{}">{}</a>', number, label % {"n": number}, number)


def _runs(drafts: Sequence[Draft], needy: Collection[int]) -> list[Run]:
    """Sentences without overlap, in order; where drafts share a place their numbers stand together in front of it."""
    places = sorted((s, e, d.position, d.pk in needy, i == 0) for d in drafts for i, (s, e) in enumerate(d.spans))
    runs: list[Run] = []
    for start, end, number, ask, first in places:
        last = runs[-1] if runs else None
        if last and start < last.end:
            if end > last.end:
                runs.append(Run(last.end, end, ((number, ask),), first))
            else:
                runs[-1] = Run(last.start, last.end, (*last.drafts, (number, ask)), last.first)
            continue
        runs.append(Run(start, end, ((number, ask),), first))
    return runs


def _marks(drafts: Sequence[Draft], needy: Collection[int], text: str) -> list[dict[str, Any]]:
    """All marks in order without overlap; names of one kind with only 、 between them become one mark. A question
    that has been decided is drawn as what it was about."""
    found = [mark for draft in drafts for mark in (_settled(m, draft.pk in needy) for m in draft.marks)]
    marks: list[dict[str, Any]] = []
    for mark in sorted(found, key=lambda m: (m["s"], m["k"] != "ask", -m["e"])):
        last = marks[-1] if marks else None
        if last and mark["s"] < last["e"]:
            continue
        joined = last and (last["k"], last["t"]) == (mark["k"], mark["t"])
        if last and joined and text[last["e"] : mark["s"]].strip(" \n　") in ("", "、", "，", ",", "和", "及", "与"):
            last["e"] = mark["e"]
            continue
        marks.append(dict(mark))
    return marks


def _settled(mark: dict[str, Any], needy: bool) -> dict[str, Any]:
    if needy or mark["k"] != "ask":
        return mark
    return {**mark, "k": mark["b"], "t": settled_word(mark["b"])}
