"""Notices read and taken in give the very days that were off and worked, 2018 to 2026."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fayol.kernel.worktime import days_of
from fayol.organisation.calendar import china_table, work_calendar
from fayol.organisation.calendar_tables import National
from fayol.organisation.notices import with_notice
from fayol.organisation.states import DayKind
from fayol.reading.holiday_notice import read_notice
from fayol.reading.tests.notices import LABOUR_DAY_2019, SPRING_FESTIVAL_2020, notice_of

DATA = Path(__file__).parents[5] / "shared" / "data" / "holidays"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the reference days are not here")
KNOWN = range(2018, 2027)


def read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def worked_days(year: int) -> set[date]:
    """By the reference data."""
    row = read("china_2018_2026.json")[str(year)]
    off = {date.fromisoformat(day) for day, _name in row["weekday_holidays"]}
    on = {date.fromisoformat(day) for day, _name in row["weekend_workdays"]}
    return {day for day in days_of(year) if (day.weekday() < 5 and day not in off) or day in on}


def all_notices() -> National:
    national = National()
    for year in KNOWN:
        national = with_notice(national, read_notice(notice_of(year)))
        if year == 2019:
            national = with_notice(national, read_notice(LABOUR_DAY_2019))
        if year == 2020:
            national = with_notice(national, read_notice(SPRING_FESTIVAL_2020))
    return national


@needs_data
@pytest.mark.parametrize("year", KNOWN)
def test_the_built_in_year_is_the_published_one_day_by_day(year: int) -> None:
    table = china_table(year)
    assert table.workdays == worked_days(year)
    assert not table.assumed


@needs_data
@pytest.mark.parametrize("year", KNOWN)
def test_the_notices_give_the_published_year_day_by_day(year: int) -> None:
    assert all_notices().table(year).workdays == worked_days(year)


@needs_data
def test_the_notice_of_2018_as_it_was_before_its_correction() -> None:
    table = with_notice(National(), read_notice(notice_of(2019)))
    for words, expected in read("notice_2019_cases.json")["cases"].items():
        day = date.fromisoformat(words)
        assert (day in table.table(day.year).workdays) is expected.startswith("work"), words


@needs_data
def test_so_many_working_days_later() -> None:
    for case in read("due_in_workdays_cases.json"):
        start = date.fromisoformat(case["start"])
        assert work_calendar().add_workdays(start, case["workdays"]).isoformat() == case["due"]


def test_a_correction_gives_the_days_it_takes_away_their_weekday_back() -> None:
    before = with_notice(National(), read_notice(notice_of(2026)))
    moved = """国务院办公厅关于调整2026年清明节假期安排的通知
    2026年4月5日至7日放假调休，共3天。4月11日（星期六）上班。"""
    after = with_notice(before, read_notice(moved))
    found = after.deviations(2026)
    assert date(2026, 4, 4) not in found  # a Saturday like others again
    assert found[date(2026, 4, 7)].kind is DayKind.HOLIDAY
    assert found[date(2026, 4, 11)].kind is DayKind.MAKEUP
    assert found[date(2026, 5, 1)] == before.deviations(2026)[date(2026, 5, 1)]


def test_a_correction_works_on_the_built_in_year_too() -> None:
    prolonged = "国务院办公厅关于延长2026年春节假期的通知\n一、延长2026年春节假期至2月28日（星期六）。"
    after = with_notice(National(), read_notice(prolonged)).table(2026).workdays
    assert not {date(2026, 2, day) for day in range(15, 29)} & after
    assert date(2026, 2, 14) in after


def test_taking_a_notice_in_twice_changes_nothing_more() -> None:
    once = with_notice(National(), read_notice(notice_of(2027)))
    twice = with_notice(once, read_notice(notice_of(2027)))
    assert twice == once
    assert not twice.assumed(2027)
    assert twice.assumed(2028)


def test_any_year_has_a_calendar() -> None:
    for year in range(1900, 2201):
        assert 200 < len(china_table(year).workdays) < 270
    assert not china_table(1999).assumed
    assert china_table(2100).assumed
