"""State secrets stay out: the marks 绝密, 机密, 秘密 (保密法 §20: "机密★1年") are found before anything is kept.

The words in a running sentence are no mark; a mark is the word with a star anywhere, or the word standing alone
(with or without a term) where marks stand: in the head of the document, a page's header, or the file's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop, half_width

HEAD_LINES = 15
_LONGEST_MARK = 60

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_WORD = r"(?<!工作)(?<!商业)(?P<word>绝\s*密|机\s*密|秘\s*密)"
_TERM = r"(?:\d{1,3}\s*(?:年|个月|月|天|日)|[一二三五十]{1,3}\s*年|长\s*期|启\s*封\s*前|解\s*密\s*前)"
_STAR = re.compile(rf"{_WORD}\s*(?:[★☆✩✪✭✮✯⭐🌟]|[*∗⁎﹡※]\s*{_TERM})")
_ALONE = re.compile(
    rf"[\s\[【(〔<《]*(?:密\s*级\s*[:：]?\s*)?[\s\[【(〔]*{_WORD}[\s\]】)〕>》]*[*.·・:\-—/]*[\s(〔\[]*{_TERM}?[\s\]】)〕]*$"
)
_IN_NAME = re.compile(rf"(?:^|[\s\[【(〔_\-—.+])\s*{_WORD}\s*{_TERM}?\s*(?:$|[\s\]】)〕_\-—.+])")


def refuse_marked_name(name: str) -> None:
    """Refused when the file's name carries a mark."""
    plain = _plain(name)
    found = _STAR.search(plain) or _IN_NAME.search(plain)
    if found:
        _refuse(found, gettext_noop("文件名"))


def refuse_marked_text(text: str, *, margins: Iterable[str] = (), name: str = "") -> None:
    """Refused when the text, or one of the texts around it (headers, text boxes, notes), carries a mark."""
    refuse_marked_name(name)
    plain = _plain(text)
    if found := _STAR.search(plain):
        _refuse(found, gettext_noop("正文"))
    _refuse_marked_lines(plain.split("\n", HEAD_LINES * 4), gettext_noop("正文"))
    for margin in margins:
        plain = _plain(margin)
        if found := _STAR.search(plain):
            _refuse(found, gettext_noop("页眉、页脚或附注"))
        _refuse_marked_lines(plain.split("\n", HEAD_LINES * 4), gettext_noop("页眉、页脚或附注"))


def _refuse_marked_lines(lines: list[str], where: str) -> None:
    for line in [line for line in lines if line.strip()][:HEAD_LINES]:
        for part in line.split("\t"):
            if len(part) <= _LONGEST_MARK and (found := _ALONE.match(part)):
                _refuse(found, where)


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", half_width(text).replace("\xa0", " "))


def _refuse(found: re.Match[str], where: str) -> None:
    raise Refused(
        "classified",
        gettext_noop(
            "本系统为非涉密系统，禁止存储、处理、传输国家秘密。这份文件的{where}标有密级“{mark}”，"
            "已拒绝接收，内容没有留存。请按保密规定另行办理；确需登记的，只登记文件编号。"
        ),
        field="file",
        where=where,
        mark="".join(found["word"].split()),
    )
