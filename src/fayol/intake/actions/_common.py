"""What every change of a draft has in common: lock, check, save, leave the fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fayol.commitments.models import Commitment
from fayol.facts.journal import record, record_many
from fayol.facts.locking import check_seen
from fayol.intake.access import check_admin
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.states import DocumentStatus, DraftState
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor


def locked_document(document: IntakeDocument, *, by: Actor) -> IntakeDocument:
    """The document's row without its text, under lock: whoever changes drafts of it waits here for the other.

    Refused when it was put aside, or is not this person's.
    """
    rows = IntakeDocument.objects.select_for_update(of=("self",)).defer("text", "blocks")
    row = rows.select_related("uploaded_by").get(pk=document.pk)
    check_admin(by, row)
    if row.status == DocumentStatus.DROPPED:
        raise Refused("dropped", _("这份文件已经作废，不能再改。需要时请重新导入。"))
    return row


def locked_draft(draft: Draft, *, by: Actor, expect: int | None) -> Draft:
    """The draft under the lock of its document; Stale when it is no longer as the page showed it."""
    document = locked_document(draft.document, by=by)
    row = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if row is None:
        raise Stale()
    refuse_dispatched([row])
    check_seen(row, draft, expect=expect)
    row.document = document
    return row


def refuse_dispatched(drafts: Sequence[Draft]) -> None:
    """Refused, naming who and when, if one of them has been given out."""
    given = [draft for draft in drafts if draft.state == DraftState.DISPATCHED]
    if not given:
        return
    task = Commitment.objects.select_related("requester").get(pk=given[0].commitment or 0)
    raise Refused(
        "already_dispatched",
        _("第{n}条已由{name}于{when}交办，任务编号{ref}，不能再改或再交办。"),
        n=given[0].position,
        name=task.requester.name if task.requester else "",
        when=task.dispatched_at,
        ref=task.ref,
    )


def save_draft(draft: Draft, changes: Mapping[str, Any], verb: str, *, by: Actor, now: datetime) -> Draft:
    """Lay the changes on the row; nothing is written when there are none."""
    changed = {name: value for name, value in changes.items() if getattr(draft, name) != value}
    if not changed:
        return draft
    for name, value in changed.items():
        setattr(draft, name, value)
    draft.version += 1
    draft.save(update_fields=[*changed, "version"])
    tell(draft, verb, changed, by=by, now=now)
    return draft


def tell(draft: Draft, verb: str, changed: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    record("intake", draft.document_id, f"intake.{verb}", by=by, now=now, data=_told(draft, changed))


def tell_many(drafts: Sequence[tuple[Draft, Mapping[str, Any]]], verb: str, *, by: Actor, now: datetime) -> None:
    items = [(draft.document_id, f"intake.{verb}", _told(draft, changed)) for draft, changed in drafts]
    record_many("intake", items, by=by, now=now)


def _told(draft: Draft, changed: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in changed.items()}
    return {"draft": draft.pk, "number": draft.position, "set": values}
