"""`fayol org` and `fayol ledger`: workbooks in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fayol.cli.house import in_the_house, require_migrated

existing_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
new_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


NOT_TAKEN = "Nothing was taken in (--dry-run)."
dry_run = click.option("--dry-run", is_flag=True, help="Only say what would change and what is wrong.")


@click.group()
def org() -> None:
    """Take units, people and posts in, or write them out (one XLSX workbook)."""


@org.command("import")
@existing_file
@dry_run
@in_the_house
def org_import(file: Path, dry_run: bool) -> None:
    """Take units, people and posts in from FILE.

    Names every faulty row; takes all of it in, or nothing.
    """
    require_migrated()
    from django.utils import timezone

    from fayol.organisation import importing
    from fayol.organisation.actor import SYSTEM

    plan = importing.preview(importing.read_workbook(file.read_bytes(), name=file.name))
    _tell(plan)
    if not dry_run:
        importing.apply(plan, by=SYSTEM, now=timezone.now())
    click.echo(NOT_TAKEN if dry_run else f"{file} is taken in.")


@org.command("export")
@new_file
@in_the_house
def org_export(file: Path) -> None:
    """Write units, people and posts into FILE, which imported again changes nothing."""
    require_migrated()
    from fayol.organisation import importing

    _refuse_to_overwrite(file)
    file.write_bytes(importing.export())
    click.echo(f"{file}: {file.stat().st_size / 1000:.0f} kB.")


@click.group()
def ledger() -> None:
    """Take a supervision ledger (督办台账) in, or write it out (one XLSX workbook)."""


@ledger.command("import")
@existing_file
@dry_run
@in_the_house
def ledger_import(file: Path, dry_run: bool) -> None:
    """Take the rows of FILE in as commitments.

    Headers may stand in any order and under any usual name. Names every faulty row; takes all of it in, or nothing.
    """
    require_migrated()
    from django.utils import timezone

    from fayol.intake import ledger
    from fayol.organisation.actor import SYSTEM

    plan = ledger.preview_file(file, now=timezone.now())
    _tell(plan)
    if not dry_run:
        ledger.import_file(file, by=SYSTEM, now=timezone.now())
    click.echo(NOT_TAKEN if dry_run else f"{file} is taken in.")


@ledger.command("export")
@new_file
@in_the_house
def ledger_export(file: Path) -> None:
    """Write the whole ledger into FILE, which imported again changes nothing."""
    require_migrated()
    from django.utils import timezone

    from fayol.intake import ledger
    from fayol.organisation.actor import SYSTEM

    _refuse_to_overwrite(file)
    ledger.export_file(file, by=SYSTEM, now=timezone.now())
    click.echo(f"{file}: {file.stat().st_size / 1000:.0f} kB.")


def _tell(plan: Any) -> None:
    """Faults to standard error, one a line; what would happen to standard output."""
    for problem in plan.problems:
        click.echo(str(problem), err=True)
    for sheet, counts in plan.counts().items():
        click.echo(f"{sheet}: {counts['created']} new, {counts['changed']} changed, {counts['closed']} closed")


def _refuse_to_overwrite(file: Path) -> None:
    if file.exists():
        raise click.ClickException(f"{file} is there already; choose another name.")
