"""What each move does, what it refuses, and who has the ball afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fayol.commitments import actions
from fayol.commitments.access import commitment_for, moves_of, visible_to
from fayol.commitments.actions import Standstill
from fayol.commitments.models import Commitment
from fayol.commitments.states import Bucket, Move, Nature, Side, State
from fayol.commitments.sweeps import resume_due
from fayol.commitments.tests.scene import DUE, LATER, Scene, make
from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.kernel.errors import Refused, Stale
from fayol.organisation.actions.windows import Window, delegate, record_absence
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.models import Post

pytestmark = pytest.mark.django_db


def last(row: Commitment) -> Fact:
    return history_of("commitment", row.pk)[-1]


def test_dispatch_gives_the_ball_to_the_person_responsible_and_starts_the_clock(scene: Scene) -> None:
    row = scene.asked()
    assert (row.state, row.holder_id, row.bucket) == (State.ASSIGNED, scene.performer.person_id, Bucket.UNSIGNED)
    assert row.dispatched_at == scene.now
    assert row.bookings.get().started_at == scene.now


def test_a_task_without_a_person_goes_to_liaison_a_then_b_then_the_head(scene: Scene) -> None:
    row = scene.asked(responsible_id=None)
    posts = {p.role: p.person_id for p in Post.objects.filter(unit=scene.unit("财务部"), ended_on__isnull=True)}
    assert (row.holder_id, row.holder_because) == (posts["liaison_a"], "liaison_a")
    for role, next_role in (("liaison_a", "liaison_b"), ("liaison_b", "head")):
        absent(scene, posts[role])
        row.refresh_from_db()
        assert (row.holder_id, row.holder_because) == (posts[next_role], next_role)


def absent(scene: Scene, person_id: int) -> None:
    from fayol.organisation.models import Person

    window = Window(scene.now, scene.now + timedelta(days=3), "出差")
    record_absence(Person.objects.get(pk=person_id), window=window, by=scene.asker, now=scene.now)


@pytest.mark.req("S4-04")
def test_an_absence_moves_the_ball_and_the_time_is_booked_to_whoever_had_it(scene: Scene) -> None:
    row = scene.asked()
    at = scene.later(5)
    record_absence(
        scene.performer.person,  # type: ignore[arg-type]
        window=Window(at, at + timedelta(days=3), "病假"),
        by=scene.performer,
        now=at,
    )
    row.refresh_from_db()
    assert row.holder_id != scene.performer.person_id
    first, second = row.bookings.order_by("started_at")
    assert (first.person_id, first.ended_at, second.started_at) == (scene.performer.person_id, at, at)
    assert (last(row).verb, last(row).actor_name) == ("commitment.ball_moved", "系统")


def test_a_delegate_acts_with_the_principals_right_and_the_fact_says_so(scene: Scene) -> None:
    row = scene.asked()
    deputy = scene.actor("唐伟")
    window = Window(scene.now, scene.now + timedelta(days=2), "外出")
    delegate(scene.performer.person, deputy=deputy.person, window=window, by=scene.performer, now=scene.now)  # type: ignore[arg-type]
    done = actions.acknowledge(Commitment.objects.get(pk=row.pk), by=deputy, now=scene.later(1))
    assert done.state == State.ACKNOWLEDGED
    assert (last(done).actor_name, last(done).behalf_name) == ("唐伟", "周岚")


def test_acting_for_somebody_without_his_authority_is_refused(scene: Scene) -> None:
    row = scene.asked()
    with pytest.raises(Refused, match="没有得到周岚的授权"):
        actions.acknowledge(row, by=scene.actor("唐伟", behalf="周岚"), now=scene.later(1))


def test_a_promise_later_than_required_is_refused_and_changes_nothing(scene: Scene) -> None:
    row = scene.asked()
    with pytest.raises(Refused, match="承诺不能更晚") as refusal:
        actions.promise(row, due_on=LATER, by=scene.performer, now=scene.later(1))
    assert refusal.value.field == "due_on"
    row.refresh_from_db()
    assert (row.state, row.version, row.promised_on) == (State.ASSIGNED, 1, None)


def test_a_promise_for_a_day_that_has_passed_is_refused(scene: Scene) -> None:
    with pytest.raises(Refused, match="已经过去"):
        actions.promise(scene.asked(), due_on=date(2026, 11, 17), by=scene.performer, now=scene.later(1))


@pytest.mark.req("S0-39")
def test_promised_and_required_date_stand_side_by_side_and_the_promise_counts(scene: Scene) -> None:
    row = actions.promise(scene.asked(), due_on=date(2026, 11, 26), by=scene.performer, now=scene.later(1))
    assert (row.required_on, row.promised_on, row.due_on) == (DUE, date(2026, 11, 26), date(2026, 11, 26))
    assert row.acknowledged_at == scene.later(1)
    assert (row.bucket, row.holder_side) == (Bucket.WORKING, Side.PERFORMER)


def test_an_agreed_counter_before_the_promise_is_a_promise_and_no_extension(scene: Scene) -> None:
    row = scene.brought_to(State.COUNTERED)
    assert (row.holder_id, row.bucket) == (scene.asker.person_id, Bucket.WAITING_OFFICE)
    row = actions.agree(row, by=scene.asker, now=scene.later(2))
    assert (row.state, row.promised_on, row.required_on, row.extensions) == (State.PROMISED, LATER, DUE, 0)


def test_an_agreed_counter_after_the_promise_is_an_extension_of_its_own(scene: Scene) -> None:
    row = make(Move.COUNTER, scene.brought_to(State.PROMISED), scene, at=scene.later(2))
    assert last(row).data["extension"] is True
    row = actions.agree(row, by=scene.asker, now=scene.later(3))
    assert (row.promised_on, row.required_on, row.extensions) == (LATER, DUE, 1)


def test_insisting_leads_back_to_where_the_counter_came_from(scene: Scene) -> None:
    signed = make(Move.INSIST, scene.brought_to(State.COUNTERED), scene, at=scene.later(2))
    assert (signed.state, signed.proposed_on) == (State.ACKNOWLEDGED, None)
    promised = make(Move.COUNTER, scene.brought_to(State.PROMISED), scene, at=scene.later(2))
    assert make(Move.INSIST, promised, scene, at=scene.later(3)).state == State.PROMISED


def test_a_counter_without_reason_or_without_proposal_is_refused(scene: Scene) -> None:
    row = scene.asked()
    with pytest.raises(Refused, match="理由"):
        actions.counter(row, words=" ", due_on=LATER, by=scene.performer, now=scene.now)
    with pytest.raises(Refused, match="改到哪一天"):
        actions.counter(row, words="人手不够", by=scene.performer, now=scene.now)
    with pytest.raises(Refused, match="不用商榷"):
        actions.counter(row, words="人手不够", due_on=DUE, by=scene.performer, now=scene.now)


@pytest.mark.req("S4-04")
def test_a_directive_task_cannot_be_returned_but_disputed_while_work_goes_on(scene: Scene) -> None:
    row = scene.asked(nature=Nature.DIRECTIVE)
    with pytest.raises(Refused, match="指令性任务不能退回"):
        make(Move.DECLINE, row, scene, at=scene.later(1))
    row = make(Move.DISPUTE, row, scene, at=scene.later(1))
    assert (row.flag, row.state, row.holder_id) == ("disputed", State.ASSIGNED, scene.performer.person_id)
    with pytest.raises(Refused, match="已经提出过"):
        make(Move.DISPUTE, row, scene, at=scene.later(2))


@pytest.mark.req("S2-35", "S0-37")
def test_a_return_must_give_a_ground_and_name_who_should_do_it(scene: Scene) -> None:
    row = scene.asked(nature=Nature.CONSULTATIVE)
    other, own = scene.unit("采购部").pk, scene.unit("财务部").pk
    for ground, unit, sentence in (
        ("不", other, "依据"),
        ("职责不在本部门", None, "应由哪个单位"),
        ("职责不在本部门", own, "不能填本单位"),
    ):
        with pytest.raises(Refused, match=sentence):
            actions.decline(row, ground=ground, suggested_unit_id=unit, by=scene.performer, now=scene.later(1))
    row.refresh_from_db()
    assert (row.state, row.returns) == (State.ASSIGNED, 0)


@pytest.mark.req("S2-108")
def test_the_second_return_goes_to_the_office_whoever_asked(scene: Scene) -> None:
    sales, head = scene.unit("销售部"), scene.actor("郑海涛")
    row = scene.asked(requester_unit_id=sales.pk, requester_id=head.person_id, nature=Nature.CONSULTATIVE)
    row = make(Move.DECLINE, row, scene, at=scene.later(1))
    assert (row.holder_id, row.flag) == (head.person_id, "")
    row = actions.reassign(row, unit_id=scene.unit("采购部").pk, by=head, now=scene.later(2))
    receiver = Actor(row.holder)
    row = actions.decline(
        row, ground="预算职责在财务部", suggested_unit_id=scene.unit("财务部").pk, by=receiver, now=scene.later(3)
    )
    assert (row.flag, row.holder_side, row.returns) == ("second_return", Side.OFFICE, 2)
    assert row.holder_unit_id == scene.unit("总裁办").pk
    assert row.bucket == Bucket.WAITING_OFFICE
    row = actions.insist(row, words="按职责归采购部", by=scene.asker, now=scene.later(4))
    assert (row.state, row.flag, row.holder_id) == (State.ASSIGNED, "", receiver.person_id)


def test_passing_on_reaches_colleagues_only(scene: Scene) -> None:
    row = scene.asked()
    with pytest.raises(Refused, match="只能转给本单位的人"):
        actions.pass_on(row, person_id=scene.actor("唐伟").person_id or 0, by=scene.performer, now=scene.later(1))
    row = make(Move.PASS_ON, row, scene, at=scene.later(1))
    assert row.holder_id == scene.actor("孙悦").person_id
    assert row.performer_unit_id == scene.unit("财务部").pk


@pytest.mark.req("S2-27")
def test_handing_over_needs_words_about_how_far_it_is(scene: Scene) -> None:
    row = scene.brought_to(State.PROMISED)
    with pytest.raises(Refused, match="接手的人"):
        actions.hand_over(
            row, person_id=scene.actor("孙悦").person_id or 0, words="", by=scene.performer, now=scene.now
        )
    row = make(Move.HAND_OVER, row, scene, at=scene.later(2))
    assert (row.state, row.holder_id) == (State.PROMISED, scene.actor("孙悦").person_id)


def test_on_hold_the_ball_is_with_the_party_waited_for_and_comes_back(scene: Scene) -> None:
    row = scene.brought_to(State.ON_HOLD)
    assert (row.holder_side, row.holder_unit_id) == (Side.OTHER, scene.unit("采购部").pk)
    assert row.bucket == Bucket.WAITING_OTHER
    row = actions.resume(row, by=Actor(row.holder), now=scene.later(5))
    assert (row.state, row.holder_id, row.waiting_unit_id) == (State.PROMISED, scene.performer.person_id, None)


def test_a_hold_until_a_day_resumes_by_itself_on_that_day(scene: Scene) -> None:
    row = scene.brought_to(State.PROMISED)
    until = date(2026, 11, 20)
    row = actions.hold(row, waiting=Standstill(what="等审计结束", until=until), by=scene.performer, now=scene.later(2))
    assert row.next_look_at
    assert resume_due(scene.later(3), 10) == 0
    assert resume_due(scene.now + timedelta(days=2), 10) == 1
    resumed = Commitment.objects.get(pk=row.pk)
    assert (resumed.state, resumed.next_look_at) == (State.PROMISED, None)


def test_an_endless_hold_is_refused(scene: Scene) -> None:
    row = scene.brought_to(State.PROMISED)
    with pytest.raises(Refused, match="写明在等什么"):
        actions.hold(row, waiting=Standstill(what=" "), by=scene.performer, now=scene.now)
    with pytest.raises(Refused, match="不能无限期挂起"):
        actions.hold(row, waiting=Standstill(what="等上级答复"), by=scene.performer, now=scene.now)


def test_a_new_standard_undoes_the_promise_a_new_title_does_not(scene: Scene) -> None:
    row = scene.brought_to(State.PROMISED)
    row = actions.amend(row, title="编制年会预算", words="更名", by=scene.asker, now=scene.later(2))
    assert (row.state, row.promised_on) == (State.PROMISED, DUE)
    row = make(Move.AMEND, row, scene, at=scene.later(3))
    assert (row.state, row.promised_on, row.condition) == (State.ACKNOWLEDGED, None, "总额不超80万元")
    with pytest.raises(Refused, match="没有改动"):
        actions.amend(row, condition="总额不超80万元", words="再改", by=scene.asker, now=scene.later(4))


def test_a_reply_to_a_closed_task_says_so(scene: Scene) -> None:
    row = scene.brought_to(State.FULFILLED)
    assert (row.holder_id, row.holder_side, row.percent) == (None, Side.NONE, 100)
    assert not row.bookings.filter(ended_at__isnull=True).exists()
    with pytest.raises(Refused, match="已办结，不能再反馈进展"):
        make(Move.PROGRESS, row, scene, at=scene.later(9))


def test_reopening_is_possible_within_the_window_only(scene: Scene) -> None:
    row = scene.brought_to(State.FULFILLED)
    with pytest.raises(Refused, match="办结已超过30天"):
        make(Move.REOPEN, row, scene, at=scene.now + timedelta(days=31))
    row = make(Move.REOPEN, row, scene, at=scene.now + timedelta(days=29))
    assert (row.state, row.closed_at, row.holder_id) == (State.HANDED_BACK, None, scene.performer.person_id)


def test_a_page_drawn_before_somebody_elses_move_is_stale(scene: Scene) -> None:
    row = scene.asked()
    actions.acknowledge(row, by=scene.performer, now=scene.later(1))
    with pytest.raises(Stale):
        actions.acknowledge(row, by=scene.performer, now=scene.later(2))
    fresh = Commitment.objects.get(pk=row.pk)
    with pytest.raises(Stale):
        actions.promise(fresh, due_on=DUE, by=scene.performer, now=scene.later(2), expect=1)


def test_a_support_answers_to_the_lead_and_follows_the_lead_when_it_changes(scene: Scene) -> None:
    support = scene.asking(title="提供参会人数", performer_unit_id=scene.unit("人力资源部").pk, responsible_id=None)
    lead = scene.asked(supports=(support,), nature=Nature.CONSULTATIVE)
    child = Commitment.objects.get(parent=lead)
    assert (child.role, child.requester_unit_id) == ("support", scene.unit("财务部").pk)
    child = actions.promise(child, due_on=DUE, by=Actor(child.holder), now=scene.later(1))
    child = actions.report(child, result="172人", by=Actor(child.holder), now=scene.later(2))
    assert child.holder_id == scene.performer.person_id
    lead = make(Move.DECLINE, lead, scene, at=scene.later(3))
    lead = make(Move.REASSIGN, lead, scene, at=scene.later(4))
    child.refresh_from_db()
    assert child.requester_unit_id == scene.unit("采购部").pk
    assert child.holder_unit_id == scene.unit("采购部").pk


def test_the_same_unit_cannot_lead_and_support(scene: Scene) -> None:
    with pytest.raises(Refused, match="既牵头又配合"):
        scene.asked(supports=(scene.asking(title="自己配合自己"),))
    assert not Commitment.objects.exists()


def test_only_those_who_have_a_part_in_it_see_it(scene: Scene) -> None:
    row = scene.asked()
    stranger = scene.actor("吴志强").person
    assert stranger is not None
    assert not visible_to(stranger, scene.now).exists()
    for name in ("周岚", "林晓雯", "孙悦", "王建国"):
        person = scene.actor(name).person
        assert person is not None
        assert commitment_for(person, row.pk, scene.now) == row


def test_the_first_move_offered_is_the_primary_one(scene: Scene) -> None:
    zhou, lin = scene.performer.person, scene.asker.person
    assert zhou
    assert lin
    for state, person, move in (
        (State.ASSIGNED, zhou, Move.ACKNOWLEDGE),
        (State.ACKNOWLEDGED, zhou, Move.PROMISE),
        (State.PROMISED, zhou, Move.REPORT),
        (State.COUNTERED, lin, Move.AGREE),
        (State.REPORTED, lin, Move.ACCEPT),
        (State.HANDED_BACK, zhou, Move.REPORT),
    ):
        assert moves_of(person, scene.brought_to(state), scene.now)[0] is move
    assert moves_of(lin, scene.brought_to(State.PROMISED), scene.now)[0] is not Move.REPORT


def test_chasing_is_counted_and_only_for_those_with_a_stake(scene: Scene) -> None:
    row = actions.chase(scene.asked(), by=scene.asker, now=scene.later(1), words="请今天签收")
    assert (row.chases, last(row).verb, last(row).data["holder"]) == (1, "commitment.chased", scene.performer.person_id)
    with pytest.raises(Refused, match="不能催办"):
        actions.chase(row, by=scene.actor("吴志强"), now=scene.later(2))
    with pytest.raises(Refused, match="不能催办"):
        actions.chase(row, by=scene.performer, now=scene.later(2))


def test_the_system_moves_without_a_person(scene: Scene) -> None:
    row = actions.accept(scene.brought_to(State.REPORTED), by=SYSTEM, now=scene.later(5))
    assert last(row).actor_id is None
