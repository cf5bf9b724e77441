"""Does an organisation workbook fit together? Duplicates, references, circles, roles that only one may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from fayol.kernel.text import squeeze
from fayol.reading.org_rows import OrgSheet, PersonRow, PostRow, UnitRow
from fayol.reading.sheet import RowProblem

SINGLE = {"head": "负责人", "liaison_a": "联络员A", "liaison_b": "联络员B"}


class _Numbered(Protocol):
    @property
    def row(self) -> int: ...


_R = TypeVar("_R", bound=_Numbered)


class _Index(dict[str, list[_R]]):
    """Rows by name or code, each row once a name."""

    def add(self, name: str, row: _R) -> None:
        rows = self.setdefault(squeeze(name), [])
        if name and row not in rows:
            rows.append(row)

    def find(self, name: str) -> list[_R]:
        return self.get(squeeze(name), [])


def check(org: OrgSheet) -> Iterator[RowProblem]:
    """Every fault; a reference counts only within the workbook, so a sheet that is not there checks nothing."""
    units, people = _units_by_name(org), _people_by_name(org)
    again = "“{key}”与第 {first} 行的编号重复，请改成不同的编号；如是同一个，请删去一行。"
    yield from _doubles("单位", "编码", ((u.code, u) for u in org.units), again)
    yield from _sibling_names(org)
    yield from _shared_names(org)
    parents, faults = _parents(org, units)
    yield from faults
    yield from _circles(org, parents)
    yield from _offices(org)
    yield from _doubles("人员", "工号", ((p.code, p) for p in org.people), again)
    yield from _namesakes(org)
    yield from _Posts(org, units, people).check()
    yield from _charges(org, units, people)


# -------------------------------------------------------------------------------------------------------- units


def _units_by_name(org: OrgSheet) -> _Index[UnitRow]:
    """By code, and by every name; a code beats a name, an official name beats a short one or an alias."""
    index: _Index[UnitRow] = _Index()
    for rank in range(3):
        later: _Index[UnitRow] = _Index()
        for unit in org.units:
            names = ((unit.code,), (unit.official_name,), (unit.short_name, *unit.aliases))[rank]
            for name in names:
                if name and not index.find(name):
                    later.add(name, unit)
        index.update(later)
    return index


def _doubles(sheet: str, column: str, keyed: Iterable[tuple[str, _R]], message: str) -> Iterator[RowProblem]:
    first: dict[str, int] = {}
    for key, row in keyed:
        if key:
            before = first.setdefault(squeeze(key), row.row)
            if before != row.row:
                yield RowProblem(row.row, column, message.format(key=key, first=before), "duplicate", sheet)


def _sibling_names(org: OrgSheet) -> Iterator[RowProblem]:
    """Two units of one name under one parent cannot be told apart."""
    keyed = ((f"{unit.parent}\n{unit.official_name}" if unit.official_name else "", unit) for unit in org.units)
    first: dict[str, int] = {}
    for key, unit in keyed:
        before = first.setdefault(squeeze(key), unit.row) if key else unit.row
        if before != unit.row:
            message = f"“{unit.official_name}”与第 {before} 行重名，且上级相同，请合并或改名。"
            yield RowProblem(unit.row, "名称", message, "duplicate", "单位")


def _shared_names(org: OrgSheet) -> Iterator[RowProblem]:
    """A short name or alias that means two units will not be recognised in documents: told, not forbidden."""
    owners: dict[str, UnitRow] = {}
    for unit in org.units:
        for name in unit.names:
            other = owners.setdefault(squeeze(name), unit)
            if other is not unit and name != unit.official_name:
                column = "简称" if name == unit.short_name else "别名"
                message = f"“{name}”也是第 {other.row} 行“{other.official_name}”的名称，文件里出现时将无法判断指谁。"
                yield RowProblem(unit.row, column, message, "ambiguous_name", "单位", blocking=False)


def _parents(org: OrgSheet, units: _Index[UnitRow]) -> tuple[dict[int, UnitRow], list[RowProblem]]:
    """The unit above each row, by row number, and the references that lead nowhere or to several."""
    parents: dict[int, UnitRow] = {}
    faults: list[RowProblem] = []
    for unit in org.units:
        if not unit.parent:
            continue
        found = units.find(unit.parent)
        if len(found) == 1:
            parents[unit.row] = found[0]
        else:
            faults.append(_unit_fault("单位", unit.row, "上级编码", unit.parent, found))
    return parents, faults


def _unit_fault(sheet: str, row: int, column: str, name: str, found: list[UnitRow]) -> RowProblem:
    if found:
        rows = "、".join(str(unit.row) for unit in found[:5])
        message = f"“{name}”指哪个单位不明确（“单位”表第 {rows} 行都可以），请改填编码。"
        return RowProblem(row, column, message, "ambiguous_unit", sheet)
    message = f"“单位”表里没有“{name}”，请核对名称或编码，或先在“单位”表补上。"
    return RowProblem(row, column, message, "unknown_unit", sheet)


def _circles(org: OrgSheet, parents: Mapping[int, UnitRow]) -> Iterator[RowProblem]:
    """Every unit that stands above itself is named, with the way round; those merely below a circle are not."""
    done: set[int] = set()
    for unit in org.units:
        path: list[UnitRow] = []
        here: UnitRow | None = unit
        while here is not None and here.row not in done and here not in path:
            path.append(here)
            here = parents.get(here.row)
        if here is not None and here in path:
            circle = path[path.index(here) :]
            way = " → ".join(u.official_name for u in [*circle[:6], circle[0]])
            for member in circle:
                message = f"上级关系成了一个圈（{way}），请改正其中一个上级。"
                yield RowProblem(member.row, "上级编码", message, "circle", "单位")
        done.update(u.row for u in path)


def _offices(org: OrgSheet) -> Iterator[RowProblem]:
    offices = [unit for unit in org.units if unit.is_office]
    for unit in offices[1:]:
        message = f"协调机构只能有一个，第 {offices[0].row} 行“{offices[0].official_name}”已经是了，请留下一个。"
        yield RowProblem(unit.row, "协调机构", message, "second_office", "单位")


# ------------------------------------------------------------------------------------------------------- people


def _people_by_name(org: OrgSheet) -> _Index[PersonRow]:
    index: _Index[PersonRow] = _Index()
    for person in org.people:
        index.add(person.code, person)
    names: _Index[PersonRow] = _Index()
    for person in org.people:
        if not index.find(person.name):
            names.add(person.name, person)
    index.update(names)
    return index


def _namesakes(org: OrgSheet) -> Iterator[RowProblem]:
    """Two people of one name are usual; without numbers nobody could tell them apart next time."""
    seen: dict[str, PersonRow] = {}
    for person in org.people:
        other = seen.setdefault(squeeze(person.name), person) if person.name else person
        if other is not person and not (person.code and other.code):
            message = f"与第 {other.row} 行同名，请给两人都填上工号；如是同一人，请删去一行。"
            yield RowProblem(person.row, "姓名", message, "namesake", "人员")


def _person_fault(sheet: str, row: int, column: str, name: str, found: list[PersonRow]) -> RowProblem:
    if found:
        rows = "、".join(str(person.row) for person in found[:5])
        message = f"“{name}”有同名的人（“人员”表第 {rows} 行），请改填工号。"
        return RowProblem(row, column, message, "ambiguous_person", sheet)
    message = f"“人员”表里没有“{name}”，请核对姓名或工号，或先在“人员”表补上。"
    return RowProblem(row, column, message, "unknown_person", sheet)


class _Posts:
    """The sheet 任职, row by row; what only one may have is remembered with the row that had it first."""

    def __init__(self, org: OrgSheet, units: _Index[UnitRow], people: _Index[PersonRow]) -> None:
        self._org, self._units, self._people = org, units, people
        self._first: dict[tuple[object, ...], int] = {}
        self._liaison: dict[tuple[object, ...], tuple[str, int]] = {}

    def check(self) -> Iterator[RowProblem]:
        for post in self._org.posts:
            units, people = self._units.find(post.unit), self._people.find(post.person)
            yield from self._references(post, units, people)
            if post.unit and post.person:
                unit = units[0].row if len(units) == 1 else squeeze(post.unit)
                person = people[0].row if len(people) == 1 else squeeze(post.person)
                yield from self._alone(post, unit, person)

    def _references(self, post: PostRow, units: list[UnitRow], people: list[PersonRow]) -> Iterator[RowProblem]:
        if "单位" in self._org.sheets and post.unit and len(units) != 1:
            yield _unit_fault("任职", post.row, "单位", post.unit, units)
        if "人员" in self._org.sheets and post.person and len(people) != 1:
            column = "姓名" if post.person == post.name else "工号"
            yield _person_fault("任职", post.row, column, post.person, people)
        elif len(people) == 1 and post.name and squeeze(post.name) != squeeze(people[0].name):
            message = f"工号“{post.person}”在“人员”表里是“{people[0].name}”，这里写的是“{post.name}”，请核对。"
            yield RowProblem(post.row, "姓名", message, "name_disagrees", "任职")

    def _alone(self, post: PostRow, unit: int | str, person: int | str) -> Iterator[RowProblem]:
        if before := self._before(post, "post", unit, person, post.role, post.title):
            yield RowProblem(post.row, "", f"与第 {before} 行完全相同，请删去一行。", "duplicate", "任职")
            return
        if post.role in SINGLE and (before := self._before(post, "single", unit, post.role)):
            message = f"“{post.unit}”的{SINGLE[post.role]}只能有一人，第 {before} 行已经填了，请改掉其中一行的角色。"
            yield RowProblem(post.row, "角色", message, "second_" + post.role, "任职")
        if post.role in ("liaison_a", "liaison_b"):
            role, row = self._liaison.setdefault((unit, person), (post.role, post.row))
            if role != post.role:
                message = f"联络员A和联络员B不能是同一人（见第 {row} 行），请换一人。"
                yield RowProblem(post.row, "角色", message, "same_liaison", "任职")
        if post.primary and (before := self._before(post, "primary", person)):
            message = f"“{post.name or post.person}”的主岗第 {before} 行已经填了，一人只能有一个主岗。"
            yield RowProblem(post.row, "主岗", message, "second_primary", "任职")

    def _before(self, post: PostRow, *key: object) -> int:
        """The row that was first with this key; 0 when this one is."""
        first = self._first.setdefault(key, post.row)
        return 0 if first == post.row else first


def _charges(org: OrgSheet, units: _Index[UnitRow], people: _Index[PersonRow]) -> Iterator[RowProblem]:
    named = [("分管", c.row, "领导", c.leader) for c in org.charges]
    named += [("代收", s.row, "领导", s.leader) for s in org.secretaries]
    named += [("代收", s.row, "代收人", s.secretary) for s in org.secretaries]
    for sheet, row, column, name in named:
        found = people.find(name)
        if "人员" in org.sheets and name and len(found) != 1:
            yield _person_fault(sheet, row, column, name, found)
    for charge in org.charges:
        found_units = units.find(charge.unit)
        if "单位" in org.sheets and charge.unit and len(found_units) != 1:
            yield _unit_fault("分管", charge.row, "单位", charge.unit, found_units)
    for secretary in org.secretaries:
        if secretary.leader and squeeze(secretary.leader) == squeeze(secretary.secretary):
            yield RowProblem(secretary.row, "代收人", "代收人不能是本人，请换一人。", "own_secretary", "代收")
    pairs = ((f"{squeeze(c.leader)}\n{squeeze(c.unit)}", c) for c in org.charges)
    yield from _doubles("分管", "单位", pairs, "与第 {first} 行重复，请删去一行。")
