"""Scores extraction against sentences annotated by hand.

Each whole document is read once. For every annotated sentence either the one assignment that covers most of it is
taken (`best_match`), or all assignments whose place lies mainly within it, taken together (`union_match`: a sentence
that tells several units several things is rightly several assignments). Places are found without regard to white
space; units are compared as sets of names, deadlines as sets of words. All counts are summed over the sentences
(micro F1). A sentence that no assignment touches counts as read with nothing in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

FIELDS = ("lead", "support", "joint", "deadline")
Reader = Callable[[str, str], list[dict[str, Any]]]
Match = Callable[[str, str, list[dict[str, Any]]], dict[str, Any]]


@dataclass(slots=True)
class Score:
    """Counts for one field."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else 1.0

    def add(self, found: set[str], wanted: set[str]) -> None:
        self.right += len(found & wanted)
        self.found += len(found)
        self.wanted += len(wanted)


@dataclass(slots=True)
class Result:
    scores: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in FIELDS})
    misses: list[str] = field(default_factory=list)


def shared_data() -> Path | None:
    """The folder of real documents, beside the project or where FAYOL_SHARED_DATA says; None when absent."""
    given = os.environ.get("FAYOL_SHARED_DATA")
    folder = Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if (folder / "official-docs").is_dir() else None


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def extract_json(text: str, name: str) -> list[dict[str, Any]]:
    """The product's own reading, exactly as `fayol intake --json` prints it."""
    from fayol.reading.assignments import extract
    from fayol.reading.plain import from_text
    from fayol.reading.report import as_json

    source = from_text(text, name)
    assignments: list[dict[str, Any]] = as_json(extract(source, today=date(2026, 11, 21)), source)["assignments"]
    return assignments


def best_match(text: str, sentence: str, assignments: list[dict[str, Any]]) -> dict[str, Any]:
    place = locate(text, sentence)
    if place is None:
        return {}
    best: tuple[int, dict[str, Any]] = (0, {})
    for item in assignments:
        overlap = min(place[1], item["span"][1]) - max(place[0], item["span"][0])
        if overlap > best[0]:
            best = (overlap, item)
    return best[1]


def union_match(text: str, sentence: str, assignments: list[dict[str, Any]]) -> dict[str, Any]:
    """The assignments more than half of which lies in the sentence, as one; the best one when there is none."""
    place = locate(text, sentence)
    if place is None:
        return {}
    inside = [
        item
        for item in assignments
        if min(place[1], item["span"][1]) - max(place[0], item["span"][0]) > 0.5 * (item["span"][1] - item["span"][0])
    ]
    if not inside:
        return best_match(text, sentence, assignments)
    together: dict[str, Any] = {
        name: list(dict.fromkeys(unit for item in inside for unit in item[name]))
        for name in ("lead", "support", "joint")
    }
    together["deadline_text"] = ";".join(item["deadline_text"] for item in inside if item["deadline_text"])
    return together


def score(
    gold: list[dict[str, Any]], docs: dict[str, str], read: Reader = extract_json, match: Match = best_match
) -> Result:
    readings = {doc: read(docs[doc], doc) for doc in dict.fromkeys(row["doc"] for row in gold)}
    result = Result()
    for row in gold:
        best = match(docs[row["doc"]], row["text"], readings[row["doc"]])
        for name in FIELDS:
            wanted, found = _values(row, name, "deadline"), _values(best, name, "deadline_text")
            result.scores[name].add(found, wanted)
            if wanted != found:
                result.misses.append(
                    f"{row['id']} {name}: wanted {sorted(wanted)} found {sorted(found)} | {row['text'][:40]}"
                )
    return result


def _values(row: dict[str, Any], name: str, key: str) -> set[str]:
    if name != "deadline":
        return {_squeeze(unit) for unit in row.get(name) or []}
    return {_same_marks(part) for part in (row.get(key) or "").split(";") if part.strip()}


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _same_marks(text: str) -> str:
    return _squeeze(text).translate(str.maketrans("（）：，", "():,"))


def locate(text: str, sentence: str) -> tuple[int, int] | None:
    """Where `sentence` stands in `text`; white space and omitted stretches ("(详见附件)") may differ at its edges."""
    kept = [index for index, char in enumerate(text) if not char.isspace()]
    flat = "".join(text[index] for index in kept)
    wanted = _squeeze(sentence)
    at = flat.find(wanted)
    if at >= 0:
        return kept[at], kept[at + len(wanted) - 1] + 1
    for size in (40, 24, 14, 8):
        for begin in range(0, max(1, len(wanted) - size), 6):
            at = flat.find(wanted[begin : begin + size])
            if at >= 0:
                start = max(0, at - begin)
                return kept[start], kept[min(len(kept) - 1, start + len(wanted) - 1)] + 1
    return None
