"""What a reading is: assignments, and where and why each part of them was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fayol.kernel.deadlines import DeadlineRule

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class UnitMention:
    """`name` as the document writes it (an elided prefix restored); `key` names the unit of the organisation."""

    name: str
    span: Span
    key: str | None = None
    group: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FoundDeadline:
    """`words` are those of the source; where they stand apart ("自会议决定之日起，…5个工作日内") `span` covers all."""

    words: str
    span: Span
    on: date | None
    rule: DeadlineRule
    vague: bool = False
    flags: tuple[str, ...] = ()

    @property
    def is_start(self) -> bool:
        return self.rule.kind == "start"


@dataclass(frozen=True, slots=True)
class Found:
    words: str
    span: Span


@dataclass(frozen=True, slots=True)
class Assignment:
    """One thing that somebody is to do. `level` 3 high, 2 medium, 1 to be completed. `reasons` are Chinese sentences
    for people; `flags` are codes: needs_lead, no_unit, no_date, vague_date, recurring, relative_date, assumed_year,
    impossible_date, unclear_unit, unknown_unit, group, first_is_lead, governed, several_deadlines, start_date,
    open_timing, person."""

    text: str
    span: Span
    lead: tuple[UnitMention, ...] = ()
    support: tuple[UnitMention, ...] = ()
    joint: tuple[UnitMention, ...] = ()
    inform: tuple[UnitMention, ...] = ()
    deadlines: tuple[FoundDeadline, ...] = ()
    deliverable: Found | None = None
    level: int = 1
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def due(self) -> FoundDeadline | None:
        """The last deadline that is one: a start is none, vague words only when there is nothing firmer, and one that
        recurs only when none happens once."""
        real = [found for found in self.deadlines if not found.is_start]
        firm = [found for found in real if not found.vague]
        once = [found for found in firm if "recurring" not in found.flags]
        chosen = once or firm or real
        return chosen[-1] if chosen else None


@dataclass(frozen=True, slots=True)
class Meeting:
    """The head of minutes; every field empty where the minutes do not say it."""

    held_on: date | None = None
    when: str = ""
    kind: str = ""
    convened_by: str = ""
    chaired_by: str = ""
    present: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Warning:
    """`code` for programs, `sentence` for people, `span` where it is about one place."""

    code: str
    sentence: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    title: str
    number: str
    issued_on: date | None
    meeting: Meeting | None
    assignments: tuple[Assignment, ...]
    warnings: tuple[Warning, ...] = field(default=())
