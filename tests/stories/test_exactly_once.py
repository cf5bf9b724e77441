"""Workers and the sender are killed again and again while a notice goes to five thousand over a mail server that fails
by a fixed rule. Afterwards the books are right: one receipt each, one delivery each by each channel, and what they say
is what the server has."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from fayol.channels.models import INBOX, MAIL, Bundle, ChannelState, DeadAddress, Delivery
from fayol.channels.paper import PAPER
from fayol.channels.states import WAITING, Status
from fayol.channels.tests.conftest import free_port
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.notices import actions
from fayol.notices.actions.telling import BATCH
from fayol.notices.audience import Entry
from fayol.notices.models import Notice, Receipt
from fayol.notices.queries import tally_of
from fayol.notices.states import Depth, EntryKind, Form, Stage
from fayol.notices.states import Status as NoticeStatus
from fayol.notices.sweeps import TELL
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import office
from fayol.worker.models import StuckRow, SweepRun, WorkerProcess
from fayol.worker.tasks import THREADS
from fayol.worker.waking import wake

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PEOPLE, SENDER = 5000, "林晓雯"
LETTERS = PEOPLE // 2
WORKERS = 2
STANDSTILL = 300  # seconds in which nothing moves at all

_ACCOUNTS = """
INSERT INTO organisation_account (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
                                  date_joined)
SELECT '', false, 'n' || n, '', '', '', false, true, now() FROM generate_series(1, %s) n WHERE n %% 3 <> 0
"""
_PEOPLE = """
INSERT INTO organisation_person (name, pinyin, initials, grams, code, mobile, email, "order", active, admin_role,
                                 version, account_id)
SELECT '职工' || n, '', '', '{}', 'N' || n, '',
       CASE WHEN n %% 8 IN (2, 3, 4, 7) THEN 'n' || n || '@example.cn' ELSE '' END, n, true, '', 1, a.id
  FROM generate_series(1, %s) n LEFT JOIN organisation_account a ON a.username = 'n' || n
"""
_POSTS = """
INSERT INTO organisation_post (person_id, unit_id, title, role, "order", "primary")
SELECT id, %s, '', 'member', 0, true FROM organisation_person WHERE code LIKE 'N%%'
"""
_SEND = """
import django
django.setup()
from django.utils import timezone
from fayol.notices import actions
from fayol.notices.models import Notice
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
actions.send(Notice.objects.get(), by=Actor(Person.objects.get(name="%s")), now=timezone.now())
"""


# ── the mail server ────────────────────────────────────────────────────────


@dataclass
class Flaky:
    """What it does with a letter depends on the number in its address alone, and on how often that one was tried."""

    letters: dict[str, list[bytes]] = field(default_factory=dict)
    tried: Counter[int] = field(default_factory=Counter)
    connections: int = 0
    halt_at: int = 0  # letters; this one is taken, and nobody is answered any more
    halted: threading.Event = field(default_factory=threading.Event)
    unanswered: Counter[str] = field(default_factory=Counter)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, said: list[str]) -> list[str]:
        """Every ninth that calls is hung up on."""
        self.connections += 1
        session.host_name = name
        if self.connections % 9 == 4:
            server.transport.abort()
        return said

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if no_such_box(number_in(address)):
            return "550 5.1.1 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        number = number_in(envelope.rcpt_tos[0])
        self.tried[number] += 1
        first = self.tried[number] == 1
        if first and number % 10 == 3:
            return "451 4.3.0 later"
        if self.tried[number] < 3 and number % 200 == 31:
            return "452 4.2.2 box is full"
        if first and number % 100 == 23:
            return "421 4.3.2 closing"
        if first and number % 100 == 12:
            server.transport.abort()
            return "250 never said"
        name = message_id(envelope.content)
        self.letters.setdefault(name, []).append(envelope.content)
        if first and number % 100 == 42:
            self.unanswered[name] += 1
            server.transport.abort()
        if self.halt_at and sum(map(len, self.letters.values())) >= self.halt_at:
            self.unanswered[name] += 1
            self.halted.set()
            server.transport.abort()
        return "250 kept"


def number_in(address: str) -> int:
    return int(address[1 : address.index("@")])


def no_such_box(number: int) -> bool:
    return number % 50 == 7


def message_id(letter: bytes) -> str:
    found = re.search(rb"^Message-ID: (\S+)", letter, re.M)
    assert found
    return found[1].decode()


def words_in(letter: bytes) -> str:
    """All but the marks between its parts, which are drawn anew each time."""
    mark = re.search(rb'boundary="([^"]+)"', letter)
    assert mark
    return letter.replace(mark[1], b"-").decode()


@pytest.fixture
def server() -> Iterator[tuple[Flaky, int]]:
    flaky = Flaky()
    controller = Controller(flaky, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield flaky, controller.port
    controller.stop()


# ── processes ──────────────────────────────────────────────────────────────


def surroundings(mail_port: int) -> dict[str, str]:
    settings = connection.settings_dict
    address = f"postgresql://{settings['USER'] or 'postgres'}@/{settings['NAME']}?host={settings['HOST']}"
    address += f"&port={settings['PORT']}" if settings["PORT"] else ""
    given = {"DATABASE_URL": address, "FAYOL_EMAIL_URL": f"smtp://127.0.0.1:{mail_port}", "FAYOL_LOG": "ERROR"}
    return os.environ | given


@contextmanager
def workers(mail_port: int, count: int = WORKERS) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Real ones; ended politely unless they were killed inside."""
    command = [sys.executable, "-m", "fayol", "worker"]
    found = [subprocess.Popen(command, env=surroundings(mail_port)) for _ in range(count)]
    try:
        until(lambda: all(one.poll() is None for one in found) and WorkerProcess.objects.count() >= count)
        yield found
    finally:
        for one in found:
            one.terminate()
        for one in found:
            one.wait(300)


def kill(*processes: subprocess.Popen[bytes]) -> None:
    """All of them, and none takes its leave. What they had in hand waits for its leases; here these have run out."""
    for one in processes:
        os.kill(one.pid, signal.SIGKILL)
    for one in processes:
        one.wait()
    until(lambda: not backends())
    WorkerProcess.objects.all().delete()
    now = timezone.now()
    Bundle.objects.filter(claimed_until__gt=now).update(claimed_until=now)
    SweepRun.objects.filter(leased_until__gt=now).update(leased_until=now)
    SweepRun.objects.update(due_at=now)


_OTHERS = """
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_of_this_process: set[int] = set()


def others() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        return {pid for (pid,) in cursor.fetchall()}


def backends() -> int:
    """How many processes the database still serves beside the one that tests, whose threads keep connections."""
    return len(others() - _of_this_process)


def waits_for_a_lock() -> bool:
    return ask("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0


def ask(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def until(happened: Callable[[], bool], moves: Callable[[], object] = lambda: None, *, every: float = 0.05) -> None:
    """Fails once nothing has moved for long; how long it takes as a whole is nobody's business here."""
    last, since = moves(), time.monotonic()
    while not happened():
        if (now := moves()) != last:
            last, since = now, time.monotonic()
        assert time.monotonic() - since < STANDSTILL, f"nothing moves any more: {last}"
        time.sleep(every)


# ── the phases ─────────────────────────────────────────────────────────────


def drafted() -> Notice:
    """A notice to a department of five thousand: every third without an account, every second with an address."""
    _of_this_process.update(others())
    unit = Unit.objects.create(parent=office().parent, official_name="生产一线", path="99999.", kind="department")
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [PEOPLE])
        cursor.execute(_PEOPLE, [PEOPLE])
        cursor.execute(_POSTS, [unit.pk])
    wording = actions.Wording(
        unit=office(), title="关于立即开展安全检查的通知", urgency="flash", depth=Depth.CONFIRMED, form=Form.CONFIRM,
        audience=[Entry(EntryKind.UNIT, id=unit.pk)],
    )  # fmt: skip
    return actions.draft(wording, by=Actor(Person.objects.get(name=SENDER)), now=timezone.now())


def kill_the_sender(mail_port: int) -> None:
    """In the middle of the expansion: the receipts are made, the inbox is not. Nothing of it may remain."""
    sender = subprocess.Popen([sys.executable, "-c", _SEND % SENDER], env=surroundings(mail_port))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE channels_delivery IN SHARE MODE")
        until(waits_for_a_lock)
        os.kill(sender.pid, signal.SIGKILL)
        sender.wait()
    until(lambda: not backends())
    assert Notice.objects.get().status == NoticeStatus.DRAFT
    assert not Receipt.objects.exists()
    assert not Delivery.objects.filter(subject_type="notice").exists()


def kill_while_queueing(notice: Notice, mail_port: int) -> None:
    """In the middle of the second batch: somebody in it is held, so that the worker neither goes on nor has ended."""
    fact = Fact.objects.get(verb="notice.sent")
    people = list(notice.receipts.order_by("person").values_list("person_id", "person__email"))
    end, held_up = people[BATCH - 1][0], next(pk for pk, email in people[BATCH + 500 :] if email)
    with workers(mail_port, 1) as doomed, transaction.atomic():
        held = Delivery(fact=fact, person_id=held_up, channel=MAIL, subject_type="notice")
        held.subject_id, held.title, held.created_at = notice.pk, notice.title, fact.at
        held.save()
        wake(TELL)
        until(lambda: told_upto() == end and waits_for_a_lock(), moves=told_upto)
        os.kill(doomed[0].pid, signal.SIGKILL)
        doomed[0].wait()
        transaction.set_rollback(True)
    kill()
    assert told_upto() == end
    queued = Delivery.objects.filter(fact=fact, channel=MAIL)
    assert queued.count() == sum(bool(email) for _pk, email in people[:BATCH])


def told_upto() -> int | None:
    return Notice.objects.get().told_upto


def kill_while_bundling(mail_port: int) -> None:
    with workers(mail_port, 1) as doomed:
        wake(TELL)
        wake(f"channels.{MAIL}")
        until(awake(lambda: Bundle.objects.count() > 300), moves=how_far)
        kill(*doomed)
    assert Bundle.objects.count() < LETTERS, "the kill came too late to disturb anybody"


def kill_while_sending(flaky: Flaky, letters: int, mail_port: int) -> None:
    """Right after the server has taken a letter, before anybody is told so."""
    flaky.halted.clear()
    flaky.halt_at = sum(map(len, flaky.letters.values())) + letters
    with workers(mail_port) as doomed:
        rest_is_over()
        until(awake(flaky.halted.is_set), moves=lambda: len(flaky.letters), every=0.1)
        kill(*doomed)
    flaky.halt_at = 0


def rest_is_over() -> None:
    """The pauses after a failed try and after a disturbance, as if their minutes had passed."""
    now = timezone.now()
    ChannelState.objects.filter(rests_until__gt=now).update(rests_until=None)
    Bundle.objects.filter(claimed_by="", next_try_at__gt=now).update(next_try_at=now)
    wake(f"channels.{MAIL}")


def awake(happened: Callable[[], bool]) -> Callable[[], bool]:
    """`happened`, with a channel that does not rest from a disturbance any longer than until somebody looks."""

    def look() -> bool:
        if ChannelState.objects.filter(rests_until__gt=timezone.now()).exists():
            rest_is_over()
        return happened()

    return look


def settled() -> bool:
    if not busy():
        rest_is_over()
        wake(TELL)
    rows = Delivery.objects.filter(subject_type="notice", channel=MAIL)
    return told_upto() is None and not rows.filter(status__in=WAITING).exists()


def busy() -> bool:
    loose = Delivery.objects.filter(channel=MAIL, bundle__isnull=True, status__in=WAITING)
    due = Bundle.objects.filter(next_try_at__lte=timezone.now())
    return loose.exists() or due.exists()


def how_far() -> tuple[int, int]:
    tries = Bundle.objects.aggregate(tries=Sum("attempts"))["tries"]
    return Bundle.objects.count(), tries or 0


def test_whoever_is_killed_whenever_the_books_are_right_and_nobody_is_left_out(
    cast: object, server: tuple[Flaky, int]
) -> None:
    flaky, port = server
    notice = drafted()
    kill_the_sender(port)
    subprocess.run([sys.executable, "-c", _SEND % SENDER], env=surroundings(port), check=True)
    kill_while_queueing(notice, port)
    kill_while_bundling(port)
    kill_while_sending(flaky, 400, port)
    kill_while_sending(flaky, 900, port)
    with workers(port):
        until(awake(settled), moves=how_far, every=0.5)
    one_row_each(notice)
    rows_say_what_the_server_has(flaky)
    receipts_say_no_more_than_is_known(notice)
    assert not StuckRow.objects.exists()
    assert verify().problems == []


def one_row_each(notice: Notice) -> None:
    everybody = dict(Person.objects.filter(code__startswith="N").values_list("pk", "email"))
    assert len(everybody) == PEOPLE
    assert Counter(notice.receipts.values_list("person_id", flat=True)) == Counter(everybody.keys())
    assert Fact.objects.filter(verb="notice.sent").count() == 1
    told = Delivery.objects.filter(fact__verb="notice.sent")
    by_mail = {person: email for person, email in everybody.items() if email}
    assert len(by_mail) == LETTERS
    for channel, people in ((INBOX, everybody), (MAIL, by_mail)):
        assert Counter(told.filter(channel=channel).values_list("person_id", flat=True)) == Counter(people.keys())
    no_account = set(Person.objects.filter(code__startswith="N", account=None).values_list("pk", flat=True))
    dead = set(DeadAddress.objects.values_list("person_id", flat=True))
    paper = no_account - (by_mail.keys() - dead)
    assert Counter(told.filter(channel=PAPER).values_list("person_id", flat=True)) == Counter(paper)
    assert told.count() == PEOPLE + LETTERS + len(paper)


def rows_say_what_the_server_has(flaky: Flaky) -> None:
    rows = Delivery.objects.filter(fact__verb="notice.sent", channel=MAIL).select_related("bundle")
    for row in rows:
        assert row.bundle is not None
        kept = flaky.letters.get(row.bundle.message_id, [])
        dead = no_such_box(number_in(row.address))
        assert (row.status, bool(kept)) == ((Status.FAILED, False) if dead else (Status.SENT, True)), row.address
        assert bool(row.reason) is dead
        assert (row.sent_at is None) is dead
        assert (row.attempts, row.next_try_at) == (row.bundle.attempts, None)
        assert len(set(map(words_in, kept))) <= 1, f"{row.address} was not told the same each time"
    assert Bundle.objects.count() == LETTERS
    assert {number_in(one.address) for one in DeadAddress.objects.all()} == {
        number for number in range(1, PEOPLE + 1) if number % 8 in (2, 3, 4, 7) and no_such_box(number)
    }
    assert set(flaky.letters) == set(Bundle.objects.filter(status=Status.SENT).values_list("message_id", flat=True))
    twice = {name: len(kept) - 1 for name, kept in flaky.letters.items() if len(kept) > 1}
    unsaid = {name: n for name, n in twice.items() if n > flaky.unanswered[name]}
    killed = (2 + 2 * WORKERS) * THREADS  # each may have had one letter in hand that was taken and not yet written down
    assert sum(unsaid.values()) <= killed, "more than what the killed had in their hands came twice"


def receipts_say_no_more_than_is_known(notice: Notice) -> None:
    """Who has an account has it in the system; who has none has what the channel says. Nobody has confirmed."""
    dead = Q(person__in=DeadAddress.objects.values("person"))
    outside = notice.receipts.filter(person__account=None)
    reached = outside.exclude(person__email="")
    expected = {
        Stage.ON_SYSTEM: notice.receipts.exclude(person__account=None),
        Stage.WAITING: outside.filter(person__email=""),
        Stage.HANDED: reached.exclude(dead),
        Stage.FAILED: reached.filter(dead),
    }
    for stage, rows in expected.items():
        assert set(rows.values_list("stage", flat=True)) == {stage}
    assert tally_of(notice) == {stage: rows.count() for stage, rows in expected.items()}
