"""A plan in words, for the preview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from fayol.kernel.errors import Stale
from fayol.organisation.importing.plan import Changes, Plan, RelationStep
from fayol.organisation.importing.rows import CHARGES, PEOPLE, POSTS, SECRETARIES, SHEETS, UNITS
from fayol.organisation.states import POST_ROLE_WORDS, UNIT_KIND_WORDS, PostRole, UnitKind

COLUMN_WORDS = {
    "official_name": "单位全称", "short_name": "简称", "aliases": "又称", "kind": "类型", "duties": "职责",
    "code": "编码", "order": "次序", "parent": "上级", "active": "状态", "is_office": "协调办公室", "name": "姓名",
    "mobile": "手机", "email": "邮箱", "title": "职务", "primary": "主要岗位",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """`kind` is created, changed or closed."""

    kind: str
    name: str
    what: str = ""


@dataclass(frozen=True)
class SheetChanges:
    """What happens to the rows of one sheet. `lines` may be fewer than the counts say."""

    sheet: str
    created: int
    changed: int
    closed: int
    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.created + self.changed + self.closed


def told(plan: Plan, *, most: int) -> list[SheetChanges]:
    """One for each sheet, with at most `most` lines: what is closed first, then changes, then what is new."""
    counts = plan.counts()
    lines = {
        UNITS: [
            *(Line("closed", step.name) for step in plan.closed_units),
            *(Line("changed", step.name, _differences(step.changed)) for step in plan.changed_units),
            *(Line("created", step.name) for step in plan.new_units),
        ],
        PEOPLE: [
            *(Line("closed", step.row.name) for step in plan.left_people),
            *(Line("changed", step.row.name, _differences(step.changed)) for step in plan.changed_people),
            *(Line("created", step.row.name) for step in plan.new_people),
        ],
        POSTS: [
            *(Line("closed", c.person_name, _post(c.unit_name, c.post.role, c.post.title)) for c in plan.ended_posts),
            *(
                Line("changed", c.person_name, _("%(post)s，%(changes)s") % {
                    "post": _post(c.unit_name, c.post.role, ""), "changes": _differences(c.changed)})
                for c in plan.changed_posts
            ),
            *(Line("created", s.person_name, _post(s.unit_name, s.row.role, s.row.title)) for s in plan.new_posts),
        ],
        CHARGES: [_relation(step) for step in plan.changed_charges],
        SECRETARIES: [_relation(step) for step in plan.changed_secretaries],
    }  # fmt: skip
    return [SheetChanges(sheet, **counts[sheet], lines=lines[sheet][:most]) for sheet in SHEETS]


def same(plan: Plan, fingerprint: str) -> None:
    """Stale unless the plan is the one that was shown."""
    if plan.fingerprint != fingerprint:
        raise Stale


def _post(unit: str, role: str, title: str) -> str:
    return f"{unit} {title or _(POST_ROLE_WORDS[PostRole(role)])}"


def _relation(step: RelationStep) -> Line:
    before, after = ("、".join(names) or _("空") for names in (step.before, step.after))
    return Line("changed", step.leader_name, _("由“%(before)s”改为“%(after)s”") % {"before": before, "after": after})


def _differences(changed: Changes) -> str:
    told = [
        _("%(column)s由“%(before)s”改为“%(after)s”")
        % {"column": _(COLUMN_WORDS[name]), "before": _value(name, before), "after": _value(name, after)}
        for name, (before, after) in changed.items()
    ]
    return "；".join(told)


def _value(name: str, value: Any) -> str:
    if name == "kind" and value in set(UnitKind):
        return _(UNIT_KIND_WORDS[UnitKind(value)])
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Iterable) and not isinstance(value, str):
        value = "、".join(str(one) for one in value)
    return str(value) if value not in (None, "") else _("空")
