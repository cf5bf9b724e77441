"""Sending is one act: the audience expanded once, days held, clashes shown, corrections that ask again or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from fayol.channels.models import INBOX, Delivery
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.errors import Refused, Stale
from fayol.notices import actions
from fayol.notices.access_following import clashes_visible_to
from fayol.notices.audience import Entry, newcomers, people_of, words_of
from fayol.notices.models import Clash, Engagement, Group, Notice, Receipt
from fayol.notices.policy import Field
from fayol.notices.queries import alike, requests_this_week, tally_of, unmet
from fayol.notices.queries_following import open_clashes, settled_clashes
from fayol.notices.queries_reach import branches_of
from fayol.notices.states import Depth, EntryKind, Form, Grip, Reply, Stage, Status
from fayol.notices.tests.conftest import inbox
from fayol.organisation.models import Person, Post, Unit

Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]
OFFICER, LEADER = "林晓雯", "顾明远"


def names(entries: list[Entry], now: datetime) -> set[str]:
    return set(people_of(entries, now).values_list("name", flat=True))


def test_an_audience_by_unit_role_group_rule_and_person_is_everybody_once(cast: Any, now: datetime) -> None:
    finance = cast.unit("财务部")
    whole = names([Entry(EntryKind.UNIT, id=finance.pk, sub=True)], now)
    assert {"王建国", "孙悦", "周岚"} <= whole
    assert "林晓雯" not in whole
    assert names([Entry(EntryKind.UNIT, id=finance.pk, role="head")], now) == {"王建国"}
    heads = names([Entry(EntryKind.POST, role="head")], now)
    outside = set(Post.objects.filter(unit__kind="external", role="head").values_list("person__name", flat=True))
    assert {"王建国", "秦海平"} <= heads
    assert not heads & (outside - heads)
    group = Group.objects.create(name="会务联络组", unit=cast.unit("总裁办"))
    group.people.set([cast.person("何静"), cast.person("周岚")])
    both = [Entry(EntryKind.GROUP, id=group.pk), Entry(EntryKind.PERSON, id=cast.person("周岚").pk)]
    assert names(both, now) == {"何静", "周岚"}
    assert names([Entry(EntryKind.RULE, rule="red", role="head")], now) == set()
    assert words_of([*both, Entry(EntryKind.UNIT, id=finance.pk, sub=True, role="head")]) == [
        "会务联络组", "周岚", "财务部及下属·负责人",
    ]  # fmt: skip


def test_somebody_who_left_gets_nothing(cast: Any, now: datetime) -> None:
    Person.objects.filter(name="周岚").update(active=False)
    assert "周岚" not in names([Entry(EntryKind.UNIT, id=cast.unit("财务部").pk)], now)


def test_sending_expands_once_in_the_manual_order_and_says_so_in_one_fact(
    meeting: Meeting, cast: Any, act: Any, now: datetime
) -> None:
    top = Unit.objects.get(parent=None, kind="organisation")
    heads = Entry(EntryKind.UNIT, id=top.pk, sub=True, role="head")
    notice = meeting(
        form=Form.CONFIRM, depth=Depth.READ, starts_at=None, ends_at=None,
        audience=[heads, Entry(EntryKind.PERSON, id=cast.person("周岚").pk)],
    )  # fmt: skip
    receipts = list(notice.receipts.order_by("place").select_related("unit", "person"))
    assert len({row.person_id for row in receipts}) == len(receipts) > 10
    assert [row.place for row in receipts] == list(range(1, len(receipts) + 1))
    departments = [row.unit.order for row in receipts if row.unit and row.unit.parent_id == top.pk]
    assert departments == sorted(departments)
    fact = Fact.objects.get(subject_type="notice", subject_id=notice.pk)
    assert (fact.verb, fact.data["people"]) == ("notice.sent", len(receipts))
    assert len(fact.data["digest"]) == 64
    assert Delivery.objects.filter(fact=fact, channel=INBOX).count() == len(receipts)
    assert notice.told_upto is None
    with pytest.raises(Refused, match="已经发出"):
        actions.send(notice, by=act(OFFICER), now=now)
    assert verify().problems == []


def test_a_notice_without_addressees_or_for_nobody_or_too_late_stays_a_draft(
    meeting: Meeting, act: Any, cast: Any, now: datetime
) -> None:
    empty = meeting(sent=False)
    with pytest.raises(Refused, match="发给谁"):
        actions.send(empty, by=act(OFFICER), now=now)
    nobody = meeting(sent=False, audience=[Entry(EntryKind.RULE, rule="red", role="head")])
    with pytest.raises(Refused, match="没有找到任何人"):
        actions.send(nobody, by=act(OFFICER), now=now)
    late = meeting("周岚", sent=False)
    with pytest.raises(Refused, match="已经过去"):
        actions.send(late, by=act(OFFICER), now=now + timedelta(days=8))
    assert set(Notice.objects.values_list("status", flat=True)) == {Status.DRAFT}
    assert not Receipt.objects.exists()


def test_only_who_answers_for_a_unit_or_coordinates_issues_in_its_name(
    meeting: Meeting, cast: Any, act: Any, now: datetime
) -> None:
    finance = cast.unit("财务部")
    for name in ("王建国", "孙悦", OFFICER):
        actions.draft(actions.Wording(unit=finance, title="填报"), by=act(name), now=now)
    for name in ("周岚", "马骏"):
        with pytest.raises(Refused, match="名义"):
            actions.draft(actions.Wording(unit=finance, title="填报"), by=act(name), now=now)


def test_an_answer_is_due_by_a_rule_counted_from_sending(meeting: Meeting, now: datetime) -> None:
    rule = DeadlineRule("workdays_after", anchor="issue", n=3, words="收到后3个工作日内")
    notice = meeting("周岚", due=rule)
    assert notice.due_at == datetime(2026, 11, 23, 17, 30, tzinfo=now.tzinfo)
    assert (notice.due_rule["kind"], notice.due_words) == ("workdays_after", "收到后3个工作日内")


def test_two_who_send_the_same_draft_send_it_once(meeting: Meeting, act: Any, now: datetime) -> None:
    seen = meeting("周岚", sent=False)
    actions.send(seen, by=act(OFFICER), now=now)
    with pytest.raises((Stale, Refused)):
        actions.send(Notice.objects.get(pk=seen.pk), by=act(OFFICER), now=now)
    assert Fact.objects.filter(verb="notice.sent").count() == 1


# ── days ───────────────────────────────────────────────────────────────────


@pytest.mark.req("S4-22", "S4-24")
def test_a_notice_holds_the_leaders_day_and_both_organisers_hear_of_the_clash_at_once(
    meeting: Meeting, receipt_of: Find, cast: Any, act: Any, now: datetime
) -> None:
    start = now + timedelta(days=7, minutes=30)
    own = actions.take_time(
        cast.person(LEADER), starts_at=start, ends_at=start + timedelta(hours=2), title="主持工作会", people=40,
        by=act("夏雨桐"), now=now,
    )  # fmt: skip
    notice = meeting(LEADER, "周岚")
    held = Engagement.objects.get(receipt__person__name=LEADER)
    assert (held.grip, held.starts_at, held.people) == (Grip.HELD, notice.starts_at, 2)
    seen = clashes_visible_to(act(OFFICER).person, now)
    clash = open_clashes(seen, now)[0]
    later = notice.starts_at + timedelta(days=1) if notice.starts_at else now
    assert (open_clashes(seen, later), settled_clashes(seen, later)) == ([], [clash]), "nobody settled it in time"
    assert (settled_clashes(seen, now), settled_clashes(seen, later + timedelta(days=31))) == ([], [])
    assert {clash.first, clash.second} == {own, held}
    words = f"撞车：{LEADER}的“主持工作会”与“{notice.title}”时间重叠"
    assert inbox(OFFICER)[-1] == words
    assert words in inbox("夏雨桐")
    actions.ask_to_choose(clash, by=act("夏雨桐"), now=now)
    assert inbox("秦海平")[-1].startswith(f"请定夺{LEADER}参加哪一个")
    with pytest.raises(Refused, match="协调办"):
        actions.choose(clash, keep=held, words="省里的会", by=act("周岚"), now=now)
    actions.choose(clash, keep=held, words="省里的会", by=act("秦海平"), now=now)
    own.refresh_from_db()
    assert own.grip == Grip.RELEASED
    assert inbox("夏雨桐")[-1] == f"撞车已定：{LEADER}参加“{notice.title}”。“主持工作会”的40人请您另行告知"
    assert inbox(OFFICER)[-1] == f"撞车已定：{LEADER}参加“{notice.title}”，另一项让出"
    assert open_clashes(clashes_visible_to(act(OFFICER).person, now), now) == []


def test_a_yes_makes_the_hold_firm_and_a_leave_lets_it_go(
    meeting: Meeting, receipt_of: Find, act: Any, cast: Any, now: datetime
) -> None:
    notice = meeting("王建国", "周岚")
    actions.confirm(receipt_of(notice, "王建国"), answer=actions.Answer(reply=Reply.ATTEND), by=act("王建国"), now=now)
    assert Engagement.objects.get(person__name="王建国").grip == Grip.FIRM
    row = receipt_of(notice, "周岚")
    row = actions.confirm(row, answer=actions.Answer(reply=Reply.LEAVE, words="病假"), by=act("周岚"), now=now)
    assert Engagement.objects.get(person__name="周岚").grip == Grip.HELD
    actions.grant_leave(row, by=act(OFFICER), now=now)
    assert Engagement.objects.get(person__name="周岚").grip == Grip.RELEASED


def test_an_own_appointment_is_for_the_person_and_who_serves_him(cast: Any, act: Any, now: datetime) -> None:
    start = now + timedelta(days=1)
    with pytest.raises(Refused, match="本人、其秘书"):
        actions.take_time(
            cast.person(LEADER), starts_at=start, ends_at=start + timedelta(hours=1), title="x", by=act("周岚"), now=now
        )


# ── correcting, withdrawing, newcomers ─────────────────────────────────────


def correction(notice: Notice, **more: Any) -> actions.Correction:
    as_it_is = {name: getattr(notice, name) for name in ("title", "body", "place", "starts_at", "ends_at")}
    return actions.Correction(**(as_it_is | {"words": "改时间"} | more))


def test_a_new_time_asks_everybody_again_and_moves_the_holds(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("王建国", "周岚")
    attend = actions.Answer(reply=Reply.ATTEND)
    actions.confirm(receipt_of(notice, "王建国"), answer=attend, by=act("王建国"), now=now)
    later = now + timedelta(hours=1)
    assert notice.starts_at
    assert notice.ends_at
    moved = {"starts_at": notice.starts_at + timedelta(hours=3), "ends_at": notice.ends_at + timedelta(hours=3)}
    notice = actions.correct(notice, correction(notice, **moved), by=act(OFFICER), now=later)
    row = receipt_of(notice, "王建国")
    assert (row.stage, row.edition, row.reply, row.confirmed_at) == (Stage.ON_SYSTEM, 2, "", None)
    assert tally_of(notice) == {Stage.ON_SYSTEM: 2}
    assert Engagement.objects.get(person__name="王建国").starts_at == moved["starts_at"]
    assert Engagement.objects.get(person__name="王建国").grip == Grip.HELD
    edition = notice.editions.get()
    assert set(edition.after) == {"starts_at", "ends_at"}
    assert inbox("王建国")[-1] == f"更正：{notice.title}"
    row = actions.confirm(row, answer=attend, by=act("王建国"), now=later)
    assert verify().problems == []


def test_a_misspelt_word_is_told_and_asks_nobody_again(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("王建国", body="请安时到会")
    actions.confirm(receipt_of(notice, "王建国"), answer=actions.Answer(reply=Reply.ATTEND), by=act("王建国"), now=now)
    notice = actions.correct(notice, correction(notice, body="请按时到会", words="改错字"), by=act(OFFICER), now=now)
    assert receipt_of(notice, "王建国").stage == Stage.CONFIRMED
    latest = Delivery.objects.filter(person__name="王建国", channel=INBOX).latest("pk")
    assert (latest.title, latest.asks) == (f"更正：{notice.title}", False)
    assert verify().problems == []


def test_a_correction_says_what_changed(meeting: Meeting, act: Any, now: datetime) -> None:
    notice = meeting("周岚")
    with pytest.raises(Refused, match="没有改动"):
        actions.correct(notice, correction(notice), by=act(OFFICER), now=now)
    with pytest.raises(Refused, match="写明改了什么"):
        actions.correct(notice, correction(notice, place="二号厂房", words=""), by=act(OFFICER), now=now)
    assert Notice.objects.get(pk=notice.pk).place == "产业园一号厂房"


def test_a_withdrawn_notice_asks_nobody_frees_the_days_and_tells_all_why(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("王建国", LEADER)
    actions.withdraw(notice, words="会议取消", by=act(OFFICER), now=now)
    assert set(Engagement.objects.values_list("grip", flat=True)) == {Grip.RELEASED}
    assert not Receipt.objects.filter(next_look_at__isnull=False).exists()
    assert inbox("王建国")[-1] == f"撤回：{notice.title}"
    with pytest.raises(Refused, match="已撤回"):
        actions.confirm(
            receipt_of(notice, "王建国"), answer=actions.Answer(reply=Reply.ATTEND), by=act("王建国"), now=now
        )
    assert Notice.objects.get(pk=notice.pk).starts_at is not None


def test_who_joined_later_is_offered_and_added_only_when_asked_for(
    meeting: Meeting, cast: Any, act: Any, now: datetime
) -> None:
    finance = cast.unit("财务部")
    notice = meeting(audience=[Entry(EntryKind.UNIT, id=finance.pk)], form=Form.CONFIRM, starts_at=None, ends_at=None)
    before = notice.receipts.count()
    joined = cast.person("何静")
    Post.objects.create(person=joined, unit=finance, role="member")
    assert list(newcomers(notice, now)) == [joined]
    assert notice.receipts.count() == before
    assert actions.add_people(notice, [joined], by=act(OFFICER), now=now + timedelta(days=1)) == 1
    assert inbox("何静")[-1] == notice.title
    assert inbox("周岚") == [notice.title]
    assert list(newcomers(notice, now)) == []
    with pytest.raises(Refused, match="已经收到"):
        actions.add_people(Notice.objects.get(pk=notice.pk), [joined], by=act(OFFICER), now=now)
    assert verify().problems == []


# ── what was asked ─────────────────────────────────────────────────────────


def test_fields_are_checked_each_by_its_kind(meeting: Meeting, receipt_of: Find, act: Any, now: datetime) -> None:
    fields = [
        Field("n", "参会人数", "number"), Field("d", "到达日期", "date"),
        Field("c", "用餐", "choice", options=("是", "否")),
        Field("t", "备注", required=False),
    ]  # fmt: skip
    notice = meeting("周岚", form=Form.FIELDS, fields=fields, depth=Depth.CONFIRMED, starts_at=None, ends_at=None)
    row = receipt_of(notice, "周岚")
    good = {"n": "12", "d": "2026-12-01", "c": "是", "more": "x"}
    for key, wrong in (("n", "十二"), ("d", "2026-02-30"), ("c", "也许"), ("n", "")):
        answer = actions.Answer(reply=Reply.FILLED, values=good | {key: wrong})
        with pytest.raises(Refused) as refused:
            actions.confirm(row, answer=answer, by=act("周岚"), now=now)
        assert refused.value.field == key
    row = actions.confirm(row, answer=actions.Answer(reply=Reply.FILLED, values=good), by=act("周岚"), now=now)
    assert row.values == {"n": "12", "d": "2026-12-01", "c": "是", "t": ""}


def test_a_unit_asked_too_often_and_a_question_asked_twice_are_seen_before_sending(
    meeting: Meeting, cast: Any, now: datetime
) -> None:
    ask = {"form": Form.FIELDS, "starts_at": None, "ends_at": None}
    first = meeting("周岚", fields=[Field("n", "参会人数", "number")], **ask)
    meeting("孙悦")
    again = meeting("周岚", sent=False, fields=[Field("k", "参会人数", "number"), Field("x", "车号")], **ask)
    finance = cast.unit("财务部").pk
    assert requests_this_week([finance], now=now, but=again) == {finance: 2}
    assert requests_this_week([finance], now=now + timedelta(days=8)) == {}
    assert alike(again, now=now) == [first]


def test_reach_says_by_unit_how_far_it_got_and_how_long_it_took(
    meeting: Meeting, receipt_of: Find, act: Any, cast: Any, now: datetime
) -> None:
    notice = meeting("周岚", "孙悦", "马骏", form=Form.CONFIRM, starts_at=None, ends_at=None)
    for name, hours in (("周岚", 1), ("孙悦", 3)):
        actions.confirm(
            receipt_of(notice, name), answer=actions.Answer(), by=act(name), now=now + timedelta(hours=hours)
        )
    rows = {row.unit_id: row for row in branches_of(notice, Unit.objects.get(parent=None, kind="organisation"))}
    finance = rows[cast.unit("财务部").pk]
    assert (finance.people, finance.confirmed, finance.median) == (2, 2, 3600)
    assert rows[cast.unit("行政部").pk].median is None
    assert unmet(notice).count() == 1
    assert Clash.objects.count() == 0
