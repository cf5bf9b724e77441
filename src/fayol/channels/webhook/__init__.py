"""A signed call to another system of the house, which brings the message on to the person."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings

from fayol.channels.connections import Webhook
from fayol.channels.contract import AddressDead, Failed, Outcome, Parcel, Sent
from fayol.channels.links import absolute
from fayol.channels.mail.letter import one_line
from fayol.channels.posting import Verdict, call, disabled, said, send_each, throttled, to_json
from fayol.channels.wording import target
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person

REST = timedelta(seconds=60)
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class WebhookChannel:
    name = "webhook"
    title = _("对接系统")
    news = True

    def is_on(self) -> bool:
        return settings.CHANNELS.webhook is not None

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        """Other systems know people by their staff number."""
        return {person.pk: person.code for person in people if person.code}

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        hook = settings.CHANNELS.webhook
        assert hook is not None
        return send_each(parcels, partial(push, hook))


def sign(secret: str, stamp: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def push(hook: Webhook, parcel: Parcel) -> Verdict:
    body, stamp = to_json(content(parcel)), str(int(parcel.at.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Fayol-Timestamp": stamp,
        "X-Fayol-Signature": sign(hook.secret, stamp, body),
        "X-Fayol-Delivery": parcel.bundle.message_id.strip("<>"),
    }
    answer = call("POST", hook.url, body, headers)
    if answer.status in _REFUSED:
        return disabled(_("对接系统不认签名，请核对FAYOL_WEBHOOK_SECRET"), f"HTTP {answer.status} {said(answer.text)}")
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return throttled(f"HTTP {answer.status}", REST)
    result = answer.json().get("result")
    detail = said(answer.text)
    if result == "later":
        return throttled(detail, REST)
    if result == "unknown_person":
        return Verdict(AddressDead(_("对接系统里没有这个工号：请核对组织页面的工号"), detail))
    return Verdict(
        Sent(detail) if result == "taken" else Failed(_("对接系统没有说收下，按没有发出处理：请对接方查日志"), detail)
    )


def content(parcel: Parcel) -> dict[str, Any]:
    return {
        "id": parcel.bundle.message_id.strip("<>"),
        "created_at": parcel.bundle.created_at.isoformat(),
        "urgency": parcel.bundle.urgency,
        "person": {"code": parcel.bundle.address, "name": parcel.person.name},
        "url": target(parcel),
        "messages": [
            {"title": one_line(one.title), "asks": one.asks, "url": absolute(one.link) if one.link else ""}
            for one in parcel.messages
        ],
    }
