"""How far a notice got, link by link: what makes a receipt green, and all that does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused, Stale
from fayol.notices import actions
from fayol.notices.models import Notice, Receipt, Tally, Told
from fayol.notices.queries import calls_of, tally_of
from fayol.notices.queries_lists import waits
from fayol.notices.states import Depth, Form, Leave, Reply, Stage, Way
from fayol.notices.tests.conftest import inbox
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person

Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]
LEADER, SECRETARY, SECOND, OFFICER = "顾明远", "夏雨桐", "曾庆玲", "林晓雯"


@pytest.mark.req("S4-23")
def test_a_proxys_tap_leaves_it_amber_and_starts_his_clock(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    row = actions.take(receipt_of(notice, LEADER), by=act(SECRETARY), now=now)
    assert (row.stage, str(row.proxied_by), row.confirmed_at) == (Stage.PROXIED, SECRETARY, None)
    assert row.next_look_at == now.replace(hour=14, minute=42)  # four working hours later, past noon
    assert tally_of(notice) == {Stage.PROXIED: 1}
    assert [r.pk for r in waits(act(SECRETARY).person, now)] == [row.pk]
    with pytest.raises(Refused, match="已经有人代签"):
        actions.take(row, by=act(SECOND), now=now)


@pytest.mark.req("S4-23")
def test_silence_climbs_from_the_secretary_to_her_stand_in_and_the_offices_head_and_to_the_officer_on_duty(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    row = actions.take(receipt_of(notice, LEADER), by=act(SECRETARY), now=now)
    told: list[tuple[str, str]] = []
    for _step in range(3):
        assert row.next_look_at
        at = row.next_look_at.astimezone(now.tzinfo)
        step = actions.look(row, now=at)
        told.append((f"{at:%m-%d %H:%M}", str(step)))
        row = receipt_of(notice, LEADER)
    assert told == [
        ("11-18 14:42", "remind_proxy"), ("11-19 09:42", "raise_proxy"), ("11-19 15:12", "duty"),
    ]  # fmt: skip
    assert inbox(SECRETARY)[-1] == f"您代签的通知还没有报告{LEADER}：{notice.title}"
    for name in (SECOND, "秦海平"):
        assert inbox(name)[-1].startswith(f"{SECRETARY}代签的通知还没有报告{LEADER}，请帮忙转达")
    assert inbox(OFFICER)[-1].startswith(f"请直接联系{LEADER}本人")
    assert [r.pk for r in waits(act(OFFICER).person, now)] == [row.pk] == [r.pk for r in calls_of(notice)]
    assert row.stage == Stage.PROXIED


def test_flash_gives_the_proxy_one_hour_by_the_clock(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    late = now.replace(hour=20)
    notice = meeting(LEADER, urgency="flash")
    row = actions.take(receipt_of(notice, LEADER), by=act(SECRETARY), now=late)
    assert row.next_look_at == late + timedelta(hours=1)


@pytest.mark.req("S4-23")
def test_a_report_on_his_words_says_what_he_means_to_do_and_asks_him(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    row = receipt_of(notice, LEADER)
    report = actions.Report(at=now, way=Way.IN_PERSON, words="知道了，我去", answer=actions.Answer(reply=Reply.ATTEND))
    row = actions.report_to(row, report=report, by=act(SECRETARY), now=now)
    assert (row.stage, row.reply, str(row.reply_by)) == (Stage.REPORTED, Reply.ATTEND, SECRETARY)
    assert str(row.proxied_by) == SECRETARY
    assert inbox(LEADER)[-1].startswith(f"{SECRETARY}已代签并向您报告，请您本人确认")
    assert [r.pk for r in waits(act(LEADER).person, now)] == [row.pk]
    row = actions.confirm(row, answer=actions.Answer(reply=Reply.ATTEND), by=act(LEADER), now=now)
    assert (row.stage, str(row.confirmed_by), str(row.reply_by)) == (Stage.CONFIRMED, LEADER, LEADER)
    assert list(waits(act(LEADER).person, now)) == []
    assert verify().problems == []


def test_a_report_has_a_time_that_can_be(meeting: Meeting, receipt_of: Find, act: Any, now: datetime) -> None:
    row = receipt_of(meeting(LEADER), LEADER)
    for at in (now + timedelta(minutes=1), now - timedelta(minutes=1)):
        with pytest.raises(Refused, match="报告时间"):
            actions.report_to(row, report=actions.Report(at=at, way=Way.PHONE), by=act(SECRETARY), now=now)
    assert receipt_of(row.notice, LEADER).stage == Stage.ON_SYSTEM


@pytest.mark.req("S4-23")
@pytest.mark.parametrize("depth", [Depth.CONFIRMED, Depth.PERSONAL])
def test_no_path_shows_green_while_the_person_has_not_confirmed(
    depth: Depth, meeting: Meeting, receipt_of: Find, act: Any, cast: Any, now: datetime
) -> None:
    """Everything that everybody but the leader can do, in several orders."""
    notice = meeting(LEADER, depth=depth)

    def others() -> list[Callable[[], object]]:
        row = receipt_of(notice, LEADER)
        attend = actions.Answer(reply=Reply.ATTEND)
        report = actions.Report(at=now, way=Way.PHONE, words="知道了", answer=attend)
        return [
            lambda: actions.open_(row, by=act(SECRETARY), now=now),
            lambda: actions.take(row, by=act(SECRETARY), now=now),
            lambda: actions.confirm(row, answer=attend, by=act(SECRETARY), now=now),
            lambda: actions.confirm(row, answer=attend, by=act(OFFICER), now=now),
            lambda: actions.confirm(
                row, answer=attend, by=Actor(cast.person(SECRETARY), on_behalf_of=cast.person(LEADER)), now=now
            ),
            lambda: actions.restate(row, words="20日到会", on=None, by=act(SECRETARY), now=now),
            lambda: actions.report_to(row, report=report, by=act(SECRETARY), now=now),
            lambda: actions.log_call(row, call=actions.Call(heard=SECRETARY), by=act(OFFICER), now=now),
            lambda: actions.log_call(row, call=actions.Call(reached=True), by=act(OFFICER), now=now),
            lambda: actions.agree_told(Told.objects.get(reached=True), by=act(SECRETARY), now=now),
            lambda: actions.agree_told(Told.objects.get(reached=True), by=act(OFFICER), now=now),
            lambda: actions.grant_leave(row, by=act(OFFICER), now=now),
        ]  # fmt: skip

    for i in [*range(12), *reversed(range(12)), *range(0, 12, 2)]:
        try:
            with transaction.atomic():
                others()[i]()
        except (Refused, Told.DoesNotExist, Told.MultipleObjectsReturned):
            pass
        assert receipt_of(notice, LEADER).stage != Stage.CONFIRMED
        assert Stage.CONFIRMED not in tally_of(notice)
    actions.confirm(receipt_of(notice, LEADER), answer=actions.Answer(reply=Reply.ATTEND), by=act(LEADER), now=now)
    assert tally_of(notice) == {Stage.CONFIRMED: 1}
    assert verify().problems == []


@pytest.mark.django_db(transaction=True)
def test_the_database_knows_no_green_without_somebody_who_confirmed(meeting: Meeting, receipt_of: Find) -> None:
    row = receipt_of(meeting(LEADER), LEADER)
    with pytest.raises(IntegrityError, match="receipt_confirmed_by_somebody"):
        Receipt.objects.filter(pk=row.pk).update(stage=Stage.CONFIRMED)


def test_a_deputy_confirms_where_the_person_need_not_know_himself_and_is_shown_as_such(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    later = now + timedelta(days=6)  # 韩雪梅 acts for 顾明远 while he is away
    attend = actions.Answer(reply=Reply.ATTEND)
    mild, strict = meeting(LEADER, depth=Depth.CONFIRMED), meeting(LEADER)
    row = actions.confirm(receipt_of(mild, LEADER), answer=attend, by=act("韩雪梅"), now=later)
    assert str(row.confirmed_by) == "韩雪梅"
    fact = Fact.objects.get(subject_type="receipt", subject_id=row.pk, verb="receipt.confirmed")
    assert (fact.actor_name, fact.behalf_name) == ("韩雪梅", LEADER)
    with pytest.raises(Refused, match="须本人确认"):
        actions.confirm(receipt_of(strict, LEADER), answer=attend, by=act("韩雪梅"), now=later)


def test_opening_the_page_is_reading_and_only_the_addressees_own(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("周岚", "孙悦")
    assert actions.open_(receipt_of(notice, "周岚"), by=act("孙悦"), now=now).read_at is None
    row = actions.open_(receipt_of(notice, "周岚"), by=act("周岚"), now=now)
    assert (row.stage, row.read_at) == (Stage.READ, now)
    again = actions.open_(row, by=act("周岚"), now=now + timedelta(hours=1))
    assert again.read_at == now
    assert Fact.objects.filter(subject_type="receipt", subject_id=row.pk).count() == 1


def test_a_call_that_reached_him_waits_for_his_word_and_his_denial_undoes_it(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER, form=Form.CONFIRM)
    told = actions.log_call(
        receipt_of(notice, LEADER), call=actions.Call(reached=True, words="他说知道了"), by=act(OFFICER), now=now
    )
    assert receipt_of(notice, LEADER).stage == Stage.TOLD
    assert inbox(LEADER)[-1].startswith("林晓雯登记已告知您本人，请核对")
    actions.deny_told(told, by=act(LEADER), now=now)
    assert receipt_of(notice, LEADER).stage == Stage.ON_SYSTEM
    assert inbox(OFFICER)[-1].startswith(f"{LEADER}表示没有接到通知")
    again = actions.log_call(receipt_of(notice, LEADER), call=actions.Call(reached=True), by=act(OFFICER), now=now)
    row = actions.agree_told(again, by=act(LEADER), now=now)
    assert (row.stage, row.confirmed_how, str(row.confirmed_by)) == (Stage.CONFIRMED, Way.PHONE, LEADER)
    with pytest.raises(Refused, match="不用再核对"):
        actions.deny_told(again, by=act(LEADER), now=now)
    assert verify().problems == []


def test_a_secretary_who_promised_to_pass_it_on_is_called_again(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    with pytest.raises(Refused, match="接话人"):
        actions.log_call(receipt_of(notice, LEADER), call=actions.Call(), by=act(OFFICER), now=now)
    actions.log_call(receipt_of(notice, LEADER), call=actions.Call(heard=SECRETARY), by=act(OFFICER), now=now)
    row = receipt_of(notice, LEADER)
    assert (row.stage, row.next_look_at) == (Stage.PROXIED, now + timedelta(hours=2))


@pytest.mark.req("S4-23")
def test_who_must_attend_is_away_only_with_the_convenors_consent(
    meeting: Meeting, receipt_of: Find, act: Any, cast: Any, now: datetime
) -> None:
    notice = meeting("王建国")
    leave = actions.Answer(reply=Reply.SUBSTITUTE, substitute=cast.person("周岚"), words="出差")
    row = actions.confirm(receipt_of(notice, "王建国"), answer=leave, by=act("王建国"), now=now)
    assert row.leave == Leave.ASKED
    assert inbox(OFFICER)[-1] == f"王建国委托他人参加，请您答复：{notice.title}"
    assert inbox("周岚") == []
    row = actions.refuse_leave(row, words="议题须部长汇报", by=act(OFFICER), now=now)
    assert (row.reply, row.stage, row.confirmed_at) == ("", Stage.READ, None)
    row = actions.confirm(row, answer=leave, by=act("王建国"), now=now)
    row = actions.grant_leave(row, by=act(OFFICER), now=now)
    assert row.leave == Leave.GRANTED
    assert inbox("周岚")[-1] == f"王建国委托您参加：{notice.title}"
    assert verify().problems == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (actions.Answer(reply=Reply.CONFIRM), "选一项答复"),
        (actions.Answer(reply=Reply.LEAVE), "写明理由"),
        (actions.Answer(reply=Reply.SUBSTITUTE), "由谁代为参加"),
    ],
)
def test_an_answer_the_form_does_not_know_or_that_lacks_something_changes_nothing(
    answer: actions.Answer, words: str, meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    row = receipt_of(meeting("王建国"), "王建国")
    with pytest.raises(Refused, match=words):
        actions.confirm(row, answer=answer, by=act("王建国"), now=now)
    assert receipt_of(row.notice, "王建国").version == 1


def test_a_restatement_is_asked_for_where_the_depth_says_so(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("周岚", form=Form.CONFIRM, depth=Depth.RESTATED)
    row = receipt_of(notice, "周岚")
    with pytest.raises(Refused, match="复述"):
        actions.confirm(row, answer=actions.Answer(), by=act("周岚"), now=now)
    row = actions.restate(row, words="25日上午到一号厂房，带预算表", on=None, by=act("周岚"), now=now)
    assert row.stage == Stage.UNDERSTOOD
    assert list(waits(act("周岚").person, now)) == []


def test_two_who_act_on_the_same_view_one_is_told_so(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    seen = receipt_of(meeting(LEADER), LEADER)
    actions.take(seen, by=act(SECRETARY), now=now)
    with pytest.raises(Stale):
        actions.take(seen, by=act(SECOND), now=now)


@pytest.mark.req("S4-24")
def test_before_the_day_who_said_yes_is_asked_again_and_who_did_not_is_to_be_reached(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("王建国", LEADER)
    row = receipt_of(notice, "王建国")
    row = actions.confirm(row, answer=actions.Answer(reply=Reply.ATTEND), by=act("王建国"), now=now)
    assert row.next_look_at == datetime(2026, 11, 20, 9, 0, tzinfo=now.tzinfo)  # T−3 of Wednesday 25th
    actions.look(row, now=row.next_look_at)
    assert inbox("王建国")[-1] == f"请再确认您能到会：{notice.title}"
    row = receipt_of(notice, "王建国")
    assert row.next_look_at == datetime(2026, 11, 24, 9, 0, tzinfo=now.tzinfo)
    silent = receipt_of(notice, LEADER)
    Receipt.objects.filter(pk=silent.pk).update(looked_at=row.next_look_at - timedelta(hours=1))
    assert str(actions.look(silent, now=row.next_look_at)) == "duty"


def test_steps_that_came_due_while_nobody_ran_are_taken_once(meeting: Meeting, receipt_of: Find, now: datetime) -> None:
    notice = meeting("周岚", form=Form.CONFIRM, starts_at=None, ends_at=None)
    row = receipt_of(notice, "周岚")
    assert str(actions.look(row, now=now + timedelta(days=20))) == "call"
    row = receipt_of(notice, "周岚")
    assert row.next_look_at is None
    assert Fact.objects.filter(subject_type="receipt", subject_id=row.pk).count() == 1


def test_reminding_spares_who_is_done_and_who_was_just_asked(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("王建国", "周岚", LEADER)
    with pytest.raises(Refused, match="5分钟"):
        actions.remind(notice, by=act(OFFICER), now=now + timedelta(minutes=4))
    actions.confirm(receipt_of(notice, "王建国"), answer=actions.Answer(reply=Reply.ATTEND), by=act("王建国"), now=now)
    actions.take(receipt_of(notice, LEADER), by=act(SECRETARY), now=now)
    later = now + timedelta(minutes=6)
    assert actions.remind(notice, by=act(OFFICER), now=later) == 2
    assert inbox("王建国") == [notice.title]
    assert inbox("周岚")[-1] == inbox(LEADER)[-1] == f"请您确认：{notice.title}"
    assert inbox(SECRETARY)[-1] == f"您代签的通知还没有报告本人：{notice.title}"
    with pytest.raises(Refused, match="5分钟"):
        actions.remind(notice, by=act(OFFICER), now=later)


def test_nobody_but_the_issuing_side_reminds_or_phones(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("周岚")
    later = now + timedelta(hours=1)
    with pytest.raises(Refused):
        actions.remind(notice, by=act("孙悦"), now=later)
    with pytest.raises(Refused):
        actions.log_call(receipt_of(notice, "周岚"), call=actions.Call(reached=True), by=act("孙悦"), now=later)


def test_a_leaver_of_the_tally_is_found_by_verify(meeting: Meeting) -> None:
    notice = meeting("周岚")
    Tally.objects.filter(notice=notice).update(n=5)
    assert any("合计" in problem for problem in verify().problems)


def test_a_row_changed_past_the_facts_is_found_by_verify(
    meeting: Meeting, receipt_of: Find, cast: Any, now: datetime
) -> None:
    row = receipt_of(meeting("周岚"), "周岚")
    person: Person = cast.person("周岚")
    Receipt.objects.filter(pk=row.pk).update(stage=Stage.CONFIRMED, confirmed_at=now, confirmed_by=person)
    problems = verify().problems
    assert any("stage" in problem for problem in problems)
