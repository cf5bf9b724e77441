"""From a reading to drafts: what was found becomes fields that a clerk may change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fayol.intake import policy
from fayol.intake.models import Draft
from fayol.intake.names import Directory
from fayol.kernel.deadlines import Calendar
from fayol.kernel.text import gettext_noop as _
from fayol.reading.model import Assignment, FoundDeadline, UnitMention
from fayol.reading.units import VAGUE_GROUP, is_vague

ROLES = ("lead", "support", "joint", "inform")


def draft_of(
    assignment: Assignment, text: str, directory: Directory, *, anchors: Mapping[str, date], calendar: Calendar
) -> Draft:
    """An unsaved draft. `text` is the whole source; `anchors` the days from which its relative deadlines count."""
    draft = Draft(
        text=assignment.text,
        spans=[list(assignment.span)],
        named={role: [_mention(m) for m in getattr(assignment, role)] for role in ROLES},
        deliverable=(assignment.deliverable.words if assignment.deliverable else "")[:300],
        level=max(1, min(3, assignment.level)),
        confidence=assignment.confidence,
        reasons=list(assignment.reasons),
        flags=sorted({*assignment.flags}),
        marks=marks_of(assignment),
    )
    draft.title = _title(assignment, text)[:300]
    place_units(draft, assignment, directory, text)
    place_deadline(draft, assignment, anchors=anchors, calendar=calendar)
    draft.checked = not policy.needs_of(draft, active=directory.units)
    return draft


def _mention(mention: UnitMention) -> dict[str, Any]:
    return {"name": mention.name, "key": mention.key, "group": mention.group, "span": list(mention.span)}


def _title(assignment: Assignment, text: str) -> str:
    start, end = assignment.span
    places: list[tuple[int, int]] = []
    if text[start : start + len(assignment.text)] == assignment.text:
        units = (m.span for role in ROLES for m in getattr(assignment, role))
        places = [s for s in (*units, *(d.span for d in assignment.deadlines)) if start <= s[0] and s[1] <= end]
    return policy.title_of(
        assignment.text, start, places, assignment.deliverable.words if assignment.deliverable else ""
    )


# ── units ──────────────────────────────────────────────────────────────────


def place_units(draft: Draft, assignment: Assignment, directory: Directory, text: str) -> None:
    """The one unit that leads; where several stand side by side nobody does yet, and all are set down as supporting,
    so that choosing the lead leaves the others in place. Names nobody can place wait in `open_names`."""
    open_names: list[dict[str, str]] = []
    leading = (*assignment.lead, *assignment.joint)
    lone = len(leading) == 1
    placing = _Placing(directory, text, open_names)
    leads = placing.resolved(leading, "lead" if lone else "support", ())
    if lone and len(leads) == 1:
        draft.lead_id = leads[0]
    taken = [pk for pk in (draft.lead_id, *leads) if pk]
    supports = placing.resolved(assignment.support, "support", taken)
    candidates = [] if draft.lead_id else leads
    draft.supports = [pk for pk in dict.fromkeys([*candidates, *supports]) if pk != draft.lead_id]
    draft.open_names = open_names


@dataclass
class _Placing:
    directory: Directory
    text: str
    open_names: list[dict[str, str]]

    def resolved(self, mentions: Sequence[UnitMention], role: str, besides: Sequence[int]) -> list[int]:
        found: list[int] = []
        named = [pk for pk in map(self.unit_of, mentions) if pk]
        for mention in mentions:
            unit = self.unit_of(mention)
            units = [unit] if unit else self.directory.expand(mention.name, besides=[*besides, *named])
            found += units
            if not units:
                self.open_names.append({"words": mention.name, "role": role, "why": _why(mention)})
        return list(dict.fromkeys(found))

    def unit_of(self, mention: UnitMention) -> int | None:
        """The unit the reader found; else the one that bears the very words of the source (a prefix restored from
        the name before, 市科技局、财务部, may have been none)."""
        key = mention.key or self.directory.org_names.match(self.text[slice(*mention.span)]).key
        return int(key) if key and int(key) in self.directory else None


def _why(mention: UnitMention) -> str:
    if VAGUE_GROUP.search(mention.name) or mention.group:
        return "vague"
    return "several" if "可能是" in mention.reason else "unknown"


# ── deadline ───────────────────────────────────────────────────────────────


def place_deadline(draft: Draft, assignment: Assignment, *, anchors: Mapping[str, date], calendar: Calendar) -> None:
    """The words of all deadlines, the rule and day of the one that binds. A vague one gets no day."""
    draft.deadlines = [_deadline(found) for found in assignment.deadlines]
    draft.deadline_words = "；".join(dict.fromkeys(d.words for d in assignment.deadlines if not d.is_start))[:200]
    due = assignment.due
    if due is None:
        return
    draft.deadline_rule = due.rule.to_json()
    draft.due_on = None if due.vague else due.on or due.rule.resolve(anchors=anchors, calendar=calendar)


def _deadline(found: FoundDeadline) -> dict[str, Any]:
    return {
        "words": found.words,
        "span": list(found.span),
        "on": found.on.isoformat() if found.on else None,
        "rule": found.rule.to_json(),
        "vague": found.vague,
        "start": found.is_start,
    }


# ── marks in the source ────────────────────────────────────────────────────

_WORDS = {"lead": _("牵头"), "support": _("配合"), "due": _("期限"), "out": _("成果"), "inform": _("知会")}
_JOINT = _("并列，谁牵头？")
_NOBODY = _("组织里没有")
_VAGUE_UNIT = _("是哪几家？")
_NO_DATE = _("没有日期")


def marks_of(assignment: Assignment) -> list[dict[str, Any]]:
    """What to mark where: `s`, `e` the place, `k` the kind as shown, `b` the kind once nothing is to be asked there
    any more, `t` the word beside it (a message id)."""
    marks: list[dict[str, Any]] = []
    several = len(assignment.lead) + len(assignment.joint) > 1
    for role, kind in (("lead", "lead"), ("joint", "lead"), ("support", "support"), ("inform", "inform")):
        for mention in getattr(assignment, role):
            marks.append(_unit_mark(mention, kind, several=several and kind == "lead"))
    for found in assignment.deadlines:
        ask = found.vague or (found.on is None and "impossible_date" in found.flags)
        marks.append(_mark(found.span, "ask" if ask else "due", "due", _NO_DATE if ask else _WORDS["due"]))
    if assignment.deliverable:
        marks.append(_mark(assignment.deliverable.span, "out", "out", _WORDS["out"]))
    return marks


def _unit_mark(mention: UnitMention, kind: str, *, several: bool) -> dict[str, Any]:
    if kind == "inform":
        return _mark(mention.span, "support", "support", _WORDS["inform"])
    if several:
        return _mark(mention.span, "ask", kind, _JOINT)
    if mention.key or (mention.group and not is_vague(mention.name)):
        return _mark(mention.span, kind, kind, _WORDS[kind])
    return _mark(mention.span, "ask", kind, _VAGUE_UNIT if is_vague(mention.name) else _NOBODY)


def _mark(span: Sequence[int], kind: str, base: str, word: str) -> dict[str, Any]:
    return {"s": span[0], "e": span[1], "k": kind, "b": base, "t": word}


def settled_word(base: str) -> str:
    """The word beside a mark at which nothing is to be asked any more."""
    return _WORDS[base]
