"""Whoever works in shifts is chased by his own calendar: when a message may go out, and what a half-day is."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.db import IntegrityError, transaction

from fayol.commitments import actions
from fayol.commitments.models import Commitment
from fayol.commitments.tests.scene import DUE, Scene
from fayol.kernel.errors import Refused
from fayol.ladders.models import Chase, ChaseLine, Climb
from fayol.ladders.queries import dry_run
from fayol.ladders.tests.test_climbs import at_once
from fayol.ladders.tests.time_line import World, at, sent, wall
from fayol.organisation.actions.calendars import CalendarFields, assign_calendar, save_calendar
from fayol.organisation.models import Calendar, Person

FRIDAY = date(2026, 11, 20)
TWO_SHIFTS = ((time(6), time(14)), (time(14), time(22)))
SHIFTS = CalendarFields(
    name="财务倒班",
    hours=((time(6), time(14)), (time(14), time(22))),
    weekdays=frozenset(range(7)),
    keeps_holidays=False,
)
"""Finance, of all units, works from six to ten at night, seven days a week: 周岚's unit, so that the scene holds."""


def put_on_shifts(scene: Scene, fields: CalendarFields = SHIFTS) -> Calendar:
    calendar = save_calendar(None, fields=fields, by=scene.asker, now=scene.now)
    assign_calendar(scene.unit("财务部"), row=calendar, by=scene.asker, now=scene.now)
    return calendar


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    scene = Scene(now)
    put_on_shifts(scene)
    return scene


@pytest.fixture
def world(scene: Scene) -> World:
    return World(scene)


def promised(scene: Scene, day: date = FRIDAY) -> Commitment:
    row = scene.asked(required_on=day)
    return actions.promise(row, due_on=day, by=scene.performer, now=at("11-18 10:00"))


def test_the_rungs_count_the_days_of_the_unit_and_everybody_is_told_when_he_works(scene: Scene, world: World) -> None:
    """Late from Friday night: her own weekend is worked, that of the office and of the leader is not."""
    row = promised(scene)
    world.run(at("12-01 00:00"))
    assert [line[:2] for line in sent()] == [
        ("11-21 06:00", "周岚"),
        ("11-22 06:00", "孙悦"),
        ("11-23 06:00", "丁凯"),
        ("11-24 06:00", "王建国"),
        ("11-25 08:30", "林晓雯"),
        ("11-27 08:30", "邵国华"),
    ]
    assert Climb.objects.get(commitment=row, ended_at=None).last_at == at("11-27 06:00")


def chase(row: Commitment, scene: Scene, when: str) -> None:
    actions.chase(Commitment.objects.get(pk=row.pk), by=scene.asker, now=at(when))


def test_once_in_a_shift_and_not_in_the_houses_half_day(scene: Scene, world: World) -> None:
    """09:30 and 13:40 are one shift for her, though two half-days for the office; the next begins at 14:00."""
    first, second, third = (scene.asked(title=f"任务{i}") for i in range(3))
    chase(first, scene, "11-18 09:30")
    world.sweep(at("11-18 09:30"))
    chase(second, scene, "11-18 13:40")
    with pytest.raises(Refused) as refused:
        chase(first, scene, "11-18 13:41")
    assert (refused.value.code, "班次" in str(refused.value)) == ("chased_already", True)
    world.run(at("11-18 15:00"))
    chase(third, scene, "11-18 15:10")
    world.run(at("11-19 06:00"))
    assert [line[0] for line in sent()] == ["11-18 09:30", "11-18 14:00", "11-19 06:00"]


def test_out_of_her_hours_it_waits_for_her_next_shift(scene: Scene, world: World) -> None:
    """Saturday at six, where the office would have waited for Monday."""
    chase(promised(scene, DUE), scene, "11-20 22:30")
    world.run(at("11-23 08:00"))
    assert [line[0] for line in sent()] == ["11-21 06:00"]


def works_by(scene: Scene, calendar: Calendar | None, when: str) -> None:
    assign_calendar(scene.unit("财务部"), row=calendar, by=scene.asker, now=at(when))


def test_who_comes_to_another_calendar_in_the_middle_of_a_half_day_is_not_told_twice(
    scene: Scene, world: World
) -> None:
    """Half-days that overlap, and ones with the same number: the message in the former is counted in the latter."""
    rows = [promised(scene, DUE) for _ in range(4)]
    shifts = Calendar.objects.get(name=SHIFTS.name)
    chase(rows[0], scene, "11-19 06:10")
    world.sweep(at("11-19 06:10"))
    works_by(scene, None, "11-19 07:00")
    chase(rows[1], scene, "11-19 08:40")  # the first half of this day, as at 06:10
    world.run(at("11-19 13:30"))
    works_by(scene, shifts, "11-19 13:40")
    chase(rows[2], scene, "11-19 13:50")  # the shift in which she was told both times; and the next has the number
    world.run(at("11-19 14:05"))  # of the afternoon
    works_by(scene, None, "11-19 14:10")
    chase(rows[3], scene, "11-19 14:20")  # the afternoon that began at 13:30
    world.run(at("11-20 08:30"))
    assert [line[0] for line in sent()] == ["11-19 06:10", "11-19 13:30", "11-20 08:30"]
    assert Chase.objects.order_by("-id")[0].lines.count() == 2


def test_the_dry_run_says_what_then_happens_in_shifts_and_in_the_office(scene: Scene, world: World) -> None:
    promised(scene)
    scene.asked(title="办公室的事", performer_unit_id=scene.unit("行政部").pk, responsible_id=None)
    dry = [(wall(line.at), line.person_name) for line in dry_run(at("11-18 20:30")).lines]
    world.run(at("12-02 17:30"))
    real = [(wall(chase.sent_at), chase.person.name) for chase in Chase.objects.order_by("id")]
    assert sorted(dry) == sorted(real)
    assert len(dry) == 8


def test_the_database_holds_one_message_a_person_and_shift(scene: Scene) -> None:
    person = Person.objects.get(name="周岚")
    Chase.objects.create(person=person, day=date(2026, 11, 18), half=0, sent_at=scene.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Chase.objects.create(person=person, day=date(2026, 11, 18), half=0, sent_at=scene.now)


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_the_opening_of_a_shift_send_one_message(cast: object, now: datetime) -> None:
    scene = Scene(now)
    put_on_shifts(scene)
    world = World(scene)
    rows = actions.dispatch_many([scene.asking(title=f"任务{i}") for i in range(40)], by=scene.asker, now=now)
    for row in rows:
        actions.chase(row, by=scene.asker, now=at("11-18 22:30"))
    at_once([lambda: world.sweep(at("11-19 06:00"))] * 4)
    assert [(chase.day, chase.half) for chase in Chase.objects.all()] == [(date(2026, 11, 19), 0)]
    assert ChaseLine.objects.filter(chase__isnull=False).count() >= 40
