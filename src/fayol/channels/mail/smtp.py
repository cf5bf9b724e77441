"""Letters over one SMTP connection, and what the server's answers mean."""

from __future__ import annotations

import contextlib
import logging
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from fayol.channels.contract import AddressDead, Failed, Outcome, Parcel, Retry, Sent, Trouble
from fayol.channels.mail.letter import compose
from fayol.kernel.text import gettext_noop as _

log = logging.getLogger(__name__)

_ABOUT_US = frozenset({454, 530, 534, 535, 538})
"""Answers about our signing in, whichever letter they were given to."""
_FULL, _HANGS_UP = 552, 421
_LONGEST = 200


class Broken(Exception):
    """The connection is gone; the letter in hand has this outcome."""

    def __init__(self, outcome: Outcome, *, by_itself: bool) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.by_itself = by_itself


def send_all(parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
    """One connection for all. One that breaks is opened once more for the next letter; when that breaks too, it is the
    server and not the letter."""
    connection: BaseEmailBackend | None = None
    broken = 0
    try:
        for parcel in parcels:
            letter = _composed(parcel)
            if letter is None:
                yield parcel, Retry(_("这封信没有做成，原因在系统日志里"))
                continue
            connection = connection or _open()
            try:
                outcome = _send(connection, letter)
                broken = 0
            except Broken as error:
                _close(connection)
                connection, outcome, broken = None, error.outcome, broken + error.by_itself
                if broken > 1:
                    raise Trouble(_("发送途中连接一再中断")) from error
            yield parcel, outcome
    finally:
        if connection:
            _close(connection)


def _composed(parcel: Parcel) -> EmailMultiAlternatives | None:
    """A letter that cannot be made must not hold up the others."""
    try:
        return compose(parcel)
    except Exception:
        log.exception("the letter %s cannot be made", parcel.bundle.message_id)
        return None


def _open() -> BaseEmailBackend:
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise trouble_of(error) from error
    return connection


def _close(connection: BaseEmailBackend) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):  # it may be gone already
        connection.close()


def _send(connection: BaseEmailBackend, letter: EmailMultiAlternatives) -> Outcome:
    """What became of the letter. Raises Broken when the connection is of no further use, Trouble when no letter would
    pass."""
    try:
        connection.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        return _usable(code, _refused(code, said(answer)))
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code in _ABOUT_US:
            raise trouble_of(error) from error
        raise Trouble(_("邮件服务器不接受发件人地址，请核对FAYOL_EMAIL_FROM"), said(error.smtp_error)) from error
    except smtplib.SMTPDataError as error:
        return _usable(error.smtp_code, _not_taken(error.smtp_code, said(error.smtp_error)))
    except smtplib.SMTPNotSupportedError:
        return Failed(_("邮件服务器不支持这个地址里的文字"))
    except (OSError, smtplib.SMTPException) as error:
        raise Broken(Retry(_("发送途中连接中断，不知道对方是否收下"), said(str(error))), by_itself=True) from error
    return Sent()


def _usable(code: int, outcome: Outcome) -> Outcome:
    """421 means that the server hangs up after having said so."""
    if code == _HANGS_UP:
        raise Broken(outcome, by_itself=False)
    return outcome


def _refused(code: int, answer: str) -> Outcome:
    """What the server said of the recipient. A full mailbox gets room again, and a refusal of ours to pass letters on
    (5.7.x) says nothing about the address."""
    if code in _ABOUT_US:
        raise Trouble(_("邮件服务器要求先登录"), _detail(code, answer))
    if code < 500:
        return Retry(_("收件服务器暂时不收"), _detail(code, answer))
    if code == _FULL or answer.startswith("5.2.2"):
        return Retry(_("收件人的邮箱满了"), _detail(code, answer))
    if answer.startswith("5.7."):
        return Failed(_("邮件服务器不肯转发"), _detail(code, answer))
    return AddressDead(_("没有这个邮箱，或邮箱已停用"), _detail(code, answer))


def _not_taken(code: int, answer: str) -> Outcome:
    if code in _ABOUT_US:
        raise Trouble(_("邮件服务器要求先登录"), _detail(code, answer))
    if code < 500 or code == _FULL:
        return Retry(_("邮件服务器暂时没有收下"), _detail(code, answer))
    return Failed(_("邮件服务器拒收这封信的内容"), _detail(code, answer))


def trouble_of(error: Exception) -> Trouble:
    """Why the server cannot be used, in plain words."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Trouble(_("认证失败：账号、密码或授权码不对"), _detail(error.smtp_code, said(error.smtp_error)))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Trouble(_("邮件服务器不支持所设的加密或登录方式，请核对FAYOL_EMAIL_URL"), said(str(error)))
    if isinstance(error, smtplib.SMTPResponseException):
        return Trouble(_("邮件服务器拒绝了连接"), _detail(error.smtp_code, said(error.smtp_error)))
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble(_("邮件服务器的证书不被信任，或与服务器名不符"), said(error.verify_message))
    if isinstance(error, ssl.SSLError):
        return Trouble(_("加密连接没有建立，请核对端口和加密方式"), said(str(error.reason or error)))
    if isinstance(error, socket.gaierror):
        return Trouble(_("找不到邮件服务器的地址，请核对服务器名"), said(str(error.strerror)))
    if isinstance(error, ConnectionRefusedError):
        return Trouble(_("连接被拒绝：服务器没有开，或端口不对"))
    if isinstance(error, TimeoutError):
        return Trouble(_("连接超时：服务器没有应答，或被防火墙挡住"))
    return Trouble(_("连不上邮件服务器"), said(str(error)))


def said(answer: bytes | str) -> str:
    """The server's own words in one line. Those of Chinese servers may be in GB18030."""
    words = answer if isinstance(answer, str) else _decoded(answer)
    return " ".join(words.replace("\x00", "").split())[:_LONGEST]


def _decoded(answer: bytes) -> str:
    try:
        return answer.decode()
    except UnicodeDecodeError:
        return answer.decode("gb18030", "replace")


def _detail(code: int, answer: str) -> str:
    return f"{code} {answer}".strip()
