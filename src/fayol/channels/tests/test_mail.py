"""Letters over a real SMTP connection: what goes out, what the server's answers lead to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from fayol.channels.models import INBOX, Bundle, ChannelState, DeadAddress, Delivery
from fayol.channels.states import Status
from fayol.channels.tests.conftest import Post, Tell, free_port, go, mails, serving

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=11)


def test_a_message_becomes_a_letter_in_chinese_with_text_and_html_and_a_link(
    post: Post, tell: Tell, now: datetime
) -> None:
    tell("周岚", "林晓雯交办给您：编制预算表", body="按去年口径，“压缩”一成。")
    go(now + SOON)
    letter = post.letters[0]
    assert str(letter["Subject"]) == "林晓雯交办给您：编制预算表"
    assert "周岚" in str(letter["To"])
    assert "横桥" in str(letter["From"])
    assert letter["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in letter.walk()][1:] == ["text/plain", "text/html"]
    for part in list(letter.walk())[1:]:
        assert part.get_content_charset() == "utf-8"
        assert "按去年口径，“压缩”一成。" in part.get_content()
        assert "https://fayol.example.cn/inbox/" in part.get_content()
    assert [mail.status for mail in mails()] == [Status.SENT]
    assert mails()[0].sent_at


def test_what_came_within_the_gathering_time_is_one_letter_that_says_how_many_wait(
    post: Post, tell: Tell, now: datetime
) -> None:
    for number in range(3):
        tell("周岚", f"第{number}件", at=now + timedelta(minutes=3 * number))
    tell("周岚", "孙悦反馈了进展", asks=False, urgency="urgent")
    assert go(now + timedelta(minutes=9)) == 0
    go(now + timedelta(minutes=10))
    assert [str(letter["Subject"]) for letter in post.letters] == ["您有3件事待办，另有1条消息"]
    assert len({mail.bundle_id for mail in mails()}) == 1
    assert {mail.status for mail in mails()} == {Status.SENT}


def test_what_is_flash_goes_at_once_and_alone(post: Post, tell: Tell, now: datetime) -> None:
    night = now.replace(hour=23)
    tell("周岚", "普通的一件", at=now)
    tell("周岚", "立即到会", at=night, urgency="flash")
    go(night)
    assert [str(letter["Subject"]) for letter in post.letters] == ["【特急】立即到会"]
    assert post.letters[0]["Importance"] == "high"
    assert [mail.status for mail in mails()] == [Status.QUEUED, Status.SENT]


def test_a_letter_turned_away_for_now_goes_a_minute_later_under_the_same_message_id(
    post: Post, tell: Tell, now: datetime
) -> None:
    tell("周岚", "编制预算表")
    post.rcpt = ["450 4.2.1 greylisted"]
    begin = now + SOON
    go(begin)
    mail, bundle = mails()[0], Bundle.objects.get()
    assert (mail.status, mail.attempts, mail.reason) == (Status.RETRY, 1, "收件服务器暂时不收")
    assert bundle.detail == "450 4.2.1 greylisted"
    assert mail.next_try_at
    assert timedelta(seconds=50) <= mail.next_try_at - begin <= timedelta(seconds=70)
    assert go(begin + timedelta(seconds=40)) == 0
    go(begin + timedelta(seconds=80))
    assert post.ids == [bundle.message_id]
    assert [mail.status for mail in mails()] == [Status.SENT]


def test_after_two_days_of_tries_it_has_failed_and_is_tried_no_more(
    post: Post, tell: Tell, now: datetime, cast: Any
) -> None:
    from fayol.channels.models import Preference

    Preference.objects.create(person=cast.person("周岚"), quiet="none")
    tell("周岚", "编制预算表")
    post.data = ["451 try later"] * 30
    at, tries = now + SOON, 0
    while True:
        go(at)
        bundle = Bundle.objects.get()
        tries += 1
        if bundle.next_try_at is None:
            break
        at = bundle.next_try_at
    assert 8 <= tries <= 10
    assert timedelta(hours=40) < at - now < timedelta(hours=56)
    mail = mails()[0]
    assert (mail.status, mail.reason, mail.next_try_at) == (Status.FAILED, "两天里试了多次都没有送到", None)
    assert go(at + timedelta(days=30)) == 0


def test_an_address_that_does_not_exist_is_turned_off_and_its_owner_is_told_in_the_inbox(
    post: Post, tell: Tell, now: datetime, cast: Any
) -> None:
    zhou = cast.person("周岚")
    tell("周岚", "编制预算表")
    post.rcpt = ["550 5.1.1 no such user"]
    go(now + SOON)
    assert mails()[0].status == Status.FAILED
    dead = DeadAddress.objects.get()
    assert (dead.person, dead.detail) == (zhou, "550 5.1.1 no such user")
    told = Delivery.objects.filter(channel=INBOX, person=zhou).latest("id")
    assert "收不到信" in told.title
    assert "没有这个邮箱" in told.body
    tell("周岚", "下一件")
    assert len(mails()) == 1, "nothing is queued for a dead address"
    zhou.refresh_from_db()
    zhou.email = "other@example.cn"
    zhou.save()
    tell("周岚", "再下一件")
    go(now + SOON)
    assert post.to == ["other@example.cn"]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("552 5.2.2 mailbox full", Status.RETRY),
        ("550 5.7.1 relaying denied", Status.FAILED),
    ],
)
def test_not_every_refusal_is_the_fault_of_the_address(
    post: Post, tell: Tell, now: datetime, answer: str, status: Status
) -> None:
    tell("周岚", "编制预算表")
    post.rcpt = [answer]
    go(now + SOON)
    assert mails()[0].status == status
    assert not DeadAddress.objects.exists()


def test_a_refused_content_fails_and_leaves_the_address_and_the_next_letter_alone(
    post: Post, tell: Tell, now: datetime
) -> None:
    tell("周岚", "编制预算表")
    tell("孙悦", "核对台账")
    post.data = ["554 DT:SPM"]
    go(now + SOON)
    assert sorted(mail.status for mail in mails()) == [Status.FAILED, Status.SENT]
    assert not DeadAddress.objects.exists()
    assert post.connections == 1


def test_a_wrong_password_is_trouble_of_the_channel_and_costs_no_letter_a_try(
    settings: Any, tell: Tell, now: datetime
) -> None:
    with serving(settings, password="right") as post:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "fayol", "wrong"
        tell("周岚", "编制预算表")
        begin = now + SOON
        go(begin)
        state = ChannelState.objects.get()
        assert "认证失败" in state.reason
        assert "wrong" not in state.detail
        mail, bundle = mails()[0], Bundle.objects.get()
        assert (mail.status, mail.attempts, bundle.attempts, bundle.claimed_until) == (Status.QUEUED, 0, 0, None)
        assert go(begin + timedelta(seconds=30)) == 0, "the channel rests"
        settings.EMAIL_HOST_PASSWORD = "right"
        go(begin + timedelta(seconds=70))
        assert post.ids == [bundle.message_id]
        assert ChannelState.objects.get().failing_since is None


def test_a_server_that_is_down_is_named_as_such_and_rested_from_longer_each_time(
    post: Post, settings: Any, tell: Tell, now: datetime
) -> None:
    settings.EMAIL_PORT = free_port()
    tell("周岚", "编制预算表")
    at, pauses = now + SOON, []
    for _round in range(6):
        go(at)
        state = ChannelState.objects.get()
        assert state.rests_until
        pauses.append(round((state.rests_until - at).total_seconds() / 60))
        at = state.rests_until
    assert "连接被拒绝" in state.reason
    assert pauses == [1, 2, 4, 8, 15, 15]
    assert state.failing_since
    assert state.failing_since - now < timedelta(minutes=12)


def test_a_server_that_dies_after_taking_the_letter_gets_the_very_same_letter_again(
    post: Post, tell: Tell, now: datetime
) -> None:
    tell("周岚", "编制预算表")
    post.hang_up_after_data = 1
    go(now + SOON)
    assert mails()[0].status == Status.RETRY
    assert "连接中断" in mails()[0].reason
    go(now + SOON + timedelta(minutes=2))
    assert len(post.ids) == 2
    assert len(set(post.ids)) == 1
    assert _without_boundary(post.raw[0]) == _without_boundary(post.raw[1])
    assert mails()[0].status == Status.SENT


def _without_boundary(raw: bytes) -> bytes:
    mark = raw.split(b'boundary="', 1)[1].split(b'"', 1)[0]
    return raw.replace(mark, b"-")


def test_a_worker_killed_after_the_server_took_the_letter_leaves_it_to_the_next_under_the_same_message_id(
    post: Post, tell: Tell, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell("周岚", "编制预算表")

    class Killed(BaseException):
        pass

    def die(*_arguments: Any, **_more: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("fayol.channels.sweeps.settle", die)
        patch.setattr("fayol.channels.sweeps.release", die)
        with pytest.raises(Killed):
            go(now + SOON)
    assert go(now + SOON + timedelta(minutes=1)) == 0, "somebody may still be at it"
    go(now + SOON + timedelta(minutes=3))
    assert len(post.ids) == 2
    assert len(set(post.ids)) == 1
    assert mails()[0].status == Status.SENT


def test_a_title_cannot_put_a_header_into_the_letter_and_a_long_one_is_cut(
    post: Post, tell: Tell, now: datetime
) -> None:
    tell("周岚", "预算\r\nBcc: spy@example.cn\nX-Evil: 1 " + "很长" * 120, link="//evil.example.cn/x")
    go(now + SOON)
    letter = post.letters[0]
    assert letter["Bcc"] is None
    assert letter["X-Evil"] is None
    assert post.to == [mails()[0].address]
    assert len(str(letter["Subject"]).strip()) <= 78
    text = list(letter.walk())[1].get_content()
    assert "https://fayol.example.cn/evil.example.cn/x" in text
    assert "很长" * 100 in text
    assert all(len(line) <= 998 for line in post.raw[0].splitlines())


def test_what_a_title_holds_of_html_stays_text(post: Post, tell: Tell, now: datetime) -> None:
    tell("周岚", "<b>预算</b>&amp;", body="<script>alert(1)</script>")
    go(now + SOON)
    text, html = (part.get_content() for part in list(post.letters[0].walk())[1:])
    assert "<b>预算</b>&amp;" in text
    assert "<script>alert(1)</script>" in text
    assert "<script" not in html
    assert "&lt;b&gt;预算&lt;/b&gt;&amp;amp;" in html


def test_two_hundred_letters_go_through_few_connections(
    post: Post, now: datetime, tell: Tell, cast: Any, django_assert_max_num_queries: Any
) -> None:
    from fayol.organisation.models import Person

    made = Person.objects.bulk_create(
        Person(name=f"员工{n}", email=f"e{n}@example.cn", code=f"E{n}") for n in range(200)
    )
    for person in made:
        tell(person.name, "一起来的一件")
    while go(now + SOON):
        pass
    assert sorted(post.to) == sorted(person.email for person in made)
    assert len(set(post.ids)) == 200
    assert post.connections <= 200 / 50 + 1


def test_what_was_read_in_the_inbox_meanwhile_is_not_sent_after_but_what_is_urgent_is(
    post: Post, tell: Tell, now: datetime, cast: Any
) -> None:
    tell("周岚", "编制预算表")
    tell("周岚", "加急的一件", urgency="urgent")
    Delivery.objects.filter(channel=INBOX).update(read_at=now)
    go(now + SOON)
    assert [(mail.status, mail.reason) for mail in mails()] == [(Status.DROPPED, "已在系统里看过"), (Status.SENT, "")]


def test_somebody_who_left_or_lost_the_address_gets_nothing_and_the_row_says_why(
    post: Post, tell: Tell, now: datetime, cast: Any
) -> None:
    tell("周岚", "编制预算表")
    tell("孙悦", "核对台账")
    for name, change in (("周岚", {"active": False}), ("孙悦", {"email": ""})):
        type(cast.person(name)).objects.filter(name=name).update(**change)
    go(now + SOON)
    assert [(mail.status, mail.reason) for mail in mails()] == [
        (Status.DROPPED, "已离职或停用"),
        (Status.DROPPED, "没有登记地址"),
    ]
    assert post.letters == []


def test_without_a_mail_server_no_row_for_mail_is_made(tell: Tell, settings: Any) -> None:
    assert not settings.MAIL_ON
    tell("周岚", "编制预算表")
    assert Delivery.objects.filter(channel=INBOX).count() == 1
    assert mails() == []


def test_the_same_fact_told_twice_is_one_delivery_in_each_channel(
    post: Post, tell: Tell, now: datetime, cast: Any
) -> None:
    from fayol.channels.registry import Message, deliver
    from fayol.facts.models import Fact

    tell("周岚", "编制预算表")
    fact = Fact.objects.get(verb="note.told")
    for _again in range(2):
        deliver([Message(fact, cast.person("周岚").pk, "又一遍")] * 2)
    assert Delivery.objects.filter(fact=fact).count() == 2
    assert {row.title for row in Delivery.objects.filter(fact=fact)} == {"编制预算表"}


def test_a_letter_is_in_the_readers_language_and_its_frame_has_no_chinese(
    post: Post, tell: Tell, now: datetime, cast: Any
) -> None:
    from fayol.channels.models import Preference

    Preference.objects.create(person=cast.person("周岚"), language="en")
    tell("周岚", "Budget")
    go(now + SOON)
    assert 'lang="en"' in list(post.letters[0].walk())[2].get_content()
