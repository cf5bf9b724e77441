"""One workbook, all or nothing: every fault named, again means no change, out and in means no change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.kernel.errors import Refused, Stale
from fayol.organisation import actions, importing
from fayol.organisation.actions import UnitFields
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.holding import hold
from fayol.organisation.importing import OrgSheet, PersonRow, PostRow, UnitRow
from fayol.organisation.models import Charge, Person, Post, Secretaryship, Unit
from fayol.reading.org_rows import ChargeRow, SecretaryRow

SMALL = OrgSheet(
    units=(
        UnitRow(2, "甲公司", "A", kind="organisation"),
        UnitRow(3, "办公室", "B", parent="A", is_office=True),
        UnitRow(4, "财务部", "C", parent="甲公司", aliases=("财务处",)),
    ),
    people=(PersonRow(2, "张三", "1"), PersonRow(3, "李四", "2")),
    posts=(PostRow(2, "1", "B", "主任", "head"), PostRow(3, "李四", "财务处", "会计", "liaison_a")),
)


def faults(sheets: OrgSheet) -> list[tuple[str, int, str]]:
    return [(p.sheet, p.row, p.column) for p in importing.preview(sheets).problems]


def bring(sheets: OrgSheet, now: datetime) -> None:
    importing.apply(importing.preview(sheets), by=SYSTEM, now=now)


def forget_everything() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("charge", "secretaryship", "absence", "delegation", "post", "person", "unit"):
            cursor.execute(f"DELETE FROM organisation_{table}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_workbook_brings_units_people_and_posts_with_their_facts(db: None, now: datetime) -> None:
    bring(SMALL, now)
    unit = Unit.objects.get(code="C")
    assert unit.path == f"{Unit.objects.get(code='A').path}{unit.pk:05d}."
    post = Post.objects.get(unit=unit)
    assert (post.person.name, post.role, post.primary) == ("李四", "liaison_a", True)
    assert Unit.objects.get(is_office=True).code == "B"
    assert [f.verb for f in history_of("unit", unit.pk)] == ["unit.created", "unit.roster_changed"]
    assert hold(unit.pk, None, now=now).person_id == post.person_id


def test_the_same_workbook_again_changes_nothing(db: None, now: datetime) -> None:
    bring(SMALL, now)
    facts = Fact.objects.count()
    plan = importing.preview(SMALL)
    assert plan.empty
    importing.apply(plan, by=SYSTEM, now=now)
    assert Fact.objects.count() == facts


def test_what_goes_out_as_a_workbook_changes_nothing_when_it_comes_back(cast: Any, now: datetime) -> None:
    back = importing.read_workbook(importing.export(), name="组织.xlsx")
    plan = importing.preview(back)
    assert plan.problems == []
    assert plan.empty, [steps for steps in plan.steps() if steps]
    assert len(back.people) == Person.objects.count()
    assert len(back.charges) == Charge.objects.count() > 10
    assert len(back.secretaries) == Secretaryship.objects.count() > 5


def test_what_went_out_rebuilds_the_same_organisation_in_an_empty_database(cast: Any, now: datetime) -> None:
    data = importing.export()
    forget_everything()
    bring(importing.read_workbook(data, name="组织.xlsx"), now)
    assert importing.preview(importing.read_workbook(data, name="组织.xlsx")).empty
    assert Unit.objects.get(code="CJ2Y").path.count(".") == 4
    leader = Person.objects.get(name="顾明远")
    assert [c.unit.name for c in Charge.objects.filter(leader=leader)] == ["生产部", "销售部", "采购部", "物流部"]


def test_changes_moves_and_closings_are_shown_and_then_done(db: None, now: datetime) -> None:
    bring(SMALL, now)
    extra = UnitRow(5, "预算组", "D", parent="C", kind="team")
    bring(replace(SMALL, units=(*SMALL.units, extra)), now)
    units = (*SMALL.units[:2], replace(SMALL.units[2], duties="管钱"), replace(extra, parent="B", active=False))
    people = (SMALL.people[0], replace(SMALL.people[1], name="李思"))
    posts = (SMALL.posts[0], PostRow(3, "2", "B", "秘书"))
    plan = importing.preview(OrgSheet(units=units, people=people, posts=posts))
    assert plan.problems == []
    assert plan.counts()["单位"] == {"created": 0, "changed": 1, "closed": 1}
    assert plan.counts()["人员"] == {"created": 0, "changed": 1, "closed": 0}
    assert plan.counts()["任职"] == {"created": 1, "changed": 0, "closed": 1}
    words = [line.what for change in importing.told(plan, most=9) for line in change.lines]
    assert "职责由“空”改为“管钱”" in words
    importing.apply(plan, by=SYSTEM, now=now)
    closed = Unit.objects.get(code="D")
    assert not closed.active
    assert closed.path.startswith(Unit.objects.get(code="B").path)
    assert [p.unit.code for p in Post.objects.filter(person__code="2", ended_on=None)] == ["B"]


def test_somebody_who_left_leaves_every_post(db: None, now: datetime) -> None:
    bring(SMALL, now)
    bring(OrgSheet(people=(PersonRow(2, "李四", "2", active=False),)), now)
    assert not Post.objects.filter(person__code="2", ended_on=None).exists()
    assert Post.objects.filter(person__code="1", ended_on=None).exists(), "people not named stay as they are"


def test_every_faulty_row_is_named_with_sheet_row_and_column(db: None, now: datetime) -> None:
    bring(SMALL, now)
    sheets = OrgSheet(
        units=(
            UnitRow(2, "", "E"),
            UnitRow(3, "乙部", "F", parent="没有的部"),
            UnitRow(4, "丙部", "G", kind="club"),
            UnitRow(5, "丁部", "H", parent="I"),
            UnitRow(6, "戊部", "I", parent="H"),
            UnitRow(7, "财务部", "J", parent="A"),
            UnitRow(8, "己部", "F"),
        ),
        people=(PersonRow(2, "", "7"), PersonRow(3, "王五", "8", email="王五"), PersonRow(4, "王六", "8")),
        posts=(
            PostRow(2, "赵六", "C"),
            PostRow(3, "1", "没有的部"),
            PostRow(4, "1", "C", role="king"),
            PostRow(5, "1", "C", role="leader"),
            PostRow(6, "1", "C", role="liaison_a"),
            PostRow(7, "8", "C", role="coordinator"),
        ),
    )
    assert faults(sheets) == [
        ("单位", 2, "名称"),
        ("单位", 3, "上级编码"),
        ("单位", 4, "类别"),
        ("单位", 5, "上级编码"),
        ("单位", 6, "上级编码"),
        ("单位", 7, "名称"),
        ("单位", 8, "编码"),
        ("人员", 2, "姓名"),
        ("人员", 3, "邮箱"),
        ("人员", 4, "工号"),
        ("任职", 2, "工号"),
        ("任职", 3, "单位"),
        ("任职", 4, "角色"),
        ("任职", 5, "角色"),
        ("任职", 6, "角色"),
        ("任职", 7, "角色"),
    ]
    before = Fact.objects.count()
    with pytest.raises(Refused, match="16处问题"):
        importing.apply(importing.preview(sheets), by=SYSTEM, now=now)
    assert Fact.objects.count() == before


def test_an_office_left_empty_and_a_closed_unit_with_people_are_faults(db: None, now: datetime) -> None:
    bring(SMALL, now)
    closing = replace(SMALL.units[2], active=False)
    assert faults(OrgSheet(units=(closing,))) == [("单位", 4, "状态")]
    other = replace(SMALL.units[2], is_office=True)
    emptied = OrgSheet(units=(other,), posts=(PostRow(3, "李四", "B", "会计"),))
    assert faults(emptied) == [("单位", 4, "协调机构")]


def test_charges_need_a_leader_and_nobody_is_their_own_secretary(db: None, now: datetime) -> None:
    bring(SMALL, now)
    sheets = OrgSheet(
        charges=(ChargeRow(2, "张三", "财务部"), ChargeRow(3, "李四", "没有的部")),
        secretaries=(SecretaryRow(2, "张三", "张三"),),
    )
    assert faults(sheets) == [("分管", 2, "领导"), ("分管", 3, "单位"), ("代收", 2, "代收人")]


def test_a_plan_shown_before_somebody_else_changed_something_is_stale(db: None, now: datetime) -> None:
    bring(SMALL, now)
    sheets = replace(SMALL, units=(*SMALL.units, UnitRow(5, "预算组", "D", parent="C")))
    plan = importing.preview(sheets)
    fields = UnitFields("预算组", code="D")
    actions.create_unit(Unit.objects.get(code="C"), fields=fields, by=SYSTEM, now=now)
    with pytest.raises(Stale):
        importing.apply(plan, by=SYSTEM, now=now)


def test_only_the_office_and_administrators_import(cast: Any, now: datetime) -> None:
    with pytest.raises(Refused) as no:
        importing.apply(importing.preview(OrgSheet()), by=Actor(cast.person("王建国")), now=now)
    assert no.value.code == "not_yours"


def big(units: int, people: int) -> OrgSheet:
    made = [UnitRow(2, "大集团", "U0", kind="organisation"), UnitRow(3, "办公室", "U1", parent="U0", is_office=True)]
    made += [UnitRow(i + 2, f"单位{i}", f"U{i}", parent=f"U{i // 12}") for i in range(2, units)]
    persons = tuple(PersonRow(i + 2, f"员工{i}", f"P{i}") for i in range(people))
    posts = tuple(PostRow(i + 2, f"P{i}", f"U{i % (units - 1) + 1}", "职员") for i in range(people))
    return OrgSheet(units=tuple(made), people=persons, posts=posts)


def test_ten_times_the_rows_take_hardly_more_queries(db: None, now: datetime) -> None:
    with CaptureQueriesContext(connection) as few:
        bring(big(20, 100), now)
    forget_everything()
    with CaptureQueriesContext(connection) as many:
        bring(big(200, 1000), now)
    assert len(many) <= len(few) + 4
