"""Nothing on a page claims more than happened, and who has to know of a clash sees it where he looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fayol.notices import actions
from fayol.notices.models import Clash, Notice, Receipt
from fayol.notices.presenter_marks import reply_of
from fayol.notices.queries import musts_of, tally_of
from fayol.notices.states import Depth, Form, Reply, Stage, Way
from fayol.organisation.models import Account

Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]
SignIn = Callable[[str], Client]
LEADER, SECRETARY, OFFICER, DUTY, CHIEF, DEPUTY = "顾明远", "夏雨桐", "林晓雯", "龚浩然", "沈维钧", "韩雪梅"
ATTEND = actions.Answer(reply=Reply.ATTEND)


@pytest.fixture
def chief(cast: Any, client_as: SignIn) -> Client:
    """He answers for the office and stands on no notice himself."""
    person = cast.person(CHIEF)
    person.account = Account.objects.create(username="chief")
    person.save(update_fields=["account"])
    return client_as(CHIEF)


def said(row: Receipt, words: str, answer: actions.Answer, *, by: Any, now: datetime) -> Receipt:
    report = actions.Report(at=now, way=Way.PHONE, words=words, answer=answer)
    return actions.report_to(row, report=report, by=by, now=now)


@pytest.mark.req("S4-23")
def test_what_he_is_said_to_answer_stays_a_plan_when_he_opens_the_page(
    meeting: Meeting, receipt_of: Find, client_as: SignIn, act: Any, now: datetime, at_nine: None
) -> None:
    notice = meeting(LEADER)
    said(receipt_of(notice, LEADER), "我去", ATTEND, by=act(SECRETARY), now=now)
    page = client_as(LEADER).get(f"/notices/{notice.pk}/").content.decode()
    assert f"{SECRETARY}登记已于今天09:12向您报告（电话）" in page
    row = receipt_of(notice, LEADER)
    assert (row.stage, reply_of(row)) == (Stage.READ, "拟参加")


def test_a_leave_refused_before_he_has_said_a_word_does_not_make_him_a_reader(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    leave = actions.Answer(reply=Reply.LEAVE, words="另有安排")
    row = said(receipt_of(notice, LEADER), "请个假", leave, by=act(SECRETARY), now=now)
    row = actions.refuse_leave(row, words="省里点名要到", by=act(OFFICER), now=now)
    assert (row.stage, row.read_at) == (Stage.REPORTED, None)
    row = actions.confirm(row, answer=leave, by=act(LEADER), now=now)
    assert actions.refuse_leave(row, words="省里点名要到", by=act(OFFICER), now=now).stage == Stage.READ


def test_a_deputy_who_confirms_has_not_read_it_for_him_and_he_does_not_count_among_those_who_know(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER, "王建国", depth=Depth.CONFIRMED)
    later = now + timedelta(days=6)  # 韩雪梅 acts for him while he is away
    row = actions.confirm(receipt_of(notice, LEADER), answer=ATTEND, by=act(DEPUTY), now=later)
    assert (row.stage, row.read_at) == (Stage.CONFIRMED, None)
    actions.confirm(receipt_of(notice, "王建国"), answer=ATTEND, by=act("王建国"), now=now)
    assert musts_of(notice, tally_of(notice)) == (1, 2)
    assert actions.open_(row, by=act(LEADER), now=later).read_at == later


@pytest.fixture
def clash(meeting: Meeting, cast: Any, act: Any, now: datetime) -> Clash:
    """His secretary has put forty people into the hour for which a notice with an officer on duty then calls him."""
    start = now + timedelta(days=7)
    actions.take_time(
        cast.person(LEADER), starts_at=start, ends_at=start + timedelta(hours=1), title="主持工作会", people=40,
        by=act(SECRETARY), now=now,
    )  # fmt: skip
    meeting(LEADER, duty=cast.person(DUTY))
    return Clash.objects.get()


@pytest.mark.req("S4-24")
def test_a_clash_stands_where_the_one_who_has_to_settle_it_looks(
    clash: Clash, client_as: SignIn, at_nine: None
) -> None:
    notice, link = Notice.objects.get(), reverse("notices:clash", args=[clash.pk])
    words = "撞车：11月25日09:12–10:12另有“主持工作会”（40人）"
    for name in (OFFICER, SECRETARY, LEADER):
        html = client_as(name).get(f"/notices/{notice.pk}/").content.decode()
        assert words in html, name
        assert link in html, name
    assert words in client_as(OFFICER).get(f"/notices/{notice.pk}/receipts/").content.decode()
    for name in (OFFICER, SECRETARY):
        assert f"{LEADER}撞车：“主持工作会”与“{notice.title}”" in client_as(name).get("/").content.decode(), name
    assert "撞车" not in client_as("周岚").get("/").content.decode()


@pytest.mark.req("S4-24")
def test_once_asked_the_clash_waits_on_the_workbench_of_the_office_until_it_is_decided_or_past(
    clash: Clash, client_as: SignIn, act: Any, now: datetime, monkeypatch: pytest.MonkeyPatch, at_nine: None
) -> None:
    actions.ask_to_choose(clash, by=act(SECRETARY), now=now)
    head = client_as("秦海平")
    assert f"定夺{LEADER}参加哪一个" in head.get("/").content.decode()
    assert f"{LEADER}撞车" not in client_as(SECRETARY).get("/").content.decode()
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + timedelta(days=8))
    assert f"定夺{LEADER}参加哪一个" not in head.get("/").content.decode()


def test_the_leader_who_answers_for_the_issuing_unit_looks_and_can_do_nothing(
    clash: Clash, meeting: Meeting, receipt_of: Find, chief: Client, at_nine: None
) -> None:
    notice, draft = Notice.objects.get(), meeting("周岚", sent=False)
    row = receipt_of(notice, LEADER)
    here = f"/notices/{notice.pk}/"
    assert notice.title in chief.get("/notices/?show=issued").content.decode()
    receipts = chief.get(f"{here}receipts/").content.decode()
    for words in ("必到人员0/1已本人确认", "另有“主持工作会”", "已到系统，未读"):
        assert words in receipts, words
    for words in ("登记通话", "提醒未确认", 'name="receipt"', "打印催办单"):
        assert words not in receipts, words
    for path in (here, f"{here}reach/", f"{here}proof/", f"{here}receipts/{row.pk}/proof/"):
        assert chief.get(path).status_code == 200, path
    assert "报请定夺" not in chief.get(reverse("notices:clash", args=[clash.pk])).content.decode()
    for path in (f"{here}correct/", f"{here}receipts/calls/", f"/notices/{draft.pk}/", f"/notices/{draft.pk}/edit/"):
        assert chief.get(path).status_code == 404, path
    for path in (f"{here}receipts/remind/", f"{here}receipts/{row.pk}/call/", f"{here}withdraw/"):
        assert chief.post(path, {"result": "told_self", "way": "phone"}).status_code == 404, path
    assert notice.form == Form.ATTEND


@pytest.mark.req("S4-23")
def test_that_he_knows_is_never_said_by_leaving_the_form_as_it_was(
    meeting: Meeting, receipt_of: Find, client_as: SignIn, at_nine: None
) -> None:
    notice = meeting(LEADER)
    row, officer = receipt_of(notice, LEADER), client_as(OFFICER)
    path = f"/notices/{notice.pk}/receipts/"
    assert "checked required" not in officer.get(f"{path}?who={row.pk}").content.decode()
    answer = officer.post(f"{path}{row.pk}/call/", {"expect": row.version, "way": "phone", "words": "在开会"})
    assert answer.status_code == 422
    assert "请选通话的结果" in answer.content.decode()
    assert "在开会" in answer.content.decode()
    assert not row.calls.exists()


@pytest.mark.req("S4-21")
def test_before_sending_the_writer_hears_that_another_may_confirm_for_who_must_attend(
    meeting: Meeting, client_as: SignIn, at_nine: None
) -> None:
    words = "有必到人员，但受托人可以代为确认"
    for depth, told in ((Depth.CONFIRMED, True), (Depth.PERSONAL, False)):
        draft = meeting(LEADER, sent=False, depth=depth)
        assert (words in client_as(OFFICER).get(f"/notices/{draft.pk}/").content.decode()) is told, depth
