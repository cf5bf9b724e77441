"""`fayol calendar`: the year's holidays from a notice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fayol.cli.house import in_the_house, require_migrated

if TYPE_CHECKING:
    from fayol.organisation.effects import Effects
    from fayol.organisation.proposals import Proposal


@click.group()
def calendar() -> None:
    """Take the State Council's holiday notice of a year in."""


@calendar.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--year", type=int, help="The year, where the text does not name it.")
@click.option("--apply", "carry_out", is_flag=True, help="Take it in; without this it is only looked at.")
@in_the_house
def calendar_import(file: Path, year: int | None, carry_out: bool) -> None:
    """Read the notice in FILE (docx, PDF with text, plain text) and say what it changes.

    With --apply the year is written down, every deadline it touches is counted anew, and those concerned are told.
    """
    require_migrated()
    from django.utils import timezone

    from fayol.organisation import effects
    from fayol.organisation.actions.calendars import publish
    from fayol.organisation.actor import SYSTEM
    from fayol.organisation.proposals import propose
    from fayol.reading.load import read

    text, now = read(file, name=file.name).text, timezone.now()
    found = propose(text, year=year)
    _tell(found, effects.foresee(found.change, None, now))
    if not carry_out:
        click.echo("Nothing was changed (--apply does).")
        return
    done = publish(text, year=year, fingerprint=found.fingerprint, by=SYSTEM, now=now)
    click.echo(
        "Taken in. " + (_PENDING if done.pending else f"Deadlines moved: {done.moved}; those concerned are told.")
    )


_PENDING = "Deadlines are many and are counted anew by the worker: fayol worker."


def _tell(found: Proposal, moved: Effects) -> None:
    notice = found.notice
    click.echo(f"{notice.year} {notice.source}")
    for festival in notice.festivals:
        click.echo(f"  {festival.name}: {festival.words}")
    for problem in notice.problems:
        click.echo("  ! " + problem.sentence.format(**problem.params))
    for change in found.days:
        click.echo(f"  {change.day} {_kind(change.before)} → {_kind(change.after)}")
    units = Counter(row.unit for row in moved.rows)
    more = f", and {moved.unseen} more to look at" if moved.unseen else ""
    click.echo(f"Deadlines that move: {len(moved.rows)}{more}")
    for unit, count in units.most_common():
        click.echo(f"  {unit}: {count}")


def _kind(row: object) -> str:
    return str(getattr(row, "kind", "") or "ordinary")
