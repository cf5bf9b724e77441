"""Words that promise nothing: found while writing, and met with what to write instead. A hint, never a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fayol.kernel.text import gettext_noop as _

_DATE, _AMOUNT, _WHO = _("写成几月几日"), _("写成数目或程度"), _("写明是哪几家、哪几项")
ADVICE: dict[str, str] = {
    "尽快": _DATE, "尽早": _DATE, "近期": _DATE, "适时": _DATE, "及时": _DATE, "抓紧": _DATE, "早日": _DATE,
    "适当": _AMOUNT, "酌情": _AMOUNT, "左右": _AMOUNT, "大概": _AMOUNT, "尽量": _AMOUNT, "力争": _AMOUNT,
    "若干": _AMOUNT,
    "有关": _WHO, "相关": _WHO, "等部门": _WHO,
}  # fmt: skip
"""Vague word → what to write instead (handbook, 清晰表达)."""


@dataclass(frozen=True)
class Vague:
    word: str
    advice: str


def vague_in(texts: Iterable[str]) -> list[Vague]:
    """Each vague word once, in the order of the list above."""
    joined = "\n".join(texts)
    return [Vague(word, advice) for word, advice in ADVICE.items() if word in joined]
