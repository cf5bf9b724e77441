"""`fayol migrate`, `status`, `verify`, `manage`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from fayol.cli.house import in_the_house, open_house, require_migrated, unapplied_migrations

if TYPE_CHECKING:
    from fayol.worker.report import WorkerReport


@click.command()
@in_the_house
def migrate() -> None:
    """Bring the database to this version.

    Safe to repeat. Run it after every update, before starting `serve` and `worker`.
    """
    migrate_now()
    click.echo("The database is at this version.")


def migrate_now() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


@click.command()
@in_the_house
def status() -> None:
    """Say whether everything runs and what is late. Exit code 1 when something needs looking at."""
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from fayol.worker.report import waiting_rows, worker_report

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
    where = "embedded" if not settings.ENVIRONMENT.database_url else settings.DATABASES["default"]["HOST"]
    click.echo(f"database   PostgreSQL {version}, {where}, {size}")
    waiting = unapplied_migrations()
    click.echo(f"version    {'at this version' if not waiting else f'{waiting} migrations behind; run: fayol migrate'}")
    if waiting:
        sys.exit(1)
    report = worker_report(timezone.now())
    for line in status_lines(report, waiting_rows(timezone.now())):
        click.echo(line)
    sys.exit(0 if report.healthy else 1)


def status_lines(report: WorkerReport, due: dict[str, int]) -> Iterator[str]:
    for worker, word in [*((one, "alive") for one in report.workers), *((one, "SILENT") for one in report.silent)]:
        clock = "" if worker.clock_is_right else ", its CLOCK is wrong: it does nothing"
        at = f", at {worker.doing}" if worker.doing else ""
        seen = f"since {_short(worker.started_at)}, last sign {_short(worker.seen_at)}"
        yield f"worker     {worker.host} {worker.pid}: {word}, {seen}{at}{clock}"
    if not report.workers:
        yield "workers    none alive"
    since = f", the oldest since {_short(report.oldest_waiting)}" if report.oldest_waiting else ""
    yield f"jobs       {report.jobs_waiting} waiting{since}, {report.jobs_stalled} stalled, {report.jobs_failed} failed"
    for sweep in report.sweeps:
        last = f"last {_short(sweep.succeeded_at)}" if sweep.succeeded_at else "never run"
        rows = f", {due[sweep.name]} rows due" if due.get(sweep.name) else ""
        late = f", LATE by {int(sweep.late_by.total_seconds())} s" if sweep.late_by else ""
        failing = f", FAILED {sweep.failures} times: {sweep.error}" if sweep.failures else ""
        yield f"sweep      {sweep.name}: every {sweep.every_seconds} s, {last}{rows}{late}{failing}"
    for row in report.stuck:
        yield f"STUCK      {row.table} {row.row_id} in {row.sweep}: {row.failures} times, {row.reason}"
    yield (
        "healthy"
        if report.healthy
        else f"to look at: {', '.join(f'{n} {code}' for code, n in report.troubles.items())}"
    )


def _short(at: datetime) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(at):%m-%d %H:%M:%S}"


@click.command()
@in_the_house
def verify() -> None:
    """Prove that no recorded fact was changed afterwards.

    Walks every chain of facts and every seal, and compares what the facts say with what the rows say. Exit code 1 and
    one line per finding when they do not agree.
    """
    require_migrated()
    from fayol.facts import verify as facts

    verdict = facts.verify()
    for problem in verdict.problems:
        click.echo(problem, err=True)
    if not verdict.ok:
        raise click.ClickException(f"{len(verdict.problems)} findings in {verdict.facts} facts.")
    click.echo(
        f"{verdict.facts} facts about {verdict.subjects} subjects: nothing was changed, every row equals its facts."
    )


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands, for developers (fayol manage makemigrations)."""
    open_house()
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *arguments])
