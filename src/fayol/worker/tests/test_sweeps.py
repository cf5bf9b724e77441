from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from fayol.worker import runner
from fayol.worker.models import SweepRun
from fayol.worker.registry import Sweep, register_sweep, sweeps, unregister_sweep
from fayol.worker.report import worker_report

pytestmark = pytest.mark.django_db

STEP = timedelta(seconds=1)


class Clock:
    """Stands still until told."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class Heap:
    """Rows to be dealt with, taken in batches as a real sweep does."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.batches: list[int] = []

    def run(self, now: datetime, limit: int) -> int:
        taken = min(limit, self.rows)
        self.rows -= taken
        self.batches.append(taken)
        return taken


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture(autouse=True)
def only_our_sweeps() -> Iterator[None]:
    before = sweeps()
    for sweep in before:
        unregister_sweep(sweep.name)
    yield
    for sweep in sweeps():
        unregister_sweep(sweep.name)
    for sweep in before:
        register_sweep(
            sweep.name, sweep.run,
            every_seconds=sweep.every_seconds, shared=sweep.shared, batch=sweep.batch, due=sweep.due,
        )  # fmt: skip


def boom(now: datetime, limit: int) -> int:
    raise RuntimeError("the lamp is out")


def test_a_sweep_goes_on_in_batches_until_nothing_is_left(clock: Clock) -> None:
    heap = Heap(rows=450)
    assert runner.run_sweep(Sweep("heap", heap.run, 60), clock=clock, batch=200) == 450
    assert heap.batches == [200, 200, 50]
    row = SweepRun.objects.get()
    assert (row.handled, row.succeeded_at, row.due_at) == (450, clock.at, clock.at + timedelta(seconds=60))


def test_a_sweep_does_not_run_again_before_its_time(clock: Clock) -> None:
    heap = Heap(rows=1)
    sweep = Sweep("heap", heap.run, 60)
    runner.run_sweep(sweep, clock=clock)
    clock.at += timedelta(seconds=59)
    assert runner.run_sweep(sweep, clock=clock) is None
    clock.at += STEP
    assert runner.run_sweep(sweep, clock=clock) == 0


def test_two_workers_do_not_run_one_sweep_at_once(clock: Clock) -> None:
    answers: list[int | None] = []

    def second_worker_meanwhile(now: datetime, limit: int) -> int:
        answers.append(runner.run_sweep(Sweep("shared", Heap(5).run, 1), clock=lambda: now + timedelta(seconds=90)))
        return 0

    runner.run_sweep(Sweep("shared", second_worker_meanwhile, 1), clock=clock)
    assert answers == [None]


def test_a_sweep_whose_worker_was_killed_is_taken_over_when_its_lease_has_run_out(clock: Clock) -> None:
    SweepRun.objects.create(
        name="orphan",
        due_at=clock.at - STEP,
        leased_until=clock.at + runner.LEASE,
        leased_by="gone",
        started_at=clock.at,
    )
    orphan = Sweep("orphan", Heap(3).run, 60)
    assert runner.run_sweep(orphan, clock=clock) is None
    clock.at += runner.LEASE
    assert runner.run_sweep(orphan, clock=clock) == 3


def test_a_worker_whose_lease_was_taken_over_stops_and_leaves_the_row_to_the_other(clock: Clock) -> None:
    def slow(now: datetime, limit: int) -> int:
        SweepRun.objects.filter(name="slow").update(leased_by="the other one")
        return limit

    runner.run_sweep(Sweep("slow", slow, 60), clock=clock, batch=10)
    assert SweepRun.objects.get().leased_by == "the other one"


def test_a_failing_sweep_is_written_down_and_does_not_stop_the_others(clock: Clock) -> None:
    heap = Heap(rows=7)
    register_sweep("broken", boom, every_seconds=60)
    register_sweep("sound", heap.run, every_seconds=60)
    assert runner.run_due_sweeps(clock=clock) == {"broken": 0, "sound": 7}
    broken = SweepRun.objects.get(name="broken")
    assert (broken.failures, broken.error, broken.succeeded_at) == (1, "RuntimeError: the lamp is out", None)
    assert broken.leased_until is None


def test_a_sweep_that_breaks_its_transaction_is_written_down_too(clock: Clock) -> None:
    def bad_sql(now: datetime, limit: int) -> int:
        from django.db import transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")
        return 0

    assert runner.run_sweep(Sweep("bad", bad_sql, 60), clock=clock) == 0
    assert "no_such_column" in SweepRun.objects.get(name="bad").error


def test_a_sweep_that_keeps_failing_is_tried_less_and_less_often_but_never_given_up(clock: Clock) -> None:
    pauses = []
    for _ in range(8):
        runner.run_sweep(Sweep("broken", boom, 60), clock=clock)
        due = SweepRun.objects.get().due_at
        pauses.append((due - clock.at).total_seconds())
        clock.at = due
    assert pauses == [60, 120, 240, 480, 900, 900, 900, 900]
    runner.run_sweep(Sweep("broken", Heap(1).run, 60), clock=clock)
    assert (SweepRun.objects.get().failures, SweepRun.objects.get().error) == (0, "")


def test_work_that_arrives_during_a_run_is_not_left_until_the_next_period(clock: Clock) -> None:
    def told_meanwhile(now: datetime, limit: int) -> int:
        runner.make_due("busy", now)
        return 0

    runner.run_sweep(Sweep("busy", told_meanwhile, 3600), clock=clock)
    register_sweep("busy", told_meanwhile, every_seconds=3600)
    assert runner.due_names(clock.at) == ["busy"]


def test_a_heap_that_never_ends_gives_its_turn_back_and_is_due_again_at_once(clock: Clock) -> None:
    def endless(now: datetime, limit: int) -> int:
        clock.at += timedelta(seconds=25)
        return limit

    assert runner.run_sweep(Sweep("endless", endless, 3600), clock=clock, batch=10) == 30
    assert SweepRun.objects.get().due_at <= clock.at


def test_the_report_names_a_sweep_that_should_have_run_long_ago(clock: Clock) -> None:
    register_sweep("late", Heap(0).run, every_seconds=60)
    runner.run_due_sweeps(clock=clock)
    on_time = worker_report(clock.at + timedelta(minutes=2)).sweeps[0]
    late = worker_report(clock.at + timedelta(minutes=30)).sweeps[0]
    assert on_time.late_by == timedelta(0)
    assert late.late_by == timedelta(minutes=29)
    assert not worker_report(clock.at + timedelta(minutes=30)).healthy


def test_a_shared_sweep_runs_in_two_workers_at_once_and_calls_for_help_while_full_batches_come(clock: Clock) -> None:
    heap = Heap(rows=45)
    called: list[str] = []

    def run(now: datetime, limit: int) -> int:
        if len(heap.batches) == 1:  # the other worker comes in the middle of the first one's run
            assert runner.run_sweep(Sweep("shared", heap.run, 60, shared=True), clock=clock, batch=10) == 35
        return heap.run(now, limit)

    shared = Sweep("shared", run, 60, shared=True)
    assert runner.run_sweep(shared, clock=clock, batch=10, call_help=called.append) == 10
    assert called == ["shared"]
    row = SweepRun.objects.get()
    assert (row.handled_ever, row.leased_until, row.due_at) == (45, None, clock.at + timedelta(seconds=60))


def test_a_clock_that_ran_ahead_for_a_while_does_not_stop_the_sweeps_after_it_is_put_right(clock: Clock) -> None:
    heap = Heap(rows=1)
    register_sweep("heap", heap.run, every_seconds=60)
    clock.at += timedelta(days=30)
    runner.run_due_sweeps(clock=clock)
    SweepRun.objects.update(leased_until=clock.at + runner.LEASE, leased_by="killed in the wrong month")
    clock.at -= timedelta(days=30)
    assert runner.due_names(clock.at) == ["heap"]
    assert runner.run_due_sweeps(clock=clock) == {"heap": 0}
    assert SweepRun.objects.get().due_at == clock.at + timedelta(seconds=60)
