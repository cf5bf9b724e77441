"""What is read out of letters, without a database: words, own lines, calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fayol.answers.letters.attendance import Attendance, Reply, replies_in
from fayol.answers.letters.quoting import own_words
from fayol.answers.letters.reading import decoded, read_letter
from fayol.answers.letters.saying import EVERY, Said, Word, said

WORDS = (
    Word("ack", ("收到", "已收到")),
    Word("yes", ("同意",)),
    Word("done", ("办结", "完成")),
    Word("no", ("有困难",), agrees=False),
)
CALENDARS = Path(__file__).parents[5] / "shared" / "data" / "ics-fixtures"


@pytest.mark.parametrize(
    ("text", "key", "rest"),
    [
        ("收到", "ack", ""),
        ("收到。", "ack", ""),
        ("收到了，谢谢！", "ack", ""),
        ("林主任：\n收到，周五前报", "ack", "周五前报"),
        ("您好，收到", "ack", ""),
        ("各位领导好！\n\n同意", "yes", ""),
        ("办结：已全部上线\n验收单见附件\n谢谢", "done", "已全部上线\n验收单见附件"),
        ("有困难：人手不够，希望延期", "no", "人手不够，希望延期"),
    ],
)
def test_the_word_at_the_beginning_is_the_answer(text: str, key: str, rest: str) -> None:
    found = said(text, WORDS)
    assert isinstance(found, list)
    assert [(one.key, one.rest, one.number) for one in found] == [(key, rest, None)]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "收到吗", "收到？", "完成不了", "收到，但有困难", "不同意", "没收到", "未完成", "同意个头"]
)
def test_what_is_not_an_answer_is_none(text: str) -> None:
    assert isinstance(said(text, WORDS), str)


def test_numbers_say_which_and_all_means_every() -> None:
    assert said("1、收到\n第2件：有困难：缺人", WORDS) == [
        Said("ack", "收到", "", 1),
        Said("no", "有困难：缺人", "缺人", 2),
    ]
    assert said("全部收到", WORDS) == [Said("ack", "收到", "", EVERY)]
    assert isinstance(said("11月25日前报", WORDS), str), "a date is no number"


def test_any_words_are_the_free_answer_where_there_is_one() -> None:
    assert said("初稿今天发各部门", WORDS, free="note") == [Said("note", "初稿今天发各部门", "初稿今天发各部门")]


def test_lines_above_the_quotation_are_own_and_a_date_in_them_is_not_taken_for_one() -> None:
    text = "在2026年11月25日前完成\n发件人我已联系\n----\n周岚"
    assert own_words(text) == "在2026年11月25日前完成\n发件人我已联系"


@pytest.mark.parametrize(
    ("charset", "written"),
    [("gb2312", "gb18030"), ("x-nonsense", "utf-8"), ("", "gb18030"), ("us-ascii", "utf-8")],
)
def test_a_character_set_that_does_not_fit_is_guessed(charset: str, written: str) -> None:
    assert decoded("收到，镕".encode(written), charset) == "收到，镕"


def test_a_subject_of_bare_gbk_and_one_cut_within_a_character_are_read() -> None:
    assert "回复" in read_letter(b"From: a@b.cn\nSubject: =?gbk?B?u9i4tA==?=\n\nx").subject
    assert read_letter(b"From: a@b.cn\nSubject: =?utf-8?B?5Zue5aQ=?=\n\nx").subject


# ── calendars ──────────────────────────────────────────────────────────────


def answer(*lines: str, method: str = "REPLY", partstat: str = "ACCEPTED") -> bytes:
    attendee = f"ATTENDEE;PARTSTAT={partstat};CN=周岚:mailto:ZhouLan@example.cn"
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", f"METHOD:{method}", "BEGIN:VEVENT", "UID:meeting-7"]
    tail = ["DTSTAMP:20261118T011500Z", "SEQUENCE:2", attendee, *lines, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join([*head, *tail]).encode()


@pytest.mark.parametrize(
    ("partstat", "means"),
    [("ACCEPTED", Attendance.ATTEND), ("DECLINED", Attendance.DECLINE), ("tentative", Attendance.TENTATIVE)],
)
def test_an_answer_to_an_invitation_says_who_comes(partstat: str, means: Attendance) -> None:
    (reply,) = replies_in(answer(partstat=partstat))
    at = datetime(2026, 11, 18, 1, 15, tzinfo=UTC)
    assert reply == Reply("meeting-7", "zhoulan@example.cn", means, sequence=2, at=at)


def test_an_answer_for_one_date_of_a_series_says_which_and_keeps_the_comment() -> None:
    (reply,) = replies_in(answer("RECURRENCE-ID;VALUE=DATE:20261125", "COMMENT:出差", partstat="DECLINED"))
    assert (reply.occurrence, reply.comment) == (date(2026, 11, 25), "出差")


def test_a_date_of_a_series_that_cannot_be_read_does_not_answer_for_the_whole() -> None:
    assert replies_in(answer("RECURRENCE-ID:nonsense")) == []


@pytest.mark.parametrize(
    "data",
    [
        answer(method="REQUEST"),
        answer(method="COUNTER"),
        answer(partstat="NEEDS-ACTION"),
        answer("ATTENDEE;PARTSTAT=DECLINED:mailto:other@example.cn"),
        answer()[:90],
        b"",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\n" * 100,
    ],
)
def test_what_is_no_answer_says_nothing(data: bytes) -> None:
    assert replies_in(data) == []


def test_the_calendar_in_a_letter_is_found() -> None:
    raw = b"From: a@b.cn\nContent-Type: text/calendar; method=REPLY; charset=utf-8\n\n" + answer()
    (reply,) = (one for part in read_letter(raw).calendars for one in replies_in(part))
    assert reply.attendance is Attendance.ATTEND


@pytest.mark.skipif(not CALENDARS.is_dir(), reason="the folder of real calendars (../shared/data) is not here")
@pytest.mark.filterwarnings("ignore")
def test_real_answers_of_other_programs_are_read_and_their_invitations_are_not_taken_for_answers() -> None:
    read = {path.name: replies_in(path.read_bytes()) for path in CALENDARS.rglob("*.ic*") if path.is_file()}
    for name, means in {
        "itip-event-accepted-reply.ical": Attendance.ATTEND,
        "itip-todo-declined-reply.ical": Attendance.DECLINE,
        "itip-event-tentative-reply.ical": Attendance.TENTATIVE,
        "BrokerAttendeeReply.testAccepted.3.ics": Attendance.ATTEND,
        "BrokerDeleteEvent.testAttendeeDeleteWithDtend.2.ics": Attendance.DECLINE,
    }.items():
        assert [reply.attendance for reply in read[name]] == [means], name
    recurring = read["BrokerAttendeeReply.testRecurringReply.3.ics"]
    assert all(reply.occurrence for reply in recurring)
    for path in CALENDARS.rglob("*.ics"):
        if b"METHOD:REPLY" not in path.read_bytes().upper():
            assert replies_in(path.read_bytes()) == [], path.name
