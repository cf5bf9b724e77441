"""Between the database and the workbook that people fill in."""

from __future__ import annotations

from collections import Counter

from fayol.organisation.importing.rows import (
    ChargeRow,
    OrgSheet,
    PersonRow,
    PostRow,
    SecretaryRow,
    UnitRow,
)
from fayol.organisation.models import Charge, Person, Secretaryship, Unit
from fayol.organisation.queries import active_posts, names_of
from fayol.reading.org_sheet import read_org, write_org


def read_workbook(data: bytes, *, name: str) -> OrgSheet:
    """Rows and what the cells themselves show to be wrong; `preview` checks the rest against what exists."""
    return read_org(data, name=name, complete=False)


def export() -> bytes:
    """The whole organisation as the workbook that, imported again, changes nothing."""
    return write_org(as_sheet())


def as_sheet() -> OrgSheet:
    units = list(Unit.objects.order_by("path"))
    people = list(Person.objects.order_by("id"))
    posts = list(active_posts().order_by("unit__path", "order", "id"))
    unit_refs, person_refs = _unit_refs(units), {person.pk: person.code or person.name for person in people}
    names = {person.pk: person.name for person in people}
    several = {pk for pk, times in Counter(post.person_id for post in posts).items() if times > 1}
    return OrgSheet(
        units=tuple(_unit_row(i, unit, unit_refs) for i, unit in enumerate(units, start=2)),
        people=tuple(
            PersonRow(i, person.name, person.code, person.mobile, person.email, person.active)
            for i, person in enumerate(people, start=2)
        ),
        posts=tuple(
            PostRow(
                row=i,
                person=person_refs[post.person_id],
                unit=unit_refs[post.unit_id],
                title=post.title,
                role=post.role,
                order=post.order,
                primary=post.primary or None if post.person_id in several else None,
                name=names[post.person_id],
            )
            for i, post in enumerate(posts, start=2)
        ),
        charges=tuple(
            ChargeRow(i, person_refs[row.leader_id], unit_refs[row.unit_id], row.order)
            for i, row in enumerate(Charge.objects.order_by("leader_id", "order"), start=2)
        ),
        secretaries=tuple(
            SecretaryRow(i, person_refs[row.leader_id], person_refs[row.secretary_id], row.order)
            for i, row in enumerate(Secretaryship.objects.order_by("leader_id", "order"), start=2)
        ),
    )


def _unit_refs(units: list[Unit]) -> dict[int, str]:
    """The name by which people know each unit where it is the only one of that name, else its code."""
    times = Counter(name for unit in units for name in set(names_of(unit)))
    codes = {unit.code for unit in units}
    return {
        unit.pk: unit.name if times[unit.name] == 1 and unit.name not in codes else unit.code or unit.official_name
        for unit in units
    }


def _unit_row(row: int, unit: Unit, refs: dict[int, str]) -> UnitRow:
    return UnitRow(
        row=row,
        official_name=unit.official_name,
        code=unit.code,
        short_name=unit.short_name,
        aliases=tuple(unit.aliases),
        parent=refs[unit.parent_id] if unit.parent_id else "",
        kind=unit.kind,
        order=unit.order,
        duties=unit.duties,
        is_office=unit.is_office,
        active=unit.active,
    )
