"""`make requirements`: which requirements (docs/requirements.csv) are claimed by which tests, read from source."""

from __future__ import annotations

import ast
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "requirements.csv"


@dataclass(frozen=True)
class Claim:
    id: str
    module: str  # the app, or the folder below tests/
    test: str  # path::name


@cache
def known_ids() -> dict[str, str]:
    """id → mechanism."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["mechanism"] for row in csv.DictReader(file)}


@cache
def claims() -> tuple[Claim, ...]:
    paths = [*(ROOT / "src").rglob("test_*.py"), *(ROOT / "tests").rglob("test_*.py")]
    return tuple(claim for path in sorted(paths) for claim in _claims_in(path))


def _claims_in(path: Path) -> Iterator[Claim]:
    where = path.relative_to(ROOT)
    module = where.parts[2] if where.parts[0] == "src" else f"tests/{where.parts[1].removesuffix('.py')}"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for mark in node.decorator_list:
                yield from (Claim(one, module, f"{where}::{node.name}") for one in _ids(mark))
        elif isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets
        ):
            for value in ast.walk(node.value):
                yield from (Claim(one, module, str(where)) for one in _ids(value))


def _ids(node: ast.AST) -> list[str]:
    """The ids in `pytest.mark.req("S4-23", …)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "req"):
        return []
    return [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def main() -> int:
    known, claimed = known_ids(), defaultdict(list)
    for claim in claims():
        claimed[claim.id].append(claim)
    by_group = Counter(one.split("-")[0] for one in known)
    print("group   claimed   of")
    for group, total in sorted(by_group.items()):
        print(f"{group:<7} {sum(one.startswith(f'{group}-') for one in claimed if one in known):>7} {total:>4}")
    print(f"{'all':<7} {sum(one in known for one in claimed):>7} {len(known):>4}\n")
    modules: dict[str, dict[str, int]] = defaultdict(Counter)
    for claim in claims():
        modules[claim.module][claim.id] += 1
    for module, ids in sorted(modules.items()):
        print(f"{module} ({len(ids)})")
        for one in sorted(ids, key=_order):
            print(f"  {one:<7} {ids[one]:>2} tests  {known.get(one, 'NO SUCH REQUIREMENT')[:90]}")
    if "--open" in sys.argv:
        print("\nnot claimed")
        for one in known:
            if one not in claimed:
                print(f"  {one:<7} {known[one][:100]}")
    unknown = sorted(set(claimed) - set(known))
    return 1 if unknown else 0


def _order(one: str) -> tuple[str, int]:
    group, _, number = one.partition("-")
    return group, int(number) if number.isdigit() else 0


if __name__ == "__main__":
    sys.exit(main())
