"""What the sheet 人员 would do."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from fayol.organisation.importing.limits import check_lengths
from fayol.organisation.importing.plan import Finder, PersonStep, Plan
from fayol.organisation.importing.rows import (
    PEOPLE,
    PersonRow,
    RowProblem,
    person_key,
)
from fayol.organisation.importing.state import State
from fayol.organisation.models import Person

Key = str | int


class PersonPlanner:
    def __init__(self, plan: Plan, state: State) -> None:
        self.plan, self.state = plan, state
        self.finder = Finder()
        self.rows: dict[Key, PersonRow] = {}
        self.known: dict[Key, Person] = {}

    def plan_all(self) -> None:
        taken: set[int] = set()
        for row in self.plan.sheets.people:
            if person_key(row) in self.rows:
                column = "工号" if row.code else "姓名"
                self.fault(row, column, _("“{key}”在表中重复。").format(key=person_key(row)))
                continue
            self.rows[person_key(row)] = row
            self._check(row)
            person = self._same(row)
            if person is not None:
                self.known[person_key(row)] = person
                taken.add(person.pk)
            self.finder.add(person_key(row), code=row.code, names=[row.name])
            self._step(row, person)
        for person in self.state.people.values():
            if person.pk not in taken:
                self.known[person.pk] = person
                if person.active:
                    self.finder.add(person.pk, code=person.code, names=[person.name])

    def fault(self, row: PersonRow, column: str, what: str) -> None:
        self.plan.problems.append(RowProblem(row.row, column, what, "fault", PEOPLE))

    def name(self, key: Key) -> str:
        return self.rows[key].name if key in self.rows else self.known[key].name

    def active(self, key: Key) -> bool:
        return self.rows[key].active if key in self.rows else self.known[key].active

    def _same(self, row: PersonRow) -> Person | None:
        if row.code:
            return self.state.person_codes.get(row.code)
        named = self.state.person_names.get(row.name, [])
        if len(named) > 1:
            self.fault(row, "工号", _("“{name}”已有{n}人，请填写工号。").format(name=row.name, n=len(named)))
        return named[0] if len(named) == 1 else None

    def _check(self, row: PersonRow) -> None:
        if not row.name:
            self.fault(row, "姓名", _("请填写姓名。"))
        check_lengths(self, row, ("name", "code", "mobile"))
        try:
            if row.email:
                validate_email(row.email)
        except ValidationError:
            self.fault(row, "邮箱", _("邮箱“{email}”的写法不对，例如 name@example.cn。").format(email=row.email))

    def _step(self, row: PersonRow, person: Person | None) -> None:
        if person is None:
            self.plan.new_people.append(PersonStep(row, None))
            return
        wanted = {
            "code": row.code or person.code,
            "name": row.name,
            "mobile": row.mobile,
            "email": row.email,
            "active": row.active,
        }
        changed = {
            name: [getattr(person, name), value] for name, value in wanted.items() if getattr(person, name) != value
        }
        if changed:
            leaving = changed.get("active") == [True, False]
            (self.plan.left_people if leaving else self.plan.changed_people).append(PersonStep(row, person, changed))
