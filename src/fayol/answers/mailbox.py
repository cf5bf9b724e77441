"""The mailbox to which replies come, read by IMAP."""

from __future__ import annotations

import imaplib
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError

from fayol.answers.actions import take_in
from fayol.kernel.text import gettext_noop as _

log = logging.getLogger(__name__)
TIMEOUT = 30  # seconds
MOST = 200  # letters at a time


class Where(Protocol):
    """`encryption`: ssl from the first byte, starttls, or none."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def folder(self) -> str: ...
    @property
    def encryption(self) -> str: ...


class NotReached(Exception):
    """`reason` is for people, `detail` the other side's own words."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def fetch(*, now: datetime, limit: int = MOST) -> int:
    """Takes in what is unread, and marks each letter as read once it is kept; says how many there were.

    Whoever dies in between finds the letter again, and its Message-ID says that it is known.
    """
    if settings.MAIL_IN is None:
        raise NotReached(_("没有设收信邮箱"))
    with _open(settings.MAIL_IN) as box:
        status, found = box.uid("SEARCH", "UNSEEN")
        numbers = found[0].split()[:limit] if status == "OK" and found and found[0] else []
        for number in numbers:
            if _taken(_raw(box, number.decode("ascii")), now):
                box.uid("STORE", number.decode("ascii"), "+FLAGS", r"(\Seen)")
    return len(numbers)


def _taken(raw: bytes | None, now: datetime) -> bool:
    """False for a letter over which the program stumbles: it stays unread, and the others go on."""
    try:
        if raw is not None:
            take_in(raw, now=now)
    except DatabaseError:
        raise
    except Exception:
        log.exception("a letter in the mailbox cannot be taken in")
        return False
    return True


def _raw(box: imaplib.IMAP4, number: str) -> bytes | None:
    """None when somebody has deleted it meanwhile."""
    _status, parts = box.uid("FETCH", number, "(BODY.PEEK[])")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


@contextmanager
def _open(where: Where) -> Iterator[imaplib.IMAP4]:
    box: imaplib.IMAP4 | None = None
    try:
        box = _connected(where)
        box.login(where.user, where.password)
        if "ID" in box.capabilities:  # NetEase lets nobody in who does not say what he is
            box.xatom("ID", '("name" "fayol" "vendor" "fayol")')
        status, answer = box.select(f'"{where.folder}"')
        if status != "OK":
            raise NotReached(_("收信邮箱里没有这个文件夹"), str(answer[0]))
        yield box
    except imaplib.IMAP4.error as error:
        raise NotReached(_("收信邮箱拒绝登录或读取，账号、密码或授权码不对"), str(error)[:300]) from error
    except ssl.SSLError as error:
        raise NotReached(_("收信服务器的证书不被信任，或加密方式不对"), str(error)[:300]) from error
    except socket.gaierror as error:
        raise NotReached(_("找不到收信服务器的地址"), where.host) from error
    except OSError as error:
        raise NotReached(_("连不上收信服务器"), str(error)[:300]) from error
    finally:
        if box is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                box.logout()


def _connected(where: Where) -> imaplib.IMAP4:
    if where.encryption == "ssl":
        return imaplib.IMAP4_SSL(where.host, where.port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
    box = imaplib.IMAP4(where.host, where.port, timeout=TIMEOUT)
    if where.encryption == "starttls":
        box.starttls(ssl.create_default_context())
    return box
