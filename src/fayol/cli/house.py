"""Opening the house for one command: the environment, the embedded PostgreSQL, Django."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from fayol.config import embedded
from fayol.config.environment import Environment, read_environment

P = ParamSpec("P")
R = TypeVar("R")


def open_house() -> Environment:
    """Starts the embedded PostgreSQL if it is ours to start, and sets Django up. Closed again when the process ends."""
    env = read_environment()
    if not env.database_url:
        embedded.acquire(env.home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fayol.config.settings")
    import django

    django.setup()
    return env


def end_on_signals() -> None:
    """SIGTERM ends the process as Ctrl-C does, through every `finally`, so that the last one stops PostgreSQL. Ctrl-C
    counts also where a shell started us in the background and had it ignored."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.default_int_handler)


def in_the_house(command: Callable[P, R]) -> Callable[P, R]:
    """The command runs with Django ready and the database reachable."""

    @functools.wraps(command)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        end_on_signals()
        open_house()
        return command(*args, **kwargs)

    return opened


def unapplied_migrations() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def require_migrated() -> None:
    if unapplied_migrations():
        raise click.ClickException("The database is not at this version. Run: fayol migrate")
