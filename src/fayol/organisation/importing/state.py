"""What stands in the database of everything a workbook speaks of: read in a handful of queries however long it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from fayol.organisation.importing.rows import OrgSheet
from fayol.organisation.models import Person, Post, Unit
from fayol.organisation.queries import active_posts, names_of


@dataclass
class State:
    """Rows as they are, and who they are called. Nothing here is changed before the plan is carried out."""

    units: dict[int, Unit]
    people: dict[int, Person]
    posts: list[Post]
    unit_codes: dict[str, Unit] = field(default_factory=dict)
    unit_names: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    person_codes: dict[str, Person] = field(default_factory=dict)
    person_names: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))


def read_state(sheets: OrgSheet) -> State:
    units = {unit.pk: unit for unit in Unit.objects.order_by("order", "id")}
    spoken_of = {row.person for row in sheets.posts} | {row.leader for row in sheets.charges}
    spoken_of |= {name for row in sheets.secretaries for name in (row.leader, row.secretary)}
    codes = spoken_of | {row.code for row in sheets.people if row.code}
    names = spoken_of | {row.name for row in sheets.people if not row.code}
    people = {row.pk: row for row in Person.objects.filter(_meant(sheets, codes, names)).distinct().order_by("id")}
    state = State(units, people, list(active_posts().order_by("order", "id")))
    for unit in units.values():
        _note_unit(state, unit)
    for person in people.values():
        if person.code:
            state.person_codes[person.code] = person
        state.person_names[person.name].append(person)
    return state


def _meant(sheets: OrgSheet, codes: set[str], names: set[str]) -> Q:
    """Everybody the workbook names, and the present secretaries of leaders it names secretaries for."""
    meant = Q(code__in=codes) | Q(name__in=names)
    if sheets.secretaries:
        meant |= Q(serves__isnull=False)
    return meant


def _note_unit(state: State, unit: Unit) -> None:
    if unit.code:
        state.unit_codes[unit.code] = unit
    for name in dict.fromkeys(names_of(unit)):
        state.unit_names[name].append(unit)
