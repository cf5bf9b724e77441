"""One request to a platform, and what its answer is worth. Strict: what is not the documented answer is no success."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from fayol.channels.connections import secrets_of
from fayol.channels.contract import Disabled, Outcome, Parcel, Retry, Trouble
from fayol.channels.links import host
from fayol.kernel.text import gettext_noop as _

TIMEOUT = 10.0  # seconds, for the connection and for each piece of the answer
LONGEST = 20.0  # seconds, for the whole answer
MOST = 64 * 1024  # bytes
TOO_MANY = 429
SHORTEST_SECRET = 6
_LONGEST_WORDS = 200
THROTTLED = _("平台限流：发得太密，过一会儿自动再发")
_NOT_JSON = _("对方的回答不是约定的格式，不知道是否收下，会自动再试；一再这样请查网络和代理")
_NO_ANSWER = _("对方没有在规定时间内回答，不知道是否收下，会自动再试")
_CUT_OFF = _("连接在回答之前断开，不知道对方是否收下，会自动再试")


class Unreachable(Exception):
    """Nothing was handed over."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Unclear(Unreachable):
    """Something was handed over, and nobody knows whether it was taken."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    def json(self) -> dict[str, Any]:
        """Raises Unclear unless it is one JSON object and HTTP says that all went well."""
        if self.status != http.HTTPStatus.OK:
            raise Unclear(_said_by_http(self.status), f"HTTP {self.status} {said(self.text)}".strip())
        return self.object()

    def object(self) -> dict[str, Any]:
        """The same, whatever HTTP says."""
        try:
            found = json.loads(self.text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Unclear(_NOT_JSON, f"HTTP {self.status} {said(self.text)}".strip())
        return found


@dataclass(frozen=True)
class Verdict:
    """What an answer means for the parcel, None when it was not tried at all, and for the channel."""

    outcome: Outcome | None
    trouble: Trouble | None = None


class Stay(HTTPRedirectHandler):
    """A redirect is an answer, and not a documented one."""

    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        return None


_opener = build_opener(Stay)


def post_json(url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    return call("POST", url, to_json(body), {"Content-Type": "application/json; charset=utf-8"} | dict(headers or {}))


def to_json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def call(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Raises Unreachable or Unclear. Neither they nor the logs hold the address: it may be a secret."""
    request = Request(url, data=body, headers=dict(headers or {}), method=method)  # noqa: S310 - https? by configuration
    try:
        with _open(request) as response:
            return Answer(response.status, _read(response))
    except URLError as error:
        raise _unreachable(error.reason) from error
    except TimeoutError as error:
        raise Unclear(_NO_ANSWER) from error
    except (OSError, http.client.HTTPException) as error:
        raise Unclear(_CUT_OFF, said(str(error))) from error


def _open(request: Request) -> Any:
    try:
        return _opener.open(request, timeout=TIMEOUT)
    except HTTPError as error:  # an answer all the same
        return error


def _read(response: Any) -> str:
    """Strict UTF-8; replaced characters would make a broken answer look whole."""
    begin, found = monotonic(), bytearray()
    while piece := response.read1(8192):
        found += piece
        if len(found) > MOST:
            raise Unclear(_("对方的回答太长，不知道是否收下，会自动再试；请核对地址"))
        if monotonic() - begin > LONGEST:
            raise Unclear(_NO_ANSWER)
    if response.length:  # announced and not sent
        raise Unclear(_CUT_OFF, said(found.decode(errors="replace")))
    try:
        return found.decode()
    except UnicodeDecodeError as error:
        raise Unclear(_NOT_JSON, said(found.decode("gb18030", "replace"))) from error


def _unreachable(reason: object) -> Unreachable:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Unreachable(
            _("对方的证书不被信任，或与网址不符：请核对网址，或装上单位的根证书"), said(reason.verify_message)
        )
    if isinstance(reason, ssl.SSLError):
        return Unreachable(_("加密连接没有建立：请核对网址和代理"), said(str(reason.reason or reason)))
    if isinstance(reason, ConnectionRefusedError):
        return Unreachable(_("连接被拒绝：对方没有开，或地址不对，请核对"))
    if isinstance(reason, TimeoutError):
        return Unreachable(_("连接超时：对方没有应答，或被防火墙挡住，请查网络"))
    return Unreachable(_("连不上对方的服务器，请核对网址和网络"), said(str(reason)))


def _said_by_http(status: int) -> str:
    if status < http.HTTPStatus.MULTIPLE_CHOICES:
        return _NOT_JSON
    if status < http.HTTPStatus.BAD_REQUEST:
        return _("对方要求转到别的网址，没有跟去：请核对地址，看网络是否要先登录")
    if status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return _("对方的服务器不接受请求，请核对地址；会自动再试")
    return _("对方的服务器出错，会自动再试")


def said(words: str) -> str:
    """The other side's own words in one line, without anything secret of ours that it repeats: a card leads to where
    one person may answer, so no address of ours is repeated either."""
    for secret in secrets_of(settings.CHANNELS):
        if len(secret) >= SHORTEST_SECRET:
            words = words.replace(secret, "…")
    words = re.sub(_address_of_ours(), "…", words, flags=re.IGNORECASE)
    return " ".join(words.replace("\x00", "").split())[:_LONGEST_WORDS]


def _address_of_ours() -> str:
    """Written plainly, with slashes escaped as in JSON, or encoded as part of another address."""
    return re.escape(host()) + r"(?:(?::|%3A)\d+)?(?:\\*/|%2F)[^\s\"'<>]*"


# ── from answers to outcomes ───────────────────────────────────────────────


def code_in(data: Mapping[str, Any], name: str) -> int:
    """Raises Unclear unless there is a whole number."""
    code = data.get(name)
    if not isinstance(code, int) or isinstance(code, bool):
        raise Unclear(_NOT_JSON, said(json.dumps(data, ensure_ascii=False)))
    return code


def throttled(detail: str, rest: timedelta, part: str = "") -> Verdict:
    """This one waits as long as the platform asks, and so does everything behind it."""
    return Verdict(Retry(THROTTLED, detail, rest), Trouble(THROTTLED, detail, part=part, rest=rest))


def disabled(reason: str, detail: str, part: str = "") -> Verdict:
    return Verdict(None, Disabled(reason, detail, part=part))


def judged(push: Callable[[], Verdict], part: str = "") -> Verdict:
    """What `push` says, or what its failing says."""
    try:
        return push()
    except Unclear as error:
        return Verdict(Retry(error.reason, error.detail), Trouble(error.reason, error.detail, part=part))
    except Unreachable as error:
        return Verdict(None, Trouble(error.reason, error.detail))


def send_each(parcels: Sequence[Parcel], push: Callable[[Parcel], Verdict]) -> Iterator[tuple[Parcel, Outcome]]:
    for parcel in parcels:
        verdict = judged(partial(push, parcel))
        if verdict.outcome is not None:
            yield parcel, verdict.outcome
        if verdict.trouble is not None:
            raise verdict.trouble
