"""A flow is laid over the calendar, opened as an affair with all its tasks and who waits for whom; an affair that is
over becomes a flow with what really happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.commitments import actions as moves
from fayol.commitments.audit import audit as commitments_audit
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, Role
from fayol.commitments.tests.scene import Scene
from fayol.kernel.errors import Refused
from fayol.kernel.worktime import WorkCalendar
from fayol.matters.actions import close_matter
from fayol.matters.audit import audit as matters_audit
from fayol.matters.flows import actions
from fayol.matters.flows.actions import FlowFields, StepFields, Use
from fayol.matters.flows.example import load_flows
from fayol.matters.flows.models import Flow
from fayol.matters.flows.policy import lay_out, offset_of, round_in
from fayol.matters.models import Matter
from fayol.matters.plan.models import Dependency, PlanStep
from fayol.organisation.actions.calendars import CalendarFields, assign_calendar, save_calendar
from fayol.organisation.calendar import china_table

CHINA = WorkCalendar(table=china_table, tz=ZoneInfo("Asia/Shanghai"))
EVENT = date(2027, 1, 22)

# ── the calendar ───────────────────────────────────────────────────────────

days = st.dates(date(2019, 6, 1), date(2026, 12, 31))


@settings(max_examples=200, deadline=None)
@given(anchor=days, offset=st.integers(-60, 60), workdays=st.integers(1, 20))
def test_every_step_falls_on_working_days_at_its_distance_from_the_anchor(
    anchor: date, offset: int, workdays: int
) -> None:
    laid = lay_out(offset, workdays, anchor=anchor, today=date(2019, 1, 2), calendar=CHINA)
    assert CHINA.is_workday(laid.due_on)
    assert CHINA.is_workday(laid.start_on)
    assert CHINA.workdays_between(laid.start_on, laid.due_on) == workdays - 1
    assert offset_of(laid.due_on, anchor, CHINA) == offset
    assert not laid.squeezed


@settings(max_examples=100, deadline=None)
@given(anchor=days, offsets=st.lists(st.integers(-60, 60), min_size=2, max_size=8), today=days)
def test_no_step_is_due_before_today_and_their_order_stays(anchor: date, offsets: list[int], today: date) -> None:
    laid = [lay_out(one, 1, anchor=anchor, today=today, calendar=CHINA) for one in sorted(offsets)]
    assert all(one.due_on >= today and one.start_on >= today for one in laid)
    assert all(a.due_on <= b.due_on for a, b in pairwise(laid))


def test_an_event_on_a_day_off_counts_from_the_last_working_day_before_it() -> None:
    laid = lay_out(0, 1, anchor=date(2026, 10, 3), today=date(2026, 9, 1), calendar=CHINA)
    assert laid.due_on == date(2026, 9, 30)
    before = lay_out(-1, 1, anchor=date(2026, 2, 24), today=date(2026, 1, 5), calendar=CHINA)
    assert before.due_on == date(2026, 2, 14)


def test_steps_that_wait_for_each_other_are_found() -> None:
    assert round_in({1: [2], 2: [3], 3: []}) == []
    assert set(round_in({1: [2], 2: [3], 3: [1]})) == {1, 2, 3}


# ── making and using ───────────────────────────────────────────────────────


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


def fields(**changes: Any) -> FlowFields:
    steps = (
        StepFields(title="拟方案", role="牵头", offset=-10, workdays=3),
        StepFields(title="报人数", role="人数", offset=-6, workdays=2, needs=(1,)),
        StepFields(title="定菜单", role="后勤", supports=("人数", "牵头"), offset=-3, needs=(1, 2), condition="按人数"),
    )
    return FlowFields(**{"title": "小年会", "steps": steps, **changes})


def use(scene: Scene, **changes: Any) -> Use:
    units = {"牵头": "会务组", "人数": "人力资源部", "后勤": "行政部"}
    values: dict[str, Any] = {
        "title": "2026年年会", "anchor_on": date(2026, 12, 18),
        "units": {role: scene.unit(name).pk for role, name in units.items()},
        "requester_unit_id": scene.unit("总裁办").pk,
    }  # fmt: skip
    return Use(**{**values, **changes})


@pytest.mark.req("S0-52")
@pytest.mark.django_db
def test_using_a_flow_opens_the_affair_its_tasks_and_who_waits_for_whom(scene: Scene) -> None:
    flow = actions.make(fields(), by=scene.asker, now=scene.now)
    matter, made = actions.open_from(flow, use(scene), by=scene.asker, now=scene.now)
    assert [task.required_on for task in made] == [date(2026, 12, 4), date(2026, 12, 10), date(2026, 12, 15)]
    assert matter.lead_unit.name == "会务组"
    assert matter.due_on == date(2026, 12, 15)
    ties = set(Dependency.objects.values_list("before__title", "after__title"))
    assert ties == {("拟方案", "报人数"), ("拟方案", "定菜单"), ("报人数", "定菜单")}
    assert dict(PlanStep.objects.values_list("commitment__title", "workdays")) == {
        "拟方案": 3, "报人数": 2, "定菜单": 1,
    }  # fmt: skip
    supports = Commitment.objects.filter(role=Role.SUPPORT).select_related("performer_unit").order_by("pk")
    assert [support.performer_unit.name for support in supports] == ["人力资源部", "会务组"]
    flow.refresh_from_db()
    assert flow.used == 1
    assert [*commitments_audit(), *matters_audit()] == []


@pytest.mark.django_db
def test_a_role_in_support_that_falls_to_the_leading_unit_is_not_asked_twice(scene: Scene) -> None:
    flow = actions.make(fields(), by=scene.asker, now=scene.now)
    one = scene.unit("行政部").pk
    same = {"牵头": one, "人数": one, "后勤": one}
    _matter, made = actions.open_from(flow, use(scene, units=same), by=scene.asker, now=scene.now)
    assert Commitment.objects.count() == len(made) == 3


def seven_days_a_week(scene: Scene, name: str) -> None:
    fields = CalendarFields(
        name="倒班", hours=((time(6), time(22)),), weekdays=frozenset(range(7)), keeps_holidays=False
    )
    assign_calendar(
        scene.unit(name),
        row=save_calendar(None, fields=fields, by=scene.asker, now=scene.now),
        by=scene.asker,
        now=scene.now,
    )


@pytest.mark.django_db
def test_each_step_counts_by_the_calendar_of_its_unit_and_the_start_by_that_of_the_lead(scene: Scene) -> None:
    """The event is on Sunday the 20th. The office leads: they count back from Friday, the canteen in days of seven."""
    flow = actions.make(fields(), by=scene.asker, now=scene.now)
    seven_days_a_week(scene, "行政部")
    sunday = use(scene, anchor_on=date(2026, 12, 20))
    _matter, made = actions.open_from(flow, sunday, by=scene.asker, now=scene.now)
    assert [task.required_on for task in made] == [date(2026, 12, 4), date(2026, 12, 10), date(2026, 12, 15)]
    leads = {**sunday.units, "牵头": scene.unit("行政部").pk}
    plan = actions.lay(flow, flow.steps.all(), date(2026, 12, 20), units=leads, now=scene.now)
    assert [laid.due_on for _step, laid in plan.rows] == [date(2026, 12, 10), date(2026, 12, 10), date(2026, 12, 17)]
    made[2].refresh_from_db()
    assert (made[2].due_at, made[2].required_on) == (
        scene.now.replace(month=12, day=15, hour=22, minute=0),
        made[2].due_on,
    )


@pytest.mark.django_db
def test_steps_for_which_it_is_too_late_come_to_the_next_working_day_and_say_so(scene: Scene) -> None:
    flow = actions.make(fields(), by=scene.asker, now=scene.now)
    plan = actions.lay(flow, flow.steps.all(), date(2026, 11, 24), now=scene.now)
    assert [(laid.due_on, laid.squeezed) for _step, laid in plan.rows] == [
        (date(2026, 11, 18), True), (date(2026, 11, 18), True), (date(2026, 11, 19), False),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": ""}, "title_missing"),
        ({"steps": ()}, "no_steps"),
        ({"steps": (StepFields(title="拟方案", role="", offset=0),)}, "step"),
        ({"steps": (StepFields(title="拟方案", role="甲", offset=0, needs=(1,)),)}, "step_needs"),
        ({"steps": (StepFields(title="拟方案", role="甲", offset=0, needs=(2,)),
                    StepFields(title="定方案", role="甲", offset=1, needs=(1,)))}, "round"),
        ({"lead_role": "没有"}, "lead_role"),
    ],
)  # fmt: skip
def test_a_flow_that_makes_no_sense_is_refused(scene: Scene, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.make(fields(**changes), by=scene.asker, now=scene.now)
    assert refused.value.code == code
    assert not Flow.objects.exists()


@pytest.mark.django_db
def test_without_a_unit_for_a_role_or_after_it_was_retired_nothing_is_opened(scene: Scene) -> None:
    flow = actions.make(fields(), by=scene.asker, now=scene.now)
    few = {"牵头": scene.unit("会务组").pk, "后勤": scene.unit("行政部").pk}
    with pytest.raises(Refused, match="人数"):
        actions.open_from(flow, use(scene, units=few), by=scene.asker, now=scene.now)
    actions.retire(flow, by=scene.asker, now=scene.now)
    with pytest.raises(Refused, match="停用"):
        actions.open_from(flow, use(scene), by=scene.asker, now=scene.now)
    assert not Matter.objects.exists()


@pytest.mark.django_db
def test_the_flow_of_the_annual_meeting_opens_with_all_its_steps(scene: Scene) -> None:
    flows = {flow.title: flow for flow in load_flows(by=scene.asker, now=scene.now)}
    assert load_flows(by=scene.asker, now=scene.now) == []
    flow = flows["年会筹备"]
    suggested = use(scene, units=flow.suggested, anchor_on=EVENT)
    matter, made = actions.open_from(flow, suggested, by=scene.asker, now=scene.now)
    assert len(made) >= 20
    assert max(task.required_on for task in made if task.required_on) == matter.due_on
    for tie in Dependency.objects.select_related("before", "after"):
        assert tie.before.required_on <= tie.after.required_on, str(tie)  # type: ignore[operator]
    small = flows["重要会议筹备"]
    actions.open_from(small, use(scene, units=small.suggested), by=scene.asker, now=scene.now)


# ── an affair that is over ─────────────────────────────────────────────────


def finish(task: Commitment, scene: Scene, at: datetime) -> None:
    task.refresh_from_db()
    head = scene.actor(task.holder.name) if task.holder else scene.performer
    assert task.required_on
    task = moves.promise(task, due_on=task.required_on, by=head, now=scene.later(1))
    moves.accept(moves.report(task, result="已办妥", by=head, now=at), by=scene.asker, now=at + timedelta(hours=1))


@pytest.mark.django_db
def test_an_affair_as_it_went_becomes_a_flow_with_real_days_beside_the_planned(scene: Scene) -> None:
    flow = actions.make(fields(), by=scene.asker, now=scene.now)
    matter, made = actions.open_from(flow, use(scene), by=scene.asker, now=scene.now)
    zone = scene.now.tzinfo
    finish(made[0], scene, datetime(2026, 12, 8, 10, tzinfo=zone))
    finish(made[1], scene, datetime(2026, 12, 9, 10, tzinfo=zone))
    finish(made[2], scene, datetime(2026, 12, 15, 10, tzinfo=zone))
    Commitment.objects.filter(role=Role.SUPPORT).exclude(state__in=CLOSED).update(
        state="cancelled", closed_at=scene.now, holder=None, holder_unit=None, next_look_at=None
    )
    matter.refresh_from_db()
    later = datetime(2026, 12, 17, 10, tzinfo=zone)
    matter = close_matter(matter, by=scene.asker, now=later)
    kept = actions.keep_from(matter, title="年会筹备", lessons="先定人数", by=scene.asker, now=later)
    steps = list(kept.steps.all())
    assert [step.role for step in steps] == ["会务组", "人力资源部", "行政部"]
    assert [step.offset for step in steps] == [-7, -3, 0]
    assert [step.needs for step in steps] == [[], [1], [1, 2]]
    assert [step.late_days for step in steps] == [2, 0, 0]
    assert all(step.real_days for step in steps)
    assert [step.workdays for step in steps] == [3, 2, 1]
    changed = actions.change(
        kept, fields(lead_role="", suggested=kept.suggested, steps=(
            StepFields(title="拟方案", role="会务组", offset=-8),
            StepFields(title="新的一步", role="行政部", offset=-1),
        )), by=scene.asker, now=later,
    )  # fmt: skip
    assert [step.late_days for step in changed.steps.all()] == [2, None]
    again, _made = actions.open_from(changed, use(scene, units=kept.suggested), by=scene.asker, now=later)
    assert again.lead_unit_id == matter.lead_unit_id


# ── pages ──────────────────────────────────────────────────────────────────


def posted(*rows: tuple[str, str, str, str, str], **head: str) -> dict[str, str]:
    data = {"title": "小年会", "anchor": "event", "klass": "special", "rows": str(len(rows)), **head}
    for i, row in enumerate(rows):
        for name, value in zip(("title", "role", "offset", "workdays", "needs"), row, strict=True):
            data[f"s{i}-{name}"] = value
    return data


@pytest.mark.django_db
def test_a_flow_is_made_changed_and_used_on_its_pages(scene: Scene, client_as: Callable[[str], Client]) -> None:
    client = client_as("林晓雯")
    rows = (("拟方案", "会务组", "-5", "2", ""), ("", "", "", "", ""), ("报人数", "人力资源部", "-2", "1", "1"))
    page = client.post("/matters/flows/new/", posted(*rows), follow=True).content.decode()
    flow = Flow.objects.get()
    assert "活动日前5个工作日" in page
    assert [step.needs for step in flow.steps.all()] == [[], [1]]
    wrong = posted(("拟方案", "会务组", "", "", "x"), expect=str(flow.version))
    answer = client.post(f"/matters/flows/{flow.pk}/edit/", wrong)
    assert answer.status_code == 422
    assert "写天数" in answer.content.decode()
    filled = {
        "title": "年会",
        "anchor_on": "2098-11-21",
        "kind": "协",
        "goal": "办好",
        "role-0": "会务组",
        "role-1": "人力资源部",
    }
    assert "太远" in client.post(f"/matters/flows/{flow.pk}/use/", filled).content.decode()
    soon = (datetime.now(tz=CHINA.tz) + timedelta(days=60)).date().isoformat()
    seen = client.post(f"/matters/flows/{flow.pk}/use/", {**filled, "anchor_on": soon, "preview": "1"}).content.decode()
    assert "日程" in seen
    assert not Matter.objects.exists()
    done = client.post(f"/matters/flows/{flow.pk}/use/", {**filled, "anchor_on": soon}, follow=True)
    assert "交办2条任务" in done.content.decode()
    assert Matter.objects.get().title == "年会"


@pytest.mark.req("S3-40")
@pytest.mark.django_db
def test_an_affair_is_kept_as_a_flow_from_its_menu_and_its_lessons_are_read_by_the_next(
    scene: Scene, client_as: Callable[[str], Client]
) -> None:
    flow = actions.make(fields(), by=scene.asker, now=scene.now)
    matter, _made = actions.open_from(flow, use(scene), by=scene.asker, now=scene.now)
    client = client_as("林晓雯")
    assert "整理成模板" in client.get(f"/matters/{matter.pk}/").content.decode()
    page = client.post(f"/matters/flows/keep/{matter.pk}/", {"title": "年会", "lessons": "先定人数"}, follow=True)
    assert "先定人数" in page.content.decode()
    kept = Flow.objects.get(title="年会")
    assert "先定人数" in client_as("李敏").get(f"/matters/flows/{kept.pk}/use/").content.decode()
    assert client_as("李敏").get(f"/matters/flows/keep/{matter.pk}/").status_code == 404


@pytest.mark.django_db
def test_the_list_costs_the_same_for_one_and_for_many(scene: Scene, client_as: Callable[[str], Client]) -> None:
    client = client_as("林晓雯")
    actions.make(fields(), by=scene.asker, now=scene.now)
    client.get("/matters/flows/")
    with CaptureQueriesContext(connection) as few:
        client.get("/matters/flows/")
    for _ in range(5):
        actions.make(fields(), by=scene.asker, now=scene.now)
    with CaptureQueriesContext(connection) as many:
        client.get("/matters/flows/")
    assert len(many) == len(few)
