"""Finding people and units, who may speak for a unit, and who may see what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from fayol.organisation import actions
from fayol.organisation.actions import Window
from fayol.organisation.actor import SYSTEM
from fayol.organisation.models import Person
from fayol.organisation.naming import grams_of, initials_of, pairs, pinyin_of
from fayol.organisation.queries import (
    find_people,
    find_units,
    is_coordinator,
    may_act_for_unit,
    people_called,
    tokens_of,
    units_of,
)


@pytest.mark.parametrize("text", ["林晓雯", "林", "晓雯", "lxw", "lx", "linxiaowen", "LinXiao", "ｌｘｗ", " 林 晓 雯 "])
def test_a_person_is_found_by_name_part_pinyin_and_initials(cast: Any, text: str) -> None:
    assert "林晓雯" in [person.name for person in find_people(text)]


@pytest.mark.parametrize("text", ["财务部", "财务", "计财部", "财务处", "计划财务", "cwb", "jcb", "caiwu", "管理部"])
def test_a_unit_is_found_by_official_short_and_other_names_and_pinyin(cast: Any, text: str) -> None:
    assert "财务部" in [unit.name for unit in find_units(text)]


def test_an_exact_name_comes_before_a_name_that_contains_it(cast: Any) -> None:
    assert [unit.name for unit in find_units("办公室")][:2] == ["总裁办", "重工综合部"]


def test_pieces_that_do_not_stand_side_by_side_are_no_match(cast: Any) -> None:
    assert find_units("务处财务") == []
    assert find_people("雯晓") == []
    assert find_people("%") == []
    assert find_people("") == []


def test_surnames_are_read_as_surnames() -> None:
    assert [pinyin_of(n, person=True) for n in ("单永强", "解晓琳", "曾庆玲")] == [
        "shanyongqiang",
        "xiexiaolin",
        "zengqingling",
    ]
    assert initials_of("查晓红", person=True) == "zxh"
    assert initials_of("B205会议室") == "b205hys"


@given(st.text("甲乙丙丁abc", min_size=2, max_size=8), st.data())
def test_every_part_of_a_name_is_among_its_pieces(name: str, data: Any) -> None:
    start = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(start + 2, len(name)))
    assert set(pairs(name[start:end])) <= set(grams_of([name]))


def test_a_search_among_very_many_people_uses_the_indexes(db: None) -> None:
    signs = [chr(0x4E00 + 7 * i) for i in range(400)]
    names = [signs[i % 97] + signs[i % 389] + signs[(i * 31) % 397] for i in range(20_000)]
    Person.objects.bulk_create(
        (Person(name=n, pinyin=f"p{i:05d}", initials=f"q{i:05d}", grams=pairs(n)) for i, n in enumerate(names)),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE organisation_person")
    for text in (names[7], names[7][1:], names[7][0], "p00017", "q0001"):
        plan = people_called(text).explain()
        assert "Seq Scan" not in plan, plan
    assert names[7] in [person.name for person in find_people(names[7][1:])]


def test_coordinators_are_the_offices_own_and_nobody_elses(cast: Any) -> None:
    yes = {name for name in ("林晓雯", "蒋一帆", "秦海平", "叶文倩") if is_coordinator(cast.person(name))}
    assert yes == {"林晓雯", "蒋一帆", "秦海平", "叶文倩"}
    assert not any(is_coordinator(cast.person(name)) for name in ("邱思敏", "王建国", "顾明远", "赵启航"))
    assert not is_coordinator(None)


def test_who_may_speak_for_a_unit(cast: Any, now: datetime) -> None:
    unit = cast.unit("财务部").pk
    as_what = {
        n: may_act_for_unit(cast.person(n), unit, now) for n in ("王建国", "钱芳", "孙悦", "丁凯", "周岚", "马骏")
    }
    assert as_what == {
        "王建国": "head", "钱芳": "deputy", "孙悦": "liaison_a", "丁凯": "liaison_b", "周岚": "", "马骏": "",
    }  # fmt: skip
    window = Window(now - timedelta(hours=1), now + timedelta(hours=1))
    actions.delegate(cast.person("王建国"), deputy=cast.person("马骏"), window=window, by=SYSTEM, now=now)
    assert may_act_for_unit(cast.person("马骏"), unit, now) == f"delegate:{cast.person('王建国').pk}"
    assert may_act_for_unit(cast.person("马骏"), unit, now + timedelta(hours=2)) == ""


def test_tokens_reach_down_for_heads_and_leaders_only(cast: Any, now: datetime) -> None:
    def units(name: str) -> set[str]:
        found = [token for token in tokens_of(cast.person(name), now) if token > 0]
        return {
            cast_unit
            for cast_unit in ("生产部", "一号车间", "二号车间", "二号车间夜班")
            if cast.unit(cast_unit).pk in found
        }

    assert units("吴志强") == {"生产部", "一号车间", "二号车间", "二号车间夜班"}
    assert units("顾明远") == {"生产部", "一号车间", "二号车间", "二号车间夜班"}
    assert units("毛文君") == {"生产部"}
    assert units("蔡永胜") == {"二号车间", "二号车间夜班"}
    me = cast.person("毛文君")
    assert tokens_of(me, now)[:2] == [0, -me.pk]


def test_the_primary_unit_comes_first(cast: Any) -> None:
    assert [unit.name for unit in units_of(cast.person("周岚"))] == ["财务部", "预算组"]
