from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from fayol.worker import tasks
from fayol.worker.models import SweepRun, WorkerProcess
from fayol.worker.report import worker_report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def until(happened: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.1)


def start_worker() -> subprocess.Popen[bytes]:
    """A real one, on the database of this test."""
    database = settings.DATABASES["default"]
    name, host = connection.settings_dict["NAME"], database["HOST"]
    address = f"postgresql://{database['USER'] or 'postgres'}@/{name}?host={host}&port={database['PORT']}"
    return subprocess.Popen([sys.executable, "-m", "fayol", "worker"], env=os.environ | {"DATABASE_URL": address})


def ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_a_worker_runs_what_is_due_and_takes_over_what_a_killed_one_had_in_its_hands() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        lost = cursor.fetchone()[0]
    for _ in range(2):  # a shared sweep may have been in its hands twice; one wake-up again is enough
        tasks.sweep.configure(queueing_lock="sweep:facts.seal").defer(name="facts.seal")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [lost])
    worker = start_worker()
    try:
        until(lambda: SweepRun.objects.filter(succeeded_at__isnull=False).count() >= 3)
        until(lambda: ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == 0, seconds=90)
        assert ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == 0
        until(lambda: WorkerProcess.objects.filter(host=socket.gethostname(), pid=worker.pid).exists())
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(300) == 0
    assert not WorkerProcess.objects.exists(), "a worker that stops takes its leave"


def test_the_report_sees_a_job_whose_worker_gives_no_sign_of_life(now: datetime) -> None:
    assert worker_report(now).jobs_stalled == 0
    tasks.sweep.defer(name="organisation.absence_edges")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [now])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [cursor.fetchone()[0]])
    assert worker_report(now).jobs_stalled == 0
    assert worker_report(now + timedelta(minutes=5)).jobs_stalled == 1
