"""Words of time: which they are, what they mean, and what they do not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fayol.kernel.deadlines import KINDS, DeadlineRule
from fayol.reading.deadlines import Context, Time, find_times, number
from fayol.reading.flat import flatten, plain_script

ISSUED = date(2026, 11, 5)  # a Thursday


class Weekdays:
    """Saturdays and Sundays off, nothing else."""

    def is_workday(self, day: date, /) -> bool:
        return day.weekday() < 5

    def add_workdays(self, day: date, n: int, /) -> date:
        step = 1 if n >= 0 else -1
        for _ in range(abs(n)):
            day += timedelta(days=step)
            while day.weekday() > 4:
                day += timedelta(days=step)
        return day


def times(text: str, today: date | None = ISSUED) -> list[Time]:
    converted = plain_script(text)
    flat = flatten(converted, 0, len(converted)).text
    return find_times(flat, 0, len(flat), Context(today))


@pytest.mark.parametrize(
    ("text", "words", "on"),
    [
        ("于2027年3月31日前完成", "2027年3月31日前", date(2027, 3, 31)),
        ("２０２７年３月１５日前报送", "2027年3月15日前", date(2027, 3, 15)),
        ("2020年底前完成", "2020年底前", date(2020, 12, 31)),
        ("2021年3月底前完成", "2021年3月底前", date(2021, 3, 31)),
        ("年底前完成", "年底前", date(2026, 12, 31)),
        ("12月中旬完成", "12月中旬", date(2026, 12, 20)),
        ("2027年上半年完成", "2027年上半年", date(2027, 6, 30)),
        ("2026年三季度完成", "2026年三季度", date(2026, 9, 30)),
        ("1月15日前完成", "1月15日前", date(2027, 1, 15)),
        ("月底前完成", "月底前", date(2026, 11, 30)),
        ("下周五前完成", "下周五前", date(2026, 11, 13)),
        ("本周内完成", "本周内", date(2026, 11, 6)),
        ("国庆节前完成", "国庆节前", date(2027, 9, 30)),
        ("二○二七年六月底前完成", "二〇二七年六月底前", date(2027, 6, 30)),
        ("于12月20日(星期日)前上报", "12月20日（星期日）前", date(2026, 12, 20)),
    ],
)
def test_words_that_name_a_date(text: str, words: str, on: date) -> None:
    (time,) = times(text)
    assert (time.words, time.on) == (words, on)


def test_a_month_after_a_dated_one_is_of_the_same_year() -> None:
    assert [time.on for time in times("2028年6月底前制定政策，12月底前实现结算")] == [
        date(2028, 6, 30),
        date(2028, 12, 31),
    ]


@pytest.mark.parametrize(
    ("text", "words", "kind", "anchor", "n"),
    [
        ("印发之日起30日内反馈", "印发之日起30日内", "days_after", "issue", 30),
        ("会后5个工作日内报告", "会后5个工作日内", "workdays_after", "meeting", 5),
        ("自会议决定之日起,各单位在5个工作日内报告", "自会议决定之日起5个工作日内", "workdays_after", "decision", 5),
        ("收到通知后十日内反馈", "收到通知后十日内", "days_after", "receipt", 10),
        ("急件在3天内办毕", "3天内", "days_after", "dispatch", 3),
    ],
)
def test_periods_are_kept_as_rules(text: str, words: str, kind: str, anchor: str, n: int) -> None:
    (time,) = times(text)
    assert (time.words.replace("，", ""), time.rule.kind, time.rule.anchor, time.rule.n) == (words, kind, anchor, n)
    assert time.on is None


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("每月28日前报送", "每月28日前", "monthly"),
        ("每季度末(分别在6月、9月和12月底)报送", "每季度末（6月、9月和12月底）", "quarterly"),
        ("每年召开两次会议", "每年两次", "yearly"),
        ("每半年召开一次会议", "每半年一次", "half_yearly"),
        ("每周发布价格", "每周", "weekly"),
    ],
)
def test_recurring_words(text: str, words: str, kind: str) -> None:
    (time,) = times(text)
    assert (time.words, time.rule.kind, time.rule.recurring) == (words, kind, True)


@pytest.mark.parametrize(
    "text",
    [
        "压缩至5个工作日以内",
        "减至1个月",
        "办理时限为4个月以内",
        "每年安排不少于2亿元",
        "鉴于近期工作繁忙",
        "公示5个工作日",
    ],
)
def test_targets_amounts_and_background_are_no_deadlines(text: str) -> None:
    assert [time for time in times(text) if time.strength > 0] == []


@pytest.mark.parametrize("text", ["尽快完成", "近期将下发各单位", "及时形成专报", "立即整改", "春节前完成", "长期坚持"])
def test_vague_words_never_become_a_date(text: str) -> None:
    (time,) = times(text)
    assert time.on is None
    assert "vague_date" in time.flags


def test_open_timing_is_noticed_but_is_no_deadline() -> None:
    (time,) = times("适时开展回头看")
    assert time.strength == 0
    assert time.on is None


def test_an_impossible_date_is_flagged() -> None:
    (time,) = times("2026年2月30日前完成")
    assert time.on is None
    assert "impossible_date" in time.flags


def test_a_start_is_told_apart() -> None:
    (time,) = times("自6月8日起履行职责")
    assert time.rule.kind == "start"
    assert time.rule.on is not None
    assert time.on is None


def test_without_any_date_to_go_by_no_year_is_made_up() -> None:
    (time,) = times("6月底前完成", today=None)
    assert time.on is None
    assert "no_year" in time.flags


@pytest.mark.parametrize(
    ("words", "value"), [("十", 10), ("十五", 15), ("二十", 20), ("三十一", 31), ("两", 2), ("28", 28)]
)
def test_numerals(words: str, value: int) -> None:
    assert number(words) == value


def test_counting_leaves_out_the_starting_day_and_days_off() -> None:
    anchors = {"meeting": date(2026, 11, 6)}  # a Friday
    rule = DeadlineRule("workdays_after", anchor="meeting", n=5)
    assert rule.resolve(anchors=anchors, calendar=Weekdays()) == date(2026, 11, 13)
    # Ten days after Friday 30 October is a Monday; eight days after is a Saturday and moves to Monday.
    assert DeadlineRule("days_after", anchor="meeting", n=8).resolve(anchors=anchors, calendar=Weekdays()) == date(
        2026, 11, 16
    )
    assert DeadlineRule("days_after", anchor="issue", n=8).resolve(anchors=anchors, calendar=Weekdays()) is None


def test_recurring_rules_give_their_next_occasion() -> None:
    today = {"today": date(2026, 11, 29)}
    assert DeadlineRule("monthly", day=28).resolve(anchors=today, calendar=Weekdays()) == date(2026, 12, 28)
    assert DeadlineRule("quarterly", day=-1).resolve(anchors=today, calendar=Weekdays()) == date(2026, 12, 31)
    assert DeadlineRule("yearly", month=2, day=-1).resolve(anchors=today, calendar=Weekdays()) == date(
        2027, 2, 26
    )  # the 28th is a Sunday: the last working day before it
    assert DeadlineRule("weekly", weekday=4).resolve(anchors=today, calendar=Weekdays()) == date(2026, 12, 4)


def test_a_moon_festival_is_asked_of_the_calendar_and_never_computed() -> None:
    rule = DeadlineRule("festival", anchor="春节", n=2027)
    assert rule.resolve(anchors={"issue": ISSUED}, calendar=Weekdays()) is None

    class Knows(Weekdays):
        def festival(self, name: str, year: int) -> date | None:
            return date(2027, 2, 6) if (name, year) == ("春节", 2027) else None

    assert rule.resolve(anchors={"issue": ISSUED}, calendar=Knows()) == date(2027, 2, 5)


rules = st.builds(
    DeadlineRule,
    kind=st.sampled_from(sorted(KINDS)),
    on=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    anchor=st.sampled_from(["", "issue", "meeting"]),
    n=st.integers(0, 400),
    month=st.integers(0, 12),
    day=st.integers(-1, 31),
    weekday=st.integers(-1, 6),
    unit=st.sampled_from(["", "week", "month", "quarter", "half", "year"]),
    words=st.text(max_size=12),
)


@given(rules)
def test_a_rule_survives_json(rule: DeadlineRule) -> None:
    assert DeadlineRule.from_json(rule.to_json()) == rule


@given(rules, st.dates(date(2010, 1, 1), date(2090, 1, 1)))
def test_resolving_never_raises_and_periods_end_after_they_begin(rule: DeadlineRule, day: date) -> None:
    anchors = {"issue": day, "meeting": day, "today": day}
    due = rule.resolve(anchors=anchors, calendar=Weekdays())
    if due is not None and rule.kind in ("workdays_after", "days_after", "months_after") and rule.n:
        assert due > day
    if due is not None and rule.recurring:
        assert due >= day
