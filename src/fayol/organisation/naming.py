"""Names as people type them: pinyin, initials, and the pieces by which a part of a name is found.

No extension of PostgreSQL is needed: a part of a Chinese name is found through its character pairs in an indexed
array, pinyin and initials through ordered prefixes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from fayol.kernel.text import squeeze

# Surnames read otherwise than the character usually is.
SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "曾": "zeng", "任": "ren", "朴": "piao",
    "盖": "ge", "翟": "zhai", "尉": "wei", "华": "hua", "那": "na", "乐": "yue", "员": "yun", "宓": "mi",
    "缪": "miao", "纪": "ji", "覃": "qin", "洗": "xian", "黑": "he", "秘": "bi", "种": "chong", "繁": "po",
}  # fmt: skip


def _syllables(name: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # here, because its dictionary takes a third of a second to load

    return [part for part in lazy_pinyin(squeeze(name), style=Style.NORMAL) if part]


def pinyin_of(name: str, *, person: bool = False) -> str:
    """ "林晓雯" → "linxiaowen". Letters and digits stay; for people the surname has its own reading."""
    return "".join(_read(name, person=person))


def initials_of(name: str, *, person: bool = False) -> str:
    """ "林晓雯" → "lxw". A run of Latin letters or digits inside a name stays whole."""
    return "".join(part if part in squeeze(name) else part[0] for part in _read(name, person=person))


@lru_cache(maxsize=1024)  # pinyin, initials and pieces of one name are asked for one after the other
def _read(name: str, *, person: bool) -> tuple[str, ...]:
    parts = _syllables(name)
    if person and parts and name.strip()[:1] in SURNAME_READINGS:
        parts[0] = SURNAME_READINGS[name.strip()[0]]
    return tuple(parts)


def grams_of(names: Iterable[str], *, person: bool = False) -> list[str]:
    """Pieces by which any of `names` is found: character pairs, single whole names, and each name's initials."""
    found: set[str] = set()
    for name in names:
        text = squeeze(name)
        if not text:
            continue
        found.update(pairs(text))
        found.add(initials_of(name, person=person))
    return sorted(found)


def pairs(text: str) -> list[str]:
    """Neighbouring characters, or the text itself when it has only one."""
    return [text[i : i + 2] for i in range(len(text) - 1)] or [text]
