"""When a message goes out: wishes, the house's minimum, quiet hours, Spring Festival, and tries again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fayol.channels.models import MAIL, Delivery, Preference
from fayol.channels.policy import PAUSES, Wish, again_at, awake, first_try, least, pace_of, silence
from fayol.channels.states import Kind, Pace, Quiet, Status
from fayol.channels.tests.conftest import Post, Tell, go, mails
from fayol.kernel.worktime import WorkCalendar
from fayol.organisation.calendar import china_table

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(table=china_table, tz=SHANGHAI)
GATHER = timedelta(minutes=10)
URGENCIES = ("normal", "document", "urgent", "flash")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def goes(told: str, *, wish: Wish | None = None, kind: Kind = Kind.ASKS, urgency: str = "normal") -> str:
    wish = wish or Wish()
    pace = pace_of(wish, kind, urgency)
    if pace is Pace.OFF:
        return "never"
    return f"{first_try(wish, pace, urgency, at(told), CALENDAR, GATHER):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("told", "kind", "urgency", "expected"),
    [
        ("2026-11-18 09:12", Kind.ASKS, "normal", "2026-11-18 09:22"),
        ("2026-11-18 09:12", Kind.NEWS, "normal", "2026-11-18 13:30"),
        ("2026-11-18 14:00", Kind.NEWS, "document", "2026-11-19 08:30"),
        ("2026-11-18 09:12", Kind.NEWS, "urgent", "2026-11-18 09:22"),
        ("2026-11-18 11:55", Kind.ASKS, "normal", "2026-11-18 13:30"),
        ("2026-11-18 17:25", Kind.ASKS, "normal", "2026-11-19 08:30"),
        ("2026-11-20 18:40", Kind.CHASE, "normal", "2026-11-23 08:30"),
        ("2026-11-20 23:00", Kind.ASKS, "urgent", "2026-11-23 08:30"),
        ("2026-11-20 23:00", Kind.ASKS, "flash", "2026-11-20 23:00"),
        # Spring Festival 2026: off from Sunday 15 to Monday 23 February; Saturdays 14 and 28 February are worked
        ("2026-02-13 17:45", Kind.ASKS, "normal", "2026-02-14 08:30"),
        ("2026-02-14 17:45", Kind.ASKS, "normal", "2026-02-24 08:30"),
        ("2026-02-17 10:00", Kind.NEWS, "normal", "2026-02-24 08:30"),
        ("2026-02-17 10:00", Kind.ASKS, "flash", "2026-02-17 10:00"),
        ("2026-02-27 17:29", Kind.CHASE, "normal", "2026-02-28 08:30"),
    ],
)
def test_without_wishes_letters_go_in_working_time_and_only_flash_at_any_hour(
    told: str, kind: Kind, urgency: str, expected: str
) -> None:
    assert goes(told, kind=kind, urgency=urgency) == expected


def wishing(pace: Pace, **more: Any) -> Wish:
    return Wish(dict.fromkeys(Kind, pace), **more)


@pytest.mark.parametrize(
    ("kind", "urgency", "expected"),
    [
        (Kind.NEWS, "normal", "never"),
        (Kind.ASKS, "document", "never"),
        (Kind.CHASE, "normal", "2026-11-18 13:30"),
        (Kind.NEWS, "urgent", "2026-11-18 09:22"),
        (Kind.CHASE, "urgent", "2026-11-18 09:22"),
        (Kind.NEWS, "flash", "2026-11-18 09:12"),
    ],
)
def test_whoever_wants_nothing_still_gets_the_minimum(kind: Kind, urgency: str, expected: str) -> None:
    assert goes("2026-11-18 09:12", wish=wishing(Pace.OFF), kind=kind, urgency=urgency) == expected


@pytest.mark.parametrize(
    ("told", "begin", "end", "expected"),
    [
        ("2026-11-18 20:49", time(21, 0), time(7, 0), "2026-11-18 20:59"),
        ("2026-11-18 20:55", time(21, 0), time(7, 0), "2026-11-19 07:00"),
        ("2026-11-19 03:00", time(21, 0), time(7, 0), "2026-11-19 07:00"),
        ("2026-11-19 12:10", time(12, 0), time(14, 0), "2026-11-19 14:00"),
        ("2026-02-17 10:00", time(21, 0), time(7, 0), "2026-02-17 10:10"),
    ],
)
def test_hours_of_ones_own_take_the_place_of_working_time(told: str, begin: time, end: time, expected: str) -> None:
    wish = wishing(Pace.SOON, quiet=Quiet.HOURS, quiet_from=begin, quiet_to=end)
    assert goes(told, wish=wish) == expected


WISHES = st.builds(
    Wish,
    paces=st.fixed_dictionaries({kind: st.sampled_from([Pace.SOON, Pace.DIGEST, Pace.OFF]) for kind in Kind}),
    quiet=st.sampled_from(Quiet),
    quiet_from=st.times(),
    quiet_to=st.times(),
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 1), timezones=st.just(SHANGHAI))


@given(wish=WISHES, told=INSTANTS, kind=st.sampled_from(Kind), urgency=st.sampled_from(URGENCIES))
def test_nothing_goes_before_it_is_told_nor_into_quiet_hours_nor_slower_than_the_minimum(
    wish: Wish, told: datetime, kind: Kind, urgency: str
) -> None:
    pace = pace_of(wish, kind, urgency)
    order = [Pace.AT_ONCE, Pace.SOON, Pace.DIGEST, Pace.OFF]
    assert order.index(pace) <= order.index(least(kind, urgency))
    if pace is Pace.OFF:
        return
    due = first_try(wish, pace, urgency, told, CALENDAR, GATHER)
    assert due >= told
    assert (due == told) >= (urgency == "flash")
    assert awake(wish, due, urgency, CALENDAR) == due
    assert due - told < timedelta(days=14)


@given(key=st.text(max_size=40), told=INSTANTS)
def test_tries_come_slower_and_slower_end_after_two_days_and_are_the_same_every_time(key: str, told: datetime) -> None:
    now, waited = told, timedelta()
    for number in range(1, len(PAUSES) + 1):
        again = again_at(number, now, key)
        assert again
        assert again == again_at(number, now, key)
        assert again > now
        waited, now = waited + (again - now), again
    assert again_at(len(PAUSES) + 1, now, key) is None
    assert timedelta(hours=43) < waited < timedelta(hours=54)


def test_a_channel_in_trouble_rests_a_quarter_of_an_hour_at_most() -> None:
    assert [silence(n) for n in (1, 2, 3, 4, 5, 50)] == [timedelta(minutes=n) for n in (1, 2, 4, 8, 15, 15)]


# ── what the worker makes of it ────────────────────────────────────────────


@pytest.mark.django_db
def test_quiet_hours_postpone_and_lose_nothing_over_spring_festival(post: Post, tell: Tell) -> None:
    for day in range(14, 24):
        tell("周岚", f"{day}日的一件", at=at(f"2026-02-{day} 18:00"))
    instant = at("2026-02-14 18:00")
    while instant < at("2026-02-24 08:30"):
        assert go(instant) == 0
        instant += timedelta(hours=6)
    assert post.letters == []
    go(at("2026-02-24 08:30"))
    assert [str(letter["Subject"]) for letter in post.letters] == ["您有10件事待办"]


@pytest.mark.django_db
def test_a_worker_that_slept_through_the_day_does_not_wake_people_at_night(post: Post, tell: Tell) -> None:
    tell("周岚", "编制预算表", at=at("2026-11-18 09:12"))
    tell("周岚", "下午的一件", at=at("2026-11-18 16:00"))
    go(at("2026-11-18 22:00"))
    assert post.letters == []
    assert {mail.next_try_at for mail in mails()} == {at("2026-11-19 08:30")}
    go(at("2026-11-19 08:30"))
    assert [str(letter["Subject"]) for letter in post.letters] == ["您有2件事待办"]


@pytest.mark.django_db
def test_a_try_again_that_falls_into_the_evening_waits_for_the_morning(post: Post, tell: Tell) -> None:
    tell("周岚", "编制预算表", at=at("2026-11-18 17:15"))
    post.data = ["451 later"]
    go(at("2026-11-18 17:29"))
    assert mails()[0].status == Status.RETRY
    go(at("2026-11-18 17:31"))
    assert post.letters == []
    assert (mails()[0].next_try_at, mails()[0].attempts) == (at("2026-11-19 08:30"), 1)
    go(at("2026-11-19 08:31"))
    assert mails()[0].status == Status.SENT


@pytest.mark.django_db
def test_a_kind_turned_off_meanwhile_is_not_sent_and_the_row_says_so(
    post: Post, tell: Tell, now: datetime, cast: Any
) -> None:
    tell("周岚", "孙悦反馈了进展", asks=False)
    Preference.objects.create(person=cast.person("周岚"), news="off")
    go(now + timedelta(days=1))
    assert [(mail.status, mail.reason) for mail in mails()] == [(Status.DROPPED, "本人选择这类只留站内")]
    tell("周岚", "又反馈了进展", asks=False)
    assert Delivery.objects.filter(channel=MAIL).count() == 1


@pytest.mark.django_db
def test_a_plant_that_works_on_sunday_gets_its_letters_on_sunday(post: Post, tell: Tell, cast: Any) -> None:
    from fayol.organisation.calendar import changed
    from fayol.organisation.models import Calendar

    unit = cast.person("周岚").posts.get(primary=True).unit
    unit.calendar = Calendar.objects.create(
        name="连续生产", hours=[["06:00", "22:00"]], weekdays=[0, 1, 2, 3, 4, 5, 6], keeps_holidays=False
    )
    unit.save()
    changed()
    tell("周岚", "车间的一件", at=at("2026-11-22 20:00"))
    tell("林晓雯", "机关的一件", at=at("2026-11-22 20:00"))
    go(at("2026-11-22 20:11"))
    assert [str(letter["Subject"]) for letter in post.letters] == ["车间的一件"]
    assert mails()[1].next_try_at == at("2026-11-23 08:30")


@pytest.mark.django_db
def test_a_thousand_messages_are_queued_with_as_many_queries_as_one(
    post: Post, cast: Any, now: datetime, django_assert_num_queries: Any
) -> None:
    from django.db import transaction

    from fayol.channels.registry import Message, deliver
    from fayol.facts.journal import record_many
    from fayol.organisation.actor import SYSTEM
    from fayol.organisation.models import Person

    people = Person.objects.bulk_create(
        Person(name=f"员工{n}", email=f"e{n}@example.cn", code=f"E{n}") for n in range(100)
    )
    with transaction.atomic():
        facts = record_many("note", [(n, "note.told", {}) for n in range(10)], by=SYSTEM, now=now)
        deliver([])
        with django_assert_num_queries(5):
            deliver([Message(facts[0], people[0].pk, "一件", asks=True)])
        with django_assert_num_queries(5):
            deliver([Message(fact, person.pk, "一件", asks=True) for fact in facts[1:] for person in people])
    assert Delivery.objects.filter(channel=MAIL).count() == 901
