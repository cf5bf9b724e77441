"""Two workers, five thousand rungs that are due, one worker killed in the middle, the database restarted once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any, TypeVar

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.db.models import Count, Model
from django.utils import timezone

from fayol.channels.actions.settling import LEASE
from fayol.channels.models import INBOX, MAIL, Bundle, Delivery
from fayol.channels.tests.conftest import free_port
from fayol.commitments.actions import Asking, dispatch_many
from fayol.commitments.models import Commitment
from fayol.commitments.states import Urgency
from fayol.commitments.tests.scene import Scene
from fayol.config import embedded
from fayol.config.testing import HOME
from fayol.facts.models import Fact
from fayol.ladders.models import Chase, ChaseLine, Climb
from fayol.ladders.sweeps import CLIMB
from fayol.organisation.models import Person
from fayol.worker.models import StuckRow, WorkerProcess
from fayol.worker.waking import wake

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

M = TypeVar("M", bound=Model)
RUNGS, WITH_MAIL = 5000, 300
READER, OTHERS = "周岚", ("孙悦", "王建国", "李敏", "马骏", "吴志强")


@dataclass
class Sink:
    """A mail server that takes everything: the words of each letter, by its Message-ID."""

    letters: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        words = letter.get_body(("plain",))
        assert words is not None
        self.letters[str(letter["Message-ID"])].append(f"{letter['Subject']} {letter['Date']} {words.get_content()}")
        return "250 kept"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    kept = Sink()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    yield kept, server.port
    server.stop()


@contextmanager
def worker(mail_port: int) -> Iterator[subprocess.Popen[bytes]]:
    settings = connection.settings_dict
    address = f"postgresql://{settings['USER'] or 'postgres'}@/{settings['NAME']}?host={settings['HOST']}"
    address += f"&port={settings['PORT']}" if settings["PORT"] else ""
    given = {"DATABASE_URL": address, "FAYOL_EMAIL_URL": f"smtp://127.0.0.1:{mail_port}", "FAYOL_LOG": "ERROR"}
    process = subprocess.Popen([sys.executable, "-m", "fayol", "worker"], env=os.environ | given)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(300)


def is_up(process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the worker did not start; its words stand above"
    return True


def until(happened: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)


def fired() -> int:
    return Climb.objects.filter(steps__gt=0).count()


def give_out(now: datetime) -> None:
    """Tasks not signed for in an hour: the first rung of each is due since a minute, the second in an hour. Until the
    workers are there, nobody looks."""
    Person.objects.update(email="")
    Person.objects.filter(name=READER).update(email="zhoulan@example.cn")
    scene = Scene(now - timedelta(minutes=61))
    people = [scene.actor(name).person_id for name in (READER, *OTHERS)]
    askings = [scene.asking(title="报名单", urgency=Urgency.FLASH, responsible_id=person) for person in people]
    climbs = {one.commitment_id: one for one in Climb.objects.filter(commitment__in=given_out(scene, askings))}
    assert {climb.next_look_at for climb in climbs.values()} == {now - timedelta(minutes=1)}
    reader, *others = Commitment.objects.order_by("pk")
    rows = [reader] * (WITH_MAIL - 1) + [others[n % len(others)] for n in range(RUNGS - WITH_MAIL - len(others))]
    models = [climbs[row.pk] for row in rows]
    Commitment.objects.bulk_create(copies := [unsaved(row) for row in rows])
    Climb.objects.bulk_create(unsaved(one, commitment=row) for one, row in zip(models, copies, strict=True))
    Climb.objects.update(next_look_at=now + timedelta(days=1))
    assert Climb.objects.count() == RUNGS


def given_out(scene: Scene, askings: list[Asking]) -> list[Commitment]:
    return dispatch_many(askings, by=scene.asker, now=scene.now)


def unsaved(row: M, **changes: object) -> M:
    """One more like it: five thousand by the action would take half a minute."""
    twin = copy(row)
    twin.pk = None
    twin._state.adding = True
    for name, value in changes.items():
        setattr(twin, name, value)
    return twin


def restart_database() -> None:
    connection.close()
    embedded.release(HOME)
    embedded.acquire(HOME, embedded.FAST)


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="a server that others use is not restarted")
def test_after_a_kill_and_a_restart_every_due_rung_has_fired_once_and_every_message_is_there_once(
    cast: object, sink: tuple[Sink, int]
) -> None:
    kept, port = sink
    now = timezone.now()
    give_out(now)
    with worker(port) as doomed, worker(port) as other:
        until(lambda: is_up(doomed) and is_up(other) and WorkerProcess.objects.count() == 2)
        Climb.objects.update(next_look_at=now)
        wake(CLIMB)
        until(lambda: fired() >= 600)
        os.kill(doomed.pid, signal.SIGKILL)
        until(lambda: fired() >= 1500)
        assert fired() < RUNGS, "the restart came too late to disturb anybody"
        restart_database()
        restarted = timezone.now()
        until(lambda: fired() == RUNGS)
        until(lambda: all_sent(restarted))
        assert is_up(other)
    once_each()
    assert set(kept.letters) == set(Bundle.objects.values_list("message_id", flat=True))
    for name, again in kept.letters.items():
        assert len(set(again)) == 1, f"{name} did not say the same each time"
    assert sum(map(len, kept.letters.values())) <= WITH_MAIL + 4, (
        "more than what the killed had in its hands came twice"
    )


def all_sent(restarted: datetime) -> bool:
    """What was in hand when the worker was killed and the database went away waits for its lease to run out; here the
    lease has run out. What was taken in hand since is in living hands and stays there."""
    if Bundle.objects.filter(sent_at__isnull=False).count() == WITH_MAIL:
        return True
    if not Delivery.objects.filter(next_try_at__isnull=False).exclude(bundle__claimed_by="").exists():
        return False
    if Bundle.objects.filter(sent_at__gt=timezone.now() - timedelta(seconds=3)).exists():
        return False  # somebody is still at it
    lost = Bundle.objects.filter(sent_at__isnull=True, claimed_until__lt=restarted + LEASE)
    lost.update(claimed_until=timezone.now())
    wake("channels.mail")
    return False


def once_each() -> None:
    assert Climb.objects.filter(steps=1, next_rung=1).count() == RUNGS
    assert set(ChaseLine.objects.values("climb").annotate(n=Count("id")).values_list("n", flat=True)) == {1}
    assert ChaseLine.objects.filter(chase__isnull=False).count() == Chase.objects.count() == RUNGS
    facts = Counter(Fact.objects.filter(verb__in=["ladder.rung_climbed", "chase.sent"]).values_list("verb", flat=True))
    assert facts == {"ladder.rung_climbed": RUNGS, "chase.sent": RUNGS}
    told = Delivery.objects.filter(fact__verb="chase.sent")
    assert told.filter(channel=INBOX).values("fact").distinct().count() == told.filter(channel=INBOX).count() == RUNGS
    assert told.filter(channel=MAIL).values("fact").distinct().count() == told.filter(channel=MAIL).count() == WITH_MAIL
    assert set(told.values_list("status", flat=True)) == {"sent"}
    assert not StuckRow.objects.exists()
