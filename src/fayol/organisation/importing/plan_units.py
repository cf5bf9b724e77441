"""What the sheet 单位 would do."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from django.utils.translation import gettext as _

from fayol.organisation.importing.limits import check_lengths
from fayol.organisation.importing.plan import Finder, Plan, UnitStep
from fayol.organisation.importing.rows import (
    UNITS,
    RowProblem,
    UnitRow,
    unit_key,
)
from fayol.organisation.importing.state import State
from fayol.organisation.models import Unit
from fayol.organisation.queries import names_of
from fayol.organisation.states import UnitKind

Key = str | int


class UnitPlanner:
    def __init__(self, plan: Plan, state: State) -> None:
        self.plan, self.state = plan, state
        self.finder = Finder()
        self.rows: dict[Key, UnitRow] = {}
        self.known: dict[Key, Unit] = {}  # row key → the unit it is; pk → a unit the file does not name
        self.parents = plan.parents

    def plan_all(self) -> None:
        rows = self.plan.sheets.units
        for key, times in Counter(unit_key(row) for row in rows).items():
            if times > 1:
                again = [row for row in rows if unit_key(row) == key][1:]
                for row in again:
                    self.fault(row, "编码" if row.code else "名称", _("“{key}”在表中重复。").format(key=key))
        self._identify(rows)
        for row in self.rows.values():
            self._place(row)
        self._check_circles()
        self._check_siblings()
        self._check_office()
        for row in self.rows.values():
            self._step(row)

    def fault(self, row: UnitRow, column: str, what: str) -> None:
        self.plan.problems.append(RowProblem(row.row, column, what, "fault", UNITS))

    def name(self, key: Key) -> str:
        row = self.rows.get(key)
        return (row.short_name or row.official_name) if row else self.known[key].name

    def kind(self, key: Key) -> str:
        return self.rows[key].kind if key in self.rows else self.known[key].kind

    def open(self, key: Key) -> bool:
        return self.rows[key].active if key in self.rows else self.known[key].active

    def is_office(self, key: Key) -> bool:
        return key == self.plan.office

    def find(self, text: str) -> list[Key]:
        found = self.finder.find(text)
        return [key for key in found if self.open(key)] if len(found) > 1 else found

    def _identify(self, rows: tuple[UnitRow, ...]) -> None:
        taken: set[int] = set()
        for row in rows:
            self.rows.setdefault(unit_key(row), row)
            unit = self._same(row)
            if unit is not None:
                self.known[unit_key(row)] = unit
                taken.add(unit.pk)
            names = [name for name in (row.official_name, row.short_name, *row.aliases) if name]
            self.finder.add(unit_key(row), code=row.code, names=names)
        for unit in self.state.units.values():
            if unit.pk not in taken:
                self.known[unit.pk] = unit
                self.finder.add(unit.pk, code=unit.code, names=names_of(unit))

    def _same(self, row: UnitRow) -> Unit | None:
        if row.code:
            return self.state.unit_codes.get(row.code)
        named = [
            unit for unit in self.state.unit_names.get(row.official_name, ()) if unit.official_name == row.official_name
        ]
        if len(named) > 1:
            self.fault(row, "编码", _("“{name}”已有{n}个，请填写编码。").format(name=row.official_name, n=len(named)))
        return named[0] if len(named) == 1 else None

    def _place(self, row: UnitRow) -> None:
        if not row.official_name:
            self.fault(row, "名称", _("请填写单位全称。"))
        if row.kind not in set(UnitKind):
            self.fault(row, "类别", _("没有“{kind}”这种单位类型。").format(kind=row.kind))
        check_lengths(self, row, ("official_name", "short_name", "code"))
        if not row.parent:
            self.parents[unit_key(row)] = None
            return
        found = self.find(row.parent)
        if len(found) == 1:
            self.parents[unit_key(row)] = found[0]
            if row.active and not self.open(found[0]):
                self.fault(row, "上级编码", _("上级“{name}”已撤销。").format(name=row.parent))
        elif found:
            self.fault(row, "上级编码", _("“{name}”有{n}个，请改填编码。").format(name=row.parent, n=len(found)))
        else:
            self.fault(row, "上级编码", _("没有找到上级“{name}”。").format(name=row.parent))

    def _above(self, key: Key) -> Key | None:
        if key in self.parents:
            return self.parents[key]
        unit = self.known.get(key)
        if unit is None or unit.parent_id is None:
            return None
        return self._key_of(unit.parent_id)

    def _key_of(self, pk: int) -> Key:
        return self._keys.get(pk, pk)

    @property
    def _keys(self) -> dict[int, Key]:
        if not hasattr(self, "_keys_made"):
            self._keys_made = {unit.pk: key for key, unit in self.known.items()}
        return self._keys_made

    def _check_circles(self) -> None:
        for key, row in self.rows.items():
            seen, step = {key}, self._above(key)
            while step is not None and step not in seen:
                seen.add(step)
                step = self._above(step)
            if step == key:
                self.fault(row, "上级编码", _("上级绕了一圈又回到“{name}”自己。").format(name=self.name(key)))

    def _check_siblings(self) -> None:
        names: dict[tuple[Key | None, str], Key] = {}
        children: dict[Key, list[Key]] = defaultdict(list)
        for key in [*self.known, *(key for key in self.rows if key not in self.known)]:
            if not self.open(key):
                continue
            above = self._above(key)
            if above is not None:
                children[above].append(key)
            row = self.rows.get(key)
            official = row.official_name if row else self.known[key].official_name
            first = names.setdefault((above, official), key)
            blamed = row or self.rows.get(first)
            if first != key and blamed:
                self.fault(blamed, "名称", _("同一上级下已有“{name}”。").format(name=official))
        for key, row in self.rows.items():
            if not row.active and children.get(key):
                told = _("“{name}”下面还有{n}个单位，不能撤销。")
                self.fault(row, "状态", told.format(name=self.name(key), n=len(children[key])))

    def _check_office(self) -> None:
        offices = [row for row in self.rows.values() if row.is_office]
        for row in offices[1:]:
            self.fault(row, "协调机构", _("协调办公室只能有一个，第{n}行已经指定。").format(n=offices[0].row))
        current = next((key for key, unit in self.known.items() if unit.is_office), None)
        self.plan.office = unit_key(offices[0]) if offices else current
        if offices and (not offices[0].active or UnitKind(offices[0].kind) in (UnitKind.EXTERNAL, UnitKind.LEADERS)):
            self.fault(offices[0], "协调机构", _("协调办公室只能是在用的部门或班组。"))
        if not offices and current in self.rows and not self.rows[current].active:
            self.fault(self.rows[current], "状态", _("这是协调办公室，不能撤销。"))

    def _step(self, row: UnitRow) -> None:
        unit = self.known.get(unit_key(row))
        if unit is None:
            self.plan.new_units.append(UnitStep(row, None))
            return
        wanted: dict[str, Any] = {
            "code": row.code or unit.code,
            "official_name": row.official_name,
            "short_name": row.short_name,
            "aliases": list(row.aliases),
            "kind": row.kind,
            "duties": row.duties,
            "order": unit.order if row.order is None else row.order,
            "active": row.active,
            "is_office": self.is_office(unit_key(row)),
        }
        changed = {name: [getattr(unit, name), value] for name, value in wanted.items() if getattr(unit, name) != value}
        before = self._key_of(unit.parent_id) if unit.parent_id else None
        if unit_key(row) in self.parents and self.parents[unit_key(row)] != before:
            changed["parent"] = [before, self.parents[unit_key(row)]]
        if changed:
            closing = changed.get("active") == [True, False]
            (self.plan.closed_units if closing else self.plan.changed_units).append(UnitStep(row, unit, changed))
