"""The call list, calls that are written down, and dates promised on the phone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from fayol.channels.models import Delivery
from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import State, Urgency
from fayol.commitments.tests.scene import DUE, LATER, Scene
from fayol.facts.journal import history_of
from fayol.kernel.errors import Refused
from fayol.ladders.calls import actions
from fayol.ladders.calls.actions import Said
from fayol.ladders.calls.models import Call, PhonePromise
from fayol.ladders.calls.policy import Owed, rank, situation_of, step_for, weigh
from fayol.ladders.calls.queries import leads_waiting, sheet_for
from fayol.ladders.calls.states import Answer, Result, Situation, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


@pytest.fixture
def late(scene: Scene) -> datetime:
    """Thursday 2026-12-03, 09:12: three working days after the due day."""
    return datetime(2026, 12, 3, 9, 12, tzinfo=scene.now.tzinfo)


def promised(scene: Scene, **changes: Any) -> Commitment:
    row = scene.asked(**changes)
    assert row.required_on is not None
    return moves.promise(row, due_on=row.required_on, by=scene.performer, now=scene.later(1))


def call(scene: Scene, row: Commitment, at: datetime, result: Result = Result.PROMISED, **said: Any) -> Call:
    assert row.holder is not None
    return actions.log_call(row.holder, [row], said=Said(result=result, **said), by=scene.asker, now=at)


# ── what a call is worth ──


def test_what_waits_downstream_and_has_climbed_goes_before_what_is_only_late() -> None:
    plain = Owed(pk=1, state=State.PROMISED, late=3)
    hot = Owed(pk=2, state=State.PROMISED, late=3, rung="head", chases=1, chased=1, waiting=("财务部", "行政部"))
    assert [worth.person_id for worth in rank([(10, plain), (20, hot)])] == [20, 10]
    words = [reason.words for reason in weigh(hot).reasons]
    assert words == ["超期{n}天", "下游{n}家在等", "已到{rung}一级", "昨天催过未回"]


def test_one_call_covers_everything_a_person_owes_and_small_things_do_not_add_up_to_a_big_one() -> None:
    small = [(10, Owed(pk=pk, state=State.PROMISED, late=1)) for pk in range(1, 6)]
    big = (20, Owed(pk=9, state=State.PROMISED, late=9, urgency=Urgency.FLASH, waiting=("财务部",)))
    calls = rank([*small, big])
    assert [(worth.person_id, len(worth.things)) for worth in calls] == [(20, 1), (10, 5)]


def test_what_a_message_can_do_is_not_worth_a_call_and_no_morning_has_more_than_twenty() -> None:
    assert rank([(10, Owed(pk=1, state=State.PROMISED, left=2))]) == []
    many = [(pk, Owed(pk=pk, state=State.PROMISED, late=1 + pk % 7)) for pk in range(1, 60)]
    assert len(rank(many)) == 20


def test_whoever_cannot_be_reached_comes_after_those_of_like_weight() -> None:
    owed = [(pk, Owed(pk=pk, state=State.PROMISED, late=3)) for pk in (10, 20)]
    assert [worth.person_id for worth in rank(owed, reachable=frozenset({20}))] == [20, 10]


@pytest.mark.parametrize(
    ("owed", "situation"),
    [
        (Owed(pk=1, state=State.ASSIGNED, unsigned_late=True), Situation.UNSIGNED),
        (Owed(pk=1, state=State.PROMISED, late=2), Situation.OVERDUE),
        (Owed(pk=1, state=State.PROMISED, word_on=DUE), Situation.SILENT),
        (Owed(pk=1, state=State.ACKNOWLEDGED), Situation.UNPROMISED),
        (Owed(pk=1, state=State.REPORTED, silent=4), Situation.REPORTED),
        (Owed(pk=1, state=State.PROMISED, late=2, phoned_on=DUE), Situation.UNCONFIRMED),
        (Owed(pk=1, state=State.PROMISED, late=2, denied=True), Situation.DENIED),
    ],
)
def test_the_situation_decides_what_is_said(owed: Owed, situation: Situation) -> None:
    assert situation_of(owed) is situation


# ── the list ──


def test_the_list_has_the_late_ones_by_person_and_not_ones_own(scene: Scene, late: datetime) -> None:
    rows = [promised(scene), promised(scene, title="编制决算表"), promised(scene, required_on=date(2026, 12, 30))]
    lines = sheet_for(scene.asker.person, late).lines  # type: ignore[arg-type]
    assert [(line.person.name, [thing.row.pk for thing in line.things]) for line in lines] == [
        ("周岚", [rows[0].pk, rows[1].pk])
    ]
    assert sheet_for(scene.performer.person, late).lines == []  # type: ignore[arg-type]


def test_the_list_costs_the_same_whether_one_thing_is_late_or_twenty(
    scene: Scene, late: datetime, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    viewer = scene.asker.person
    assert viewer is not None
    promised(scene)
    with django_assert_max_num_queries(30) as first:
        sheet_for(viewer, late)
    names = ["王建国", "孙悦", "吴志强", "路遥明"]
    for number in range(12):
        person = scene.actor(names[number % 4]).person
        assert person is not None
        scene.asked(title=f"任务{number}", responsible_id=person.pk)
    with django_assert_num_queries(len(first)):
        sheet_for(viewer, late)


def test_a_supporting_task_is_waited_for_by_the_unit_that_leads(scene: Scene) -> None:
    support = scene.asking(title="提供三家场地报价", performer_unit_id=scene.unit("行政部").pk, responsible_id=None)
    lead = scene.asked(supports=(support,))
    below = Commitment.objects.get(title="提供三家场地报价")
    assert leads_waiting([lead.pk, below.pk]) == {below.pk: ["财务部"]}


def test_an_announced_day_keeps_a_task_off_the_list_until_it_has_passed(scene: Scene, late: datetime) -> None:
    row = scene.asked(required_on=date(2026, 12, 2))
    row = moves.promise(row, due_on=date(2026, 12, 2), by=scene.performer, now=scene.later(1))
    moves.progress(row, note="材料齐了", next_on=date(2026, 12, 1), by=scene.performer, now=scene.later(2))
    viewer = scene.asker.person
    assert viewer is not None
    assert sheet_for(viewer, datetime(2026, 12, 1, 10, tzinfo=late.tzinfo)).lines == []
    assert [line.person.name for line in sheet_for(viewer, late).lines] == ["周岚"]


# ── a call is written down ──


def test_a_miss_comes_back_in_the_afternoon_and_after_two_somebody_else_is_named(scene: Scene, late: datetime) -> None:
    row, viewer = promised(scene), scene.asker.person
    assert viewer is not None
    made = call(scene, row, late, Result.MISSED)
    assert made.again_at == late.replace(hour=13, minute=30)
    assert sheet_for(viewer, late + timedelta(hours=1)).lines == []
    afternoon = late.replace(hour=14)
    line = sheet_for(viewer, afternoon).lines[0]
    assert (line.misses, line.others) == (1, [])
    call(scene, row, afternoon, Result.MISSED)
    tomorrow = late.replace(day=4)
    line = sheet_for(viewer, tomorrow).lines[0]
    assert line.misses == 2
    assert "王建国" in [other.person.name for other in line.others]


def test_whoever_was_reached_is_not_called_again_that_day(scene: Scene, late: datetime) -> None:
    row, viewer = promised(scene), scene.asker.person
    assert viewer is not None
    made = call(scene, row, late, Result.REACHED, words="下午给准信")
    sheet = sheet_for(viewer, late + timedelta(hours=6))
    assert (sheet.lines, sheet.made) == ([], [made])
    fact = history_of("call", made.pk)[0]
    assert (fact.verb, fact.actor_name, fact.data["items"]) == ("call.made", "林晓雯", [row.pk])
    assert not Delivery.objects.filter(fact=fact).exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said(result=Result.PROMISED), "no_day"),
        (Said(result=Result.REACHED, day=date(2026, 12, 1)), "past_date"),
        (Said(result=Result.MISSED, day=date(2026, 12, 9)), "missed_with_day"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_and_leaves_nothing(
    scene: Scene, late: datetime, said: Said, code: str
) -> None:
    row = promised(scene)
    with pytest.raises(Refused) as refused:
        actions.log_call(scene.performer.person, [row], said=said, by=scene.asker, now=late)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not Call.objects.exists()


def test_only_the_office_writes_calls_down(scene: Scene, late: datetime) -> None:
    row = promised(scene)
    callee = scene.performer.person
    assert callee is not None
    with pytest.raises(Refused, match="协调"):
        actions.log_call(callee, [row], said=Said(result=Result.REACHED), by=scene.actor("吴志强"), now=late)


# ── a date promised by phone ──


@pytest.mark.req("S0-11")
def test_a_date_by_phone_is_hearsay_until_the_one_who_gave_it_confirms(scene: Scene, late: datetime) -> None:
    row = promised(scene)
    made = call(scene, row, late, day=date(2026, 12, 8), words="周二一定交")
    given = PhonePromise.objects.get()
    message = Delivery.objects.get(subject_type="call", subject_id=made.pk, channel="inbox")
    assert (message.person.name, message.asks) == ("周岚", True)
    assert message.title == "您12月3日电话承诺12月8日交“编制年会经费预算表”，请确认"
    row.refresh_from_db()
    assert (row.state, row.due_on) == (State.PROMISED, DUE)
    assert given.answer_by == late + timedelta(days=1)
    assert sheet_for(scene.asker.person, late + timedelta(hours=26)).lines[0].things[0].weighed.situation is (  # type: ignore[arg-type]
        Situation.UNCONFIRMED
    )


@pytest.mark.parametrize(
    ("state", "day", "step"),
    [
        (State.ASSIGNED, DUE, Step.PROMISE),
        (State.ACKNOWLEDGED, LATER, Step.COUNTER),
        (State.PROMISED, date(2026, 11, 27), Step.NOTE),
        (State.PROMISED, LATER, Step.COUNTER),
        (State.HANDED_BACK, LATER, Step.COUNTER),
        (State.HANDED_BACK, DUE, Step.KEEP),
        (State.REPORTED, LATER, Step.KEEP),
    ],
)
def test_what_a_confirmed_date_becomes_follows_the_state(state: State, day: date, step: Step) -> None:
    assert step_for(state, day=day, due_on=DUE, required_on=DUE) is step


@pytest.mark.parametrize(
    ("ready", "day", "state", "field"),
    [
        ("asked", date(2026, 11, 27), State.PROMISED, "promised_on"),
        ("asked", LATER, State.COUNTERED, "proposed_on"),
        ("promised", date(2026, 11, 25), State.PROMISED, "next_word_on"),
        ("promised", LATER, State.COUNTERED, "proposed_on"),
    ],
)
def test_confirming_makes_the_move_that_fits(scene: Scene, ready: str, day: date, state: State, field: str) -> None:
    row = scene.asked() if ready == "asked" else promised(scene)
    call(scene, row, scene.later(2), day=day, words="材料在路上")
    actions.confirm(PhonePromise.objects.get(), by=scene.performer, now=scene.later(3))
    row.refresh_from_db()
    assert (row.state, getattr(row, field)) == (state, day)
    assert PhonePromise.objects.get().answer == Answer.CONFIRMED
    assert history_of("commitment", row.pk)[-1].data["words"] == "林晓雯来电时答应的日期。材料在路上"


def test_a_denial_goes_back_to_the_caller_and_onto_the_list(scene: Scene, late: datetime) -> None:
    row = promised(scene)
    call(scene, row, late, day=date(2026, 12, 8))
    given = PhonePromise.objects.get()
    actions.deny(given, words="我说的是下周五", by=scene.performer, now=late + timedelta(hours=1))
    message = Delivery.objects.filter(subject_type="call", person=scene.asker.person, channel="inbox").get()
    assert (message.body, message.asks) == ("我说的是下周五", True)
    line = sheet_for(scene.asker.person, late + timedelta(days=1)).lines[0]  # type: ignore[arg-type]
    assert line.things[0].weighed.situation is Situation.DENIED
    with pytest.raises(Refused, match="已经答复过"):
        actions.confirm(given, by=scene.performer, now=late + timedelta(hours=2))
    call(scene, row, late + timedelta(days=1), Result.REACHED)
    assert PhonePromise.objects.get().settled


def test_a_task_that_moves_on_by_itself_settles_what_was_said_on_the_phone(scene: Scene, late: datetime) -> None:
    row = promised(scene)
    call(scene, row, late, day=date(2026, 12, 8))
    row.refresh_from_db()
    moves.report(row, result="预算表已签字", by=scene.performer, now=late + timedelta(hours=1))
    given = PhonePromise.objects.get()
    assert given.answer == Answer.OVERTAKEN
    with pytest.raises(Refused, match="新进展"):
        actions.confirm(given, by=scene.performer, now=late + timedelta(hours=2))
