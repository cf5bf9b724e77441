"""What the sheets 分管 and 代收 would do."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from fayol.organisation.importing.plan import Plan, RelationStep
from fayol.organisation.importing.plan_posts import PostPlanner
from fayol.organisation.importing.rows import (
    CHARGES,
    SECRETARIES,
    RowProblem,
)
from fayol.organisation.models import Charge, Secretaryship
from fayol.organisation.states import PostRole

Key = str | int


def plan_relations(plan: Plan, posts: PostPlanner) -> None:
    """The rows of one leader are all there is for that leader; leaders not named stay as they are."""
    charges = _wanted(plan, posts, CHARGES, [(row, row.leader, row.unit) for row in plan.sheets.charges])
    pairs = [(row, row.leader, row.secretary) for row in plan.sheets.secretaries]
    secretaries = _wanted(plan, posts, SECRETARIES, pairs)
    _check_leaders(plan, posts, charges)
    units, people = posts.units, posts.people
    had = _standing(posts, Charge.objects.values_list("leader_id", "unit_id"), posts.unit_keys)
    plan.changed_charges = _steps(posts, charges, had, units.name)
    had = _standing(posts, Secretaryship.objects.values_list("leader_id", "secretary_id"), posts.person_keys)
    plan.changed_secretaries = _steps(posts, secretaries, had, people.name)


Wanted = dict[Key, list[tuple[Any, Key]]]


def _wanted(plan: Plan, posts: PostPlanner, sheet: str, rows: list[tuple[Any, str, str]]) -> Wanted:
    wanted: Wanted = defaultdict(list)
    for row, leader, other in sorted(rows, key=lambda r: (r[0].order is None, r[0].order or 0, r[0].row)):
        column, find = ("单位", posts.units.find) if sheet == CHARGES else ("代收人", posts.people.finder.find)
        one = _one(plan, sheet, row.row, "领导", leader, posts.people.finder.find(leader))
        another = _one(plan, sheet, row.row, column, other, find(other))
        if one is None or another is None:
            continue
        if sheet == SECRETARIES and one == another:
            _fault(plan, sheet, row.row, column, _("代收人不能是本人。"))
        elif another in [key for _row, key in wanted[one]]:
            _fault(plan, sheet, row.row, column, _("“{name}”在表中重复。").format(name=other))
        elif not (posts.units.open(another) if sheet == CHARGES else posts.people.active(another)):
            _fault(plan, sheet, row.row, column, _("“{name}”已撤销或离职。").format(name=other))
        else:
            wanted[one].append((row, another))
    return wanted


def _one(plan: Plan, sheet: str, row: int, column: str, text: str, found: list[Key]) -> Key | None:
    if len(found) == 1:
        return found[0]
    what = _("“{name}”有{n}个，请改填编码或工号。") if found else _("没有找到“{name}”。")
    _fault(plan, sheet, row, column, what.format(name=text, n=len(found)))
    return None


def _fault(plan: Plan, sheet: str, row: int, column: str, what: str) -> None:
    plan.problems.append(RowProblem(row, column, what, "fault", sheet))


def _check_leaders(plan: Plan, posts: PostPlanner, charges: Wanted) -> None:
    leaders = {who for held in posts.after.values() for role, who, _row in held if role == PostRole.LEADER}
    for leader, rows in charges.items():
        if leader not in leaders:
            told = _("“{name}”不在领导班子中，不能分管单位。").format(name=posts.people.name(leader))
            _fault(plan, CHARGES, rows[0][0].row, "领导", told)


def _standing(posts: PostPlanner, pairs: Any, keys: dict[int, Key]) -> dict[Key, list[Key]]:
    """What stands in the database, by the keys of the plan; people it does not speak of are left out."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for leader, other in pairs:
        if leader in posts.person_keys:
            found[posts.person_keys[leader]].append(keys.get(other, other))
    return found


def _steps(posts: PostPlanner, wanted: Wanted, had: dict[Key, list[Key]], name: Any) -> list[RelationStep]:
    steps = []
    for leader, rows in wanted.items():
        after, before = [key for _row, key in rows], had.get(leader, [])
        if after != before:
            was, becomes = [name(key) for key in before], [name(key) for key in after]
            steps.append(RelationStep(leader, posts.people.name(leader), was, becomes, after))
    return steps
