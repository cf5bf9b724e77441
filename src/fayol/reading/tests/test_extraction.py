"""What the reading takes from sentences: made-up documents, one rule of language each."""

from __future__ import annotations

from datetime import date

import pytest

from fayol.reading.assignments import extract
from fayol.reading.model import Assignment, Reading
from fayol.reading.orgnames import OrgNames, OrgUnit
from fayol.reading.plain import from_text
from fayol.reading.report import as_json, as_text
from fayol.reading.source import Block, BlockKind, Source

TODAY = date(2026, 11, 19)

PLAN = """年会筹备工作分工方案
澄办发〔2026〕27号
为做好2026年度总结表彰大会筹备工作，现就任务分工明确如下。
1 会务统筹。由会务组牵头，行政部配合，11月25日前完成总体方案和日程，报总裁办审定。
2 经费预算。由财务部牵头，人力资源部、会务组配合，11月30日前完成，形成《年会经费预算表》。
3 评先表彰。人力资源部于12月4日前提出优秀员工建议名单，公示5个工作日。
4 场地落实。会务组负责，12月2日前与供应商签订场地合同，12月18日前确定餐饮菜单。
6 节目主持。市场部、工会共同负责，尽快报送节目单。
7 安全保障。行政部要制定安全应急预案，提前组织演练。
各部门要按照分工抓好落实，遇有问题及时报总裁办。
总裁办
2026年11月19日
"""


def read(text: str, **more: object) -> Reading:
    return extract(from_text(text, "样例.txt"), today=TODAY, **more)  # type: ignore[arg-type]


def only(text: str) -> Assignment:
    found = read(text).assignments
    assert len(found) == 1, [item.text for item in found]
    return found[0]


def lead(item: Assignment) -> list[str]:
    return [unit.name for unit in item.lead]


def support(item: Assignment) -> list[str]:
    return [unit.name for unit in item.support]


def joint(item: Assignment) -> list[str]:
    return [unit.name for unit in item.joint]


def words(item: Assignment) -> list[str]:
    return [found.words for found in item.deadlines]


@pytest.mark.req("S4-69")
def test_a_company_plan_becomes_seven_items_and_its_closing_appeal_none() -> None:
    reading = read(PLAN)
    assert reading.title == "年会筹备工作分工方案"
    assert reading.number == "澄办发〔2026〕27号"
    assert reading.issued_on == date(2026, 11, 19)
    rows = [(lead(item), support(item), joint(item), words(item)) for item in reading.assignments]
    assert rows == [
        (["会务组"], ["行政部"], [], ["11月25日前"]),
        (["财务部"], ["人力资源部", "会务组"], [], ["11月30日前"]),
        (["人力资源部"], [], [], ["12月4日前"]),
        (["会务组"], [], [], ["12月2日前"]),
        (["会务组"], [], [], ["12月18日前"]),
        ([], [], ["市场部", "工会"], ["尽快"]),
        (["行政部"], [], [], []),
    ]
    made = [item.deliverable.words if item.deliverable else "" for item in reading.assignments]
    assert made == [
        "总体方案和日程",
        "《年会经费预算表》",
        "优秀员工建议名单",
        "场地合同",
        "餐饮菜单",
        "节目单",
        "安全应急预案",
    ]
    assert reading.assignments[1].due.on == date(2026, 11, 30)  # type: ignore[union-attr]
    assert [warning.code for warning in reading.warnings] == ["general_appeal"]


@pytest.mark.parametrize(
    ("text", "leads", "supports", "joints"),
    [
        ("推进甲事。（市发改局牵头，市财政局、市住建局配合）", ["市发改局"], ["市财政局", "市住建局"], []),
        (
            "推进甲事。（教育部、财政部等国务院有关部门及各地区按职责分工负责）",
            [],
            [],
            ["教育部", "财政部", "国务院有关部门", "各地区"],
        ),
        ("推进甲事。（县水利局负责）", ["县水利局"], [], []),
        ("推进甲事。（牵头单位：甲局；配合单位：乙局、丙局）", ["甲局"], ["乙局", "丙局"], []),
        (
            "推进甲事。（责任单位：市民政局〔市老龄办〕、各县（市、区）政府）",
            [],
            [],
            ["市民政局〔市老龄办〕", "各县（市、区）政府"],
        ),
        ("推进甲事。（市商务局会同市财政局等部门负责）", ["市商务局"], ["市财政局"], []),
        ("推进甲事。（市商务局协同市财政局负责）", ["市财政局"], ["市商务局"], []),
        ("推进甲事。（省教育厅指导，各设区市政府落实）", ["各设区市政府"], ["省教育厅"], []),
        ("推进甲事。（省科技厅、工业和信息化厅、税务局负责）", [], [], ["省科技厅", "省工业和信息化厅", "省税务局"]),
        ("推进甲事。（县发改局、县财政局）", [], [], ["县发改局", "县财政局"]),
        ("推进甲事。（责任单位：市水利局（牵头）、生态环境局）", ["市水利局"], ["市生态环境局"], []),
        ("推进甲事。（商务部、住房城乡建设部和海关总署负责）", [], [], ["商务部", "住房城乡建设部", "海关总署"]),
        ("推進甲事。（市發展改革委牽頭，市財政局配合）", ["市發展改革委"], ["市財政局"], []),
    ],
)
def test_a_closing_bracket_says_who(text: str, leads: list[str], supports: list[str], joints: list[str]) -> None:
    item = only(text)
    assert (lead(item), support(item), joint(item)) == (leads, supports, joints)


def test_several_without_a_lead_are_flagged_and_never_given_one() -> None:
    item = only("推进甲事。（甲局、乙局负责）")
    assert "needs_lead" in item.flags
    assert item.level == 1
    assert not item.lead
    assert "请指定" in "".join(item.reasons)


def test_the_first_leads_where_the_document_said_so_earlier() -> None:
    text = "1.甲事。（甲局、乙局负责。列第一位者为牵头单位，下同）\n2.乙事。（丙局、丁局负责）"
    first, second = read(text).assignments
    assert (lead(first), support(first)) == (["甲局"], ["乙局"])
    assert (lead(second), support(second)) == (["丙局"], ["丁局"])
    assert "first_is_lead" in second.flags


def test_the_first_leads_only_there_when_the_words_do_not_reach_further() -> None:
    text = "1.甲事。（责任单位：甲局、乙局，第一位为牵头单位）\n2.乙事。（责任单位：丙局、丁局）"
    first, second = read(text).assignments
    assert lead(first) == ["甲局"]
    assert joint(second) == ["丙局", "丁局"]


def test_units_that_serve_everywhere_are_added_to_what_follows_with_their_place() -> None:
    text = "1.甲事。（责任单位：甲局。以下均需各县（市、区）政府落实，不再列出）\n2.乙事。（责任单位：乙局）"
    first, second = read(text).assignments
    assert (lead(first), support(first)) == (["甲局"], [])
    assert (lead(second), support(second)) == (["乙局"], ["各县（市、区）政府"])
    start, end = second.support[0].span
    assert text[start:end] == "各县（市、区）政府"
    assert "governed" in second.flags


@pytest.mark.parametrize(
    ("text", "leads", "supports"),
    [
        ("会议议定，由市发改局牵头，市财政局配合，研究提出方案。", ["市发改局"], ["市财政局"]),
        ("物价部门会同财政部门清理整顿不合理收费。", ["物价部门"], ["财政部门"]),
        ("四是县政府督查室要加强督查。", ["县政府督查室"], []),
        ("市教育局协同市财政局做好经费保障。", ["市财政局"], ["市教育局"]),
        ("联席会议由甲部、乙部、丙局3个部门组成，甲部为牵头单位。", ["甲部"], ["乙部", "丙局"]),
        ("例会由召集人或召集人委托的副召集人主持。", ["召集人或召集人委托的副召集人"], []),
        ("由县甲局负责的第1件、县乙局负责的第4件进展滞后，请以上责任单位加快办理。", ["县甲局", "县乙局"], []),
        ("县财政局：负责资金保障。", ["县财政局"], []),
        ("各责任单位主要负责人要亲自部署。", ["各责任单位"], []),
        ("办法由市司法局根据会议意见修改完善后印发。", ["市司法局"], []),
    ],
)
def test_a_sentence_says_who(text: str, leads: list[str], supports: list[str]) -> None:
    item = only(text)
    assert (lead(item), support(item)) == (leads, supports)


@pytest.mark.parametrize(
    "text",
    [
        "本办法由市政府办公室负责解释。",
        "市财政局已经拨付资金。",
        "督促地方城市管理部门规范执法行为。",
        "推动形成社会参与、市场运作的格局。",
        "对违反规定的，依法追究责任。",
    ],
)
def test_nobody_is_told_anything_here(text: str) -> None:
    assert read(text).assignments == ()


def test_who_only_receives_a_report_is_no_assignee() -> None:
    item = only("各有关部门于2018年12月31日前将办法报送市政府办公室。")
    assert lead(item) == ["各有关部门"]
    assert not item.support


def test_the_unit_of_a_heading_answers_for_what_is_listed_below() -> None:
    text = "第七条 区科委工作职责：\n（一）编制科技规划。\n（二）指导科研成果转化。\n"
    items = read(text + "第八条 区公安分局工作职责：\n（一）维护秩序。").assignments
    assert [lead(item) for item in items] == [["区科委"], ["区科委"], ["区公安分局"]]


def test_labels_on_lines_of_their_own_belong_to_the_task_above() -> None:
    item = only(
        "（一）优化服务。推行一网通办。\n牵头单位：市政务局\n配合单位：市司法局，各区政府\n完成时限：2024年6月底前"
    )
    assert (lead(item), support(item), words(item)) == (["市政务局"], ["市司法局", "各区政府"], ["2024年6月底前"])
    assert item.text.startswith("（一）优化服务")


def test_a_working_group_has_lead_members_and_duties_in_one_item() -> None:
    item = only("一、救援组。由县应急局牵头，县公安局、县卫健局等参加。\n主要职责：组织救援；转移群众。")
    assert (lead(item), support(item)) == (["县应急局"], ["县公安局", "县卫健局"])
    assert item.text.endswith("转移群众。")


TABLE = """| 序号 | 重点工作 | 责任单位 | 协办部门 | 办结时限 |
|---|---|---|---|---|
| 1 | 完成道路改造 | 市住建局 | 市财政局、公安局 | 2027年6月底 |
| 2 | 新建幼儿园 | 市教育局、市发改局 | | 长期 |
"""


def test_a_table_is_read_by_its_heads() -> None:
    first, second = read(TABLE).assignments
    assert (first.text, lead(first), support(first), words(first)) == (
        "完成道路改造", ["市住建局"], ["市财政局", "市公安局"], ["2027年6月底"],
    )  # fmt: skip
    assert first.due is not None
    assert first.due.on == date(2027, 6, 30)
    assert joint(second) == ["市教育局", "市发改局"]
    assert "vague_date" in second.flags


def test_a_merged_cell_serves_every_row_it_spans() -> None:
    parts = ["任务", "牵头单位", "时间", "甲事", "市甲局", "6月底", "乙事", "7月底"]
    text, blocks, at = "\n".join(parts), [], 0
    places = [(0, 0, 1), (0, 1, 1), (0, 2, 1), (1, 0, 1), (1, 1, 2), (1, 2, 1), (2, 0, 1), (2, 2, 1)]
    for part, (row, column, rows) in zip(parts, places, strict=True):
        blocks.append(Block(BlockKind.CELL, at, at + len(part), table=0, row=row, column=column, rows=rows))
        at += len(part) + 1
    items = extract(Source("表.xlsx", "xlsx", text, tuple(blocks)), today=TODAY).assignments
    assert [(item.text, lead(item)) for item in items] == [("甲事", ["市甲局"]), ("乙事", ["市甲局"])]


MINUTES = """2026年9月5日上午,集团公司办公室召开部务会,总结工作。会议由办公室主任主持,办公室全体管理人员参会。纪要如下:
一、关于岗位职责工作。汇编工作,由集团公司办公室牵头,其余各部室重点负责修订完善。近期将下发各单位执行。
二、关于信息化工作。信息化中心将于近期召开专题会议,相关部室和人员积极参会。
"""


@pytest.mark.req("S2-01", "S2-03")
def test_minutes_give_their_head_and_one_item_a_topic() -> None:
    reading = read(MINUTES)
    meeting = reading.meeting
    assert meeting is not None
    assert (meeting.held_on, meeting.when, meeting.kind) == (date(2026, 9, 5), "上午", "部务会")
    assert (meeting.convened_by, meeting.chaired_by) == ("集团公司办公室", "办公室主任")
    assert meeting.present == "办公室全体管理人员"
    first, second = reading.assignments
    assert (lead(first), support(first), words(first)) == (["集团公司办公室"], ["其余各部室"], ["近期"])
    assert (lead(second), support(second), words(second)) == (["信息化中心"], ["相关部室和人员"], ["近期"])
    assert "vague_date" in first.flags
    assert first.due is not None
    assert first.due.on is None


ORG = OrgNames(
    (
        OrgUnit("1", "市发展和改革委员会", "市发改委", ("市计委",)),
        OrgUnit("2", "办公室", "", ()),
        OrgUnit("3", "财务部"),
        OrgUnit("4", "会务组", kind="team"),
    )
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("市发改委", "1"),
        ("市计委", "1"),
        ("市发展改革委", "1"),
        ("集团公司办公室", "2"),
        ("财务部", "3"),
        ("生产部", None),
        ("有关部门", None),
    ],
)
def test_names_meet_the_organisation_through_short_forms_and_aliases(name: str, key: str | None) -> None:
    match = ORG.match(name)
    assert match.key == key
    assert match.reason


def test_groups_are_the_departments_and_the_rest_leaves_out_those_named() -> None:
    assert ORG.members("各部门") == ("1", "2", "3")
    assert ORG.members("其余各部室", besides=["2"]) == ("1", "3")
    assert ORG.members("有关部门") == ()
    assert ORG.match("有关部门").flag == "unclear_unit"


def test_an_unknown_unit_is_flagged_not_guessed() -> None:
    item = read("由生产部牵头，财务部配合制定方案。", org=ORG).assignments[0]
    assert item.lead[0].key is None
    assert item.support[0].key == "3"
    assert "unknown_unit" in item.flags


def test_the_command_line_form_is_exactly_as_promised() -> None:
    source = from_text(PLAN, "年会.txt")
    out = as_json(extract(source, today=TODAY), source)
    assert set(out) == {"title", "issued_on", "assignments", "warnings"}
    row = out["assignments"][1]
    assert row == {
        "text": "经费预算。由财务部牵头，人力资源部、会务组配合，11月30日前完成，形成《年会经费预算表》。",
        "lead": ["财务部"],
        "support": ["人力资源部", "会务组"],
        "joint": [],
        "deadline_text": "11月30日前",
        "deadline": "2026-11-30",
        "deliverable": "《年会经费预算表》",
        "span": row["span"],
        "confidence": row["confidence"],
    }
    assert PLAN[slice(*row["span"])] == row["text"]
    assert "财务部" in as_text(extract(source, today=TODAY), source)


def test_lines_broken_by_a_page_layout_are_one_sentence() -> None:
    body = "推动深度融合发展，全面提升重点行业的数字化水平，加快形成一批可复制可推广的典型经验。"
    body += "（责任单位：省经济和信息化厅、省发展改革委）"
    lines = [f"（{n}）{body}" for n in "一二三四五六七"]
    broken = "\n".join("\n".join(line[i : i + 24] for i in range(0, len(line), 24)) for line in lines)
    items = read(broken).assignments
    assert [joint(item) for item in items] == [["省经济和信息化厅", "省发展改革委"]] * 7
