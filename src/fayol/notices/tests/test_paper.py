"""A notice on paper: who needs one, what stands on it, where its code leads, what a returned slip is worth."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from docx import Document

from fayol.answers import actions as links
from fayol.answers.models import GivenAnswer, SignedLink
from fayol.answers.tokens import link_token
from fayol.channels.links import absolute
from fayol.channels.models import Delivery
from fayol.channels.tests.conftest import go, serving
from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused, Stale
from fayol.notices import actions, queries_paper
from fayol.notices.models import Notice, Receipt, Told
from fayol.notices.states import Depth, Form, Leave, Reply, Stage, Way
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_nine")]
Meeting = Callable[..., Notice]
OFFICER, OUTSIDER, INSIDER = "林晓雯", "朱经纬", "周岚"


def paper(notice: Notice, *status: str) -> list[str]:
    rows = Delivery.objects.filter(subject_type="notice", subject_id=notice.pk, channel="paper", status__in=status)
    return [row.person.name for row in rows.select_related("person").order_by("person_id")]


def receipt(notice: Notice, name: str) -> Receipt:
    return Receipt.objects.select_related("notice", "person").get(notice=notice, person__name=name)


def printed(notice: Notice, *names: str, by: str = OFFICER, now: datetime) -> list[Receipt]:
    notice.refresh_from_db()
    actor = Actor(Person.objects.get(name=by))
    return actions.print_for(notice, [receipt(notice, name).pk for name in names], by=actor, now=now)


def path_of(notice: Notice, name: str) -> str:
    link = queries_paper.printed_links(notice, [receipt(notice, name)])[receipt(notice, name).person_id]
    return reverse("reply:page", args=[link_token(link.nonce)])


# ── who needs it ───────────────────────────────────────────────────────────


def test_only_whoever_has_neither_account_nor_channel_waits_for_paper(meeting: Meeting) -> None:
    notice = meeting(OUTSIDER, INSIDER)
    assert paper(notice, "queued") == [OUTSIDER]
    assert [row.person.name for row in queries_paper.needed(notice)] == [OUTSIDER]


def test_what_tells_only_and_reminders_are_not_printed(meeting: Meeting, act: Any, now: datetime) -> None:
    told = meeting(OUTSIDER, depth=Depth.DELIVERED, form=Form.CONFIRM, starts_at=None, ends_at=None)
    assert paper(told, "queued") == []
    notice = meeting(OUTSIDER)
    actions.remind(notice, by=act(OFFICER), now=now + timedelta(hours=1))
    assert paper(notice, "queued") == [OUTSIDER]


def test_whom_mail_reaches_gets_paper_only_once_the_address_is_dead(
    meeting: Meeting, settings: Any, now: datetime
) -> None:
    Person.objects.filter(name=OUTSIDER).update(email="zhu@example.cn")
    with serving(settings) as post:
        post.rcpt = ["550 5.1.1 user unknown"]
        notice = meeting(OUTSIDER)
        assert paper(notice, "queued") == []
        for minutes in (11, 12):
            go(now + timedelta(minutes=minutes))
        fall(now + timedelta(minutes=13))
    assert paper(notice, "queued") == [OUTSIDER]
    assert receipt(notice, OUTSIDER).stage == Stage.FAILED


def fall(now: datetime) -> None:
    from fayol.channels.sweeps import fall_over_due

    while fall_over_due(now, 100):
        pass


# ── printing ───────────────────────────────────────────────────────────────


def test_printing_is_handing_over_and_makes_nobody_green(meeting: Meeting, now: datetime) -> None:
    notice = meeting(OUTSIDER, INSIDER)
    printed(notice, OUTSIDER, INSIDER, now=now)
    outside, inside = receipt(notice, OUTSIDER), receipt(notice, INSIDER)
    assert (outside.stage, inside.stage) == (Stage.HANDED, Stage.ON_SYSTEM)
    assert paper(notice, "queued", "dropped") == []
    assert sorted(paper(notice, "sent")) == sorted([OUTSIDER, INSIDER])
    fact = next(one for one in history_of("notice", notice.pk) if one.verb == "notice.printed")
    assert (fact.actor_name, set(fact.data["receipts"])) == (OFFICER, {outside.pk, inside.pk})
    assert history_of("receipt", outside.pk)[-1].data["channel"] == "paper"
    assert [link.person.name for link in SignedLink.objects.all()] == [OUTSIDER], "who can sign in does so"
    assert not queries_paper.needed(notice).exists()
    assert verify().problems == []


def test_printing_again_gives_the_same_link_and_a_new_one_once_it_answers_no_more(
    meeting: Meeting, act: Any, now: datetime
) -> None:
    notice = meeting(OUTSIDER)
    printed(notice, OUTSIDER, now=now)
    first = path_of(notice, OUTSIDER)
    printed(notice, OUTSIDER, now=now + timedelta(hours=1))
    assert path_of(notice, OUTSIDER) == first
    links.revoke(SignedLink.objects.get(), by=act(OFFICER), now=now + timedelta(hours=2))
    printed(notice, OUTSIDER, now=now + timedelta(hours=2))
    again = path_of(notice, OUTSIDER)
    assert again != first
    assert Client().get(first).status_code == 404
    assert Client().get(again).status_code == 200


def test_printing_is_refused_to_strangers_for_nobody_and_for_an_old_page(
    meeting: Meeting, act: Any, now: datetime
) -> None:
    notice = meeting(OUTSIDER)
    row, facts = receipt(notice, OUTSIDER), Fact.objects.count()
    with pytest.raises(Refused) as refused:
        actions.print_for(notice, [row.pk], by=act("吴志强"), now=now)
    assert refused.value.code == "not_issuer"
    with pytest.raises(Refused) as refused:
        actions.print_for(notice, [0], by=act(OFFICER), now=now)
    assert refused.value.code == "none_picked"
    with pytest.raises(Stale):
        actions.print_for(notice, [row.pk], by=act(OFFICER), now=now, expect=1)
    draft = meeting(OUTSIDER, sent=False)
    with pytest.raises(Refused) as refused:
        actions.print_for(draft, [row.pk], by=act(OFFICER), now=now)
    assert refused.value.code == "not_sent"
    assert Fact.objects.count() == facts
    assert not SignedLink.objects.exists()


def test_who_holds_an_old_sheet_is_to_get_the_new_one_and_word_of_a_withdrawal(
    meeting: Meeting, act: Any, now: datetime
) -> None:
    notice = meeting(OUTSIDER, INSIDER)
    printed(notice, OUTSIDER, INSIDER, now=now)
    later = now + timedelta(hours=1)
    change = actions.Correction(
        title=notice.title, body="请带方案", place=notice.place, starts_at=notice.starts_at, ends_at=notice.ends_at,
        words="补充所带材料",
    )  # fmt: skip
    notice.refresh_from_db()
    notice = actions.correct(notice, change, by=act(OFFICER), now=later)
    assert [row.person.name for row in queries_paper.needed(notice)] == [OUTSIDER]
    printed(notice, OUTSIDER, now=later)
    assert not queries_paper.needed(notice).exists()
    notice.refresh_from_db()
    notice = actions.withdraw(notice, words="会议取消", by=act(OFFICER), now=later + timedelta(hours=1))
    assert [row.person.name for row in queries_paper.needed(notice)] == [OUTSIDER]
    printed(notice, OUTSIDER, now=later + timedelta(hours=2))
    assert not queries_paper.needed(notice).exists()


def test_what_was_never_printed_is_not_printed_once_withdrawn_or_answered(
    meeting: Meeting, act: Any, cast: Any, now: datetime
) -> None:
    one, other = meeting(OUTSIDER), meeting(OUTSIDER)
    actions.withdraw(one, words="会议取消", by=act(OFFICER), now=now)
    answer = actions.Answer(reply=Reply.ATTEND)
    actions.confirm(receipt(other, OUTSIDER), answer=answer, by=act(OUTSIDER), now=now, way=Way.LINK)
    for notice in (one, other):
        assert paper(notice, "queued", "sent") == []
        assert not queries_paper.needed(notice).exists()


# ── the sheets ─────────────────────────────────────────────────────────────


def sheet(client: Client, notice: Notice, *names: str) -> str:
    ids = ",".join(str(receipt(notice, name).pk) for name in names)
    answer = client.get(reverse("notices:paper_sheets", args=[notice.pk]), {"r": ids})
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_page_of_the_notice_to_sheets_with_a_slip_each(
    meeting: Meeting, client_as: Callable[[str], Client], now: datetime
) -> None:
    notice = meeting(OUTSIDER, INSIDER, number="澄办函〔2026〕63号", body="请准时参加。\n请带方案。")
    client = client_as(OFFICER)
    body = client.get(reverse("notices:page", args=[notice.pk])).content.decode()
    assert "1人只能送纸质通知，等您打印" in body
    choosing = reverse("notices:paper", args=[notice.pk])
    page = client.get(choosing).content.decode()
    row = receipt(notice, OUTSIDER)
    assert re.search(rf'value="{row.pk}"[^>]*checked', page)
    assert "待打印" in page
    given = {"receipt": [row.pk, receipt(notice, INSIDER).pk], "expect": notice.version}
    answer = client.post(choosing, given)
    assert answer.status_code == 303
    body = client.get(answer["Location"]).content.decode()
    path, page_url = path_of(notice, OUTSIDER), reverse("notices:page", args=[notice.pk])
    for words in (
        "澄办函〔2026〕63号", "湖畔国际会议中心 朱经纬：", "请带方案。", "产业园一号厂房", "□ 参加", "□ 请假",
        "□ 委托他人参加",
        "沿此线裁下交回", "签名", "联系人：林晓雯", f">{absolute(path)}<", f">{absolute(page_url)}<",
    ):  # fmt: skip
        assert words in body, words
    assert body.count("<article") == body.count("二维码") == 2
    everybody = client.get(choosing, {"show": "all"}).content.decode()
    assert everybody.count("登记交回的回执") == 2


def test_nobody_ticked_is_said_and_nothing_happens(meeting: Meeting, client_as: Callable[[str], Client]) -> None:
    notice = meeting(OUTSIDER)
    facts = Fact.objects.count()
    answer = client_as(OFFICER).post(reverse("notices:paper", args=[notice.pk]), {"expect": notice.version})
    assert answer.status_code == 422
    assert "请先勾选要打印给谁" in answer.content.decode()
    assert Fact.objects.count() == facts


def test_looking_at_sheets_changes_nothing_and_shows_only_what_was_printed(
    meeting: Meeting, client_as: Callable[[str], Client], now: datetime
) -> None:
    notice = meeting(OUTSIDER, INSIDER)
    printed(notice, OUTSIDER, now=now)
    facts, links_then = Fact.objects.count(), list(SignedLink.objects.values())
    body = sheet(client_as(OFFICER), notice, OUTSIDER, INSIDER)
    assert body.count("<article") == 1
    assert client_as(INSIDER).get(reverse("notices:paper_sheets", args=[notice.pk])).status_code == 404
    assert (Fact.objects.count(), list(SignedLink.objects.values())) == (facts, links_then)


def test_the_code_leads_to_the_page_where_the_addressee_answers_once_and_green(meeting: Meeting, now: datetime) -> None:
    cache.clear()
    notice = meeting(OUTSIDER)
    printed(notice, OUTSIDER, now=now)
    path, client = path_of(notice, OUTSIDER), Client()
    assert receipt(notice, OUTSIDER).stage == Stage.HANDED
    page = client.get(f"{path}?do=attend").content.decode()
    fields = dict(re.findall(r'name="(stamp|expect)" value="([^"]*)"', page))
    assert client.post(path, {**fields, "key": "attend", "words": "准时到"}).status_code == 303
    row = receipt(notice, OUTSIDER)
    assert (row.stage, row.reply, row.confirmed_how) == (Stage.CONFIRMED, Reply.ATTEND, Way.LINK)
    assert GivenAnswer.objects.get().link == SignedLink.objects.get()


def test_a_link_that_has_ended_is_printed_no_more_and_a_withdrawn_notice_has_no_slip(
    meeting: Meeting, client_as: Callable[[str], Client], act: Any, now: datetime
) -> None:
    notice = meeting(OUTSIDER)
    printed(notice, OUTSIDER, now=now)
    path, client = path_of(notice, OUTSIDER), client_as(OFFICER)
    links.revoke(SignedLink.objects.get(), by=act(OFFICER), now=now)
    body = sheet(client, notice, OUTSIDER)
    assert path not in body
    assert "扫码答复的期限已过" in body
    notice.refresh_from_db()
    actions.withdraw(notice, words="会议取消", by=act(OFFICER), now=now)
    body = sheet(client, notice, OUTSIDER)
    assert "已经撤回，不用再办" in body
    assert "会议取消" in body
    assert "沿此线裁下交回" not in body


def test_the_word_file_holds_the_same_sheets_each_on_a_page_of_its_own(
    meeting: Meeting, client_as: Callable[[str], Client], now: datetime
) -> None:
    notice = meeting(OUTSIDER, INSIDER, number="澄办函〔2026〕63号", body="请准时参加。")
    printed(notice, OUTSIDER, INSIDER, now=now)
    answer = client_as(OFFICER).get(reverse("notices:paper_word", args=[notice.pk]))
    word = Document(BytesIO(b"".join(answer)))
    text = [one.text for one in word.paragraphs]
    assert text.count(notice.title) == text.count("澄办函〔2026〕63号") == 2
    assert sum(bool(one.paragraph_format.page_break_before) for one in word.paragraphs) == 1
    assert (len(word.tables), len(word.inline_shapes)) == (2, 2)
    cells = "\n".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
    assert path_of(notice, OUTSIDER) in cells
    assert "□参加　□请假　□委托他人参加" in cells


# ── the slip that comes back ───────────────────────────────────────────────


def log(notice: Notice, name: str, *, by: Actor, now: datetime, **more: Any) -> Told:
    given = {"answer": actions.Answer(reply=Reply.ATTEND)} | more
    return actions.log_slip(receipt(notice, name), slip=actions.Slip(**given), by=by, now=now)


def test_a_returned_slip_is_what_somebody_means_to_do_until_he_says_so_himself(
    meeting: Meeting, act: Any, now: datetime
) -> None:
    notice = meeting(INSIDER)
    told = log(notice, INSIDER, by=act(OFFICER), now=now + timedelta(hours=1))
    row = receipt(notice, INSIDER)
    assert (row.stage, row.reply, row.confirmed_at, told.way) == (Stage.TOLD, Reply.ATTEND, None, Way.WRITING)
    asked = Delivery.objects.filter(person__name=INSIDER, channel="inbox").latest("id")
    assert asked.title.startswith(f"{OFFICER}登记了您交回的纸质回执，请核对")
    assert asked.asks
    actions.agree_told(told, by=act(INSIDER), now=now + timedelta(hours=2))
    row = receipt(notice, INSIDER)
    assert (row.stage, row.reply, row.confirmed_how, row.confirmed_by_id) == (
        Stage.CONFIRMED, Reply.ATTEND, Way.WRITING, row.person_id,
    )  # fmt: skip
    assert verify().problems == []


def test_a_slip_that_is_denied_leaves_no_answer(meeting: Meeting, act: Any, now: datetime) -> None:
    notice = meeting(INSIDER)
    leave = actions.Answer(reply=Reply.LEAVE, words="出差")
    told = log(notice, INSIDER, by=act(OFFICER), now=now, answer=leave)
    assert receipt(notice, INSIDER).leave == Leave.ASKED
    actions.deny_told(told, by=act(INSIDER), now=now + timedelta(hours=1))
    row = receipt(notice, INSIDER)
    assert (row.stage, row.reply, row.leave, row.reply_words) == (Stage.ON_SYSTEM, "", "", "")
    assert verify().problems == []


def test_a_slip_signed_by_somebody_else_is_no_more_than_taken_in(meeting: Meeting, act: Any, now: datetime) -> None:
    notice = meeting(OUTSIDER)
    told = log(notice, OUTSIDER, by=act(OFFICER), now=now, signer="谷雨晴")
    row = receipt(notice, OUTSIDER)
    assert (row.stage, row.reply, told.reached, told.heard) == (Stage.PROXIED, "", False, "谷雨晴")


def test_slips_are_written_down_by_the_issuing_side_only_and_not_over_an_own_answer(
    meeting: Meeting, act: Any, now: datetime
) -> None:
    notice = meeting(INSIDER, OUTSIDER)
    with pytest.raises(Refused) as refused:
        log(notice, OUTSIDER, by=act("吴志强"), now=now)
    assert refused.value.code == "issuer"
    own = actions.Answer(reply=Reply.LEAVE, words="出差")
    actions.confirm(receipt(notice, INSIDER), answer=own, by=act(INSIDER), now=now)
    with pytest.raises(Refused) as refused:
        log(notice, INSIDER, by=act(OFFICER), now=now)
    assert refused.value.code == "answered"
    row, told = receipt(notice, OUTSIDER), Told.objects.count()
    log(notice, OUTSIDER, by=act(OFFICER), now=now)
    with pytest.raises(Stale):
        actions.log_slip(row, slip=actions.Slip(), by=act(OFFICER), now=now)
    assert Told.objects.count() == told + 1


def test_on_its_page_nothing_is_ticked_beforehand_and_what_was_typed_stays(
    meeting: Meeting, client_as: Callable[[str], Client], now: datetime
) -> None:
    notice = meeting(OUTSIDER)
    printed(notice, OUTSIDER, now=now)
    row, client = receipt(notice, OUTSIDER), client_as(OFFICER)
    url = reverse("notices:slip", args=[notice.pk, row.pk])
    assert "checked" not in client.get(url).content.decode()
    answer = client.post(url, {"expect": row.version, "words": "路上堵车会晚到"})
    assert answer.status_code == 422
    assert "请选回执上勾的是哪一项" in answer.content.decode()
    assert "路上堵车会晚到" in answer.content.decode()
    answer = client.post(url, {"expect": row.version, "words": "", "reply": "leave"})
    assert answer.status_code == 422
    answer = client.post(url, {"expect": row.version, "words": "出差", "reply": "leave"})
    assert answer.status_code == 303
    row = receipt(notice, OUTSIDER)
    assert (row.stage, row.reply, row.reply_words) == (Stage.TOLD, Reply.LEAVE, "出差")
    body = client.get(reverse("notices:receipts", args=[notice.pk])).content.decode()
    assert "拟请假" in body


def test_fields_are_lines_on_paper_and_are_written_down_from_it(
    meeting: Meeting, client_as: Callable[[str], Client], now: datetime
) -> None:
    from fayol.notices.policy import Field

    asked = [Field("n", "参会人数", "number"), Field("car", "是否用车", "choice", options=("用", "不用"))]
    notice = meeting(OUTSIDER, form=Form.FIELDS, fields=asked, depth=Depth.CONFIRMED)
    printed(notice, OUTSIDER, now=now)
    client, row = client_as(OFFICER), receipt(notice, OUTSIDER)
    body = sheet(client, notice, OUTSIDER)
    assert "参会人数" in body
    assert "□用　□不用" in body
    url = reverse("notices:slip", args=[notice.pk, row.pk])
    assert client.post(url, {"expect": row.version, "n": "很多", "car": "用"}).status_code == 422
    assert client.post(url, {"expect": row.version, "n": "3", "car": "用"}).status_code == 303
    assert receipt(notice, OUTSIDER).values == {"n": "3", "car": "用"}
    fresh = receipt(notice, OUTSIDER)
    signed = {"expect": fresh.version, "signer": "谷雨晴"}
    assert client.post(url, signed).status_code == 303, "what another signed needs no fields"
