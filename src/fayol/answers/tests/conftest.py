"""A mailbox that really speaks IMAP, replies as people's programs write them, a task asked of somebody by mail."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage, Message
from typing import Any

import pytest

from fayol.answers.actions import take_in
from fayol.answers.models import IncomingLetter
from fayol.answers.tests.forms import reply_to
from fayol.channels.tests.conftest import Post, go, serving
from fayol.commitments.models import Commitment
from fayol.commitments.tests.scene import Scene
from fayol.config.mail import MailboxSettings
from fayol.organisation.models import Person

REPLIES = "fayol+{token}@example.cn"
SOON = timedelta(minutes=11)


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """Letters out by SMTP, with an address to which they can be answered."""
    with serving(settings) as found:
        settings.MAIL_REPLY = REPLIES
        yield found


@dataclass
class Correspondence:
    """`asks("周岚")` gives her a task and sends the letter; `says(letter, "收到")` is her writing back."""

    post: Post
    scene: Scene
    now: datetime

    def asks(self, *names: str, unit: str = "财务部", **more: Any) -> EmailMessage:
        """One task for each name given; the letter that tells of it (of all, if they are of one person)."""
        for name in names:
            self.task(name, unit, **more)
        self.send()
        return self.post.letters[-1]

    def task(self, name: str, unit: str = "财务部", **more: Any) -> Commitment:
        person = Person.objects.get(name=name)
        if not person.email:
            person.email = f"p{person.pk}@example.cn"
            person.save(update_fields=["email"])
        about = {"performer_unit_id": self.scene.unit(unit).pk, "responsible_id": person.pk, **more}
        return self.scene.asked(**about)

    def send(self) -> None:
        while go(self.now + SOON):
            pass

    def says(self, letter: EmailMessage, words: str, **more: Any) -> IncomingLetter:
        return self.comes(reply_to(letter, words, **more))

    def comes(self, raw: bytes | Message, after: timedelta = timedelta(hours=1)) -> IncomingLetter:
        data = raw if isinstance(raw, bytes) else raw.as_bytes()
        return take_in(data, now=self.now + after)


@pytest.fixture
def mail(post: Post, cast: object, now: datetime) -> Correspondence:
    return Correspondence(post, Scene(now), now)


# ── a server that speaks IMAP ──────────────────────────────────────────────


@dataclass
class Box:
    """`letters` and which of them are read; `heard` is what the client said."""

    user: str = "fayol@example.cn"
    password: str = 's3 "cret'
    letters: list[bytes] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)
    cut_after: int = 0  # letters; then the line breaks once


class _Session(socketserver.StreamRequestHandler):
    server: Any

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.box: Box = self.server.box
        self.signed_in = self.selected = False
        self.say("* OK IMAP4rev1 ready")
        while line := self.rfile.readline().decode().strip():
            self.box.heard.append(line)
            tag, command, rest = [*line.split(" ", 2), "", ""][:3]
            name = f"do_{command.lower()}"
            if not hasattr(self, name):
                self.say(f"{tag} BAD unknown command")
            elif getattr(self, name)(tag, rest) is False:
                return

    def do_capability(self, tag: str, rest: str) -> None:
        self.say("* CAPABILITY IMAP4rev1 ID")
        self.say(f"{tag} OK done")

    def do_login(self, tag: str, rest: str) -> None:
        given = [
            part.replace('\\"', '"') for part in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', rest) for part in part if part
        ]
        self.signed_in = given == [self.box.user, self.box.password]
        self.say(f"{tag} OK done" if self.signed_in else f"{tag} NO LOGIN failed")

    def do_id(self, tag: str, rest: str) -> None:
        self.say("* ID NIL")
        self.say(f"{tag} OK ID")

    def do_select(self, tag: str, rest: str) -> None:
        identified = any(" ID " in line for line in self.box.heard)
        self.selected = self.signed_in and rest == '"INBOX"' and identified
        self.say(f"* {len(self.box.letters)} EXISTS")
        self.say(f"{tag} OK done" if self.selected else f"{tag} NO Unsafe Login")

    def do_uid(self, tag: str, rest: str) -> bool | None:
        if not self.selected:
            self.say(f"{tag} NO select first")
            return None
        command, _sep, more = rest.partition(" ")
        if command == "SEARCH":
            unseen = [str(n) for n in range(1, len(self.box.letters) + 1) if n not in self.box.seen]
            self.say("* SEARCH " + " ".join(unseen))
        elif command == "FETCH":
            number = int(more.split()[0])
            if self.box.cut_after and number > self.box.cut_after:
                self.box.cut_after = 0
                return False
            raw = self.box.letters[number - 1]
            self.say(f"* {number} FETCH (UID {number} BODY[] {{{len(raw)}}}")
            self.wfile.write(raw + b")\r\n")
        elif command == "STORE":
            self.box.seen.add(int(more.split()[0]))
        self.say(f"{tag} OK done")
        return None

    def do_logout(self, tag: str, rest: str) -> bool:
        self.say("* BYE")
        self.say(f"{tag} OK done")
        return False


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    box: Box


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    server = _Server(("127.0.0.1", 0), _Session)
    server.box = found = Box()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    settings.MAIL_IN = MailboxSettings(
        "127.0.0.1", server.server_address[1], found.user, found.password, encryption="none"
    )
    yield found
    server.shutdown()
    server.server_close()
