"""Fixtures for every test: the database, the hour, the standing cast, somebody's browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from fayol.config import embedded
from fayol.config.testing import HOME

if TYPE_CHECKING:
    from django.test import Client

    from fayol.organisation.models import Person, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    from django.conf import settings

    if not os.environ.get("DATABASE_URL"):
        embedded.acquire(HOME, embedded.FAST)
    parts = ["test_fayol", os.environ.get("FAYOL_TEST_DB_SUFFIX"), os.environ.get("PYTEST_XDIST_WORKER")]
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = "_".join(part for part in parts if part)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow ones are for real passwords


@pytest.fixture(scope="session", autouse=True)
def _journal_may_be_emptied_between_tests() -> None:
    """Facts cannot be truncated by anybody; only the flush after a test with real commits goes round the trigger."""
    from django.db import connection
    from django.test import TransactionTestCase

    flush = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            flush(case)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _working_calendar_as_built_in() -> None:
    """No test counts by the calendar that another one made; nobody asks the database whether there is one."""
    from fayol.organisation import calendar

    calendar.without_any(look_again=float("inf"))


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What one test left in the cache (numbers kept for a minute, tries at signing in) is nothing to the next."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def now() -> datetime:
    """Wednesday 2026-11-18, 09:12 in Shanghai: the morning on which all our examples happen."""
    return datetime(2026, 11, 18, 9, 12, tzinfo=SHANGHAI)


class Cast:
    """The example organisation by the names people use."""

    def person(self, name: str) -> Person:
        from fayol.organisation.models import Person

        return Person.objects.get(name=name)

    def unit(self, name: str) -> Unit:
        from django.db.models import Q

        from fayol.organisation.models import Unit

        return Unit.objects.get(Q(short_name=name) | Q(official_name=name))


@pytest.fixture
def cast(db: None, now: datetime) -> Cast:
    """The example organisation (`fayol.organisation.example`) is in the database of this test.

    Loaded by its own actions once a session; every later test gets the same rows back from a copy, in milliseconds.
    """
    from fayol.organisation.example import load_example

    if _snapshot.tables:
        _snapshot.put_back()
    else:
        _snapshot.take(lambda: load_example(now))
    return Cast()


@pytest.fixture
def affairs(cast: Cast, now: datetime) -> None:
    """What `fayol demo` shows (`fayol.web.example`) has happened. Played once a session."""
    from fayol.web import example

    if _affairs.tables:
        _affairs.put_back()
    else:
        _affairs.take(lambda: example.load(now))


class Snapshot:
    """Rows as some code left them, table by table, and where the sequences stood afterwards.

    Of tables that had rows before, too, if `whole`; these are emptied before the rows are put back.
    """

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self.tables: dict[str, bytes] = {}
        self.sequences: dict[str, int] = {}

    def take(self, load: Callable[[], object]) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
            taken = set() if self.whole else {name for name in names if _has_rows(cursor, name)}
            load()
            for name in [name for name in names if name not in taken and _has_rows(cursor, name)]:
                with cursor.copy(f'COPY "{name}" TO STDOUT (FORMAT binary)') as copy:
                    self.tables[name] = b"".join(bytes(part) for part in copy)
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
            self.sequences = dict(cursor.fetchall())

    def put_back(self) -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL " + ("IMMEDIATE" if self.whole else "DEFERRED"))
            if self.whole:
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("TRUNCATE " + ", ".join(f'"{name}"' for name in self.tables) + " CASCADE")
            for name, rows in self.tables.items():
                with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT binary)') as copy:
                    copy.write(rows)
            for name, value in self.sequences.items():
                cursor.execute(
                    f"""SELECT setval('"{name}"', greatest(%s, (SELECT last_value FROM "{name}")))""", [value]
                )


_snapshot = Snapshot()
_affairs = Snapshot(whole=True)


def _has_rows(cursor: Any, table: str) -> bool:
    cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
    return bool(cursor.fetchone()[0])


@pytest.fixture
def client_as(cast: Cast) -> Callable[[str], Client]:
    """`client_as("林晓雯")`: a browser in which this person has signed in."""
    from django.test import Client

    def sign_in(name: str, **extra: Any) -> Client:
        client = Client(**extra)
        account = cast.person(name).account
        assert account is not None, f"{name} has no account"
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def home() -> Path:
    """FAYOL_HOME of this test run."""
    return HOME
