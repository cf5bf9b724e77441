"""A15: channels fail as their platforms document it; the office reads it in plain Chinese, the message goes by the next
channel, and nothing anywhere says that it was delivered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client

from fayol.channels import tokens
from fayol.channels.actions.falling import SWEEP
from fayol.channels.models import INBOX, Bundle, ChannelState, Delivery
from fayol.channels.states import Status
from fayol.channels.tests.platforms import ODD, Platform, Reply, account, says, serving
from fayol.channels.tests.test_platforms import FINE as TAKEN
from fayol.channels.tests.test_platforms import WAYS, use
from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import Scene
from fayol.facts.verify import verify
from fayol.notices import actions as writing
from fayol.notices.audience import Entry
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import Depth, EntryKind, Form, Stage
from fayol.organisation.actor import Actor
from fayol.organisation.models import Post
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
    platform: Platform, scene: Scene, office: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
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
    assert row.sign_due_at
    late = row.sign_due_at + timedelta(minutes=1)
    monkeypatch.setattr("fayol.web.clock.read", lambda: late)
    assert lights(office.get(f"/commitments/{row.pk}/").content.decode()) == ["amber"]


def lights(page: str) -> list[str]:
    """灯 of a page, in order."""
    return re.findall(r'class="fy-light" data-l="(\w+)"', page)


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
        ("dingtalk_bot", says(errcode=310000, errmsg="keywords not in content")),
        ("dingtalk_bot", says(errcode=310000, errmsg="sign not match")),
        ("dingtalk_bot", says(errcode=410100, errmsg="send too fast")),
        ("feishu_bot", says(code=19022, msg="ip not allowed")),
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


# ── cards to one person ────────────────────────────────────────────────────


@pytest.fixture
def cards(platform: Platform, settings: Any) -> Platform:
    """周岚 is reached by the applications of all three platforms, then by text message."""
    tokens._known.clear()
    given = {"SMS_URL": f"{platform.address}{SMS}?to={{mobile}}", "SMS_SUCCESS": "^accepted$"}
    for name in CARDS:
        use(platform, name)
        given |= WAYS[name][1]
    platform.connect(**given)
    settings.CHANNEL_ORDER = (*CARDS, "sms")
    return platform


CARDS = ("wecom", "dingtalk", "feishu")
REFUSALS = [
    ("wecom", says(errcode=45009, errmsg="api freq out of limit"), "平台限流"),
    ("wecom", says(errcode=60020, errmsg="not allow to access from your ip"), "企业可信IP"),
    ("wecom", says(errcode=81013, errmsg="user & party & tag all invalid"), "企业微信里没有这个成员"),
    ("wecom", says(errcode=0, errmsg="ok", invaliduser="zhoulan"), "企业微信里没有这个成员"),
    ("dingtalk", Reply('{"code":"Throttling","message":"slow down"}', 429), "平台限流"),
    ("dingtalk", Reply('{"code":"Forbidden.AccessDenied","message":"no right"}', 403), "待办写权限"),
    ("feishu", says(code=11232, msg="frequency limited"), "平台限流"),
    ("feishu", Reply('{"code":230013,"msg":"Bot has NO availability"}', 400), "可用范围"),
]


def rounds(names: tuple[str, ...], now: datetime) -> None:
    for number in range(9):
        for name in (*(f"channels.{one}" for one in names), SWEEP):
            sweep = sweep_named(name)
            assert sweep
            sweep.run(now + number * SECONDS, 200)


@pytest.mark.parametrize(("channel", "reply", "words"), REFUSALS)
def test_a_card_that_is_refused_goes_by_the_next_channel_and_the_page_says_why(
    cards: Platform, scene: Scene, office: Client, now: datetime, channel: str, reply: Reply, words: str, settings: Any
) -> None:
    settings.CHANNEL_ORDER = (channel, "sms")
    cards.usual[WAYS[channel][0]] = reply
    row = ask(scene)
    rounds((channel, "sms"), now)
    assert [one for one in way() if one[0] == "sms"] == [("sms", Status.SENT)]
    assert (channel, Status.SENT) not in way()
    page = office.get(f"/deliveries/channels/{channel}/").content.decode()
    assert words in page
    assert "正常" not in page
    assert "已送达" not in page + office.get("/deliveries/").content.decode()
    still_open(row)


@pytest.mark.parametrize("channel", CARDS)
def test_timeouts_and_nonsense_send_a_card_by_the_next_channel(
    cards: Platform, scene: Scene, now: datetime, channel: str, settings: Any
) -> None:
    settings.CHANNEL_ORDER = (channel, "sms")
    for number, reply in enumerate(ODD, 1):
        cards.usual[WAYS[channel][0]] = reply
        row = ask(scene)
        rounds((channel, "sms"), now)
        assert way().count(("sms", Status.SENT)) == number, reply
        assert (channel, Status.SENT) not in way(), reply
        still_open(row)
        for waiting in (Bundle.objects, Delivery.objects):
            waiting.filter(channel=channel).update(status=Status.DROPPED, next_try_at=None)
        ChannelState.objects.all().delete()
    assert cards.to("/elsewhere") == []


@pytest.mark.req("S4-41")
def test_a_notice_that_no_channel_brings_is_green_for_nobody(
    cards: Platform, now: datetime, office: Client, cast: Any
) -> None:
    """Neither for 周岚, who has it in the system, nor for a guest who has no other way."""
    guest = Post.objects.filter(unit__kind="external", person__account__isnull=True).order_by("pk")[0].person
    guest.mobile = "13900002222"
    guest.save()
    account(guest.name, "wecom", "guest")
    cards.usual |= {
        WAYS["wecom"][0]: says(errcode=45009, errmsg="api freq out of limit"),
        WAYS["dingtalk"][0]: Reply("<html>", 502),
        WAYS["feishu"][0]: says(code=11232, msg="frequency limited"),
        SMS: Reply("", 302, {"Location": "/elsewhere"}),
    }
    by, start = Actor(cast.person("林晓雯")), now + timedelta(days=1)
    wording = writing.Wording(
        unit=cast.unit("总裁办"), title="立即到会", depth=Depth.PERSONAL, form=Form.ATTEND, urgency="flash",
        starts_at=start, ends_at=start + timedelta(hours=1), place="一号厂房",
        audience=[Entry(EntryKind.PERSON, id=person.pk, must=True) for person in (cast.person("周岚"), guest)],
    )  # fmt: skip
    notice = writing.send(writing.draft(wording, by=by, now=now), by=by, now=now)
    rounds((*CARDS, "sms"), now)
    assert {status for _channel, status in way()} <= {Status.QUEUED, Status.RETRY}
    green_for_nobody(office, notice)
    cards.usual[SMS] = Reply("accepted")
    ChannelState.objects.update(rests_until=None)
    rounds((*CARDS, "sms"), now + timedelta(minutes=2))
    stages = dict(Receipt.objects.filter(notice=notice).values_list("person__name", "stage"))
    assert stages == {"周岚": Stage.ON_SYSTEM, guest.name: Stage.HANDED}
    green_for_nobody(office, notice)
    assert "已提交通道" in office.get(f"/notices/{notice.pk}/receipts/").content.decode()
    assert verify().problems == []


def green_for_nobody(office: Client, notice: Notice) -> None:
    here = [f"/notices/{notice.pk}/{part}" for part in ("", "receipts/", "reach/", "proof/")]
    for url in (*here, "/notices/", "/deliveries/", "/deliveries/?show=waiting", "/deliveries/?show=sent"):
        answer = office.get(url)
        assert answer.status_code == 200, url
        page = answer.content.decode()
        assert "已送达" not in page, url
        assert re.findall(r'class="fy-rcpt" data-l="(?:green|done)"', page) == [], url


def test_what_counts_as_taken_is_what_is_documented_and_nothing_else(
    cards: Platform, scene: Scene, now: datetime
) -> None:
    """The other side of the refusals above: the documented success, and only that, ends the way."""
    for name in CARDS:
        cards.usual[WAYS[name][0]] = TAKEN[name]
    row = ask(scene)
    rounds((*CARDS, "sms"), now)
    assert way() == [("wecom", Status.SENT)]
    still_open(row)
