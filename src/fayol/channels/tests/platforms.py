"""A server of our own that answers as the platforms document it, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest
from django.db import transaction

from fayol.channels.contract import channel_named
from fayol.channels.models import Address, Delivery
from fayol.channels.posting import Stay
from fayol.channels.registry import Message, deliver
from fayol.channels.sweeps import run
from fayol.config.channels import channel_settings
from fayol.facts.journal import record
from fayol.organisation.actor import SYSTEM
from fayol.organisation.models import Person


@dataclass
class Call:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """`text` goes out as it is; `promise` announces so many bytes more than there are; `wait` is in seconds."""

    text: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    promise: int = 0
    wait: float = 0.0
    hang_up: bool = False


def says(**data: Any) -> Reply:
    return Reply(json.dumps(data, ensure_ascii=False))


HTML = Reply("<!DOCTYPE html><html><body>请先登录网络 errcode 0 OK</body></html>")
REDIRECT = Reply("", 302, {"Location": "/elsewhere"})
CUT = Reply('{"errcode": 0, "code": 0, "errm')
CUT_SHORT = Reply('{"errcode":0,"code":0,"errmsg":"ok"}', promise=40)
EMPTY = Reply("")
BROKEN = Reply('{"errcode":0,"code":0,"msg":"Internal Server Error"}', 500)
HANGS_UP = Reply(hang_up=True)
SLOW = Reply('{"errcode":0,"code":0}', wait=1.5)
ODD = [HTML, REDIRECT, CUT, CUT_SHORT, EMPTY, BROKEN, HANGS_UP, SLOW]
"""None of these is a success, whatever stands in it. SLOW is slower than the tests let the channels wait."""


class Platform:
    """`script[path]`: the answers to come, one a call; then `usual[path]`."""

    def __init__(self, address: str, settings: Any) -> None:
        self.address = address
        self.settings = settings
        self.calls: list[Call] = []
        self.script: dict[str, list[Reply]] = {}
        self.usual: dict[str, Reply] = {}
        self.lock = threading.Lock()
        self.stop_after = 0  # calls; the next is taken, but not answered before `go_on`
        self.stopped, self.go_on = threading.Event(), threading.Event()

    def connect(self, **given: str) -> None:
        """`connect(DINGTALK_BOTS="*=token:secret")`: as if the environment had said so, with all platforms here."""
        bases = {f"FAYOL_{name}_URL": self.address for name in ("WECOM", "DINGTALK", "DINGTALK_API", "FEISHU")}
        self.settings.CHANNELS = channel_settings(bases | {f"FAYOL_{name}": value for name, value in given.items()})

    def to(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def answer(self, call: Call) -> Reply:
        with self.lock:
            self.calls.append(call)
            waiting = self.script.get(call.path)
            reply = waiting.pop(0) if waiting else self.usual.get(call.path, Reply("no such thing", 404))
            stop = self.stop_after and len(self.calls) == self.stop_after
        if stop:
            self.stopped.set()
            self.go_on.wait(60)
        return reply


@contextmanager
def serving(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Nobody waits long for an answer, and no proxy of the machine stands between."""
    monkeypatch.setattr("fayol.channels.posting._opener", build_opener(ProxyHandler({}), Stay))
    monkeypatch.setattr("fayol.channels.posting.TIMEOUT", 0.8)
    settings.PUBLIC_URL = "https://fayol.example.cn"

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = platform.answer(Call(self.command, parts.path, query, dict(self.headers), body))
            time.sleep(reply.wait)
            if reply.hang_up:
                self.close_connection = True
                return
            raw = reply.text if isinstance(reply.text, bytes) else reply.text.encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw) + reply.promise))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST

        def log_message(self, *_arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: Any) -> None:
            """Clients that do not wait for the answer are what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    platform = Platform(f"http://127.0.0.1:{server.server_address[1]}", settings)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        platform.go_on.set()
        server.shutdown()
        server.server_close()


def account(name: str, platform: str, value: str) -> Address:
    return Address.objects.create(person=Person.objects.get(name=name), platform=platform, value=value)


def tell(name: str, title: str, *, at: datetime, **more: Any) -> None:
    """One message by the usual way; the person keeps the addresses it has."""
    with transaction.atomic():
        fact = record("note", Delivery.objects.count() + 1, "note.told", by=SYSTEM, now=at)
        person = Person.objects.get(name=name)
        deliver([Message(fact, person.pk, title, **{"link": "/inbox/", "asks": True, **more})])


def run_once(name: str, now: datetime, limit: int = 200) -> int:
    """One run of the sweep of one channel."""
    channel = channel_named(name)
    assert channel
    return run(channel, now, limit)


def rows_of(channel: str) -> list[Delivery]:
    return list(Delivery.objects.filter(channel=channel).order_by("id"))
