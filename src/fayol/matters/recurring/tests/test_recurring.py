"""What comes again is opened by its rule: once for each unit and occasion, on working days, also after a standstill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments.audit import audit as commitments_audit
from fayol.commitments.models import Commitment
from fayol.commitments.tests.scene import Scene
from fayol.facts.journal import history_of
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.worktime import WorkCalendar
from fayol.matters.actions import Opening, cancel_matter, open_matter
from fayol.matters.recurring import actions, sweeps
from fayol.matters.recurring.actions import Duty
from fayol.matters.recurring.audit import audit
from fayol.matters.recurring.following import carry_out, foresee
from fayol.matters.recurring.models import Occurrence, Recurrence
from fayol.matters.recurring.states import Status
from fayol.organisation.actions.calendars import CalendarFields, assign_calendar, save_calendar
from fayol.organisation.calendar import Calendars, read_plan
from fayol.organisation.effects import Change
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db
FRIDAYS = "FREQ=WEEKLY;BYDAY=FR"


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


def duty(scene: Scene, **changes: Any) -> Duty:
    values: dict[str, Any] = {
        "title": "报送周工作小结",
        "rrule": FRIDAYS,
        "performers": (scene.unit("财务部").pk, scene.unit("采购部").pk),
        "starts_on": scene.now.date(),
    }
    return Duty(**{**values, **changes})


def weekly(scene: Scene, **changes: Any) -> Recurrence:
    office = scene.unit("总裁办").pk
    return actions.set_up(duty(scene, **changes), requester_unit_id=office, by=scene.asker, now=scene.now)


def at(scene: Scene, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=scene.now.tzinfo)


def dues() -> list[date | None]:
    return list(Commitment.objects.order_by("pk").values_list("required_on", flat=True))


def test_an_occasion_opens_one_task_for_each_unit_in_time_before_its_day(scene: Scene) -> None:
    row = weekly(scene)
    assert row.next_open_at == scene.now.replace(hour=8, minute=30)
    assert sweeps.open_all(scene.now, 10) == 1
    made = list(Commitment.objects.order_by("pk").select_related("performer_unit"))
    assert {task.performer_unit.name for task in made} == {"财务部", "采购部"}
    assert {task.title for task in made} == {"报送周工作小结（11月20日）"}
    assert dues() == [date(2026, 11, 20)] * 2
    assert {task.requester_id for task in made} == {scene.asker.person_id}
    row.refresh_from_db()
    assert row.next_open_at == at(scene, 11, 25).replace(hour=8, minute=30)
    assert sweeps.open_all(scene.now, 10) == 0
    assert [*audit(), *commitments_audit()] == []


def test_the_same_occasion_is_never_opened_twice(scene: Scene) -> None:
    row = weekly(scene)
    sweeps.open_all(scene.now, 10)
    Recurrence.objects.filter(pk=row.pk).update(next_open_at=scene.now, handled_until=date(2026, 11, 17))
    sweeps.open_all(scene.now, 10)
    row.refresh_from_db()
    assert Commitment.objects.count() == 2
    assert "IntegrityError" in row.trouble


def test_over_a_timeline_with_the_spring_festival_each_opening_comes_two_working_days_before(scene: Scene) -> None:
    start = datetime(2026, 1, 26, 9, tzinfo=scene.now.tzinfo)
    actions.set_up(
        duty(scene, performers=(scene.unit("财务部").pk,), starts_on=start.date()),
        requester_unit_id=scene.unit("总裁办").pk, by=scene.asker, now=start,
    )  # fmt: skip
    for day in range(40):
        sweeps.open_all(start + timedelta(days=day), 10)
    assert dues() == [
        date(2026, 1, 30), date(2026, 2, 6), date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 27), date(2026, 3, 6),
    ]  # fmt: skip
    opened = [task.dispatched_at.date().isoformat() for task in Commitment.objects.order_by("pk") if task.dispatched_at]
    assert opened == ["2026-01-28", "2026-02-04", "2026-02-11", "2026-02-12", "2026-02-25", "2026-03-04"]


def seven_days_a_week(scene: Scene, name: str) -> None:
    fields = CalendarFields(
        name="倒班", hours=((time(6), time(22)),), weekdays=frozenset(range(7)), keeps_holidays=False
    )
    row = save_calendar(None, fields=fields, by=scene.asker, now=scene.now)
    assign_calendar(scene.unit(name), row=row, by=scene.asker, now=scene.now)


def told(start: datetime, days: int) -> list[tuple[str, str, str]]:
    """Unit, day of opening, due day of what is opened in these days."""
    for hour in range(24 * days):
        sweeps.open_all(start + timedelta(hours=hour), 10)
    return [
        (task.performer_unit.name, f"{task.created_at.astimezone(start.tzinfo):%m-%d}", f"{task.required_on:%m-%d}")
        for task in Commitment.objects.select_related("performer_unit").order_by("pk")
    ]


def test_a_unit_on_shifts_owes_by_its_own_days_and_all_are_asked_when_the_first_has_to_be(scene: Scene) -> None:
    """Every Sunday: Friday for the office, and the plant's own Sunday; two working days before Friday is Wednesday."""
    row = weekly(scene, rrule="FREQ=WEEKLY;BYDAY=SU")
    seven_days_a_week(scene, "采购部")
    assert told(scene.now, 6) == [("财务部", "11-18", "11-20"), ("采购部", "11-18", "11-22")]
    row.refresh_from_db()
    assert row.next_open_at == at(scene, 11, 25).replace(hour=8, minute=30)
    assert [*audit(), *commitments_audit()] == []


def test_every_working_day_is_that_of_the_unit(scene: Scene) -> None:
    """From Friday to Monday: the plant reports on Saturday and Sunday, the office does not."""
    seven_days_a_week(scene, "采购部")
    weekly(scene, rrule="FREQ=DAILY", lead=0, starts_on=date(2026, 11, 20))
    assert told(at(scene, 11, 20, 0), 4) == [
        ("财务部", "11-20", "11-20"),
        ("采购部", "11-20", "11-20"),
        ("采购部", "11-21", "11-21"),
        ("采购部", "11-22", "11-22"),
        ("财务部", "11-23", "11-23"),
        ("采购部", "11-23", "11-23"),
    ]


def test_a_unit_that_goes_over_to_shifts_moves_the_openings_of_what_it_owes(scene: Scene) -> None:
    row = weekly(scene, rrule="FREQ=WEEKLY;BYDAY=SU", performers=(scene.unit("采购部").pk,))
    other = weekly(scene, rrule="FREQ=WEEKLY;BYDAY=SU", title="另一项", performers=(scene.unit("财务部").pk,))
    assert row.next_open_at == other.next_open_at == at(scene, 11, 18).replace(hour=8, minute=30)
    seven_days_a_week(scene, "采购部")
    row.refresh_from_db()
    other.refresh_from_db()
    assert row.next_open_at == at(scene, 11, 20, 6)
    assert other.next_open_at == at(scene, 11, 18).replace(hour=8, minute=30)


def test_after_a_standstill_only_the_last_missed_occasion_is_asked_for(scene: Scene) -> None:
    row = weekly(scene, performers=(scene.unit("财务部").pk,))
    back = at(scene, 12, 7)
    sweeps.open_all(back, 10)
    assert dues() == [date(2026, 12, 7)]
    assert list(Occurrence.objects.order_by("day").values_list("day", flat=True)) == [
        date(2026, 11, 20), date(2026, 11, 27), date(2026, 12, 4),
    ]  # fmt: skip
    assert history_of("recurrence", row.pk)[-1].data["passed_over"] == ["2026-11-20", "2026-11-27"]
    assert list(audit()) == []


def test_what_was_missed_is_passed_over_when_the_next_one_opens_anyway(scene: Scene) -> None:
    weekly(scene, performers=(scene.unit("财务部").pk,))
    sweeps.open_all(at(scene, 12, 9), 10)
    assert dues() == [date(2026, 12, 11)]


def test_what_falls_into_a_pause_is_not_made_up_for(scene: Scene) -> None:
    row = actions.pause(weekly(scene), words="年底封账", by=scene.asker, now=scene.now)
    assert (row.status, row.next_open_at) == (Status.PAUSED, None)
    later = at(scene, 12, 7)
    assert sweeps.open_all(later, 10) == 0
    row = actions.go_on(row, by=scene.asker, now=later)
    assert row.next_open_at == at(scene, 12, 9).replace(hour=8, minute=30)
    assert list(audit()) == []


def test_it_ends_by_itself_after_its_last_day_and_for_good_when_ended(scene: Scene) -> None:
    row = weekly(scene, ends_on=date(2026, 11, 21))
    sweeps.open_all(scene.now, 10)
    row.refresh_from_db()
    assert (row.status, row.why, row.next_open_at) == (Status.ENDED, "到了截止日期", None)
    with pytest.raises(Refused, match="已经停止"):
        actions.change(row, duty(scene), by=scene.asker, now=scene.now)
    assert list(audit()) == []


def test_a_change_counts_from_the_next_occasion(scene: Scene) -> None:
    row = weekly(scene)
    sweeps.open_all(scene.now, 10)
    row.refresh_from_db()
    monthly = duty(scene, rrule="FREQ=MONTHLY;BYMONTHDAY=5", lead=3)
    row = actions.change(row, monthly, by=scene.asker, now=scene.now)
    assert row.next_open_at == at(scene, 12, 1).replace(hour=8, minute=30)
    assert Commitment.objects.count() == 2
    with pytest.raises(Stale):
        actions.change(row, monthly, by=scene.asker, now=scene.now, expect=1)


def test_within_a_matter_it_is_numbered_there_and_stops_when_the_matter_ends(scene: Scene) -> None:
    office = scene.unit("总裁办").pk
    opening = Opening(
        title="安全整治", goal="零事故", lead_unit_id=scene.unit("财务部").pk,
        coordinator_id=scene.asker.person_id or 0, requester_unit_id=office,
    )  # fmt: skip
    matter = open_matter(opening, by=scene.asker, now=scene.now)
    row = weekly(scene, matter_id=matter.pk, performers=(scene.unit("财务部").pk,))
    sweeps.open_all(scene.now, 10)
    task = Commitment.objects.get()
    assert (task.origin_type, task.origin_id, task.ref) == ("matter", matter.pk, f"{matter.number}-01")
    task.state, task.closed_at, task.holder_id = "cancelled", scene.now, None
    Commitment.objects.filter(pk=task.pk).update(
        state="cancelled", closed_at=scene.now, holder=None, holder_unit=None, next_look_at=None
    )
    matter.refresh_from_db()
    cancel_matter(matter, words="并入年度检查", by=scene.asker, now=scene.now)
    assert sweeps.open_all(at(scene, 11, 25), 10) == 1
    row.refresh_from_db()
    assert (row.status, row.why) == (Status.PAUSED, "所属事项已经结束")
    assert Commitment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "title_missing"),
        ({"performers": ()}, "no_units"),
        ({"responsible_id": 1}, "one_person"),
        ({"lead": 99}, "lead"),
        ({"ends_on": date(2026, 11, 1)}, "ends_early"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(scene: Scene, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        weekly(scene, **changes)
    assert refused.value.code == code
    assert not Recurrence.objects.exists()


def test_a_head_arranges_for_the_own_unit_only(scene: Scene) -> None:
    finance = scene.unit("财务部").pk
    head = scene.actor("王建国")
    own = actions.set_up(duty(scene, performers=(finance,)), requester_unit_id=finance, by=head, now=scene.now)
    assert own.requester_id == head.person_id
    with pytest.raises(Refused, match="只能给本部门"):
        actions.set_up(duty(scene), requester_unit_id=finance, by=head, now=scene.now)
    with pytest.raises(Refused, match="您不能改动"):
        actions.end(own, by=scene.actor("吴志强"), now=scene.now)


def test_when_the_working_days_change_the_openings_follow_and_are_shown_beforehand(scene: Scene) -> None:
    row = weekly(scene)
    plan = read_plan()
    off = date(2026, 11, 20)

    class Closed(Calendars):
        @property
        def default(self) -> WorkCalendar:
            usual = super().default
            whole = usual.table(2026)
            return replace(usual, table=lambda year: replace(whole, workdays=whole.workdays - {off}), _years={})

    change = Change(after=Closed(plan), first=off, last=off, why="厂庆")
    seen = foresee(change, None, scene.now)
    assert [(one.title, one.before, one.after) for one in seen.rows] == [
        ("报送周工作小结", off, date(2026, 11, 19)),
    ]  # fmt: skip
    assert carry_out(change, scene.asker, scene.now).moved == 1
    row.refresh_from_db()
    assert row.next_open_at == at(scene, 11, 17).replace(hour=8, minute=30)
    assert list(audit()) == []


# ── pages ──────────────────────────────────────────────────────────────────

FILLED = {
    "title": "报送周工作小结", "performers": "财务部、采购部", "every": "week", "interval": "1", "weekday": "4",
    "month": "1", "day": "5", "shift": "before", "lead": "2", "urgency": "normal", "starts_on": "2026-11-23",
}  # fmt: skip


def test_setting_up_shows_the_next_five_first_and_then_the_page(
    scene: Scene, client_as: Callable[[str], Client]
) -> None:
    client = client_as("林晓雯")
    seen = client.post("/matters/recurring/new/", {**FILLED, "starts_on": "2098-02-03", "preview": "1"})
    assert seen.status_code == 200
    assert seen.content.decode().count("布置</span>") == 5
    assert not Recurrence.objects.exists()
    page = client.post("/matters/recurring/new/", FILLED, follow=True).content.decode()
    assert "每周五下班前" in page
    assert "提前2个工作日布置" in page
    row = Recurrence.objects.get()
    assert row.rrule == FRIDAYS
    assert "报送周工作小结" in client.get("/matters/recurring/").content.decode()
    again = client.get(f"/matters/recurring/{row.pk}/edit/").content.decode()
    assert "财务部、采购部" in again


def test_wrong_input_is_said_at_its_field_and_nothing_typed_is_lost(
    scene: Scene, client_as: Callable[[str], Client]
) -> None:
    answer = client_as("林晓雯").post("/matters/recurring/new/", {**FILLED, "performers": "没有这个单位"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "没有找到“没有这个单位”" in page
    assert "报送周工作小结" in page


def test_pausing_and_ending_from_the_page(scene: Scene, client_as: Callable[[str], Client]) -> None:
    row, client = weekly(scene), client_as("林晓雯")
    for do, status in (("pause", Status.PAUSED), ("go_on", Status.ACTIVE), ("end", Status.ENDED)):
        row.refresh_from_db()
        client.post(f"/matters/recurring/{row.pk}/rest/", {"do": do, "words": "试", "expect": row.version})
        row.refresh_from_db()
        assert row.status == status
    assert client.get(f"/matters/recurring/{row.pk}/edit/").status_code == 404


def test_a_task_that_asks_for_something_again_and_again_leads_to_a_filled_in_form(
    scene: Scene, client_as: Callable[[str], Client]
) -> None:
    rule = {"kind": "monthly", "day": 5, "words": "每月5日前"}
    task = scene.asked(required_rule=rule)
    client = client_as("林晓雯")
    page = client.get(f"/commitments/{task.pk}/").content.decode()
    assert "原文要求定期办：每月5日前" in page
    form = client.get(f"/matters/recurring/new/?from={task.pk}").content.decode()
    assert task.title in form
    assert '<option value="month" selected>' in form
    assert "设为常规工作" not in client_as("孙悦").get(f"/commitments/{task.pk}/").content.decode()


def test_the_list_costs_the_same_for_one_and_for_many(scene: Scene, client_as: Callable[[str], Client]) -> None:
    client = client_as("林晓雯")
    weekly(scene)
    client.get("/matters/recurring/")
    with CaptureQueriesContext(connection) as few:
        client.get("/matters/recurring/")
    for _ in range(5):
        weekly(scene)
    with CaptureQueriesContext(connection) as many:
        client.get("/matters/recurring/")
    assert len(many) == len(few)


def test_only_those_concerned_see_it(scene: Scene, client_as: Callable[[str], Client]) -> None:
    row = weekly(scene)
    assert client_as("王建国").get(f"/matters/recurring/{row.pk}/").status_code == 200
    assert client_as("吴志强").get(f"/matters/recurring/{row.pk}/").status_code == 404
    assert Person.objects.filter(name="吴志强").exists()


def test_a_duty_changed_behind_its_facts_is_found_by_the_audit(scene: Scene) -> None:
    row = weekly(scene)
    Recurrence.objects.update(rrule="FREQ=DAILY")
    row.performers.clear()
    assert list(audit()) == [f"recurrence:{row.pk}“{row.title}”与记录重放的结果不符：rrule、performers"]
