"""A mail server of our own that really speaks SMTP, and messages to send."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from django.db import transaction

from fayol.channels.contract import channel_named
from fayol.channels.models import MAIL, Delivery
from fayol.channels.registry import Message, deliver
from fayol.channels.sweeps import run
from fayol.channels.tests.platforms import Platform
from fayol.channels.tests.platforms import serving as platforms_serving
from fayol.facts.journal import record
from fayol.organisation.actor import SYSTEM


class Post:
    """What came in, and what to answer next: `rcpt` and `data` are scripts, one answer a letter, then 250."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.to: list[str] = []
        self.rcpt: list[str] = []
        self.data: list[str] = []
        self.connections = 0
        self.hang_up_after_data = 0
        self.lock = threading.Lock()
        self.stop_after = 0  # letters; the next is taken, but not answered before `go_on`
        self.stopped, self.go_on = threading.Event(), threading.Event()

    async def handle_EHLO(
        self, server: Any, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        answer = self.data.pop(0) if self.data else "250 OK"
        if answer.startswith("250"):
            with self.lock:
                raw = envelope.content if isinstance(envelope.content, bytes) else b""
                self.raw.append(raw)
                self.letters.append(message_from_bytes(raw, policy=default))
                self.to += envelope.rcpt_tos
        if self.stop_after and len(self.letters) == self.stop_after:
            self.stopped.set()
            while not self.go_on.is_set():
                await asyncio.sleep(0.02)
        if self.hang_up_after_data:
            self.hang_up_after_data -= 1
            server.transport.abort()
        return answer

    @property
    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """A mail server at which everybody may post; Fayol's settings point to it."""
    with serving(settings) as found:
        yield found


class serving:
    """`with serving(settings, password="x") as post`: with a password one must sign in first."""

    def __init__(self, settings: Any, password: str = "") -> None:
        self.post = Post()
        more: dict[str, Any] = {}
        if password:

            def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
                right = isinstance(data, LoginPassword) and data.password == password.encode()
                return AuthResult(success=right, handled=right)

            more = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
        self.controller = Controller(self.post, hostname="127.0.0.1", port=free_port(), **more)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", self.controller.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        settings.MAIL_ON = True
        settings.PUBLIC_URL = "https://fayol.example.cn"
        settings.DEFAULT_FROM_EMAIL = "fayol@example.cn"

    def __enter__(self) -> Post:
        self.controller.start()
        return self.post

    def __exit__(self, *error: object) -> None:
        self.controller.stop()


Tell = Callable[..., None]


@pytest.fixture
def tell(cast: Any, now: datetime) -> Tell:
    """`tell("周岚", "编制预算表", asks=True, urgency="flash", at=instant)`: one message, by the usual way."""
    count = iter(range(1, 100_000))

    def send(name: str, title: str, *, at: datetime = now, **more: Any) -> None:
        person = cast.person(name)
        if not person.email:
            person.email = f"p{person.pk}@example.cn"
            person.save(update_fields=["email"])
        with transaction.atomic():
            fact = record("note", next(count), "note.told", by=SYSTEM, now=at)
            deliver([Message(fact, person.pk, title, **{"link": "/inbox/", "asks": True, **more})])

    return send


def go(now: datetime, limit: int = 200) -> int:
    """One run of the sweep, as a worker makes it."""
    channel = channel_named(MAIL)
    assert channel
    return run(channel, now, limit)


def mails() -> list[Delivery]:
    return list(Delivery.objects.filter(channel=MAIL).order_by("id"))


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """All platforms at one address of our own."""
    with platforms_serving(settings, monkeypatch) as found:
        yield found
