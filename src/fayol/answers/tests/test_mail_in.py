"""Replies by mail: the right person's answer, whatever program wrote it; everything else changes nothing."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from fayol.answers.models import GivenAnswer, IncomingLetter
from fayol.answers.sweeps import look
from fayol.answers.tests.conftest import Box, Correspondence
from fayol.answers.tests.forms import HYPERTEXT, alternative, bounce_of, hostile, quoting, reply_to
from fayol.answers.tokens import reply_token
from fayol.channels.models import Bundle, DeadAddress, Delivery
from fayol.channels.states import Status
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.facts.journal import history_of
from fayol.facts.models import Fact

pytestmark = pytest.mark.django_db
FORMS = (
    "Outlook", "Outlook mobile", "QQ", "QQ signed", "NetEase", "NetEase old", "NetEase master", "Apple", "iPhone",
    "Gmail", "Gmail English", "Foxmail", "nothing quoted", "signature",
)  # fmt: skip


def the_task() -> Commitment:
    return Commitment.objects.order_by("-pk")[0]


@pytest.mark.parametrize("form", FORMS)
def test_a_reply_in_the_form_of_each_program_is_the_answer_of_its_writer(mail: Correspondence, form: str) -> None:
    letter = mail.asks("周岚")
    row = mail.says(letter, "收到", quoted=quoting(letter)[form])
    assert (row.outcome, row.reason, row.detail) == ("answered", "", "")
    task = the_task()
    assert task.state == State.ACKNOWLEDGED
    last = history_of("commitment", task.pk)[-1]
    assert (last.verb, last.actor_name) == ("commitment.acknowledged", "周岚")
    given = GivenAnswer.objects.get()
    assert (given.way, given.key, given.letter) == ("mail", "acknowledge", row)
    assert history_of("answer", given.pk)[-1].data["way"] == "mail"


@pytest.mark.parametrize("form", sorted(HYPERTEXT))
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_letter_of_html_only_is_read_without_what_it_quotes(mail: Correspondence, form: str, charset: str) -> None:
    letter = mail.asks("周岚")
    row = mail.says(letter, HYPERTEXT[form].format(words="收到，谢谢！"), subtype="html", charset=charset)
    assert (row.outcome, row.words.split("\n")[0]) == ("answered", "收到，谢谢！")
    assert the_task().state == State.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("gbk", "base64"),
        ("gb18030", "quoted-printable"),
        ("gbk", "8bit"),
        ("utf-8", "8bit"),
        ("utf-8", "quoted-printable"),
    ],
)
def test_character_sets_and_encodings_of_chinese_programs_are_read(
    mail: Correspondence, charset: str, encoding: str
) -> None:
    letter = mail.asks("周岚")
    row = mail.says(letter, "您好：\n收到，按期报送。", charset=charset, encoding=encoding)
    assert (row.outcome, row.words, row.sender_name) == ("answered", "您好：\n收到，按期报送。", "周岚")


def test_gb2312_is_taken_for_its_larger_successor(mail: Correspondence) -> None:
    letter = mail.asks("周岚")
    reply = reply_to(letter, "收到。镕", charset="gbk")
    reply.set_param("charset", "gb2312")
    assert mail.comes(reply.as_bytes()).words == "收到。镕"


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("同意", State.PROMISED),
        ("同意，11月27日报。", State.PROMISED),
        ("有困难：上游人数晚到，希望延到12月8日", State.COUNTERED),
        ("转给孙悦", State.ASSIGNED),
        ("林主任您好：\n\n已收到，谢谢！\n此致\n敬礼", State.ACKNOWLEDGED),
    ],
)
def test_words_become_the_move_they_mean(mail: Correspondence, words: str, state: State) -> None:
    row = mail.says(mail.asks("周岚"), words)
    assert (row.outcome, row.detail) == ("answered", "")
    assert the_task().state == state


def test_dates_in_the_words_are_those_of_the_answer(mail: Correspondence) -> None:
    mail.says(mail.asks("周岚"), "同意，11月27日前报。")
    assert str(the_task().promised_on) == "2026-11-27"
    assert mail.says(mail.post.letters[-1], "有困难：人数晚到，希望12月8日").outcome == "answered"
    task = the_task()
    assert (task.state, str(task.proposed_on)) == (State.COUNTERED, "2026-12-08")


def test_any_line_of_text_is_progress_once_the_work_is_promised_and_done_takes_the_attachment(
    mail: Correspondence,
) -> None:
    letter = mail.asks("周岚")
    mail.says(letter, "同意")
    assert mail.says(letter, "初稿已经发给各部门，周五汇总").outcome == "answered"
    assert the_task().last_note == "初稿已经发给各部门，周五汇总"
    row = mail.says(letter, "已办结：预算表已经部长签字", files={"预算表.txt": "总额八十五万".encode()})
    assert (row.outcome, row.detail) == ("answered", "")
    task = the_task()
    assert task.state == State.REPORTED
    assert [one.file.name for one in task.attachments.all()] == ["预算表.txt"]


def test_of_several_things_the_number_says_which_and_all_means_all(mail: Correspondence) -> None:
    first, second = mail.task("周岚", title="第一件"), mail.task("周岚", title="第二件")
    mail.send()
    letter = mail.post.letters[-1]
    assert mail.says(letter, "收到").reason == "信里有几件事，没写是第几件"
    assert mail.says(letter, "3 收到").outcome == "not_done"
    assert mail.says(letter, "2、收到").outcome == "answered"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.ASSIGNED, State.ACKNOWLEDGED)
    assert mail.says(letter, "1. 收到\n2. 同意").outcome == "answered"
    second.refresh_from_db()
    assert second.state == State.PROMISED


def test_all_or_nothing_of_a_letter_is_carried_out(mail: Correspondence) -> None:
    first = mail.task("周岚", title="第一件")
    mail.task("周岚", title="第二件")
    mail.send()
    row = mail.says(mail.post.letters[-1], "1. 收到\n2. 有困难：缺人手")
    assert (row.outcome, row.reason) == ("not_done", "没能办成")
    assert "希望改到哪一天" in row.detail
    first.refresh_from_db()
    assert first.state == State.ASSIGNED
    assert not GivenAnswer.objects.exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "没有写答复"),
        ("收到了吗？", "像是在问，不像答复"),
        ("收到，但是我们办不了", "话里既有答应又有难处，看不出是哪种答复"),
        ("同意不了", "看不出是哪种答复"),
        ("完成不了", "看不出是哪种答复"),
        ("这事不归我们", "看不出是哪种答复"),
    ],
)
def test_what_is_not_clear_is_kept_and_its_writer_is_told(mail: Correspondence, words: str, reason: str) -> None:
    row = mail.says(mail.asks("周岚"), words)
    assert (row.outcome, row.reason) == ("not_done", reason)
    assert the_task().state == State.ASSIGNED
    told = Delivery.objects.filter(person__name="周岚", channel="inbox").latest("id")
    assert "您的邮件答复没有记上" in told.title


def test_two_machines_do_not_talk_for_ever(mail: Correspondence) -> None:
    letter = mail.asks("周岚")
    for number in range(8):
        mail.says(letter, f"看不懂的话第{number}遍")
    assert Delivery.objects.filter(title__contains="没有记上", channel="inbox").count() == 3


def test_the_thread_is_enough_where_the_program_ignores_reply_to(mail: Correspondence) -> None:
    letter = mail.asks("周岚")
    assert mail.says(letter, "收到", to="fayol@example.cn").outcome == "answered"
    only = {"References": str(letter["Message-ID"])}
    assert mail.says(letter, "同意", to="fayol@example.cn", headers=only).outcome == "answered"
    alone = mail.says(letter, "进展：初稿", to="fayol@example.cn", threaded=False)
    assert (alone.outcome, alone.reason) == ("foreign", "不是对系统来信的回复")


def test_a_letter_older_than_the_latest_word_agrees_to_nothing(mail: Correspondence) -> None:
    from fayol.commitments import actions

    letter = mail.asks("周岚")
    later = mail.now + timedelta(minutes=30)
    actions.amend(the_task(), condition="总额不超50万元", words="压缩开支", by=mail.scene.asker, now=later)
    row = mail.says(letter, "同意")
    assert row.outcome == "not_done"
    assert "又有变化" in row.detail
    assert the_task().state == State.ASSIGNED


# ── what must change nothing ───────────────────────────────────────────────

AUTOMATIC: dict[str, dict[str, Any]] = {
    "RFC 3834": {"headers": {"Auto-Submitted": "auto-replied"}},
    "Outlook": {"subject": "自动答复: 任务"},
    "Exchange": {"subject": "Automatic reply: 任务", "headers": {"X-Auto-Response-Suppress": "All"}},
    "QQ": {"subject": "自动回复：任务"},
    "NetEase": {"subject": "自动回复:任务", "headers": {"X-Autoreply": "yes"}},
    "holiday": {"subject": "Re: 外出自动回复"},
    "list": {"headers": {"Precedence": "bulk"}},
    "empty path": {"headers": {"Return-Path": "<>"}},
}


@pytest.mark.parametrize("form", sorted(AUTOMATIC))
def test_automatic_replies_are_no_answers(mail: Correspondence, form: str) -> None:
    row = mail.says(mail.asks("周岚"), "收到", **AUTOMATIC[form])
    assert row.outcome == "automatic"
    assert the_task().state == State.ASSIGNED


def test_a_forged_sender_with_the_right_token_is_kept_for_the_office_and_changes_nothing(mail: Correspondence) -> None:
    letter, facts = mail.asks("周岚"), Fact.objects.count()
    for sender in ("骗子 <someone@evil.example>", "p1@example.cn, p2@example.cn", "周岚 <wang@example.cn>"):
        row = mail.says(letter, "收到", sender=sender)
        assert (row.outcome, row.reason) == ("foreign", "发件人不是收信的本人")
        assert row.person is None
    assert Fact.objects.count() == facts


def test_a_token_that_is_not_ours_is_nobodys(mail: Correspondence) -> None:
    letter = mail.asks("周岚")
    bundle = Bundle.objects.get()
    token = reply_token(bundle.pk)
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    row = mail.says(letter, "收到", to=f"fayol+{wrong}@example.cn")
    assert (row.outcome, row.reason) == ("foreign", "回信地址里的标记不对")
    other = reply_token(bundle.pk + 1)
    assert mail.says(letter, "收到", to=f"fayol+{other}@example.cn").outcome == "foreign"
    assert mail.says(letter, "收到", to=f"FAYOL+{token.upper()}@EXAMPLE.CN").outcome == "answered"


RESULTS = {
    "dmarc passed": ("mx.example.cn; dmarc=pass header.from=example.cn", True),
    "dkim of the domain": ("mx.example.cn 1; spf=none; dkim=pass (2048-bit key) header.d=example.cn", True),
    "spf of the domain": ("mx.example.cn; spf=pass smtp.mailfrom=x@example.cn", True),
    "dkim of another": ("mx.example.cn; dkim=pass header.d=evil.example", False),
    "failed": ("mx.example.cn; dmarc=fail header.from=example.cn", False),
    "of another server": ("mx.evil.example; dmarc=pass header.from=example.cn", False),
    "in a comment": ("mx.example.cn; dmarc=fail (dmarc=pass header.from=example.cn)", False),
    "none": ("", False),
}


@pytest.mark.parametrize("case", sorted(RESULTS))
def test_where_a_server_is_named_its_verdict_on_the_sender_counts(
    mail: Correspondence, settings: Any, case: str
) -> None:
    settings.MAIL_AUTHSERV = "mx.example.cn"
    value, fine = RESULTS[case]
    letter = mail.asks("周岚")
    row = mail.says(letter, "收到", headers={"Authentication-Results": value} if value else {})
    assert (row.outcome == "answered") is fine
    assert (the_task().state == State.ACKNOWLEDGED) is fine


def test_only_the_topmost_verdict_counts(mail: Correspondence, settings: Any) -> None:
    settings.MAIL_AUTHSERV = "mx.example.cn"
    raw = reply_to(mail.asks("周岚"), "收到").as_bytes()
    forged = b"Authentication-Results: mx.example.cn; dmarc=pass header.from=example.cn\n"
    own = b"Authentication-Results: mx.example.cn; dmarc=fail header.from=example.cn\n"
    assert mail.comes(own + forged + raw).outcome == "foreign"


@pytest.mark.parametrize("subject", ["转发: 任务", "Fw: 任务", "Fwd: 任务", "回复: 转发：任务"])
def test_what_is_forwarded_is_no_answer(mail: Correspondence, subject: str) -> None:
    assert mail.says(mail.asks("周岚"), "收到", subject=subject).outcome == "forwarded"
    assert the_task().state == State.ASSIGNED


HOSTILE = (
    "another sender", "the address as a name", "the address in an encoded word", "two in From", "two From",
    "nobody in From", "Sender and Reply-To of the person", "a wrong token", "no token", "out of office", "vacation",
    "forwarded", "the reply enclosed in another's", "our own letter",
)  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_none_of_the_hostile_ones_is_an_answer(mail: Correspondence, case: str) -> None:
    letter = mail.asks("周岚")
    cases = hostile(letter, mail.post.raw[-1])
    assert sorted(cases) == sorted(HOSTILE), "every one is tried"
    raw, outcome = cases[case]
    facts = Fact.objects.filter(subject_type="commitment").count()
    row = mail.comes(raw)
    assert row.outcome == outcome
    assert (row.person, the_task().state) == (None, State.ASSIGNED)
    assert Fact.objects.filter(subject_type="commitment").count() == facts


@pytest.mark.parametrize("form", ["Outlook", "QQ", "NetEase", "Apple", "Gmail", "Foxmail"])
@pytest.mark.parametrize(("charset", "encoding"), [("gbk", "quoted-printable"), ("utf-8", "8bit")])
def test_text_beside_html_is_read_in_every_form(mail: Correspondence, form: str, charset: str, encoding: str) -> None:
    row = mail.comes(alternative(mail.asks("周岚"), "收到", form, charset=charset, encoding=encoding))
    assert (row.outcome, row.words.split("\n")[0]) == ("answered", "收到")


@pytest.mark.parametrize("form", sorted(HYPERTEXT))
def test_html_alone_in_gbk_and_quoted_printable_is_read(mail: Correspondence, form: str) -> None:
    words = HYPERTEXT[form].format(words="收到")
    row = mail.says(mail.asks("周岚"), words, subtype="html", charset="gbk", encoding="quoted-printable")
    assert (row.outcome, row.words.split("\n")[0]) == ("answered", "收到")


def test_our_own_letters_coming_back_are_a_loop(mail: Correspondence) -> None:
    letter = mail.asks("周岚")
    assert mail.comes(mail.post.raw[-1]).outcome == "loop"
    assert mail.says(letter, "收到", sender=str(letter["Reply-To"])).outcome == "loop"
    assert the_task().state == State.ASSIGNED


def test_the_same_letter_twice_is_one_answer(mail: Correspondence) -> None:
    letter = mail.asks("周岚")
    mail.says(letter, "同意")
    reply = reply_to(letter, "进展：初稿已成").as_bytes()
    first, again = mail.comes(reply), mail.comes(b"X-Way: another\n" + reply)
    assert (first.pk, IncomingLetter.objects.get(pk=first.pk).copies) == (again.pk, 2)
    assert GivenAnswer.objects.filter(key="progress").count() == 1


def test_a_reply_that_comes_after_two_months_or_from_one_who_left_is_kept(mail: Correspondence) -> None:
    letter = mail.asks("周岚")
    late = mail.comes(reply_to(letter, "收到").as_bytes(), after=timedelta(days=61))
    assert (late.outcome, late.reason) == ("foreign", "所回复的信已过去太久")
    zhou = mail.scene.performer.person
    assert zhou
    zhou.active = False
    zhou.save(update_fields=["active"])
    assert mail.says(letter, "收到").reason == "收信的人已离开"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 500, b"no header at all", b"Subject: x\n\nwords", b"From: \n\n"])
def test_what_is_no_letter_is_kept_all_the_same(mail: Correspondence, raw: bytes) -> None:
    row = mail.comes(raw)
    assert row.outcome in ("unreadable", "foreign")
    assert IncomingLetter.objects.count() == 1


def test_a_letter_built_of_thousands_of_parts_is_not_unpacked(mail: Correspondence) -> None:
    part = b"--x\nContent-Type: text/plain\n\na\n"
    raw = b"From: a@b.cn\nContent-Type: multipart/mixed; boundary=x\n\n" + part * 3000 + b"--x--\n"
    assert mail.comes(raw).outcome == "unreadable"


# ── letters that come back ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [("5.1.1", "550 5.1.1 user unknown"), ("5.0.0", "550 Mailbox not found. http://service.mail.qq.com")],
)
def test_a_permanent_bounce_turns_the_address_off_and_the_message_has_failed(
    mail: Correspondence, status: str, diagnostic: str
) -> None:
    letter = mail.asks("周岚")
    row = mail.comes(bounce_of(letter, status=status, diagnostic=diagnostic).as_bytes())
    assert (row.outcome, row.reason) == ("bounce", "退信：地址已停用")
    assert DeadAddress.objects.get().person.name == "周岚"
    failed = Delivery.objects.get(channel="mail")
    assert failed.status == Status.FAILED
    assert failed.falls_at == row.came_at, "it goes by the next channel"


@pytest.mark.parametrize(
    "more",
    [
        {"status": "4.4.1", "diagnostic": "timeout", "action": "delayed"},
        {"status": "5.2.2", "diagnostic": "552 mailbox full"},
        {"status": "5.7.1", "diagnostic": "550 spam"},
        {"status": "5.1.1", "diagnostic": "550 no", "recipient": "somebody.else@example.cn"},
    ],
)
def test_other_bounces_change_nothing(mail: Correspondence, more: dict[str, str]) -> None:
    letter = mail.asks("周岚")
    assert mail.comes(bounce_of(letter, **more).as_bytes()).outcome == "bounce"
    assert not DeadAddress.objects.exists()


def test_a_bounce_of_a_letter_that_was_never_sent_changes_nothing(mail: Correspondence) -> None:
    letter = mail.asks("周岚")
    bounce = bounce_of(letter, status="5.1.1", diagnostic="550 no").as_bytes()
    forged = bounce.replace(str(letter["Message-ID"]).encode(), b"<fayol.1.aaaa@fayol.example.cn>")
    assert mail.comes(forged).outcome == "bounce"
    assert not DeadAddress.objects.exists()


# ── the whole way ──────────────────────────────────────────────────────────


def in_the_form_of(number: int, letter: EmailMessage) -> bytes:
    """Text, text beside HTML, and HTML alone, of all programs, in all character sets and encodings."""
    charset = ("utf-8", "gb18030", "gbk")[number % 3]
    encoding = ("base64", "quoted-printable", "8bit")[number // 3 % 3]
    form = FORMS[number % len(FORMS)]
    if number % 4 == 1:
        return alternative(letter, "收到", form, charset=charset, encoding=encoding).as_bytes()
    if number % 4 == 3:
        page = sorted(HYPERTEXT)[number % len(HYPERTEXT)]
        words = HYPERTEXT[page].format(words="收到")
        return reply_to(letter, words, subtype="html", charset=charset, encoding=encoding).as_bytes()
    return reply_to(letter, "收到", quoted=quoting(letter)[form], charset=charset, encoding=encoding).as_bytes()


@pytest.mark.slow
def test_two_hundred_letters_out_and_their_replies_through_a_mailbox(
    mail: Correspondence, box: Box, settings: Any, cast: Any
) -> None:
    """In all forms, with hostile ones between them: each answer is that of its writer; the hostile ones are none."""
    from fayol.organisation.models import Person

    asked_of = Person.objects.filter(active=True, posts__ended_on=None, posts__unit__kind="department")
    people = list(asked_of.exclude(posts__unit__is_office=True).distinct())  # nobody is told of the own act
    tasks = {}
    for person in Person.objects.filter(email=""):
        Person.objects.filter(pk=person.pk).update(email=f"p{person.pk}@example.cn")
    for number in range(200):
        person = people[number % len(people)]
        unit = person.posts.filter(ended_on=None)[0].unit
        more = {"performer_unit_id": unit.pk, "responsible_id": person.pk, "urgency": "flash"}
        task = mail.scene.asked(title=f"第{number}件", **more)
        tasks[task.pk] = task.holder_id  # somebody stands in for those who are away
    mail.send()
    asked = [one for one in mail.post.letters if "交办给您" in str(one["Subject"])]
    assert len(asked) == 200
    raw = dict(zip((str(one["Message-ID"]) for one in mail.post.letters), mail.post.raw, strict=True))
    expected = dict.fromkeys(("answered", "foreign", "automatic", "forwarded", "loop"), 0)
    for number, letter in enumerate(asked):
        if number % 10 == 0:
            for found, outcome in hostile(letter, raw[str(letter["Message-ID"])]).values():
                box.letters.append(found)
                expected[outcome] += 1
        box.letters.append(in_the_form_of(number, letter))
        expected["answered"] += 1
    while look(mail.now + timedelta(hours=1), 200):
        pass
    assert len(box.seen) == len(box.letters) == 200 + 20 * 14
    states = dict(Commitment.objects.filter(pk__in=tasks).values_list("pk", "state"))
    assert set(states.values()) == {State.ACKNOWLEDGED}
    facts = Fact.objects.filter(subject_type="commitment", verb="commitment.acknowledged")
    assert {fact.subject_id: fact.actor_id for fact in facts} == tasks
    outcomes = [one.outcome for one in IncomingLetter.objects.all()]
    assert {kind: outcomes.count(kind) for kind in set(outcomes)} == expected
    assert GivenAnswer.objects.count() == 200


def test_a_line_that_breaks_in_the_middle_loses_and_repeats_nothing(mail: Correspondence, box: Box) -> None:
    from fayol.answers.models import Mailbox

    letter = mail.asks("周岚")
    box.letters = [reply_to(letter, words).as_bytes() for words in ("收到", "同意", "进展：初稿已成")]
    box.cut_after = 1
    at = mail.now + timedelta(hours=1)
    assert look(at, 200) == 0
    state = Mailbox.objects.get()
    assert state.failing_since == at
    assert look(at, 200) == 0, "it rests"
    assert look(at + timedelta(minutes=2), 200) == 2
    assert Mailbox.objects.get().failing_since is None
    assert [one.key for one in GivenAnswer.objects.order_by("id")] == ["acknowledge", "promise", "progress"]


def test_a_wrong_password_is_said_in_words(mail: Correspondence, box: Box, settings: Any) -> None:
    from fayol.answers.models import Mailbox

    box.password = "another"
    assert look(mail.now, 200) == 0
    assert "密码或授权码不对" in Mailbox.objects.get().reason
