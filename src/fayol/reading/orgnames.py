"""Names of an organisation's units, for finding out whom a document means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fayol.kernel.text import squeeze
from fayol.reading.flat import plain_script
from fayol.reading.units import is_group, is_vague

# Longer forms first: each is replaced where it stands.
_FOLDS = (
    ("发展和改革", "发改"),
    ("发展改革", "发改"),
    ("人力资源和社会保障", "人社"),
    ("人力资源社会保障", "人社"),
    ("经济和信息化", "经信"),
    ("工业和信息化", "工信"),
    ("住房和城乡建设", "住建"),
    ("住房城乡建设", "住建"),
    ("卫生健康", "卫健"),
    ("市场监督管理", "市场监管"),
    ("委员会", "委"),
    ("办公室", "办"),
    ("人民政府", "政府"),
    ("有限责任公司", "公司"),
    ("股份有限公司", "公司"),
    ("有限公司", "公司"),
    ("信息化中心", "信息中心"),
    ("管理局", "局"),
)


@dataclass(frozen=True, slots=True)
class OrgUnit:
    key: str
    official_name: str
    short_name: str = ""
    aliases: tuple[str, ...] = ()
    parent: str = ""
    kind: str = "department"


@dataclass(frozen=True, slots=True)
class Match:
    """`key` None when nobody, or more than one, is meant; `reason` says how in words."""

    key: str | None
    reason: str
    group: bool = False
    flag: str = ""


def fold(name: str) -> str:
    """A form in which usual ways of shortening a name meet."""
    short = squeeze(plain_script(name))
    for long, brief in _FOLDS:
        short = short.replace(long, brief)
    return short


@dataclass(slots=True)
class OrgNames:
    """Built once per organisation. The organisation's own name before a unit's ("集团公司办公室") does not matter."""

    units: tuple[OrgUnit, ...]
    prefixes: tuple[str, ...] = ()
    _exact: dict[str, list[tuple[OrgUnit, str]]] = field(default_factory=dict, init=False)
    _folded: dict[str, list[OrgUnit]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for unit in self.units:
            names = (
                (unit.official_name, "全称"),
                (unit.short_name, "简称"),
                *((alias, "别名") for alias in unit.aliases),
            )
            for name, how in names:
                if name:
                    self._exact.setdefault(squeeze(plain_script(name)), []).append((unit, how))
                    entry = self._folded.setdefault(fold(name), [])
                    if unit not in entry:
                        entry.append(unit)

    def match(self, name: str) -> Match:
        if is_vague(name):
            return Match(None, f"“{name}”没有说明是哪几家，请指定", group=True, flag="unclear_unit")
        hits = self._exact.get(squeeze(plain_script(name)), [])
        if len({unit.key for unit, _ in hits}) == 1:
            unit, how = hits[0]
            reason = "名称一致" if how == "全称" else f"{how}：{name}＝{unit.official_name}"
            return Match(unit.key, reason)
        if is_group(name):
            return Match(None, f"“{name}”指一组单位", group=True, flag="group")
        if hits:
            names = "、".join(sorted({unit.official_name for unit, _ in hits}))
            return Match(None, f"“{name}”可能是{names}，请选一家", flag="unclear_unit")
        return self._loosely(name)

    def _loosely(self, name: str) -> Match:
        for form in self._forms(name):
            units = self._folded.get(form, [])
            if len(units) == 1:
                return Match(units[0].key, f"缩写：{name}＝{units[0].official_name}")
            if units:
                names = "、".join(unit.official_name for unit in units)
                return Match(None, f"“{name}”可能是{names}，请选一家", flag="unclear_unit")
        return Match(None, f"单位库中没有“{name}”", flag="unknown_unit")

    def _forms(self, name: str) -> Iterator[str]:
        yield fold(name)
        for prefix in (*self.prefixes, "集团公司", "总公司", "公司", "集团", "本公司", "我司"):
            if name.startswith(prefix) and len(name) > len(prefix) + 1:
                yield fold(name[len(prefix) :])
            else:
                yield fold(prefix + name)

    def members(self, name: str, *, besides: Iterable[str] = ()) -> tuple[str, ...]:
        """Keys of all departments, for 各部门, and for 其余各部室 those not named already."""
        if not is_group(name) or is_vague(name):
            return ()
        left_out = set(besides) if re.match("其[余他它]", name) else set()
        return tuple(unit.key for unit in self.units if unit.kind == "department" and unit.key not in left_out)


_COLUMNS = {
    "key": ("编码", "单位编码", "代码"),
    "official_name": ("名称", "单位名称", "全称", "部门名称"),
    "short_name": ("简称", "单位简称"),
    "aliases": ("别名", "曾用名", "又称"),
    "parent": ("上级", "上级单位", "上级编码", "所属单位"),
    "kind": ("类别", "类型", "单位类别"),
}


def load_org(path: Path) -> OrgNames:
    """Names from the sheet 单位 (else the first) of an XLSX; columns are known by their heads, in any order."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    sheet = "单位" if "单位" in book.sheet_names else book.sheet_names[0]
    rows = [
        [str(cell).strip() for cell in row] for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
    ]
    for at, row in enumerate(rows[:10]):
        places = {field_: row.index(head) for field_, heads in _COLUMNS.items() for head in heads if head in row}
        if "official_name" in places:
            return OrgNames(tuple(_org_unit(line, places) for line in rows[at + 1 :] if line[places["official_name"]]))
    return OrgNames(())


def _org_unit(row: list[str], places: dict[str, int]) -> OrgUnit:
    values = {name: row[place] for name, place in places.items() if place < len(row)}
    name = values["official_name"]
    aliases = tuple(alias for alias in re.split(r"[;；、,，/]", values.get("aliases", "")) if alias)
    return OrgUnit(
        key=values.get("key") or name, official_name=name, short_name=values.get("short_name", ""), aliases=aliases,
        parent=values.get("parent", ""), kind=values.get("kind") or "department",
    )  # fmt: skip
