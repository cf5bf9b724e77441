"""Many at once on a real PostgreSQL: one wins, the others are told so; numbers have no gap; a kill leaves no half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from fayol.commitments import actions
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import DUE, Scene
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.kernel.errors import Stale
from fayol.matters.actions import Opening, open_and_ask, open_matter
from fayol.matters.models import Matter, Series
from fayol.matters.states import Kind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run `act(n)` in `count` threads released together; returns what each returned or raised."""
    results: list[Any] = [None] * count
    start = threading.Barrier(count)

    def one(number: int) -> None:
        try:
            start.wait(timeout=60)
            results[number] = act(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return results


@pytest.mark.parametrize("move", ["acknowledge", "promise", "accept"])
def test_of_64_who_try_the_same_move_one_succeeds_and_63_are_told_of_the_change(
    cast: object, now: datetime, move: str
) -> None:
    scene = Scene(now)
    row = scene.brought_to(State.REPORTED if move == "accept" else State.ASSIGNED)
    calls: dict[str, Callable[[Commitment], Commitment]] = {
        "acknowledge": lambda seen: actions.acknowledge(seen, by=scene.performer, now=scene.later(9)),
        "promise": lambda seen: actions.promise(seen, due_on=DUE, by=scene.performer, now=scene.later(9)),
        "accept": lambda seen: actions.accept(seen, by=scene.asker, now=scene.later(9)),
    }
    facts = Fact.objects.filter(subject_type="commitment").count()
    results = at_once(64, lambda _: calls[move](row))
    assert sum(isinstance(result, Commitment) for result in results) == 1, results
    assert sum(isinstance(result, Stale) for result in results) == 63, results
    assert Fact.objects.filter(subject_type="commitment").count() == facts + 1
    assert verify().ok


def opening(scene: Scene, number: int, kind: Kind = Kind.SUPERVISION) -> Opening:
    return Opening(
        title=f"第{number}件",
        goal="按期完成",
        kind=kind,
        lead_unit_id=scene.unit("财务部").pk,
        coordinator_id=scene.asker.person_id or 0,
        requester_unit_id=scene.unit("总裁办").pk,
    )


def test_32_who_open_matters_at_once_get_the_numbers_1_to_32_though_some_are_rolled_back(
    cast: object, now: datetime
) -> None:
    scene = Scene(now)

    def act(number: int) -> Matter:
        from django.db import transaction

        with transaction.atomic():
            matter = open_matter(opening(scene, number), by=scene.asker, now=now)
            if number % 8 == 7:
                raise RuntimeError("changed my mind")
            return matter

    results = at_once(36, act)
    made = [result for result in results if isinstance(result, Matter)]
    assert len(made) == 32
    assert sorted(matter.number for matter in made) == list(range(1, 33))
    assert {matter.label for matter in made} == {f"督〔2026〕{n}号" for n in range(1, 33)}
    assert Series.objects.get(kind="督", year=2026).last == 32
    other = open_matter(opening(scene, 99, Kind.COORDINATION), by=scene.asker, now=now)
    assert other.label == "协〔2026〕1号"
    next_year = open_matter(opening(scene, 99), by=scene.asker, now=now + timedelta(days=60))
    assert next_year.label == "督〔2027〕1号"


DISPATCHER = """
import sys, django
django.setup()
from datetime import datetime
from fayol.commitments.tests.scene import Scene
from fayol.matters.actions import open_and_ask
from tests.stories.test_races import opening
now = datetime.fromisoformat(sys.argv[1])
scene = Scene(now)
support = scene.asking(title="配合", performer_unit_id=scene.unit("采购部").pk, responsible_id=None)
askings = [scene.asking(title=f"第{n}条", supports=(support,)) for n in range(500)]
print("ready", flush=True)
sys.stdin.readline()
open_and_ask(opening(scene, 1), askings, by=scene.asker, now=now)
print("done", flush=True)
"""


@pytest.fixture
def dispatcher(cast: object, now: datetime) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a process that dispatches 500 leads and 500 supports into the test's database when told to."""
    started: list[subprocess.Popen[str]] = []
    database = connection.settings_dict
    env = {
        **os.environ,
        "DATABASE_URL": _url(database),
        "DJANGO_SETTINGS_MODULE": "fayol.config.settings",
        "PYTHONPATH": os.getcwd(),
    }

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", DISPATCHER, now.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _url(database: dict[str, Any]) -> str:
    host, port = database["HOST"] or "", database["PORT"] or ""
    if host.startswith("/"):
        return f"postgres://{database['USER']}@/{database['NAME']}?host={host}"
    return f"postgres://{database['USER']}@{host}:{port}/{database['NAME']}"


@pytest.mark.parametrize("after", [0.02, 0.3, 0.8, 1.5])
def test_a_kill_in_the_middle_of_a_dispatch_of_500_leaves_all_or_nothing(
    dispatcher: Callable[[], subprocess.Popen[str]], after: float
) -> None:
    process = dispatcher()
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=120)
    _wait_for_the_server_to_notice()
    count = Commitment.objects.count()
    assert (Matter.objects.count(), count) in {(0, 0), (1, 1000)}
    assert verify().problems == []
    scene = Scene(datetime.fromisoformat("2026-11-18T09:12:00+08:00"))
    matter, made = open_and_ask(opening(scene, 2), [scene.asking()], by=scene.asker, now=scene.now)
    assert matter.number == (2 if count else 1), "the killed dispatch left a gap"
    assert made[0].ref == f"{matter.number}-01"


def _wait_for_the_server_to_notice() -> None:
    """The server ends a killed client's transaction as soon as it next touches the connection."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.1)
