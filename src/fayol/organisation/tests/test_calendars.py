"""Calendars of the organisation: who works by which, own days, other hours, and what each change moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments.models import Commitment
from fayol.commitments.tests.scene import Scene
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused, Stale
from fayol.organisation import calendar
from fayol.organisation.actions import UnitFields, create_unit
from fayol.organisation.actions.calendars import (
    CalendarFields,
    DayFields,
    SeasonFields,
    assign_calendar,
    clear_day,
    publish,
    save_calendar,
    set_day,
    standard_calendar,
)
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Calendar, CalendarDay, CalendarStamp
from fayol.reading.tests.notices import notice_of

pytestmark = pytest.mark.django_db
ALWAYS = CalendarFields(
    name="二车间倒班", hours=((time(), time(8)), (time(8), time())), weekdays=frozenset(range(7)), keeps_holidays=False
)
MORNING = ((time(8, 30), time(12)),)
RULE = {"kind": "workdays_after", "anchor": "receipt", "n": 5}


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


@pytest.fixture
def shifts(scene: Scene) -> Calendar:
    return save_calendar(None, fields=ALWAYS, by=scene.asker, now=scene.now)


def counted(scene: Scene, unit: str = "财务部", **changes: Any) -> Commitment:
    """Due five working days after Wednesday 18 November."""
    values = {"required_on": None, "required_rule": RULE, "responsible_id": None}
    return scene.asked(performer_unit_id=scene.unit(unit).pk, **{**values, **changes})


def again(row: Commitment) -> Commitment:
    row.refresh_from_db()
    return row


def test_a_unit_and_all_below_it_work_by_its_calendar_the_nearest_counts(scene: Scene, shifts: Calendar) -> None:
    plant = scene.unit("生产部")
    team = create_unit(plant, fields=UnitFields("一班"), by=scene.asker, now=scene.now)
    assign_calendar(plant, row=shifts, by=scene.asker, now=scene.now)
    later = create_unit(plant, fields=UnitFields("二班"), by=scene.asker, now=scene.now)
    saturday = date(2026, 11, 21)
    for pk in (plant.pk, team.pk, later.pk):
        assert work_calendar(pk).is_workday(saturday)
    assert not work_calendar().is_workday(saturday)
    assert not work_calendar(scene.unit("财务部").pk).is_workday(saturday)
    office = save_calendar(None, fields=CalendarFields(name="班组白班"), by=scene.asker, now=scene.now)
    assign_calendar(team, row=office, by=scene.asker, now=scene.now)
    assert not work_calendar(team.pk).is_workday(saturday)


def test_changing_the_calendar_of_a_unit_counts_its_deadlines_anew_and_no_others(
    scene: Scene, shifts: Calendar
) -> None:
    here, there = counted(scene, "生产部"), counted(scene, "采购部")
    assert here.due_on == there.due_on == date(2026, 11, 25)
    assign_calendar(scene.unit("生产部"), row=shifts, by=scene.asker, now=scene.now)
    assert again(here).due_on == date(2026, 11, 23)
    assert again(here).due_at == datetime.combine(date(2026, 11, 23), time(23, 59), work_calendar().tz)
    assert again(there).due_on == date(2026, 11, 25)
    assert verify().ok


def test_a_calendar_that_keeps_no_holidays_is_never_assumed(scene: Scene, shifts: Calendar) -> None:
    assign_calendar(scene.unit("生产部"), row=shifts, by=scene.asker, now=scene.now)
    far = {"required_rule": {**RULE, "n": 60}}
    assert not counted(scene, "生产部", **far).assumed
    assert counted(scene, "采购部", **far).assumed


def test_a_day_off_of_ones_own_moves_what_counts_through_it_and_is_told(scene: Scene) -> None:
    row, fixed = counted(scene), scene.asked(title="定死的日子", required_on=date(2026, 11, 23))
    standard = standard_calendar(by=scene.asker, now=scene.now)
    fields = DayFields(day=date(2026, 11, 23), works=False, reason="厂庆放假", source="公司办发〔2026〕31号")
    day = set_day(standard, fields=fields, by=scene.asker, now=scene.now)
    assert again(row).due_on == date(2026, 11, 26)
    assert again(fixed).due_on == date(2026, 11, 23)  # named days stay; that it is a day off is told
    told = Fact.objects.get(verb="recalculation.counted").data
    assert told["why"] == "2026年11月23日不上班：厂庆放假"
    assert sorted(item["kind"] for item in told["items"]) == ["day_off", "moved"]
    clear_day(day, by=scene.asker, now=scene.now)
    assert again(row).due_on == date(2026, 11, 25)
    assert verify().ok


def test_an_afternoon_off_brings_the_close_of_business_forward(scene: Scene) -> None:
    row = counted(scene)
    standard = standard_calendar(by=scene.asker, now=scene.now)
    fields = DayFields(day=date(2026, 11, 25), works=None, hours=MORNING, reason="下午全员培训")
    set_day(standard, fields=fields, by=scene.asker, now=scene.now)
    assert again(row).due_at == datetime.combine(date(2026, 11, 25), time(12), work_calendar().tz)


def test_summer_hours_hold_between_their_days(scene: Scene) -> None:
    standard = standard_calendar(by=scene.asker, now=scene.now)
    season = SeasonFields("06-01", "09-30", ((time(8, 30), time(12)), (time(15), time(18))))
    fields = CalendarFields(name=standard.name, season=season)
    save_calendar(standard, fields=fields, by=scene.asker, now=scene.now)
    here = work_calendar()
    assert here.close_of_business(date(2027, 6, 1)).time() == time(18)
    assert here.close_of_business(date(2027, 9, 30)).time() == time(18)
    assert here.close_of_business(date(2027, 10, 8)).time() == time(17, 30)


def test_the_time_for_signing_moves_with_the_day_off(scene: Scene) -> None:
    row = counted(scene)
    assert row.sign_due_at == datetime.combine(date(2026, 11, 19), time(9, 12), work_calendar().tz)
    standard = standard_calendar(by=scene.asker, now=scene.now)
    fields = DayFields(day=date(2026, 11, 19), works=False, reason="停电检修")
    set_day(standard, fields=fields, by=scene.asker, now=scene.now)
    assert again(row).sign_due_at == datetime.combine(date(2026, 11, 20), time(9, 12), work_calendar().tz)


def test_hours_from_an_instant_keep_their_instant_whatever_the_calendar(scene: Scene) -> None:
    row = counted(scene, required_rule={"kind": "hours_after", "anchor": "receipt", "n": 24})
    assert row.required_at == row.due_at == scene.now + timedelta(hours=24)
    standard = standard_calendar(by=scene.asker, now=scene.now)
    fields = DayFields(day=date(2026, 11, 19), works=False, reason="停电检修")
    set_day(standard, fields=fields, by=scene.asker, now=scene.now)
    assert again(row).due_at == scene.now + timedelta(hours=24)


def test_what_is_overdue_stays_what_it_was(scene: Scene) -> None:
    row = counted(scene)
    late = scene.now + timedelta(days=30)
    publish(notice_of(2027), by=scene.asker, now=late)
    assert again(row).due_on == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (CalendarFields(name=" "), "name"),
        (CalendarFields(name="二车间倒班"), "name"),
        (CalendarFields(name="空", weekdays=frozenset()), "weekdays"),
        (CalendarFields(name="乱", hours=((time(9), time(12)), (time(11), time(17)))), "hours"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_at_its_field(
    scene: Scene, shifts: Calendar, fields: CalendarFields, field: str
) -> None:
    facts = Fact.objects.count()
    with pytest.raises(Refused) as refused:
        save_calendar(None, fields=fields, by=scene.asker, now=scene.now)
    assert refused.value.field == field
    assert Fact.objects.count() == facts


def test_a_day_that_has_passed_or_gives_no_reason_is_refused(scene: Scene, shifts: Calendar) -> None:
    for fields in (
        DayFields(day=date(2026, 11, 17), works=False, reason="补记"),
        DayFields(day=date(2026, 11, 27), works=False, reason=" "),
        DayFields(day=date(2026, 11, 27), works=None, reason="提前下班"),
    ):
        with pytest.raises(Refused):
            set_day(shifts, fields=fields, by=scene.asker, now=scene.now)
    assert not CalendarDay.objects.exists()


def test_only_the_office_and_the_administrators_change_calendars(scene: Scene, shifts: Calendar) -> None:
    for name in ("周岚", "王建国", "顾明远"):
        with pytest.raises(Refused):
            publish(notice_of(2027), by=scene.actor(name), now=scene.now)
        with pytest.raises(Refused):
            assign_calendar(scene.unit("财务部"), row=shifts, by=scene.actor(name), now=scene.now)
    publish(notice_of(2027), by=scene.actor("许宁"), now=scene.now)


def test_a_calendar_somebody_changed_meanwhile_is_stale(scene: Scene, shifts: Calendar) -> None:
    save_calendar(shifts, fields=CalendarFields(name="三班"), by=scene.asker, now=scene.now, expect=shifts.version)
    with pytest.raises(Stale):
        save_calendar(shifts, fields=ALWAYS, by=scene.asker, now=scene.now, expect=shifts.version)


def test_asking_for_a_calendar_costs_no_query_and_a_change_elsewhere_is_noticed(
    scene: Scene, shifts: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_calendar()
    with CaptureQueriesContext(connection) as nothing:
        for unit in range(50):
            work_calendar(unit)
    assert len(nothing) == 0
    monkeypatch.setattr(calendar, "LOOK_AGAIN", 0.0)
    before = work_calendar()
    assert work_calendar() is before
    CalendarStamp.objects.update(stamp="another process")
    assert work_calendar() is not before


def test_the_year_tells_what_each_day_is_and_why(client_as: Callable[[str], Client], scene: Scene) -> None:
    standard = standard_calendar(by=scene.asker, now=scene.now)
    fields = DayFields(day=date(2026, 12, 31), works=None, hours=MORNING, reason="节前提前下班")
    set_day(standard, fields=fields, by=scene.asker, now=scene.now)
    shown = client_as("周岚").get("/organisation/calendar/2026/").content.decode()
    for words in ("国庆节放假", "国庆节调休上班", "上班时间不同：节前提前下班，08:30-12:00", "2026年248个工作日"):
        assert words in shown
    assert "粘贴放假通知" not in shown  # not hers to do
    assert client_as("周岚").get("/organisation/calendar/1/").status_code == 404
    assert client_as("周岚").post("/organisation/calendar/rules/standard/").status_code == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hours": "上午"}, "请写成“08:30-12:00 13:30-17:30”这样"),
        ({"hours": "08:30-26:00"}, "请写成“08:30-12:00 13:30-17:30”这样"),
        ({"hours": "12:00-08:30"}, "上班时间要前后相接"),
        ({"season_first": "6月31日", "season_last": "9月30日", "season_hours": "08:30-12:00"}, "请写成“6月1日”这样"),
        ({"season_first": "6月1日"}, "夏令时间要写全"),
    ],
)
def test_what_is_typed_wrongly_is_told_and_nothing_typed_is_lost(
    client_as: Callable[[str], Client], given: dict[str, str], words: str
) -> None:
    form = {"name": "门岗", "weekdays": ["0", "6"], "hours": "08:30-12:00 13:30-24:00"} | given
    answer = client_as("林晓雯").post("/organisation/calendar/rules/new/", form)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert words in body
    assert 'value="门岗"' in body
    assert not Calendar.objects.exists()


def test_a_notice_comes_as_a_file_too_and_what_is_no_notice_keeps_its_form(client_as: Callable[[str], Client]) -> None:
    office = client_as("许宁")
    file = SimpleUploadedFile("关于2027年部分节假日安排的通知.txt", notice_of(2027).encode())
    answer = office.post("/organisation/calendar/notice/", {"file": file})
    assert answer.status_code == 303
    assert "读到的2027年安排" in office.get(answer["Location"]).content.decode()
    for wrong in ({"text": "元旦：1月1日放假。"}, {"text": "今天开会"}, {}):
        refused = office.post("/organisation/calendar/notice/", wrong)
        assert refused.status_code == 422
        assert wrong.get("text", "") in refused.content.decode()
