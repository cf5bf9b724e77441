"""What 企业微信 is sent, and what its codes mean. Codes that are not listed here are never a success."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from fayol.channels import tokens
from fayol.channels.accounts import BY_MOBILE
from fayol.channels.connections import Bot, WeComApp
from fayol.channels.contract import AddressDead, Disabled, Failed, Parcel, Sent, Trouble
from fayol.channels.links import absolute
from fayol.channels.posting import THROTTLED, Verdict, call, code_in, disabled, post_json, said, throttled
from fayol.channels.replies import answer_at
from fayol.channels.robots import named_in
from fayol.channels.wording import cut, for_group, headline, particulars, target
from fayol.kernel.text import gettext_noop as _

TOO_OFTEN, ALL_INVALID, BAD_HOOK, NOT_FROM_HERE = 45009, 81013, 93000, 60020
TOKEN_OVER = frozenset({40001, 42001})
REST = timedelta(seconds=65)
TEXT, DESCRIPTION = 2048, 512  # bytes
SAME_FOR = 1800  # seconds in which the platform drops a repetition
_NOBODY = _("企业微信里没有这个成员，或不在应用的可见范围：请核对账号和可见范围")
_UNKNOWN = _("企业微信返回了没有记载的代码，按没有发出处理：请把原话交给管理员查平台说明")


# ── the application ────────────────────────────────────────────────────────


def push(app: WeComApp, parcel: Parcel) -> Verdict:
    verdict = _push(app, parcel)
    if verdict is None:  # the token was taken back before its time
        tokens.forget(_owner(app))
        verdict = _push(app, parcel)
    return verdict or disabled(_("企业微信不认应用的凭证，请核对FAYOL_WECOM_SECRET"), "40001")


def _push(app: WeComApp, parcel: Parcel) -> Verdict | None:
    """None when the token is not valid."""
    try:
        token = tokens.token_for(_owner(app), lambda: _token(app))
    except Trouble as trouble:
        return Verdict(None, trouble)
    url = f"{app.base}/cgi-bin/message/send?{urlencode({'access_token': token})}"
    data = post_json(url, card(app, parcel)).json()
    code, detail = code_in(data, "errcode"), _detail(data)
    if code in TOKEN_OVER:
        return None
    if code == TOO_OFTEN:
        return throttled(detail, REST)
    if code == NOT_FROM_HERE:
        return disabled(_("本机的网络地址不在应用的企业可信IP里：请在企业微信管理后台添加"), detail)
    if code == ALL_INVALID or (code == 0 and data.get("invaliduser")):
        return Verdict(AddressDead(_NOBODY, detail))
    if code == 0 and data.get("unlicenseduser"):
        return Verdict(Failed(_("这个成员在企业微信没有接口许可：请在企业微信管理后台分配"), detail))
    return Verdict(Sent(detail) if code == 0 else Failed(_UNKNOWN, detail))


def card(app: WeComApp, parcel: Parcel) -> dict[str, Any]:
    answer = answer_at(parcel)
    return {
        "touser": parcel.bundle.address,
        "toparty": "",
        "agentid": app.agent,
        "msgtype": "textcard",
        "textcard": {
            "title": headline(parcel),
            "description": particulars(parcel, DESCRIPTION),
            "url": answer or target(parcel),
            "btntxt": "去答复" if answer else "查看",  # four characters at most
        },
        "enable_duplicate_check": 1,
        "duplicate_check_interval": SAME_FOR,
    }


def _owner(app: WeComApp) -> tuple[str, ...]:
    return (app.base, app.corp, app.secret)


def _token(app: WeComApp) -> tuple[str, int]:
    query = urlencode({"corpid": app.corp, "corpsecret": app.secret})
    data = call("GET", f"{app.base}/cgi-bin/gettoken?{query}").json()
    if code_in(data, "errcode") == TOO_OFTEN:
        raise Trouble(THROTTLED, _detail(data), rest=REST)
    token, lasts = data.get("access_token"), data.get("expires_in")
    if code_in(data, "errcode") != 0 or not isinstance(token, str) or not isinstance(lasts, int):
        raise Disabled(_("企业微信不给应用凭证，请核对FAYOL_WECOM_CORP和FAYOL_WECOM_SECRET"), _detail(data))
    return token, lasts


# ── the robot ──────────────────────────────────────────────────────────────


def say(base: str, bot: Bot, parcels: list[Parcel]) -> Verdict:
    answer = post_json(f"{base}/cgi-bin/webhook/send?{urlencode({'key': bot.key})}", text(parcels))
    data = answer.json()
    code, detail = code_in(data, "errcode"), _detail(data)
    if code == TOO_OFTEN:
        return throttled(detail, REST, bot.unit)
    if code == BAD_HOOK:
        return disabled(
            _("群机器人的密钥不对，或机器人已被移出群：请重新复制机器人的地址，填到FAYOL_WECOM_BOTS"), detail, bot.unit
        )
    return Verdict(Sent(detail) if code == 0 else Failed(_UNKNOWN, detail))


def text(parcels: list[Parcel]) -> dict[str, Any]:
    named = named_in(parcels)
    return {
        "msgtype": "text",
        "text": {
            "content": cut(f"{for_group(parcels)}\n{absolute('/inbox/')}", TEXT),
            "mentioned_list": [one for one in named if not one.startswith(BY_MOBILE)],
            "mentioned_mobile_list": [one[1:] for one in named if one.startswith(BY_MOBILE)],
        },
    }


def _detail(data: dict[str, Any]) -> str:
    return said(f"{data.get('errcode')} {data.get('errmsg', '')}")
