"""The committed scorer, and the real documents when they stand beside the project."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[4]


def _benchmark(name: str) -> ModuleType:
    folder = _ROOT / "benchmarks"
    if not folder.is_dir():
        pytest.skip("benchmarks/ is not part of an installed package")
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module


def test_the_scorer_counts_units_and_words_of_the_assignment_that_covers_the_sentence() -> None:
    scorer = _benchmark("scorer")
    text = "甲事。（甲局牵头）\n乙事。（乙局负责）"
    rows: list[dict[str, Any]] = [
        {
            "id": "1",
            "doc": "d",
            "text": "甲事。（甲局牵头）",
            "lead": ["甲局"],
            "support": ["丙局"],
            "joint": [],
            "deadline": "6月底前",
        },
        {"id": "2", "doc": "d", "text": "乙事。", "lead": ["丁局"], "support": [], "joint": [], "deadline": ""},
    ]
    found = [
        {"lead": ["甲局"], "support": [], "joint": [], "deadline_text": "6月底前;年底前", "span": [0, 9]},
        {"lead": ["乙局"], "support": [], "joint": [], "deadline_text": "", "span": [10, 19]},
    ]
    result = scorer.score(rows, {"d": text}, lambda _text, _name: found)
    assert (result.scores["lead"].right, result.scores["lead"].found, result.scores["lead"].wanted) == (1, 2, 2)
    assert result.scores["support"].f1 == 0.0
    assert result.scores["deadline"].f1 == pytest.approx(2 / 3)
    assert result.scores["joint"].f1 == 1.0


def test_the_real_documents_are_read_as_well_as_promised() -> None:
    scorer, intake = _benchmark("scorer"), _benchmark("intake")
    folder = scorer.shared_data()
    if folder is None:
        pytest.skip("the folder of real documents (../shared/data) is not here")
    docs = {row["id"]: row["text"] for row in scorer.read_lines(folder / "official-docs" / "docs.jsonl")}
    result = scorer.score(scorer.read_lines(folder / "official-docs" / "gold.jsonl"), docs)
    least = {"lead": 0.95, "support": 0.92, "joint": 0.95, "deadline": 0.92}
    assert {name: result.scores[name].f1 >= least[name] for name in least} == dict.fromkeys(least, True), result.misses
    found, wanted, false = intake.division(docs[intake.DIVISION])
    assert wanted >= 95
    assert found >= 95
    assert false == 0


@pytest.mark.req("S2-01", "S2-03")
def test_story_a5_the_minutes_of_2015_09_05() -> None:
    from fayol.reading.assignments import extract
    from fayol.reading.plain import from_text

    scorer = _benchmark("scorer")
    folder = scorer.shared_data()
    if folder is None:
        pytest.skip("the folder of real documents (../shared/data) is not here")
    path = folder / "stories" / "a5-minutes-2015-09-05.txt"
    reading = extract(from_text(path.read_text(encoding="utf-8"), path.name))
    meeting = reading.meeting
    assert meeting is not None
    assert meeting.held_on is not None
    assert (meeting.held_on.isoformat(), meeting.when, meeting.kind) == ("2015-09-05", "上午", "部务会")
    assert (meeting.convened_by, meeting.chaired_by, meeting.present) == (
        "集团公司办公室",
        "办公室主任",
        "办公室全体管理人员",
    )
    rows = [
        ([u.name for u in a.lead], [u.name for u in a.support], [d.words for d in a.deadlines])
        for a in reading.assignments
    ]
    assert rows == [
        (["集团公司办公室"], ["其余各部室"], ["近期"]),
        (["集团公司办公室"], [], []),
        (["信息化中心"], ["信息化建设相关部室和人员"], ["近期"]),
    ]
    assert [("vague_date" in a.flags, "no_date" in a.flags) for a in reading.assignments] == [
        (True, True),
        (False, True),
        (True, True),
    ]
