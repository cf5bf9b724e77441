"""Until when an answer is wanted, as somebody types it: "3个工作日内", "24小时内", "会前1天"."""

from __future__ import annotations

import re

from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.text import half_width
from fayol.reading.period import read_period

_BEFORE = re.compile(r"(?:会议|活动|会|开会|开始)之?前(\d{1,2})个?(工作)?[日天]")


def read_reply_deadline(words: str) -> DeadlineRule:
    """The rule, counted from sending or back from the event. Refused for words that name no such time."""
    plain = "".join(half_width(words).split()).rstrip("。.")
    before = _BEFORE.fullmatch(plain)
    if before:
        kind = "workdays_before" if before[2] else "days_before"
        return DeadlineRule(kind, anchor="meeting", n=int(before[1]), words=words.strip()[:80])
    rule = read_period(words)
    return DeadlineRule(rule.kind, anchor="dispatch", n=rule.n, words=rule.words)
