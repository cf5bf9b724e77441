"""One line of text to the answer that was meant, or to the reason why it is not clear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fayol.kernel.text import gettext_noop as _
from fayol.kernel.text import half_width

LONGEST = 2000  # characters of an answer
EVERY = 0
NOTHING = _("没有写答复")
UNCLEAR = _("看不出是哪种答复")
ASKS_BACK = _("像是在问，不像答复")
MIXED = _("话里既有答应又有难处，看不出是哪种答复")

_GREETING = re.compile(
    r"^(?:尊敬的|敬爱的|各位)?.{0,14}?(?:您好|你好|好|早|早上好|上午好|下午好|晚上好)[\s,，。.!！~:：、;；]*$|^.{1,14}[:：]$|^(?:hi|hello|dear)\b.{0,20}$",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^.{0,10}?(?:您好|你好)[\s,，。.!！~:：]+")
_THANKS = re.compile(
    r"[\s,，。.!！~、]*(?:谢谢(?:您|你|大家)?|多谢|感谢|辛苦了?|祝好|此致|敬礼|顺祝商祺|thanks|thank you)"
    r"[\s,，。.!！~]*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:第\s*(\d{1,2})\s*[件条项]?|(\d{1,2})\s*[.、)）:：,，\s])\s*[:：]?\s*(?=\D)")
_ALL = re.compile(r"^(?:全部|都|均|以上)\s*(?=\S)|(?<=\S)(?:全部|以上各件)$")
_BUT = re.compile(
    r"但|不过|然而|可是|无法|不能|不了|没法|不行|不同意|困难|拒绝|难以|延期|推迟|改期|取消|来不及|有问题"
    r"|do not|cannot|can't",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]|(?:吗|么|呢)[。.!！\s]*$")


@dataclass(frozen=True)
class Word:
    """An answer and the words that mean it. `agrees`: it takes something on, so that a "but" behind it counts."""

    key: str
    words: tuple[str, ...]
    agrees: bool = True


@dataclass(frozen=True)
class Said:
    """`number`: which of several things it is about, None when none is named, EVERY for all of them. `line` is all that
    was written, `rest` what stands behind the word."""

    key: str
    line: str
    rest: str
    number: int | None = None


def said(text: str, vocabulary: Sequence[Word], *, free: str = "") -> list[Said] | str:
    """What was answered, in order; a sentence when that is not clear. `free` is the answer that any words give."""
    lines = _lines(text)
    if not lines:
        return NOTHING
    numbered = [_numbered(line) for line in lines]
    if len(lines) > 1 and all(number is not None for number, _line in numbered):
        answers = [_one(line, number, vocabulary, free) for number, line in numbered]
        unclear = next((one for one in answers if isinstance(one, str)), "")
        return unclear or [one for one in answers if isinstance(one, Said)]
    number, first = numbered[0]
    one = _one("\n".join([first, *lines[1:]]), number, vocabulary, free)
    return one if isinstance(one, str) else [one]


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text[:LONGEST].split("\n") if line.strip()]
    while len(lines) > 1 and _GREETING.match(lines[0]):
        lines.pop(0)
    if lines:
        lines[0] = _OPENING.sub("", lines[0])
    while len(lines) > 1 and not _THANKS.sub("", lines[-1]):
        lines.pop()
    return [line for line in lines if line]


def _numbered(line: str) -> tuple[int | None, str]:
    found = _NUMBER.match(line)
    if found:
        return int(found[1] or found[2]), line[found.end() :].strip()
    every = _ALL.search(line)
    if every:
        return EVERY, (line[: every.start()] + line[every.end() :]).strip()
    return None, line


def _one(line: str, number: int | None, vocabulary: Sequence[Word], free: str) -> Said | str:
    if _QUESTION.search(line):
        return ASKS_BACK
    plain = half_width(line).casefold()
    wordings = [(wording, word) for word in vocabulary for wording in word.words]
    for wording, word in sorted(wordings, key=lambda pair: -len(pair[0])):
        ending = _after(plain, wording.casefold())
        if ending is None:
            continue
        rest = _THANKS.sub("", line[ending:]).strip(" \t\n，,。.!！:：;；、~")
        if word.agrees and _BUT.search(rest):
            return MIXED
        return Said(word.key, line, rest, number)
    if free and _THANKS.sub("", line):
        return Said(free, line, line, number)
    return UNCLEAR


def _after(line: str, wording: str) -> int | None:
    """Where the words end, if the line begins with them and they stand for themselves: 完成 is in 完成不了 too. Words
    written with … at their end want something to follow."""
    if wording.endswith("…"):
        return len(wording) - 1 if line.startswith(wording[:-1]) else None
    if not line.startswith(wording):
        return None
    end = len(wording)
    if line[end : end + 1] in ("了", "啦", "的"):
        end += 1
    return end if re.match(r"$|[\s,，。.!！:：;；、~(（]|谢", line[end:]) else None
