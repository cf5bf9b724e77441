"""Rules of language that need more than one look: dates, places, tables, what is no task."""

from __future__ import annotations

from datetime import date

import pytest

from fayol.reading.assignments import extract
from fayol.reading.model import Assignment
from fayol.reading.plain import from_text

TODAY = date(2026, 11, 19)


def read(text: str) -> tuple[Assignment, ...]:
    return extract(from_text(text, "样例.txt"), today=TODAY).assignments


def due(text: str) -> date | None:
    (item,) = read(text)
    assert item.due is not None
    return item.due.on


def test_a_range_ends_on_its_last_day_and_a_month_on_its_last() -> None:
    assert due("市体育局于2027年7月1日至9月30日开展场馆检查。") == date(2027, 9, 30)
    assert due("2027年7—9月，由县水利局组织实施清淤工程。") == date(2027, 9, 30)
    assert due("2026年11月至2027年2月，由县农业农村局组织农机检修。") == date(2027, 2, 28)


def test_the_second_of_two_dates_of_every_year_recurs_too() -> None:
    first, second = read("每年3月底前各县区完成评估，5月底前市农业农村局完成汇总。")
    assert [item.deadlines[0].rule.kind for item in (first, second)] == ["yearly", "yearly"]
    assert (second.deadlines[0].rule.month, second.deadlines[0].rule.day) == (5, -1)


def test_twice_a_year_is_kept_as_half_yearly_from_its_first_month() -> None:
    (item,) = read("安环部要在每年6月和12月组织应急演练。")
    rule = item.deadlines[0].rule
    assert (rule.kind, rule.month) == ("half_yearly", 6)


def test_a_service_time_in_an_earlier_sentence_is_not_when_the_item_is_due() -> None:
    (item,) = read("优化审批。受理后在7个工作日内完成审核。推行一网通办。（责任单位：市政务局）")
    assert item.deadlines == ()
    (item,) = read("优化审批。市政务局在7个工作日内完成整改。（责任单位：市政务局）")
    assert [time.words for time in item.deadlines] == ["7个工作日内"]


def test_a_name_that_stands_only_beside_units_is_kept_and_marked() -> None:
    (item,) = read("各高校、研究院以及其他承担科研任务的单位要修订制度。")
    assert [unit.name for unit in item.joint] == ["各高校", "研究院", "其他承担科研任务的单位"]
    assert "unclear_unit" in item.flags
    assert item.level == 1


def test_what_is_restored_keeps_the_place_of_the_name_it_belongs_to() -> None:
    text = "由教育部门会同公安、交通部门制定方案。"
    (item,) = read(text)
    first = item.support[0]
    assert (first.name, text[slice(*first.span)]) == ("公安部门", "公安")


def test_minutes_that_ask_once_go_on_asking_the_same_units() -> None:
    first, second = read("会议要求各相关部门提高认识。要完善政策，尽快修改方案。")
    assert [unit.name for unit in first.lead] == [unit.name for unit in second.lead] == ["各相关部门"]


def test_a_title_without_a_full_stop_is_no_task() -> None:
    assert read("甲省推进数字政府建设\n行动计划\n") == ()


def rows(text: str) -> list[tuple[str, list[str], list[str], list[str]]]:
    return [
        (
            item.text,
            [unit.name for unit in (*item.lead, *item.joint)],
            [unit.name for unit in item.support],
            [str(time.on or time.words) for time in item.deadlines],
        )
        for item in read(text)
    ]


@pytest.mark.parametrize("gap", ["\t", "    "])
def test_columns_pasted_with_tabs_or_spaces_are_a_table(gap: str) -> None:
    lines = [
        ["序号", "工作任务", "牵头单位", "配合单位", "完成时间"],
        ["1", "编制预算", "财务部", "各部门", "2026-12-10"],
        ["2", "更新制度汇编", "总裁办", "法务部", "2027年3月底前"],
    ]
    assert rows("重点工作\n" + "\n".join(gap.join(line) for line in lines) + "\n以上请各部门知悉。") == [
        ("编制预算", ["财务部"], ["各部门"], ["2026-12-10"]),
        ("更新制度汇编", ["总裁办"], ["法务部"], ["2027-03-31"]),
    ]


def test_one_line_with_tabs_is_no_table() -> None:
    assert rows("一、\t请财务部\t于12月3日前报送总结。") == [
        ("请财务部于12月3日前报送总结。", ["财务部"], [], ["2026-12-03"])
    ]


def test_a_line_with_a_person_between_labels_does_not_part_them() -> None:
    text = (
        "（一）整改老旧线路。\n责任部门：设备部\n责任人：马骏\n完成时间：2027年1月\n（二）清理库房。\n责任部门：物资部"
    )
    assert [row[1:] for row in rows(text)] == [(["设备部"], [], ["2027-01-31"]), (["物资部"], [], [])]


def test_beside_a_stated_lead_those_who_work_with_others_only_help() -> None:
    text = "建设智慧社区。（市民政局牵头，市公安局会同各区政府负责）"
    assert rows(text) == [(text, ["市民政局"], ["市公安局", "各区政府"], [])]


def test_those_who_attended_a_meeting_were_told_nothing_by_that() -> None:
    text = (
        "专题会议纪要\n2026年11月10日下午，总经理主持召开会议。生产部、设备部负责人参加会议。纪要如下：\n"
        "一、会议要求设备部抓紧整改，12月15日前完成。"
    )
    assert [row[1:] for row in rows(text)] == [(["设备部"], [], ["2026-12-15"])]


@pytest.mark.parametrize(
    "text",
    [
        "近年来，各部门认真落实安全责任，成效明显。",
        "自2020年以来，市水利局每年开展巡查。",
        "小微企业认定标准按照有关规定执行。",
        "县财政局安排的资金，按程序拨付。",
        "各分公司在排产中发现问题的，可向生产部反映。",
        "设备部与生产部拟定的《检修办法》已经总经理办公会同意，现予印发。",
    ],
)
def test_background_permissions_and_things_named_after_a_unit_are_no_tasks(text: str) -> None:
    assert read(text) == ()


def test_a_month_alone_beside_the_roles_in_a_bracket_is_the_deadline() -> None:
    assert [row[1:] for row in rows("开展评估。（总裁办牵头，财务部配合，2027年6月）")] == [
        (["总裁办"], ["财务部"], ["2027-06-30"])
    ]


def test_a_date_that_happens_once_is_due_before_one_that_recurs() -> None:
    (item,) = read("市发展改革委要在年底前形成报告，每季度组织一次调度。")
    assert [time.words for time in item.deadlines] == ["年底前", "每季度一次"]
    assert item.due is not None
    assert item.due.words == "年底前"


def test_a_unit_that_stands_alone_before_its_duties_answers_for_them() -> None:
    assert [row[1] for row in rows("（一）市科技局。负责高新技术企业培育。指导成果转化。")] == [["市科技局"]] * 2


def test_names_parted_by_commas_before_one_verb_are_one_list() -> None:
    (item,) = read("各区政府，市开发区管委会，市直各单位要抓好落实。")
    assert [unit.name for unit in item.joint] == ["各区政府", "市开发区管委会", "市直各单位"]
