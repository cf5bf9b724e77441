"""What the sheet 任职 would do."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from fayol.organisation.importing.limits import check_lengths
from fayol.organisation.importing.plan import Plan, PostChange, PostStep
from fayol.organisation.importing.plan_people import PersonPlanner
from fayol.organisation.importing.plan_units import UnitPlanner
from fayol.organisation.importing.rows import (
    POSTS,
    PostRow,
    RowProblem,
)
from fayol.organisation.importing.state import State
from fayol.organisation.models import Post
from fayol.organisation.states import LIAISON_ROLES, POST_ROLE_WORDS, SINGLE_ROLES, PostRole, UnitKind

Key = str | int


class PostPlanner:
    def __init__(self, plan: Plan, state: State, units: UnitPlanner, people: PersonPlanner) -> None:
        self.plan, self.state, self.units, self.people = plan, state, units, people
        self.unit_keys: dict[int, Key] = {unit.pk: key for key, unit in units.known.items()}
        self.person_keys: dict[int, Key] = {person.pk: key for key, person in people.known.items()}
        self.existing: dict[Key, list[Post]] = defaultdict(list)
        self.after: dict[Key, list[tuple[str, Key | int, PostRow | None]]] = defaultdict(list)  # unit → who as what

    def plan_all(self) -> None:
        wanted = self._resolved()
        for post in self.state.posts:
            key = self.person_keys.get(post.person_id)
            if key is not None:
                self.existing[key].append(post)
            gone = key is not None and not self.people.active(key)
            if gone:
                self._end(post)
            elif key is None or key not in wanted:
                self.after[self.unit_keys[post.unit_id]].append((post.role, key or -post.person_id, None))
        for key, rows in wanted.items():
            self._plan_person(key, rows)
        self._check_units()

    def fault(self, row: PostRow, column: str, what: str) -> None:
        self.plan.problems.append(RowProblem(row.row, column, what, "fault", POSTS))

    def _resolved(self) -> dict[Key, list[tuple[PostRow, Key]]]:
        wanted: dict[Key, list[tuple[PostRow, Key]]] = defaultdict(list)
        seen: dict[tuple[Key, Key, str], PostRow] = {}
        for row in self.plan.sheets.posts:
            person = self._one(row, "工号", row.person, self.people.finder.find(row.person))
            unit = self._one(row, "单位", row.unit, self.units.find(row.unit))
            if row.role not in set(PostRole):
                self.fault(row, "角色", _("没有“{role}”这种岗位角色。").format(role=row.role))
                continue
            if person is None or unit is None:
                continue
            first = seen.setdefault((person, unit, row.role), row)
            if first is not row:
                self.fault(row, "角色", _("与第{n}行重复。").format(n=first.row))
                continue
            self._check(row, person, unit)
            wanted[person].append((row, unit))
        return wanted

    def _one(self, row: PostRow, column: str, text: str, found: list[Key]) -> Key | None:
        if len(found) == 1:
            return found[0]
        what = _("“{name}”有{n}个，请改填编码或工号。") if found else _("没有找到“{name}”。")
        self.fault(row, column, what.format(name=text, n=len(found)))
        return None

    def _check(self, row: PostRow, person: Key, unit: Key) -> None:
        if not self.people.active(person):
            self.fault(row, "人员", _("“{name}”已离职。").format(name=self.people.name(person)))
        if not self.units.open(unit):
            self.fault(row, "单位", _("“{name}”已撤销。").format(name=self.units.name(unit)))
        if row.role == PostRole.LEADER and self.units.kind(unit) != UnitKind.LEADERS:
            self.fault(row, "角色", _("领导只能在领导班子里，“{name}”不是。").format(name=self.units.name(unit)))
        if row.role == PostRole.COORDINATOR and not self.units.is_office(unit):
            self.fault(row, "角色", _("协调员只能在协调办公室，“{name}”不是。").format(name=self.units.name(unit)))
        check_lengths(self, row, ("title",))

    def _plan_person(self, key: Key, rows: list[tuple[PostRow, Key]]) -> None:
        standing = {(self.unit_keys[post.unit_id], post.role): post for post in self.existing.get(key, ())}
        primary = self._primary(key, rows, standing)
        for row, unit in rows:
            post = standing.pop((unit, row.role), None)
            self.after[unit].append((row.role, key, row))
            if post is None:
                names = (self.people.name(key), self.units.name(unit))
                self.plan.new_posts.append(PostStep(row, key, unit, *names, primary=row is primary))
            else:
                self._change(post, row, primary=row is primary)
        for post in standing.values():
            self._end(post)

    def _primary(self, key: Key, rows: list[tuple[PostRow, Key]], standing: dict[tuple[Key, str], Post]) -> PostRow:
        marked = [row for row, _unit in rows if row.primary]
        for row in marked[1:]:
            self.fault(row, "主岗", _("“{name}”的主要岗位只能有一个。").format(name=self.people.name(key)))
        if marked:
            return marked[0]
        kept = [row for row, unit in rows if (post := standing.get((unit, row.role))) and post.primary]
        return (kept or [rows[0][0]])[0]

    def _change(self, post: Post, row: PostRow, *, primary: bool) -> None:
        wanted: dict[str, Any] = {"title": row.title, "primary": primary}
        if row.order is not None:
            wanted["order"] = row.order
        changed = {name: [getattr(post, name), value] for name, value in wanted.items() if getattr(post, name) != value}
        if changed:
            self.plan.changed_posts.append(PostChange(post, changed, *self._names(post)))

    def _end(self, post: Post) -> None:
        self.plan.ended_posts.append(PostChange(post, {}, *self._names(post)))

    def _names(self, post: Post) -> tuple[str, str]:
        return self.people.name(self.person_keys[post.person_id]), self.units.name(self.unit_keys[post.unit_id])

    def _check_units(self) -> None:
        for unit, posts in self.after.items():
            self._check_single(unit, posts)
            self._check_pair(unit, posts)
            if posts and not self.units.open(unit) and unit in self.units.rows:
                told = _("“{name}”还有{n}人在岗，不能撤销。").format(name=self.units.name(unit), n=len(posts))
                self.units.fault(self.units.rows[unit], "状态", told)
        office = self.plan.office
        if office is not None and not self.after.get(office) and office in self.units.rows:
            told = _("协调办公室不能没有人，请在“任职”表里给它安排人员。")
            self.units.fault(self.units.rows[office], "协调机构", told)

    def _check_single(self, unit: Key, posts: list[tuple[str, Key | int, PostRow | None]]) -> None:
        for role in SINGLE_ROLES:
            holders = [(who, row) for held, who, row in posts if held == role]
            if len(holders) < 2:
                continue
            words = _(POST_ROLE_WORDS[role])
            for _who, row in [h for h in holders if h[1]][0 if any(h[1] is None for h in holders) else 1 :]:
                assert row is not None
                self.fault(
                    row, "角色", _("“{unit}”的{role}只能有一人。").format(unit=self.units.name(unit), role=words)
                )

    def _check_pair(self, unit: Key, posts: list[tuple[str, Key | int, PostRow | None]]) -> None:
        liaisons = [(who, row) for role, who, row in posts if role in LIAISON_ROLES]
        if len({who for who, _row in liaisons}) < len(liaisons):
            row = next((row for _who, row in reversed(liaisons) if row), None)
            if row:
                self.fault(row, "角色", _("A角和B角不能是同一个人，否则一人离岗就没有人接。"))
