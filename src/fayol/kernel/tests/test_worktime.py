"""Counting in working time: over half-days, festivals, shifts and any border of a year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.kernel.worktime import USUAL_HOURS, HalfDay, Hours, WorkCalendar, YearTable, check_hours, days_of, plain_week

ZONE = ZoneInfo("Asia/Shanghai")
SHORT: Hours = ((time(8, 30), time(12)),)
NIGHTS: Hours = ((time(), time(6)), (time(18), time()))


@cache
def ragged(year: int) -> YearTable:
    """Weeks with holes and with worked Sundays, afternoons off, and now and then a month without any work."""
    chance, shut = Random(year), Random(year * 7).randint(1, 40)
    days = [day for day in days_of(year) if chance.random() < (0.9 if day.weekday() < 5 else 0.2) and day.month != shut]
    hours = {day: SHORT for day in days if chance.random() < 0.1}
    return YearTable(year, frozenset(days), assumed=year > 2026, hours=hours)


def every_day(year: int) -> YearTable:
    return YearTable(year, frozenset(days_of(year)), assumed=False)


CALENDARS = [
    WorkCalendar(table=plain_week, tz=ZONE),
    WorkCalendar(table=ragged, tz=ZONE),
    WorkCalendar(table=every_day, tz=ZONE, hours=NIGHTS),
    WorkCalendar(table=every_day, tz=ZONE, hours=((time(), time()),)),
]
calendars = st.integers(0, len(CALENDARS) - 1)
"""By number: a calendar with its tables is nothing to print when a test fails."""
instants = st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1)).map(lambda wall: wall.replace(tzinfo=ZONE))
amounts = st.timedeltas(timedelta(0), timedelta(days=90))


@given(calendars, instants, amounts)
def test_working_time_added_and_taken_away_again_returns(which: int, start: datetime, amount: timedelta) -> None:
    calendar = CALENDARS[which]
    begun = calendar.next_working(start)
    assert calendar.subtract_worked(calendar.add_worked(begun, amount), amount) == begun


@given(calendars, instants, amounts)
def test_what_was_added_is_what_was_worked(which: int, start: datetime, amount: timedelta) -> None:
    calendar = CALENDARS[which]
    assert calendar.worked(start, calendar.add_worked(start, amount)) == amount
    assert calendar.worked(calendar.subtract_worked(start, amount), start) == amount


@given(calendars, instants, st.timedeltas(timedelta(0), timedelta(days=40)), amounts)
def test_a_later_start_is_never_due_earlier(which: int, start: datetime, later: timedelta, amount: timedelta) -> None:
    calendar = CALENDARS[which]
    assert calendar.add_worked(start, amount) <= calendar.add_worked(start + later, amount)


@given(calendars, instants, amounts)
def test_no_instant_that_was_counted_to_lies_outside_working_time(
    which: int, start: datetime, amount: timedelta
) -> None:
    calendar = CALENDARS[which]
    due = calendar.add_worked(start, amount)
    assert calendar.is_working(due) or calendar.is_working(due - timedelta(microseconds=1))
    assert calendar.is_working(calendar.next_working(start))
    assert calendar.next_working(start) >= start


@given(calendars, st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-900, 900))
@settings(max_examples=60)
def test_counting_days_agrees_with_walking_them(which: int, day: date, count: int) -> None:
    calendar = CALENDARS[which]
    step = timedelta(days=1 if count > 0 else -1)
    walked, left = day, abs(count)
    while left:
        walked += step
        left -= calendar.is_workday(walked)
    assert calendar.add_workdays(day, count) == walked
    if count >= 0:
        assert calendar.workdays_between(day, walked) == count


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE)


def test_half_days_are_counted_by_their_spans() -> None:
    plain = CALENDARS[0]
    assert plain.half_day(at("2026-11-18 09:12")) == HalfDay(date(2026, 11, 18), 0)
    assert plain.half_day(at("2026-11-18 12:00")) == HalfDay(date(2026, 11, 18), 1)
    assert plain.half_day(at("2026-11-20 18:00")) == HalfDay(date(2026, 11, 23), 0)
    assert not plain.is_working(at("2026-11-18 17:30"))
    assert plain.next_working(at("2026-11-18 17:30")) == at("2026-11-19 08:30")


def test_an_afternoon_off_ends_the_day_at_noon() -> None:
    eve = date(2027, 2, 4)
    table = YearTable(2027, plain_week(2027).workdays, assumed=False, hours={eve: SHORT})
    calendar = WorkCalendar(table=lambda year: table if year == 2027 else plain_week(year), tz=ZONE)
    assert calendar.close_of_business(eve) == at("2027-02-04 12:00")
    assert calendar.worked(at("2027-02-04 08:30"), at("2027-02-05 08:30")) == timedelta(hours=3.5)
    assert calendar.add_worked(at("2027-02-04 11:30"), timedelta(hours=1)) == at("2027-02-05 09:00")


def test_a_plant_on_shifts_works_through_weekends_and_midnight() -> None:
    shifts = CALENDARS[2]
    assert shifts.add_worked(at("2026-11-21 23:00"), timedelta(hours=3)) == at("2026-11-22 02:00")
    assert shifts.day_length == timedelta(hours=12)
    assert shifts.close_of_business(date(2026, 11, 21)) == at("2026-11-21 23:59")  # the day itself, not the next
    assert shifts.half_day(at("2026-11-21 23:59")).part == 1


def test_thirty_years_cost_what_a_day_does() -> None:
    plain = CALENDARS[0]
    assert plain.add_workdays(date(2000, 1, 3), 7826) == date(2030, 1, 1)
    assert plain.add_worked(at("2000-01-03 08:30"), 7826 * timedelta(hours=7.5)) == at("2029-12-31 17:30")


def test_a_calendar_without_work_is_refused_instead_of_searched_for_ever() -> None:
    empty = WorkCalendar(table=lambda year: YearTable(year, frozenset(), assumed=False), tz=ZONE)
    with pytest.raises(ValueError, match="no working day"):
        empty.add_workdays(date(2026, 1, 1), 1)
    with pytest.raises(ValueError, match="no working day"):
        empty.add_worked(at("2026-01-01 09:00"), timedelta(hours=1))
    with pytest.raises(ValueError, match="no working day"):
        empty.subtract_worked(at("2026-01-01 09:00"), timedelta(hours=1))


@pytest.mark.parametrize(
    ("hours", "fine"),
    [
        (USUAL_HOURS, True),
        (NIGHTS, True),
        (((time(), time()),), True),
        ((), False),
        (((time(12), time(9)),), False),
        (((time(9), time(12)), (time(11), time(17))), False),
    ],
)
def test_hours_that_overlap_or_run_backwards_are_noticed(hours: Hours, fine: bool) -> None:
    assert check_hours(hours) is fine
