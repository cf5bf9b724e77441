from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from fayol.worker import runner, tasks
from fayol.worker.metrics import exposition
from fayol.worker.models import StuckRow, SweepRun, WorkerProcess
from fayol.worker.presence import Presence, doing, here
from fayol.worker.registry import register_gauge, register_sweep, sweeps, unregister_gauge, unregister_sweep
from fayol.worker.report import worker_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def bell() -> Iterator[None]:
    register_sweep("bell", lambda now, limit: 7, every_seconds=60, due=lambda now: 12)
    yield
    unregister_sweep("bell")


def numbers(now: datetime) -> dict[tuple[str, ...], float]:
    """Name and labels, and the number."""
    families = text_string_to_metric_families(exposition(now).decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_a_worker_says_where_it_runs_and_what_it_is_at_until_it_takes_its_leave(now: datetime) -> None:
    clock = datetime.now(now.tzinfo)
    presence = Presence()
    with doing("bell"):
        presence.sign(lambda: clock)
    row = WorkerProcess.objects.get()
    assert (row.started_at, row.seen_at, row.doing, row.clock_is_right) == (clock, clock, "bell", True)
    presence.sign(lambda: clock + timedelta(seconds=10))
    row = WorkerProcess.objects.get()
    assert (row.started_at, row.seen_at, row.doing) == (clock, clock + timedelta(seconds=10), "")
    presence.leave()
    assert not WorkerProcess.objects.exists()


def test_a_worker_that_fell_silent_is_told_of_for_an_hour_and_then_forgotten(now: datetime) -> None:
    lost = WorkerProcess.objects.create(host="b", pid=2, started_at=now, seen_at=now)
    report = worker_report(now + timedelta(minutes=2))
    assert (report.workers, report.silent, report.troubles["no_worker"]) == ((), (lost,), 1)
    Presence().sign(lambda: now + timedelta(minutes=59))
    assert WorkerProcess.objects.filter(pk=lost.pk).exists()
    Presence().sign(lambda: now + timedelta(minutes=61))
    assert not WorkerProcess.objects.filter(pk=lost.pk).exists()


def test_a_worker_whose_clock_is_wrong_says_so_and_does_nothing(bell: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fast() -> datetime:
        return datetime.now().astimezone() + timedelta(minutes=5)

    monkeypatch.setattr(here, "row_id", None)
    monkeypatch.setattr(here, "clock_is_right", True)
    here.sign(fast)
    assert not WorkerProcess.objects.get().clock_is_right
    assert worker_report(fast()).troubles["clock"] == 1
    tasks.sweep.func(name="bell")
    assert not SweepRun.objects.filter(name="bell").exists()


def test_metrics_tell_how_late_each_sweep_is_how_much_waits_and_what_was_done(bell: None, now: datetime) -> None:
    sweep = next(one for one in sweeps() if one.name == "bell")
    runner.run_sweep(sweep, clock=lambda: now)
    WorkerProcess.objects.create(host="a", pid=1, started_at=now, seen_at=now + timedelta(minutes=30))
    StuckRow.objects.create(
        sweep="bell", table="a.b", row_id=1, failures=3, first_at=now, last_at=now, again_at=now, reason="x"
    )
    told = numbers(now + timedelta(minutes=30))
    assert told[("fayol_sweep_late_seconds", "bell")] == 29 * 60
    assert told[("fayol_sweep_due_rows", "bell")] == 12
    assert told[("fayol_sweep_handled_rows_total", "bell")] == 7
    assert told[("fayol_sweep_failures_total", "bell")] == 0
    assert told[("fayol_sweep_last_success_timestamp_seconds", "bell")] == now.timestamp()
    assert (told[("fayol_workers_alive",)], told[("fayol_stuck_rows",)], told[("fayol_healthy",)]) == (1, 1, 0)


def test_an_app_brings_its_own_numbers_and_one_that_cannot_be_read_does_not_hide_the_others(now: datetime) -> None:
    def broken(at: datetime) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")
        return 0

    register_gauge("aa_broken", "Broken.", broken)
    register_gauge("bells_ringing", "Bells.", lambda at: {"tower": 2, "gate": 1}, label="place")
    try:
        told = numbers(now)
    finally:
        unregister_gauge("aa_broken")
        unregister_gauge("bells_ringing")
    assert told[("fayol_bells_ringing", "tower")] == 2
    assert ("fayol_aa_broken",) not in told
    with pytest.raises(ValueError, match="small letters"):
        register_gauge("bells-ringing", "", lambda at: 0)
