"""The pages of the channels as the office sees them when some of them do not work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from fayol.channels.models import Bundle, ChannelState, Preference
from fayol.channels.tests.platforms import account, rows_of, tell
from fayol.config.channels import channel_settings

pytestmark = pytest.mark.browser


@pytest.fixture
def troubled(cast: Any, now: datetime, at_nine: datetime, settings: Any) -> None:
    """Robots of DingTalk that refuse, WeCom that takes what it gets, one card that WeCom would not take."""
    settings.CHANNELS = channel_settings(
        {
            "FAYOL_WECOM_CORP": "ww1", "FAYOL_WECOM_AGENT": "1000002", "FAYOL_WECOM_SECRET": "wc-secret-1",
            "FAYOL_DINGTALK_BOTS": "*=dd-token-1:SEC0123456789 财务部=dd-token-2:SEC0123456789",
        }
    )  # fmt: skip
    for name in ("周岚", "林晓雯"):
        account(name, "wecom", "user")
        account(name, "dingtalk", "user")
    ChannelState.objects.create(channel="wecom", succeeded_at=now)
    ChannelState.objects.create(channel="dingtalk_bot")
    ChannelState.objects.create(
        channel="dingtalk_bot", part="财务部", troubles=3, lasting=True, failing_since=now - timedelta(hours=2),
        failed_at=now, rests_until=now + timedelta(minutes=4), detail="310000 sign not match",
        reason="签名不对：请核对加签密钥，并校准服务器时钟",
    )  # fmt: skip
    tell("周岚", "林晓雯交办给您：编制预算表", at=now)
    row = rows_of("wecom")[0]
    bundle = Bundle.objects.create(
        channel="wecom", person=row.person, address="user", message_id="<1@x>", language="zh-hans", created_at=now,
        status="failed", reason="企业微信返回了没有记载的代码，按没有发出处理：请把原话交给管理员查平台说明",
        detail="4711 something new",
    )  # fmt: skip
    type(row).objects.filter(pk=row.pk).update(
        status="failed", next_try_at=None, falls_at=None, reason=bundle.reason, bundle=bundle, address="user"
    )


@pytest.mark.usefixtures("troubled")
def test_channels_read_on_both_sizes_and_a_test_is_sent_by_a_press(
    page_as: Any, axe: Callable[[Page], list[str]], overflow: Callable[[Page], int], shot: Any
) -> None:
    for size in ("desktop", "phone"):
        page = page_as("林晓雯", size)
        for name, path in (
            ("list", "channels/"), ("wecom", "channels/wecom/"), ("dingtalk", "channels/dingtalk_bot/"),
            ("sms", "channels/sms/"), ("deliveries", ""),
        ):  # fmt: skip
            page.goto(f"/deliveries/{path}")
            assert (axe(page), overflow(page)) == ([], 0), (size, name)
            shot(page, f"channel-{name}-{size}", full_page=True)
    page = page_as("林晓雯", "desktop")
    page.goto("/deliveries/channels/wecom/")
    page.get_by_role("button", name="发测试消息").click()
    page.get_by_text("排队中，几秒后有结果。").wait_for()
    assert "交给管理员查平台说明" in page.locator("#failures").inner_text()


@pytest.mark.usefixtures("troubled")
def test_ones_accounts_and_ones_first_channel_are_kept_on_a_phone(
    page_as: Any, axe: Callable[[Page], list[str]], overflow: Callable[[Page], int], shot: Any, cast: Any
) -> None:
    page = page_as("周岚", "phone")
    page.goto("/settings/notifications/")
    assert (axe(page), overflow(page)) == ([], 0)
    shot(page, "notifications-channels-phone", full_page=True)
    page.get_by_label("企业微信账号").fill("zhou.lan")
    page.get_by_role("button", name="保存账号").click()
    page.get_by_text("账号已保存").wait_for()
    page.get_by_label("先发到哪里").select_option(label="钉钉群机器人")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("通知设置已保存").wait_for()
    assert Preference.objects.get(person=cast.person("周岚")).first == "dingtalk_bot"
    assert cast.person("周岚").addresses.get(platform="wecom").value == "zhou.lan"
