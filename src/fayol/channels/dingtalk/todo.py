"""A to-do in somebody's 钉钉. It belongs to the person alone, and is no more than a pointer to where the task is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from fayol.channels import tokens
from fayol.channels.connections import DingTalkApp
from fayol.channels.contract import Disabled, Failed, Parcel, Sent, Trouble
from fayol.channels.dingtalk.robot import BUSY, BUSY_NOW, BUSY_REST, MUTED, TOO_OFTEN
from fayol.channels.posting import (
    THROTTLED,
    TOO_MANY,
    Answer,
    Unclear,
    Verdict,
    code_in,
    disabled,
    post_json,
    said,
    throttled,
)
from fayol.channels.replies import answer_at
from fayol.channels.wording import headline, particulars, target
from fayol.kernel.text import gettext_noop as _

SUBJECT, DESCRIPTION = 1024, 4096  # bytes
PRIORITY = 20
TOKEN_OVER = frozenset({40001, 40014, 42001})
_REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT})
_WRONG_KEY = _("钉钉不给应用凭证，请核对FAYOL_DINGTALK_KEY和FAYOL_DINGTALK_SECRET")
_NO_RIGHT = _("钉钉不许这个应用写待办：请在开放平台给应用加上待办写权限")
_NO_USER = _("钉钉没有给出这个账号的人员信息，按没有发出处理：请核对这个人的钉钉账号")
_UNKNOWN = _("钉钉没有建成待办，按没有发出处理：请把原话交给管理员查平台说明")


class Refusal(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class TokenOver(Exception):
    """The token is not valid any more."""


def push(app: DingTalkApp, parcel: Parcel) -> Verdict:
    for _try in range(2):
        try:
            return _push(app, parcel)
        except TokenOver:
            tokens.forget(_owner(app))
        except Refusal as refusal:
            return refusal.verdict
        except Trouble as trouble:
            return Verdict(None, trouble)
    return disabled(_WRONG_KEY, "401")


def _push(app: DingTalkApp, parcel: Parcel) -> Verdict:
    token = tokens.token_for(_owner(app), lambda: _token(app))
    union = _union_of(app, token, parcel.bundle.address)
    url = f"{app.new_base}/v1.0/todo/users/{quote(union, safe='')}/tasks?{urlencode({'operatorId': union})}"
    answer = post_json(url, todo(parcel, union), {"x-acs-dingtalk-access-token": token})
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise TokenOver
    if answer.status == HTTPStatus.FORBIDDEN:
        return disabled(_NO_RIGHT, _words(answer))
    if answer.status in _REFUSED:
        return Verdict(Failed(_UNKNOWN, _words(answer)))
    if answer.status == TOO_MANY:
        return throttled(_words(answer), MUTED)
    data = answer.json()
    made = data.get("id")
    if not isinstance(made, str) or not made:
        return Verdict(Failed(_UNKNOWN, said(answer.text)))
    return Verdict(Sent(said(f"id {made}")))


def todo(parcel: Parcel, union: str) -> dict[str, Any]:
    link = answer_at(parcel) or target(parcel)
    return {
        "sourceId": parcel.bundle.message_id,
        "subject": headline(parcel),
        "creatorId": union,
        "description": particulars(parcel, DESCRIPTION),
        "executorIds": [union],
        "participantIds": [],
        "detailUrl": {"appUrl": link, "pcUrl": link},
        "isOnlyShowExecutor": True,
        "priority": PRIORITY,
        "notifyConfigs": {"dingNotify": "1"},
    }


def _union_of(app: DingTalkApp, token: str, user: str) -> str:
    """To-dos know people by their union id; it is asked for each time, because it is kept nowhere."""
    url = f"{app.base}/topapi/v2/user/get?{urlencode({'access_token': token})}"
    data = post_json(url, {"userid": user}).json()
    code = code_in(data, "errcode")
    detail = said(f"{code} {data.get('errmsg', '')}")
    if code in TOKEN_OVER:
        raise TokenOver
    if code == BUSY:
        raise Trouble(BUSY_NOW, detail, rest=BUSY_REST)
    if code in TOO_OFTEN:
        raise Trouble(THROTTLED, detail, rest=MUTED)
    result = data.get("result")
    union = result.get("unionid") if code == 0 and isinstance(result, dict) else None
    if not isinstance(union, str) or not union:
        raise Refusal(Verdict(Failed(_NO_USER, detail)))
    return union


def _token(app: DingTalkApp) -> tuple[str, int]:
    answer = post_json(f"{app.new_base}/v1.0/oauth2/accessToken", {"appKey": app.key, "appSecret": app.secret})
    if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Disabled(_WRONG_KEY, _words(answer))
    data = answer.json()
    token, lasts = data.get("accessToken"), data.get("expireIn")
    if not isinstance(token, str) or not token or not isinstance(lasts, int):
        raise Disabled(_WRONG_KEY, _words(answer))
    return token, lasts


def _owner(app: DingTalkApp) -> tuple[str, ...]:
    return (app.new_base, app.key, app.secret)


def _words(answer: Answer) -> str:
    """The code and words of a refusal."""
    try:
        data = answer.object()
    except Unclear as error:
        return error.detail
    return said(f"HTTP {answer.status} {data.get('code', '')} {data.get('message', '')}")
