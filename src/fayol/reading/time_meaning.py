"""What words of time mean: from a match to a date, or to a rule that is kept as one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fayol.kernel.deadlines import DeadlineRule, end_of_month, fixed_festival

_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


def number(words: str) -> int:
    """Arabic or Chinese numerals up to 99; 半 is not a number here."""
    if words.isdigit():
        return int(words)
    tens, found, rest = words.partition("十")
    if not found:
        value = 0
        for char in words:
            value = value * 10 + _DIGITS.get(char, 0)
        return value
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(rest, 0) if rest else 0)


def _year(words: str) -> int:
    digits = words.rstrip("年")
    return int(digits) if digits.isdigit() else int("".join(str(_DIGITS[c]) for c in digits))


@dataclass(frozen=True, slots=True)
class Context:
    """What dates without a year are read against: the document's own date, or the meeting's."""

    today: date | None


@dataclass(frozen=True, slots=True)
class Time:
    """Words of time at [start, end) of the flat text. `words` may leave out what stands between ("每年…两次").
    `strength`: 3 a firm deadline, 2 recurring, 1 vague, 0 not reported as deadline (open timing, target)."""

    words: str
    start: int
    end: int
    rule: DeadlineRule
    strength: int = 3
    flags: tuple[str, ...] = ()

    @property
    def on(self) -> date | None:
        return self.rule.on if self.rule.kind == "date" else None


Maker = Callable[[re.Match[str], "TimeReader"], "Time | None"]


_OF_EVERY_YEAR = re.compile(r"每年(?:的)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})月[^。；]*$")


class TimeReader:
    """Reads one stretch; remembers the year named last, because "12月底前" after "2021年6月底前" means 2021."""

    def __init__(self, text: str, context: Context) -> None:
        self.text = text
        self.context = context
        self.year: int | None = None

    def in_cycle(self, at: int) -> bool:
        """Whether a date of every year stands before in the same sentence, perhaps told to another unit."""
        return bool(_OF_EVERY_YEAR.search(self.text, max(0, at - 120), at))

    def assume(self, month: int, day: int) -> tuple[int, tuple[str, ...]]:
        if self.year is not None:
            return self.year, ()
        today = self.context.today
        if today is None:
            return 0, ("no_year",)
        last = end_of_month(today.year, month)
        if last.replace(day=min(day, last.day)) < today - timedelta(days=31):
            return today.year + 1, ("assumed_year",)
        return today.year, ("assumed_year",)


def dated(match: re.Match[str], reader: TimeReader) -> Time | None:
    """月, 日, 旬, 底; with or without a year."""
    group = match.groupdict()
    flags: tuple[str, ...] = ()
    month = number(group["month"])
    day = number(group["day"]) if group.get("day") else 0
    if not 1 <= month <= 12:
        return None
    if group.get("year"):
        year = reader.year = _year(group["year"])
    elif group.get("near"):
        year, flags = _near(group["near"], reader)
    else:
        year, flags = reader.assume(month, day or 28)
    part = group.get("part") or ""
    before = bool(group.get("before"))
    start = bool(group.get("from") or group.get("since"))
    words = _words(match)
    if not year:
        return Time(words, match.start(), match.end(), _rule("start" if start else "vague", words), 3, flags)
    on, precision, more = _day_of(year, month, day, part, before)
    flags += more
    if on is None:
        return Time(words, match.start(), match.end(), _rule("vague", words), 3, flags)
    rule = DeadlineRule(kind="start" if start else "date", on=on, precision=precision, words=words)
    if not group.get("year") and not group.get("near") and before and reader.in_cycle(match.start()):
        # "每年2月底前…，3月底前…": the second recurs too.
        last_day = -1 if part else day
        cycle = DeadlineRule("yearly", month=month, day=last_day, words=words)
        return Time(words, match.start(), match.end(), cycle, 3, ("recurring",))
    strength = (
        3 if before or start or part in ("底", "末", "月底", "中旬", "上旬", "下旬") or group.get("till") == "到" else 0
    )
    return Time(words, match.start(), match.end(), rule, strength, flags)


def _day_of(year: int, month: int, day: int, part: str, before: bool) -> tuple[date | None, str, tuple[str, ...]]:
    if day:
        last = end_of_month(year, month)
        return (last.replace(day=day), "day", ()) if day <= last.day else (None, "day", ("impossible_date",))
    if part == "上旬":
        return date(year, month, 10), "month", ()
    if part == "中旬":
        return date(year, month, 20), "month", ()
    if part == "初":
        return None, "month", ("vague_date",)
    if part or not before:
        return end_of_month(year, month), "month", ()
    # "6月前": before June begins.
    return date(year, month, 1) - timedelta(days=1), "month", ("ambiguous_date",)


def _near(words: str, reader: TimeReader) -> tuple[int, tuple[str, ...]]:
    today = reader.context.today
    if today is None:
        return 0, ("no_year",)
    year = today.year + (1 if words[0] in "明次" else 0)
    reader.year = year
    return year, ("assumed_year",)


def yearly_end(match: re.Match[str], reader: TimeReader) -> Time | None:
    """2020年底前, 年底前, 上半年, 三季度, 年内."""
    group = match.groupdict()
    flags: tuple[str, ...] = ()
    words = _words(match)
    if group.get("year"):
        year = reader.year = _year(group["year"])
    else:
        near = group.get("near") or ""
        year, flags = (reader.year, ()) if reader.year and not near else _near(near or "今", reader)
        year = year or 0
    part = group["part"]
    if not year:
        return Time(words, match.start(), match.end(), _rule("vague", words), 3, flags)
    on, precision = _part_of_year(year, part)
    if group.get("from"):
        return Time(
            words, match.start(), match.end(), DeadlineRule("start", on=date(year, 1, 1), words=words), 3, flags
        )
    rule = DeadlineRule(kind="date", on=on, precision=precision, words=words)
    return Time(words, match.start(), match.end(), rule, 3, flags)


def _part_of_year(year: int, part: str) -> tuple[date, str]:
    if "上半年" in part:
        return date(year, 6, 30), "half"
    quarter = re.search(r"[一二三四1234]", part) if "季" in part else None
    if quarter:
        index = number(quarter.group())
        return end_of_month(year, index * 3), "quarter"
    return date(year, 12, 31), "half" if "下半年" in part else "year"


def plain_year(match: re.Match[str], reader: TimeReader) -> Time | None:
    """到2027年; 2025年前; 从2019年起."""
    group = match.groupdict()
    words = _words(match)
    year = reader.year = _year(group["year"] or group["year2"])
    if group.get("since"):
        return Time(
            words, match.start(), match.end(), DeadlineRule("start", on=date(year, 1, 1), precision="year", words=words)
        )
    if group.get("before"):
        rule = DeadlineRule("date", on=date(year - 1, 12, 31), precision="year", words=words)
        return Time(words, match.start(), match.end(), rule, 3, ("ambiguous_date",))
    return Time(
        words, match.start(), match.end(), DeadlineRule("date", on=date(year, 12, 31), precision="year", words=words)
    )


_ANCHORS = (
    (re.compile("会议?(?:结束|召开)?之?后|会后|会议(?:结束|召开)之日"), "meeting"),
    (re.compile("印发|发布|下发|发文|公布"), "issue"),
    (re.compile("决定"), "decision"),
    (re.compile("收到|接到|收文|受理|签收"), "receipt"),
    (re.compile("批准|审批|批复|同意"), "approval"),
    (re.compile("交办|下达|转办|派发"), "dispatch"),
)


def _anchor(words: str) -> str:
    return next((name for pattern, name in _ANCHORS if pattern.search(words)), "event")


def relative(match: re.Match[str], reader: TimeReader) -> Time | None:
    """自会议决定之日起，…5个工作日内; 会后5个工作日内; 收到通知后10日内."""
    del reader
    group = match.groupdict()
    anchor = re.sub(r"^(?:应当?|须|要|在|于)+", "", group["anchor"])
    period = group["period"]
    between = group.get("between") or ""
    words = anchor + period if between else match.group()[match.group().index(anchor) :]
    start = match.start("anchor") + len(group["anchor"]) - len(anchor)
    return _counted(words, start, match.end(), _anchor(anchor), group)


def bare_period(match: re.Match[str], reader: TimeReader) -> Time | None:
    """急件在3天内办毕: a period whose beginning the text leaves to the reader."""
    del reader
    group = match.groupdict()
    return _counted(group["period"], match.start("period"), match.end("period"), "dispatch", group)


_COUNTED_IN = {
    "工作日": "workdays_after",
    "日": "days_after",
    "天": "days_after",
    "周": "weeks_after",
    "星期": "weeks_after",
    "月": "months_after",
    "工作小时": "workhours_after",
    "小时": "hours_after",
    "年": "months_after",
}


def _counted(words: str, start: int, end: int, anchor: str, group: dict[str, str | None]) -> Time | None:
    unit = group["unit"] or ""
    kind = _COUNTED_IN[unit]
    raw = group["n"] or "1"
    n = 15 if raw == "半" else number(raw)
    kind = "days_after" if raw == "半" else kind
    rule = DeadlineRule(kind, anchor=anchor, n=n * 12 if unit == "年" else n, words=words)
    return Time(words, start, end, rule, 3, ("relative_date",))


def times_a_year(match: re.Match[str], reader: TimeReader) -> Time | None:
    del reader
    words = match["every"] + (match["least"] or "") + match["times"]
    rule = DeadlineRule(_cycle(match["every"]), words=words)
    return Time(words, match.start(), match.end(), rule, 2, ("recurring",))


def _cycle(words: str) -> str:
    if "日" in words or "天" in words:
        return "daily"
    if "周" in words or "星期" in words:
        return "weekly"
    if "季" in words:
        return "quarterly"
    if "半年" in words:
        return "half_yearly"
    return "yearly" if "年" in words else "monthly"


def recurring(match: re.Match[str], reader: TimeReader) -> Time | None:
    del reader
    group = match.groupdict()
    words = re.sub(r"分别[在为于]", "", _words(match))
    month = number(group["month"]) if group.get("month") else 0
    day = -1 if group.get("part") in ("底", "末", "月底") else number(group["day"]) if group.get("day") else 0
    weekday = "一二三四五六日".find(group["weekday"]) if group.get("weekday") else -1
    kind = "weekly" if weekday >= 0 else _cycle(group["every"])
    if group.get("more"):
        # 每年6月和12月: half a year apart is a rule; other rows are kept by their first month.
        more = re.findall(r"(\d{1,2}|[一二三四五六七八九十]{1,2})月", group["more"])
        months = [month, *(number(found) for found in more)]
        kind = "half_yearly" if len(months) == 2 and abs(months[0] - months[1]) == 6 else kind
    fixed = bool(month or day or weekday >= 0 or group.get("before"))
    rule = DeadlineRule(kind, month=month, day=day, weekday=weekday, words=words)
    return Time(words, match.start(), match.end(), rule, 3 if fixed else 2, ("recurring",))


def by_cycle(match: re.Match[str], reader: TimeReader) -> Time | None:
    """按月, 按季度或月份, 年中和年末: the shorter cycle counts, since it is asked for."""
    del reader
    words = match.group()
    kind = "half_yearly" if words.startswith("年中") else _cycle(words.replace("月份", "月"))
    return Time(words, match.start(), match.end(), DeadlineRule(kind, words=words), 2, ("recurring",))


def ranged(match: re.Match[str], reader: TimeReader) -> Time | None:
    """7月1日至9月30日, 3月至5月, 7—9月: the end is the date; a year may stand at either side."""
    group = match.groupdict()
    flags: tuple[str, ...] = ("range",)
    month = number(group["month"] or group["month2"] or group["month3"] or "0")
    day = number(group["day"] or group["day3"] or "0")
    if not 1 <= month <= 12:
        return None
    words = _words(match)
    if group.get("year2") or group.get("year"):
        year = reader.year = _year(group.get("year2") or group["year"] or "")
    elif group.get("near"):
        year, more = _near(group["near"] or "", reader)
        flags += more
    else:
        year, more = reader.assume(month, day or 28)
        flags += more
    if not year:
        return Time(words, match.start(), match.end(), _rule("vague", words), 3, flags)
    part = (group["part"] or group["part2"] or "底").replace("月底", "底")
    on, precision, more = _day_of(year, month, day, part, False)
    flags += more
    rule = DeadlineRule("date", on=on, precision=precision, words=words) if on else _rule("vague", words)
    return Time(words, match.start(), match.end(), rule, 3, flags)


def numeric(match: re.Match[str], reader: TimeReader) -> Time | None:
    """2026-06-30前, 2026.6.30, 6.30前."""
    month, day = int(match["month"] or match["month_"]), int(match["day"] or match["day_"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    flags: tuple[str, ...] = ()
    if match["year"]:
        year = reader.year = int(match["year"])
    else:
        year, flags = reader.assume(month, day)
    words = _words(match)
    if not year:
        return Time(words, match.start(), match.end(), _rule("vague", words), 3, flags)
    on, precision, more = _day_of(year, month, day, "", True)
    rule = DeadlineRule("date", on=on, precision=precision, words=words) if on else _rule("vague", words)
    strength = 3 if match["before"] or match["before_"] else 0
    return Time(words, match.start(), match.end(), rule, strength, flags + more)


def school_term(match: re.Match[str], reader: TimeReader) -> Time | None:
    """2026年秋季学期起: when a term begins the words do not say, so no date is set."""
    del reader
    words = _words(match)
    kind = "start" if match["end"] == "起" else "vague"
    flags = () if kind == "start" else ("vague_date",)
    return Time(words, match.start(), match.end(), _rule(kind, words), 3, flags)


def near_month(match: re.Match[str], reader: TimeReader) -> Time | None:
    """本月25日前, 下月5日前: read against the document's date."""
    words = _words(match)
    today = reader.context.today
    if today is None:
        return Time(words, match.start(), match.end(), _rule("vague", words), 3, ("no_year",))
    ahead = 1 if match["near"].startswith("下") else 0
    year, month = today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1
    on, precision, flags = _day_of(year, month, number(match["day"]), "", bool(match["before"]))
    rule = DeadlineRule("date", on=on, precision=precision, words=words) if on else _rule("vague", words)
    return Time(words, match.start(), match.end(), rule, 3, ("assumed_year", *flags))


def near_day(match: re.Match[str], reader: TimeReader) -> Time | None:
    """本周内, 下周五前, 月底前, 本季度末: read against the document's date."""
    words = _words(match)
    today = reader.context.today
    unit = "week" if "周" in words else "quarter" if "季" in words else "month"
    weekday = "一二三四五六日".find(match["weekday"]) if match["weekday"] else -1
    rule = DeadlineRule(
        "end_of",
        anchor="issue",
        n=1 if words.startswith(("下", "次")) else 0,
        weekday=weekday,
        unit=unit,
        precision="day" if weekday >= 0 else unit,
        words=words,
    )
    if today is None:
        return Time(words, match.start(), match.end(), rule, 3, ("no_year",))
    on = rule.resolve(anchors={"issue": today}, calendar=_NoCalendar())
    dated = DeadlineRule("date", on=on, precision=rule.precision, words=words)
    return Time(words, match.start(), match.end(), dated, 3, ("assumed_year",))


class _NoCalendar:
    def is_workday(self, day: date, /) -> bool:
        return True

    def add_workdays(self, day: date, n: int, /) -> date:
        return day + timedelta(days=n)


def festival_eve(match: re.Match[str], reader: TimeReader) -> Time | None:
    words = _words(match)
    name = match["festival"].strip("“”")
    year = _year(match["year"]) if match["year"] else 0
    today = reader.context.today
    for candidate in (year,) if year else (today.year, today.year + 1) if today else ():
        first = fixed_festival(name, candidate)
        if first and (year or (today and first > today)):
            on = first - timedelta(days=1)
            return Time(
                words,
                match.start(),
                match.end(),
                DeadlineRule("date", on=on, words=words),
                3,
                () if year else ("assumed_year",),
            )
    rule = DeadlineRule("festival", anchor=name, n=year, words=words)
    return Time(words, match.start(), match.end(), rule, 3, ("vague_date",))


def event(match: re.Match[str], reader: TimeReader) -> Time | None:
    del reader
    words = match["words"]
    rule = DeadlineRule("event", anchor=words, words=words)
    return Time(words, match.start("words"), match.end("words"), rule, 3, ("vague_date",))


def vague(match: re.Match[str], reader: TimeReader) -> Time | None:
    del reader
    return Time(match.group(), match.start(), match.end(), _rule("vague", match.group()), 1, ("vague_date",))


def open_timing(match: re.Match[str], reader: TimeReader) -> Time | None:
    del reader
    return Time(match.group(), match.start(), match.end(), _rule("vague", match.group()), 0, ("open_timing",))


def _rule(kind: str, words: str) -> DeadlineRule:
    return DeadlineRule(kind, words=words)


def _words(match: re.Match[str]) -> str:
    """Without the preposition: 于4月20日前 is "4月20日前"; but 自6月8日起 and 到2027年 keep theirs."""
    return match.group()
