"""The best channel first, the next on failure at once and on silence after a while; each once for a fact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fayol.channels import tokens
from fayol.channels.actions import switch
from fayol.channels.actions.falling import fall_over
from fayol.channels.models import INBOX, MAIL, ChannelState, Delivery, Patience, Preference
from fayol.channels.policy import HALF_DAY, in_order, silent_until
from fayol.channels.states import Status
from fayol.channels.tests.conftest import Post
from fayol.channels.tests.platforms import Platform, account, rows_of, run_once, says, tell
from fayol.kernel.worktime import WorkCalendar
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import china_table

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(table=china_table, tz=SHANGHAI)
SEND, SOON = "/cgi-bin/message/send", timedelta(minutes=11)
OK = says(errcode=0, errmsg="ok")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def both(platform: Platform, post: Post, cast: Any) -> Platform:
    """周岚 is reached by WeCom, then by mail."""
    tokens._known.clear()
    platform.connect(WECOM_CORP="ww1", WECOM_AGENT="1000002", WECOM_SECRET="wc-secret-1")
    platform.usual["/cgi-bin/gettoken"] = says(errcode=0, errmsg="ok", access_token="t", expires_in=7200)
    platform.usual[SEND] = OK
    account("周岚", "wecom", "zhoulan")
    person = cast.person("周岚")
    person.email = "zhou@example.cn"
    person.save()
    return platform


def made() -> list[tuple[str, str]]:
    return [(row.channel, row.status) for row in Delivery.objects.exclude(channel=INBOX).order_by("id")]


@pytest.mark.parametrize(
    ("wait", "told", "expected"),
    [
        (HALF_DAY, "2026-11-18 09:22", "2026-11-18 13:30"),
        (HALF_DAY, "2026-11-18 14:00", "2026-11-19 08:30"),
        (HALF_DAY, "2026-11-20 16:00", "2026-11-23 08:30"),
        ("work:60", "2026-11-18 09:22", "2026-11-18 10:22"),
        ("work:60", "2026-11-18 17:00", "2026-11-19 09:00"),
        ("clock:15", "2026-11-21 23:50", "2026-11-22 00:05"),
    ],
)
def test_how_long_silence_may_last(wait: str, told: str, expected: str) -> None:
    assert silent_until(wait, at(told), CALENDAR) == at(expected)


def test_the_persons_own_choice_comes_first_then_the_order_of_the_house() -> None:
    assert in_order(["sms", "mail", "wecom"], ("wecom", "mail"), "") == ["wecom", "mail", "sms"]
    assert in_order(["sms", "mail", "wecom"], ("wecom", "mail"), "mail") == ["mail", "wecom", "sms"]


def test_one_row_is_made_for_the_best_channel_and_the_next_after_silence(
    both: Platform, post: Post, now: datetime
) -> None:
    tell("周岚", "编制预算表", at=now)
    run_once("wecom", now + SOON)
    assert made() == [("wecom", Status.SENT)]
    assert fall_over(now=at("2026-11-18 13:29"), limit=10) == 0
    assert fall_over(now=at("2026-11-18 13:30"), limit=10) == 1
    assert made() == [("wecom", Status.SENT), ("mail", Status.QUEUED)]
    run_once(MAIL, at("2026-11-18 13:30"))
    assert [str(letter["Subject"]) for letter in post.letters] == ["编制预算表"]
    assert fall_over(now=now + timedelta(days=9), limit=10) == 0, "there is no further one"


@pytest.mark.parametrize(("urgency", "minutes"), [("urgent", 60), ("flash", 15)])
def test_what_is_urgent_is_waited_for_a_shorter_time(both: Platform, now: datetime, urgency: str, minutes: int) -> None:
    tell("周岚", "立即到会", at=now, urgency=urgency)
    begin = now if urgency == "flash" else now + SOON
    run_once("wecom", begin)
    assert fall_over(now=begin + timedelta(minutes=minutes - 1), limit=10) == 0
    assert fall_over(now=begin + timedelta(minutes=minutes, seconds=5), limit=10) == 1
    assert len(made()) == 2


def test_flash_falls_on_at_night_and_a_holiday(both: Platform) -> None:
    night = at("2026-10-01 23:50")
    tell("周岚", "立即到会", at=night, urgency="flash")
    run_once("wecom", night)
    fall_over(now=night + timedelta(minutes=16), limit=10)
    run_once(MAIL, night + timedelta(minutes=16))
    assert made() == [("wecom", Status.SENT), ("mail", Status.SENT)]


def test_what_was_opened_or_answered_goes_no_further(both: Platform, now: datetime, cast: Any) -> None:
    from fayol.facts.journal import record

    tell("周岚", "看过的", at=now)
    tell("周岚", "答过的", at=now)
    tell("周岚", "催过就办了的", at=now, chase=True, link="/notes/4711/")
    tell("周岚", "没动的", at=now)
    run_once("wecom", now + SOON)
    rows = rows_of("wecom")
    Delivery.objects.filter(channel=INBOX, fact=rows[0].fact).update(read_at=now + SOON)
    for about in (rows[1].subject_id, 4711):
        record("note", about, "note.answered", by=Actor(cast.person("周岚")), now=now + SOON)
    assert fall_over(now=at("2026-11-18 13:30"), limit=10) == 4
    assert [row.title for row in rows_of(MAIL)] == ["没动的"]


def test_news_is_not_told_again_for_want_of_a_sign_but_when_it_failed(both: Platform, now: datetime) -> None:
    tell("周岚", "孙悦反馈了进展", at=now, asks=False)
    noon = at("2026-11-18 13:30")
    run_once("wecom", noon)
    assert fall_over(now=noon + timedelta(days=9), limit=10) == 0
    both.usual[SEND] = says(errcode=4711, errmsg="?")
    tell("周岚", "又反馈了进展", at=noon, asks=False)
    run_once("wecom", at("2026-11-19 08:30"))
    assert fall_over(now=at("2026-11-19 08:31"), limit=10) == 1
    assert made()[1:] == [("wecom", Status.FAILED), ("mail", Status.QUEUED)]


def test_a_failure_falls_at_once_and_a_dead_account_too(both: Platform, now: datetime) -> None:
    both.usual[SEND] = says(errcode=0, errmsg="ok", invaliduser="zhoulan")
    tell("周岚", "编制预算表", at=now)
    run_once("wecom", now + SOON)
    assert fall_over(now=now + SOON + timedelta(seconds=5), limit=10) >= 1
    assert ("mail", Status.QUEUED) in made()
    told = Delivery.objects.filter(channel=INBOX).latest("id")
    assert told.title == "企业微信找不到您，已停止往那里发"
    tell("周岚", "下一件", at=now + SOON)
    assert [row.title for row in rows_of("wecom")] == ["编制预算表"]


def test_a_wrong_setting_lets_all_that_waits_fall_at_once_and_what_took_over_is_not_repeated(
    both: Platform, post: Post, now: datetime
) -> None:
    both.usual["/cgi-bin/gettoken"] = says(errcode=40001, errmsg="invalid credential")
    tell("周岚", "编制预算表", at=now)
    begin = now + SOON
    run_once("wecom", begin)
    assert made() == [("wecom", Status.QUEUED)]
    assert fall_over(now=begin + timedelta(seconds=5), limit=10) == 1
    run_once(MAIL, begin + timedelta(seconds=5))
    assert len(post.letters) == 1
    both.usual["/cgi-bin/gettoken"] = says(errcode=0, errmsg="ok", access_token="t", expires_in=7200)
    run_once("wecom", begin + timedelta(minutes=5))
    assert made() == [("wecom", Status.DROPPED), ("mail", Status.SENT)]
    assert rows_of("wecom")[0].reason == "已改由其他渠道发出"
    assert both.to(SEND) == []


def test_passing_trouble_keeps_what_is_ordinary_for_one_more_try_and_lets_what_is_urgent_go(
    both: Platform, now: datetime
) -> None:
    both.usual[SEND] = says(errcode=45009, errmsg="api freq out of limit")
    tell("周岚", "普通的一件", at=now)
    tell("周岚", "特急的一件", at=now, urgency="flash")
    run_once("wecom", now)
    assert fall_over(now=now + timedelta(seconds=5), limit=10) == 1
    assert [row.title for row in rows_of(MAIL)] == ["特急的一件"]
    run_once("wecom", now + SOON)
    run_once("wecom", now + SOON + timedelta(minutes=2))
    fall_over(now=now + SOON + timedelta(minutes=2, seconds=5), limit=10)
    assert [row.title for row in rows_of(MAIL)] == ["特急的一件", "普通的一件"]


def test_a_channel_switched_off_gets_nothing_and_hands_on_what_it_had(both: Platform, now: datetime, cast: Any) -> None:
    tell("周岚", "早先的一件", at=now)
    switch("wecom", on=False, by=Actor(cast.person("林晓雯")), now=now)
    tell("周岚", "后来的一件", at=now)
    assert [row.title for row in rows_of(MAIL)] == ["后来的一件"]
    assert run_once("wecom", now + SOON) == 0
    fall_over(now=now + SOON, limit=10)
    assert [row.title for row in rows_of(MAIL)] == ["后来的一件", "早先的一件"]
    switch("wecom", on=True, by=Actor(cast.person("林晓雯")), now=now)
    assert not ChannelState.objects.get(channel="wecom").off


def test_ones_own_choice_and_the_patience_of_the_house_are_kept(both: Platform, now: datetime, cast: Any) -> None:
    Preference.objects.create(person=cast.person("周岚"), first="mail")
    Patience.objects.create(urgency="normal", wait="clock:30")
    tell("周岚", "编制预算表", at=now)
    assert made() == [("mail", Status.QUEUED)]
    run_once(MAIL, now + SOON)
    assert fall_over(now=now + SOON + timedelta(minutes=31), limit=10) == 1
    assert [channel for channel, _status in made()] == ["mail", "wecom"]


def test_a_fact_is_in_each_channel_once_however_often_it_falls(both: Platform, now: datetime) -> None:
    both.usual[SEND] = says(errcode=4711, errmsg="?")
    tell("周岚", "编制预算表", at=now)
    run_once("wecom", now + SOON)
    for _again in range(3):
        Delivery.objects.exclude(channel=INBOX).update(falls_at=now)
        fall_over(now=now + SOON, limit=10)
    assert sorted(channel for channel, _status in made()) == ["mail", "wecom"]


def test_many_fall_with_as_many_queries_as_one(
    both: Platform, now: datetime, cast: Any, django_assert_max_num_queries: Any
) -> None:
    from fayol.channels.models import Address
    from fayol.organisation.models import Person

    people = Person.objects.bulk_create(
        Person(name=f"员工{n}", email=f"e{n}@example.cn", code=f"E-{n}") for n in range(60)
    )
    Address.objects.bulk_create(Address(person=one, platform="wecom", value=f"e{one.pk}") for one in people)
    for one in people:
        tell(one.name, "一起来的一件", at=now)
    Delivery.objects.filter(channel="wecom").update(status=Status.SENT, next_try_at=None)
    with django_assert_max_num_queries(14):
        assert fall_over(now=now + timedelta(days=1), limit=100) == 60
    assert len(rows_of(MAIL)) == 60
