"""What 飞书 is sent, and what its codes mean. A robot's buttons are links: it hears nothing back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.utils import translation
from django.utils.translation import gettext

from fayol.channels import tokens
from fayol.channels.connections import Bot, FeishuApp
from fayol.channels.contract import Disabled, Failed, Parcel, Sent, Trouble
from fayol.channels.links import absolute
from fayol.channels.mail.letter import one_line
from fayol.channels.posting import Answer, Verdict, code_in, disabled, post_json, said, throttled
from fayol.channels.replies import answerable
from fayol.channels.robots import named_in
from fayol.channels.states import FLASH
from fayol.channels.wording import LINES, for_group, headline, particulars, target
from fayol.kernel.text import gettext_noop as _

BAD_REQUEST, SIGN, ADDRESS, KEYWORD, TOO_OFTEN, TOO_LARGE = 9499, 19021, 19022, 19024, 11232, 19036
NOT_THERE = 230013
REST = timedelta(seconds=60)
WORDS = 4000  # bytes; a whole card may have 20 KB
TOKEN_OVER = frozenset({99991661, 99991663})
MISSET = {
    SIGN: _("签名不对，或时间差了一小时以上：请核对签名密钥，并校准服务器时钟"),
    ADDRESS: _("本机的网络地址不在机器人的白名单里：请在机器人设置里添加，或改用签名校验"),
    KEYWORD: _("机器人要求的关键词不在消息里：请把关键词设为“横桥”"),
}
OURS = {
    BAD_REQUEST: _("飞书说请求的格式不对：重发也不会成，请把原话报给管理员"),
    TOO_LARGE: _("飞书说消息太大：重发也不会成，请另行告知本人，并报给管理员"),
    NOT_THERE: _("这个人不在飞书应用的可用范围：请在开放平台加上"),
}
_UNKNOWN = _("飞书返回了没有记载的代码，按没有发出处理：请把原话交给管理员查平台说明")
_WRONG_KEY = _("飞书不给应用凭证，请核对FAYOL_FEISHU_APP和FAYOL_FEISHU_SECRET")


# ── the robot ──────────────────────────────────────────────────────────────


def sign(secret: str, at: datetime) -> tuple[str, str]:
    """(timestamp in seconds, signature in Base64): timestamp and secret are the key, the message is empty."""
    stamp = str(int(at.timestamp()))
    mark = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return stamp, base64.b64encode(mark).decode()


def say(base: str, bot: Bot, parcels: list[Parcel]) -> Verdict:
    stamp, mark = sign(bot.secret, parcels[0].at)
    called = " ".join(f"<at id={one}></at>" for one in named_in(parcels))
    shown = card(
        for_group(parcels), [_div(called), _buttons(_button(gettext("登录查看"), absolute("/inbox/")))], parcels[0]
    )
    body = {"timestamp": stamp, "sign": mark, "msg_type": "interactive", "card": shown}
    data = _read(post_json(f"{base}/open-apis/bot/v2/hook/{quote(bot.key, safe='')}", body))
    code, detail = _code(data), _detail(data)
    if code == TOO_OFTEN:
        return throttled(detail, REST, bot.unit)
    if code in MISSET:
        return disabled(MISSET[code], detail, bot.unit)
    return _taken(code, detail)


def _code(data: dict[str, Any]) -> int:
    """Older robots answer with StatusCode; when both are there, both must say that all is well."""
    given = [code_in(data, name) for name in ("code", "StatusCode") if name in data]
    return next((one for one in given if one), 0) if given else code_in(data, "code")


def card(title: str, elements: list[dict[str, Any]], parcel: Parcel) -> dict[str, Any]:
    template = "red" if parcel.bundle.urgency == FLASH else "blue"
    return {
        "config": {"wide_screen_mode": True},
        "header": {"title": _words(title), "template": template},
        "elements": elements,
    }


def _div(words: str) -> dict[str, Any]:
    return {"tag": "div", "text": {"tag": "lark_md", "content": words}}


def _buttons(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"tag": "action", "actions": list(buttons)}


def _button(words: str, url: str, kind: str = "primary") -> dict[str, Any]:
    return {"tag": "button", "text": _words(words), "type": kind, "url": url}


def _words(text: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": text}


# ── the application ────────────────────────────────────────────────────────


def push(app: FeishuApp, parcel: Parcel) -> Verdict:
    for _try in range(2):
        try:
            token = tokens.token_for(_owner(app), lambda: _token(app))
        except Trouble as trouble:
            return Verdict(None, trouble)
        verdict = _push(app, token, parcel)
        if verdict is not None:
            return verdict
        tokens.forget(_owner(app))
    return disabled(_WRONG_KEY, "99991663")


def _push(app: FeishuApp, token: str, parcel: Parcel) -> Verdict | None:
    """None when the token is not valid."""
    url = f"{app.base}/open-apis/im/v1/messages?receive_id_type=open_id"
    data = _read(post_json(url, message(parcel), {"Authorization": f"Bearer {token}"}))
    code, detail = code_in(data, "code"), _detail(data)
    if code in TOKEN_OVER:
        return None
    return throttled(detail, REST) if code == TOO_OFTEN else _taken(code, detail)


def message(parcel: Parcel) -> dict[str, Any]:
    """`uuid`: the platform drops a repetition within the hour."""
    with translation.override(parcel.bundle.language):
        shown = card(headline(parcel), _elements(parcel), parcel)
    mark = hashlib.sha256(parcel.bundle.message_id.encode()).hexdigest()[:32]
    content = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return {"receive_id": parcel.bundle.address, "msg_type": "interactive", "content": content, "uuid": mark}


def _elements(parcel: Parcel) -> list[dict[str, Any]]:
    """A button under each thing that can be answered at once, then the rest and the way to the whole."""
    asked = answerable(parcel, LINES)
    look = _button(gettext("登录查看"), target(parcel), "default" if asked else "primary")
    if len(parcel.messages) == 1 and asked:
        return [_div(_plain(particulars(parcel, WORDS))), _buttons(_button(gettext("去答复"), asked[0][1]), look)]
    shown: list[dict[str, Any]] = []
    for message, address in asked:
        shown += [_div(_plain(one_line(message.title))), _buttons(_button(gettext("去答复"), address))]
    rest = _plain(particulars(parcel, WORDS, without={message.pk for message, _address in asked}))
    return [*shown, *([_div(rest)] if rest else []), _buttons(look)]


def _plain(words: str) -> str:
    """Titles are no markup: they may not name anybody, nor lead anywhere."""
    return "".join({"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊"}.get(one, one) for one in words)


def _token(app: FeishuApp) -> tuple[str, int]:
    url = f"{app.base}/open-apis/auth/v3/tenant_access_token/internal"
    data = post_json(url, {"app_id": app.app, "app_secret": app.secret}).json()
    token, lasts = data.get("tenant_access_token"), data.get("expire")
    if code_in(data, "code") != 0 or not isinstance(token, str) or not isinstance(lasts, int):
        raise Disabled(_WRONG_KEY, _detail(data))
    return token, lasts


def _owner(app: FeishuApp) -> tuple[str, ...]:
    return (app.base, app.app, app.secret)


def _read(answer: Answer) -> dict[str, Any]:
    """Refusals come with HTTP 4xx and a code; a success never does."""
    refused = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    data = answer.object() if refused else answer.json()
    return answer.json() if refused and not _code(data) else data


def _taken(code: int, detail: str) -> Verdict:
    return Verdict(Sent(detail) if code == 0 else Failed(OURS.get(code, _UNKNOWN), detail))


def _detail(data: dict[str, Any]) -> str:
    return said(f"{data.get('code', data.get('StatusCode', ''))} {data.get('msg', data.get('StatusMessage', ''))}")
