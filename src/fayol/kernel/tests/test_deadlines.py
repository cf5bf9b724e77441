"""Rules as instants: 民法典 art. 201–203, hours, occasions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fayol.kernel.deadlines import KINDS, DeadlineRule
from fayol.kernel.worktime import Hours, WorkCalendar, YearTable, days_of, plain_week

ZONE = ZoneInfo("Asia/Shanghai")
GOLDEN_WEEK = frozenset(date(2026, 10, day) for day in range(1, 8))


def table(year: int) -> YearTable:
    extra = {date(2026, 9, 20), date(2026, 10, 10)} if year == 2026 else set()
    return YearTable(year, (plain_week(year).workdays - GOLDEN_WEEK) | extra, assumed=False)


CALENDAR = WorkCalendar(table=table, tz=ZONE)


def every_day(year: int) -> YearTable:
    return YearTable(year, frozenset(days_of(year)), assumed=False)


def four_on_four_off(year: int) -> YearTable:
    """Two days on the early shift, two nights, four days off; over the end of the year without a break."""
    days = [day for day in days_of(year) if day.toordinal() % 8 < 4]
    nights: Hours = ((time(), time(6)), (time(18), time()))
    return YearTable(year, frozenset(days), False, {day: nights for day in days if day.toordinal() % 8 > 1})


CALENDARS = (
    CALENDAR,
    WorkCalendar(table=every_day, tz=ZONE, hours=((time(), time(8)), (time(8), time()))),
    WorkCalendar(table=every_day, tz=ZONE, hours=((time(), time()),)),
    WorkCalendar(table=four_on_four_off, tz=ZONE, hours=((time(6), time(14)), (time(14), time(22)))),
)
"""An office, a plant on two shifts through midnight, one that never closes, and one on a rota of days and nights."""


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE)


def due(rule: DeadlineRule, **anchors: str) -> datetime | None:
    known: Mapping[str, datetime] = {name: at(words) for name, words in anchors.items()}
    return rule.resolve_at(anchors=known, calendar=CALENDAR)


def test_working_days_end_at_the_close_of_business() -> None:
    assert due(DeadlineRule("workdays_after", anchor="receipt", n=3), receipt="2026-09-28 16:00") == at(
        "2026-10-08 17:30"
    )


def test_a_period_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    assert due(DeadlineRule("days_after", anchor="receipt", n=10), receipt="2026-09-23 09:00") == at("2026-10-08 17:30")


def test_a_named_day_stays_the_day_it_is() -> None:
    assert due(DeadlineRule("date", on=date(2026, 10, 3))) == at("2026-10-03 17:30")
    assert due(DeadlineRule("end_of", unit="month"), issue="2026-10-09 10:00") == at("2026-10-31 17:30")


def test_hours_count_from_their_instant_and_do_not_roll() -> None:
    assert due(DeadlineRule("hours_after", anchor="meeting", n=24), meeting="2026-09-30 16:20") == at(
        "2026-10-01 16:20"
    )


def test_working_hours_count_in_working_time() -> None:
    rule = DeadlineRule("workhours_after", anchor="receipt", n=4)
    assert due(rule, receipt="2026-09-30 16:00") == at("2026-10-08 11:00")


@pytest.mark.parametrize(
    ("rule", "today", "expected"),
    [
        (DeadlineRule("weekly", weekday=4), "2026-10-09 09:00", "2026-10-09 17:30"),
        (DeadlineRule("weekly", weekday=4), "2026-09-28 09:00", "2026-09-30 17:30"),  # Friday is 2 October
        (DeadlineRule("weekly", weekday=4), "2026-10-01 09:00", "2026-10-09 17:30"),  # and that one has passed
        (DeadlineRule("monthly", day=5), "2026-09-29 09:00", "2026-09-30 17:30"),
    ],
)
def test_an_occasion_on_a_day_off_is_due_on_the_last_working_day_before_it(
    rule: DeadlineRule, today: str, expected: str
) -> None:
    assert due(rule, today=today) == at(expected)


def test_what_is_due_every_day_is_due_every_working_day() -> None:
    assert due(DeadlineRule("daily"), today="2026-10-01 09:00") == at("2026-10-08 17:30")


def test_an_hour_in_the_words_is_the_hour() -> None:
    assert due(DeadlineRule("date", on=date(2026, 11, 30), at="17:00")) == at("2026-11-30 17:00")


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
)
MOMENT = timedelta(microseconds=1)
"""The end of a span belongs to it as far as deadlines are concerned."""
SAYS_SO = frozenset({"date", "end_of", "hours_after", "days_before", "festival"})


@given(st.integers(0, len(CALENDARS) - 1), rules, st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))
def test_nothing_is_due_outside_working_time_unless_the_rule_says_so(
    which: int, rule: DeadlineRule, wall: datetime
) -> None:
    start, calendar = wall.replace(tzinfo=ZONE), CALENDARS[which]
    instant = rule.resolve_at(anchors={"issue": start, "meeting": start, "today": start}, calendar=calendar)
    if instant is None or rule.kind in SAYS_SO:
        return
    if rule.kind in ("workdays_after", "workdays_before") and rule.n == 0:
        return  # no period at all: the day itself
    last = calendar.local_day(instant - MOMENT)
    assert calendar.is_workday(last)
    assert calendar.is_working(instant) or calendar.is_working(instant - MOMENT)
    assert calendar.open_of_business(last) <= instant
