"""A15: channels fail as their platforms document it; the office reads it in plain Chinese, the message goes by the next
channel, and nothing anywhere says that it was delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client

from fayol.channels.actions.falling import SWEEP
from fayol.channels.models import INBOX, ChannelState, Delivery
from fayol.channels.states import Status
from fayol.channels.tests.platforms import ODD, Platform, Reply, account, says, serving
from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import Scene
from fayol.worker.registry import sweep_named

pytestmark = pytest.mark.django_db
DING, FEISHU, WECOM, SMS = "/robot/send", "/open-apis/bot/v2/hook/fs-token-1", "/cgi-bin/webhook/send", "/sms"
ROUTE = ("dingtalk_bot", "feishu_bot", "wecom_bot", "sms")
PATHS = dict(zip(ROUTE, (DING, FEISHU, WECOM, SMS), strict=True))
FINE = {DING: says(errcode=0, errmsg="ok"), FEISHU: says(code=0), WECOM: says(errcode=0), SMS: Reply("accepted")}
SECONDS = timedelta(seconds=6)


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch, cast: Any) -> Iterator[Platform]:
    """周岚 is reached by the robots of DingTalk, Feishu and WeCom, in this order, then by text message."""
    with serving(settings, monkeypatch) as found:
        settings.CHANNEL_ORDER = ROUTE
        found.connect(
            DINGTALK_BOTS="*=dd-token-1:SEC0123456789abcdef", FEISHU_BOTS="*=fs-token-1:fs-secret-1",
            WECOM_BOTS="*=wc-key-123", SMS_URL=f"{found.address}{SMS}?to={{mobile}}&text={{text}}",
            SMS_SUCCESS="^accepted$",
        )  # fmt: skip
        for one in ("wecom", "dingtalk", "feishu"):
            account("周岚", one, "zhoulan")
        person = cast.person("周岚")
        person.mobile = "138 0000 1111"
        person.save()
        found.usual |= FINE
        yield found


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


@pytest.fixture
def office(client_as: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch, now: datetime) -> Client:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + timedelta(minutes=20))
    return client_as("林晓雯")


def ask(scene: Scene, urgency: str = "flash") -> Commitment:
    return scene.asked(urgency=urgency)


def work(now: datetime) -> None:
    """One round of every sweep of the channels, as a worker makes it."""
    for name in (*(f"channels.{one}" for one in ROUTE), SWEEP):
        sweep = sweep_named(name)
        assert sweep
        sweep.run(now, 200)


def some_rounds(now: datetime) -> None:
    """Not yet a minute, after which channels in trouble are tried again."""
    for number in range(9):
        work(now + number * SECONDS)


def _outward() -> QuerySet[Delivery]:
    return Delivery.objects.filter(person__name="周岚").exclude(channel=INBOX)


def way() -> list[tuple[str, str]]:
    return [(row.channel, row.status) for row in _outward().order_by("id")]


def still_open(row: Commitment) -> None:
    """Nobody has opened anything, and nothing has moved."""
    row.refresh_from_db()
    assert row.state == State.ASSIGNED
    assert (
        not Delivery.objects.filter(channel=INBOX, person__name="周岚", subject_id=row.pk)
        .exclude(read_at=None)
        .exists()
    )


@pytest.mark.req("S4-41")
def test_each_failure_is_shown_in_plain_chinese_and_the_message_arrives_by_the_last_channel(
    platform: Platform, scene: Scene, office: Client, now: datetime
) -> None:
    platform.usual[DING] = says(errcode=310000, errmsg="sign not match")
    platform.usual[FEISHU] = says(
        code=19021, msg="sign match fail or timestamp is not within one hour from current time"
    )
    platform.usual[WECOM] = says(errcode=45009, errmsg="api freq out of limit")
    row = ask(scene)
    some_rounds(now)
    assert way() == [
        ("dingtalk_bot", Status.QUEUED), ("feishu_bot", Status.QUEUED), ("wecom_bot", Status.RETRY),
        ("sms", Status.SENT),
    ]  # fmt: skip
    states = {one.channel: one for one in ChannelState.objects.exclude(failing_since=None)}
    assert {name: one.lasting for name, one in states.items()} == {
        "dingtalk_bot": True, "feishu_bot": True, "wecom_bot": False,
    }  # fmt: skip
    for name, words in (
        ("dingtalk_bot", "签名不对：请核对加签密钥"),
        ("feishu_bot", "时间差了一小时以上"),
        ("wecom_bot", "平台限流：发得太密，过一会儿自动再发"),
    ):
        page = office.get(f"/deliveries/channels/{name}/").content.decode()
        assert words in page
        assert "正常" not in page
    pages = [office.get(url).content.decode() for url in ("/deliveries/?show=sent", f"/commitments/{row.pk}/")]
    assert all("已提交通道" in page for page in pages)
    pages += [office.get(f"/deliveries/{part}").content.decode() for part in ("", "?show=waiting", "channels/")]
    assert [page for page in pages if "已送达" in page] == []
    still_open(row)


def test_dingtalk_first_refuses_and_then_throttles_and_is_tried_again_when_both_are_over(
    platform: Platform, scene: Scene, now: datetime
) -> None:
    platform.script[DING] = [
        says(errcode=310000, errmsg="keywords not in content"), says(errcode=130101, errmsg="send too fast"),
    ]  # fmt: skip
    for one in (FEISHU, WECOM, SMS):
        platform.usual[one] = says(errcode=4711, code=4711)
    row = ask(scene)
    some_rounds(now)
    assert ("dingtalk_bot", Status.QUEUED) in way()
    work(now + timedelta(seconds=65))
    state = ChannelState.objects.get(channel="dingtalk_bot", part="*")
    assert (way()[0], state.lasting) == (("dingtalk_bot", Status.RETRY), False)
    assert state.rests_until
    assert state.rests_until - now > timedelta(minutes=10)
    work(now + timedelta(minutes=10))
    assert len(platform.to(DING)) == 2, "whoever speaks while muted is muted for longer"
    work(now + timedelta(minutes=12))
    assert way() == [
        ("dingtalk_bot", Status.SENT), ("feishu_bot", Status.FAILED), ("wecom_bot", Status.FAILED),
        ("sms", Status.FAILED),
    ]  # fmt: skip
    still_open(row)


@pytest.mark.parametrize(
    ("channel", "reply"),
    [
        ("dingtalk_bot", says(errcode=310000, errmsg="ip 10.0.0.1 not in whitelist")),
        ("dingtalk_bot", says(errcode=130101, errmsg="send too fast")),
        ("wecom_bot", says(errcode=45009, errmsg="api freq out of limit")),
        ("wecom_bot", says(errcode=93000, errmsg="invalid webhook url")),
        ("feishu_bot", says(code=19021, msg="sign match fail")),
        ("feishu_bot", says(code=19024, msg="Key Words Not Found")),
        ("feishu_bot", says(code=11232, msg="frequency limited")),
    ],
)
def test_every_documented_failure_sends_what_is_urgent_by_the_next_channel(
    platform: Platform, scene: Scene, office: Client, now: datetime, channel: str, reply: Reply, settings: Any
) -> None:
    settings.CHANNEL_ORDER = (channel, "sms")
    platform.usual[PATHS[channel]] = reply
    row = ask(scene)
    some_rounds(now)
    assert way()[0][0] == channel
    assert way()[0][1] in (Status.QUEUED, Status.RETRY)
    assert way()[1:] == [("sms", Status.SENT)]
    page = office.get(f"/deliveries/channels/{channel}/").content.decode()
    assert "正常" not in page
    assert ChannelState.objects.exclude(failing_since=None).get().reason in page
    still_open(row)


@pytest.mark.parametrize("channel", ROUTE[:3])
def test_timeouts_and_nonsense_send_what_is_urgent_by_the_next_channel(
    platform: Platform, scene: Scene, now: datetime, channel: str, settings: Any
) -> None:
    settings.CHANNEL_ORDER = (channel, "sms")
    at = now
    for number, reply in enumerate(ODD, 1):
        platform.usual[PATHS[channel]] = reply
        row = ask(scene)
        Delivery.objects.filter(channel=channel).exclude(fact__subject_id=row.pk).delete()
        some_rounds(at)
        found = [(one, status) for one, status in way() if one in (channel, "sms")]
        assert found.count(("sms", Status.SENT)) == number, reply
        assert (channel, Status.SENT) not in found, reply
        still_open(row)
        ChannelState.objects.all().delete()
    assert platform.to("/elsewhere") == []


def test_silence_after_every_channel_took_it_walks_the_whole_way_and_an_answer_ends_it(
    platform: Platform, scene: Scene, now: datetime
) -> None:
    row = ask(scene)
    at = now
    for number in range(1, 5):
        work(at)
        assert [status for _channel, status in way()] == [Status.SENT] * number
        still_open(row)
        at += timedelta(minutes=16)
        work(at)
    assert [channel for channel, _status in way()] == list(ROUTE)
    work(at + timedelta(days=9))
    assert len(way()) == 4
    other = ask(scene)
    work(now)
    moves.acknowledge(other, by=scene.performer, now=now + timedelta(minutes=2))
    work(now + timedelta(minutes=20))
    assert _outward().filter(subject_type="commitment", subject_id=other.pk).count() == 1
