"""Taking a document in: read it, find the assignments, keep both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from fayol.facts.journal import record
from fayol.files.models import StoredFile
from fayol.files.store import keep_checked, open_file, plain_name
from fayol.intake.actions._common import locked_document
from fayol.intake.found import draft_of
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.opening import opening_for
from fayol.intake.states import DocumentStatus
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar
from fayol.reading.assignments import extract
from fayol.reading.load import PASTED, read, read_pasted
from fayol.reading.model import Reading
from fayol.reading.source import Block, Source

MOST_DRAFTS = 5000
Keep = Callable[[], StoredFile | None]


def take_in(data: bytes, *, name: str, by: Actor, now: datetime) -> IntakeDocument:
    """Read a file, keep it, and set down what was found as drafts; refused with one sentence for every bad file
    (see `fayol.reading.load.read`), and then nothing is kept."""
    name = plain_name(name)
    source = read(data, name=name, limit_bytes=settings.MAX_UPLOAD)
    sha256 = hashlib.sha256(data).hexdigest()
    return _store(source, sha256, lambda: keep_checked(name, data, by=by, now=now), by=by, now=now)


def take_in_text(text: str, *, by: Actor, now: datetime) -> IntakeDocument:
    """The same for words that were pasted. There is no file; the words themselves are the source."""
    if not text.strip():
        raise Refused("nothing_given", _("请选一个文件，或把文字粘贴进来。"), field="text")
    source = read_pasted(text)
    return _store(source, hashlib.sha256(source.text.encode()).hexdigest(), lambda: None, by=by, now=now)


def take_in_again(document: IntakeDocument, *, by: Actor, now: datetime) -> IntakeDocument:
    """A second set of drafts from the same content, on purpose."""
    if document.file is None:
        return take_in_text(document.text, by=by, now=now)
    with open_file(document.file) as file:
        return take_in(file.read(), name=document.file.name, by=by, now=now)


@transaction.atomic
def drop_document(document: IntakeDocument, *, by: Actor, now: datetime) -> IntakeDocument:
    """Put aside a document of which nothing was dispatched. It stays in the store and in the journal."""
    row = locked_document(document, by=by)
    if row.status != DocumentStatus.DRAFT:
        raise Refused("not_draft", _("已经交办过任务的文件不能作废。"))
    row.status = DocumentStatus.DROPPED
    row.version += 1
    row.save(update_fields=["status", "version"])
    record("intake", row.pk, "intake.dropped", by=by, now=now)
    return row


def _store(source: Source, sha256: str, keep: Keep, *, by: Actor, now: datetime) -> IntakeDocument:
    if by.person is None:
        raise Refused("nobody", _("导入要由人发起。"))
    directory, calendar = Directory.load(), work_calendar()
    reading = extract(source, org=directory.org_names, today=calendar.local_day(now))
    if len(reading.assignments) > MOST_DRAFTS:
        raise Refused("too_many", _("这份文件里读出{n}条任务，超过一次{most}条的上限，请分成几份导入。"),
                      field="file", n=len(reading.assignments), most=MOST_DRAFTS)  # fmt: skip
    document = _document(source, sha256, reading)
    anchors = {**anchors_of(document), "today": calendar.local_day(now)}
    drafts = [draft_of(a, source.text, directory, anchors=anchors, calendar=calendar) for a in reading.assignments]
    with transaction.atomic():
        document.file = keep()
        document.uploaded_by, document.read_at = by.person, now
        document.opening = opening_for(document, drafts, by.person)
        document.save()
        for position, draft in enumerate(drafts, start=1):
            draft.document, draft.position = document, position
        Draft.objects.bulk_create(drafts, batch_size=500)
        data = {"name": document.name, "sha256": sha256, "title": document.title, "drafts": len(drafts)}
        record("intake", document.pk, "intake.read", by=by, now=now, data=data)
    return document


def _document(source: Source, sha256: str, reading: Reading) -> IntakeDocument:
    warnings = [*source.warnings, *(w.sentence for w in reading.warnings)]
    return IntakeDocument(
        title=_title(reading, source),
        number=reading.number[:100],
        name=source.name[:200],
        kind=source.kind,
        sha256=sha256,
        text=source.text,
        blocks=[_row(block) for block in source.blocks],
        issued_on=reading.issued_on,
        meeting=_meeting(reading),
        warnings=list(dict.fromkeys(warnings))[:50],
    )  # fmt: skip


def _row(b: Block) -> list[Any]:
    return [b.kind.value, b.start, b.end, b.level, b.table, b.row, b.column, b.rows, b.columns]


def _title(reading: Reading, source: Source) -> str:
    """The document's own title; for pasted words without one their beginning."""
    title = " ".join(reading.title.split())
    if not title or title == PASTED:
        title = " ".join(source.text.split())[:40]
    return title.rstrip("。；;，,")[:200]


def _meeting(reading: Reading) -> dict[str, Any]:
    held = reading.meeting
    if held is None:
        return {}
    return {
        "held_on": held.held_on.isoformat() if held.held_on else None,
        "when": held.when,
        "kind": held.kind,
        "convened_by": held.convened_by,
        "chaired_by": held.chaired_by,
        "present": held.present,
        "topics": list(held.topics),
    }


def anchors_of(document: IntakeDocument) -> dict[str, date]:
    """The days from which relative deadlines of this document count, as far as it says them."""
    anchors: dict[str, date] = {}
    if document.issued_on:
        anchors["issue"] = document.issued_on
    held_on = document.meeting.get("held_on")
    if held_on:
        anchors["meeting"] = anchors["decision"] = date.fromisoformat(held_on)
    return anchors
