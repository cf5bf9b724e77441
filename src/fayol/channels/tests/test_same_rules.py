"""Bundling, quiet hours, wishes and the house's minimum hold for every channel alike, not for mail only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fayol.channels import tokens
from fayol.channels.models import INBOX, Bundle, Delivery, Preference
from fayol.channels.states import Status
from fayol.channels.tests.platforms import Platform, account, rows_of, run_once, tell
from fayol.channels.tests.test_platforms import use

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHANNELS = ("wecom", "dingtalk", "feishu", "webhook", "wecom_bot", "dingtalk_bot", "feishu_bot", "sms")
NEWS = ("wecom", "feishu", "webhook")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


NOON, EVENING, MORNING = at("2026-11-18 09:12"), at("2026-11-18 20:00"), at("2026-11-19 08:30")


@pytest.fixture(autouse=True)
def _reached(cast: Any) -> None:
    tokens._known.clear()
    for one in ("wecom", "dingtalk", "feishu"):
        account("周岚", one, "zhoulan")
    person = cast.person("周岚")
    person.mobile, person.code = "13800001111", "E007"
    person.save()


def states(channel: str) -> list[str]:
    return [row.status for row in rows_of(channel)]


@pytest.mark.parametrize("name", CHANNELS)
def test_what_comes_within_the_gathering_time_is_one_piece_and_flash_stands_alone(
    platform: Platform, name: str
) -> None:
    path = use(platform, name)
    for number in range(3):
        tell("周岚", f"第{number}件", at=NOON + timedelta(minutes=number))
    run_once(name, NOON + timedelta(minutes=9))
    assert platform.to(path) == [], "the first has not waited long enough"
    run_once(name, NOON + timedelta(minutes=11))
    assert [len(platform.to(path)), Bundle.objects.count()] == [1, 1]
    assert states(name) == [Status.SENT] * 3
    later = NOON + timedelta(hours=1)
    tell("周岚", "立即到会", at=later, urgency="flash")
    tell("周岚", "不急的", at=later)
    run_once(name, later)
    assert [bundle.deliveries.count() for bundle in Bundle.objects.order_by("pk")] == [3, 1]
    assert states(name)[3:] == [Status.SENT, Status.QUEUED]


@pytest.mark.parametrize("name", CHANNELS)
def test_quiet_hours_hold_back_all_but_flash(platform: Platform, name: str) -> None:
    path = use(platform, name)
    tell("周岚", "普通的", at=EVENING)
    tell("周岚", "加急的", at=EVENING, urgency="urgent")
    for hours in (1, 5, 12):
        run_once(name, EVENING + timedelta(hours=hours))
    assert platform.to(path) == []
    tell("周岚", "特急的", at=EVENING, urgency="flash")
    run_once(name, EVENING)
    assert states(name) == [Status.QUEUED, Status.QUEUED, Status.SENT]
    run_once(name, MORNING + timedelta(seconds=1))
    assert states(name) == [Status.SENT] * 3
    assert len(platform.to(path)) == 2, "what waited over night came as one"


@pytest.mark.parametrize("name", CHANNELS)
def test_whoever_wants_nothing_outside_still_gets_chases_and_what_is_urgent(
    platform: Platform, name: str, cast: Any
) -> None:
    use(platform, name)
    Preference.objects.create(person=cast.person("周岚"), asks="off", chase="off", news="off", quiet="none")
    told: dict[str, dict[str, Any]] = {
        "普通的": {}, "公文": {"urgency": "document"}, "催办": {"chase": True}, "加急的": {"urgency": "urgent"},
        "特急的": {"urgency": "flash"}, "加急的进展": {"urgency": "urgent", "asks": False},
    }  # fmt: skip
    for title, more in told.items():
        tell("周岚", title, at=NOON, **more)
    assert Delivery.objects.filter(channel=INBOX).count() == len(told), "the inbox cannot be turned off"
    due = {row.title: row.next_try_at for row in rows_of(name)}
    soon = NOON + timedelta(minutes=10)
    assert due == {
        "催办": at("2026-11-18 13:30"), "加急的": soon, "特急的": NOON, "加急的进展": soon,
    }  # fmt: skip


@pytest.mark.parametrize("name", CHANNELS)
def test_news_goes_by_channels_that_carry_it_and_at_the_wished_pace(platform: Platform, name: str, cast: Any) -> None:
    use(platform, name)
    tell("周岚", "孙悦反馈了进展", at=NOON, asks=False)
    Preference.objects.create(person=cast.person("周岚"), asks="digest", news="soon", quiet="none")
    tell("周岚", "又反馈了进展", at=NOON, asks=False)
    tell("周岚", "要办的", at=NOON)
    due = {row.title: row.next_try_at for row in rows_of(name)}
    half_day, soon = at("2026-11-18 13:30"), NOON + timedelta(minutes=10)
    news = {"孙悦反馈了进展": half_day, "又反馈了进展": soon} if name in NEWS else {}
    assert due == {**news, "要办的": half_day}


@pytest.mark.parametrize("name", CHANNELS)
def test_what_was_read_in_the_system_before_it_went_is_not_sent_after(platform: Platform, name: str) -> None:
    path = use(platform, name)
    tell("周岚", "看过的", at=NOON)
    tell("周岚", "看过的加急", at=NOON, urgency="urgent")
    Delivery.objects.filter(channel=INBOX).update(read_at=NOON + timedelta(minutes=2))
    run_once(name, NOON + timedelta(minutes=11))
    assert [(row.title, row.status) for row in rows_of(name)] == [
        ("看过的", Status.DROPPED), ("看过的加急", Status.SENT),
    ]  # fmt: skip
    assert len(platform.to(path)) == 1
