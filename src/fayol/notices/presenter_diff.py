"""A correction as people read it: what stood there before, struck out, and what stands there now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as t

from fayol.kernel.text import gettext_noop as _
from fayol.notices.models import Edition
from fayol.web.http import dates

_LABELS = {
    "title": _("标题"),
    "body": _("正文"),
    "place": _("地点"),
    "starts_at": _("开始"),
    "ends_at": _("结束"),
    "due_words": _("回复时限"),
    "due_at": _("回复期限"),
}
_INSTANTS = frozenset({"starts_at", "ends_at", "due_at"})


@dataclass(frozen=True)
class Piece:
    """`kind`: same, gone or new."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Change:
    """One edition: who changed what, when and why."""

    edition: Edition
    lines: tuple[Line, ...]


def change_of(edition: Edition, now: datetime) -> Change:
    names = [name for name in _LABELS if name in edition.after]
    return Change(edition, tuple(_line(name, edition.before.get(name), edition.after[name], now) for name in names))


def _line(name: str, before: Any, after: Any, now: datetime) -> Line:
    old, new = _written(name, before, now), _written(name, after, now)
    if name == "body":
        return Line(t(_LABELS[name]), tuple(_compared(old, new)))
    return Line(t(_LABELS[name]), tuple(Piece(kind, text) for kind, text in (("gone", old), ("new", new)) if text))


def _written(name: str, value: Any, now: datetime) -> str:
    if not value:
        return ""
    return dates.daytime(datetime.fromisoformat(value), now) if name in _INSTANTS else str(value)


def _compared(old: str, new: str) -> Iterator[Piece]:
    """Sentence by sentence: whole sentences stay readable."""
    before, after = _sentences(old), _sentences(new)
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(before[a:b]))
            continue
        if b > a:
            yield Piece("gone", "".join(before[a:b]))
        if d > c:
            yield Piece("new", "".join(after[c:d]))


def _sentences(text: str) -> list[str]:
    found, start = [], 0
    for place, sign in enumerate(text):
        if sign in "。！？；\n":
            found.append(text[start : place + 1])
            start = place + 1
    return [*found, text[start:]] if start < len(text) else found
