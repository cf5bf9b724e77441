"""The pages: one's own wishes, and what did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fayol.channels.models import INBOX, MAIL, ChannelState, DeadAddress, Delivery, Preference
from fayol.channels.states import Status
from fayol.channels.tests.conftest import Post, Tell, go, mails
from fayol.facts.models import Fact

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
SOON = timedelta(minutes=11)
GIVEN = {
    "asks": "digest",
    "chase": "digest",
    "news": "off",
    "quiet": "hours",
    "quiet_from": "21:00",
    "quiet_to": "07:30",
    "language": "en",
}


@pytest.fixture(autouse=True)
def _at_the_hour(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + SOON)


def test_wishes_are_saved_and_shown_again(client_as: As, cast: Any) -> None:
    client = client_as("周岚")
    assert "通知设置" in client.get("/settings/notifications/").content.decode()
    answer = client.post("/settings/notifications/", GIVEN)
    assert (answer.status_code, answer["Location"]) == (303, "/settings/notifications/")
    row = Preference.objects.get(person=cast.person("周岚"))
    assert (row.asks, row.news, row.quiet, f"{row.quiet_from:%H:%M}", row.language) == (
        "digest", "off", "hours", "21:00", "en",
    )  # fmt: skip
    assert Fact.objects.filter(subject_type="preference", verb="preference.changed").count() == 1
    assert 'value="21:00"' in client.get("/settings/notifications/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"chase": "off"}, "催办"),
        ({"quiet_from": "07:30"}, "起止时间相同"),
        ({"quiet": "never"}, "请核对标出的几处"),
        ({"language": "xx"}, "请核对标出的几处"),
        ({"quiet_from": "aa"}, "aa"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_and_what_was_typed_is_kept(
    client_as: As, wrong: dict[str, str], words: str
) -> None:
    answer = client_as("周岚").post("/settings/notifications/", GIVEN | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="07:30"' in page
    assert not Preference.objects.exists()


def test_the_page_of_wishes_says_when_letters_go_and_that_mail_is_off(client_as: As) -> None:
    page = client_as("周岚").get("/settings/notifications/").content.decode()
    assert "还没有接通邮件" in page
    assert "立即发" in page


def test_failures_stand_first_with_their_reason_and_are_sent_again_from_the_page(
    post: Post, tell: Tell, client_as: As, now: datetime
) -> None:
    tell("周岚", "编制预算表")
    tell("孙悦", "核对台账")
    post.data = ["554 5.7.1 spam"] * 2
    go(now + SOON)
    client = client_as("林晓雯")
    page = client.get("/deliveries/").content.decode()
    assert "周岚" in page
    assert "554 5.7.1 spam" in page
    assert "重发2条" in page
    assert "内容不在您的可见范围" in page  # it leads to nothing the office may see
    reason = mails()[0].reason
    assert client.post("/deliveries/retry/", {"channel": MAIL, "reason": reason}).status_code == 303
    assert {mail.status for mail in mails()} == {Status.QUEUED}
    go(now + SOON)
    assert {mail.status for mail in mails()} == {Status.SENT}
    assert len(set(post.ids)) == 2
    assert "没有未送达的" in client.get("/deliveries/").content.decode()
    assert "孙悦" in client.get("/deliveries/?show=sent&q=孙悦").content.decode()
    assert client.post("/deliveries/retry/", {"channel": MAIL, "reason": reason}).status_code == 422


def test_one_failure_is_sent_again_and_only_failures_are(post: Post, tell: Tell, client_as: As, now: datetime) -> None:
    tell("周岚", "编制预算表")
    post.data = ["554 spam"]
    go(now + SOON)
    client, row = client_as("许宁"), mails()[0]
    assert client.post(f"/deliveries/{row.pk}/retry/").status_code == 303
    assert client.post(f"/deliveries/{row.pk}/retry/").status_code == 422
    go(now + SOON)
    assert mails()[0].status == Status.SENT


def test_what_the_office_told_otherwise_leaves_the_list_and_stays_on_record(
    post: Post, tell: Tell, client_as: As, now: datetime
) -> None:
    tell("周岚", "编制预算表")
    tell("周岚", "核对台账")
    tell("孙悦", "报送名单")
    post.data = ["554 spam"] * 2
    go(now + SOON)
    client, row = client_as("林晓雯"), mails()[0]
    Delivery.objects.filter(channel=INBOX, person__name="周岚").update(read_at=now)
    assert "已在系统里打开" in client.get("/deliveries/").content.decode()
    assert client.post(f"/deliveries/{row.pk}/drop/").status_code == 303
    assert [mail.status for mail in mails()] == [Status.DROPPED, Status.DROPPED, Status.FAILED]
    assert client.post(f"/deliveries/{row.pk}/drop/").status_code == 422
    assert client.post("/deliveries/drop/", {"channel": MAIL, "reason": mails()[2].reason}).status_code == 303
    assert {(mail.status, mail.reason) for mail in mails()} == {(Status.DROPPED, "已另行告知")}
    assert Fact.objects.filter(verb="channel.given_up").count() == 2
    assert go(now + timedelta(days=5)) == 0


def test_a_test_letter_goes_through_the_whole_chain_even_while_the_channel_rests(
    post: Post, client_as: As, cast: Any, now: datetime
) -> None:
    client, lin = client_as("林晓雯"), cast.person("林晓雯")
    assert "还没有登记邮箱" in client.post("/deliveries/test/", {"channel": MAIL}).content.decode()
    lin.email = "lin@example.cn"
    lin.save()
    ChannelState.objects.create(channel=MAIL, troubles=3, rests_until=now + timedelta(days=999), failing_since=now)
    assert client.post("/deliveries/test/", {"channel": MAIL}).status_code == 303
    go(Delivery.objects.get(channel=MAIL).created_at)
    assert post.to == ["lin@example.cn"]
    state = ChannelState.objects.get()
    assert (state.failing_since, state.troubles) == (None, 0)
    assert "正常" in client.get("/deliveries/").content.decode()


def test_without_a_mail_server_the_page_says_how_to_get_one_and_nothing_is_tested(client_as: As) -> None:
    client = client_as("林晓雯")
    page = client.get("/deliveries/").content.decode()
    assert "没有接通" in page
    assert "FAYOL_EMAIL_URL" in page
    assert client.post("/deliveries/test/", {"channel": MAIL}).status_code == 422


def test_a_dead_address_is_turned_on_again_by_the_office_or_its_owner(
    post: Post, tell: Tell, client_as: As, cast: Any, now: datetime
) -> None:
    tell("周岚", "编制预算表")
    post.rcpt = ["550 5.1.1 no such user"]
    go(now + SOON)
    row = DeadAddress.objects.get()
    own, office = client_as("周岚"), client_as("林晓雯")
    assert "收不到信" in own.get("/inbox/").content.decode()
    assert "已修好，恢复" in own.get("/settings/notifications/").content.decode()
    assert row.address in office.get("/deliveries/").content.decode()
    assert office.post(f"/deliveries/{mails()[0].pk}/retry/").status_code == 422
    assert own.post("/settings/notifications/resume/").status_code == 303
    assert own.post("/settings/notifications/resume/").status_code == 422
    assert office.post(f"/deliveries/addresses/{row.pk}/on/").status_code == 404
    assert office.post(f"/deliveries/{mails()[0].pk}/retry/").status_code == 303
    go(now + SOON)
    assert mails()[0].status == Status.SENT


@pytest.mark.parametrize("show", ["failed", "waiting", "sent", "dropped"])
def test_the_office_page_asks_as_often_for_thirty_rows_as_for_one(
    post: Post, tell: Tell, client_as: As, cast: Any, now: datetime, show: str, django_assert_max_num_queries: Any
) -> None:
    client = client_as("林晓雯")
    people = ["周岚", "孙悦", "王建国", "吴志强"]
    for number in range(35):
        tell(people[number % 4], f"第{number}件")
    status = {"waiting": Status.QUEUED}.get(show, Status(show) if show != "waiting" else Status.QUEUED)
    rows = Delivery.objects.filter(channel=MAIL)
    if show != "waiting":
        rows.update(status=status, next_try_at=None, reason="收件人的邮箱满了", sent_at=now)
    client.get("/deliveries/")
    with django_assert_max_num_queries(26):
        page = client.get(f"/deliveries/?show={show}").content.decode()
    assert page.count("<tr>") == 31
    assert "at=" in page


@pytest.mark.req("S4-41")
def test_the_office_reads_the_words_of_what_it_may_see_and_the_task_says_who_was_told_and_how(
    post: Post, client_as: As, cast: Any, now: datetime
) -> None:
    from fayol.commitments import actions as moves
    from fayol.commitments.tests.scene import Scene

    scene = Scene(now)
    zhou = cast.person("周岚")
    zhou.email = "zhou@example.cn"
    zhou.save()
    row = scene.asked()
    moves.chase(row, by=scene.asker, now=now, words="请今天反馈")
    post.data = ["554 spam"]
    go(now + SOON)
    page = client_as("林晓雯").get("/deliveries/").content.decode()
    assert row.title in page
    assert "内容不在您的可见范围" in client_as("许宁").get("/deliveries/").content.decode()
    task = client_as("林晓雯").get(f"/commitments/{row.pk}/").content.decode()
    told = task[task.index('id="told"') :]
    assert "周岚" in told
    assert "还没有打开</span>" in told
    assert "邮件未送达：邮件服务器拒收这封信的内容" in told


def test_opening_a_task_marks_what_leads_to_it_as_read_and_nothing_else(
    tell: Tell, client_as: As, cast: Any, now: datetime
) -> None:
    from fayol.commitments.tests.scene import Scene

    row = Scene(now).asked()
    tell("周岚", "林晓雯催办", link=f"/commitments/{row.pk}/", chase=True)
    tell("周岚", "别的一件", link=f"/commitments/{row.pk + 1}/")
    client_as("周岚").get(f"/commitments/{row.pk}/")
    unread = Delivery.objects.filter(channel=INBOX, person=cast.person("周岚"), read_at=None)
    assert [one.title for one in unread] == ["别的一件"]
