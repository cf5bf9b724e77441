"""What connects this installation to each platform: the values the environment gave, without any Django."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

WECOM = "https://qyapi.weixin.qq.com"
DINGTALK, DINGTALK_NEW = "https://oapi.dingtalk.com", "https://api.dingtalk.com"
FEISHU = "https://open.feishu.cn"
EVERYBODY = "*"


@dataclass(frozen=True)
class Bot:
    """A robot in one group. `unit` is the code or name of the unit that the group belongs to, `*` the whole house."""

    unit: str
    key: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Bots:
    base: str
    bots: tuple[Bot, ...] = ()

    def of(self, unit: str) -> Bot | None:
        return next((bot for bot in self.bots if bot.unit == unit), None)


@dataclass(frozen=True)
class WeComApp:
    base: str
    corp: str
    agent: int
    secret: str = field(repr=False)


@dataclass(frozen=True)
class DingTalkApp:
    base: str
    new_base: str
    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class FeishuApp:
    base: str
    app: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Webhook:
    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Sms:
    """A gateway by template: `{mobile}`, `{text}`, `{count}`, `{link}` and `{id}` are filled in. `success`, `later` and
    `dead` are regular expressions over the whole answer."""

    url: str = field(repr=False)
    method: str
    body: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    success: str
    later: str
    dead: str
    text: str


@dataclass(frozen=True)
class Connections:
    """None where a platform is not connected."""

    wecom: WeComApp | None = None
    wecom_bots: Bots = Bots(WECOM)
    dingtalk: DingTalkApp | None = None
    dingtalk_bots: Bots = Bots(DINGTALK)
    feishu: FeishuApp | None = None
    feishu_bots: Bots = Bots(FEISHU)
    webhook: Webhook | None = None
    sms: Sms | None = None


def secrets_of(thing: Any) -> Iterator[str]:
    """Every value that must appear nowhere: what the dataclasses do not print."""
    if isinstance(thing, tuple):
        for one in thing:
            yield from secrets_of(one)
    for part in fields(thing) if hasattr(thing, "__dataclass_fields__") else ():
        value = getattr(thing, part.name)
        if isinstance(value, str) and not part.repr:
            yield value
        else:
            yield from secrets_of(value)
    if isinstance(thing, Sms):
        yield from (value for _name, value in thing.headers)


PLATFORMS = {
    "wecom": "wecom",
    "wecom_bot": "wecom",
    "dingtalk": "dingtalk",
    "dingtalk_bot": "dingtalk",
    "feishu": "feishu",
    "feishu_bot": "feishu",
}
"""Whose accounts a channel uses."""
VARIABLES = {
    "mail": ("FAYOL_EMAIL_URL", "FAYOL_EMAIL_FROM"),
    "wecom": ("FAYOL_WECOM_CORP", "FAYOL_WECOM_AGENT", "FAYOL_WECOM_SECRET"),
    "wecom_bot": ("FAYOL_WECOM_BOTS",),
    "dingtalk": ("FAYOL_DINGTALK_KEY", "FAYOL_DINGTALK_SECRET"),
    "dingtalk_bot": ("FAYOL_DINGTALK_BOTS",),
    "feishu": ("FAYOL_FEISHU_APP", "FAYOL_FEISHU_SECRET"),
    "feishu_bot": ("FAYOL_FEISHU_BOTS",),
    "webhook": ("FAYOL_WEBHOOK_URL", "FAYOL_WEBHOOK_SECRET"),
    "sms": ("FAYOL_SMS_URL", "FAYOL_SMS_SUCCESS"),
}
"""What must be set for a channel to be on."""
