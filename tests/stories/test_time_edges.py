"""Where the clocks of several parts meet in what does not fit: no date, nobody there, an old ledger, an end."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import pytest

from fayol.channels.models import Delivery
from fayol.commitments import actions as moves
from fayol.commitments.actions.importing import Brought, import_rows
from fayol.commitments.states import State
from fayol.commitments.tests.scene import Scene
from fayol.facts.verify import verify
from fayol.ladders.models import BriefItem, Chase, ChaseLine, Climb
from fayol.ladders.states import Kind
from fayol.ladders.tests.time_line import World, at, wall
from fayol.matters.actions import cancel_matter, close_matter
from fayol.matters.plan import actions as plan
from fayol.matters.plan.models import Reconfirm
from fayol.matters.plan.queries import my_acknowledgements
from fayol.matters.plan.tests.plans import BUDGET_TASK, MENU, chained
from fayol.matters.plan.tests.plans import HEADCOUNT as HEADCOUNT_TASK
from fayol.matters.plan.tests.plans import World as PlanWorld
from fayol.organisation.actions import (
    PersonFields,
    UnitFields,
    Window,
    calendars,
    create_unit,
    record_absence,
    update_person,
)
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.models import Person
from fayol.organisation.states import UnitKind
from fayol.reading.tests.notices import notice_of
from fayol.worker.models import StuckRow
from fayol.worker.registry import sweeps

pytestmark = pytest.mark.django_db

BATCH = 200
LONG_AGO = date(2025, 11, 28)


def test_a_ledger_of_last_year_taken_over_floods_nobody(cast: object, now: datetime) -> None:
    """A hundred rows long overdue: one message a person and half-day at most, from the day after, step by step."""
    scene = Scene(now)
    units = [scene.unit(name).pk for name in ("财务部", "人力资源部", "行政部", "市场部", "采购部")]
    askings = [
        scene.asking(title=f"去年任务{i}", performer_unit_id=units[i % 5], responsible_id=None, required_on=LONG_AGO)
        for i in range(100)
    ]
    drafts = moves.create_drafts(askings, by=scene.asker, now=now)
    brought = Brought(opened_on=date(2025, 11, 3), acknowledged_on=date(2025, 11, 4))
    import_rows([(row, brought) for row in drafts], by=scene.asker, now=now)
    assert not Delivery.objects.exists()
    world = World(scene)
    world.run(at("11-18 18:00"))
    assert not Chase.objects.exists()
    world.run(at("11-19 18:00"))
    assert Chase.objects.count() == 5
    world.run(at("11-27 18:00"))
    days = Counter(Chase.objects.values_list("day", flat=True))
    assert max(days.values()) <= 10
    assert verify().problems == []


def test_without_a_date_only_the_first_word_is_asked_for(cast: object, now: datetime) -> None:
    scene, world = Scene(now), World(Scene(now))
    row = scene.asked(required_on=None)
    row = moves.acknowledge(row, by=scene.performer, now=scene.later(1))
    world.run(at("12-31 18:00"))
    assert ChaseLine.objects.filter(chase__isnull=False).count() == 1
    climb = Climb.objects.get(commitment=row, ended_at__isnull=True)
    assert (climb.kind, climb.next_look_at) == ("deliver", None)
    draft = moves.create_drafts([scene.asking()], by=scene.asker, now=now)[0]
    assert not Climb.objects.filter(commitment=draft).exists()
    moves.cancel(draft, words="不办了", by=scene.asker, now=now)
    assert verify().problems == []


def test_somebody_who_has_left_is_chased_no_more_and_what_waited_goes_to_whoever_has_it_now(
    cast: object, now: datetime
) -> None:
    scene, world = Scene(now), World(Scene(now))
    row = scene.asked()
    world.run(at("11-19 18:00"))
    row.refresh_from_db()
    moves.chase(row, by=scene.asker, now=at("11-19 19:00"))
    person = scene.performer.person
    assert person
    fields = PersonFields(person.name, person.code, person.mobile, person.email, active=False)
    update_person(person, fields=fields, by=SYSTEM, now=at("11-19 20:00"))
    world.run(at("11-27 18:00"))
    row.refresh_from_db()
    assert row.holder_id != person.pk
    later = Chase.objects.filter(sent_at__gt=at("11-19 20:00"))
    assert not later.filter(person=person).exists()
    assert later.exists()
    assert ChaseLine.objects.get(by__isnull=False).chase is not None
    assert not StuckRow.objects.exists()
    assert verify().problems == []


def test_for_a_unit_without_anybody_the_office_has_the_ball_and_the_ladder_goes_on(cast: object, now: datetime) -> None:
    scene, world = Scene(now), World(Scene(now))
    top = scene.unit("财务部").parent
    empty = create_unit(top, fields=UnitFields(official_name="筹建处", kind=UnitKind.DEPARTMENT), by=SYSTEM, now=now)
    row = scene.asked(performer_unit_id=empty.pk, responsible_id=None)
    world.run(at("12-31 18:00"))
    row.refresh_from_db()
    assert row.holder is not None
    assert not StuckRow.objects.exists()
    assert verify().problems == []


def test_an_affair_that_is_called_off_leaves_nothing_behind(cast: object, now: datetime) -> None:
    world = chained(PlanWorld(now))
    baseline = plan.make_baseline(world.matter, by=world.scene.asker, now=now)
    for ack in baseline.acknowledgements.all():
        plan.acknowledge(ack, by=Actor(ack.person), now=now)
    plan.announce_start(world.matter, at=at("11-23 09:00"), by=world.scene.asker, now=now)
    plan.add_figure(
        world.matter, name="人数", value=Decimal(186), owner_unit_id=world.scene.unit("人力资源部").pk,
        uses=[world[BUDGET_TASK], world[MENU]], by=world.scene.asker, now=now,
    )  # fmt: skip
    world.moves_to(HEADCOUNT_TASK, date(2026, 11, 26))
    assert Reconfirm.objects.filter(answered_at=None, dropped_at=None).count() == 3
    for title in list(world.tasks):
        moves.cancel(world[title], words="年会取消", by=world.scene.asker, now=world.at(3))
    cancel_matter(world.matter, words="年会取消", by=world.scene.asker, now=world.at(3), expect=None)
    assert not Reconfirm.objects.filter(answered_at=None, dropped_at=None).exists()
    told = Delivery.objects.count()
    ladders, end = World(world.scene), at("12-31 18:00")
    ladders.run(end)
    for sweep in sweeps():
        if sweep.name not in ("facts.seal", "files.orphans", "organisation.years"):
            sweep.run(end, BATCH)
    assert Delivery.objects.count() == told
    assert not StuckRow.objects.exists()
    assert verify().problems == []


def test_new_holidays_move_what_lies_between_dates_that_stay(cast: object, now: datetime) -> None:
    """The due day stays 15 February; two working days before it is no longer the 11th, which became a day off."""
    scene = Scene(now)
    world = PlanWorld(now).opened(("定稿", "财务部", date(2027, 1, 20)), ("付印", "行政部", date(2027, 2, 15)))
    world.takes("付印", 2)
    tie = world.tie("定稿", "付印")
    climb = Climb.objects.get(commitment=world.tasks["付印"], ended_at=None)
    tie.refresh_from_db()
    assert (wall(climb.next_look_at or now), wall(tie.needed_at or now)) == ("02-11 08:30", "02-11 17:30")
    calendars.publish(notice_of(2027), by=scene.actor("许宁"), now=at("12-25 10:00"))
    assert world["付印"].due_on == date(2027, 2, 15)
    tie.refresh_from_db()
    assert wall(tie.needed_at or now) == "02-03 17:30"
    World(scene).sweep(at("12-25 10:01"))
    climb.refresh_from_db()
    assert wall(climb.next_look_at or now) == "02-03 08:30"


def test_a_task_taken_up_again_reopens_its_affair_and_is_watched_again(cast: object, now: datetime) -> None:
    world = PlanWorld(now).opened(("定稿", "财务部", date(2026, 11, 25)))
    row = moves.report(world["定稿"], result="已办", by=world.holder("定稿"), now=world.at(1))
    row = moves.accept(row, by=world.scene.asker, now=world.at(2))
    world.matter.refresh_from_db()
    close_matter(world.matter, by=world.scene.asker, now=world.at(3))
    moves.reopen(row, words="发现漏项", by=world.scene.asker, now=world.at(4))
    world.matter.refresh_from_db()
    assert (world.matter.status, world.matter.closed_at) == ("open", None)
    assert Climb.objects.filter(commitment=row, kind=Kind.DELIVER, ended_at__isnull=True).count() == 1
    assert verify().problems == []


def test_an_extension_takes_it_off_the_leaders_list(cast: object, now: datetime) -> None:
    scene, world = Scene(now), World(Scene(now))
    row = scene.brought_to(State.PROMISED)
    world.run(at("12-10 18:00"))
    assert BriefItem.objects.filter(commitment=row, ended_at__isnull=True).count() == 1
    row.refresh_from_db()
    row = moves.counter(row, words="上游晚到", due_on=date(2026, 12, 18), by=scene.performer, now=at("12-11 09:00"))
    moves.agree(row, by=scene.asker, now=at("12-11 10:00"))
    assert not BriefItem.objects.filter(commitment=row, ended_at__isnull=True).exists()


def test_a_chase_by_hand_for_a_signature_is_not_sent_once_it_is_signed(cast: object, now: datetime) -> None:
    scene, world = Scene(now), World(Scene(now))
    row = moves.chase(scene.asked(), by=scene.asker, now=at("11-18 19:00"))
    moves.acknowledge(row, by=scene.performer, now=at("11-18 19:30"))
    world.run(at("11-19 12:00"))
    assert not Chase.objects.exists()
    assert ChaseLine.objects.get().dropped == "moved"


def test_when_the_one_asked_to_agree_goes_on_leave_those_who_speak_for_the_unit_see_it(
    cast: object, now: datetime
) -> None:
    world = PlanWorld(now).opened(("定稿", "财务部", date(2026, 11, 25)))
    ack = plan.make_baseline(world.matter, by=world.scene.asker, now=now).acknowledgements.get()
    head = Person.objects.get(name="王建国")
    assert ack.person is not None
    assert my_acknowledgements(ack.person, now) == [ack]
    assert my_acknowledgements(head, now) == []
    window = Window(at("11-18 08:30"), at("11-26 17:30"), "年休假")
    record_absence(ack.person, window=window, by=Actor(ack.person), now=now)
    assert my_acknowledgements(head, now) == [ack]
    assert my_acknowledgements(Person.objects.get(name="李敏"), now) == []
