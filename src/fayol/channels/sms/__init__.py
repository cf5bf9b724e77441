"""Text messages through whatever gateway the house has. What a gateway accepts has reached nobody yet."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.conf import settings

from fayol.channels.accounts import mobile_of
from fayol.channels.connections import Sms
from fayol.channels.contract import AddressDead, Failed, Outcome, Parcel, Retry, Sent
from fayol.channels.links import absolute
from fayol.channels.posting import Unclear, Verdict, call, disabled, said, send_each
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person

PLACE = re.compile(r"\{(mobile|text|count|link|id)\}")
_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html)", re.IGNORECASE)
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class SmsChannel:
    name = "sms"
    title = _("短信")
    news = False

    def is_on(self) -> bool:
        return settings.CHANNELS.sms is not None

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return {person.pk: mobile for person in people if (mobile := mobile_of(person))}

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        gateway = settings.CHANNELS.sms
        assert gateway is not None
        return send_each(parcels, partial(push, gateway))


def push(gateway: Sms, parcel: Parcel) -> Verdict:
    url, body, headers = request(gateway, values(gateway, parcel))
    answer = call(gateway.method, url, body, headers)
    detail = said(f"HTTP {answer.status} {answer.text}")
    if answer.status in _REFUSED:
        return disabled(_("短信网关不认账号，请核对FAYOL_SMS_HEADERS和FAYOL_SMS_BODY"), detail)
    if not _whole(answer.text):
        raise Unclear(_("短信网关没有正常回答，不知道是否收下，会自动再试"), detail)
    if gateway.later and re.search(gateway.later, answer.text):
        return Verdict(Retry(_("短信网关限流：这个号码发得太多，过一会儿自动再发"), detail))
    if gateway.dead and re.search(gateway.dead, answer.text):
        return Verdict(AddressDead(_("短信网关说没有这个号码：请核对本人手机号"), detail))
    if answer.status == HTTPStatus.OK and re.search(gateway.success, answer.text):
        return Verdict(Sent(detail))
    if answer.status != HTTPStatus.OK:
        raise Unclear(_("短信网关没有正常回答，不知道是否收下，会自动再试"), detail)
    return Verdict(
        Failed(_("短信网关没有说收下，按没有发出处理：请按原话查网关的说明，并核对FAYOL_SMS_SUCCESS"), detail)
    )


def _whole(text: str) -> bool:
    """No page of a proxy, nothing empty, no JSON that breaks off: the word for success may stand in them by chance."""
    if not text.strip() or _PAGE.match(text):
        return False
    if text.lstrip()[0] not in "{[":
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def values(gateway: Sms, parcel: Parcel) -> dict[str, str]:
    """Nothing of what the messages say: a telephone lies on the table."""
    known = {
        "mobile": parcel.bundle.address,
        "count": str(len(parcel.messages)),
        "link": absolute("/inbox/"),
        "id": parcel.bundle.message_id.strip("<>"),
    }
    return known | {"text": fill(gateway.text, known)}


def fill(template: str, known: Mapping[str, str], write: Callable[[str], str] = str) -> str:
    return PLACE.sub(lambda place: write(known.get(place[1], "")), template)


def request(gateway: Sms, known: Mapping[str, str]) -> tuple[str, bytes | None, dict[str, str]]:
    """The body is JSON when its template is, a form otherwise; a value never becomes part of the structure."""
    url = fill(gateway.url, known, lambda value: quote(value, safe=""))
    if not gateway.body or gateway.method == "GET":
        return url, None, dict(gateway.headers)
    try:
        shape = json.loads(gateway.body)
    except ValueError:
        pairs = [(name, fill(value, known)) for name, value in parse_qsl(gateway.body, keep_blank_values=True)]
        kind, body = "application/x-www-form-urlencoded", urlencode(pairs).encode()
    else:
        kind, body = "application/json", json.dumps(_filled(shape, known), ensure_ascii=False).encode()
    return url, body, {"Content-Type": f"{kind}; charset=utf-8"} | dict(gateway.headers)


def _filled(shape: Any, known: Mapping[str, str]) -> Any:
    """A string inside may itself hold JSON (Aliyun's TemplateParam): quotes in values are escaped there."""
    if isinstance(shape, dict):
        return {name: _filled(value, known) for name, value in shape.items()}
    if isinstance(shape, list):
        return [_filled(value, known) for value in shape]
    if not isinstance(shape, str):
        return shape
    nested = shape.lstrip().startswith("{") and not PLACE.match(shape.lstrip())
    return fill(shape, known, lambda value: json.dumps(value, ensure_ascii=False)[1:-1] if nested else value)
