"""The pages on which the issuing side follows a notice up, and the days of leaders, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from fayol.channels.models import Delivery
from fayol.facts.models import Fact
from fayol.notices import actions
from fayol.notices.audience import Entry
from fayol.notices.deadline_words import read_reply_deadline
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import MET, Depth, EntryKind, Form, Leave, Reply, Stage, Way
from fayol.organisation.models import Person

Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]
LEADER, SECRETARY, OFFICER, STRANGER = "顾明远", "夏雨桐", "林晓雯", "吴志强"
GREEN = ('data-l="green"', 'data-l="done"', 'data-k="self"', "c-green", 'data-c="green"')


def url(name: str, *args: int) -> str:
    return reverse(f"notices:{name}", args=args)


def page_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def crowd(count: int) -> list[int]:
    people = Person.objects.bulk_create(Person(name=f"职工{n}", code=f"N{n}", order=n) for n in range(count))
    return [person.pk for person in people]


def to_crowd(meeting: Meeting, count: int) -> Notice:
    named = [Entry(EntryKind.PERSON, id=pk) for pk in crowd(count)]
    return meeting(audience=named, form=Form.CONFIRM, depth=Depth.CONFIRMED, starts_at=None, ends_at=None)


@pytest.mark.req("S4-23")
@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.CONFIRMED])
@pytest.mark.parametrize("depth", [Depth.DELIVERED, Depth.PERSONAL])
def test_no_page_draws_green_for_a_receipt_that_is_not_confirmed(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], stage: Stage, depth: Depth
) -> None:
    notice = meeting(LEADER, depth=depth)
    row = receipt_of(notice, LEADER)
    now = notice.sent_at
    assert now
    others = {"proxied_at": now, "proxied_by": notice.author, "reported_at": now, "reported_how": Way.PHONE.value}
    own = {"read_at": now, "understood_at": now, "restated": "到会", "reply": Reply.ATTEND.value}
    Receipt.objects.filter(pk=row.pk).update(stage=stage.value, **others, **own)
    client = client_as(OFFICER)
    addresses = [
        url("receipts", notice.pk), url("receipts", notice.pk) + f"?who={row.pk}", url("reach", notice.pk),
        url("calls", notice.pk), url("proof", notice.pk, row.pk), url("proof_list", notice.pk),
    ]  # fmt: skip
    for address in addresses:
        html = page_of(client, address)
        drawn = re.sub(r'<nav class="fy-tally".*?</nav>|<p class="fy-reach-legend.*?</p>', "", html, flags=re.S)
        assert [word for word in GREEN if word in drawn] == [], (address, stage)
    tally = page_of(client, addresses[0])
    assert re.search(r'data-l="green".*?<b>0</b><span>本人已确认', tally, re.S)
    assert stage in MET[Depth.DELIVERED] or "未送达" in tally


def test_only_confirming_makes_it_green(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    row = receipt_of(notice, LEADER)
    actions.confirm(row, answer=actions.Answer(reply=Reply.ATTEND), by=act(LEADER), now=now)
    html = page_of(client_as(OFFICER), url("receipts", notice.pk))
    assert html.count('data-l="green"') == 3  # the counter, the row, and that all who must attend know
    assert "<b>1</b><span>本人已确认" in html
    assert 'data-k="self"' in page_of(client_as(OFFICER), url("reach", notice.pk))


def test_the_list_shows_by_what_way_it_came_who_took_it_and_what_he_means_to_answer(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime, at_nine: None
) -> None:
    notice = meeting(LEADER)
    said = actions.Report(at=now, way=Way.PHONE, words="知道了", answer=actions.Answer(reply=Reply.ATTEND))
    actions.report_to(receipt_of(notice, LEADER), report=said, by=act(SECRETARY), now=now)
    html = page_of(client_as(OFFICER), url("receipts", notice.pk))
    assert "站内 09:12" in html
    assert SECRETARY in html
    assert "拟参加" in html
    assert "已报告本人，待本人确认" in html
    assert "提醒未确认1人" in html


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["顾明远", "王建国", "周岚"]),
        ("r=proxy", ["顾明远"]),
        ("r=self", ["周岚"]),
        ("r=nonsense", ["顾明远", "王建国", "周岚"]),
        ("open=1", ["顾明远", "王建国"]),
        ("q=王建", ["王建国"]),
        ("q=财务", ["王建国", "周岚"]),
        ("q=没有这个人", []),
        ("calls=1", []),
        ("at=rubbish", ["顾明远", "王建国", "周岚"]),
    ],
)
def test_what_the_address_says_narrows_the_list(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime, query: str,
    shown: list[str],
) -> None:  # fmt: skip
    notice = meeting(LEADER, "王建国", "周岚")
    actions.take(receipt_of(notice, LEADER), by=act(SECRETARY), now=now)
    row = receipt_of(notice, "周岚")
    actions.confirm(row, answer=actions.Answer(reply=Reply.ATTEND), by=act("周岚"), now=now)
    html = page_of(client_as(OFFICER), f"{url('receipts', notice.pk)}?{query}")
    listed = html.partition('id="receipts"')[2]
    assert [name for name in ("顾明远", "王建国", "周岚") if name in listed] == shown


def test_a_unit_in_the_address_shows_that_unit_with_what_is_below(
    meeting: Meeting, client_as: Callable[[str], Client], cast: Any
) -> None:
    notice = meeting(LEADER, "王建国")
    html = page_of(client_as(OFFICER), f"{url('receipts', notice.pk)}?unit={cast.unit('财务部').pk}")
    listed = html.partition('id="receipts"')[2]
    assert "王建国" in listed
    assert LEADER not in listed


@pytest.mark.parametrize("name", ["receipts", "reach", "calls", "proof_list"])
def test_a_page_costs_the_same_for_one_receipt_as_for_many(
    meeting: Meeting, client_as: Callable[[str], Client], name: str
) -> None:
    few, many = meeting(LEADER, "王建国"), meeting(LEADER, "王建国", "周岚", "吴志强", "许宁", "孙悦")
    Receipt.objects.filter(notice__in=[few, many]).update(call_since=few.sent_at)
    client = client_as(OFFICER)
    page_of(client, url(name, few.pk))
    counts = []
    for notice in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page_of(client, url(name, notice.pk))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 30, counts


def test_the_first_page_counts_no_receipts_and_shows_fifty(
    meeting: Meeting, client_as: Callable[[str], Client]
) -> None:
    notice = to_crowd(meeting, 120)
    client = client_as(OFFICER)
    with CaptureQueriesContext(connection) as seen:
        html = page_of(client, url("receipts", notice.pk))
    about = [query["sql"] for query in seen if f'"notice_id" = {notice.pk}' in query["sql"]]
    assert len(about) >= 5
    assert not [sql for sql in about if "COUNT(" in sql.upper()]
    assert html.count('name="receipt"') == 50
    assert "发给120人" in html
    after = re.search(r'href="\?(at=n[^"]+)"', html)
    assert after
    assert page_of(client, f"{url('receipts', notice.pk)}?{after[1]}").count('name="receipt"') == 50


# ── reminders ──────────────────────────────────────────────────────────────


def test_a_reminder_goes_to_those_who_have_not_answered_and_says_how_many(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(LEADER, "王建国", sent=False)
    earlier = now - timedelta(hours=1)
    notice = actions.send(notice, by=act(OFFICER), now=earlier)
    actions.confirm(receipt_of(notice, LEADER), answer=actions.Answer(reply=Reply.ATTEND), by=act(LEADER), now=earlier)
    answer = client_as(OFFICER).post(url("remind", notice.pk), {"scope": "all"}, follow=True)
    assert "已提醒1人。" in answer.content.decode()
    assert Delivery.objects.filter(fact__verb="notice.reminded", channel="inbox").count() == 1


def test_a_reminder_at_once_after_sending_is_refused_in_words_where_the_button_is(
    meeting: Meeting, client_as: Callable[[str], Client], at_nine: None
) -> None:
    notice = meeting(LEADER)
    answer = client_as(OFFICER).post(url("remind", notice.pk), {"scope": "all"})
    assert answer.status_code == 422
    assert "请5分钟后再提醒" in answer.content.decode()
    part = client_as(OFFICER).post(url("remind", notice.pk), {"scope": "all"}, headers={"HX-Request": "true"})
    assert part.status_code == 422
    assert part.content.decode().lstrip().startswith('<div class="fy-cols')


def test_reminding_the_ticked_ones_without_a_tick_reminds_nobody(
    meeting: Meeting, client_as: Callable[[str], Client]
) -> None:
    notice = meeting(LEADER)
    answer = client_as(OFFICER).post(url("remind", notice.pk), {"scope": "picked"})
    assert answer.status_code == 422
    assert "请先勾选要提醒的人" in answer.content.decode()
    assert not Fact.objects.filter(verb="notice.reminded").exists()


# ── calls and leaves ───────────────────────────────────────────────────────


def test_whoever_is_on_duty_is_told_whom_to_call_through_whom_and_what_to_say(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    actions.take(receipt_of(notice, LEADER), by=act(SECRETARY), now=now)
    Receipt.objects.filter(notice=notice).update(duty_since=now)
    html = page_of(client_as(OFFICER), url("receipts", notice.pk))
    assert f"轮到您：告知{LEADER}本人" in html
    assert f"经{SECRETARY}转接" in html
    assert f"“{SECRETARY}您好，我是总裁办{OFFICER}。请{LEADER}本人听一下" in html
    assert "产业园一号厂房" in html
    assert html.count("btn-primary") == 1
    other = page_of(client_as("秦海平"), url("receipts", notice.pk))
    assert "轮到您" not in other
    assert "btn-primary" not in other


@pytest.mark.parametrize(
    ("given", "stage", "said"),
    [
        ({"result": "told_self", "way": "phone"}, Stage.TOLD, "请顾明远在横桥里核对"),
        ({"result": "told_self", "way": "in_person"}, Stage.TOLD, "请顾明远在横桥里核对"),
        ({"result": "will_relay", "way": "phone", "heard": "周秘书"}, Stage.PROXIED, "周秘书答应转告"),
        ({"result": "no_answer", "way": "phone"}, Stage.ON_SYSTEM, "没打通"),
    ],
)
def test_a_call_is_written_down_as_it_went_and_never_green(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], given: dict[str, str], stage: Stage,
    said: str,
) -> None:  # fmt: skip
    notice = meeting(LEADER)
    row = receipt_of(notice, LEADER)
    answer = client_as(OFFICER).post(url("call", notice.pk, row.pk), {**given, "words": "记下了"}, follow=True)
    html = answer.content.decode()
    assert said in html
    row = receipt_of(notice, LEADER)
    assert row.stage == stage
    assert 'data-l="green"' not in html.partition('id="receipts"')[2]
    told = row.calls.get()
    assert (told.words, told.way) == ("记下了", given["way"])


def test_who_took_a_call_must_be_named_and_nothing_typed_is_lost(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client]
) -> None:
    notice = meeting(LEADER)
    row = receipt_of(notice, LEADER)
    given = {"result": "will_relay", "way": "phone", "words": "开完会就报告"}
    answer = client_as(OFFICER).post(url("call", notice.pk, row.pk), given)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "请写明接话人姓名" in html
    assert "开完会就报告" in html
    assert re.search(r'value="will_relay" checked', html)
    assert not row.calls.exists()


def test_a_call_about_a_receipt_that_moved_meanwhile_is_a_conflict(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    row = receipt_of(notice, LEADER)
    actions.open_(row, by=act(LEADER), now=now)
    given = {"result": "told_self", "way": "phone", "expect": row.version}
    assert client_as(OFFICER).post(url("call", notice.pk, row.pk), given).status_code == 409


def test_a_leave_is_granted_or_refused_with_a_reason(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(LEADER, "王建国")
    for name in (LEADER, "王建国"):
        away = actions.Answer(reply=Reply.LEAVE, words="出差")
        actions.confirm(receipt_of(notice, name), answer=away, by=act(name), now=now)
    client = client_as(OFFICER)
    assert page_of(client, url("receipts", notice.pk)).count("不准，请再答复") == 2
    first, second = receipt_of(notice, LEADER), receipt_of(notice, "王建国")
    refused = client.post(url("leave", notice.pk, first.pk), {"do": "refuse", "words": ""})
    assert refused.status_code == 422
    assert "请写明不同意的理由" in refused.content.decode()
    client.post(url("leave", notice.pk, first.pk), {"do": "refuse", "words": "这次必须到"})
    client.post(url("leave", notice.pk, second.pk), {"do": "grant"})
    assert [receipt_of(notice, name).leave for name in (LEADER, "王建国")] == [Leave.REFUSED, Leave.GRANTED]
    assert client.post(url("leave", notice.pk, second.pk), {"do": "what"}).status_code == 404
    assert "请假待批" not in page_of(client, url("receipts", notice.pk))


# ── reach and proof ────────────────────────────────────────────────────────


def test_reach_opens_level_by_level_and_says_where_it_stopped_and_in_how_much_working_time(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, cast: Any, now: datetime
) -> None:
    notice = meeting(LEADER, "王建国", "周岚", depth=Depth.CONFIRMED)
    later = now + timedelta(days=1, hours=1)
    actions.confirm(receipt_of(notice, "周岚"), answer=actions.Answer(reply=Reply.ATTEND), by=act("周岚"), now=later)
    html = page_of(client_as(OFFICER), url("reach", notice.pk))
    row = re.search(r'<tr><th scope="row"[^>]*>(?:(?!</tr>).)*财务部(?:(?!</tr>).)*</tr>', html, re.S)
    assert row
    assert "1/2" in row[0]
    assert "1人已到系统未读" in row[0]
    hours = re.search(r"(\d+)小时", row[0])
    assert hours
    assert int(hours[1]) < 10  # a working day and an hour, not twenty-five
    assert page_of(client_as(OFFICER), f"{url('reach', notice.pk)}?unit={cast.unit('财务部').pk}").count("1/2") == 1
    assert client_as(OFFICER).get(f"{url('reach', notice.pk)}?unit=987654").status_code == 404


def test_a_proof_tells_all_that_is_known_and_what_it_does_not_prove(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    said = actions.Report(at=now, way=Way.IN_PERSON, words="我会到")
    actions.report_to(receipt_of(notice, LEADER), report=said, by=act(SECRETARY), now=now)
    row = receipt_of(notice, LEADER)
    html = page_of(client_as(OFFICER), url("proof", notice.pk, row.pk))
    digest = Fact.objects.get(verb="notice.sent").data["digest"]
    hashes = Fact.objects.filter(subject_type__in=["notice", "receipt"]).values_list("hash", flat=True)
    for words in (
        "没有确认收到",
        SECRETARY,
        "当面",
        "“我会到”",
        "电子签名法第十条",
        "第十一条",
        "与记录一致",
        digest,
        *hashes,
    ):
        assert words in html, words
    assert "前后相接" in html
    word = client_as(OFFICER).get(url("proof_word", notice.pk, row.pk))
    document = Document(BytesIO(word.content))
    text = "\n".join(p.text for p in document.paragraphs)
    cells = "\n".join(cell.text for table in document.tables for line in table.rows for cell in line.cells)
    assert "通知送达证明" in text
    assert "一、通知" in text
    assert digest in cells
    section = document.sections[0]
    assert section.page_width
    assert section.left_margin
    assert (round(section.page_width.mm), round(section.left_margin.mm)) == (210, 28)


def test_the_digest_holds_whatever_zone_a_deadline_or_a_correction_was_reckoned_in(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(LEADER, due=read_reply_deadline("3个工作日内"))
    address = url("proof", notice.pk, receipt_of(notice, LEADER).pk)
    assert "，与记录一致" in page_of(client_as(OFFICER), address)
    assert notice.starts_at
    assert notice.ends_at
    later = [at.astimezone(now.tzinfo) + timedelta(hours=1) for at in (notice.starts_at, notice.ends_at)]
    moved = actions.Correction(
        title=notice.title, place=notice.place, starts_at=later[0], ends_at=later[1], words="推迟一小时"
    )
    actions.correct(Notice.objects.get(pk=notice.pk), moved, by=act(OFFICER), now=now)
    html = page_of(client_as(OFFICER), address)
    assert "，与记录一致" in html
    assert "推迟一小时" in html
    Notice.objects.filter(pk=notice.pk).update(place="别处")
    assert "与记录不一致" in page_of(client_as(OFFICER), address)


def test_a_proof_says_that_the_person_confirmed_and_a_changed_fact_shows(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    row = receipt_of(notice, LEADER)
    actions.confirm(row, answer=actions.Answer(reply=Reply.ATTEND), by=act(LEADER), now=now)
    address = url("proof", notice.pk, row.pk)
    assert f"{LEADER}本人于2026年11月18日09:12:00确认收到" in page_of(client_as(OFFICER), address)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE facts_fact SET actor_name = '别人' WHERE verb = 'receipt.confirmed'")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert "记录可能被改动" in page_of(client_as(OFFICER), address)


def test_the_proof_is_for_both_sides_and_the_rest_is_for_the_issuing_side(
    meeting: Meeting, receipt_of: Find, client_as: Callable[[str], Client]
) -> None:
    notice = meeting(LEADER)
    row = receipt_of(notice, LEADER)
    for name, status in ((OFFICER, 200), (LEADER, 200), (SECRETARY, 200), (STRANGER, 404)):
        assert client_as(name).get(url("proof", notice.pk, row.pk)).status_code == status, name
        assert client_as(name).get(url("proof_word", notice.pk, row.pk)).status_code == status, name
    other = meeting("王建国")
    assert client_as(OFFICER).get(url("proof", other.pk, row.pk)).status_code == 404
    assert client_as(OFFICER).post(url("call", other.pk, row.pk), {"result": "no_answer"}).status_code == 404
    for page in ("receipts", "reach", "calls", "proof_list", "proof_list_word"):
        for name, status in ((OFFICER, 200), (LEADER, 404), (SECRETARY, 404), (STRANGER, 404)):
            assert client_as(name).get(url(page, notice.pk)).status_code == status, (page, name)
    draft = meeting(LEADER, sent=False)
    assert client_as(OFFICER).get(url("receipts", draft.pk)).status_code == 404
