"""The pages of the channels, and where accounts are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fayol.channels import tokens
from fayol.channels.connections import secrets_of
from fayol.channels.models import Address, Bundle, ChannelState, DeadAddress, Delivery, Patience, Preference
from fayol.channels.policy import ORDER
from fayol.channels.tests.conftest import Post
from fayol.channels.tests.platforms import Platform, Reply, account, rows_of, run_once, says, tell
from fayol.channels.tests.test_platforms import SEND, SOON, WAYS, use
from fayol.facts.models import Fact

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _at_the_hour(monkeypatch: pytest.MonkeyPatch, now: datetime, cast: Any) -> None:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + SOON)
    tokens._known.clear()
    person = cast.person("周岚")
    person.mobile, person.code = "13800001111", "E007"
    person.save()
    for one in ("wecom", "dingtalk", "feishu"):
        account("周岚", one, "zhoulan")


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


@pytest.mark.parametrize("name", [*WAYS, "mail"])
def test_a_channel_that_is_not_connected_says_which_variables_it_wants(client_as: As, name: str) -> None:
    page = text(client_as("许宁"), f"/deliveries/channels/{name}/")
    assert "没有接通" in page
    assert "FAYOL_" in page
    assert "发测试" not in page


def test_the_list_shows_all_channels_in_their_order_and_keeps_the_patience_of_the_house(
    platform: Platform, client_as: As, now: datetime
) -> None:
    use(platform, "wecom")
    client = client_as("林晓雯")
    page = text(client, "/deliveries/channels/")
    places = [page.index(f'id="channel-{name}"') for name in ORDER]
    assert places == sorted(places)
    waits = {"normal": "work:240", "document": "half_day", "urgent": "clock:30", "flash": "clock:15"}
    assert client.post("/deliveries/channels/patience/", waits).status_code == 303
    assert dict(Patience.objects.values_list("urgency", "wait")) == {"normal": "work:240", "urgent": "clock:30"}
    assert client.post("/deliveries/channels/patience/", waits | {"flash": "never"}).status_code == 422
    assert "登记别人的账号" in page
    assert "周岚" in text(client, "/deliveries/channels/?q=周岚")


def test_a_test_message_goes_to_oneself_and_its_answer_is_shown(
    platform: Platform, client_as: As, now: datetime
) -> None:
    use(platform, "wecom")
    client = client_as("林晓雯")
    assert client.post("/deliveries/test/", {"channel": "wecom"}).status_code == 422
    account("林晓雯", "wecom", "linxiaowen")
    answer = client.post("/deliveries/test/", {"channel": "wecom"})
    assert (answer.status_code, answer["Location"]) == (303, "/deliveries/channels/wecom/#test")
    assert "排队中" in text(client, "/deliveries/channels/wecom/")
    run_once("wecom", now + SOON)
    page = text(client, "/deliveries/channels/wecom/")
    assert "对方的回答：0 ok" in page
    assert "hx-trigger" not in page[page.index('id="answer"') : page.index('id="answer"') + 60]
    platform.usual[SEND] = says(errcode=4711, errmsg="something new")
    client.post("/deliveries/test/", {"channel": "wecom"})
    run_once("wecom", now + 2 * SOON)
    page = text(client, "/deliveries/channels/wecom/")
    assert "没有记载的代码" in page
    assert "4711 something new" in page
    assert "上一条没提交成" in page
    assert "正常" not in page
    assert "交给管理员查平台说明" in page
    assert rows_of("mail") == [], "a test of one channel goes by no other"


def test_a_wrong_setting_is_shown_with_what_to_do_and_switching_off_is_on_record(
    platform: Platform, client_as: As, now: datetime
) -> None:
    path = use(platform, "dingtalk_bot")
    platform.usual[path] = says(errcode=310000, errmsg="sign not match")
    tell("周岚", "编制预算表", at=now, urgency="flash")
    run_once("dingtalk_bot", now)
    client = client_as("林晓雯")
    page = text(client, "/deliveries/channels/dingtalk_bot/")
    for words in ("要改设置", "全单位的群：", "签名不对：请核对加签密钥，并校准服务器时钟", "310000 sign not match"):
        assert words in page
    assert "签名不对" in text(client, "/deliveries/")
    assert client.post("/deliveries/channels/dingtalk_bot/switch/", {"on": "0"}).status_code == 303
    assert "已停用" in text(client, "/deliveries/channels/dingtalk_bot/")
    assert client.post("/deliveries/channels/sms/switch/", {"on": "0"}).status_code == 422
    assert client.post("/deliveries/channels/nothing/switch/").status_code == 404
    assert client.get("/deliveries/channels/nothing/").status_code == 404
    assert Fact.objects.filter(verb="channel.switched").count() == 1
    client.post("/deliveries/channels/dingtalk_bot/switch/", {"on": "1"})
    assert not ChannelState.objects.get(channel="dingtalk_bot", part="").off


def test_nobody_is_told_that_something_was_delivered(
    platform: Platform, client_as: As, now: datetime, post: Post
) -> None:
    use(platform, "wecom")
    tell("周岚", "编制预算表", at=now)
    run_once("wecom", now + SOON)
    office = client_as("林晓雯")
    pages = ["", "?show=sent", "?show=waiting", "channels/", "channels/wecom/"]
    assert "已提交通道" in text(office, "/deliveries/?show=sent")
    for page in pages:
        assert "已送达" not in text(office, f"/deliveries/{page}")


def test_one_keeps_ones_own_accounts_and_the_office_those_of_others(
    platform: Platform, client_as: As, cast: Any, now: datetime, post: Post
) -> None:
    use(platform, "wecom")
    zhou, own, office = cast.person("周岚"), client_as("周岚"), client_as("林晓雯")
    DeadAddress.objects.create(
        person=zhou, channel="wecom", address="zhoulan", reason="企业微信里没有这个成员", since=now
    )
    page = text(own, "/settings/notifications/")
    assert 'value="zhoulan"' in page
    assert "不再发：企业微信里没有这个成员" in page
    assert "钉钉账号" not in page, "not in use here"
    assert own.post("/settings/notifications/accounts/", {"wecom": "zhou|@all"}).status_code == 422
    assert own.post("/settings/notifications/accounts/", {"wecom": "zhou.lan"}).status_code == 303
    assert Address.objects.get(person=zhou, platform="wecom").value == "zhou.lan"
    assert Address.objects.get(person=zhou, platform="dingtalk").value == "zhoulan", "was not on the page"
    assert not DeadAddress.objects.filter(lifted_at=None).exists()
    assert "zhou.lan" not in str(Fact.objects.get(verb="preference.accounts_changed").data)
    there = f"/deliveries/accounts/{zhou.pk}/"
    assert office.post(there, {"wecom": "", "dingtalk": "zl2", "feishu": "ou_1"}).status_code == 303
    assert dict(Address.objects.filter(person=zhou).values_list("platform", "value")) == {
        "dingtalk": "zl2",
        "feishu": "ou_1",
    }
    assert own.get(there).status_code == 404
    assert own.post(there, {"wecom": "x"}).status_code == 404


def test_ones_own_first_channel_is_chosen_among_those_that_reach_one(
    platform: Platform, client_as: As, cast: Any, now: datetime, post: Post
) -> None:
    use(platform, "wecom")
    zhou = cast.person("周岚")
    zhou.email = "zhou@example.cn"
    zhou.save()
    own = client_as("周岚")
    page = text(own, "/settings/notifications/")
    assert page.index('id="h-ways"') < page.rindex("企业微信</li>") < page.rindex("邮件</li>")
    given = {"asks": "soon", "chase": "soon", "news": "digest", "quiet": "work", "language": "zh-hans"}
    assert own.post("/settings/notifications/", given | {"first": "sms"}).status_code == 422
    assert own.post("/settings/notifications/", given | {"first": "mail"}).status_code == 303
    assert Preference.objects.get(person=zhou).first == "mail"


@pytest.mark.parametrize("name", WAYS)
def test_no_secret_is_kept_or_shown_even_when_the_other_side_repeats_it(
    platform: Platform, now: datetime, name: str, caplog: pytest.LogCaptureFixture, client_as: As, settings: Any
) -> None:
    path = use(platform, name)
    secrets = [one for one in secrets_of(settings.CHANNELS) if len(one) > 5 and "{" not in one]
    assert secrets or name == "sms"
    words = " ".join(secrets)
    platform.usual[path] = Reply(f'{{"errcode":93000,"code":19021,"errmsg":"{words}","msg":"{words}"}}')
    tell("周岚", "编制预算表", at=now)
    run_once(name, now + timedelta(minutes=11))
    pages = [text(client_as("林晓雯"), f"/deliveries/{part}") for part in ("", f"channels/{name}/")]
    kept = [str(vars(one)) for model in (Bundle, ChannelState, Delivery, Fact) for one in model.objects.all()]
    for secret in secrets:
        assert not [one for one in [*pages, *kept, caplog.text, repr(settings.CHANNELS)] if secret in one], secret
