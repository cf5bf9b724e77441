"""Carrying out a plan: everything or nothing, in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from fayol.facts.journal import record_many
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop
from fayol.organisation import access
from fayol.organisation.actions.people import PersonFields
from fayol.organisation.actions.shared import lock_structure
from fayol.organisation.actions.units import UnitFields, path_below, reserve_unit_keys
from fayol.organisation.actor import Actor
from fayol.organisation.importing.plan import PersonStep, Plan, UnitStep
from fayol.organisation.importing.planning import make_plan
from fayol.organisation.importing.rows import person_key, unit_key
from fayol.organisation.models import Account, Charge, Person, Post, Secretaryship, Unit
from fayol.organisation.queries import active_posts

AT_ONCE = 2000
Key = str | int
Told = tuple[int, str, dict[str, Any]]


@transaction.atomic
def apply(plan: Plan, *, by: Actor, now: datetime) -> Plan:
    """Returns the plan that was carried out.

    Refused while a row is faulty; Stale when the organisation has changed since `plan` was made, so that other steps
    would be taken than those shown.
    """
    access.require(access.can_edit(by.person), by)
    lock_structure()
    fresh = make_plan(plan.sheets)
    if fresh.fingerprint != plan.fingerprint:
        raise Stale
    if fresh.problems:
        sentence = gettext_noop("表中有{n}处问题，什么都没有导入。请按提示改好后重新上传。")
        raise Refused("faulty", sentence, field="file", n=len(fresh.problems))
    _Work(fresh, by, now).do()
    return fresh


class _Work:
    def __init__(self, plan: Plan, by: Actor, now: datetime) -> None:
        self.plan, self.by, self.now = plan, by, now
        self.unit_pks: dict[Key, int] = {}
        self.person_pks: dict[Key, int] = {}
        self.units: dict[int, Unit] = {}
        self.told: list[Told] = []

    def do(self) -> None:
        self._end_posts()
        self._units()
        self._people()
        self._posts()
        self._relations()
        _record("unit", self.told, self.by, self.now)

    # ── units ──

    def _units(self) -> None:
        plan = self.plan
        if not (plan.new_units or plan.changed_units or plan.closed_units):
            self.unit_pks = {}
        self.units = {unit.pk: unit for unit in Unit.objects.select_for_update()}
        codes = {unit.code or unit.official_name: unit.pk for unit in self.units.values()}
        self.unit_pks = {unit_key(row): codes[unit_key(row)] for row in plan.sheets.units if unit_key(row) in codes}
        for step in [*plan.changed_units, *plan.closed_units]:
            assert step.unit is not None
            self.unit_pks[unit_key(step.row)] = step.unit.pk
        keys = reserve_unit_keys(len(plan.new_units)) if plan.new_units else []
        for step, pk in zip(plan.new_units, keys, strict=True):
            self.unit_pks[unit_key(step.row)] = pk
        changed = [self._changed(step) for step in [*plan.changed_units, *plan.closed_units]]
        made = self._made(keys)
        self.units.update({unit.pk: unit for unit in made})
        self._set_paths()
        self._move_office()
        Unit.objects.bulk_create(made, batch_size=AT_ONCE)
        columns = ["parent", "path", "code", "official_name", "short_name", "aliases", "kind", "duties", "order",
                   "active", "is_office", "pinyin", "initials", "grams", "version"]  # fmt: skip
        Unit.objects.bulk_update(_unique([*changed, *self.repathed]), columns, batch_size=500)
        Charge.objects.filter(unit_id__in=[step.unit.pk for step in plan.closed_units if step.unit]).delete()

    def _pk(self, key: Key | None) -> int | None:
        if key is None:
            return None
        return self._unit(key)

    def _unit(self, key: Key) -> int:
        return key if isinstance(key, int) else self.unit_pks[key]

    def _made(self, keys: Sequence[int]) -> list[Unit]:
        last: dict[int | None, int] = defaultdict(int)
        for parent, order in (
            Unit.objects.values_list("parent").annotate(last=Max("order")).values_list("parent", "last")
        ):
            last[parent] = order
        made = []
        for step, pk in zip(self.plan.new_units, keys, strict=True):
            parent = self._pk(self.plan.parents.get(unit_key(step.row)))
            last[parent] = step.row.order if step.row.order is not None else last[parent] + 1
            unit = Unit(pk=pk, parent_id=parent, order=last[parent], active=step.row.active, **_fields(step).columns())
            made.append(unit)
            self.told.append((pk, "unit.created", {"official_name": unit.official_name, "parent": parent}))
        return made

    def _changed(self, step: UnitStep) -> Unit:
        assert step.unit is not None
        unit = self.units[step.unit.pk]
        for name, value in _fields(step, unit).columns().items():
            setattr(unit, name, value)
        unit.order = step.changed.get("order", [0, unit.order])[1]
        unit.active = step.row.active
        unit.version += 1
        told = {name: both for name, both in step.changed.items() if name != "parent"}
        if "parent" in step.changed:
            before, unit.parent_id = unit.parent_id, self._pk(step.changed["parent"][1])
            self.told.append((unit.pk, "unit.moved", {"from": before, "to": unit.parent_id}))
        if step.changed.get("active") == [True, False]:
            self.told.append((unit.pk, "unit.closed", {}))
        elif told:
            self.told.append((unit.pk, "unit.updated", {"changed": told}))
        return unit

    def _set_paths(self) -> None:
        """Every path anew from the parents; those that differ are written."""
        done: dict[int, str] = {}

        def path_of(unit: Unit) -> str:
            chain = [unit]
            while chain[-1].pk not in done and chain[-1].parent_id is not None:
                chain.append(self.units[chain[-1].parent_id])
            for one in reversed(chain):
                above = done[one.parent_id] if one.parent_id is not None else ""
                done.setdefault(one.pk, f"{above}{path_below(None, one.pk)}")
            return done[unit.pk]

        self.repathed = []
        for unit in self.units.values():
            path = path_of(unit)
            if unit.path != path:
                unit.path = path
                self.repathed.append(unit)
        new = {unit_key(step.row) for step in self.plan.new_units}
        pks = {self.unit_pks[key] for key in new}
        self.repathed = [unit for unit in self.repathed if unit.pk not in pks]

    def _move_office(self) -> None:
        """At most one at every moment: the former one gives way first."""
        office = self._pk(self.plan.office)
        Unit.objects.filter(is_office=True).exclude(pk=office or 0).update(is_office=False)
        for unit in self.units.values():
            unit.is_office = unit.pk == office

    # ── people ──

    def _people(self) -> None:
        plan, told = self.plan, list[Told]()
        made = [Person(**_person_fields(step).columns()) for step in plan.new_people]
        Person.objects.bulk_create(made, batch_size=AT_ONCE)
        for step, person in zip(plan.new_people, made, strict=True):
            self.person_pks[person_key(step.row)] = person.pk
            told.append((person.pk, "person.created", {"name": person.name, "code": person.code}))
        changed = []
        for step in [*plan.changed_people, *plan.left_people]:
            person = self._changed_person(step)
            changed.append(person)
            told.append((person.pk, "person.updated", {"changed": step.changed}))
        columns = ["code", "name", "mobile", "email", "active", "pinyin", "initials", "grams", "version"]
        Person.objects.bulk_update(changed, columns, batch_size=500)
        left = [step.person.pk for step in plan.left_people if step.person]
        self._leave(left)
        told += [(pk, "person.availability_changed", {"what": "left"}) for pk in left]
        _record("person", told, self.by, self.now)

    def _changed_person(self, step: PersonStep) -> Person:
        person = step.person
        assert person is not None
        self.person_pks[person_key(step.row)] = person.pk
        for name, value in _person_fields(step).columns().items():
            setattr(person, name, value)
        person.version += 1
        return person

    def _leave(self, people: list[int]) -> None:
        Secretaryship.objects.filter(secretary_id__in=people).delete()
        Charge.objects.filter(leader_id__in=people).delete()
        Account.objects.filter(person__in=people).update(is_active=False)

    # ── posts ──

    def _end_posts(self) -> None:
        today = self.now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
        ended = [change.post.pk for change in self.plan.ended_posts]
        active_posts().filter(pk__in=ended).update(ended_on=today, primary=False)

    def _posts(self) -> None:
        plan = self.plan
        self._known_people()
        last: dict[int, int] = defaultdict(int)
        for unit, order in active_posts().values_list("unit").annotate(last=Max("order")).values_list("unit", "last"):
            last[unit] = order
        demoted = [change.post for change in plan.changed_posts if change.changed.get("primary") == [True, False]]
        active_posts().filter(pk__in=[post.pk for post in demoted]).update(primary=False)
        for change in plan.changed_posts:
            for name, (_before, after) in change.changed.items():
                setattr(change.post, name, after)
        changed = [change.post for change in plan.changed_posts]
        Post.objects.bulk_update(changed, ["title", "order", "primary"], batch_size=500)
        made = []
        for step in plan.new_posts:
            unit, row = self._unit(step.unit), step.row
            last[unit] = row.order if row.order is not None else last[unit] + 1
            person, order = self._person(step.person), last[unit]
            post = Post(person_id=person, unit_id=unit, role=row.role, title=row.title, order=order)
            post.primary = step.primary
            made.append(post)
        Post.objects.bulk_create(made, batch_size=AT_ONCE)
        self._tell_rosters(made)

    def _relations(self) -> None:
        """分管 and 代收: what a leader had goes, what the workbook says comes, in its order."""
        told: list[Told] = []
        for step in self.plan.changed_charges:
            leader, units = self._person(step.leader), [self._unit(key) for key in step.keys]
            before = list(Charge.objects.filter(leader=leader).values_list("unit_id", flat=True))
            Charge.objects.filter(leader=leader).delete()
            Charge.objects.bulk_create(Charge(leader_id=leader, unit_id=pk, order=i) for i, pk in enumerate(units, 1))
            told.append((leader, "person.updated", {"changed": {"charges": [before, units]}}))
            touched = sorted(set(before) ^ set(units))
            self.told += [(pk, "unit.roster_changed", {"charge": leader, "now": pk in units}) for pk in touched]
        for step in self.plan.changed_secretaries:
            leader, people = self._person(step.leader), [self._person(key) for key in step.keys]
            before = list(Secretaryship.objects.filter(leader=leader).values_list("secretary_id", flat=True))
            Secretaryship.objects.filter(leader=leader).delete()
            rows = [Secretaryship(leader_id=leader, secretary_id=pk, order=i) for i, pk in enumerate(people, 1)]
            Secretaryship.objects.bulk_create(rows)
            told.append((leader, "person.updated", {"changed": {"secretaries": [before, people]}}))
        _record("person", told, self.by, self.now)

    def _person(self, key: Key) -> int:
        return key if isinstance(key, int) else self.person_pks[key]

    def _known_people(self) -> None:
        codes = {row.code: person_key(row) for row in self.plan.sheets.people if row.code}
        names = {row.name: person_key(row) for row in self.plan.sheets.people if not row.code}
        for pk, code in Person.objects.filter(code__in=codes).values_list("pk", "code"):
            self.person_pks[codes[code]] = pk
        for pk, name in Person.objects.filter(name__in=names, active=True).values_list("pk", "name"):
            self.person_pks.setdefault(names[name], pk)

    def _tell_rosters(self, made: list[Post]) -> None:
        told: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for post in made:
            told[post.unit_id]["appointed"].append([post.person_id, post.role, post.title])
        for change in self.plan.changed_posts:
            told[change.post.unit_id]["changed"].append([change.post.person_id, change.post.role, change.post.title])
        for change in self.plan.ended_posts:
            told[change.post.unit_id]["ended"].append([change.post.person_id, change.post.role, change.post.title])
        self.told += [(unit, "unit.roster_changed", dict(what)) for unit, what in sorted(told.items())]


def _fields(step: UnitStep, unit: Unit | None = None) -> UnitFields:
    row = step.row
    code = row.code or (unit.code if unit else "")
    return UnitFields(row.official_name, row.short_name, row.aliases, row.kind, code, row.duties)


def _person_fields(step: PersonStep) -> PersonFields:
    row = step.row
    code = row.code or (step.person.code if step.person else "")
    return PersonFields(row.name, code, row.mobile, row.email, row.active)


def _unique(units: Iterable[Unit]) -> list[Unit]:
    return list({unit.pk: unit for unit in units}.values())


def _record(subject: str, told: list[Told], by: Actor, now: datetime) -> None:
    for start in range(0, len(told), AT_ONCE):
        record_many(subject, told[start : start + AT_ONCE], by=by, now=now)
