"""The pages of those who write notices and of those who get them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.notices import actions
from fayol.notices.audience import Entry
from fayol.notices.models import Engagement, Group, Notice, NoticeFile, Receipt
from fayol.notices.policy import Field
from fayol.notices.states import Depth, EntryKind, Form, Leave, Reply, Stage, Status, Way
from fayol.organisation.actor import Actor

pytestmark = pytest.mark.django_db
Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]
Browser = Callable[..., Client]
LEADER, SECRETARY, OFFICER, STRANGER = "顾明远", "夏雨桐", "林晓雯", "吴志强"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + timedelta(hours=1))


def text(answer: Any) -> str:
    return str(answer.content.decode())


def primaries(page: str) -> int:
    main = page[page.index("<main") : page.index("</main>")]
    return len(re.findall(r'class="[^"]*\bbtn-primary\b', main))


# ── the addressee ──────────────────────────────────────────────────────────


def test_looking_is_reading_for_the_addressee_and_nothing_for_anybody_else(
    meeting: Meeting, receipt_of: Find, client_as: Browser
) -> None:
    notice = meeting(LEADER)
    for name in (SECRETARY, OFFICER):
        assert client_as(name).get(f"/notices/{notice.pk}/").status_code == 200
        assert receipt_of(notice, LEADER).read_at is None
    page = text(client_as(LEADER).get(f"/notices/{notice.pk}/"))
    assert receipt_of(notice, LEADER).stage == Stage.READ
    assert "轮到您" in page
    assert primaries(page) == 1
    assert client_as(STRANGER).get(f"/notices/{notice.pk}/").status_code == 404


def test_an_answer_is_given_wrong_then_right_and_replaced_before_the_event(
    meeting: Meeting, receipt_of: Find, client_as: Browser
) -> None:
    notice = meeting("周岚")
    client, row = client_as("周岚"), receipt_of(notice, "周岚")
    wrong = client.post(f"/notices/answers/{row.pk}/confirm/", {"reply": "leave", "words": "", "expect": row.version})
    assert wrong.status_code == 422
    assert "请写明理由" in text(wrong)
    assert re.search(r'value="leave" checked', text(wrong))
    right = client.post(f"/notices/answers/{row.pk}/confirm/", {"reply": "leave", "words": "出差"})
    assert right.status_code == 303
    row = receipt_of(notice, "周岚")
    assert (row.stage, row.reply, row.leave) == (Stage.CONFIRMED, Reply.LEAVE, Leave.ASKED)
    page = text(client.get(f"/notices/{notice.pk}/"))
    assert "等召集人同意" in page
    assert "改答复" in page
    changing = text(client.get(f"/notices/{notice.pk}/?change={row.pk}"))
    assert primaries(changing) == 1
    assert client.post(f"/notices/answers/{row.pk}/confirm/", {"reply": "attend"}).status_code == 303
    row = receipt_of(notice, "周岚")
    assert (row.reply, row.leave) == (Reply.ATTEND, Leave.NONE)


def test_an_answer_is_not_replaced_once_the_event_has_begun(
    meeting: Meeting, receipt_of: Find, client_as: Browser, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    notice = meeting("周岚")
    client, row = client_as("周岚"), receipt_of(notice, "周岚")
    client.post(f"/notices/answers/{row.pk}/confirm/", {"reply": "attend"})
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + timedelta(days=7, minutes=5))
    late = client.post(f"/notices/answers/{row.pk}/confirm/", {"reply": "leave", "words": "病了"})
    assert late.status_code == 422
    assert "活动已经开始" in text(late)
    assert receipt_of(notice, "周岚").reply == Reply.ATTEND


def test_fields_and_files_come_back_checked(meeting: Meeting, receipt_of: Find, client_as: Browser, cast: Any) -> None:
    asked = (Field("f1", "人数", "number"), Field("f2", "带队", "text", required=False))
    survey = meeting("周岚", form=Form.FIELDS, depth=Depth.CONFIRMED, fields=asked)
    client, row = client_as("周岚"), receipt_of(survey, "周岚")
    wrong = client.post(f"/notices/answers/{row.pk}/confirm/", {"f1": "三个", "f2": "孙悦"})
    assert wrong.status_code == 422
    assert "请填数字" in text(wrong)
    assert "孙悦" in text(wrong)
    assert client.post(f"/notices/answers/{row.pk}/confirm/", {"f1": "3"}).status_code == 303
    assert receipt_of(survey, "周岚").values == {"f1": "3", "f2": ""}

    report = meeting("周岚", form=Form.UPLOAD, depth=Depth.CONFIRMED)
    row = receipt_of(report, "周岚")
    empty = client.post(f"/notices/answers/{row.pk}/confirm/", {})
    assert empty.status_code == 422
    assert "请附上要上报的材料" in text(empty)
    file = SimpleUploadedFile("小结.txt", "第一稿".encode())
    assert client.post(f"/notices/answers/{row.pk}/confirm/", {"attachments": file}).status_code == 303
    kept = NoticeFile.objects.get(receipt=row)
    for name, status in (("周岚", 200), (OFFICER, 200), ("王建国", 404), (STRANGER, 404)):
        assert client_as(name).get(f"/notices/files/{kept.pk}/").status_code == status
    again = SimpleUploadedFile("小结二.txt", "第二稿".encode())
    assert client.post(f"/notices/answers/{row.pk}/confirm/", {"attachments": again}).status_code == 303
    assert [one.file.name for one in NoticeFile.objects.filter(receipt=row)] == ["小结二.txt"]


def test_restating_comes_before_confirming(meeting: Meeting, receipt_of: Find, client_as: Browser) -> None:
    notice = meeting("周岚", form=Form.CONFIRM, depth=Depth.RESTATED)
    client, row = client_as("周岚"), receipt_of(notice, "周岚")
    assert client.post(f"/notices/answers/{row.pk}/confirm/", {}).status_code == 422
    assert client.post(f"/notices/answers/{row.pk}/restate/", {"restated": ""}).status_code == 422
    said = {"restated": "11月25日前交预算表", "restated_on": "2026-11-25"}
    assert client.post(f"/notices/answers/{row.pk}/restate/", said).status_code == 303
    assert receipt_of(notice, "周岚").stage == Stage.UNDERSTOOD
    assert client.post(f"/notices/answers/{row.pk}/confirm/", said).status_code == 303
    assert receipt_of(notice, "周岚").stage == Stage.CONFIRMED


def test_a_call_written_down_is_checked_by_the_one_called(
    meeting: Meeting, receipt_of: Find, client_as: Browser, cast: Any, now: datetime
) -> None:
    notice = meeting("周岚", form=Form.CONFIRM)
    row = receipt_of(notice, "周岚")
    call = actions.Call(reached=True, words="知道了")
    told = actions.log_call(row, call=call, by=Actor(cast.person(OFFICER)), now=now)
    client = client_as("周岚")
    page = text(client.get(f"/notices/{notice.pk}/"))
    assert "是这样吗" in page
    assert client_as(STRANGER).post(f"/notices/calls/{told.pk}/yes/").status_code == 404
    assert client.post(f"/notices/calls/{told.pk}/maybe/").status_code == 404
    assert client.post(f"/notices/calls/{told.pk}/no/").status_code == 303
    assert receipt_of(notice, "周岚").stage == Stage.READ
    again = actions.log_call(receipt_of(notice, "周岚"), call=call, by=Actor(cast.person(OFFICER)), now=now)
    assert client.post(f"/notices/calls/{again.pk}/yes/").status_code == 303
    assert (receipt_of(notice, "周岚").stage, receipt_of(notice, "周岚").confirmed_how) == (Stage.CONFIRMED, Way.PHONE)


# ── the secretary ──────────────────────────────────────────────────────────


def test_a_secretary_takes_it_and_reports_and_it_stays_amber(
    meeting: Meeting, receipt_of: Find, client_as: Browser, now: datetime
) -> None:
    notice = meeting(LEADER)
    client, row = client_as(SECRETARY), receipt_of(notice, LEADER)
    page = text(client.get(f"/notices/{notice.pk}/"))
    assert "代收不等于本人知道" in page
    assert primaries(page) == 1
    assert client_as(STRANGER).post(f"/notices/answers/{row.pk}/take/").status_code == 404
    assert client.post(f"/notices/answers/{row.pk}/take/", {"expect": row.version}).status_code == 303
    page = text(client.get(f"/notices/{notice.pk}/"))
    assert f"尚未向{LEADER}报告" in page
    assert primaries(page) == 1
    desk = text(client.get("/"))
    assert desk.index(f"尚未向{LEADER}报告") < desk.index('id="news"')
    late = {"at": "2026-11-18T23:00", "way": "in_person", "words": "知道了", "reply": "attend"}
    wrong = client.post(f"/notices/answers/{row.pk}/report/", late)
    assert wrong.status_code == 422
    assert "知道了" in text(wrong)
    done = client.post(f"/notices/answers/{row.pk}/report/", late | {"at": "2026-11-18T10:00"})
    assert done.status_code == 303
    row = receipt_of(notice, LEADER)
    assert (row.stage, row.reply, row.reported_words) == (Stage.REPORTED, Reply.ATTEND, "知道了")
    page = text(client.get(f"/notices/{notice.pk}/"))
    assert "已报告本人，待本人确认" in page
    assert 'data-l="green"' not in page
    assert "本人已确认" not in page
    assert client.post(f"/notices/answers/{row.pk}/confirm/", {"reply": "attend"}).status_code == 422
    assert receipt_of(notice, LEADER).stage == Stage.REPORTED
    assert client_as(LEADER).post(f"/notices/answers/{row.pk}/confirm/", {"reply": "attend"}).status_code == 303
    assert "本人已确认" in text(client.get(f"/notices/{notice.pk}/"))


def test_a_substitute_and_a_liaison_who_is_called_in_see_the_notice(
    meeting: Meeting, receipt_of: Find, client_as: Browser, cast: Any, now: datetime
) -> None:
    notice = meeting("周岚")
    assert client_as("孙悦").get(f"/notices/{notice.pk}/").status_code == 404
    row = receipt_of(notice, "周岚")
    answer = actions.Answer(reply=Reply.SUBSTITUTE, substitute=cast.person("孙悦"))
    row = actions.confirm(row, answer=answer, by=Actor(cast.person("周岚")), now=now)
    assert client_as("孙悦").get(f"/notices/{notice.pk}/").status_code == 404
    actions.grant_leave(row, by=Actor(cast.person(OFFICER)), now=now)
    assert "委托您代为参加" in text(client_as("孙悦").get(f"/notices/{notice.pk}/"))

    other = meeting("周岚")
    assert client_as("王建国").get(f"/notices/{other.pk}/").status_code == 404
    while (row := receipt_of(other, "周岚")).raised_at is None:
        assert row.next_look_at
        actions.look(row, now=row.next_look_at)
    assert client_as("王建国").get(f"/notices/{other.pk}/").status_code == 200


# ── writing ────────────────────────────────────────────────────────────────


def form_of(**more: Any) -> dict[str, Any]:
    return {
        "unit": "总裁办", "title": "关于报送年度计划的通知", "body": "请报送。", "urgency": "normal",
        "depth": "confirmed", "form": "confirm", "rows": "3", **more,
    }  # fmt: skip


def test_a_notice_is_written_line_by_line_without_losing_a_word(client_as: Browser, cast: Any) -> None:
    client = client_as(OFFICER)
    page = text(client.get("/notices/new/"))
    assert primaries(page) == 1
    finance = {"add-unit": "财务部", "add-sub": "on", "add-unit_role": "head"}
    page = text(client.post("/notices/new/", form_of(add="1", title="", **finance)))
    assert "财务部及下属·负责人" in page
    assert "发给3人" in page
    assert "请报送。" in page
    assert Notice.objects.count() == 0
    line = re.search(r'name="line" value="([^"]*)"', page)
    assert line
    kept = line[1].replace("&quot;", '"')
    wrong = client.post("/notices/new/", form_of(line=kept, must="0", title="", do="draft"))
    assert wrong.status_code == 422
    assert "财务部及下属·负责人" in text(wrong)
    assert 'name="must" value="0" checked' in text(wrong)
    page = text(client.post("/notices/new/", form_of(line=kept, drop="0")))
    assert "财务部及下属·负责人" not in page
    done = client.post("/notices/new/", form_of(line=kept, do="draft", **{"add-people": "周岚、顾明远"}))
    assert done.status_code == 303
    notice = Notice.objects.get()
    assert [entry["kind"] for entry in notice.audience] == ["unit", "person", "person"]
    page = text(client.get(f"/notices/{notice.pk}/"))
    assert "发给4人" in page
    assert primaries(page) == 1
    assert client_as("周岚").get(f"/notices/{notice.pk}/").status_code == 404
    assert client.post(f"/notices/{notice.pk}/send/", {"expect": notice.version}).status_code == 303
    notice.refresh_from_db()
    assert (notice.status, notice.receipts.count()) == (Status.SENT, 4)
    assert client.get(f"/notices/{notice.pk}/edit/").status_code == 404


def test_sending_at_once_is_both_or_neither(client_as: Browser) -> None:
    client = client_as(OFFICER)
    empty = client.post("/notices/new/", form_of(do="send"))
    assert empty.status_code == 422
    assert "请选择发给谁" in text(empty)
    assert Notice.objects.count() == 0
    nobody = client.post("/notices/new/", form_of(do="send", **{"add-people": "查无此人"}))
    assert nobody.status_code == 422
    assert "没有找到" in text(nobody)
    file = SimpleUploadedFile("表.txt", "样表".encode())
    more = {"add-people": "周岚", "within": "3个工作日内", "attachments": file, "duty": "林晓雯"}
    assert client.post("/notices/new/", form_of(do="send", **more)).status_code == 303
    notice = Notice.objects.get()
    assert notice.due_at
    assert f"{notice.due_at.astimezone(notice.due_at.tzinfo):%m-%d}" == "11-23"
    given = NoticeFile.objects.get()
    for name, status in ((OFFICER, 200), ("周岚", 200), (STRANGER, 404)):
        assert client_as(name).get(f"/notices/files/{given.pk}/").status_code == status


def test_a_deadline_before_the_event_and_fields_in_rows(client_as: Browser) -> None:
    client = client_as(OFFICER)
    when = {
        "starts_at": "2026-11-27T14:30",
        "ends_at": "2026-11-27T16:00",
        "place": "一号厂房",
        "within": "会前2个工作日",
    }
    rows = {"q0-label": "人数", "q0-kind": "number", "q1-label": "就餐", "q1-kind": "choice", "q1-options": "是"}
    given = form_of(form="fields", do="draft", **when, **rows, **{"add-people": "周岚"})
    wrong = client.post("/notices/new/", given)
    assert wrong.status_code == 422
    assert "至少两个选项" in text(wrong)
    done = client.post("/notices/new/", given | {"q1-options": "是、否"})
    assert done.status_code == 303, re.findall(r"fy-wrong[^>]*>([^<]*)|没有办成</b>([^<]*)", text(done))
    notice = Notice.objects.get()
    assert notice.due_at
    assert notice.due_at.strftime("%m-%d") == "11-25"
    assert [(one["key"], one["label"]) for one in notice.fields] == [("f1", "人数"), ("f2", "就餐")]
    page = text(client.get(f"/notices/{notice.pk}/edit/"))
    assert "会前2个工作日" in page
    assert "是、否" in page
    more = text(client.post(f"/notices/{notice.pk}/edit/", given | {"more": "1"}))
    assert 'name="q3-label"' in more


def test_a_clash_and_many_requests_are_told_before_sending(
    client_as: Browser, cast: Any, meeting: Meeting, now: datetime
) -> None:
    leader = cast.person(LEADER)
    start = now + timedelta(days=7, minutes=30)
    Engagement.objects.create(
        person=leader, starts_at=start, ends_at=start + timedelta(hours=2), title="部门述职会", people=40,
        organiser=leader,
    )  # fmt: skip
    for _n in range(3):
        meeting("周岚", form=Form.CONFIRM, depth=Depth.CONFIRMED)
    draft = meeting(LEADER, "周岚", sent=False)
    page = text(client_as(OFFICER).get(f"/notices/{draft.pk}/"))
    assert "撞车：顾明远" in page
    assert "40人参加" in page
    assert "财务部3次" in page


def test_only_the_issuing_side_writes_corrects_and_withdraws(meeting: Meeting, client_as: Browser) -> None:
    notice = meeting("周岚")
    for name in ("周岚", STRANGER):
        for tail in ("edit/", "correct/", "withdraw/", "join/"):
            assert client_as(name).get(f"/notices/{notice.pk}/{tail}").status_code == 404
        for tail in ("send/", "discard/", "correct/", "withdraw/", "join/"):
            assert client_as(name).post(f"/notices/{notice.pk}/{tail}").status_code == 404
    client = client_as(OFFICER)
    draft = meeting("周岚", sent=False)
    assert client.post(f"/notices/{draft.pk}/discard/").status_code == 303
    assert not Notice.objects.filter(pk=draft.pk).exists()


def test_a_correction_shows_what_changed_and_asks_again(
    meeting: Meeting, receipt_of: Find, client_as: Browser, cast: Any, now: datetime
) -> None:
    notice = meeting("周岚", body="请着正装。带资料。")
    actions.confirm(
        receipt_of(notice, "周岚"), answer=actions.Answer(reply=Reply.ATTEND), by=Actor(cast.person("周岚")), now=now
    )
    client = client_as(OFFICER)
    page = text(client.get(f"/notices/{notice.pk}/correct/"))
    given = {"title": notice.title, "body": "请着正装。不用带资料。", "place": notice.place, "words": ""}
    given |= {"starts_at": "2026-11-25T09:12", "ends_at": "2026-11-25T11:12"}
    assert 'value="2026-11-25T09:12"' in page
    assert client.post(f"/notices/{notice.pk}/correct/", given).status_code == 422
    assert client.post(f"/notices/{notice.pk}/correct/", given | {"words": "资料现场发"}).status_code == 303
    assert receipt_of(notice, "周岚").stage == Stage.CONFIRMED
    assert client.post(f"/notices/{notice.pk}/correct/", given | {"words": "再改"}).status_code == 422
    moved = given | {"place": "二号厂房", "words": "一号厂房检修"}
    assert client.post(f"/notices/{notice.pk}/correct/", moved).status_code == 303
    assert receipt_of(notice, "周岚").stage == Stage.ON_SYSTEM
    page = text(client_as("周岚").get(f"/notices/{notice.pk}/"))
    assert "<del>产业园一号厂房</del>" in page
    assert "<ins>二号厂房</ins>" in page
    assert "<del>带资料。</del>" in page


def test_a_withdrawn_notice_says_so_and_asks_nothing(meeting: Meeting, receipt_of: Find, client_as: Browser) -> None:
    notice = meeting("周岚")
    client = client_as(OFFICER)
    assert client.post(f"/notices/{notice.pk}/withdraw/", {"words": ""}).status_code == 422
    assert client.post(f"/notices/{notice.pk}/withdraw/", {"words": "会期另定"}).status_code == 303
    page = text(client_as("周岚").get(f"/notices/{notice.pk}/"))
    assert "会期另定" in page
    assert primaries(page) == 0
    row = receipt_of(notice, "周岚")
    assert client_as("周岚").post(f"/notices/answers/{row.pk}/confirm/", {"reply": "attend"}).status_code == 422
    assert client.get(f"/notices/{notice.pk}/correct/").status_code == 404


def test_those_who_joined_later_are_offered_never_added(
    meeting: Meeting, client_as: Browser, cast: Any, now: datetime
) -> None:
    audience = [Entry(EntryKind.UNIT, id=cast.unit("财务部").pk)]
    notice = meeting(audience=audience, form=Form.CONFIRM)
    first = notice.receipts.count()
    post = cast.person("孙悦").posts.get(unit=cast.unit("财务部"))
    notice.receipts.filter(person=cast.person("孙悦")).delete()
    assert post.ended_on is None
    client = client_as(OFFICER)
    assert "1人在发出以后加入" in text(client.get(f"/notices/{notice.pk}/"))
    assert "孙悦" in text(client.get(f"/notices/{notice.pk}/join/"))
    assert client.post(f"/notices/{notice.pk}/join/", {}).status_code == 422
    done = client.post(f"/notices/{notice.pk}/join/", {"id": [cast.person("孙悦").pk], "people": STRANGER})
    assert done.status_code == 303
    assert notice.receipts.count() == first + 1


def test_groups_are_kept_by_their_unit(client_as: Browser, cast: Any) -> None:
    client = client_as("王建国")
    unit = cast.unit("财务部").pk
    assert "还没有名单" in text(client.get("/notices/groups/"))
    wrong = client.post("/notices/groups/new/", {"name": "预算联络人", "unit": unit, "people": "查无此人"})
    assert wrong.status_code == 422
    assert "查无此人" in text(wrong)
    good = {"name": "预算联络人", "unit": unit, "people": "周岚、孙悦"}
    assert client.post("/notices/groups/new/", good).status_code == 303
    assert client.post("/notices/groups/new/", good).status_code == 422
    group = Group.objects.get()
    assert "周岚" in text(client.get(f"/notices/groups/{group.pk}/"))
    change = {"name": "预算联络人", "people": "周岚", "expect": group.version}
    assert client.post(f"/notices/groups/{group.pk}/", change).status_code == 303
    assert client.post(f"/notices/groups/{group.pk}/", change).status_code == 409
    assert list(group.people.values_list("name", flat=True)) == ["周岚"]
    assert client_as(STRANGER).get(f"/notices/groups/{group.pk}/").status_code == 404
    page = text(client.post("/notices/new/", form_of(unit=unit, add="1", **{"add-group": group.pk})))
    assert "发给1人" in page
    assert client.post(f"/notices/groups/{group.pk}/retire/").status_code == 303
    assert client.get(f"/notices/groups/{group.pk}/").status_code == 404


# ── lists ──────────────────────────────────────────────────────────────────


def test_each_tab_shows_what_belongs_to_it(meeting: Meeting, client_as: Browser) -> None:
    meeting(LEADER, "周岚", title="已经发出的一份")
    meeting("周岚", title="还在写的一份", sent=False)
    shown = {
        (OFFICER, "issued"): "已经发出的一份", (OFFICER, "drafts"): "还在写的一份", ("周岚", "mine"): "已经发出的一份",
        (SECRETARY, "taken"): "已经发出的一份",
    }  # fmt: skip
    for (name, show), title in shown.items():
        page = text(client_as(name).get(f"/notices/?show={show}"))
        other = ({"已经发出的一份", "还在写的一份"} - {title}).pop()
        assert title in page, (name, show)
        assert other not in page, (name, show)
    assert "还没有发给您的通知" in text(client_as(STRANGER).get("/notices/"))
    assert "0/2人" in text(client_as(OFFICER).get("/notices/?show=issued"))


def test_lists_cost_the_same_for_one_and_for_many(meeting: Meeting, client_as: Browser) -> None:
    def cost(name: str, show: str) -> int:
        client = client_as(name)
        client.get(f"/notices/?show={show}")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(f"/notices/?show={show}").status_code == 200
        return len(seen)

    tabs = [(OFFICER, "issued"), (OFFICER, "drafts"), ("周岚", "mine"), (SECRETARY, "taken")]
    notice = meeting(LEADER, "周岚")
    draft = meeting("周岚", sent=False)
    few = [cost(*tab) for tab in tabs]
    for source in (notice, draft):
        people = list(source.receipts.all())
        for _n in range(99):
            source.pk = None
            source.save()
            for row in people:
                row.pk, row.notice = None, source
                row.save()
    assert [cost(*tab) for tab in tabs] == few
    assert max(few) <= 16


def test_with_htmx_only_the_audience_and_the_preview_are_swapped(client_as: Browser) -> None:
    asked = {"HX-Request": "true", "HX-Target": "audience"}
    given = form_of(add="1", title="", **{"add-people": "周岚"})
    part = text(client_as(OFFICER).post("/notices/new/", given, headers=asked))
    assert part.lstrip().startswith('<fieldset class="mb-3" id="audience"')
    assert 'id="preview-card" hx-swap-oob="true"' in part
    assert "发给1人" in part
    assert "<html" not in part
