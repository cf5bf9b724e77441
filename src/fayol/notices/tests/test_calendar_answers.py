"""A meeting notice by mail is an event in the calendar, and what the calendar answers is the receipt's answer: under
the rules that hold for every letter, and under no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar, Event, vCalAddress, vText

from fayol.answers.actions import take_in
from fayol.answers.models import GivenAnswer, IncomingLetter
from fayol.answers.tests.forms import reply_to
from fayol.channels.models import Delivery
from fayol.channels.tests.conftest import Post, go, serving
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.notices import actions
from fayol.notices.audience import Entry
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import EntryKind, Form, Leave, Reply, Stage, Way
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db
Meeting = Callable[..., Notice]
CALENDARS = Path(__file__).parents[5] / "shared" / "data" / "ics-fixtures"
ZHOU, SUN = "周岚", "孙悦"


@dataclass
class Invited:
    """`letter()` is the latest that went out to her; `answers("DECLINED")` her calendar writing back."""

    post: Post
    notice: Notice
    now: datetime

    def letter(self) -> EmailMessage:
        return self.post.letters[-1]

    def event(self, letter: EmailMessage | None = None) -> tuple[str, Any]:
        part = next(one for one in (letter or self.letter()).walk() if one.get_content_type() == "text/calendar")
        calendar = Calendar.from_ical(part.get_content())
        assert part.get_param("method") == calendar["METHOD"]
        return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]

    def row(self, name: str = ZHOU) -> Receipt:
        return Receipt.objects.select_related("notice", "person").get(notice=self.notice, person__name=name)

    def send(self, at: datetime) -> None:
        while go(at + timedelta(minutes=11)):
            pass

    def reply(self, partstat: str = "ACCEPTED", *, of: EmailMessage | None = None, **more: Any) -> bytes:
        """As a calendar program makes it from the invitation. `more` replaces properties (None leaves one out)."""
        _method, asked = self.event(of)
        event = Event()
        given = {
            "uid": asked["UID"], "dtstamp": (self.now + timedelta(hours=1)).astimezone(UTC),
            "sequence": asked["SEQUENCE"], "organizer": asked["ORGANIZER"], "summary": asked["SUMMARY"],
        } | {key: value for key, value in more.items() if key not in ("attendee", "method", "params")}  # fmt: skip
        attendee = vCalAddress(more.get("attendee") or str(asked["ATTENDEE"]))
        attendee.params["PARTSTAT"] = vText(partstat)
        for key, value in more.get("params", {}).items():
            attendee.params[key] = vText(value)
        event.add("attendee", attendee)
        for key, value in given.items():
            if value is not None:
                event.add(key.replace("_", "-"), value)
        calendar = Calendar()
        calendar.add("method", more.get("method", "REPLY"))
        calendar.add_component(event)
        found: bytes = calendar.to_ical()
        return found

    def mailed(
        self, calendar: bytes, headers: dict[str, str] | None = None, *, letter: EmailMessage | None = None
    ) -> bytes:
        """In the form of Outlook and Google: words, then the calendar, to the organiser's address."""
        _method, asked = self.event(letter)
        headers = dict(headers or {})
        whole = EmailMessage()
        whole["From"] = headers.pop("From", f"{ZHOU} <{str(asked['ATTENDEE']).removeprefix('mailto:')}>")
        whole["To"] = str(asked["ORGANIZER"]).removeprefix("mailto:")
        whole["Subject"] = headers.pop("Subject", f"已接受: {asked['SUMMARY']}")
        whole["Message-ID"] = headers.pop("Message-ID", f"<{IncomingLetter.objects.count()}@client.example.cn>")
        for name, value in headers.items():
            whole[name] = value
        whole.set_content("周岚已接受此会议邀请。")
        whole.add_alternative(calendar.decode(), subtype="calendar", params={"method": "REPLY"})
        return whole.as_bytes()

    def answers(
        self, partstat: str = "ACCEPTED", *, after: timedelta = timedelta(hours=2), **more: Any
    ) -> IncomingLetter:
        return take_in(self.mailed(self.reply(partstat, **more)), now=self.now + after)


@pytest.fixture
def invited(meeting: Meeting, settings: Any, now: datetime) -> Iterator[Invited]:
    """周岚 must come, by mail. 孙悦 may be sent in her place."""
    for name, address in ((ZHOU, "zhoulan@example.cn"), (SUN, "sunyue@example.cn")):
        Person.objects.filter(name=name).update(email=address)
    with serving(settings) as post:
        settings.MAIL_REPLY = "fayol+{token}@example.cn"
        found = Invited(post, meeting(ZHOU), now)
        found.send(now)
        yield found


def correct(invited: Invited, at: datetime, **more: Any) -> None:
    notice = Notice.objects.get(pk=invited.notice.pk)
    said = {"title": notice.title, "body": notice.body, "place": notice.place, "starts_at": notice.starts_at,
            "ends_at": notice.ends_at, "words": "改了"}  # fmt: skip
    actions.correct(notice, actions.Correction(**(said | more)), by=Actor(notice.author), now=at)
    invited.send(at)


# ── out ────────────────────────────────────────────────────────────────────


def test_a_letter_about_nothing_else_carries_the_event_as_another_form_of_its_words(invited: Invited) -> None:
    letter = invited.letter()
    assert letter.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in letter.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    method, event = invited.event()
    notice = invited.notice
    assert (method, int(event["SEQUENCE"]), str(event["SUMMARY"])) == ("REQUEST", 0, notice.title)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (notice.starts_at, notice.ends_at)
    assert (str(event["LOCATION"]), str(event["STATUS"])) == ("产业园一号厂房", "CONFIRMED")
    assert str(event["ATTENDEE"]) == "mailto:zhoulan@example.cn"
    assert (event["ATTENDEE"].params["RSVP"], event["ATTENDEE"].params["PARTSTAT"]) == ("TRUE", "NEEDS-ACTION")
    assert str(event["ORGANIZER"]) == f"mailto:{letter['Reply-To']}"


def test_a_correction_has_the_same_event_with_a_higher_sequence_and_a_withdrawal_cancels_it(invited: Invited) -> None:
    _method, first = invited.event()
    later = invited.now + timedelta(hours=1)
    correct(invited, later, place="产业园二号厂房")
    method, second = invited.event()
    assert (method, int(second["SEQUENCE"]), str(second["LOCATION"])) == ("REQUEST", 1, "产业园二号厂房")
    notice = Notice.objects.get(pk=invited.notice.pk)
    at = later + timedelta(hours=1)
    actions.withdraw(notice, words="会议取消", by=Actor(notice.author), now=at)
    invited.send(at + timedelta(days=1))
    method, third = invited.event()
    assert (method, int(third["SEQUENCE"]), str(third["STATUS"])) == ("CANCEL", 2, "CANCELLED")
    for name in ("UID", "ORGANIZER"):
        assert len({str(one[name]) for one in (first, second, third)}) == 1, name


def test_everybody_has_an_event_of_the_own_and_a_letter_that_is_late_says_what_it_would_have_said(
    invited: Invited, meeting: Meeting
) -> None:
    invited.post.data = ["451 later", "451 later"]
    both = meeting(ZHOU, SUN)
    count = len(invited.post.letters)
    invited.send(invited.now)
    assert len(invited.post.letters) == count
    notice = Notice.objects.get(pk=both.pk)
    change = actions.Correction(
        title=notice.title, place="改到别处", starts_at=notice.starts_at, ends_at=notice.ends_at, words="换了地方"
    )
    actions.correct(notice, change, by=Actor(notice.author), now=invited.now + timedelta(minutes=12))
    go(invited.now + timedelta(minutes=13))
    late = invited.post.letters[count:]
    events = [invited.event(letter)[1] for letter in late]
    assert [(str(one["LOCATION"]), int(one["SEQUENCE"])) for one in events] == [("产业园一号厂房", 0)] * 2
    assert len({str(one["UID"]) for one in events}) == 2


def test_among_other_messages_events_are_files_so_that_they_hide_nothing(invited: Invited, meeting: Meeting) -> None:
    at = invited.now + timedelta(hours=1)
    for title in ("周例会", "月度例会"):
        meeting(ZHOU, title=title)
    invited.send(invited.now)
    letter = invited.letter()
    files = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    assert [one.get_filename() for one in files] == ["invite1.ics", "invite2.ics"]
    assert at > invited.now


@pytest.mark.parametrize("how", ["no mailbox", "no time"])
def test_without_a_mailbox_for_answers_or_without_a_time_there_is_no_event(
    invited: Invited, meeting: Meeting, settings: Any, how: str
) -> None:
    settings.MAIL_REPLY = "" if how == "no mailbox" else settings.MAIL_REPLY
    meeting(ZHOU, form=Form.CONFIRM if how == "no time" else Form.ATTEND)
    count = len(invited.post.letters)
    invited.send(invited.now)
    assert len(invited.post.letters) == count + 1
    assert all(part.get_content_type() != "text/calendar" for part in invited.letter().walk())


# ── in ─────────────────────────────────────────────────────────────────────


def test_accepted_means_that_she_attends(invited: Invited) -> None:
    letter = invited.answers("ACCEPTED")
    assert (letter.outcome, letter.reason, letter.detail) == ("answered", "", "")
    row = invited.row()
    assert (row.stage, row.reply, row.confirmed_how, row.confirmed_by_id) == (
        Stage.CONFIRMED, Reply.ATTEND, Way.MAIL, row.person_id,
    )  # fmt: skip
    given = GivenAnswer.objects.get()
    assert (given.way, given.key, given.letter) == ("mail", "attend", letter)
    assert verify().problems == []


@pytest.mark.parametrize(("comment", "words"), [("出差在外", "出差在外"), (None, "在日历里点了谢绝，没有写理由")])
def test_declined_asks_leave_of_the_convenor(invited: Invited, comment: str | None, words: str) -> None:
    assert invited.answers("DECLINED", comment=comment).outcome == "answered"
    row = invited.row()
    assert (row.reply, row.leave, row.reply_words) == (Reply.LEAVE, Leave.ASKED, words)


def test_delegated_to_a_colleague_is_a_substitute_and_to_a_stranger_is_for_the_office(invited: Invited) -> None:
    strange = invited.answers("DELEGATED", params={"DELEGATED-TO": "mailto:someone@else.example"})
    assert (strange.outcome, strange.reason) == ("not_done", "委托的人不在可以委托的名单里，请写明由谁参加")
    assert invited.row().stage == Stage.ON_SYSTEM
    assert invited.answers("DELEGATED", params={"DELEGATED-TO": "mailto:SunYue@example.cn"}).outcome == "answered"
    row = invited.row()
    assert (row.reply, row.substitute and row.substitute.name, row.leave) == (Reply.SUBSTITUTE, SUN, Leave.ASKED)


def test_tentative_is_unclear_and_waits_for_the_office(invited: Invited, client_as: Any, at_nine: None) -> None:
    letter = invited.answers("TENTATIVE")
    assert (letter.outcome, letter.reason) == ("not_done", "日历里答的是暂定，看不出参加不参加")
    assert invited.row().stage == Stage.ON_SYSTEM
    told = Delivery.objects.filter(person__name=ZHOU, channel="inbox").latest("id")
    assert "您的邮件答复没有记上" in told.title
    assert "暂定" in client_as("林晓雯").get("/answers/incoming/").content.decode()


def test_a_later_answer_replaces_the_former_and_an_older_one_that_comes_late_does_not(invited: Invited) -> None:
    older = invited.mailed(invited.reply("ACCEPTED"), {"Message-ID": "<older@client.example.cn>"})
    newer = (invited.now + timedelta(hours=3)).astimezone(UTC)
    assert invited.answers("DECLINED", dtstamp=newer, after=timedelta(hours=3)).outcome == "answered"
    late = take_in(older, now=invited.now + timedelta(hours=4))
    assert (late.outcome, late.reason) == ("not_done", "日历里的答复比后来的答复早，以后来的为准")
    assert invited.row().reply == Reply.LEAVE
    newest = (invited.now + timedelta(hours=5)).astimezone(UTC)
    assert invited.answers("ACCEPTED", dtstamp=newest, after=timedelta(hours=5)).outcome == "answered"
    assert invited.row().reply == Reply.ATTEND


def test_who_accepts_what_was_corrected_since_has_agreed_to_nothing_but_may_still_stay_away(invited: Invited) -> None:
    old = invited.letter()
    correct(invited, invited.now + timedelta(hours=1), place="产业园二号厂房")
    letter = invited.answers("ACCEPTED", of=old)
    assert letter.outcome == "not_done"
    assert "又有变化" in letter.detail
    assert invited.answers("DECLINED", of=old, comment="出差").outcome == "answered"
    assert invited.row().reply == Reply.LEAVE


def test_a_correction_of_words_only_takes_no_acceptance_away(invited: Invited) -> None:
    old = invited.letter()
    correct(invited, invited.now + timedelta(hours=1), body="请带方案")
    assert invited.answers("ACCEPTED", of=old).outcome == "answered"


def test_after_the_withdrawal_nothing_can_be_answered(invited: Invited) -> None:
    notice = Notice.objects.get(pk=invited.notice.pk)
    actions.withdraw(notice, words="会议取消", by=Actor(notice.author), now=invited.now + timedelta(hours=1))
    letter = invited.answers("ACCEPTED")
    assert (letter.outcome, letter.reason) == ("not_done", "信里的事现在不需要您答复")


REAL = {
    "itip-event-accepted-reply.ical": Reply.ATTEND,
    "itip-event-tentative-reply.ical": Reply.NOTHING,
    "BrokerAttendeeReply.testAccepted.3.ics": Reply.ATTEND,
    "BrokerDeleteEvent.testAttendeeDeleteWithDtend.2.ics": Reply.LEAVE,
}


@pytest.mark.skipif(not CALENDARS.is_dir(), reason="the folder of real calendars (../shared/data) is not here")
@pytest.mark.parametrize("name", sorted(REAL))
def test_answers_as_other_programs_write_them_are_hers_once_they_name_her_and_our_event(
    invited: Invited, name: str
) -> None:
    calendar = Calendar.from_ical(next(CALENDARS.rglob(name)).read_bytes())
    assert calendar["METHOD"] == "REPLY"
    _method, asked = invited.event()
    answer = calendar.walk("VEVENT")[0]
    attendee = answer["ATTENDEE"]
    named = vCalAddress(str(asked["ATTENDEE"]))
    named.params = attendee.params
    answer["ATTENDEE"], answer["UID"] = named, asked["UID"]
    letter = take_in(invited.mailed(calendar.to_ical()), now=invited.now + timedelta(hours=2))
    assert letter.outcome == ("answered" if REAL[name] else "not_done"), letter.reason
    assert invited.row().reply == REAL[name]


# ── what must change nothing ───────────────────────────────────────────────


def hostile(invited: Invited) -> dict[str, bytes]:
    mine = invited.reply()
    uid = str(invited.event()[1]["UID"])
    forged = invited.reply(uid=uid.replace("-", "-1", 1))
    other = invited.reply(attendee="mailto:wang@example.cn")
    two = mine.replace(b"END:VCALENDAR", b"") + invited.reply("DECLINED").split(b"METHOD:REPLY\r\n")[1]
    return {
        "another sender": invited.mailed(mine, {"From": "骗子 <x@evil.example>"}),
        "two senders": invited.mailed(mine, {"From": "zhoulan@example.cn, x@evil.example"}),
        "another attendee": invited.mailed(other),
        "a UID that is not ours": invited.mailed(forged),
        "a UID without a mark": invited.mailed(invited.reply(uid=uid.split("@")[0][:-26] + "@example.cn")),
        "forwarded": invited.mailed(mine, {"Subject": "转发: 已接受"}),
        "answered by a machine": invited.mailed(mine, {"Auto-Submitted": "auto-replied"}),
        "of a list": invited.mailed(mine, {"Precedence": "bulk"}),
        "two answers at once": invited.mailed(two),
        "one date of a series": invited.mailed(invited.reply(recurrence_id=invited.now.astimezone(UTC))),
        "an invitation": invited.mailed(invited.reply(method="REQUEST")),
        "a proposal of another time": invited.mailed(invited.reply(method="COUNTER")),
        "not decided": invited.mailed(invited.reply("NEEDS-ACTION")),
        "broken off": invited.mailed(mine[: len(mine) // 2]),
    }


HOSTILE = (
    "another sender", "two senders", "another attendee", "a UID that is not ours", "a UID without a mark", "forwarded",
    "answered by a machine", "of a list", "two answers at once", "one date of a series", "an invitation",
    "a proposal of another time", "not decided", "broken off",
)  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_not_beyond_doubt_changes_no_receipt(invited: Invited, case: str) -> None:
    before = Receipt.objects.values().get(pk=invited.row().pk)
    letter = take_in(hostile(invited)[case], now=invited.now + timedelta(hours=2))
    assert letter.outcome != "answered"
    assert Receipt.objects.values().get(pk=invited.row().pk) == before
    assert not GivenAnswer.objects.exists()


def test_every_hostile_case_is_tried(invited: Invited) -> None:
    assert sorted(hostile(invited)) == sorted(HOSTILE)


def test_the_own_servers_verdict_counts_for_calendars_too(invited: Invited, settings: Any) -> None:
    settings.MAIL_AUTHSERV = "mx.example.cn"
    facts = Fact.objects.count()
    letter = take_in(invited.mailed(invited.reply()), now=invited.now + timedelta(hours=2))
    assert (letter.outcome, letter.reason) == ("foreign", "发件人没有通过邮件服务器的验证，可能是冒用")
    assert Fact.objects.count() == facts
    fine = {"Authentication-Results": "mx.example.cn; dmarc=pass header.from=example.cn"}
    assert take_in(invited.mailed(invited.reply(), fine), now=invited.now + timedelta(hours=2)).outcome == "answered"


def test_what_a_calendar_sends_when_somebody_presses_a_button_is_that_persons(invited: Invited) -> None:
    """Google marks such letters as generated, which is not the same as answered by a machine."""
    letter = take_in(
        invited.mailed(invited.reply(), {"Auto-Submitted": "auto-generated"}), now=invited.now + timedelta(hours=2)
    )
    assert letter.outcome == "answered"


def test_the_same_answer_enclosed_twice_is_one_and_a_calendar_of_ones_own_is_no_answer_to_us(invited: Invited) -> None:
    calendar = invited.reply()
    whole = EmailMessage()
    whole["From"], whole["To"] = "zhoulan@example.cn", "fayol@example.cn"
    whole["Subject"], whole["Message-ID"] = "Accepted: x", "<twice@client.example.cn>"
    whole.set_content("x")
    whole.add_alternative(calendar.decode(), subtype="calendar", params={"method": "REPLY"})
    whole.add_attachment(calendar, maintype="text", subtype="calendar", filename="invite.ics")
    assert take_in(whole.as_bytes(), now=invited.now + timedelta(hours=2)).outcome == "answered"
    foreign = invited.answers("DECLINED", uid="0400000082@outlook.example")
    assert (foreign.outcome, foreign.reason) == ("foreign", "日历答复的不是系统发出的邀请")
    assert invited.row().reply == Reply.ATTEND


def test_words_still_answer_an_invitation(invited: Invited) -> None:
    raw = reply_to(invited.letter(), "准时参加").as_bytes()
    assert take_in(raw, now=invited.now + timedelta(hours=1)).outcome == "answered"
    assert invited.row().reply == Reply.ATTEND


def test_each_audience_entry_gets_its_own_letter_and_answers_for_itself_only(
    invited: Invited, meeting: Meeting, cast: Any
) -> None:
    named = [Entry(EntryKind.PERSON, id=cast.person(name).pk) for name in (ZHOU, SUN)]
    both = meeting(audience=named)
    invited.send(invited.now)
    mine, hers = (next(one for one in reversed(invited.post.letters) if one["To"].endswith(f"<{who}>")) for who in (
        "zhoulan@example.cn", "sunyue@example.cn"))  # fmt: skip
    stolen = invited.mailed(invited.reply(of=hers, attendee="mailto:zhoulan@example.cn"), letter=mine)
    assert take_in(stolen, now=invited.now + timedelta(hours=2)).outcome == "foreign"
    assert not both.receipts.exclude(reply="").exists()
