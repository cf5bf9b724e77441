"""A notice to very many: what does sending it cost beside the bare writing of its rows, and what do its pages cost?"""

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
PEOPLE, UNITS, FEW, ROUNDS, REQUESTS, WARM_UP = 100_000, 5_000, 100, 3, 40, 8
SENDER = "林晓雯"

_PEOPLE = """
INSERT INTO organisation_person (name, pinyin, initials, grams, code, mobile, email, "order", active, admin_role, version)
SELECT '职工' || n, '', '', '{}', 'N' || n, '', '', n, true, '', 1 FROM generate_series(1, %s) n
"""
# a third of the units stand in the departments of the example, the others in those: three levels below the house
_UNITS = """
WITH made AS (SELECT n, nextval(pg_get_serial_sequence('organisation_unit', 'id')) AS id FROM generate_series(1, %(units)s) n),
above AS (SELECT array_agg(id ORDER BY id) AS ids, array_agg(path ORDER BY id) AS paths, count(*) AS n
            FROM organisation_unit WHERE kind = 'department'),
top AS (SELECT made.n, made.id, a.ids[1 + made.n % a.n] AS parent, a.paths[1 + made.n % a.n] || lpad(made.id::text, 5, '0') || '.' AS path
          FROM made, above a WHERE made.n <= %(units)s / 3),
low AS (SELECT made.n, made.id, top.id AS parent, top.path || lpad(made.id::text, 5, '0') || '.' AS path
          FROM made JOIN top ON top.n = 1 + made.n % (%(units)s / 3) WHERE made.n > %(units)s / 3)
INSERT INTO organisation_unit (id, code, official_name, short_name, aliases, kind, is_office, "order", path, duties, active, pinyin, initials, grams, version, parent_id)
SELECT id, 'B' || n, '基层单位' || n, '', '{}', 'team', false, n, path, '', true, '', '', '{}', 1, parent
  FROM (SELECT * FROM top UNION ALL SELECT * FROM low) made
"""
_POSTS = """
INSERT INTO organisation_post (person_id, unit_id, title, role, "order", "primary")
SELECT p.id, u.ids[1 + p.id % cardinality(u.ids)], '', 'member', 0, true
  FROM organisation_person p, (SELECT array_agg(id ORDER BY id) AS ids FROM organisation_unit WHERE code LIKE 'B%') u
 WHERE p.code LIKE 'N%'
"""
# some way on its way: every stage stands somewhere in nearly every unit
_ANSWERS = """
UPDATE notices_receipt r
   SET stage = (ARRAY['on_system', 'read', 'proxied', 'failed', 'confirmed', 'confirmed'])[1 + n % 6], stage_at = %(now)s,
       confirmed_at = CASE WHEN n % 6 > 3 THEN asked_at + n % 4000 * interval '1 minute' END,
       confirmed_by_id = CASE WHEN n % 6 > 3 THEN person_id END
  FROM (SELECT id, hashint8(id)::bigint & 1048575 AS n FROM notices_receipt WHERE notice_id = %(notice)s) x WHERE x.id = r.id
"""
_COLUMNS = "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'"
_BARE = "INSERT INTO {table} ({columns}) SELECT {columns} FROM bench_{table}"
TABLES = ("notices_receipt", "channels_delivery")


def run(people: int = PEOPLE) -> Measured:
    from django.db import connection
    from django.utils import timezone

    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_UNITS.replace(" % ", " %% "), {"units": UNITS})
        cursor.execute(_PEOPLE, [people])
        cursor.execute(_POSTS)
        cursor.execute("VACUUM ANALYZE")
    return _fan_out(people, now) | _pages(people, now)


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


# ── the pages ──────────────────────────────────────────────────────────────

PAGES = {"matrix": "receipts/", "reach": "reach/"}


def _pages(people: int, now: datetime) -> Measured:
    """The first page of each, in turns: of a notice to everybody and of one to a hundred."""
    from django.db import connection
    from django.test import Client

    from fayol.notices import actions
    from fayol.organisation.models import Person

    few = Person.objects.filter(code__startswith="N").order_by("pk").values_list("pk", flat=True)[:FEW]
    notices = {}
    for size, named in (("large", ()), ("small", tuple(few))):
        notice, by = _draft(now, *named)
        notices[size] = actions.send(notice, by=by, now=now).pk
        with connection.cursor() as cursor:
            cursor.execute(_ANSWERS.replace(" % ", " %% "), {"notice": notice.pk, "now": now})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client, account = Client(), Person.objects.get(name=SENDER).account
    assert account is not None
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    taken: dict[tuple[str, str], list[float]] = {(page, size): [] for page in PAGES for size in notices}
    first: dict[tuple[str, str], float] = {}
    for turn in range(WARM_UP + REQUESTS):
        for page, size in taken:
            begin = time.perf_counter()
            answer = client.get(f"/notices/{notices[size]}/{PAGES[page]}")
            spent = time.perf_counter() - begin
            assert answer.status_code == 200, (page, size, answer.status_code)
            first.setdefault((page, size), spent)
            if turn >= WARM_UP:
                taken[page, size].append(spent)
    return {f"{page}_100k_vs_100": _ratio(page, people, taken, first) for page in PAGES}


def _ratio(
    page: str, people: int, taken: dict[tuple[str, str], list[float]], first: dict[tuple[str, str], float]
) -> tuple[float, str, str]:
    large, small = (statistics.median(taken[page, size]) for size in ("large", "small"))
    note = f"first page, median of {REQUESTS}: {1000 * large:.1f} ms of {people}, {1000 * small:.1f} ms of {FEW}"
    if page == "reach":
        note += f"; {1000 * first[page, 'large']:.0f} ms when the middle confirming is looked up anew"
    return round(large / small, 2), "ratio", note
