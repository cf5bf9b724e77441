"""What the environment says of the channels, and what it cannot mean."""

from __future__ import annotations

import pytest

from fayol.channels.connections import Bot, secrets_of
from fayol.channels.policy import ORDER
from fayol.config.channels import channel_order, channel_settings
from fayol.config.environment import Misconfigured, read_environment

SECRET = "SECabcdef0123456789"


def given(**values: str) -> dict[str, str]:
    return {f"FAYOL_{name}": value for name, value in values.items()}


def test_nothing_is_connected_unless_it_is_said() -> None:
    found = channel_settings({})
    assert (found.wecom, found.dingtalk, found.feishu, found.webhook, found.sms) == (None,) * 5
    assert (found.wecom_bots.bots, found.dingtalk_bots.bots, found.feishu_bots.bots) == ((), (), ())
    assert channel_order({}) == ORDER


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("WECOM_BOTS", "*=KEY", [Bot("*", "KEY")]),
        ("WECOM_BOTS", "*=KEY CW=KEY2", [Bot("*", "KEY"), Bot("CW", "KEY2")]),
        ("WECOM_BOTS", "*=https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY", [Bot("*", "KEY")]),
        ("DINGTALK_BOTS", f"财务部=TOKEN:{SECRET}", [Bot("财务部", "TOKEN", SECRET)]),
        (
            "DINGTALK_BOTS",
            f"*=https://oapi.dingtalk.com/robot/send?access_token=TOKEN:{SECRET}",
            [Bot("*", "TOKEN", SECRET)],
        ),
        ("FEISHU_BOTS", f"*=https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN:{SECRET}", [Bot("*", "TOKEN", SECRET)]),
    ],
)
def test_a_robot_is_a_unit_and_a_key_and_a_whole_address_is_understood(
    name: str, value: str, expected: list[Bot]
) -> None:
    found = channel_settings(given(**{name: value}))
    bots = {"W": found.wecom_bots, "D": found.dingtalk_bots, "F": found.feishu_bots}[name[0]]
    assert list(bots.bots) == expected


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"WECOM_CORP": "ww1", "WECOM_SECRET": SECRET}, "FAYOL_WECOM_AGENT is missing"),
        ({"WECOM_CORP": "ww1", "WECOM_SECRET": SECRET, "WECOM_AGENT": "x"}, "AgentId"),
        ({"DINGTALK_BOTS": f"*={SECRET}"}, "unit=token:secret"),
        ({"DINGTALK_BOTS": f"*=https://oapi.dingtalk.com/robot/send?access_token={SECRET}"}, "unit=token:secret"),
        ({"FEISHU_BOTS": SECRET}, "unit=token:secret"),
        ({"WECOM_BOTS": f"*={SECRET} *=b"}, "two entries"),
        ({"WECOM_BOT": SECRET}, "FAYOL_WECOM_BOT is not a setting"),
        ({"WEBHOOK_URL": "https://x.example.cn/in"}, "FAYOL_WEBHOOK_SECRET is missing"),
        ({"WEBHOOK_URL": "x.example.cn", "WEBHOOK_SECRET": SECRET}, "must begin with https://"),
        ({"SMS_BODY": SECRET}, "FAYOL_SMS_URL and FAYOL_SMS_SUCCESS"),
        ({"SMS_URL": "https://x.example.cn/", "SMS_SUCCESS": "ok", "SMS_BODY": SECRET}, "{mobile}"),
        ({"SMS_URL": "https://x.example.cn/{mobile}", "SMS_SUCCESS": "("}, "regular expression"),
        ({"SMS_URL": "https://x.example.cn/{mobile}", "SMS_SUCCESS": "ok", "SMS_METHOD": "PUT"}, "GET or POST"),
        ({"SMS_URL": "https://x.example.cn/{mobile}", "SMS_SUCCESS": "ok", "SMS_HEADERS": SECRET}, "FAYOL_SMS_HEADERS"),
    ],
)
def test_what_cannot_be_meant_stops_the_start_with_a_sentence_without_secrets(
    values: dict[str, str], words: str
) -> None:
    with pytest.raises(Misconfigured) as stopped:
        channel_settings(given(**values))
    assert words in str(stopped.value)
    assert SECRET not in str(stopped.value)


def test_the_order_of_the_house_names_channels_that_exist() -> None:
    assert channel_order(given(CHANNELS="mail, sms")) == ("mail", "sms")
    with pytest.raises(Misconfigured, match="'fax'"):
        channel_order(given(CHANNELS="mail,fax"))


def test_no_secret_is_printed_with_the_settings() -> None:
    values = given(
        WECOM_CORP="ww1", WECOM_AGENT="1", WECOM_SECRET=SECRET + "1", WECOM_BOTS=f"*={SECRET}2",
        DINGTALK_KEY="k", DINGTALK_SECRET=SECRET + "3", DINGTALK_BOTS=f"*={SECRET}4:{SECRET}5",
        FEISHU_APP="a", FEISHU_SECRET=SECRET + "6", FEISHU_BOTS=f"*={SECRET}7:{SECRET}8",
        WEBHOOK_URL=f"https://x.example.cn/{SECRET}9", WEBHOOK_SECRET=SECRET + "A",
        SMS_URL="https://x.example.cn/{mobile}", SMS_SUCCESS="ok", SMS_HEADERS=f"X-Key: {SECRET}B",
    )  # fmt: skip
    found = channel_settings(values)
    assert SECRET not in repr(found)
    assert SECRET not in repr(read_environment(values))
    assert {f"{SECRET}{n}" for n in "12345678AB"} <= set(secrets_of(found))
