"""Periods as people type them."""

from __future__ import annotations

import pytest

from fayol.kernel.errors import Refused
from fayol.reading.period import read_period


@pytest.mark.parametrize(
    ("words", "kind", "n"),
    [
        ("30个工作日内", "workdays_after", 30),
        ("30个工作日", "workdays_after", 30),
        ("收到后3个工作日内", "workdays_after", 3),
        ("３个工作日内", "workdays_after", 3),
        ("十五日内", "days_after", 15),
        ("两周内", "weeks_after", 2),
        ("1个月内", "months_after", 1),
        ("24小时内", "hours_after", 24),
        ("收到通知后24小时内", "hours_after", 24),
        ("4个工作小时内", "workhours_after", 4),
    ],
)
def test_a_period_is_counted_from_the_dispatch(words: str, kind: str, n: int) -> None:
    rule = read_period(words)
    assert (rule.kind, rule.n, rule.words) == (kind, n, words)
    assert rule.anchor in ("dispatch", "receipt")


@pytest.mark.parametrize(
    "words", ["", "尽快", "会后24小时内", "11月30日前", "三十", "0个工作日内", "明天", "3天内或5天内"]
)
def test_what_is_no_period_is_refused(words: str) -> None:
    with pytest.raises(Refused):
        read_period(words)
