"""The rules of the ladders as functions: when rungs come, which ladder holds, what is no ladder, when lines go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.commitments.states import Urgency
from fayol.kernel.errors import Refused
from fayol.kernel.worktime import HalfDay, WorkCalendar, YearTable, days_of
from fayol.ladders.actions import edit_policy, restore_policy
from fayol.ladders.policy import (
    SHIPPED,
    Course,
    Ladder,
    Ready,
    Rung,
    Shelf,
    check_rungs,
    coming,
    first_rung,
    next_free,
    pause_end,
    send,
)
from fayol.ladders.queries import editions, shelf
from fayol.ladders.states import Kind, Level, Origin, Unit
from fayol.ladders.tests.time_line import SHANGHAI, at
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar import china_table
from fayol.organisation.models import Person

CALENDAR = WorkCalendar(table=china_table, tz=SHANGHAI)
unhurried = settings(deadline=None)  # the first to ask loads the holidays of all years
NEW_YEAR = at("01-01 00:00")
instants = st.integers(0, 365 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes))


@st.composite
def courses(draw: st.DrawFn, calendar: WorkCalendar = CALENDAR) -> Course:
    ladder = SHIPPED[draw(st.sampled_from(sorted(SHIPPED)))]
    started = draw(instants)
    due_on = started.date() + timedelta(days=draw(st.integers(-10, 60)))
    due_at = None if ladder.kind is Kind.ANSWER else calendar.close_of_business(due_on)
    course = Course(ladder, started, started, due_on if due_at else None, due_at, promised=draw(st.booleans()))
    course = replace(course, next_rung=first_rung(course, now=started, calendar=calendar))
    if draw(st.booleans()):
        course = replace(course, paused_until=started + timedelta(hours=draw(st.integers(0, 400))))
    return course


@unhurried
@given(course=courses())
def test_rungs_come_in_order_in_working_time_and_never_two_at_once(course: Course) -> None:
    times = [each.at for each in coming(course, CALENDAR)]
    assert times == sorted(set(times))
    assert all(when > course.floor_at for when in times)
    if course.paused_until:
        assert all(when >= course.paused_until for when in times)
    if course.ladder.natural:
        return
    assert all(CALENDAR.is_working(when) for when in times)
    if course.ladder.at_openings:
        assert {(when.hour, when.minute) for when in times} <= {(8, 30), (13, 30)}
        days = [when.date() for when in times]
        assert len(days) == len(set(days))


SHIFTS = [
    WorkCalendar(table=lambda year: YearTable(year, frozenset(days_of(year)), assumed=False), tz=SHANGHAI, hours=hours)
    for hours in (
        ((time(), time(8)), (time(8), time())),
        ((time(6), time(14)), (time(14), time(22))),
        ((time(), time(6)), (time(18), time())),
        ((time(7), time(19)),),
    )
]


@unhurried
@given(data=st.data(), which=st.integers(0, len(SHIFTS) - 1))
def test_in_shifts_too_rungs_come_in_order_at_openings_and_in_working_time(data: st.DataObject, which: int) -> None:
    calendar = SHIFTS[which]
    course = data.draw(courses(calendar))
    times = [each.at for each in coming(course, calendar)]
    assert times == sorted(set(times))
    if course.ladder.natural:
        return
    assert all(calendar.is_working(when) for when in times)
    if course.ladder.at_openings:
        assert {when.time() for when in times} <= {opens for opens, _closes in calendar.hours}
        assert len({when.date() for when in times}) == len(times)


@unhurried
@given(course=courses(), more=st.integers(1, 200))
def test_a_longer_pause_never_makes_a_rung_come_earlier(course: Course, more: int) -> None:
    start = course.paused_until or course.floor_at
    longer = replace(course, paused_until=start + timedelta(hours=more))
    pairs = zip(coming(course, CALENDAR), coming(longer, CALENDAR), strict=True)
    assert all(before.at <= after.at for before, after in pairs)


@unhurried
@given(course=courses(), days=st.integers(1, 30))
def test_a_later_date_never_makes_a_rung_come_earlier(course: Course, days: int) -> None:
    if course.due_on is None or course.due_at is None or course.next_rung:
        return
    later = replace(course, due_on=course.due_on + timedelta(days=days), due_at=course.due_at + timedelta(days=days))
    first, second = ({each.index: each.at for each in coming(one, CALENDAR)} for one in (course, later))
    assert all(first[index] <= second[index] for index in first.keys() & second.keys())


@unhurried
@given(when=instants, used=st.booleans(), brief=st.booleans())
def test_a_line_goes_out_at_once_or_waits_for_an_opening(when: datetime, used: bool, brief: bool) -> None:
    halves = {CALENDAR.half_day(when)} if used and CALENDAR.is_working(when) else set[HalfDay]()
    sending = send([Ready(1, when, brief)], at=when, used=halves, calendar=CALENDAR)
    assert len(sending.now) + len(sending.later) == 1
    if sending.now:
        assert CALENDAR.is_working(when)
        assert not halves
    else:
        [(_key, later)] = sending.later
        assert later > when
        assert CALENDAR.is_working(later)
        assert next_free(when, halves, CALENDAR) <= later


def rung(level: Level, n: int = 1, origin: Origin = Origin.DUE, unit: Unit = Unit.WORKDAYS) -> Rung:
    return Rung(level, origin, n, unit)


@pytest.mark.parametrize(
    ("kind", "urgency", "rungs", "code", "field"),
    [
        (Kind.DELIVER, Urgency.NORMAL, [], "no_rungs", "rungs"),
        (Kind.DELIVER, Urgency.NORMAL, [rung(Level.PERSON, i) for i in range(13)], "many_rungs", "rungs"),
        (Kind.DELIVER, Urgency.NORMAL, [rung(Level.PERSON, 61)], "far", "rung-1"),
        (Kind.DELIVER, Urgency.NORMAL, [rung(Level.PERSON, -1, Origin.START)], "before_start", "rung-1"),
        (Kind.ANSWER, Urgency.NORMAL, [rung(Level.PERSON)], "no_due", "rung-1"),
        (Kind.DELIVER, Urgency.NORMAL, [rung(Level.HEAD, 1, Origin.START)], "first_word", "rung-1"),
        (Kind.SIGN, Urgency.NORMAL, [rung(Level.PERSON, 2, Origin.DUE, Unit.HOURS)], "natural", "rung-1"),
        (Kind.SIGN, Urgency.NORMAL, [rung(Level.HEAD), rung(Level.PERSON, 2)], "order", "rung-2"),
        (Kind.SIGN, Urgency.NORMAL, [rung(Level.PERSON, 3), rung(Level.HEAD, 2)], "earlier", "rung-2"),
        (
            Kind.DELIVER,
            Urgency.NORMAL,
            [rung(Level.PERSON), rung(Level.PERSON, 1, Origin.START)],
            "start_late",
            "rung-2",
        ),
    ],
)
def test_what_cannot_be_climbed_is_no_ladder(
    kind: Kind, urgency: Urgency, rungs: list[Rung], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        check_rungs(kind, urgency, rungs)
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize("ladder", SHIPPED.values(), ids=lambda ladder: f"{ladder.kind}-{ladder.urgency}{ladder.klass}")
def test_every_shipped_ladder_can_be_climbed_and_survives_being_written_down(ladder: Ladder) -> None:
    check_rungs(ladder.kind, ladder.urgency, ladder.rungs)
    assert Ladder.from_json(ladder.to_json()) == ladder


def test_there_is_a_ladder_for_everything_and_that_of_a_class_goes_first() -> None:
    bare = Shelf()
    for kind in Kind:
        for urgency in Urgency:
            assert bare.ladder(kind, urgency, "special").klass == ""
    assert bare.ladder(Kind.DELIVER, Urgency.NORMAL, "major").klass == "major"
    own = replace(bare.ladder(Kind.SIGN, Urgency.NORMAL), klass="instant", version=2)
    assert Shelf({("sign", "normal", "instant"): own}).ladder(Kind.SIGN, Urgency.NORMAL, "instant") == own


def test_a_note_puts_the_ladder_off_to_the_close_of_its_day_and_no_farther_than_the_limit() -> None:
    ladder = SHIPPED["deliver", "normal", ""]
    due = date(2026, 2, 12)
    assert pause_end(date(2026, 2, 11), due, ladder, CALENDAR) == at("02-11 17:30")
    assert pause_end(date(2026, 6, 1), due, ladder, CALENDAR) == at("02-24 17:30")  # three working days after
    assert pause_end(None, due, ladder, CALENDAR) is None


def test_the_office_changes_a_ladder_and_takes_the_shipped_one_up_again(cast: object, now: datetime) -> None:
    lin = Actor(Person.objects.get(name="林晓雯"))
    rungs = [rung(Level.PERSON), rung(Level.HEAD, 3)]
    edited = edit_policy(
        Kind.DELIVER, Urgency.NORMAL, rungs=rungs, pause_limit=2, words="少催一些", by=lin, now=now, expect=1
    )
    assert shelf().ladder(Kind.DELIVER, Urgency.NORMAL) == edited
    assert edited.version == 2
    restored = restore_policy(Kind.DELIVER, Urgency.NORMAL, by=lin, now=now)
    assert restored.rungs == SHIPPED["deliver", "normal", ""].rungs
    assert [(e.ladder.version, e.by, e.why, e.reset) for e in editions(Kind.DELIVER, Urgency.NORMAL)] == [
        (3, "林晓雯", "", True),
        (2, "林晓雯", "少催一些", False),
    ]


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("周岚", {}, "not_yours"),
        ("林晓雯", {"expect": 7}, "stale"),
        ("林晓雯", {"pause_limit": 11}, "pause_limit"),
        ("林晓雯", {"rungs": SHIPPED["sign", "normal", ""].rungs}, "nothing_changed"),
        ("林晓雯", {"klass": "unheard"}, "klass"),
    ],
)
def test_a_change_is_refused_and_changes_nothing(
    cast: object, now: datetime, who: str, changes: dict[str, object], code: str
) -> None:
    given = {"rungs": [rung(Level.PERSON)], "pause_limit": 3, **changes}
    with pytest.raises(Refused) as refusal:
        edit_policy(Kind.SIGN, Urgency.NORMAL, by=Actor(Person.objects.get(name=who)), now=now, **given)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert shelf().own == {}


def test_what_was_never_changed_cannot_be_restored(cast: object, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        restore_policy(Kind.SIGN, Urgency.NORMAL, by=SYSTEM, now=now)
    assert refusal.value.code == "never_changed"
