from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from fayol.organisation.models import Absence
from fayol.worker.claims import LONGEST_PAUSE, claim, count_due, work_through, work_through_together
from fayol.worker.models import StuckRow

LONG = timedelta(days=400)


@pytest.fixture
def due(cast, now: datetime) -> list[Absence]:  # type: ignore[no-untyped-def]
    """Five rows that became due one minute after another, the last one now."""
    person = cast.person("林晓雯")
    return Absence.objects.bulk_create(
        Absence(
            person=person,
            starts_at=now + LONG * n,
            ends_at=now + LONG * n + timedelta(hours=1),
            next_edge_at=now - timedelta(minutes=5 - n),
        )
        for n in range(1, 6)
    )


def sweep(
    do: Callable[[Absence], object],
    now: datetime,
    limit: int = 100,
) -> int:
    return work_through(
        Absence.objects.filter(next_edge_at__lte=now), do, sweep="edges", column="next_edge_at", now=now, limit=limit,
        trouble="edge_trouble",
    )  # fmt: skip


def move_on(row: Absence) -> None:
    row.next_edge_at = None
    row.save()


@pytest.mark.django_db
def test_the_longest_due_come_first_and_no_more_than_the_limit(due: list[Absence], now: datetime) -> None:
    seen: list[int] = []

    def do(row: Absence) -> None:
        seen.append(row.pk)
        move_on(row)

    assert sweep(do, now, limit=3) == 3
    assert seen == [row.pk for row in due[:3]]
    assert sweep(move_on, now, limit=3) == 2
    assert sweep(move_on, now, limit=3) == 0


@pytest.mark.django_db
def test_a_row_that_fails_is_undone_pushed_back_with_its_reason_and_does_not_stop_the_rest(
    due: list[Absence], now: datetime
) -> None:
    def do(row: Absence) -> None:
        move_on(row)
        if row.pk == due[1].pk:
            Absence.objects.filter(pk=due[0].pk).update(reason="touched")
            raise RuntimeError("the bell is broken")

    assert sweep(do, now) == 5
    bad = Absence.objects.get(pk=due[1].pk)
    assert bad.next_edge_at == now + timedelta(minutes=1)
    assert bad.edge_trouble == "RuntimeError: the bell is broken"
    assert Absence.objects.filter(next_edge_at__lte=now).count() == 0
    assert not Absence.objects.filter(reason="touched").exists()
    stuck = StuckRow.objects.get()
    assert (stuck.sweep, stuck.table, stuck.row_id, stuck.failures) == ("edges", "organisation.absence", bad.pk, 1)


@pytest.mark.django_db
def test_a_row_that_keeps_failing_waits_longer_each_time_and_is_forgotten_once_it_succeeds(
    due: list[Absence], now: datetime
) -> None:
    def broken(row: Absence) -> None:
        raise RuntimeError

    Absence.objects.exclude(pk=due[0].pk).delete()
    pauses, at = [], now
    for _ in range(10):
        sweep(broken, at)
        again = Absence.objects.get(pk=due[0].pk).next_edge_at
        assert again is not None
        pauses.append((again - at) // timedelta(minutes=1))
        at = again
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert StuckRow.objects.get().again_at - StuckRow.objects.get().last_at == LONGEST_PAUSE
    sweep(move_on, at)
    assert not StuckRow.objects.exists()


@pytest.mark.django_db
def test_a_statement_that_breaks_the_transaction_costs_its_own_row_only(due: list[Absence], now: datetime) -> None:
    def do(row: Absence) -> None:
        if row.pk == due[2].pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column")
        move_on(row)

    assert sweep(do, now) == 5
    assert "no_such_column" in Absence.objects.get(pk=due[2].pk).edge_trouble
    assert Absence.objects.filter(next_edge_at__isnull=True).count() == 4


@pytest.mark.django_db
def test_the_whole_batch_goes_in_one_stroke_and_row_by_row_when_that_fails(due: list[Absence], now: datetime) -> None:
    def at_once(rows: list[Absence]) -> None:
        Absence.objects.filter(pk__in=[row.pk for row in rows]).update(next_edge_at=None, reason=f"{len(rows)} at once")
        if due[3] in rows:
            raise RuntimeError("one of them is bad")

    def sweep_together(limit: int) -> int:
        return work_through_together(
            Absence.objects.filter(next_edge_at__lte=now), at_once, sweep="edges", column="next_edge_at", now=now,
            limit=limit, trouble="edge_trouble",
        )  # fmt: skip

    assert sweep_together(2) == 2
    assert not StuckRow.objects.exists()
    assert sweep_together(100) == 3
    reasons = dict(Absence.objects.order_by("pk").values_list("pk", "reason"))
    assert [reasons[row.pk] for row in due] == ["2 at once", "2 at once", "1 at once", due[3].reason, "1 at once"]
    assert StuckRow.objects.get().row_id == due[3].pk
    assert count_due(Absence.objects.filter(next_edge_at__lte=now)) == 0


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_holds_is_skipped_and_what_it_has_done_is_not_done_again(
    due: list[Absence], now: datetime
) -> None:
    holding, let_go = threading.Event(), threading.Event()
    done: list[int] = []

    def quick(row: Absence) -> None:
        done.append(row.pk)
        move_on(row)

    def slow(row: Absence) -> None:
        holding.set()
        let_go.wait(120)
        quick(row)

    def other_worker() -> None:
        try:
            sweep(slow, now, limit=2)
        finally:
            connection.close()

    worker = threading.Thread(target=other_worker)
    worker.start()
    holding.wait(120)
    assert sweep(quick, now) == 3
    let_go.set()
    worker.join()
    assert sweep(move_on, now) == 0
    assert sorted(done) == sorted(row.pk for row in due)


@pytest.mark.django_db
def test_claiming_takes_one_statement(due: list[Absence], now: datetime, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(claim(Absence.objects.filter(next_edge_at__lte=now), column="next_edge_at", limit=9)) == 5
