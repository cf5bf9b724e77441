"""A bundle as a letter: text and HTML, in the reader's language, the same however often it is made."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email import charset
from email.utils import format_datetime, formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from fayol.channels.contract import Parcel
from fayol.channels.links import absolute, host
from fayol.channels.states import FLASH

MOST = 50  # messages written out in one letter; the rest is counted
LONGEST_SUBJECT, LONGEST_BODY = 78, 2000  # characters
_UTF8 = charset.Charset("utf-8")
"""With its base64 body: servers that cannot take eight bits, and gateways that re-wrap lines, leave it whole."""


@dataclass(frozen=True)
class Event:
    """A calendar file (RFC 5545) and what it is for (RFC 5546)."""

    method: str
    text: str


@dataclass(frozen=True)
class Foot:
    """What an app above adds to a letter: words and an address under single messages (by the delivery's key), how it
    may be answered, headers, events to which the reader is asked."""

    under: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    closing: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[Event] = ()


_foot: list[Callable[[Parcel], Foot]] = []


def register_foot(foot: Callable[[Parcel], Foot]) -> None:
    """`foot` is asked for every letter, in the reader's language, and must answer the same for the same parcel."""
    _foot[:] = [foot]


def compose(parcel: Parcel) -> EmailMultiAlternatives:
    bundle = parcel.bundle
    with translation.override(bundle.language):
        foot = _foot[0](parcel) if _foot else Foot()
        words = _words(parcel, foot)
        letter = EmailMultiAlternatives(
            subject=subject_of(parcel),
            body=render_to_string("channels/mail/letter.txt", words),
            from_email=sender(),
            to=[formataddr((one_line(parcel.person.name), bundle.address))],
            headers=_headers(parcel) | dict(foot.headers),
        )
        letter.encoding = _UTF8
        letter.attach_alternative(render_to_string("channels/mail/letter.html", words), "text/html")
        _put_events(letter, foot.events, alone=len(parcel.messages) == 1)
    return letter


def _put_events(letter: EmailMultiAlternatives, events: Sequence[Event], *, alone: bool) -> None:
    """An event that is all the letter is about is another form of its words, which programs show with buttons; among
    other messages it is a file, or it would hide them."""
    for n, event in enumerate(events, 1):
        kind = f"text/calendar; method={event.method}"
        if alone:
            letter.attach_alternative(event.text, kind)
        else:
            letter.attach(f"invite{n}.ics", event.text, kind)


def subject_of(parcel: Parcel) -> str:
    """One message: its own words. Several: how many wait, so that the count is read without opening."""
    first, count = parcel.messages[0], len(parcel.messages)
    asks = sum(message.asks for message in parcel.messages)
    if count == 1:
        mark = gettext("【特急】") if parcel.bundle.urgency == FLASH else ""
        return shorten(mark + one_line(first.title), LONGEST_SUBJECT)
    if not asks:
        return ngettext("您有%(n)d条新消息", "您有%(n)d条新消息", count) % {"n": count}
    waiting = ngettext("您有%(n)d件事待办", "您有%(n)d件事待办", asks) % {"n": asks}
    others = count - asks
    return waiting + (ngettext("，另有%(n)d条消息", "，另有%(n)d条消息", others) % {"n": others} if others else "")


def sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or gettext("横桥"), address))


def one_line(text: str) -> str:
    """No line breaks and no control characters: what stands in a header cannot begin another one."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join(plain.split())


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _words(parcel: Parcel, foot: Foot) -> dict[str, object]:
    shown = sorted(parcel.messages[:MOST], key=lambda message: not message.asks)
    lines = [
        {
            "message": m,
            "title": one_line(m.title),
            "url": absolute(m.link) if m.link else "",
            "plain": shorten(m.body, LONGEST_BODY).replace("\n", "\n   "),
            "foot": foot.under.get(m.pk),
        }
        for m in shown
    ]
    return {
        "name": parcel.person.name,
        "subject": subject_of(parcel),
        "waiting": [line for line, m in zip(lines, shown, strict=True) if m.asks],
        "news": [line for line, m in zip(lines, shown, strict=True) if not m.asks],
        "left": len(parcel.messages) - len(shown),
        "inbox": absolute("/inbox/"),
        "wishes": absolute("/settings/notifications/"),
        "language": parcel.bundle.language,
        "closing": foot.closing,
    }


def _headers(parcel: Parcel) -> dict[str, str]:
    """Auto-Submitted keeps out-of-office answers from being sent back (RFC 3834)."""
    bundle = parcel.bundle
    headers = {
        "Message-ID": bundle.message_id,
        "Date": format_datetime(bundle.created_at.astimezone(timezone.get_current_timezone())),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Id": f"Fayol <notifications.{host()}>",
        "List-Unsubscribe": f"<{absolute('/settings/notifications/')}>",
    }
    return headers | ({"Importance": "high", "X-Priority": "1"} if bundle.urgency == FLASH else {})
