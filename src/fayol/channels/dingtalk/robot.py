"""The signed robot. 钉钉 always answers HTTP 200; only the code says what happened."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from fayol.channels.accounts import BY_MOBILE
from fayol.channels.connections import Bot
from fayol.channels.contract import Failed, Parcel, Retry, Sent, Trouble
from fayol.channels.links import absolute
from fayol.channels.posting import Verdict, code_in, disabled, post_json, said, throttled
from fayol.channels.robots import named_in
from fayol.channels.wording import for_group
from fayol.kernel.text import gettext_noop as _

BUSY, NOT_SAFE = -1, 310000
TOO_OFTEN = frozenset({130101, 410100})
MUTED = timedelta(minutes=10)  # twenty a minute; whoever says more is muted for so long
BUSY_REST = timedelta(seconds=30)
BUSY_NOW = _("钉钉系统繁忙，半分钟后自动再发")
NO_ROBOT = {
    300005: _("群机器人的令牌已失效：请重新复制机器人的地址，填到FAYOL_DINGTALK_BOTS"),
    300001: _("群机器人的令牌已失效：请重新复制机器人的地址，填到FAYOL_DINGTALK_BOTS"),
    400101: _("群机器人的令牌已失效：请重新复制机器人的地址，填到FAYOL_DINGTALK_BOTS"),
    400102: _("群机器人已停用：请在钉钉群设置里启用"),
    400013: _("这个钉钉群已经解散：请从FAYOL_DINGTALK_BOTS里删掉，或换一个群"),
    400106: _("群里没有这个机器人了：请重新添加，把新地址填到FAYOL_DINGTALK_BOTS"),
}
OURS = {
    40035: _("钉钉说请求缺参数：重发也不会成，请把原话报给管理员"),
    43002: _("钉钉说请求方式不对：重发也不会成，请管理员查代理是否改了请求"),
}
_UNKNOWN = _("钉钉返回了没有记载的代码，按没有发出处理：请把原话交给管理员查平台说明")


def sign(secret: str, at: datetime) -> tuple[str, str]:
    """(timestamp in milliseconds, signature in Base64): the secret is the key, and second line of the message too."""
    stamp = str(round(at.timestamp() * 1000))
    mark = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return stamp, base64.b64encode(mark).decode()


def say(base: str, bot: Bot, parcels: list[Parcel]) -> Verdict:
    stamp, mark = sign(bot.secret, parcels[0].at)
    query = f"access_token={quote_plus(bot.key)}&timestamp={stamp}&sign={quote_plus(mark)}"
    data = post_json(f"{base}/robot/send?{query}", markdown(parcels)).json()
    code, words = code_in(data, "errcode"), str(data.get("errmsg", ""))
    detail = said(f"{code} {words}")
    if code in TOO_OFTEN:
        return throttled(detail, MUTED, bot.unit)
    if code == NOT_SAFE:
        return disabled(_unsafe(words), detail, bot.unit)
    if code in NO_ROBOT:
        return disabled(NO_ROBOT[code], detail, bot.unit)
    if code == BUSY:
        return Verdict(Retry(BUSY_NOW, detail, BUSY_REST), Trouble(BUSY_NOW, detail, part=bot.unit, rest=BUSY_REST))
    return Verdict(Sent(detail) if code == 0 else Failed(OURS.get(code, _UNKNOWN), detail))


def _unsafe(words: str) -> str:
    """One code for three settings of the robot; only the words tell them apart."""
    if "keyword" in words:
        return _("机器人要求的关键词不在消息里：请把关键词设为“横桥”")
    if "whitelist" in words:
        return _("本机的网络地址不在机器人的白名单里：请在机器人设置里添加，或改用加签")
    if "timestamp" in words:
        return _("签名的时间不对：请校准服务器时钟")
    if "sign" in words:
        return _("签名不对：请核对加签密钥，并校准服务器时钟")
    return _("没有通过机器人的安全设置，请核对关键词、加签和网络地址")


def markdown(parcels: list[Parcel]) -> dict[str, Any]:
    """Whoever is to be named must stand in the text as well."""
    named = named_in(parcels)
    mobiles = [one[1:] for one in named if one.startswith(BY_MOBILE)]
    users = [one for one in named if not one.startswith(BY_MOBILE)]
    words = for_group(parcels)
    called = " ".join(f"@{one}" for one in [*users, *mobiles])
    return {
        "msgtype": "markdown",
        "markdown": {"title": words, "text": f"{words}\n\n[{absolute('/inbox/')}]({absolute('/inbox/')})\n\n{called}"},
        "at": {"atMobiles": mobiles, "atUserIds": users, "isAtAll": False},
    }
