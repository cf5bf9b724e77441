"""Word's automatic numbering, computed: the labels that people saw on the page but that stand nowhere in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LEVELS = 9

_DIGITS = "〇一二三四五六七八九"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_BIGGEST = 32767


def chinese(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """12 → 十二, 105 → 一百〇五, up to 9999; 壹拾贰 with other digits and units."""
    if not 0 < number < 10000:
        return str(number)
    text = ""
    gap = False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += digits[0] if gap and text else ""
            gap = False
            text += digits[digit] + (units[power - 1] if power else "")
        else:
            gap = True
    short = digits[1] + units[0]
    return text[1:] if text.startswith(short) and units[0] == "十" else text


def _letters(number: int, first: str) -> str:
    """Word goes on after z with aa, bb, cc."""
    return chr(ord(first) + (number - 1) % 26) * min((number - 1) // 26 + 1, 40) if number > 0 else str(number)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _run(first: str, count: int) -> Callable[[int], str]:
    return lambda n: chr(ord(first) + n - 1) if 0 < n <= count else str(n)


def _wheel(signs: str) -> Callable[[int], str]:
    return lambda n: signs[n - 1] if 0 < n <= len(signs) else str(n)


def _chinese(n: int) -> str:
    return chinese(n)


def _full_width(n: int) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in str(n))


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda n: f"{n:02d}",
    "upperLetter": lambda n: _letters(n, "A"),
    "lowerLetter": lambda n: _letters(n, "a"),
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerRoman": _roman,
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "koreanCounting": _chinese,
    "ideographDigital": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "japaneseDigitalTenThousand": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "taiwaneseDigital": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "chineseLegalSimplified": lambda n: chinese(n, "零壹贰叁肆伍陆柒捌玖", "拾佰仟"),
    "ideographLegalTraditional": lambda n: chinese(n, "零壹貳參肆伍陸柒捌玖", "拾佰仟"),
    "ideographTraditional": _wheel(_STEMS),
    "ideographZodiac": _wheel(_BRANCHES),
    "decimalEnclosedCircle": _run("①", 20),
    "decimalEnclosedCircleChinese": _run("①", 20),
    "decimalEnclosedParen": _run("⑴", 20),
    "decimalEnclosedFullstop": _run("⒈", 20),
    "ideographEnclosedCircle": _run("㊀", 10),
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "none": lambda n: "",
    "ordinal": lambda n: f"{n}.",
}


def formatted(number: int, number_format: str) -> str:
    """The number as Word writes it in `w:numFmt`; decimal for a format that is not known."""
    number = max(0, min(number, _BIGGEST))
    return _FORMATS.get(number_format, str)(number)


@dataclass(slots=True)
class _Level:
    start: int = 1
    number_format: str = "decimal"
    text: str = ""
    legal: bool = False
    restart_after: int | None = None
    style: str = ""


@dataclass(slots=True)
class _List:
    """One w:num: its counters belong to the abstract list and are shared with its siblings."""

    abstract: str
    levels: dict[int, _Level]
    overrides: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The counters of one document; `label` must be asked once a paragraph, in the order of the text."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is not None:
            self._load(root)

    def level_of_style(self, number: str, style: str) -> int:
        """A list level can name the style it belongs to; 0 when none does."""
        found = self._lists.get(number)
        levels = found.levels if found else {}
        return next((i for i, level in levels.items() if level.style == style), 0)

    def label(self, number: str, depth: int) -> str:
        """The label of the next paragraph in list `number` at `depth` (from 0); empty for an unknown list."""
        found = self._lists.get(number)
        if found is None or depth not in found.levels:
            return ""
        counters = self._counters.setdefault(found.abstract, {})
        self._advance(number, found, depth, counters)
        return self._render(found, depth, counters)

    def _advance(self, number: str, found: _List, depth: int, counters: dict[int, int]) -> None:
        override = found.overrides.get(depth)
        if override is not None and (number, depth) not in self._begun:
            counters[depth] = override
        elif depth in counters:
            counters[depth] += 1
        else:
            counters[depth] = found.levels[depth].start
        self._begun.add((number, depth))
        for deeper in [d for d in counters if d > depth]:
            level = found.levels.get(deeper, _Level())
            if level.restart_after is None or (level.restart_after > 0 and depth < level.restart_after):
                del counters[deeper]

    def _render(self, found: _List, depth: int, counters: dict[int, int]) -> str:
        level = found.levels[depth]
        if level.number_format == "bullet":
            return "•"

        def number_at(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            other = found.levels.get(place, _Level())
            counters.setdefault(place, other.start)
            return formatted(counters[place], "decimal" if level.legal else other.number_format)

        return re.sub(r"%([1-9])", number_at, level.text)

    def _load(self, root: etree._Element) -> None:
        abstracts = {a.get(W + "abstractNumId", ""): dict(_levels(a)) for a in root.iter(W + "abstractNum")}
        for num in root.iter(W + "num"):
            abstract = _value(num.find(W + "abstractNumId"))
            levels = dict(abstracts.get(abstract, {}))
            found = _List(abstract, levels)
            for override in num.iter(W + "lvlOverride"):
                depth = _int(override.get(W + "ilvl"), 0)
                levels.update(_levels(override))
                start = override.find(W + "startOverride")
                if start is not None:
                    found.overrides[depth] = _int(start.get(W + "val"), 1)
            self._lists[num.get(W + "numId", "")] = found


def _levels(parent: etree._Element) -> Iterator[tuple[int, _Level]]:
    for element in parent.findall(W + "lvl"):
        restart = element.find(W + "lvlRestart")
        legal = element.find(W + "isLgl")
        yield (
            _int(element.get(W + "ilvl"), 0),
            _Level(
                start=_int(_value(element.find(W + "start")), 1),
                number_format=_value(element.find(W + "numFmt")) or "decimal",
                text=_value(element.find(W + "lvlText")),
                legal=legal is not None and legal.get(W + "val", "1") not in ("0", "false", "off"),
                restart_after=None if restart is None else _int(restart.get(W + "val"), 0),
                style=_value(element.find(W + "pStyle")),
            ),
        )


def _value(element: etree._Element | None) -> str:
    return "" if element is None else element.get(W + "val", "")


def _int(text: str | None, default: int) -> int:
    try:
        return max(0, min(int(text or default), _BIGGEST))
    except ValueError:
        return default
