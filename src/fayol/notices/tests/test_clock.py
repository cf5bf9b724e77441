"""The clock of a receipt as a timeline: at what instant which step, when nobody does anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fayol.kernel.deadlines import DeadlineRule
from fayol.notices import actions, policy
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import Depth, Form, Reply, Stage, Step
from fayol.notices.tests.conftest import inbox
from fayol.organisation.calendar import work_calendar

Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]


def seen(asked_at: datetime, **more: Any) -> policy.Seen:
    usual: dict[str, Any] = {
        "stage": Stage.ON_SYSTEM, "depth": Depth.CONFIRMED, "form": Form.CONFIRM, "reply": Reply.NOTHING,
        "urgency": "normal", "must": False, "asked_at": asked_at, "since": asked_at,
    }  # fmt: skip
    return policy.Seen(**(usual | more))


def timeline(one: policy.Seen) -> list[str]:
    return [f"{at.astimezone(one.asked_at.tzinfo):%d %H:%M} {step}" for at, step in policy.steps(one, work_calendar())]


def on(now: datetime, words: str) -> datetime:
    """`18 17:30`: that day of the month at that time."""
    day, _space, time = words.partition(" ")
    hour, _colon, minute = time.partition(":")
    return now.replace(day=int(day), hour=int(hour), minute=int(minute))


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("", ["19 09:42 remind", "20 10:12 raise", "23 10:42 call"]),
        ("18 17:30", ["18 13:45 remind", "18 17:30 raise", "20 09:00 call"]),
        ("18 11:12", ["18 10:12 remind", "18 11:12 raise", "19 11:42 call"]),
        ("18 14:30", ["18 11:06 remind", "18 14:30 raise", "19 15:00 call"]),
        ("19 10:00", ["18 15:15 remind", "19 10:00 raise", "20 10:30 call"]),
        ("19 17:30", ["19 09:42 remind", "19 17:30 raise", "23 09:00 call"]),
        ("20 10:12", ["19 09:42 remind", "20 10:12 raise", "23 10:42 call"]),
        ("25 17:30", ["19 09:42 remind", "20 10:12 raise", "23 10:42 call"]),
        ("18 09:00", ["19 09:42 remind", "20 10:12 raise", "23 10:42 call"]),
    ],
    ids=[
        "none", "today", "in two hours", "right after asking", "before the reminder", "after the reminder",
        "at the raise", "far", "passed",
    ],
)  # fmt: skip
def test_who_is_asked_is_reminded_before_the_deadline_and_raised_at_it(
    now: datetime, due: str, told: list[str]
) -> None:
    assert timeline(seen(now, due_at=on(now, due) if due else None)) == told


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("", ["18 20:15 remind", "18 20:30 raise", "18 20:45 call"]),
        ("18 21:05", ["18 20:05 remind", "18 20:30 raise", "18 20:45 call"]),
        ("18 20:20", ["18 20:10 remind", "18 20:20 raise", "18 20:35 call"]),
        ("18 23:00", ["18 20:15 remind", "18 20:30 raise", "18 20:45 call"]),
    ],
)  # fmt: skip
def test_flash_counts_by_the_clock_and_reminds_an_hour_before(now: datetime, due: str, told: list[str]) -> None:
    asked = on(now, "18 20:00")
    assert timeline(seen(asked, urgency="flash", due_at=on(now, due) if due else None)) == told


def test_nobody_is_disturbed_out_of_hours_for_a_deadline_out_of_hours(now: datetime) -> None:
    asked = on(now, "20 18:00")
    told = ["21 10:00 raise", "24 09:00 call"]
    assert timeline(seen(asked, due_at=on(now, "21 10:00"))) == told


def test_a_proxy_is_pressed_by_the_same_deadline(now: datetime) -> None:
    taken = {"stage": Stage.PROXIED, "since": now}
    assert timeline(seen(now, **taken)) == ["18 14:42 remind_proxy", "19 09:42 raise_proxy", "19 15:12 duty"]
    due = on(now, "18 11:12")
    assert timeline(seen(now, **taken, due_at=due)) == [
        "18 10:12 remind_proxy", "18 11:12 raise_proxy", "18 16:42 duty",
    ]  # fmt: skip
    assert policy.proxy_due(now, "normal", work_calendar(), due) == due
    assert policy.proxy_due(now, "normal", work_calendar(), on(now, "18 17:30")) == on(now, "18 14:42")


@given(
    start=st.datetimes(datetime(2026, 3, 2), datetime(2026, 12, 20)),
    minutes=st.integers(1, 30 * 24 * 60),
    urgency=st.sampled_from(sorted(policy.FIRST_REMINDER)),
)
def test_a_deadline_ahead_is_never_passed_before_it_is_raised(start: datetime, minutes: int, urgency: str) -> None:
    calendar = work_calendar()
    asked = start.replace(tzinfo=calendar.tz)
    due = asked + timedelta(minutes=minutes)
    steps = policy.steps(seen(asked, urgency=urgency, due_at=due), calendar)
    at = {step: when for when, step in steps}
    assert [step for _at, step in steps][-2:] == [Step.RAISE, Step.CALL]
    assert asked < at[Step.RAISE] <= due
    assert at[Step.CALL] > at[Step.RAISE]
    if Step.REMIND in at:
        assert asked < at[Step.REMIND] < due
    else:
        assert calendar.worked(asked, due) == timedelta(0)


def test_the_deadline_reaches_people_as_messages(meeting: Meeting, receipt_of: Find, now: datetime) -> None:
    rule = DeadlineRule("workdays_after", anchor="issue", n=0, words="今天下班前")
    notice = meeting("周岚", form=Form.CONFIRM, starts_at=None, ends_at=None, due=rule)
    assert notice.due_at == on(now, "18 17:30")
    told = []
    for _step in range(3):
        row = receipt_of(notice, "周岚")
        assert row.next_look_at
        at = row.next_look_at.astimezone(now.tzinfo)
        told.append((f"{at:%d %H:%M}", str(actions.look(row, now=at)), inbox("周岚")[-1], inbox("王建国")[-1:]))
    again, raised = f"请您确认：{notice.title}", f"周岚还没有确认通知，请提醒：{notice.title}"
    assert told == [
        ("18 13:45", "remind", again, []),
        ("18 17:30", "raise", again, [raised]),
        ("20 09:00", "call", again, [raised]),
    ]
