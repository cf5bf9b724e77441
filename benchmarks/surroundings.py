"""A database of its own for the benchmarks: beside DATABASE_URL on its server, else an embedded one, thrown away."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql


@contextmanager
def house() -> Iterator[None]:
    """Django set up on an empty, migrated database with the example organisation in it."""
    home = Path(tempfile.mkdtemp(prefix="fayol-bench-"))
    home.chmod(0o711)
    server = os.environ.get("DATABASE_URL", "")
    for name in [n for n in os.environ if n.startswith("FAYOL_")]:
        del os.environ[name]
    os.environ |= {"FAYOL_HOME": str(home), "DJANGO_SETTINGS_MODULE": "fayol.config.settings"}
    try:
        with _beside(server) if server else _embedded(home):
            _set_up()
            yield
            from django.db import connections

            connections.close_all()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _beside(server: str) -> Iterator[None]:
    name = f"fayol_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        try:
            yield
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _embedded(home: Path) -> Iterator[None]:
    from fayol.config import embedded

    embedded.acquire(home)
    try:
        yield
    finally:
        embedded.release(home)


@contextmanager
def twin(suffix: str = "twin") -> Iterator[BaseDatabaseWrapper]:
    """A second database, a copy of the one in use now; dropped at the end."""
    from django.db import connection, connections

    settings = connections["default"].settings_dict
    params = connection.get_connection_params()
    address = {name: params[name] for name in ("host", "port", "user", "password") if params.get(name)}
    name = f"{settings['NAME']}_{suffix}"
    connection.close()
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as server:
        whole = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(whole.format(sql.Identifier(name), sql.Identifier(settings["NAME"])))
        other = type(connections["default"])({**settings, "NAME": name}, alias="default")
        try:
            yield other
        finally:
            other.close()
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def using(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Everything inside asks this database."""
    from django.db import connections

    before = connections["default"]
    connections["default"] = database
    try:
        yield
    finally:
        connections["default"] = before


def _set_up() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from fayol.organisation.example import load_example

    settings.ALLOWED_HOSTS = ["*"]
    settings.ROOT_URLCONF = "benchmarks.bare"
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    load_example(timezone.now())
