"""Adding, splitting and merging drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from fayol.intake import policy
from fayol.intake.actions._common import locked_document, locked_draft, refuse_dispatched, tell
from fayol.intake.actions.taking import anchors_of
from fayol.intake.found import draft_of
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.states import DraftState
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar
from fayol.reading.assignments import extract
from fayol.reading.model import Assignment
from fayol.reading.source import Block, BlockKind, Source

LONGEST_PICK = 5000
"""Characters of the source that one draft added by hand may cover."""


@transaction.atomic
def add_draft(
    document: IntakeDocument,
    *,
    words: str = "",
    start: int | None = None,
    by: Actor,
    now: datetime,
) -> Draft:
    """One more draft: from words of the source (found at or after `start`), from other words, or empty.

    Words that stand in the source are read like the rest, so that units and dates come with their places. It goes
    where it stands in the text; one without a place goes to the end.
    """
    row = locked_document(document, by=by)
    words = words.strip()
    place = _place_of(row, words, start) if words else None
    draft = _read_alone(row, *place, now=now) if place else Draft(text=words, title=words.split("\n")[0][:300])
    draft.document, draft.flags = row, [*draft.flags, "added"]
    draft.position = _position_for(row, place[0] if place else None)
    _shift(row, draft.position, 1)
    draft.save()
    tell(draft, "added", {"title": draft.title, "text": draft.text}, by=by, now=now)
    return draft


def _place_of(document: IntakeDocument, words: str, start: int | None) -> tuple[int, int] | None:
    if len(words) > LONGEST_PICK:
        raise Refused(
            "too_long", _("选中的文字超过{most}字，请只选这一条任务的原文。"), field="words", most=LONGEST_PICK
        )
    text = document.text
    at = text.find(words, max(start or 0, 0))
    at = text.find(words) if at < 0 else at
    return (at, at + len(words)) if at >= 0 else None


def _read_alone(document: IntakeDocument, start: int, end: int, *, now: datetime) -> Draft:
    """The draft that a stretch of the source gives when read by itself; its places are those in the whole source."""
    calendar, directory = work_calendar(), Directory.load()
    piece = document.text[start:end]
    source = Source(document.name, document.kind, piece, (Block(BlockKind.PARAGRAPH, 0, len(piece)),))
    today = document.issued_on or calendar.local_day(now)
    found = extract(source, org=directory.org_names, today=today).assignments
    assignment = found[0] if len(found) == 1 else Assignment(text=piece, span=(0, len(piece)))
    anchors = {**anchors_of(document), "today": calendar.local_day(now)}
    draft = draft_of(assignment, piece, directory, anchors=anchors, calendar=calendar)
    draft.text, draft.spans = piece, [[start, end]]
    for mark in draft.marks:
        mark["s"], mark["e"] = mark["s"] + start, mark["e"] + start
    _move_places(draft, start)
    return draft


def _move_places(draft: Draft, by: int) -> None:
    rows = [*draft.deadlines, *(row for role in draft.named.values() for row in role)]
    for row in rows:
        row["span"] = [row["span"][0] + by, row["span"][1] + by]


def _position_for(document: IntakeDocument, start: int | None) -> int:
    drafts = document.drafts.order_by("position").values_list("position", "spans")
    last = 0
    for position, spans in drafts:
        if start is not None and spans and spans[0][0] > start:
            return int(position)
        last = position
    return last + 1


def _shift(document: IntakeDocument, since: int, by: int) -> None:
    """Make room for (or close up after) one number; the constraint is looked at when the transaction ends."""
    document.drafts.filter(position__gte=since).update(position=F("position") + by)


@transaction.atomic
def split_draft(draft: Draft, *, at: int, by: Actor, now: datetime, expect: int | None = None) -> tuple[Draft, Draft]:
    """Two drafts out of one, cut `at` characters into its text. Each half keeps the units, dates and marks that stand
    in it; a half in which no lead stands inherits lead and supporting units and says so. Refused where a half would
    be empty."""
    row = locked_draft(draft, by=by, expect=expect)
    if not row.text[:at].strip() or not row.text[at:].strip():
        raise Refused("empty_half", _("在这里分开会有一条没有内容，请换一处。"), field="cut")
    exact = sum(e - s for s, e in row.spans) == len(row.text)
    before, behind = policy.cut_spans(row.spans, at) if exact else (row.spans, row.spans)
    other = Draft.objects.get(pk=row.pk)
    other.pk, other._state.adding, other.document = None, True, row.document
    titles = (row.text[:at], row.text[at:])
    _halve(row, titles[0], before, exact=exact)
    _halve(other, titles[1], behind, exact=exact)
    other.position, other.version = row.position + 1, 1
    if exact and not _has_lead_in(other, behind):
        other.reasons = [_("沿用拆分前的牵头和配合单位，请核对"), *other.reasons]
        other.level = min(other.level, 2)
    _shift(row.document, other.position, 1)
    row.version += 1
    row.save()
    other.save()
    tell(row, "split", {"at": at, "title": row.title, "other": other.position}, by=by, now=now)
    return row, other


def _halve(half: Draft, text: str, spans: list[list[int]], *, exact: bool) -> None:
    half.text, half.spans = text, spans
    start = spans[0][0] if spans else 0
    half.title = policy.title_of(text, start, _named_in(half, spans) if exact else [], "")[:300]
    if exact:
        half.deadlines = [row for row in half.deadlines if _inside(row["span"], spans)]
        half.marks = [m for m in half.marks if _inside((m["s"], m["e"]), spans)]
        if half.deliverable and half.deliverable not in text:
            half.deliverable = ""
        _date_again(half)
    half.checked = False


def _date_again(half: Draft) -> None:
    """The deadline of this half by itself; a day that a person put in stays."""
    real = [row for row in half.deadlines if not row["start"]]
    words = "；".join(dict.fromkeys(row["words"] for row in real))[:200]
    if words == half.deadline_words:
        return
    firm = [row for row in real if not row["vague"]] or real
    half.deadline_words = words
    half.deadline_rule = firm[-1]["rule"] if firm else None
    half.due_on = None
    if firm and firm[-1]["on"]:
        half.due_on = datetime.fromisoformat(firm[-1]["on"]).date()


def _named_in(half: Draft, spans: list[list[int]]) -> list[tuple[int, int]]:
    rows = [*half.deadlines, *(row for role in half.named.values() for row in role)]
    return [(row["span"][0], row["span"][1]) for row in rows if _inside(row["span"], spans)]


def _inside(span: Any, spans: list[list[int]]) -> bool:
    return any(s <= span[0] and span[1] <= e for s, e in spans)


def _has_lead_in(half: Draft, spans: list[list[int]]) -> bool:
    return any(_inside(row["span"], spans) for role in ("lead", "joint") for row in half.named.get(role, ()))


@transaction.atomic
def fan_out(draft: Draft, *, by: Actor, now: datetime, expect: int | None = None) -> list[Draft]:
    """One draft for each of the units set side by side ("各部门于11月30日前报送总结"): each leads its own, the
    supporting units support them all. Refused unless several stand side by side without a lead."""
    row, directory = locked_draft(draft, by=by, expect=expect), Directory.load()
    units = [pk for pk in _candidates(row, directory) if pk in row.supports]
    if row.lead_id is not None or len(units) < 2:
        raise Refused("not_several", _("这一条没有几家并列，不用分开立。"))
    rest = [pk for pk in row.supports if pk not in units]
    row.lead_id, row.supports, row.note = units[0], rest, f"原文由{'、'.join(policy.candidates(row.named))}分别负责。"
    row.checked = not policy.needs_of(row, active=directory.units)
    row.version += 1
    row.save()
    _shift(row.document, row.position + 1, len(units) - 1)
    others = [_twin(row, unit, row.position + n) for n, unit in enumerate(units[1:], start=1)]
    Draft.objects.bulk_create(others)
    tell(row, "fanned_out", {"units": units}, by=by, now=now)
    return [row, *others]


def _candidates(row: Draft, directory: Directory) -> list[int]:
    """The units that the document sets side by side as responsible, groups for all their units."""
    found: list[int] = []
    for name in (*row.named.get("lead", ()), *row.named.get("joint", ())):
        found += [int(name["key"])] if name["key"] else directory.expand(name["name"], besides=found)
    return list(dict.fromkeys(found))


def _twin(row: Draft, unit: int, position: int) -> Draft:
    twin = Draft.objects.get(pk=row.pk)
    twin.pk, twin._state.adding, twin.document = None, True, row.document
    twin.lead_id, twin.position, twin.version = unit, position, 1
    return twin


@transaction.atomic
def merge_drafts(draft: Draft, other: Draft, *, by: Actor, now: datetime, expect: int | None = None) -> Draft:
    """Take `other` into `draft`: texts and units together, the later date. Another lead becomes a supporting unit,
    with a note. Numbers behind it close up."""
    row = locked_draft(draft, by=by, expect=expect)
    gone = row.document.drafts.select_for_update().filter(pk=other.pk).first()
    if gone is None or gone.pk == row.pk:
        raise Refused("nothing_to_merge", _("要并入的那一条已经不在了，请刷新后再看。"))
    refuse_dispatched([gone])
    directory = Directory.load()
    if gone.position < row.position:
        row.text, row.spans = f"{gone.text}\n{row.text}", policy.join_spans(gone.spans, row.spans)
    else:
        row.text, row.spans = f"{row.text}\n{gone.text}", policy.join_spans(row.spans, gone.spans)
    row.text = _verbatim(row) or row.text.strip()
    _unite(row, gone, directory)
    tell(row, "merged", {"other": gone.position, "title": row.title, "text": row.text}, by=by, now=now)
    removed = gone.position
    gone.delete()
    row.position -= removed < row.position
    row.version += 1
    row.save()
    document = row.document
    document.drafts.filter(position__gt=removed).exclude(pk=row.pk).update(position=F("position") - 1)
    return row


def _verbatim(row: Draft) -> str:
    """The source's own words where the merged places are one stretch."""
    return row.document.text[row.spans[0][0] : row.spans[0][1]] if len(row.spans) == 1 else ""


def _unite(row: Draft, gone: Draft, directory: Directory) -> None:
    lead = row.lead_id or gone.lead_id
    if row.lead_id and gone.lead_id and row.lead_id != gone.lead_id:
        row.note = (row.note + f"\n并入的一条原由{directory.label(gone.lead_id)}牵头，现为配合。").strip()
    units = [*row.supports, *([gone.lead_id] if gone.lead_id else []), *gone.supports]
    row.lead_id, row.supports = lead, [pk for pk in dict.fromkeys(units) if pk != lead]
    row.title = row.title or gone.title
    row.open_names = [*row.open_names, *(name for name in gone.open_names if name not in row.open_names)]
    row.marks, row.deadlines = [*row.marks, *gone.marks], [*row.deadlines, *gone.deadlines]
    row.named = {role: [*row.named.get(role, ()), *gone.named.get(role, ())] for role in {*row.named, *gone.named}}
    row.deliverable = row.deliverable or gone.deliverable
    row.condition = row.condition or gone.condition
    if gone.due_on and (row.due_on is None or gone.due_on > row.due_on):
        row.due_on, row.review_on, row.deadline_rule = gone.due_on, None, gone.deadline_rule
    row.deadline_words = "；".join(filter(None, dict.fromkeys([row.deadline_words, gone.deadline_words])))[:200]
    row.state, row.level = DraftState.OPEN, min(row.level, gone.level)
    row.checked = not policy.needs_of(row, active=directory.units)
