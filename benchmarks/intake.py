"""Is the reading of documents right, and how fast is it?

Prints micro F1 over the annotated sentences (each whole document read as `fayol intake --json` reads it; the best
assignment of each sentence, and all of them "together"), how many of the bracket
clauses of 国办发〔2020〕43号 are found, and throughput. `python benchmarks/intake.py`.
"""

from __future__ import annotations

import re
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import scorer

DIVISION = "zc-gbf-2020-43"
Measured = dict[str, tuple[float, str, str]]
_CLAUSE = re.compile(r"（[^（）]*(?:（[^（）]*）[^（）]*)*(?:负责|牵头)[^（）]*）")


def run() -> Measured:
    """name → (value, unit, note); empty, after a plain message, when the real documents are not there."""
    folder = scorer.shared_data()
    if folder is None:
        print("intake: no folder of real documents (../shared/data or FAYOL_SHARED_DATA); nothing measured")
        return {}
    official = folder / "official-docs"
    docs = {row["id"]: row["text"] for row in scorer.read_lines(official / "docs.jsonl")}
    gold = scorer.read_lines(official / "gold.jsonl")
    result = scorer.score(gold, docs)
    together = scorer.score(gold, docs, match=scorer.union_match)
    measured: Measured = {}
    for label, counted in (("", result), ("together_", together)):
        for name, score in counted.scores.items():
            note = f"{score.right} right of {score.found} found and {score.wanted} annotated"
            measured[f"intake_f1_{label}{name}"] = (round(score.f1, 4), "F1", note)
    found, wanted, false = division(docs[DIVISION])
    measured["intake_division_found"] = (float(found), "assignments", f"of {wanted} bracket clauses, {false} false")
    measured["intake_kb_per_s"] = throughput(list(docs.values()))
    for name, (value, unit, note) in measured.items():
        print(f"{name:26} {value:>10} {unit:12} {note}")
    for miss in result.misses:
        print("  differs:", miss)
    return measured


def division(text: str) -> tuple[int, int, int]:
    """(bracket clauses read with a unit, bracket clauses, assignments that close with none)."""
    clauses = [(match.start(), match.end()) for match in _CLAUSE.finditer(text)]
    items = scorer.extract_json(text, DIVISION)
    used: set[tuple[int, int]] = set()
    false = 0
    for item in items:
        start, end = item["span"]
        inside = [clause for clause in clauses if start <= clause[0] < end]
        if len(inside) == 1 and (item["lead"] or item["joint"]):
            used.add(inside[0])
        else:
            false += 1
    return len(used), len(clauses), false


def throughput(texts: list[str]) -> tuple[float, str, str]:
    """kB of UTF-8 text a second, whole corpus once, from text to JSON, one core."""
    from fayol.reading.assignments import extract
    from fayol.reading.plain import from_text
    from fayol.reading.report import as_json

    size = sum(len(text.encode()) for text in texts) / 1024
    start = time.perf_counter()
    for text in texts:
        source = from_text(text, "bench")
        as_json(extract(source, today=date(2026, 11, 21)), source)
    seconds = time.perf_counter() - start
    return round(size / seconds, 1), "kB/s", f"{len(texts)} documents, {size:.0f} kB, one core"


if __name__ == "__main__":
    run()
