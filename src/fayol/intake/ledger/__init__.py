"""The 督办台账: the page, the workbook out and the workbook in. These functions are for the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from fayol.commitments.queries import Filters
from fayol.organisation.actor import Actor


def export_file(path: Path, *, by: Actor, now: datetime, filters: Filters | None = None) -> None:
    """Write what `by` sees of what the filters ask for; the system sees everything. Refuses to overwrite."""
    from fayol.intake.ledger.exporting import all_keys, keys_for, workbook

    keys = all_keys() if by.person is None else keys_for(by.person, filters or Filters(scope="all"), now)
    with workbook(keys, now=now) as book, path.open("xb") as out:
        copyfileobj(book, out)


def preview_file(path: Path, *, now: datetime) -> Any:
    """The plan (`planning.Plan`) of what taking the workbook in would do."""
    from fayol.intake.ledger.planning import plan
    from fayol.reading.ledger_sheet import read_ledger

    return plan(read_ledger(path, name=path.name, today=now.date()), name=path.name, now=now)


def import_file(path: Path, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Take it in, all or nothing; how many rows were new, updated, the same, refused or known already."""
    from fayol.intake.ledger.applying import apply_plan

    return apply_plan(preview_file(path, now=now), by=by, now=now)
