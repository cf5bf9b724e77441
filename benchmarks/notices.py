"""A notice to very many: what does sending it cost beside the bare writing of its rows, and its list of receipts?"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

Measured = dict[str, tuple[float, str, str]]
PEOPLE, FEW, ROUNDS, REQUESTS, WARM_UP = 100_000, 100, 3, 40, 8
SENDER = "林晓雯"

_PEOPLE = """
INSERT INTO organisation_person (name, pinyin, initials, grams, code, mobile, email, "order", active, admin_role, version)
SELECT '职工' || n, '', '', '{}', 'N' || n, '', '', n, true, '', 1 FROM generate_series(1, %s) n
"""
_POSTS = """
INSERT INTO organisation_post (person_id, unit_id, title, role, "order", "primary")
SELECT p.id, u.ids[1 + p.id % cardinality(u.ids)], '', 'member', 0, true
  FROM organisation_person p, (SELECT array_agg(id) AS ids FROM organisation_unit WHERE kind = 'department') u
 WHERE p.code LIKE 'N%'
"""
_COLUMNS = "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'"
_BARE = "INSERT INTO {table} ({columns}) SELECT {columns} FROM bench_{table}"
TABLES = ("notices_receipt", "channels_delivery")


def run(people: int = PEOPLE) -> Measured:
    from django.db import connection
    from django.utils import timezone

    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [people])
        cursor.execute(_POSTS)
        cursor.execute("VACUUM ANALYZE")
    return _fan_out(people, now) | _matrix(people, now)


def _fan_out(people: int, now: datetime) -> Measured:
    """The same rows into the same tables with the same indexes: by `send`, and copied from a table."""
    from django.db import connection

    from fayol.notices import actions

    times: dict[str, list[float]] = {"send": [], "bare": []}
    grown = 0.0
    with connection.cursor() as cursor:
        for _round in range(ROUNDS):
            notice, by = _draft(now)
            with _memory() as growth:
                times["send"].append(_timed(partial(actions.send, notice, by=by, now=now)))
            grown = max(grown, growth())
            assert notice.receipts.count() >= people
            columns = _set_aside(cursor, notice.pk)
            _empty(cursor, notice.pk)
            times["bare"].append(_timed(partial(_bare, cursor, columns)))
            _empty(cursor, notice.pk)
            for table in TABLES:
                cursor.execute(f"DROP TABLE bench_{table}")
    sent, bare = (statistics.median(times[name]) for name in ("send", "bare"))
    note = f"{people} receipts and inbox rows: sent in {sent:.2f} s, bare INSERT … SELECT {bare:.2f} s"
    return {
        "fanout_100k_vs_insert": (round(sent / bare, 2), "ratio", note),
        "fanout_100k_rss_mb": (round(grown, 1), "MB", f"growth of the process while sending to {people}"),
    }


def _draft(now: datetime, *people: int) -> tuple[Any, Any]:
    from fayol.notices import actions
    from fayol.notices.audience import Entry
    from fayol.notices.states import EntryKind
    from fayol.organisation.actor import Actor
    from fayol.organisation.models import Person, Unit
    from fayol.organisation.queries import office

    by = Actor(Person.objects.get(name=SENDER))
    whole = [Entry(EntryKind.UNIT, id=unit.pk, sub=True) for unit in Unit.objects.filter(parent=None)]
    named = [Entry(EntryKind.PERSON, id=person) for person in people]
    wording = actions.Wording(unit=office(), title="关于做好年末安全检查的通知", audience=named or whole)
    return actions.draft(wording, by=by, now=now), by


def _set_aside(cursor: Any, notice: int) -> dict[str, str]:
    """Copies of what sending made, and the columns of each table."""
    cursor.execute("CREATE TABLE bench_notices_receipt AS SELECT * FROM notices_receipt WHERE notice_id = %s", [notice])
    cursor.execute(
        "CREATE TABLE bench_channels_delivery AS SELECT * FROM channels_delivery"
        " WHERE subject_type = 'notice' AND subject_id = %s",
        [notice],
    )
    columns = {}
    for table in TABLES:
        cursor.execute(_COLUMNS, [table])
        columns[table] = cursor.fetchone()[0]
    return columns


def _empty(cursor: Any, notice: int) -> None:
    cursor.execute("DELETE FROM notices_receipt WHERE notice_id = %s", [notice])
    cursor.execute("DELETE FROM channels_delivery WHERE subject_type = 'notice' AND subject_id = %s", [notice])
    for table in TABLES:
        cursor.execute(f"VACUUM ANALYZE {table}")


def _bare(cursor: Any, columns: dict[str, str]) -> None:
    for table in TABLES:
        cursor.execute(_BARE.format(table=table, columns=columns[table]))


def _timed(act: Callable[[], object]) -> float:
    from django.db import transaction

    begin = time.perf_counter()
    with transaction.atomic():
        act()
    return time.perf_counter() - begin


@contextmanager
def _memory() -> Iterator[Callable[[], float]]:
    """By how many MB the process has grown at its largest since, looked at every few milliseconds."""
    import psutil

    process, over = psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.005):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lambda: (peak - before) / 1024 / 1024
    finally:
        over.set()
        watcher.join()


# ── the matrix ─────────────────────────────────────────────────────────────


def _matrix(people: int, now: datetime) -> Measured:
    """The first page of the receipts, in turns: of a notice to everybody and of one to a hundred."""
    from django.db import connection
    from django.test import Client

    from fayol.notices import actions
    from fayol.organisation.models import Person

    few = Person.objects.filter(code__startswith="N").order_by("pk").values_list("pk", flat=True)[:FEW]
    pages = {}
    for name, named in (("large", ()), ("small", tuple(few))):
        notice, by = _draft(now, *named)
        pages[name] = f"/notices/{actions.send(notice, by=by, now=now).pk}/receipts/"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client, account = Client(), Person.objects.get(name=SENDER).account
    assert account is not None
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for turn in range(WARM_UP + REQUESTS):
        for name, address in pages.items():
            begin = time.perf_counter()
            answer = client.get(address)
            spent = time.perf_counter() - begin
            assert answer.status_code == 200, (address, answer.status_code)
            if turn >= WARM_UP:
                taken[name].append(spent)
    large, small = (statistics.median(taken[name]) for name in ("large", "small"))
    note = f"first page, median of {REQUESTS}: {1000 * large:.1f} ms of {people}, {1000 * small:.1f} ms of {FEW}"
    return {"matrix_100k_vs_100": (round(large / small, 2), "ratio", note)}
