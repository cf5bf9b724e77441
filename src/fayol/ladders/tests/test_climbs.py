"""What begins, moves, pauses and ends a climb; chasing by hand; mutes; what two workers do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from fayol.channels.models import Delivery
from fayol.commitments import actions
from fayol.commitments.audit import audit as commitments_audit
from fayol.commitments.models import Commitment
from fayol.commitments.states import Move, State, Urgency
from fayol.commitments.tests.scene import DUE, LATER, Scene, make
from fayol.facts.models import Fact
from fayol.kernel.errors import Refused
from fayol.ladders.actions import adopt, fire, follow, mute, unmute
from fayol.ladders.audit import audit, audit_heights
from fayol.ladders.models import BriefItem, Chase, ChaseLine, Climb
from fayol.ladders.policy import Ladder, Rung
from fayol.ladders.queries import brief_list, chased_already, climbs_above, dry_run, ladder_of, muted_among, rungs_of
from fayol.ladders.states import End, Kind, Level, Mark, Origin, Unit
from fayol.ladders.sweeps import climb_due
from fayol.ladders.tests.time_line import World, at, sent, wall
from fayol.organisation.models import Person
from fayol.worker.models import StuckRow


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


@pytest.fixture
def world(scene: Scene) -> World:
    return World(scene)


def running(row: Commitment) -> list[tuple[str, bool]]:
    climbs = Climb.objects.filter(commitment=row, ended_at__isnull=True).order_by("id")
    return [(climb.kind, climb.suspended) for climb in climbs]


def the_climb(row: Commitment, kind: Kind = Kind.DELIVER) -> Climb:
    return Climb.objects.get(commitment=row, kind=kind, ended_at__isnull=True)


EXPECTED = {
    State.DRAFT: [],
    State.ASSIGNED: [("sign", False)],
    State.ACKNOWLEDGED: [("deliver", False)],
    State.COUNTERED: [("answer", False)],
    State.DECLINED: [("answer", False)],
    State.PROMISED: [("deliver", False)],
    State.ON_HOLD: [("deliver", True), ("answer", False)],
    State.REPORTED: [("answer", False)],
    State.HANDED_BACK: [("deliver", False)],
    State.FULFILLED: [],
    State.CANCELLED: [],
}


@pytest.mark.parametrize("state", State)
def test_in_every_state_the_one_who_has_the_ball_is_watched(scene: Scene, state: State) -> None:
    row = scene.brought_to(state)
    assert running(row) == EXPECTED[state]
    assert list(audit()) == []


def test_dispatching_a_hundred_costs_as_many_statements_as_dispatching_three(scene: Scene) -> None:
    def cost(number: int) -> int:
        askings = [scene.asking(title=f"任务{i}") for i in range(number)]
        with CaptureQueriesContext(connection) as queries:
            actions.dispatch_many(askings, by=scene.asker, now=scene.now)
        return len(queries)

    cost(1)
    assert cost(100) <= cost(3) + 2
    assert Climb.objects.count() == 104


def test_a_counter_is_no_way_to_begin_the_ladder_anew(scene: Scene, world: World) -> None:
    row = scene.brought_to(State.PROMISED)
    world.run(at("12-02 12:00"))
    climbed = the_climb(row).next_rung
    assert climbed == 4
    row = actions.counter(
        row, words="上游人数晚到", due_on=date(2026, 12, 9), by=scene.performer, now=at("12-02 15:00")
    )
    assert running(row) == [("deliver", True), ("answer", False)]
    row = actions.withdraw(row, by=scene.performer, now=at("12-02 15:10"))
    climb = the_climb(row)
    assert (climb.next_rung, wall(climb.next_look_at or scene.now)) == (4, "12-03 08:30")


def test_a_later_date_begins_from_below_and_an_earlier_one_does_not(scene: Scene, world: World) -> None:
    row = scene.brought_to(State.PROMISED)
    world.run(at("12-02 12:00"))
    row.refresh_from_db()
    row = actions.counter(
        row, words="上游人数晚到", due_on=date(2026, 12, 18), by=scene.performer, now=at("12-02 15:00")
    )
    row = actions.agree(row, by=scene.asker, now=at("12-02 16:00"))
    climb = the_climb(row)
    assert (climb.next_rung, wall(climb.next_look_at or scene.now), climb.height) == (1, "12-16 08:30", 0)
    world.run(at("12-16 12:00"))
    Commitment.objects.filter(pk=row.pk).update(due_on=date(2026, 12, 10), due_at=at("12-10 17:30"))
    follow([row.pk], now=at("12-16 14:00"))
    climb = the_climb(row)
    assert (climb.next_rung, wall(climb.next_look_at or scene.now)) == (2, "12-18 08:30")
    assert list(audit()) == []


def test_handing_back_what_is_late_begins_anew_and_nobody_is_chased_the_same_day(scene: Scene, world: World) -> None:
    row = scene.brought_to(State.REPORTED)
    row = actions.hand_back(row, missing="缺签字", by=scene.asker, now=at("12-04 10:00"))
    world.run(at("12-08 17:00"))
    chased = [line[:2] for line in sent() if line[0] > "12-04"]
    assert chased == [("12-07 13:30", "周岚"), ("12-08 13:30", "孙悦")]


def test_done_ends_the_ladder_and_what_still_waited_is_not_sent(scene: Scene, world: World) -> None:
    row = scene.brought_to(State.PROMISED)
    world.run(at("11-30 12:00"))
    other = scene.asked(title="另一件")
    actions.chase(other, by=scene.asker, now=at("11-30 13:40"))
    world.sweep(at("11-30 13:41"))
    row = actions.chase(row, by=scene.asker, now=at("11-30 13:50"))
    world.sweep(at("11-30 13:51"))
    row = actions.report(row, result="预算表已签字", by=scene.performer, now=at("11-30 16:00"))
    world.run(at("12-01 12:00"))
    line = ChaseLine.objects.get(commitment=row, by__isnull=False)
    assert (line.dropped, line.chase_id) == ("moved", None)


def test_three_things_chased_at_once_are_one_message(scene: Scene, world: World) -> None:
    for title in ("任务甲", "任务乙", "任务丙"):
        actions.chase(scene.asked(title=title), by=scene.asker, now=at("11-18 10:00"))
    world.sweep(at("11-18 10:00"))
    assert sent() == [("11-18 10:00", "周岚", "您有3件事要签收")]


def test_a_chase_by_hand_says_who_chases_and_counts(scene: Scene, world: World) -> None:
    row = actions.chase(scene.asked(), by=scene.asker, now=at("11-18 10:00"), words="请今天签收")
    world.sweep(at("11-18 10:00"))
    assert row.chases == 1
    [(when, who, title, said)] = sent(body=True)
    assert (when, who, title) == ("11-18 10:00", "周岚", "林晓雯催办：编制年会经费预算表")
    assert said == "等您签收。11月30日到期。林晓雯说：请今天签收"


def test_the_same_thing_is_not_chased_twice_in_a_half_day_and_a_refusal_counts_nothing(
    scene: Scene, world: World
) -> None:
    row = actions.chase(scene.asked(), by=scene.asker, now=at("11-18 10:00"))
    with pytest.raises(Refused, match="已经记下"):
        actions.chase(row, by=scene.asker, now=at("11-18 10:00"))
    world.sweep(at("11-18 10:00"))
    with pytest.raises(Refused, match="今天上午已就这件事催过周岚，请下午再催，或打电话。"):
        actions.chase(row, by=scene.asker, now=at("11-18 11:59"))
    row.refresh_from_db()
    assert row.chases == 1
    assert chased_already(row, at("11-18 11:59"))
    assert actions.chase(row, by=scene.asker, now=at("11-18 13:30")).chases == 2


def test_another_thing_chased_in_the_same_half_day_waits_for_the_next_one(scene: Scene, world: World) -> None:
    first, second = scene.asked(title="任务甲"), scene.asked(title="任务乙")
    actions.chase(first, by=scene.asker, now=at("11-18 10:00"))
    world.sweep(at("11-18 10:00"))
    actions.chase(second, by=scene.asker, now=at("11-18 10:30"))
    world.run(at("11-18 17:00"))
    assert [line[:2] for line in sent()] == [("11-18 10:00", "周岚"), ("11-18 13:30", "周岚")]


def test_outside_working_time_only_the_urgent_of_urgent_goes_out(scene: Scene, world: World) -> None:
    plain, flash = scene.asked(title="平件"), scene.asked(title="急件", urgency="flash")
    actions.chase(plain, by=scene.asker, now=at("11-21 20:00"))
    actions.chase(flash, by=scene.asker, now=at("11-21 20:00"))
    assert sent()[-1] == ("11-21 20:00", "周岚", "特急，林晓雯催办：急件")
    Climb.objects.update(next_look_at=None)
    world.run(at("11-24 08:00"))
    assert sent()[-1] == ("11-23 08:30", "周岚", "林晓雯催办：平件")


def test_a_mute_silences_the_ladder_until_its_day_and_survives_the_signature(scene: Scene, world: World) -> None:
    row = scene.asked()
    mute(row, until=date(2026, 11, 24), reason="周岚在外审计，已电话说好", by=scene.asker, now=at("11-18 10:00"))
    assert muted_among([row.pk], at("11-18 11:00")) == {row.pk}
    view = ladder_of(row, at("11-18 11:00"))
    assert view is not None
    assert view.next is not None
    assert (view.next.mark, view.muted(at("11-18 11:00"))) == (Mark.MUTED, at("11-24 17:30"))
    row = actions.acknowledge(row, by=scene.performer, now=at("11-18 15:00"))
    world.run(at("11-24 23:00"))
    assert sent() == []
    world.run(at("11-25 12:00"))
    assert sent()[0][:2] == ("11-25 08:30", "周岚")
    assert list(audit()) == []


def test_unmuting_lets_it_go_on(scene: Scene, world: World) -> None:
    row = scene.asked()
    mute(row, until=date(2026, 11, 24), reason="已电话说好", by=scene.asker, now=at("11-18 10:00"))
    unmute(row, by=scene.asker, now=at("11-18 10:05"))
    world.run(at("11-19 17:00"))
    assert [line[:2] for line in sent()] == [("11-19 13:30", "周岚")]
    with pytest.raises(Refused, match="没有停催"):
        unmute(row, by=scene.asker, now=at("11-19 17:00"))


@pytest.mark.parametrize(
    ("who", "until", "reason", "code"),
    [
        ("周岚", date(2026, 11, 20), "我在忙", "not_yours"),
        ("吴志强", date(2026, 11, 20), "与我无关", "not_yours"),
        ("林晓雯", date(2026, 11, 20), " ", "words_missing"),
        ("林晓雯", date(2026, 11, 17), "已说好", "past_date"),
        ("林晓雯", date(2026, 12, 3), "已说好", "too_long"),
    ],
)
def test_a_mute_is_refused_and_changes_nothing(scene: Scene, who: str, until: date, reason: str, code: str) -> None:
    row = scene.asked()
    with pytest.raises(Refused) as refusal:
        mute(row, until=until, reason=reason, by=scene.actor(who), now=scene.now)
    assert refusal.value.code == code
    assert the_climb(row, Kind.SIGN).muted_until is None


def test_a_rung_that_cannot_act_leaves_word_and_the_next_one_acts_at_once(scene: Scene, world: World) -> None:
    sun, ding = Person.objects.get(name="孙悦"), Person.objects.get(name="丁凯")
    sun.posts.update(ended_on=date(2026, 11, 1))
    Person.objects.filter(pk=ding.pk).update(account=None, email="")
    row = scene.asked()
    world.run(at("11-20 17:00"))
    assert [line[:2] for line in sent()] == [("11-19 13:30", "周岚"), ("11-20 13:30", "王建国")]
    skipped = Fact.objects.filter(verb="ladder.rung_skipped").order_by("id")
    assert [(f.data["level"], f.data["why"]) for f in skipped] == [
        ("liaison_a", "nobody"),
        ("liaison_b", "unreachable"),
    ]
    view = ladder_of(row, at("11-20 17:00"))
    assert view is not None
    assert [rung.mark for rung in view.rungs] == [Mark.DONE, Mark.SKIPPED, Mark.SKIPPED, Mark.DONE, Mark.NEXT]
    assert list(audit()) == []


FRIDAY = date(2026, 11, 20)


def climbed() -> list[tuple[str, int]]:
    return list(Commitment.objects.order_by("-climbed", "title").values_list("title", "climbed"))


def test_how_far_a_chase_has_climbed_stands_with_the_promise_and_goes_with_the_climb(
    scene: Scene, world: World
) -> None:
    early, late = (scene.asked(title=title, required_on=day) for title, day in (("任务甲", FRIDAY), ("任务乙", DUE)))
    actions.promise(early, due_on=FRIDAY, by=scene.performer, now=scene.now)
    actions.promise(late, due_on=DUE, by=scene.performer, now=scene.now)
    assert climbed() == [("任务乙", 0), ("任务甲", 0)]
    world.run(at("11-26 17:00"))
    assert climbed() == [("任务甲", 4), ("任务乙", 1)]
    assert list(audit_heights()) == []
    row = actions.counter(
        Commitment.objects.get(pk=early.pk), words="要缓", due_on=LATER, by=scene.performer, now=at("11-26 17:10")
    )
    assert climbed()[0] == ("任务乙", 1)  # it stands still: nobody has been reached by the climb for the answer
    row = actions.withdraw(row, by=scene.performer, now=at("11-26 17:20"))
    assert climbed()[0] == ("任务甲", 4)
    actions.report(row, result="已签字", by=scene.performer, now=at("11-26 17:25"))
    assert climbed() == [("任务乙", 1), ("任务甲", 0)]
    assert [*audit(), *audit_heights(), *commitments_audit()] == []
    Commitment.objects.filter(pk=late.pk).update(climbed=5)
    assert list(audit_heights()) == [f"commitment:{late.pk} 登记为催到第5级，催办阶梯实际到第1级"]


def test_the_leader_gets_one_line_a_morning_and_his_list_empties_when_it_is_done(scene: Scene, world: World) -> None:
    rows = [scene.asked(title=title, required_on=date(2026, 11, 20)) for title in ("任务甲", "任务乙")]
    rows = [actions.promise(row, due_on=date(2026, 11, 20), by=scene.performer, now=scene.now) for row in rows]
    world.run(at("12-02 00:00"))
    leader = Person.objects.get(name="邵国华")
    assert [line for line in sent() if line[1] == "邵国华"] == [("12-01 08:30", "邵国华", "2件事上了您的简报")]
    assert {item.commitment_id for item in brief_list(leader)} == {row.pk for row in rows}
    assert [climb.commitment_id for climb in climbs_above(Level.BRIEF, limit=10)] == [row.pk for row in rows]
    assert rungs_of([row.pk for row in rows])[rows[0].pk].level is Level.BRIEF
    row = Commitment.objects.get(pk=rows[0].pk)
    actions.report(row, result="已签字", by=scene.performer, now=at("12-02 10:00"))
    assert [item.commitment_id for item in brief_list(leader)] == [rows[1].pk]


def test_the_dry_run_says_exactly_what_then_happens(scene: Scene, world: World) -> None:
    for i, urgency in enumerate(["normal", "normal", "document", "urgent", "flash"]):
        row = scene.asked(title=f"任务{i}", urgency=urgency, required_on=date(2026, 11, 20))
        if i % 2:
            actions.promise(row, due_on=date(2026, 11, 20), by=scene.performer, now=at("11-18 10:00"))
    scene.brought_to(State.REPORTED)
    actions.chase(scene.asked(title="催一催"), by=scene.asker, now=at("11-18 20:00"))
    start = at("11-18 20:30")
    world.run(start)
    before = len(sent())
    dry = dry_run(start)
    foreseen = [(wall(line.at), line.person_name, sorted(item.title for item in line.items)) for line in dry.lines]
    world.run(at("12-02 17:30"))
    real = [
        (wall(chase.sent_at), chase.person.name, sorted(line.commitment.title for line in chase.lines.all()))
        for chase in Chase.objects.order_by("id")[before:]
    ]
    assert len(foreseen) > 15
    assert sorted(foreseen) == sorted(real)
    assert dry.beyond == 0


def test_a_dry_run_for_one_person_is_the_same_as_for_all_and_no_more(scene: Scene) -> None:
    for name in ("财务部", "行政部"):
        scene.asked(performer_unit_id=scene.unit(name).pk, responsible_id=None)
    everybody = dry_run(scene.now).lines
    people = {line.person_id for line in everybody}
    assert len(people) > 4
    for person in Person.objects.filter(pk__in=people):
        assert dry_run(scene.now, person=person).lines == [x for x in everybody if x.person_id == person.pk]


def test_a_dry_run_with_another_ladder_shows_what_an_edit_would_change_and_changes_nothing(scene: Scene) -> None:
    row = scene.asked()
    rungs = (Rung(Level.PERSON, Origin.DUE, 0, Unit.MINUTES), Rung(Level.HEAD, Origin.DUE, 1, Unit.WORKDAYS))
    edited = Ladder(Kind.SIGN, Urgency.NORMAL, rungs, version=2)
    before = [(line.person_name, wall(line.at)) for line in dry_run(scene.now).lines]
    after = [(line.person_name, wall(line.at)) for line in dry_run(scene.now, policy=edited).lines]
    assert len(before) == 5
    assert after == [("周岚", "11-19 13:30"), ("王建国", "11-20 13:30")]
    assert the_climb(row, Kind.SIGN).ladder["version"] == 1
    assert [(line.person_name, wall(line.at)) for line in dry_run(scene.now).lines] == before


def test_the_dry_run_costs_the_same_for_one_and_for_thirty(scene: Scene) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            dry_run(scene.now)
        return len(queries)

    scene.asked()
    few = cost()
    actions.dispatch_many([scene.asking(title=f"任务{i}") for i in range(30)], by=scene.asker, now=scene.now)
    assert cost() == few


def test_firing_costs_as_many_statements_for_three_rungs_as_for_sixty(scene: Scene) -> None:
    def cost(number: int) -> int:
        actions.dispatch_many([scene.asking(title=f"任务{i}") for i in range(number)], by=scene.asker, now=scene.now)
        with CaptureQueriesContext(connection) as queries:
            assert climb_due(at("11-19 13:30"), 200) == number
        return len(queries)

    assert cost(60) <= cost(3) + 1


def test_a_rung_that_fails_is_pushed_back_with_its_reason_and_stops_no_other(scene: Scene) -> None:
    bad, good = scene.asked(title="坏任务"), scene.asked(title="好任务")
    Climb.objects.filter(commitment=bad).update(ladder={"broken": True})
    when = at("11-19 13:30")
    assert climb_due(when, 200) == 2
    assert the_climb(good, Kind.SIGN).steps == 1
    climb = the_climb(bad, Kind.SIGN)
    assert climb.trouble.startswith("KeyError")
    assert climb.next_look_at == when + timedelta(minutes=1)
    assert StuckRow.objects.get().row_id == climb.pk


def test_a_second_message_in_the_same_half_day_is_impossible_in_the_database(scene: Scene) -> None:
    person = scene.performer.person_id
    given = {"person_id": person, "day": date(2026, 11, 18), "half": 0, "sent_at": scene.now}
    Chase.objects.create(**given)
    Chase.objects.create(**given, flash=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Chase.objects.create(**given)


def test_changed_rows_are_found_by_the_audit(scene: Scene) -> None:
    row = scene.asked()
    Climb.objects.filter(commitment=row).update(next_rung=3)
    assert [sentence.partition("与")[2] for sentence in audit()] == ["记录重放的结果不符：next_rung"]


def test_a_chase_taken_away_and_a_climb_taken_away_are_found_by_the_audit(scene: Scene) -> None:
    row = scene.asked()
    climb_due(at("11-19 13:30"), 200)
    climb = the_climb(row, Kind.SIGN)
    ChaseLine.objects.all().delete()
    assert list(audit()) == [f"climb:{climb.pk}（任务{row.pk}）记录了1级已到，登记了0条催办"]
    pk = climb.pk
    climb.delete()
    assert list(audit()) == [f"climb:{pk} 有记录，但催办阶梯本身不见了"]


def test_everything_a_chase_leads_to_is_for_the_one_who_is_chased(scene: Scene, world: World) -> None:
    scene.asked()
    world.run(at("11-25 17:00"))
    assert (
        Delivery.objects.filter(subject_type="chase").exclude(person__name__in=[line[1] for line in sent()]).count()
        == 0
    )
    assert BriefItem.objects.count() == 0


def at_once(calls: list[Callable[[], object]]) -> None:
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        try:
            gate.wait()
            call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_four_workers_fire_every_rung_once_and_send_everybody_one_message(cast: object, now: datetime) -> None:
    scene = Scene(now)
    world = World(scene)
    actions.dispatch_many([scene.asking(title=f"任务{i}") for i in range(120)], by=scene.asker, now=now)
    when = at("11-19 13:30")

    def work() -> None:
        while climb_due(when, 25):
            pass

    at_once([work] * 4)
    assert list(Climb.objects.values_list("steps", flat=True).distinct()) == [1]
    assert Fact.objects.filter(verb="ladder.rung_climbed").count() == ChaseLine.objects.count() == 120
    at_once([lambda: world.sweep(when)] * 4)
    assert Chase.objects.count() == 1
    assert ChaseLine.objects.filter(chase__isnull=False).count() == 120
    assert list(audit()) == []


@pytest.mark.django_db(transaction=True)
def test_an_answer_at_the_very_moment_of_firing_is_neither_lost_nor_chased_twice(cast: object, now: datetime) -> None:
    scene = Scene(now)
    rows = actions.dispatch_many([scene.asking(title=f"任务{i}") for i in range(20)], by=scene.asker, now=now)
    when = at("11-19 13:30")

    def sign() -> None:
        for row in rows:
            actions.acknowledge(row, by=scene.performer, now=when)

    def work() -> None:
        for _ in range(20):
            climb_due(when, 5)

    at_once([sign, work, work])
    assert Commitment.objects.filter(state=State.ACKNOWLEDGED).count() == 20
    assert Climb.objects.filter(kind=Kind.SIGN, ended_why=End.SIGNED).count() == 20
    assert Climb.objects.filter(kind=Kind.DELIVER, ended_at__isnull=True).count() == 20
    assert list(audit()) == []


def test_moves_that_change_nothing_for_the_ladder_leave_no_fact(scene: Scene) -> None:
    row = scene.brought_to(State.PROMISED)
    before = Fact.objects.filter(subject_type="climb").count()
    row = make(Move.PROGRESS, row, scene, at=scene.later(9))
    make(Move.HAND_OVER, row, scene, at=scene.later(10))
    assert Fact.objects.filter(subject_type="climb").count() == before
    assert fire([], now=scene.now) == 0
    assert LATER > DUE


def test_promises_older_than_the_ladders_get_theirs_once(scene: Scene, world: World) -> None:
    rows = [scene.asked(title=f"任务{i}", required_on=date(2026, 11, 16)) for i in range(5)]
    Climb.objects.all().delete()
    morning = at("11-18 09:00")
    assert [adopt(now=morning, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert Climb.objects.count() == 5
    Climb.objects.filter(commitment=rows[0]).delete()
    assert adopt(now=morning, limit=2) == 0  # from now on they begin by themselves
    world.run(at("11-18 17:30"))
    assert sent() == []  # nobody is run over on the first day
