"""Times in the cells of a sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from fayol.kernel.deadlines import DeadlineRule
from fayol.reading.deadlines import Context, Time, find_times
from fayol.reading.flat import flatten, plain_script


@dataclass(frozen=True, slots=True)
class LedgerDate:
    """A time as written and as understood. `on` None: no date is named (`flags`: vague_date, open_timing, recurring,
    relative_date, no_year, unread_date) or it does not exist (impossible_date). `assumed_year`: the year is ours."""

    words: str
    on: date | None = None
    precision: str = "day"
    rule: DeadlineRule | None = None
    flags: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """The words are a full date, so that the date says all they say."""
        return self.on is not None and ("serial_number" in self.flags or bool(_FULL.fullmatch(self.words.strip())))


_FULL = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8}|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号]")
_SHORTHANDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"), r"\1年\2月\3日"),
    (re.compile(r"^((?:19|20)\d\d)(\d\d)(\d\d)$"), r"\1年\2月\3日"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})(?![\d年月日])"), r"\1年\2月"),
    (re.compile(r"^(\d{1,2})[-/.](\d{1,2})(?!\d)"), r"\1月\2日"),
    (re.compile(r"^((?:19|20)\d\d)年?$"), r"\1年底"),
)
_SERIAL = re.compile(r"[34567]\d{4}$")
_DAY_ONE = date(1899, 12, 30)


def read_date(text: str, *, today: date | None = None) -> LedgerDate:
    """A date cell's words. The reading itself is that of documents; here only the shorthands of sheets are spelt out
    (2026-11-30, 2026/11, 11.30, 20261130, Excel's day number). Of several times the last one counts."""
    plain = plain_script(text)
    flat = flatten(plain, 0, len(plain)).text
    if _SERIAL.match(flat):
        return LedgerDate(text, _DAY_ONE + timedelta(days=int(flat)), "day", None, ("serial_number",))
    spelt = flat
    for pattern, full in _SHORTHANDS:
        spelt = pattern.sub(full, spelt)
    times = find_times(spelt, 0, len(spelt), Context(today))
    if times:
        return _meaning(text, _last(times))
    impossible = spelt != flat or re.fullmatch(r"\d{4}年\d{1,2}月(?:\d{1,2}[日号])?", spelt)
    return LedgerDate(text, flags=("impossible_date",) if impossible else ("unread_date",))


def _last(times: list[Time]) -> Time:
    return next((one for one in reversed(times) if one.on), times[-1])


def _meaning(text: str, found: Time) -> LedgerDate:
    return LedgerDate(text, found.on, found.rule.precision, found.rule, found.flags)
