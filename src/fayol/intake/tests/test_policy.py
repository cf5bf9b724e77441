from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from fayol.intake import policy
from fayol.organisation.calendar import work_calendar


@dataclass
class Draft:
    title: str = "编制预算表"
    lead_id: int | None = 1
    supports: list[int] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    open_names: list[dict[str, str]] = field(default_factory=list)
    deadline_words: str = ""
    deadline_rule: dict[str, Any] | None = None
    due_on: date | None = date(2026, 11, 30)
    review_on: date | None = None
    flags: list[str] = field(default_factory=list)
    level: int = 3


def codes(draft: Draft, active: set[int] | None = None) -> list[str]:
    return [need.code for need in policy.needs_of(draft, active={1, 2} if active is None else active)]


def named(*names: str, role: str = "joint") -> dict[str, Any]:
    return {role: [{"name": name} for name in names]}


def test_a_draft_with_lead_and_date_needs_nothing() -> None:
    assert codes(Draft()) == []


@pytest.mark.parametrize(
    ("draft", "needed"),
    [
        (Draft(title=" "), ["no_title"]),
        (Draft(lead_id=None), ["no_unit"]),
        (Draft(lead_id=9), ["closed_unit"]),
        (Draft(lead_id=None, supports=[1, 2], named=named("市场部", "工会")), ["needs_lead"]),
        (Draft(lead_id=None, named=named("甲", "乙", role="lead")), ["needs_lead"]),
        (Draft(lead_id=None, open_names=[{"words": "市科技局", "role": "lead", "why": "unknown"}]), ["lead_unknown"]),
        (Draft(open_names=[{"words": "有关部门", "role": "support", "why": "vague"}]), ["support_vague"]),
        (Draft(supports=[7]), ["closed_unit"]),
        (Draft(due_on=None), ["no_date"]),
        (Draft(due_on=None, deadline_words="尽快"), ["vague_date"]),
        (Draft(due_on=None, deadline_words="2月30日前", flags=["impossible_date"]), ["impossible_date"]),
        (Draft(due_on=None, deadline_words="近期", review_on=date(2026, 12, 1)), []),
        (Draft(due_on=None, deadline_rule={"kind": "days_after", "anchor": "dispatch", "n": 5}), []),
        (Draft(due_on=None, deadline_rule={"kind": "days_after", "anchor": "issue", "n": 5}), ["no_date"]),
    ],
)
def test_what_a_draft_still_needs(draft: Draft, needed: list[str]) -> None:
    assert codes(draft) == needed


def test_names_in_a_sentence_are_counted_when_there_are_many() -> None:
    need = policy.needs_of(Draft(lead_id=None, named=named("甲部", "乙部", "丙部", "丁部")), active={1})[0]
    assert need.sentence.format(**need.params) == "“甲部、乙部、丙部等4家”并列负责，请定一家牵头"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"kind": "workdays_after", "anchor": "dispatch", "n": 5}, date(2026, 11, 25)),
        ({"kind": "days_after", "anchor": "issue", "n": 30}, date(2026, 12, 16)),
        ({"kind": "monthly", "day": 28}, date(2026, 11, 27)),  # the 28th is a Saturday
        ({"kind": "vague", "words": "尽快"}, None),
        (None, None),
    ],
)
def test_a_rule_gives_its_day_when_the_task_is_given_out(rule: dict[str, Any] | None, expected: date | None) -> None:
    draft = Draft(due_on=None, deadline_rule=rule)
    anchors = {"issue": date(2026, 11, 16)}
    today = date(2026, 11, 18)
    assert policy.due_when_dispatched(draft, anchors=anchors, today=today, calendar=work_calendar()) == expected


def test_a_recurring_day_that_has_passed_gives_way_to_the_next_and_a_decided_one_stays() -> None:
    today, calendar = date(2026, 12, 1), work_calendar()
    monthly = Draft(due_on=date(2026, 11, 28), deadline_rule={"kind": "monthly", "day": 28})
    assert policy.due_when_dispatched(monthly, anchors={}, today=today, calendar=calendar) == date(2026, 12, 28)
    fixed = Draft(due_on=date(2026, 11, 28))
    assert policy.due_when_dispatched(fixed, anchors={}, today=today, calendar=calendar) == date(2026, 11, 28)


def test_what_a_person_completed_is_trusted_no_more_than_medium() -> None:
    draft = Draft(level=1)
    assert policy.shown_level(draft, []) == 2
    assert policy.shown_level(draft, policy.needs_of(Draft(lead_id=None), active={1})) == 1


@pytest.mark.parametrize(
    ("text", "names", "deliverable", "title"),
    [
        ("经费预算。由财务部牵头，11月30日前完成。", ("财务部", "11月30日"), "《预算表》", "经费预算：《预算表》"),
        ("3.由财务部牵头，人力资源部、会务组配合，编制预算表。", ("财务部", "人力资源部", "会务组"), "", "编制预算表"),
        (
            "（二）研究制定办法，尽快印发。（财政部、税务总局负责）",
            ("财政部", "税务总局"),
            "",
            "研究制定办法，尽快印发",
        ),
        ("各单位要做好防汛准备。", ("各单位",), "", "做好防汛准备"),
        ("完善机制，" + "加强建设" * 20, (), "", "完善机制，" + "加强建设" * 10 + "加强建"),
    ],
)
def test_a_title_is_made_of_the_words_of_the_text(
    text: str, names: tuple[str, ...], deliverable: str, title: str
) -> None:
    places = [(100 + text.index(name), 100 + text.index(name) + len(name)) for name in names]
    assert policy.title_of(text, 100, places, deliverable) == title


def test_a_text_may_be_cut_behind_clauses_but_never_at_its_ends() -> None:
    text = "做好准备，落实场地。确定菜单。"
    assert [text[:cut] for cut in policy.cuts_of(text)] == ["做好准备，", "做好准备，落实场地。"]


def test_places_are_cut_and_joined_like_their_text() -> None:
    assert policy.cut_spans([[10, 20]], 4) == ([[10, 14]], [[14, 20]])
    assert policy.cut_spans([[10, 20], [30, 40]], 12) == ([[10, 20], [30, 32]], [[32, 40]])
    assert policy.join_spans([[10, 14]], [[14, 20]]) == [[10, 20]]
    assert policy.join_spans([[30, 40]], [[10, 20]]) == [[10, 20], [30, 40]]
