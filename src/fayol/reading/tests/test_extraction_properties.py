"""What must hold for any text whatever."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.reading.assignments import extract
from fayol.reading.model import Reading
from fayol.reading.plain import from_text
from fayol.reading.report import as_json, as_text

_PIECES = [
    "市财政局", "各部门", "省科技厅", "工业和信息化厅", "办公室", "有关部门", "牵头", "负责", "配合", "由",
    "要", "会同", "协同", "、", "，", "。", "；", "：", "（", "）", "〔", "\n", " ", "　", "责任单位：",
    "牵头单位：", "列第一位的为牵头单位，下同", "以下均需", "不再列出", "2026年底前", "6月30日前",
    "２月３０日前", "每月28日前", "自印发之日起", "5个工作日内", "尽快", "适时", "会议明确", "一、",
    "（一）", "1.", "制定", "财政", "商务部门", "等部门", "甲市", "乙市人民政府", "同级", "请",
    "7月1日至9月30日", "该项工作于", "分别", "按照职责分工",
    "方案", "《预案》", "|", "推進", "關於", "第3件", "组成", "\t", "𠮷", "A", "9",
]  # fmt: skip
texts = st.lists(st.sampled_from(_PIECES), max_size=60).map("".join) | st.text(max_size=200)


def read(text: str) -> Reading:
    return extract(from_text(text, "任意"), today=date(2026, 11, 19))


def _squeezed(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=400, deadline=None)
@given(texts)
def test_every_unit_and_date_is_a_piece_of_the_source(text: str) -> None:
    for item in read(text).assignments:
        start, end = item.span
        assert 0 <= start < end <= len(text)
        for unit in (*item.lead, *item.support, *item.joint):
            written = _squeezed(text[slice(*unit.span)])
            assert written
            before, own, after = unit.name.rpartition(written)
            assert own, "what was restored stands around the name, never instead of it"
            assert before in _squeezed(text)
            assert after in _squeezed(text)
        for found in item.deadlines:
            letters = iter(_squeezed(text[slice(*found.span)]))
            assert all(char in letters for char in found.words), "the words stand in order in their place"
        if item.deliverable:
            assert item.deliverable.words == _squeezed(text[slice(*item.deliverable.span)])


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_text_is_read_without_an_error_and_reported(text: str) -> None:
    source = from_text(text, "任意")
    assert source.text == text
    reading = read(text)
    out = as_json(reading, source)
    assert len(out["assignments"]) == len(reading.assignments)
    assert as_text(reading, source)
    for item in reading.assignments:
        assert 0 < item.confidence <= 1
        assert item.level in (1, 2, 3)
        assert item.reasons
        assert not (item.lead and item.joint), "a lead and joint units exclude each other"


@settings(max_examples=200, deadline=None)
@given(texts)
def test_blocks_cover_what_is_written_once_and_in_order(text: str) -> None:
    last = 0
    for block in from_text(text).blocks:
        assert last <= block.start < block.end <= len(text)
        last = block.end


@pytest.mark.parametrize(
    "piece",
    [
        "（",
        "由市财政局",
        "市财政局，",
        "责任单位：",
        "自印发之日起",
        "第一位",
        "（市财政局）。",
        "每年",
        "“",
        "1.",
        "要",
    ],
)
def test_cost_grows_with_the_length_not_with_its_square(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        start = time.process_time()  # what others do on the machine is not counted
        read(text)
        return time.process_time() - start

    seconds(500)
    small, large = seconds(3_000), seconds(24_000)
    # Eight times the text; the square would be sixty-four times the time.
    assert large < 24 * small + 0.5
