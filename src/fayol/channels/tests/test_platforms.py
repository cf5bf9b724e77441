"""Each platform over real HTTP: what it is sent, and what each documented answer leads to."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from fayol.channels import tokens
from fayol.channels.models import Bundle, ChannelState, DeadAddress, Delivery
from fayol.channels.states import Status
from fayol.channels.tests.platforms import ODD, Platform, Reply, account, rows_of, run_once, says, tell

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=11)
WECOM_BOT, DING_BOT = "/cgi-bin/webhook/send", "/robot/send"
FEISHU_BOT = "/open-apis/bot/v2/hook/fs-token-1"
SEND, TOKEN = "/cgi-bin/message/send", "/cgi-bin/gettoken"
DING_SECRET, FEISHU_SECRET = "SEC0123456789abcdef", "fs-secret-1"

WAYS = {
    "wecom_bot": (WECOM_BOT, {"WECOM_BOTS": "*=wc-key-123"}),
    "dingtalk_bot": (DING_BOT, {"DINGTALK_BOTS": f"*=dd-token-1:{DING_SECRET}"}),
    "feishu_bot": (FEISHU_BOT, {"FEISHU_BOTS": f"*=fs-token-1:{FEISHU_SECRET}"}),
    "wecom": (SEND, {"WECOM_CORP": "ww1", "WECOM_AGENT": "1000002", "WECOM_SECRET": "wc-secret-1"}),
    "dingtalk": ("/v1.0/todo/users/union-zl/tasks", {"DINGTALK_KEY": "dk", "DINGTALK_SECRET": "dd-secret-1"}),
    "feishu": ("/open-apis/im/v1/messages", {"FEISHU_APP": "cli", "FEISHU_SECRET": "fs-secret-9"}),
    "webhook": ("/in", {"WEBHOOK_SECRET": "hook-secret-1"}),
    "sms": ("/sms", {"SMS_BODY": '{"to":"{mobile}","vars":"{\\"n\\":\\"{count}\\"}"}', "SMS_SUCCESS": '"Code": ?"OK"'}),
}
FINE = {
    "wecom_bot": says(errcode=0, errmsg="ok"),
    "dingtalk_bot": says(errcode=0, errmsg="ok"),
    "feishu_bot": says(code=0, msg="success", StatusCode=0),
    "wecom": says(errcode=0, errmsg="ok", invaliduser="", unlicenseduser=""),
    "dingtalk": says(id="todo1"),
    "feishu": says(code=0, msg="success", data={"message_id": "om_1"}),
    "webhook": says(result="taken"),
    "sms": says(Code="OK", Message="OK"),
}


@pytest.fixture(autouse=True)
def _addresses(cast: Any) -> None:
    tokens._known.clear()
    for one in ("wecom", "dingtalk", "feishu"):
        account("周岚", one, "zhoulan")
    person = cast.person("周岚")
    person.mobile, person.code = "138 0000 1111", "E007"
    person.save()


def use(platform: Platform, name: str) -> str:
    """Connects this one; answers the path at which its messages arrive."""
    path, given = WAYS[name]
    if name in ("webhook", "sms"):
        given = given | {f"{name.upper()}_URL": platform.address + path}
    platform.connect(**given)
    platform.usual |= {
        TOKEN: says(errcode=0, errmsg="ok", access_token="wc-lent-token", expires_in=7200),
        "/v1.0/oauth2/accessToken": says(accessToken="dd-lent-token", expireIn=7200),
        "/topapi/v2/user/get": says(errcode=0, errmsg="ok", result={"unionid": "union-zl"}),
        "/open-apis/auth/v3/tenant_access_token/internal": says(code=0, tenant_access_token="fs-lent", expire=7200),
        path: FINE[name],
    }
    return path


def only(name: str) -> Delivery:
    (row,) = rows_of(name)
    return row


@pytest.mark.parametrize("name", WAYS)
def test_what_the_platform_takes_is_handed_over_and_no_more(platform: Platform, now: datetime, name: str) -> None:
    path = use(platform, name)
    tell("周岚", "林晓雯交办给您：编制预算表", body="内部口径，压缩一成", at=now)
    run_once(name, now + SOON)
    row = only(name)
    assert (row.status, row.reason) == (Status.SENT, "")
    (call,) = platform.to(path)
    assert call.method == "POST"
    assert "内部口径" not in call.body.decode()
    assert Delivery.objects.get(channel="inbox").read_at is None
    assert ChannelState.objects.get(channel=name, part="").failing_since is None


@pytest.mark.parametrize("name", WAYS)
def test_no_odd_answer_is_a_success_nor_followed(platform: Platform, now: datetime, name: str) -> None:
    path, at = use(platform, name), now
    for number, reply in enumerate(ODD, 1):
        platform.usual[path] = reply
        tell("周岚", f"第{number}件", at=at, urgency="flash")
        run_once(name, at)
        rows = rows_of(name)
        assert {(row.status, bool(row.reason)) for row in rows[:1]} == {(Status.RETRY, True)}, reply
        assert Status.SENT not in {row.status for row in rows}, reply
        state = ChannelState.objects.filter(channel=name).exclude(failing_since=None).get()
        assert state.rests_until
        calls = len(platform.to(path))
        assert calls == number
        assert (run_once(name, at + timedelta(seconds=30)), len(platform.to(path))) == (0, calls)
        at += timedelta(days=1)
    assert platform.to("/elsewhere") == []
    assert not ChannelState.objects.exclude(succeeded_at=None).exists()


@pytest.mark.parametrize(
    ("name", "reply", "status", "words", "rest"),
    [
        ("wecom_bot", says(errcode=45009, errmsg="api freq out of limit"), Status.RETRY, "限流", 65),
        ("wecom_bot", says(errcode=93000, errmsg="invalid webhook url"), Status.QUEUED, "密钥不对", 60),
        ("wecom_bot", says(errcode=999999, errmsg="?"), Status.FAILED, "没有记载的代码", 0),
        ("wecom_bot", says(errcode="0", errmsg="ok"), Status.RETRY, "不是约定的格式", 60),
        ("wecom_bot", says(errcode=False, errmsg="ok"), Status.RETRY, "不是约定的格式", 60),
        ("wecom_bot", says(errmsg="ok"), Status.RETRY, "不是约定的格式", 60),
        ("dingtalk_bot", says(errcode=130101, errmsg="send too fast"), Status.RETRY, "限流", 600),
        ("dingtalk_bot", says(errcode=410100, errmsg="send too fast"), Status.RETRY, "限流", 600),
        ("dingtalk_bot", says(errcode=310000, errmsg="keywords not in content"), Status.QUEUED, "关键词", 60),
        ("dingtalk_bot", says(errcode=310000, errmsg="sign not match"), Status.QUEUED, "签名不对", 60),
        ("dingtalk_bot", says(errcode=310000, errmsg="invalid timestamp"), Status.QUEUED, "时钟", 60),
        ("dingtalk_bot", says(errcode=310000, errmsg="ip 1.2.3.4 not in whitelist"), Status.QUEUED, "白名单", 60),
        ("dingtalk_bot", says(errcode=300005, errmsg="token is not exist"), Status.QUEUED, "令牌", 60),
        ("dingtalk_bot", says(errcode=300001, errmsg="token is not exist"), Status.QUEUED, "令牌", 60),
        ("dingtalk_bot", says(errcode=400101, errmsg="access_token is invalid"), Status.QUEUED, "令牌", 60),
        ("dingtalk_bot", says(errcode=400102, errmsg="robot stopped"), Status.QUEUED, "停用", 60),
        ("dingtalk_bot", says(errcode=400013, errmsg="group dissolved"), Status.QUEUED, "解散", 60),
        ("dingtalk_bot", says(errcode=400106, errmsg="no robot"), Status.QUEUED, "没有这个机器人", 60),
        ("dingtalk_bot", says(errcode=40035, errmsg="missing"), Status.FAILED, "缺参数", 0),
        ("dingtalk_bot", says(errcode=43002, errmsg="needs POST"), Status.FAILED, "方式不对", 0),
        ("dingtalk_bot", says(errcode=-1, errmsg="busy"), Status.RETRY, "繁忙", 30),
        ("dingtalk_bot", says(errcode=7, errmsg="?"), Status.FAILED, "没有记载的代码", 0),
        ("feishu_bot", says(code=19021, msg="sign match fail"), Status.QUEUED, "签名不对", 60),
        ("feishu_bot", says(code=19022, msg="ip not allowed"), Status.QUEUED, "白名单", 60),
        ("feishu_bot", says(code=19024, msg="Key Words Not Found"), Status.QUEUED, "关键词", 60),
        ("feishu_bot", says(code=11232, msg="frequency limited"), Status.RETRY, "限流", 60),
        ("feishu_bot", says(code=9499, msg="Bad Request"), Status.FAILED, "格式不对", 0),
        ("feishu_bot", says(code=19036, msg="too large"), Status.FAILED, "太大", 0),
        ("feishu_bot", says(StatusCode=0, StatusMessage="success"), Status.SENT, "", 0),
        ("feishu_bot", says(code=0, StatusCode=9499), Status.FAILED, "格式不对", 0),
        ("feishu_bot", Reply('{"code":9499,"msg":"Bad Request"}', 400), Status.FAILED, "格式不对", 0),
        ("feishu_bot", Reply('{"code":0,"msg":"success"}', 400), Status.RETRY, "不接受请求", 60),
        ("wecom", says(errcode=45009, errmsg="api freq out of limit"), Status.RETRY, "限流", 65),
        ("wecom", says(errcode=81013, errmsg="all invalid"), Status.FAILED, "没有这个成员", 0),
        ("wecom", says(errcode=0, errmsg="ok", invaliduser="zhoulan"), Status.FAILED, "没有这个成员", 0),
        ("wecom", says(errcode=0, errmsg="ok", unlicenseduser="zhoulan"), Status.FAILED, "接口许可", 0),
        ("wecom", says(errcode=60020, errmsg="not allow to access from your ip"), Status.QUEUED, "企业可信IP", 60),
        ("wecom", says(errcode=4711, errmsg="?"), Status.FAILED, "没有记载的代码", 0),
        ("dingtalk", says(result="fine"), Status.FAILED, "没有建成待办", 0),
        ("dingtalk", Reply('{"code":"Forbidden","message":"no right"}', 403), Status.QUEUED, "待办写权限", 60),
        ("dingtalk", Reply('{"code":"paramError","message":"bad"}', 400), Status.FAILED, "没有建成待办", 0),
        ("dingtalk", Reply('{"code":"Throttling","message":"slow down"}', 429), Status.RETRY, "限流", 600),
        ("feishu", says(code=11232, msg="frequency limited"), Status.RETRY, "限流", 60),
        ("feishu", Reply('{"code":230013,"msg":"Bot has NO availability"}', 400), Status.FAILED, "可用范围", 0),
        ("feishu", Reply('{"code":4711,"msg":"?"}', 400), Status.FAILED, "没有记载的代码", 0),
        ("webhook", says(result="later"), Status.RETRY, "限流", 60),
        ("webhook", says(result="unknown_person"), Status.FAILED, "没有这个工号", 0),
        ("webhook", says(result="ok"), Status.FAILED, "没有说收下", 0),
        ("webhook", Reply("no", 403), Status.QUEUED, "不认签名", 60),
        ("sms", says(Code="isv.BUSINESS_LIMIT_CONTROL"), Status.RETRY, "发得太多", 0),
        ("sms", says(Code="isv.MOBILE_NUMBER_ILLEGAL"), Status.FAILED, "没有说收下", 0),
        ("sms", Reply("no", 401), Status.QUEUED, "不认账号", 60),
    ],
)
def test_each_documented_answer_leads_to_its_action(
    platform: Platform, now: datetime, name: str, reply: Reply, status: Status, words: str, rest: int
) -> None:
    path = use(platform, name)
    platform.usual[path] = reply
    tell("周岚", "编制预算表", at=now)
    begin = now + SOON
    run_once(name, begin)
    row, bundle = only(name), Bundle.objects.get()
    assert row.status == status
    trouble = ChannelState.objects.filter(channel=name).exclude(failing_since=None).first()
    reason = trouble.reason if trouble and status == Status.QUEUED else row.reason
    assert words in reason
    assert status == Status.SENT or re.search("请|自动|等着的", reason), f"{reason} does not say what to do"
    assert not re.search("[a-z]{3,}", reason), f"{reason} is not plain Chinese"
    assert (trouble is not None) == bool(rest)
    if trouble and trouble.rests_until:
        assert abs((trouble.rests_until - begin).total_seconds() - rest) < 3
        assert trouble.lasting == (status == Status.QUEUED)
        assert bundle.attempts == (status == Status.RETRY)
    assert DeadAddress.objects.exists() == (words in ("没有这个成员", "没有这个工号"))
    if status != Status.SENT:
        assert not ChannelState.objects.exclude(succeeded_at=None).exists()


@pytest.mark.parametrize("name", ["wecom_bot", "dingtalk_bot", "feishu_bot"])
def test_a_group_hears_who_and_that_something_waits_but_never_what_nor_how_much(
    platform: Platform, now: datetime, name: str
) -> None:
    path = use(platform, name)
    for person in ("孙悦", "王建国"):
        account(person, name.removesuffix("_bot"), f"u-{len(person)}-{ord(person[0])}")
    for number in range(3):
        tell("周岚", f"批评周岚第{number}次", at=now)
    tell("孙悦", "核对台账", at=now)
    tell("王建国", "别的进展", at=now, asks=False)
    run_once(name, now + SOON)
    (call,) = platform.to(path)
    said = call.body.decode()
    for words in ("批评", "核对", "进展", "林晓雯", "三件", "3件"):
        assert words not in said, words
    assert "zhoulan" in said
    assert "https://fayol.example.cn/inbox/" in said
    assert "横桥" in said, "the keyword robots are set to"
    assert {row.status for row in rows_of(name)} == {Status.SENT}


def test_what_dingtalk_is_sent_is_signed_in_the_address_encoded_once(platform: Platform, now: datetime) -> None:
    use(platform, "dingtalk_bot")
    # printf '1763428322000\nSEC0123456789abcdef' | openssl dgst -sha256 -hmac SEC0123456789abcdef -binary | base64
    at = datetime.fromisoformat("2025-11-18T01:12:02+00:00")
    tell("周岚", "立即到会", at=at, urgency="flash")
    run_once("dingtalk_bot", at)
    (call,) = platform.to(DING_BOT)
    assert call.query == {
        "access_token": "dd-token-1",
        "timestamp": "1763428322000",
        "sign": "VVFq2+zAw5ZF+dCMlGfHr8uYfLN4iLi8prpk4DwpomA=",
    }
    assert call.json["at"] == {"atMobiles": [], "atUserIds": ["zhoulan"], "isAtAll": False}
    assert "@zhoulan" in call.json["markdown"]["text"]


def test_what_feishu_is_sent_is_a_signed_card_whose_button_is_a_link(platform: Platform, now: datetime) -> None:
    use(platform, "feishu_bot")
    tell("周岚", "立即到会", at=now, urgency="flash")
    run_once("feishu_bot", now)
    body = platform.to(FEISHU_BOT)[0].json
    assert body["timestamp"] == "1794964320"
    # printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '1794964320\nfs-secret-1' | xxd -p) …
    assert body["sign"] == "aEJPwyhZq93kYpM+fB8zGnhLqIj7bpLfXyzEJxoR57I="
    card = body["card"]
    assert body["msg_type"] == "interactive"
    assert card["header"]["template"] == "red"
    assert card["elements"][0]["text"]["content"] == "<at id=zhoulan></at>"
    assert card["elements"][1]["actions"][0]["url"] == "https://fayol.example.cn/inbox/"


def test_wecom_names_by_telephone_whoever_has_no_account(platform: Platform, now: datetime, cast: Any) -> None:
    use(platform, "wecom_bot")
    cast.person("周岚").addresses.filter(platform="wecom").delete()
    tell("周岚", "编制预算表", at=now)
    run_once("wecom_bot", now + SOON)
    text = platform.to(WECOM_BOT)[0].json["text"]
    assert (text["mentioned_list"], text["mentioned_mobile_list"]) == ([], ["13800001111"])
    assert platform.to(WECOM_BOT)[0].query == {"key": "wc-key-123"}


def test_a_card_by_wecom_names_the_title_and_leads_to_the_thing(platform: Platform, now: datetime) -> None:
    use(platform, "wecom")
    tell("周岚", "林晓雯交办给您：<b>编制预算表</b>" + "很长" * 100, at=now, link="/commitments/7/")
    run_once("wecom", now + SOON)
    body = platform.to(SEND)[0].json
    assert (body["touser"], body["toparty"], body["agentid"], body["msgtype"]) == ("zhoulan", "", 1000002, "textcard")
    assert body["enable_duplicate_check"] == 1
    card = body["textcard"]
    assert card["url"] == "https://fayol.example.cn/commitments/7/"
    assert len(card["title"].encode()) <= 128
    assert len(card["description"].encode()) <= 512
    assert platform.to(SEND)[0].query == {"access_token": "wc-lent-token"}


def test_a_token_taken_back_early_is_fetched_once_more_and_then_given_up(platform: Platform, now: datetime) -> None:
    use(platform, "wecom")
    platform.script[SEND] = [says(errcode=42001, errmsg="access_token expired")]
    tell("周岚", "编制预算表", at=now)
    run_once("wecom", now + SOON)
    assert only("wecom").status == Status.SENT
    assert (len(platform.to(TOKEN)), len(platform.to(SEND))) == (2, 2)
    platform.usual[SEND] = says(errcode=40001, errmsg="invalid credential")
    tell("周岚", "下一件", at=now + SOON)
    run_once("wecom", now + 2 * SOON)
    assert "核对FAYOL_WECOM_SECRET" in ChannelState.objects.get(channel="wecom").reason
    assert len(platform.to(SEND)) == 4


def test_a_token_is_used_again_and_a_wrong_secret_switches_the_channel_off(platform: Platform, now: datetime) -> None:
    use(platform, "dingtalk")
    for number in range(2):
        tell("周岚", f"第{number}件", at=now, urgency="flash")
    run_once("dingtalk", now)
    assert len(platform.to("/v1.0/oauth2/accessToken")) == 1
    tokens._known.clear()
    platform.usual["/v1.0/oauth2/accessToken"] = Reply('{"code":"invalidClientSecret","message":"dd-secret-1"}', 400)
    tell("周岚", "又一件", at=now, urgency="flash")
    run_once("dingtalk", now)
    state = ChannelState.objects.get(channel="dingtalk")
    assert state.lasting
    assert "核对" in state.reason
    assert "dd-secret-1" not in state.detail


def test_a_to_do_belongs_to_the_person_alone(platform: Platform, now: datetime) -> None:
    path = use(platform, "dingtalk")
    tell("周岚", "编制预算表", at=now, link="/commitments/7/")
    tell("周岚", "别人的进展", at=now, asks=False)
    run_once("dingtalk", now + SOON)
    (call,) = platform.to(path)
    assert call.query == {"operatorId": "union-zl"}
    assert {name.lower(): value for name, value in call.headers.items()}[
        "x-acs-dingtalk-access-token"
    ] == "dd-lent-token"
    body = call.json
    assert (body["executorIds"], body["participantIds"], body["isOnlyShowExecutor"]) == (["union-zl"], [], True)
    assert body["sourceId"] == Bundle.objects.get().message_id
    assert body["detailUrl"]["pcUrl"] == "https://fayol.example.cn/commitments/7/"


def test_a_text_message_holds_nothing_of_what_it_is_about(platform: Platform, now: datetime) -> None:
    path = use(platform, "sms")
    tell("周岚", '机密"事项', at=now)
    run_once("sms", now + SOON)
    body = platform.to(path)[0].json
    assert body["to"] == "13800001111"
    assert json.loads(body["vars"]) == {"n": "1"}
    assert "机密" not in platform.to(path)[0].body.decode()


def test_a_form_gateway_cannot_be_talked_into_another_field(platform: Platform, now: datetime) -> None:
    platform.connect(
        SMS_URL=platform.address + "/sms", SMS_BODY="mobile={mobile}&content={text}&key=a b", SMS_SUCCESS="^0$",
        SMS_TEXT="共{count}件&mobile=1 {link}", SMS_HEADERS="Authorization: Bearer abcdefg;;X-Kind: 1",
    )  # fmt: skip
    platform.usual["/sms"] = Reply("0")
    tell("周岚", "编制预算表", at=now)
    run_once("sms", now + SOON)
    (call,) = platform.to("/sms")
    assert call.body.decode().count("&") == 2
    assert call.body.decode().startswith("mobile=13800001111&content=%E5%85%B11%E4%BB%B6%26mobile%3D1")
    assert {name.lower(): value for name, value in call.headers.items()}["authorization"] == "Bearer abcdefg"
    assert only("sms").status == Status.SENT


def test_a_broken_robot_of_one_group_does_not_stop_the_others(platform: Platform, now: datetime, cast: Any) -> None:
    platform.connect(WECOM_BOTS="*=house-key 财务部=finance-key")
    account("林晓雯", "wecom", "linxiaowen")
    platform.script[WECOM_BOT] = [says(errcode=0, errmsg="ok"), says(errcode=93000, errmsg="invalid webhook url")]
    platform.usual[WECOM_BOT] = says(errcode=0, errmsg="ok")
    tell("周岚", "编制预算表", at=now)
    tell("林晓雯", "核对台账", at=now)
    run_once("wecom_bot", now + SOON)
    calls = platform.to(WECOM_BOT)
    assert [call.query["key"] for call in calls] == ["house-key", "finance-key"]
    state = ChannelState.objects.exclude(failing_since=None).get()
    assert (state.part, state.lasting) == ("财务部", True)
    assert [row.status for row in rows_of("wecom_bot")] == [Status.QUEUED, Status.SENT]
    tell("林晓雯", "又一件", at=now + SOON, urgency="flash")
    run_once("wecom_bot", now + SOON)
    assert len(platform.to(WECOM_BOT)) == 3
    assert platform.to(WECOM_BOT)[2].query["key"] == "house-key"


def test_a_server_that_is_not_there_costs_no_message_a_try(platform: Platform, now: datetime) -> None:
    use(platform, "wecom_bot")
    platform.connect(WECOM_BOTS="*=wc-key-123", WECOM_URL="http://127.0.0.1:9")
    tell("周岚", "编制预算表", at=now)
    run_once("wecom_bot", now + SOON)
    assert (only("wecom_bot").status, only("wecom_bot").attempts) == (Status.QUEUED, 0)
    assert "连接被拒绝" in ChannelState.objects.get().reason
