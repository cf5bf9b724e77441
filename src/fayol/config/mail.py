"""FAYOL_EMAIL_URL to Django's mail settings, FAYOL_MAIL_IN to the mailbox that is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from fayol.config.environment import Environment, Misconfigured


@dataclass(frozen=True)
class Mail:
    backend: str = "django.core.mail.backends.console.EmailBackend"
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    ssl: bool = False
    starttls: bool = False


@dataclass(frozen=True)
class MailboxSettings:
    """`encryption`: ssl from the first byte, starttls, or none."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    encryption: str = "ssl"


def mailbox_settings(env: Environment) -> MailboxSettings | None:
    """imaps:// TLS from the first byte, imap+tls:// STARTTLS, imap:// plain. Raises Misconfigured."""
    if not env.mail_in:
        return None
    parts = urlsplit(env.mail_in)
    kinds = {"imaps": ("ssl", 993), "imap+tls": ("starttls", 143), "imap": ("none", 143)}
    if parts.scheme not in kinds or not parts.hostname or not parts.username:
        raise Misconfigured("FAYOL_MAIL_IN must look like imaps://user:password@imap.example.cn:993/INBOX.")
    encryption, port = kinds[parts.scheme]
    return MailboxSettings(
        host=parts.hostname,
        port=parts.port or port,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        encryption=encryption,
    )


def mail_settings(env: Environment) -> Mail:
    """smtp:// plain, smtp+tls:// STARTTLS, smtps:// TLS from the first byte. Raises Misconfigured."""
    if not env.email_url:
        return Mail()
    parts = urlsplit(env.email_url)
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise Misconfigured("FAYOL_EMAIL_URL must look like smtp+tls://user:password@mail.example.cn:587.")
    return Mail(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ssl=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp+tls",
    )
