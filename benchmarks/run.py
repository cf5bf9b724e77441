"""`make bench`: every measurement, one table, build/bench.json. `python -m benchmarks [--small]`."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from benchmarks import delivery, foreseeing, intake, notices, pages, ripple, rows, surroundings, sweeps, work

SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
OUT = Path("build/bench.json")
Measured = dict[str, tuple[float, str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Fayol; writes build/bench.json.")
    parser.add_argument("--rows", type=int, default=LARGE, help="commitments of the large size (default: a million)")
    parts = ["pages", "work", "intake", "notices"]
    parser.add_argument("--only", choices=parts, help="one part only; nothing is written")
    given = parser.parse_args()
    measured: Measured = {}
    if given.only != "intake":
        with surroundings.house():
            if given.only in (None, "notices"):  # in a copy: its hundred thousand people would slow down the rest
                with surroundings.twin("notices") as copy, surroundings.using(copy):
                    measured |= notices.run()
            if given.only in (None, "work"):
                measured |= work.run()
                measured |= delivery.run()
                measured |= ripple.run()
            if given.only in (None, "pages"):
                measured |= compare(given.rows)
    if given.only in (None, "intake"):
        measured |= intake.run()
    show(measured)
    if given.only is None and given.rows == LARGE:
        OUT.parent.mkdir(exist_ok=True)
        found = {name: dict(zip(("value", "unit", "note"), one, strict=True)) for name, one in measured.items()}
        OUT.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def compare(large: int) -> Measured:
    """The pages at both sizes, for the coordinator who sees everything and for the head of a department; and a sweep."""
    from django.db import connections
    from django.utils import timezone

    now = timezone.now()
    rows.clear()
    with surroundings.twin() as twin, surroundings.twin("middle") as middle:
        databases = {"small": twin, "large": connections["default"]}
        with surroundings.using(twin):
            rows.fill(SMALL, now)
        begin = time.perf_counter()
        rows.fill(large, now)
        measured: Measured = {"rows_made": (round(time.perf_counter() - begin, 1), "s", f"{large} commitments")}
        measured |= foreseeing.measure(databases, now, SMALL, large)
        for role, name in pages.PEOPLE.items():
            times = pages.measure(name, databases)
            measured |= _ratios(times, "" if role == "coordinator" else f"_{role}", large)
        with surroundings.using(middle):
            rows.fill(min(MIDDLE, large), now)
        measured |= sweeps.run({"small": middle, "large": connections["default"]}, now)
    return measured


def _ratios(times: pages.Times, suffix: str, large: int) -> Measured:
    found: Measured = {}
    bare = times["large", "bare"]
    for page in ("workbench", "ledger"):
        small, big = times["small", page], times["large", page]
        note = f"median of {pages.REQUESTS}: {_ms(big)} at {large}, {_ms(small)} at {SMALL} commitments"
        found[f"{page}_1m_vs_10k{suffix}"] = (round(big / small, 2), "ratio", note)
        found[f"{page}_vs_bare{suffix}"] = (round(big / bare, 2), "ratio", f"{_ms(big)}, bare Django page {_ms(bare)}")
    return found


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def show(measured: Measured) -> None:
    print()
    for name, (value, unit, note) in measured.items():
        print(f"{name:28} {value:>10} {unit:12} {note}")


if __name__ == "__main__":
    main()
