"""Giving out: all checked drafts in one step, into one matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from fayol.commitments.actions import Asking
from fayol.commitments.models import Commitment
from fayol.commitments.states import Nature, Urgency
from fayol.facts.journal import record
from fayol.intake import policy
from fayol.intake.access import check_matter
from fayol.intake.actions._common import locked_document, refuse_dispatched
from fayol.intake.actions.taking import anchors_of
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.opening import as_opening, asker_of
from fayol.intake.policy import Need
from fayol.intake.states import DocumentStatus, DraftState
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.matters.actions import ask, open_and_ask
from fayol.matters.models import Matter
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar

MOST_SAID = 6
"""Sentences that one refusal spells out; all of them stand at their drafts."""


@dataclass(frozen=True)
class Dispatched:
    matter: Matter
    tasks: list[Commitment]


class NotReady(Refused):
    """`needs` says for each draft (by key) what is still to be decided."""

    def __init__(self, needs: Mapping[int, Sequence[Need]], numbers: Mapping[int, int]) -> None:
        said = [f"第{numbers[pk]}条：{_worded(need)}" for pk, found in needs.items() for need in found]
        more = f"；另有{len(said) - MOST_SAID}处" if len(said) > MOST_SAID else ""
        super().__init__(
            "not_ready",
            _("有{count}条还不能交办，已全部保留、一条都没有发出。{said}"),
            count=len(needs),
            said="；".join(said[:MOST_SAID]) + more + "。",
        )
        self.needs = needs


def _worded(need: Need) -> str:
    return gettext(need.sentence).format(**need.params)


@transaction.atomic
def check_drafts(document: IntakeDocument, wanted: Mapping[int, bool], *, by: Actor) -> None:
    """Remember which drafts are ticked for dispatch; others and given-out ones are left as they are."""
    row = locked_document(document, by=by)
    open_drafts = row.drafts.filter(state=DraftState.OPEN)
    for value in (True, False):
        keys = [pk for pk, ticked in wanted.items() if ticked is value]
        open_drafts.filter(pk__in=keys, checked=not value).update(checked=value)


@transaction.atomic
def dispatch(
    document: IntakeDocument,
    wanted: Mapping[int, int | None],
    opening: Mapping[str, Any] | None = None,
    *,
    by: Actor,
    now: datetime,
) -> Dispatched:
    """Give out the drafts `wanted` (key → version as shown, None for those not on the page): either every promise
    exists afterwards or none. The first dispatch opens the matter from `opening` (default: the kept fields) or goes
    into the existing one it names; later ones follow into the same matter.

    Refused when nothing is ticked, when one was given out already (by whom and when), changed since it was shown
    (Stale), or is not ready (`NotReady`, each sentence naming its draft).
    """
    row = locked_document(document, by=by)
    drafts = list(row.drafts.select_for_update().filter(pk__in=wanted).order_by("position"))
    _check_wanted(drafts, wanted)
    directory = Directory.load()
    _check_ready(drafts, directory)
    fields = {**row.opening, **(opening or {})}
    askings = _askings(row, drafts, fields, by=by, now=now)
    matter, tasks = _hand_out(row, drafts, askings, fields, by=by, now=now)
    for draft, task in zip(drafts, tasks, strict=True):
        draft.state, draft.commitment, draft.checked = DraftState.DISPATCHED, task.pk, False
        draft.version += 1
    Draft.objects.bulk_update(drafts, ["state", "commitment", "checked", "version"], batch_size=500)
    row.opening, row.matter, row.status = fields, matter, DocumentStatus.DISPATCHED
    row.dispatched_by, row.dispatched_at = by.person, now
    row.version += 1
    row.save(update_fields=["opening", "matter", "status", "dispatched_by", "dispatched_at", "version"])
    given = {draft.pk: draft.commitment for draft in drafts}
    notes = {str(draft.position): draft.note for draft in drafts if draft.note}
    data = {"matter": matter.pk, "label": matter.label, "tasks": {str(k): v for k, v in given.items()}, "notes": notes}
    record("intake", row.pk, "intake.dispatched", by=by, now=now, data=data)
    return Dispatched(matter, tasks)


def _check_wanted(drafts: Sequence[Draft], wanted: Mapping[int, int | None]) -> None:
    if not wanted:
        raise Refused("nothing_checked", _("还没有勾选任务。请至少勾选一条再交办。"))
    refuse_dispatched(drafts)
    versions = {draft.pk: draft.version for draft in drafts if draft.state == DraftState.OPEN}
    if any(versions.get(pk) != (versions.get(pk) if shown is None else shown) for pk, shown in wanted.items()):
        raise Stale()
    if len(versions) != len(wanted):
        raise Stale()


def _check_ready(drafts: Iterable[Draft], directory: Directory) -> None:
    needs = {d.pk: found for d in drafts if (found := policy.needs_of(d, active=directory.units))}
    if needs:
        raise NotReady(needs, {draft.pk: draft.position for draft in drafts})


def _hand_out(
    row: IntakeDocument,
    drafts: Sequence[Draft],
    askings: Sequence[Asking],
    fields: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
) -> tuple[Matter, list[Commitment]]:
    existing = row.matter or (Matter.objects.filter(pk=fields["into"]).first() if fields.get("into") else None)
    if existing is not None:
        check_matter(by.person, existing, now)
        return existing, ask(existing, askings, by=by, now=now)
    return open_and_ask(as_opening(fields, informed=_informed(drafts), by=by), askings, by=by, now=now)


def _informed(drafts: Sequence[Draft]) -> list[int]:
    """Units that only receive a report, unless they have a part in one of the tasks."""
    parties = {pk for draft in drafts for pk in (draft.lead_id, *draft.supports)}
    keys = [int(row["key"]) for draft in drafts for row in draft.named.get("inform", ()) if row["key"]]
    return [pk for pk in dict.fromkeys(keys) if pk not in parties]


def _askings(
    row: IntakeDocument, drafts: Sequence[Draft], fields: Mapping[str, Any], *, by: Actor, now: datetime
) -> list[Asking]:
    person, unit = asker_of(by)
    anchors = anchors_of(row)
    shared: dict[str, Any] = {
        "requester_unit_id": unit.pk,
        "requester_id": person.pk,
        "nature": Nature(fields["nature"]),
        "urgency": Urgency(fields["urgency"]),
    }
    return [_asking(draft, anchors, {**shared, "source": _source(draft)}, now) for draft in drafts]


def _asking(draft: Draft, anchors: Mapping[str, date], shared: Mapping[str, Any], now: datetime) -> Asking:
    assert draft.lead_id is not None  # seen to by _check_ready
    calendar = work_calendar(draft.lead_id)
    today = calendar.local_day(now)
    required_on = policy.due_when_dispatched(draft, anchors=anchors, today=today, calendar=calendar)
    common: dict[str, Any] = {
        **shared,
        "title": draft.title,
        "text": draft.text,
        "required_on": required_on,
        "required_words": _required_words(draft),
        "required_rule": draft.deadline_rule,
        "anchor_at": policy.counts_from(draft, anchors=anchors, now=now, calendar=calendar),
        "sheet": _extras(draft),
    }
    supports = tuple(
        Asking(**{**common, "performer_unit_id": unit, "requester_unit_id": draft.lead_id}) for unit in draft.supports
    )
    return Asking(
        **common,
        performer_unit_id=draft.lead_id,
        responsible_id=draft.responsible_id,
        condition=draft.condition,
        deliverable=draft.deliverable,
        supports=supports,
    )


def _required_words(draft: Draft) -> str:
    """The words of the source; where the date was left open on purpose, until when."""
    if draft.review_on is None:
        return draft.deadline_words
    review = f"待定，{draft.review_on.month}月{draft.review_on.day}日复查"
    return f"{draft.deadline_words}，{review}" if draft.deadline_words else review


def _extras(draft: Draft) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    if draft.review_on:
        extras["review_on"] = draft.review_on.isoformat()
    if draft.note:
        extras["note"] = draft.note
    return extras


def _source(draft: Draft) -> tuple[int, int, int] | None:
    if not draft.spans:
        return None
    return draft.document_id, draft.spans[0][0], draft.spans[-1][1]
