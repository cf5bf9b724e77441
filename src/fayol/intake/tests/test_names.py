from __future__ import annotations

from typing import Any

import pytest

from fayol.intake.names import Directory
from fayol.kernel.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory(cast: Any) -> Directory:
    return Directory.load()


@pytest.mark.parametrize("words", ["财务部", "财务管理部", "计财部", "cwb", "caiwubu", " 财务部 ", "澄川集团财务部"])
def test_a_unit_goes_by_all_its_names(directory: Directory, cast: Any, words: str) -> None:
    assert directory.find(words, field="lead") == cast.unit("财务部").pk


@pytest.mark.parametrize(
    ("words", "code"), [("外星部", "unknown_unit"), ("有关部门", "vague_unit"), ("", "unknown_unit")]
)
def test_what_means_no_unit_is_refused(directory: Directory, words: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        directory.find(words, field="lead")
    assert (refused.value.code, refused.value.field) == (code, "lead")


def test_a_list_gives_its_units_once_and_says_what_is_wrong(directory: Directory, cast: Any) -> None:
    found = directory.find_all("财务部、hwz，财务管理部；外星部", field="supports")
    assert found.ids == [cast.unit("财务部").pk, cast.unit("会务组").pk]
    assert [refused.params["words"] for refused in found.wrong] == ["外星部"]


def test_groups_stand_for_their_units(directory: Directory, cast: Any) -> None:
    finance, first, subsidiary = (cast.unit(name).pk for name in ("财务部", "一号车间", "澄川重工"))
    departments = directory.expand("各部门", besides=[])
    assert finance in departments
    assert first not in departments
    assert subsidiary not in departments
    assert set(departments) - set(directory.expand("其余各部室", besides=[finance])) == {finance}
    assert subsidiary in directory.expand("各单位", besides=[])
    assert set(directory.expand("各车间", besides=[])) >= {first, cast.unit("二号车间").pk}
    assert subsidiary in directory.expand("各子公司", besides=[])


@pytest.mark.parametrize("words", ["有关部门", "相关单位", "财务部", "各地区", "各级政府"])
def test_what_is_no_group_of_this_organisation_is_never_guessed(directory: Directory, words: str) -> None:
    assert directory.expand(words, besides=[]) == []


def test_a_name_borne_twice_is_written_in_full(cast: Any, directory: Directory) -> None:
    unit = directory.units[cast.unit("行政部").pk]
    unit.short_name = "财务部"
    again = Directory(directory.units.values())
    assert {again.label(unit.pk), again.label(cast.unit("财务部").pk)} == {unit.official_name, "财务管理部"}
