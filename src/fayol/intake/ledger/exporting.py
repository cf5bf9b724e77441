"""The ledger as a workbook with the 28 default columns and five of time. Imported again it changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO

from django.utils.translation import gettext as t

from fayol.commitments import queries
from fayol.commitments.models import Commitment
from fayol.commitments.presenter import level_of
from fayol.commitments.queries import Filters
from fayol.commitments.queries.times import spent_on
from fayol.commitments.states import Role, State
from fayol.intake.ledger.cells import light_words
from fayol.intake.ledger.times import days_of
from fayol.matters.models import Matter
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person
from fayol.reading.ledger_columns import COLUMNS, TIME_COLUMNS
from fayol.reading.sheet_writer import SheetBook, Written

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 100_000
"""Rows of one workbook."""
BATCH = 500

SHEET_KEYS: Mapping[str, str] = {
    "source_kind": "source_kind", "source_ref": "source_ref", "sponsor": "sponsor", "leader": "leader",
    "milestones": "milestones", "problems": "trouble", "needs": "needs", "next_steps": "next_step", "check": "check",
    "rating": "rating", "remarks": "remarks",
}  # fmt: skip
"""Columns of the ledger that the promise itself does not have, and their keys in `Commitment.sheet`."""

_SOURCES = {"meeting": "会议", "instruction": "批示", "policy": "文件", "law": "文件"}
_LAMPS = {"red": "红", "amber": "黄", "green": "绿", "grey": "灰", "done": "办结"}
_REF = re.compile(r"^(协|督)[〔\[【(（](\d{4})[〕\]】)）](\d{1,9})(?:号)?-(\d[\d.]*)$")


@dataclass(frozen=True)
class Around:
    """What the cells of a promise say of others: its matter, the lead it supports, the units that support it."""

    matter: Matter | None
    lead: Commitment | None
    supports: Sequence[str]


def around(rows: Iterable[Commitment]) -> Callable[[Commitment], Around]:
    """Read once for all rows."""
    rows = list(rows)
    matters = Matter.objects.select_related("sponsor").in_bulk(
        {row.origin_id for row in rows if row.origin_type == "matter" and row.origin_id}
    )
    leads = Commitment.objects.select_related("performer_unit").in_bulk(
        {row.parent_id for row in rows if row.parent_id}
    )
    supports = queries.supports_of(rows)

    def of(row: Commitment) -> Around:
        matter = matters.get(row.origin_id) if row.origin_type == "matter" and row.origin_id else None
        return Around(matter, leads.get(row.parent_id) if row.parent_id else None, supports.get(row.pk, ()))

    return of


def ref_of(row: Commitment, matter: Matter | None) -> str:
    """The number by which a row is known again: 督〔2026〕118-04, or #17 for a promise without a matter."""
    return f"{matter.kind}〔{matter.year}〕{row.ref}" if matter else f"#{row.pk}"


def parse_ref(text: str) -> tuple[str, int, str] | int | None:
    """(kind, year, number within the matters of that year), the key of a promise without a matter, or no number of
    ours."""
    plain = "".join(text.split())
    if plain.startswith("#") and plain[1:].isdecimal() and len(plain) < 18:
        return int(plain[1:])
    found = _REF.match(plain)
    return (found[1], int(found[2]), f"{found[3]}-{found[4]}") if found else None


def sheet_row(row: Commitment, near: Around, now: datetime) -> dict[str, Written]:
    """The cells of one promise by column key, without the running number."""
    lead = near.lead.performer_unit.name if near.lead else row.performer_unit.name
    supports = [row.performer_unit.name] if row.role == Role.SUPPORT else near.supports
    kept = {column: row.sheet.get(key, "") for column, key in SHEET_KEYS.items()}
    return {
        **kept,
        "ref": ref_of(row, near.matter),
        "source_kind": kept["source_kind"] or _source(near.matter),
        "source_ref": kept["source_ref"] or (near.matter.basis_text if near.matter else ""),
        "sponsor": kept["sponsor"] or (near.matter.sponsor.name if near.matter and near.matter.sponsor else ""),
        "item": row.text or row.title,
        "goal": row.condition,
        "lead": lead,
        "support": "、".join(supports),
        "responsible": _person(row),
        "opened_on": _opened(row),
        "acknowledged_on": _day(row.acknowledged_at),
        "due": row.required_on or row.required_words,
        "extended_due": row.promised_on if _later(row) else None,
        "progress_note": _note(row),
        "progress": row.percent,
        "light": _lamp(row, now),
        "chases": row.chases,
        "closed_on": _day(row.closed_at),
        "on_time": _on_time(row),
    }


def _source(matter: Matter | None) -> str:
    return _SOURCES.get(matter.basis_kind, "临时") if matter else ""


def _person(row: Commitment) -> str:
    person = row.responsible
    if person is None:
        return str(row.sheet.get("responsible", ""))
    return f"{person.name}（{person.mobile}）" if person.mobile else person.name


def _opened(row: Commitment) -> date | None:
    return _day(row.dispatched_at or row.created_at)


def _later(row: Commitment) -> bool:
    """Whether more time was granted than was asked for; a promise for an earlier day is none of it."""
    return bool(row.promised_on and (row.required_on is None or row.promised_on > row.required_on))


def _day(moment: datetime | None) -> date | None:
    return work_calendar().local_day(moment) if moment else None


def _note(row: Commitment) -> str:
    on = _day(row.last_note_at)
    return f"{row.last_note}（{on.isoformat()}）" if row.last_note and on else row.last_note


def _lamp(row: Commitment, now: datetime) -> str:
    level = level_of(row, now)
    return f"{_LAMPS[level]}，{light_words(row, level, now)}"


def _on_time(row: Commitment) -> str:
    if row.state == State.CANCELLED:
        return "撤销"
    if row.closed_at is None:
        return ""
    return "是" if row.due_at is None or row.closed_at <= row.due_at else "否"


# ── writing ────────────────────────────────────────────────────────────────


def keys_for(person: Person, filters: Filters, now: datetime) -> Iterator[list[int]]:
    """The keys of what the filters show, in batches."""
    return batches(queries.keys_of(person, filters, now, most=MOST))


def all_keys() -> Iterator[list[int]]:
    """Everything there is, for whoever runs the machine."""
    return batches(Commitment.objects.order_by("origin_id", "id").values_list("pk", flat=True)[:MOST])


def batches(keys: Iterable[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for key in keys:
        batch.append(key)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def sheet_rows(keys: Iterable[list[int]], now: datetime) -> Iterator[dict[str, Written]]:
    """One mapping a row, read batch by batch."""
    number = 0
    for batch in keys:
        rows = queries.rows_of(batch)
        near, spent = around(rows), spent_on(batch, now)
        for row in rows:
            number += 1
            times = {bucket: days_of(amount) for bucket, amount in spent.get(row.pk, {}).items()}
            yield {"number": number, **sheet_row(row, near(row), now), **times}


def workbook(keys: Iterable[list[int]], *, now: datetime) -> IO[bytes]:
    """A temporary file with the workbook, at its beginning; memory does not grow with the rows."""
    out = TemporaryFile(suffix=".xlsx")  # noqa: SIM115  closed by whoever reads it
    book = SheetBook(out)
    title = t("督办台账（%(day)s）") % {"day": work_calendar().local_day(now).isoformat()}
    book.add("督办台账", (*COLUMNS, *TIME_COLUMNS), sheet_rows(keys, now), title=title, frozen=5)
    book.saved()
    out.seek(0)
    return out
