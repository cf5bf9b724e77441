"""The yearly notice of the State Council about holidays, as text: the days off, the make-up days, and who says so.

"国务院办公厅关于2026年部分节假日安排的通知": one paragraph for each festival, "2月15日（周日）至23日（周一）放假调休，
共9天。2月14日（周六）、2月28日（周六）上班。" A later notice may correct one festival of a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.text import half_width

FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
_FIXED = {"元旦": (1, 1), "劳动节": (5, 1), "国庆节": (10, 1)}
_LONGEST = 16
"""Days of the longest holiday that is believed; more is a slip of the pen."""
_WEEKDAYS = "一二三四五六日"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Festival:
    """One festival (or two that fall together, "国庆节、中秋节"). `words` stand at `span` of the text.

    `until` is set where a notice only prolongs the days that hold already.
    """

    name: str
    days: tuple[date, ...]
    makeups: tuple[date, ...]
    words: str
    span: Span
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be right, in a sentence with places for `params`, and where it stands."""

    code: str
    sentence: str
    span: Span
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """`correction` when it speaks of single festivals of a year that is arranged already."""

    year: int
    title: str
    number: str
    issued_on: date | None
    festivals: tuple[Festival, ...]
    correction: bool
    problems: tuple[Problem, ...]

    @property
    def source(self) -> str:
        return " ".join(part for part in (self.number, self.title) if part)[:200]


class _Text:
    """The text without blanks and line breaks, in half-width signs, and where each sign stood."""

    def __init__(self, text: str) -> None:
        self.source = text
        plain = half_width(text)
        self.places = [place for place, sign in enumerate(plain) if not sign.isspace()]
        self.plain = "".join(plain[place] for place in self.places)

    def span(self, start: int, end: int) -> Span:
        return self.places[start], self.places[end - 1] + 1

    def words(self, span: Span) -> str:
        return " ".join(self.source[span[0] : span[1]].split())


_NAME = r"(?:元旦|春节|清明节?|(?:国际)?劳动节|五一|端午节?|中秋节?|国庆节?)"
_DATE = r"(?:(?:(?P<{0}y>20\d\d)年)?(?P<{0}m>\d{{1,2}})月)?(?P<{0}d>\d{{1,2}})日(?:\((?P<{0}w>[^()]*)\))?"
_HEADING = re.compile(rf"(?:[一二三四五六七八九十]+、|\d+[.、])?(?P<names>{_NAME}(?:(?:、|和|及){_NAME})*)(?:假期)?:")
_OFF = re.compile(_DATE.format("a") + r"(?:(?:至|到|-|—|–|~)+" + _DATE.format("b") + r")?放假(?:调休)?")
_ON = re.compile(_DATE.format("a"))
_TOTAL = re.compile(r"(?:共|放假)(\d{1,2})天")
_TITLE = re.compile(
    r"关于(?P<do>[^。:]{0,4}?)(?P<year>20\d\d)年[^。:]{0,20}?(?:节假日|假期|放假|节日)[^。:]{0,8}?(?:通知|公告)"
)
_PROLONG = re.compile(rf"延长(?P<year>20\d\d)年(?P<name>{_NAME})假期至" + _DATE.format("a"))
_YEAR = re.compile(r"(?:现将|关于)[^。:]{0,4}?(20\d\d)年")
_NUMBER = re.compile(r"国?[\u4e00-\u9fff]{1,8}[〔\[(](?:20\d\d)[〕\])]\d+号")
_ISSUED = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日$")
_CORRECTING = re.compile(r"调整|延长|变更|修改|补充")


def read_notice(text: str, *, year: int | None = None) -> Notice:
    """Refused when it is no such notice, or names no year and none is given.

    What contradicts itself is listed in `problems`, so that everything can be put right at once.
    """
    flat = _Text(text)
    title = _TITLE.search(flat.plain)
    if "放假" not in flat.plain and not _PROLONG.search(flat.plain):
        raise Refused("not_notice", _("这段文字里没有放假安排。请粘贴国务院办公厅节假日安排通知的全文。"), field="text")
    found = year or _year_of(flat, title)
    if found is None:
        raise Refused("no_year", _("通知里没有写是哪一年的安排。请把标题一起粘贴，或在下面填年份。"), field="year")
    correction = bool(title and _CORRECTING.search(title["do"])) or bool(_PROLONG.search(flat.plain))
    reader = _Reader(flat, found)
    festivals = tuple(reader.festivals(title))
    if not festivals:
        raise Refused("not_notice", _("没有读到“某月某日至某日放假”这样的安排。请粘贴通知全文。"), field="text")
    problems = [*reader.problems, *_contradictions(festivals, found)]
    if not correction:
        problems += _missing(festivals)
    return Notice(
        year=found,
        title=_title_words(flat, title),
        number=number.group().rpartition("通知")[2] if (number := _NUMBER.search(flat.plain)) else "",
        issued_on=_issued_on(flat),
        festivals=festivals,
        correction=correction,
        problems=tuple(problems),
    )


def _year_of(flat: _Text, title: re.Match[str] | None) -> int | None:
    if title:
        return int(title["year"])
    found = _YEAR.search(flat.plain) or re.search(r"延长(20\d\d)年", flat.plain)
    return int(found[1]) if found else None


def _title_words(flat: _Text, title: re.Match[str] | None) -> str:
    """With its issuer before it: 国务院办公厅关于…的通知."""
    if title is None:
        return ""
    before = re.search(r"[\u4e00-\u9fff]{2,12}$", flat.plain[: title.start()])
    words = flat.words(flat.span(before.start() if before else title.start(), title.end()))
    return words.replace(" ", "")


def _issued_on(flat: _Text) -> date | None:
    """The date under the text; the signature may be followed by remarks."""
    for match in reversed(list(re.finditer(r"(20\d\d)年(\d{1,2})月(\d{1,2})日", flat.plain))):
        after = flat.plain[match.end() :]
        if not after or (after.startswith(("(", "[", "主题词")) and len(after) < 60):
            return _date(*map(int, match.groups()))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


class _Reader:
    """Reads festival by festival and notes what does not fit."""

    def __init__(self, flat: _Text, year: int) -> None:
        self.flat, self.year = flat, year
        self.problems: list[Problem] = []

    def festivals(self, title: re.Match[str] | None) -> Iterator[Festival]:
        plain = self.flat.plain
        prolonged = _PROLONG.search(plain)
        if prolonged:
            yield from self._prolonged(prolonged)
            return
        heads = list(_HEADING.finditer(plain))
        if not heads and title:
            names = re.findall(_NAME, title.group())
            if names:
                yield from self._festival(_called(names), title.end(), len(plain))
        ends = [head.start() for head in heads[1:]] + [len(plain)]
        for head, end in zip(heads, ends, strict=False):
            yield from self._festival(_called(re.findall(_NAME, head["names"])), head.end(), end)

    def _prolonged(self, match: re.Match[str]) -> Iterator[Festival]:
        until = self._day(match, "a", None)
        if until:
            span = self.flat.span(match.start(), match.end())
            yield Festival(_called([match["name"]]), (), (), self.flat.words(span), span, until)

    def _festival(self, name: str, start: int, end: int) -> Iterator[Festival]:
        days: list[date] = []
        makeups: list[date] = []
        last = start
        for at, to in self._sentences(start, end):
            sentence = self.flat.plain[at:to]
            if off := _OFF.search(self.flat.plain, at, to):
                days += self._off(off, sentence, self.flat.span(at, to))
            elif sentence.endswith("上班") and "起" not in sentence:
                makeups += self._on(at, to)
            else:
                continue
            last = to
        if days:
            span = self.flat.span(start, last)
            yield Festival(name, tuple(sorted(set(days))), tuple(sorted(set(makeups))), self.flat.words(span), span)

    def _sentences(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        for match in re.finditer(r"[^。;]+", self.flat.plain[start:end]):
            if not match.group().startswith(("鼓励", "安排", "节假日期间", "各地区")):
                yield start + match.start(), start + match.end()

    def _off(self, match: re.Match[str], sentence: str, span: Span) -> list[date]:
        first = self._day(match, "a", None)
        last = self._day(match, "b", first) if match["bd"] else first
        if first is None or last is None:
            return []
        count = (last - first).days + 1
        if not 1 <= count <= _LONGEST:
            self._note("bad_range", _("“{words}”从{first}到{last}，前后颠倒或过长。"), span, first=first, last=last)
            return []
        days = [first + timedelta(days=i) for i in range(count)]
        if "与周末连休" in sentence:
            days = _with_weekend(days)
        elif (total := _TOTAL.search(sentence)) and int(total[1]) != count:
            self._note("total", _("“{words}”写共{said}天，从{first}到{last}是{count}天。"), span,
                       said=int(total[1]), first=first, last=last, count=count)  # fmt: skip
        return days

    def _on(self, start: int, end: int) -> list[date]:
        found: list[date] = []
        for match in _ON.finditer(self.flat.plain, start, end):
            day = self._day(match, "a", found[-1] if found else None)
            if day:
                found.append(day)
        return found

    def _day(self, match: re.Match[str], which: str, before: date | None) -> date | None:
        """The date; a month or year that is left out is that of the date before it, else the notice's year."""
        span = self.flat.span(match.start(), match.end())
        month = int(match[which + "m"] or (before.month if before else 0))
        year = int(match[which + "y"] or (before.year if before else self.year))
        if before and not match[which + "y"] and match[which + "m"] and month < before.month:
            year += 1  # 12月30日至1月1日
        day = _date(year, month, int(match[which + "d"]))
        if day is None:
            self._note("no_such_day", _("“{words}”不是真实的日期。"), span)
            return None
        said = re.search(r"(?:星期|周)([一二三四五六日天])", match[which + "w"] or "")
        if said and _WEEKDAYS.index(said[1].replace("天", "日")) != day.weekday():
            self._note("weekday", _("{day}是星期{real}，通知写的是星期{said}。请核对年份和日期。"), span,
                       day=day, real=_WEEKDAYS[day.weekday()], said=said[1])  # fmt: skip
        return day

    def _note(self, code: str, sentence: str, span: Span, **params: object) -> None:
        self.problems.append(Problem(code, sentence, span, {"words": self.flat.words(span), **params}))


def _called(names: list[str]) -> str:
    full = {
        "五一": "劳动节",
        "国际劳动节": "劳动节",
        "清明": "清明节",
        "端午": "端午节",
        "中秋": "中秋节",
        "国庆": "国庆节",
    }
    return "、".join(dict.fromkeys(full.get(name, name) for name in names))


def _with_weekend(days: list[date]) -> list[date]:
    found = list(days)
    while (after := found[-1] + timedelta(days=1)).weekday() >= 5:
        found.append(after)
    while (before := found[0] - timedelta(days=1)).weekday() >= 5:
        found.insert(0, before)
    return found


def _contradictions(festivals: tuple[Festival, ...], year: int) -> Iterator[Problem]:
    off: dict[date, Festival] = {}
    for festival in festivals:
        for day in festival.days:
            if day in off:
                yield Problem("twice", _("{day}既列入{name}，又列入{other}。"), festival.span,
                              {"day": day, "name": festival.name, "other": off[day].name})  # fmt: skip
            off[day] = festival
    for festival in festivals:
        yield from _wrong_makeups(festival, off)
        yield from _wrong_days(festival, year)


def _wrong_makeups(festival: Festival, off: dict[date, Festival]) -> Iterator[Problem]:
    for day in festival.makeups:
        params = {"day": day, "name": festival.name}
        if day in off:
            yield Problem("makeup_in_holiday", _("{day}写明上班，又在{other}放假的日子里。"), festival.span,
                          {**params, "other": off[day].name})  # fmt: skip
        elif day.weekday() < 5:
            yield Problem(
                "makeup_on_workday", _("{day}本来就是工作日，不用写上班。请核对{name}一段。"), festival.span, params
            )


def _wrong_days(festival: Festival, year: int) -> Iterator[Problem]:
    """A festival with a fixed day must contain it; and nothing is arranged for another year."""
    for name in festival.name.split("、"):
        fixed = date(year, *_FIXED[name]) if name in _FIXED else None
        if fixed and festival.days and fixed not in festival.days:
            yield Problem("festival_missing", _("{name}的放假日期里没有{day}。请核对年份和日期。"), festival.span,
                          {"name": name, "day": fixed})  # fmt: skip
    wrong = next((day for day in (*festival.days, *festival.makeups) if abs(day.year - year) > 1), None)
    if wrong:
        yield Problem("other_year", _("{day}不在{year}年前后，请核对。"), festival.span, {"day": wrong, "year": year})


def _missing(festivals: tuple[Festival, ...]) -> Iterator[Problem]:
    there = {name for festival in festivals for name in festival.name.split("、")}
    missing = [name for name in FESTIVALS if name not in there]
    if missing:
        sentence = _("没有读到{names}的安排。全年的通知应七个节日都有；只改其中一个的，标题应写明“调整”或“延长”。")
        yield Problem("festivals_missing", sentence, festivals[0].span, {"names": "、".join(missing)})
