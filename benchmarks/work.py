"""How fast is what people wait for beside pages: dispatching, verifying, ledgers out and in?"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

Measured = dict[str, tuple[float, str, str]]
TASKS = 500


def run() -> Measured:
    from django.utils import timezone

    from fayol.commitments.actions import Asking
    from fayol.facts.verify import verify
    from fayol.intake.ledger import export_file, import_file
    from fayol.matters.actions import Opening, open_and_ask
    from fayol.organisation.actor import SYSTEM, Actor
    from fayol.organisation.models import Person, Unit

    now, person = timezone.now(), Person.objects.get(name="林晓雯")
    units = list(Unit.objects.filter(kind="department", active=True))
    office = next(unit for unit in units if unit.is_office)
    opening = Opening(
        title="基准", goal="量一量", lead_unit_id=units[1].pk, coordinator_id=person.pk, requester_unit_id=office.pk
    )
    askings = [
        Asking(title=f"第{i}项工作", performer_unit_id=units[i % len(units)].pk, requester_unit_id=office.pk)
        for i in range(TASKS)
    ]
    measured: Measured = {}
    begin = time.perf_counter()
    open_and_ask(opening, askings, by=Actor(person), now=now)
    measured["dispatch_500"] = (
        round(time.perf_counter() - begin, 2),
        "s",
        "one matter, 500 units asked, all or nothing",
    )
    begin = time.perf_counter()
    verdict = verify()
    assert verdict.problems == [], verdict.problems[:3]
    spent = time.perf_counter() - begin
    measured["verify_per_10k_facts"] = (
        round(spent * 10_000 / verdict.facts, 2),
        "s",
        f"{verdict.facts} facts verified",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        begin = time.perf_counter()
        export_file(path, by=SYSTEM, now=now)
        measured["ledger_export_rows_per_s"] = (round(TASKS / (time.perf_counter() - begin)), "rows/s", f"{TASKS} rows")
        begin = time.perf_counter()
        assert import_file(path, by=SYSTEM, now=now)["same"] == TASKS
        measured["ledger_reimport_rows_per_s"] = (
            round(TASKS / (time.perf_counter() - begin)),
            "rows/s",
            "unchanged rows",
        )
    return measured
