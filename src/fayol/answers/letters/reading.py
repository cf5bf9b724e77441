"""The bytes of a letter into what matters of it; whatever the bytes are, nothing is raised but `Unreadable`."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from re import findall

from fayol.answers.letters.hypertext import plain_of
from fayol.kernel.text import gettext_noop as _

MOST_PARTS = 200
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030"}
"""Programs write GB2312 and send characters that only the larger sets have."""
_MESSAGE_ID = r"<[^<>\s]+>"


class Unreadable(Exception):
    """No letter, or one built to be expensive."""


@dataclass(frozen=True)
class Enclosure:
    name: str
    data: bytes


@dataclass(frozen=True)
class Letter:
    """`senders` are the addresses in From (one, in an honest letter), `reached` all that it was addressed to."""

    message: Message
    message_id: str
    senders: tuple[str, ...]
    sender_name: str
    reached: tuple[str, ...]
    subject: str
    references: tuple[str, ...]
    text: str
    enclosures: tuple[Enclosure, ...] = ()
    calendars: tuple[bytes, ...] = field(default=())

    def header(self, name: str) -> str:
        return header_of(self.message, name)


def read_letter(raw: bytes) -> Letter:
    try:
        message = message_from_bytes(raw)
        parts = _parts(message)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise Unreadable(_("信的结构读不通")) from error
    if not message.keys() or "From" not in message:
        raise Unreadable(_("没有信头，或没写发件人"))
    name, _address = parseaddr(header_of(message, "From"))
    return Letter(
        message=message,
        message_id=next(iter(findall(_MESSAGE_ID, header_of(message, "Message-ID"))), ""),
        senders=tuple(_senders(message)),
        sender_name=name,
        reached=tuple(_addresses(message, "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")),
        subject=header_of(message, "Subject"),
        references=tuple(findall(_MESSAGE_ID, header_of(message, "In-Reply-To") + header_of(message, "References"))),
        text=_text_of(parts),
        enclosures=tuple(_enclosures(parts)),
        calendars=tuple(_bytes_of(part) for part in parts if part.get_content_type() == "text/calendar"),
    )


def header_of(message: Message, name: str) -> str:
    """All headers of that name as one line of text, encoded words read in whatever character set they name."""
    return " ".join(_words(str(value)) for value in message.get_all(name, []))


def _words(value: str) -> str:
    try:
        pieces = decode_header(value.replace("\r", "").replace("\n", ""))
    except (MessageError, ValueError):
        return value
    return "".join(decoded(piece, charset or "") if isinstance(piece, bytes) else piece for piece, charset in pieces)


def decoded(data: bytes, charset: str) -> str:
    """By the character set named if it fits, else UTF-8 if it fits, else GB18030: the usual ones here."""
    named = _WIDER.get(charset.lower(), charset.lower())
    for one in (named, "utf-8", "gb18030"):
        try:
            return data.decode(codecs.lookup(one).name) if one else data.decode("ascii")
        except (LookupError, UnicodeError):
            continue
    return data.decode("gb18030", "replace")


def _senders(message: Message) -> Iterator[str]:
    """Of the header as it came: an address never stands in an encoded word (RFC 2047), and one that shows only after
    decoding is a forgery of what the mail servers have looked at."""
    for _name, address in getaddresses([", ".join(str(value) for value in message.get_all("From", []))]):
        if "@" in address:
            yield address.strip().casefold()


def _addresses(message: Message, *names: str) -> Iterator[str]:
    for name in names:
        for _name, address in getaddresses([header_of(message, name)]):
            if "@" in address:
                yield address.strip().casefold()


def _parts(message: Message) -> list[Message]:
    """The leaves, without what is inside an enclosed letter."""
    found: list[Message] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = [one for one in part.get_payload() if isinstance(one, Message)] + waiting
        else:
            found.append(part)
        if len(found) > MOST_PARTS:
            raise Unreadable(_("信里的部分太多"))
    return found


def _is_enclosure(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or (
        bool(part.get_filename()) and part.get_content_maintype() != "text"
    )


def _text_of(parts: list[Message]) -> str:
    """The first plain text that says something, else the first HTML as text."""
    bodies = [part for part in parts if not _is_enclosure(part)]
    for kind in ("text/plain", "text/html"):
        for part in bodies:
            if part.get_content_type() == kind:
                text = decoded(_bytes_of(part), part.get_content_charset() or "")
                text = plain_of(text) if kind == "text/html" else text
                if text.strip():
                    return text.replace("\r\n", "\n").replace("\r", "\n")
    return ""


def _enclosures(parts: list[Message]) -> Iterator[Enclosure]:
    for part in parts:
        if _is_enclosure(part) and part.get_content_type() not in ("text/calendar", "message/rfc822"):
            data = _bytes_of(part)
            if data:
                yield Enclosure(_words(part.get_filename() or ""), data)


def _bytes_of(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return data if isinstance(data, bytes) else b""
