"""One decision for many drafts: a date for those without, the first named as lead, a unit for an unknown name.

Always the clerk's own decision, asked for by a button that says how many drafts it touches; never done silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from fayol.intake import policy
from fayol.intake.actions._common import locked_document, tell_many
from fayol.intake.actions.editing import note_for
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.states import DraftState
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar

LEAVE_OUT = 0
"""In `map_names`: the name is not taken up at all."""

_WRITTEN = (
    "lead", "supports", "open_names", "due_on", "review_on", "note", "checked", "version",
)  # fmt: skip
Changes = dict[str, Any]


@transaction.atomic
def decide_dates(
    document: IntakeDocument, *, due_on: date | None = None, review_on: date | None = None, by: Actor, now: datetime
) -> int:
    """The same due date, or the same review day, for every open draft that has none; says how many."""
    if (due_on is None) == (review_on is None):
        raise Refused("date_or_review", _("请填一个日期：统一的期限，或统一的复查日。"), field="all_due")
    wanted = due_on or review_on
    if wanted is not None and wanted < work_calendar().local_day(now):
        raise Refused("past_date", _("日期{on}已经过去，请填今天或以后的日期。"), field="all_due", on=wanted)

    def decide(draft: Draft, directory: Directory) -> Changes:
        undecided = {"no_date", "vague_date", "impossible_date"}
        needs = policy.needs_of(draft, active=directory.units)
        return {"due_on": due_on, "review_on": review_on} if any(n.code in undecided for n in needs) else {}

    return _each(document, decide, by=by, now=now)


@transaction.atomic
def take_first_as_lead(document: IntakeDocument, *, by: Actor, now: datetime) -> int:
    """Where the document sets several side by side: the first of them leads, the others support."""

    def decide(draft: Draft, directory: Directory) -> Changes:
        if draft.lead_id is not None or not draft.supports or len(policy.candidates(draft.named)) < 2:
            return {}
        first = draft.supports[0]
        if not _is_candidate(draft, first, directory):
            return {}
        return {"lead_id": first, "supports": draft.supports[1:], "note": note_for(draft, first, directory, by)}

    return _each(document, decide, by=by, now=now)


def _is_candidate(draft: Draft, unit: int, directory: Directory) -> bool:
    """Whether the first candidate of the document is this unit; an unknown first name must be settled first."""
    named = [*draft.named.get("lead", ()), *draft.named.get("joint", ())]
    open_names = {row["words"] for row in draft.open_names}
    return bool(named) and named[0]["name"] not in open_names


@transaction.atomic
def map_names(document: IntakeDocument, units: Mapping[str, int], *, by: Actor, now: datetime) -> int:
    """Say once for all drafts which unit a name means that the organisation does not know (or LEAVE_OUT)."""

    def decide(draft: Draft, directory: Directory) -> Changes:
        meant = [row for row in draft.open_names if row["words"] in units]
        if not meant:
            return {}
        return _mapped(draft, meant, units)

    return _each(document, decide, by=by, now=now)


def _mapped(draft: Draft, meant: list[dict[str, str]], units: Mapping[str, int]) -> Changes:
    lead, supports = draft.lead_id, list(draft.supports)
    order = [row["name"] for role in ("lead", "joint", "support") for row in draft.named.get(role, ())]
    for row in meant:
        unit = units[row["words"]]
        if unit == LEAVE_OUT:
            continue
        if row["role"] == "lead" and lead is None:
            lead = unit
        else:
            place = 0 if order and order[0] == row["words"] else len(supports)
            supports.insert(place, unit)
    return {
        "lead_id": lead,
        "supports": [pk for pk in dict.fromkeys(supports) if pk != lead],
        "open_names": [row for row in draft.open_names if row not in meant],
    }


def _each(document: IntakeDocument, decide: Any, *, by: Actor, now: datetime) -> int:
    """Lay `decide(draft, directory)` on every open draft; those that became ready are checked. Constant queries."""
    row, directory = locked_document(document, by=by), Directory.load()
    touched: list[tuple[Draft, Changes]] = []
    for draft in row.drafts.select_for_update().filter(state=DraftState.OPEN).order_by("position"):
        changes = {k: v for k, v in decide(draft, directory).items() if getattr(draft, k) != v}
        if not changes:
            continue
        for name, value in changes.items():
            setattr(draft, name, value)
        draft.checked = draft.checked or not policy.needs_of(draft, active=directory.units)
        draft.version += 1
        touched.append((draft, changes))
    Draft.objects.bulk_update([draft for draft, _changes in touched], _WRITTEN, batch_size=500)
    tell_many(touched, "edited", by=by, now=now)
    return len(touched)
