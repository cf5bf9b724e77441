"""Changing one draft, dropping and restoring it, and the fields of the matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from fayol.facts.journal import record
from fayol.facts.locking import check_seen
from fayol.intake import policy
from fayol.intake.actions._common import locked_document, locked_draft, save_draft
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.states import DraftState
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar


@dataclass(frozen=True, kw_only=True)
class Change:
    """Everything that a clerk decides about a draft; `supports` are taken as the whole list, so names still open
    among the supporting ones are settled by it unless `still_open` names them."""

    title: str
    lead_id: int | None
    supports: tuple[int, ...]
    responsible_id: int | None = None
    due_on: date | None = None
    review_on: date | None = None
    deliverable: str = ""
    condition: str = ""
    still_open: tuple[str, ...] = ()


@transaction.atomic
def edit_draft(draft: Draft, change: Change, *, by: Actor, now: datetime, expect: int | None = None) -> Draft:
    """Refused for both a date and a review day, a review day in the past, or a responsible person outside the lead
    unit. Whoever is made the lead leaves the supporting units; others named beside it stay there, with a note."""
    row = locked_draft(draft, by=by, expect=expect)
    if change.due_on and change.review_on:
        raise Refused("date_twice", _("期限和复查日只填一个：有期限就不用复查日。"), field="review")
    if change.review_on and change.review_on < work_calendar().local_day(now):
        raise Refused(
            "past_review", _("复查日{on}已经过去，请填今天或以后的日期。"), field="review", on=change.review_on
        )
    changes: dict[str, Any] = {
        f.name: getattr(change, f.name) for f in fields(Change) if f.name not in ("supports", "still_open")
    }
    changes["title"] = change.title.strip()[:300]
    changes["deliverable"] = change.deliverable.strip()[:300]
    changes["condition"] = change.condition.strip()
    changes["supports"] = [pk for pk in dict.fromkeys(change.supports) if pk != change.lead_id]
    changes["open_names"] = _still_open(row, change)
    changes["note"] = note_for(row, change.lead_id, Directory.load(), by)
    ready = not policy.needs_of(_as_if(row, changes), active={change.lead_id or 0, *change.supports})
    if ready != row.checked and (not ready or _was_needy(row)):
        changes["checked"] = ready
    return save_draft(row, changes, "edited", by=by, now=now)


def _still_open(row: Draft, change: Change) -> list[dict[str, str]]:
    return [
        name
        for name in row.open_names
        if (name["role"] == "lead" and change.lead_id is None)
        or (name["role"] == "support" and name["words"] in change.still_open)
    ]


def _as_if(row: Draft, changes: Mapping[str, Any]) -> Draft:
    """The draft as it would be, for asking what it then still needs."""
    other = Draft(named=row.named, deadline_words=row.deadline_words, deadline_rule=row.deadline_rule, flags=row.flags)
    for name, value in changes.items():
        setattr(other, name, value)
    return other


def _was_needy(row: Draft) -> bool:
    return bool(policy.needs_of(row, active={row.lead_id or 0, *row.supports}))


def note_for(row: Draft, lead_id: int | None, directory: Directory, by: Actor) -> str:
    """Where the document sets several side by side: who decided which one leads."""
    named = policy.candidates(row.named)
    if len(named) < 2 or lead_id is None:
        return ""
    if lead_id == row.lead_id and row.note:
        return row.note
    return f"原文由{'、'.join(named)}并列负责；{by.person_name}定由{directory.label(lead_id)}牵头，其余配合。"


@transaction.atomic
def drop_draft(draft: Draft, *, by: Actor, now: datetime, expect: int | None = None) -> Draft:
    """Not to be dispatched. It keeps its number and may be restored."""
    row = locked_draft(draft, by=by, expect=expect)
    return save_draft(row, {"state": DraftState.DROPPED.value, "checked": False}, "dropped_draft", by=by, now=now)


@transaction.atomic
def restore_draft(draft: Draft, *, by: Actor, now: datetime, expect: int | None = None) -> Draft:
    row = locked_draft(draft, by=by, expect=expect)
    return save_draft(row, {"state": DraftState.OPEN.value}, "restored_draft", by=by, now=now)


@transaction.atomic
def set_opening(
    document: IntakeDocument, changes: Mapping[str, Any], *, by: Actor, now: datetime, expect: int | None = None
) -> IntakeDocument:
    """Keep the fields of the matter as typed; they are judged when it is opened. Stale by the document's version."""
    row = locked_document(document, by=by)
    changed = {name: value for name, value in changes.items() if row.opening.get(name) != value}
    if not changed:
        return row
    check_seen(row, document, expect=expect)
    row.opening = {**row.opening, **changed}
    row.version += 1
    row.save(update_fields=["opening", "version"])
    record("intake", row.pk, "intake.opening_set", by=by, now=now, data={"set": changed})
    return row
