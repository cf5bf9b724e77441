"""The units of the organisation as a document or a clerk may call them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.text import squeeze
from fayol.organisation.models import Unit
from fayol.organisation.states import UnitKind
from fayol.reading.orgnames import OrgNames, OrgUnit
from fayol.reading.units import is_vague

_SEPARATORS = re.compile(r"[、,，;；/\n\t]+")
_REST = re.compile(r"^(?:其余|其他|其它)")


@dataclass(frozen=True)
class Found:
    """Units that a list of names means; `wrong` says of each name that means none, or several, why."""

    ids: list[int]
    wrong: list[Refused]


class Directory:
    """All active units, read once for a page or an action."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = {unit.pk: unit for unit in units}

    @classmethod
    def load(cls) -> Directory:
        return cls(Unit.objects.filter(active=True).order_by("path").defer("duties", "grams"))

    def __contains__(self, pk: object) -> bool:
        return pk in self.units

    @cached_property
    def org_names(self) -> OrgNames:
        """For the reader; keys are primary keys as text."""
        tops = [u for u in self.units.values() if u.kind == UnitKind.ORGANISATION and u.parent_id is None]
        prefixes = {name for top in tops for name in (top.official_name, top.short_name, *top.aliases) if name}
        rows = (
            OrgUnit(str(u.pk), u.official_name, u.short_name, tuple(u.aliases), str(u.parent_id or ""), u.kind)
            for u in self.units.values()
        )
        return OrgNames(tuple(rows), tuple(sorted(prefixes, key=len, reverse=True)))

    @cached_property
    def _often(self) -> Counter[str]:
        return Counter(unit.name for unit in self.units.values())

    def label(self, pk: int) -> str:
        """The unit's name; its full one where a short name is used twice."""
        unit = self.units.get(pk)
        if unit is None:
            return ""
        return unit.official_name if self._often[unit.name] > 1 else unit.name

    def labels(self, pks: Iterable[int]) -> str:
        return "、".join(label for label in map(self.label, pks) if label)

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """(what to choose, what else it is found by) of each unit, in the order of the tree."""
        return [
            (self.label(pk), " ".join(dict.fromkeys([u.official_name, u.short_name, *u.aliases, u.initials, u.pinyin])))
            for pk, u in self.units.items()
            if u.kind != UnitKind.LEADERS
        ]

    def find(self, text: str, *, field: str) -> int:
        """The one unit that is meant, by full or short name, alias, usual abbreviation, pinyin or its initials."""
        wanted = text.strip()
        plain = squeeze(wanted)
        match = self.org_names.match(wanted) if plain else None
        if match is not None and match.key is not None:
            return int(match.key)
        ids = [pk for pk, u in self.units.items() if plain and plain in (u.initials, u.pinyin)]
        ids = ids or [pk for pk, u in self.units.items() if plain and _has_name(u, plain)]
        if len(ids) == 1:
            return ids[0]
        if ids:
            names = self.labels(ids[:5])
            raise Refused(
                "several_units", _("“{words}”可能是{names}，请写全称。"), field=field, words=wanted, names=names
            )
        if is_vague(wanted):
            sentence = _("“{words}”没有说明是哪些单位，请写明或删去。")
            raise Refused("vague_unit", sentence, field=field, words=wanted)
        raise Refused("unknown_unit", _("组织里没有“{words}”，请从列表里选，或核对名称。"), field=field, words=wanted)

    def find_all(self, text: str, *, field: str) -> Found:
        """A list of names; groups (各部门) are taken for all their units."""
        ids: list[int] = []
        wrong: list[Refused] = []
        for words in filter(None, (part.strip() for part in _SEPARATORS.split(text))):
            group = self.expand(words, besides=ids)
            try:
                ids += group or [self.find(words, field=field)]
            except Refused as refused:
                wrong.append(refused)
        return Found(list(dict.fromkeys(ids)), wrong)

    def expand(self, words: str, *, besides: Collection[int]) -> list[int]:
        """The units of a group: 各部门 all departments of the head organisation, 各单位 its subsidiaries too,
        子公司 the subsidiaries, 车间 the workshops; with 其余 those not in `besides`.
        Nothing for 有关部门 and single names."""
        plain = squeeze(words)
        if is_vague(plain) or not re.match(r"^(?:公司|集团|本)?(?:各|其余|其他|其它|全体|所有)", plain):
            return []
        wanted = [pk for pk, unit in self.units.items() if self._belongs(unit, plain)]
        return [pk for pk in wanted if pk not in besides] if _REST.match(plain) else wanted

    def _belongs(self, unit: Unit, words: str) -> bool:
        top = unit.parent_id is not None and self._is_top(unit.parent_id)
        if re.search(r"子公司|分公司|下属公司|权属公司|(?:基层|下属|所属|二级)单位", words):
            return unit.kind == UnitKind.ORGANISATION and unit.parent_id is not None
        if "车间" in words:
            return unit.kind == UnitKind.TEAM and "车间" in unit.name
        if re.search(r"部门|部室|处室|科室", words):
            return unit.kind == UnitKind.DEPARTMENT and top
        if words.endswith("单位"):
            return top and unit.kind in (UnitKind.DEPARTMENT, UnitKind.ORGANISATION)
        return False

    def _is_top(self, pk: int) -> bool:
        unit = self.units.get(pk)
        return unit is not None and unit.parent_id is None


def _has_name(unit: Unit, plain: str) -> bool:
    return any(squeeze(name) == plain for name in (unit.official_name, unit.short_name, *unit.aliases))
