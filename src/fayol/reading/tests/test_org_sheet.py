from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.kernel.errors import Refused
from fayol.reading.org_rows import ChargeRow, OrgSheet, PersonRow, PostRow, SecretaryRow, UnitRow
from fayol.reading.org_sheet import read_org, write_org
from fayol.reading.pieces import tidy
from fayol.reading.tests import made

ORGANOGRAMS = Path(__file__).parents[5] / "shared" / "data" / "uk-organograms" / "senior_posts.jsonl"

UNITS: list[list[Any]] = [
    ["编码", "名称", "简称", "别名", "上级编码", "类别", "排序", "职责"],
    ["CJ", "澄江重工集团有限公司", "集团", "", "", "单位", 1, ""],
    ["OFF", "总裁办公室", "总裁办", "综合办；办公室", "CJ", "部门", 1, "综合协调"],
    ["FIN", "财务部", "", "计财部、财务", "CJ", "部门", 2, "预算"],
    ["HWZ", "会务组", "", "", "总裁办公室", "小组", 1, ""],
]
PEOPLE: list[list[Any]] = [
    ["工号", "姓名", "手机", "邮箱"],
    ["001", "林晓雯", 13800000001, "lin@example.com"],
    ["002", "王建国", "138 0000 0002", ""],
    ["", "孙悦", "", ""],
]
POSTS: list[list[Any]] = [
    ["姓名", "工号", "单位", "职务", "角色", "排序", "主岗"],
    ["林晓雯", "", "总裁办", "秘书", "协调员", 1, "是"],
    ["", "002", "FIN", "部长", "负责人", 1, ""],
    ["孙悦", "", "财务部", "专员", "联络员A", "", ""],
]


def workbook(sheets: Mapping[str, Iterable[Iterable[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    return made.saved(book)


def org(sheets: Mapping[str, Iterable[Iterable[Any]]], **options: Any) -> OrgSheet:
    return read_org(workbook(sheets), name="组织.xlsx", **options)


def faults(sheet: OrgSheet) -> list[tuple[str, int, str, str]]:
    return [(p.sheet, p.row, p.column, p.code) for p in sheet.problems]


def test_units_people_and_posts_are_read_with_their_row_numbers() -> None:
    sheet = org({"单位": UNITS, "人员": PEOPLE, "任职": POSTS})
    assert sheet.problems == ()
    assert sheet.units[1] == UnitRow(
        3, "总裁办公室", "OFF", "总裁办", ("综合办", "办公室"), "CJ", "department", 1, "综合协调"
    )
    assert (sheet.units[3].kind, sheet.units[3].parent) == ("team", "总裁办公室")
    assert sheet.people[0] == PersonRow(2, "林晓雯", "001", "13800000001", "lin@example.com")
    assert sheet.posts == (
        PostRow(2, "林晓雯", "总裁办", "秘书", "coordinator", 1, True, "林晓雯"),
        PostRow(3, "002", "FIN", "部长", "head", 1),
        PostRow(4, "孙悦", "财务部", "专员", "liaison_a", None, None, "孙悦"),
    )


def test_other_sheet_names_headers_and_spellings_of_roles_are_understood() -> None:
    sheet = org(
        {
            "部门清单": [
                ["组织机构一览", None, None],
                ["部门名称", "上级部门", "类型"],
                ["财务部", "", "部门"],
                ["预算科", "财务部", "科室"],
            ],
            "通讯录": [["姓名", "联系电话", "电子邮箱"], ["孙悦", "0571-87056755", "sun@example.com"]],
            "岗位": [["人员", "所在部门", "角色"], ["孙悦", "预算科", "Ａ角"], ["孙悦", "财务部", "部门负责人"]],
            "说明": [["填写说明"]],
        }
    )
    assert sheet.problems == ()
    assert [post.role for post in sheet.posts] == ["liaison_a", "head"]
    assert sheet.units[0].row == 3
    assert sheet.warnings == ("没有读取这些工作表：说明。",)


def test_a_book_without_any_of_the_sheets_is_refused_and_a_sheet_without_headers_is_a_fault() -> None:
    with pytest.raises(Refused, match="没有名为“单位”“人员”“任职”的工作表") as caught:
        org({"台账": [["序号", "事项"]]})
    assert caught.value.code == "missing_sheets"
    sheet = org({"单位": [["编码", "简称"], ["A", "财务"]]})
    assert faults(sheet) == [("单位", 0, "", "missing_headers")]
    assert "名称" in sheet.problems[0].message


def test_every_faulty_row_is_named_not_only_the_first() -> None:
    units = [*UNITS, ["FIN", "计划部", "", "", "没有的", "部门", "第一", ""], ["X", "", "", "", "", "大组", "", ""]]
    people = [*PEOPLE, ["001", "赵启航", "12345", "zhao@"], ["", "孙悦", "", ""], ["009", "", "", ""]]
    posts = [
        *POSTS,
        ["周岚", "", "财务部", "", "负责人", "", ""],
        ["林晓雯", "", "法务部", "", "大管家", "x", "也许"],
        ["", "", "财务部", "", "", "", ""],
        ["王建国", "001", "总裁办", "", "", "", ""],
    ]
    sheet = org({"单位": units, "人员": people, "任职": posts})
    assert set(faults(sheet)) == {
        ("单位", 6, "编码", "duplicate"),
        ("单位", 6, "上级编码", "unknown_unit"),
        ("单位", 6, "排序", "not_a_number"),
        ("单位", 7, "名称", "empty"),
        ("单位", 7, "类别", "unknown_kind"),
        ("任职", 3, "单位", "ambiguous_unit"),
        ("人员", 5, "工号", "duplicate"),
        ("人员", 5, "手机", "bad_mobile"),
        ("人员", 5, "邮箱", "bad_email"),
        ("人员", 6, "姓名", "namesake"),
        ("人员", 7, "姓名", "empty"),
        ("任职", 4, "姓名", "ambiguous_person"),
        ("任职", 5, "姓名", "unknown_person"),
        ("任职", 6, "单位", "unknown_unit"),
        ("任职", 6, "角色", "unknown_role"),
        ("任职", 6, "排序", "not_a_number"),
        ("任职", 6, "主岗", "not_yes_or_no"),
        ("任职", 7, "姓名", "empty"),
        ("任职", 8, "工号", "ambiguous_person"),
    }
    assert all(problem.message.endswith("。") for problem in sheet.problems)


def test_a_circle_of_units_names_all_its_members_and_nobody_below() -> None:
    rows = [["D", "丁", "A"], ["A", "甲", "C"], ["B", "乙", "A"], ["C", "丙", "B"], ["E", "戊", "E"], ["F", "己", "D"]]
    sheet = org({"单位": [["编码", "名称", "上级编码"], *rows]})
    assert faults(sheet) == [("单位", row, "上级编码", "circle") for row in (3, 4, 5, 6)]
    assert "甲 → 丙 → 乙 → 甲" in sheet.problems[0].message


def test_two_heads_two_primaries_and_one_person_as_both_liaisons_are_faults() -> None:
    posts = [
        ["姓名", "单位", "角色", "主岗"],
        ["林晓雯", "财务部", "负责人", "是"],
        ["王建国", "计财部", "负责人", ""],
        ["孙悦", "财务部", "联络员A", ""],
        ["孙悦", "财务部", "联络员B", ""],
        ["林晓雯", "总裁办", "成员", "是"],
        ["林晓雯", "总裁办", "成员", "是"],
    ]
    sheet = org({"单位": UNITS, "人员": PEOPLE, "任职": posts})
    assert faults(sheet) == [
        ("任职", 3, "角色", "second_head"),
        ("任职", 5, "角色", "same_liaison"),
        ("任职", 6, "主岗", "second_primary"),
        ("任职", 7, "", "duplicate"),
    ]


def test_a_short_name_that_means_two_units_is_told_but_only_its_use_is_a_fault() -> None:
    units = [
        ["名称", "简称", "上级名称"],
        ["一分公司", "", ""],
        ["二分公司", "", ""],
        ["综合一部", "综合", "一分公司"],
        ["综合二部", "综合", "二分公司"],
    ]
    sheet = org({"单位": units, "人员": PEOPLE, "任职": [["姓名", "单位"], ["孙悦", "综合"], ["孙悦", "综合一部"]]})
    assert [(p.sheet, p.row, p.code, p.blocking) for p in sheet.problems] == [
        ("单位", 5, "ambiguous_name", False),
        ("任职", 2, "ambiguous_unit", True),
    ]


def test_units_of_one_name_under_different_parents_are_allowed_under_one_parent_not() -> None:
    units = [
        ["编码", "名称", "上级编码"],
        ["A", "甲", ""],
        ["B", "乙", ""],
        ["A1", "综合科", "A"],
        ["B1", "综合科", "B"],
        ["B2", "综合科", "B"],
    ]
    assert faults(org({"单位": units})) == [("单位", 6, "名称", "duplicate")]


def test_charges_and_secretaries_are_read_and_checked() -> None:
    sheet = org(
        {
            "单位": UNITS,
            "人员": PEOPLE,
            "分管": [["领导", "分管单位"], ["王建国", "财务部"], ["001", "没有部"], ["王建国", "财务部"]],
            "代收": [["领导", "代收人"], ["王建国", "林晓雯"], ["孙悦", "孙悦"], ["某人", "孙悦"]],
        }
    )
    assert sheet.charges[0] == ChargeRow(2, "王建国", "财务部")
    assert sheet.secretaries[0] == SecretaryRow(2, "王建国", "林晓雯")
    assert faults(sheet) == [
        ("分管", 3, "单位", "unknown_unit"), ("分管", 4, "单位", "duplicate"), ("代收", 3, "代收人", "own_secretary"),
        ("代收", 4, "领导", "unknown_person"),
    ]  # fmt: skip


def test_a_part_of_an_organisation_is_read_without_asking_for_the_rest() -> None:
    posts = [["姓名", "单位", "角色"], ["新人", "别的部", "不对"]]
    assert faults(org({"任职": posts}, complete=False)) == [("任职", 2, "角色", "unknown_role")]
    assert faults(org({"任职": posts})) == [("任职", 2, "角色", "unknown_role")]


def test_names_too_long_to_keep_are_faults() -> None:
    sheet = org({"单位": [["名称", "简称"], ["部" * 121, "短" * 41]], "人员": [["姓名"], ["人" * 61]]})
    assert faults(sheet) == [
        ("单位", 2, "名称", "too_long"),
        ("单位", 2, "简称", "too_long"),
        ("人员", 2, "姓名", "too_long"),
    ]


def test_the_template_has_every_sheet_with_its_columns_and_no_rows() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_org()))
    assert book.sheetnames == ["单位", "人员", "任职", "分管", "代收"]
    assert [cell.value for cell in book["人员"][1]] == ["工号", "姓名", "手机", "邮箱", "状态"]
    assert read_org(write_org(), name="模板.xlsx") == OrgSheet(sheets=frozenset(book.sheetnames))


_NAME = (
    st.text("甲乙丙丁戊己庚辛=+@0a ", min_size=1, max_size=6).map(tidy).filter(bool).map(lambda t: " ".join(t.split()))
)


@st.composite
def _orgs(draw: st.DrawFn) -> OrgSheet:
    names = draw(st.lists(_NAME, min_size=1, max_size=5, unique=True))
    units = tuple(
        UnitRow(
            i, name, f"U{i}", draw(st.sampled_from(["", f"简{i}"])), draw(st.sampled_from([(), (f"别{i}", f"又{i}")])),
            draw(st.sampled_from(["", "U2"])) if i > 2 else "", draw(st.sampled_from(["department", "external"])),
            draw(st.sampled_from([None, 0, 7])), draw(st.sampled_from(["", "预算与决算"])), i == 2, draw(st.booleans()),
        )
        for i, name in enumerate(names, 2)
    )  # fmt: skip
    people = tuple(
        PersonRow(i, name, f"0{i}", draw(st.sampled_from(["", "13800000000"])), "", draw(st.booleans()))
        for i, name in enumerate(draw(st.lists(_NAME, min_size=1, max_size=5)), 2)
    )
    posts = tuple(
        PostRow(
            i,
            person.code,
            units[0].code,
            f"岗{i}",
            "member",
            None,
            draw(st.sampled_from([None, True, False])),
            person.name,
        )
        for i, person in enumerate(people, 2)
    )
    return OrgSheet(units, people, posts, sheets=frozenset({"单位", "人员", "任职", "分管", "代收"}))


@given(_orgs())
@settings(max_examples=40, deadline=None)
def test_what_was_written_is_read_back_equal(sheet: OrgSheet) -> None:
    assert read_org(write_org(sheet), name="组织.xlsx") == sheet


# ---------------------------------------------------------------------------------------------------- real file


@pytest.mark.skipif(not ORGANOGRAMS.is_file(), reason="the organograms are not beside the project")
def test_all_orphans_and_circles_of_a_real_civil_service_are_found() -> None:
    posts = [json.loads(line) for line in ORGANOGRAMS.read_text(encoding="utf-8").splitlines()]
    first: dict[str, dict[str, str]] = {}
    for post in posts:
        first.setdefault(post["Post Unique Reference"].strip().casefold(), post)
    rows = [
        [post["Post Unique Reference"], f"{post['Job Title'][:60]} {i}", _above(post)]
        for i, post in enumerate(first.values())
    ]
    sheet = org({"单位": [["编码", "名称", "上级编码"], *rows]})
    codes = Counter(problem.code for problem in sheet.problems)
    above = {ref: _above(post).strip().casefold() for ref, post in first.items()}
    assert codes["unknown_unit"] == sum(1 for up in above.values() if up and up not in above)
    assert codes["circle"] == sum(1 for ref in above if _comes_back(ref, above))
    assert codes["unknown_unit"] > 100
    assert codes["circle"] >= 10


def _above(post: Mapping[str, str]) -> str:
    reports_to = (post["Reports to Senior Post"] or "").strip()
    return "" if reports_to.casefold() == "xx" else reports_to


def _comes_back(ref: str, above: Mapping[str, str]) -> bool:
    here = above[ref]
    for _ in range(len(above)):
        if here == ref:
            return True
        if not above.get(here):
            return False
        here = above[here]
    return False
