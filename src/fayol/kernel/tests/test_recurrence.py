"""What is due again and again always comes to a working day, once each, in order, over every Spring Festival."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.kernel.recurrence import Every, Occasion, Rhythm, Shift, occasions
from fayol.kernel.worktime import WorkCalendar
from fayol.organisation.calendar import china_table

CHINA = WorkCalendar(table=china_table, tz=ZoneInfo("Asia/Shanghai"))


def dues(rhythm: Rhythm, start: date, n: int, shift: Shift = Shift.BEFORE) -> list[date]:
    found = occasions(rhythm.rrule(), start=start, shift=shift, lead=0, calendar=CHINA)
    return [one.due_on for one in islice(found, n)]


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    every = draw(st.sampled_from(Every))
    day = draw(st.one_of(st.just(-1), st.integers(1, 31)))
    months = {Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}.get(every)
    if every is Every.DAY:
        return Rhythm(every)
    if every is Every.WEEK:
        return Rhythm(every, draw(st.integers(1, 4)), draw(st.integers(0, 6)))
    return Rhythm(every, day=day, month=draw(st.integers(1, months)) if months else 1)


@given(rhythm=rhythms())
def test_a_rule_is_read_back_as_it_was_written(rhythm: Rhythm) -> None:
    assert Rhythm.read(rhythm.rrule()) == rhythm


def test_a_rule_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="not a rule of ours"):
        Rhythm.read("FREQ=MONTHLY;BYDAY=1FR")


@settings(max_examples=120, deadline=None)
@given(
    rhythm=rhythms(),
    start=st.dates(date(2019, 1, 1), date(2026, 12, 31)),
    shift=st.sampled_from(Shift),
    lead=st.integers(0, 10),
)
def test_every_occasion_comes_to_a_working_day_once_in_order_and_close_to_its_rule(
    rhythm: Rhythm, start: date, shift: Shift, lead: int
) -> None:
    found = list(islice(occasions(rhythm.rrule(), start=start, shift=shift, lead=lead, calendar=CHINA), 12))
    assert len(found) == 12
    assert all(CHINA.is_workday(one.due_on) and CHINA.is_workday(one.opens_on) for one in found)
    assert all(a.due_on < b.due_on and a.day < b.day for a, b in pairwise(found))
    assert all(CHINA.workdays_between(one.opens_on, one.due_on) == lead for one in found)
    for one in found:
        moved = (one.due_on - one.day).days
        assert -12 <= moved <= 0 if shift is Shift.BEFORE else 0 <= moved <= 12


@settings(max_examples=60, deadline=None)
@given(rhythm=rhythms(), start=st.dates(date(2024, 1, 1), date(2026, 6, 1)), n=st.integers(1, 6))
def test_going_on_after_an_occasion_gives_the_ones_that_follow_it(rhythm: Rhythm, start: date, n: int) -> None:
    def from_(after: date | None) -> list[Occasion]:
        found = occasions(rhythm.rrule(), start=start, shift=Shift.BEFORE, lead=0, calendar=CHINA, after=after)
        return list(islice(found, 8))

    whole = from_(None)
    assert from_(whole[n - 1].day)[: 8 - n] == whole[n:]


def test_the_fridays_of_a_spring_festival_come_before_it_and_are_one() -> None:
    friday = Rhythm(Every.WEEK, weekday=4)
    assert dues(friday, date(2026, 2, 6), 4) == [
        date(2026, 2, 6), date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 27),
    ]  # fmt: skip
    assert dues(friday, date(2026, 2, 6), 3, Shift.AFTER)[2] == date(2026, 2, 24)


def test_the_fifth_of_the_month_the_thirtieth_of_february_and_the_end_of_quarters() -> None:
    assert dues(Rhythm(Every.MONTH, day=5), date(2026, 9, 1), 3) == [
        date(2026, 9, 4), date(2026, 9, 30), date(2026, 11, 5),
    ]  # fmt: skip
    assert dues(Rhythm(Every.MONTH, day=30), date(2026, 2, 1), 2) == [date(2026, 2, 28), date(2026, 3, 30)]
    assert dues(Rhythm(Every.QUARTER, day=25, month=3), date(2026, 1, 1), 2) == [date(2026, 3, 25), date(2026, 6, 25)]


def test_a_daily_rule_skips_days_off_and_keeps_the_make_up_days() -> None:
    found = dues(Rhythm(Every.DAY), date(2026, 2, 12), 5)
    assert found == [date(2026, 2, 12), date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 24), date(2026, 2, 25)]
    assert found[3] - found[2] == timedelta(days=10)
