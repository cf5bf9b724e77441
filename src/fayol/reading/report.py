"""A reading as JSON for programs and as a table of text for people."""

from __future__ import annotations

from typing import Any

from fayol.reading.model import Assignment, Reading, UnitMention
from fayol.reading.source import Source


def as_json(reading: Reading, source: Source) -> dict[str, Any]:
    """What `fayol intake FILE --json` prints. Spans are offsets into the text of the source."""
    return {
        "title": reading.title or source.name,
        "issued_on": reading.issued_on.isoformat() if reading.issued_on else None,
        "assignments": [_assignment(item) for item in reading.assignments],
        "warnings": [warning.sentence for warning in reading.warnings],
    }


def _assignment(item: Assignment) -> dict[str, Any]:
    due = item.due
    return {
        "text": item.text,
        "lead": _names(item.lead),
        "support": _names(item.support),
        "joint": _names(item.joint),
        "deadline_text": ";".join(found.words for found in item.deadlines),
        "deadline": due.on.isoformat() if due and due.on else None,
        "deliverable": item.deliverable.words if item.deliverable else None,
        "span": list(item.span),
        "confidence": item.confidence,
    }


def _names(units: tuple[UnitMention, ...]) -> list[str]:
    return [unit.name for unit in units]


def as_text(reading: Reading, source: Source) -> str:
    """One block of lines an assignment, for a terminal."""
    lines = [reading.title or source.name]
    if reading.number:
        lines.append(f"文号 {reading.number}")
    if reading.issued_on:
        lines.append(f"日期 {reading.issued_on.isoformat()}")
    for index, item in enumerate(reading.assignments, 1):
        lines.extend(["", f"{index}. {_short(item.text, 60)}"])
        for label, units in (("牵头", item.lead), ("共同负责", item.joint), ("配合", item.support)):
            if units:
                lines.append(f"   {label}：{'、'.join(_names(units))}")
        if item.deadlines:
            due = item.due
            shown = f"（{due.on.isoformat()}）" if due and due.on else ""
            lines.append(f"   期限：{'；'.join(found.words for found in item.deadlines)}{shown}")
        if item.deliverable:
            lines.append(f"   成果：{item.deliverable.words}")
        lines.append(f"   把握 {('待补', '中', '高')[item.level - 1]}：{'；'.join(item.reasons)}")
    if reading.warnings:
        lines.append("")
        lines.extend(f"注意：{warning.sentence}" for warning in reading.warnings)
    lines.extend(["", f"共 {len(reading.assignments)} 条"])
    return "\n".join(lines)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
