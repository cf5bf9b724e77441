"""Kept lists of people, to be addressed again and again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from fayol.facts.journal import record
from fayol.facts.locking import locked
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices.access import may_issue_for
from fayol.notices.models import Group
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Unit


@transaction.atomic
def make_group(name: str, *, unit: Unit, people: Sequence[Person], by: Actor, now: datetime) -> Group:
    """Refused to who may not issue in the unit's name, without a name or people, and for a name that is taken."""
    _check(unit, name, people, by)
    row = Group.objects.create(name=name.strip()[:60], unit=unit)
    row.people.set(people)
    record("group", row.pk, "group.made", by=by, now=now, data=_data(row, people))
    return row


@transaction.atomic
def change_group(
    group: Group, *, name: str, people: Sequence[Person], by: Actor, now: datetime, expect: int | None = None
) -> Group:
    """What has been sent to it stays as it was sent."""
    row = locked(group, expect=expect)
    _check(row.unit, name, people, by, but=row)
    row.name = name.strip()[:60]
    row.version += 1
    row.save()
    row.people.set(people)
    record("group", row.pk, "group.changed", by=by, now=now, data=_data(row, people))
    return row


@transaction.atomic
def retire_group(group: Group, *, by: Actor, now: datetime, expect: int | None = None) -> Group:
    """No longer offered. Drafts that name it reach nobody through it."""
    row = locked(group, expect=expect)
    if by.person is None or not may_issue_for(by.person, row.unit):
        raise Refused("not_yours", _("这份名单由所属部门维护。"))
    row.active = False
    row.version += 1
    row.save()
    record("group", row.pk, "group.retired", by=by, now=now)
    return row


def _check(unit: Unit, name: str, people: Sequence[Person], by: Actor, but: Group | None = None) -> None:
    if by.person is None or not may_issue_for(by.person, unit):
        raise Refused("not_yours", _("这份名单由所属部门维护。"), field="unit")
    if not name.strip():
        raise Refused("name", _("请给名单起个名字。"), field="name")
    if not people:
        raise Refused("people", _("请写上名单里的人。"), field="people")
    others = Group.objects.filter(unit=unit, name=name.strip()[:60], active=True)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Refused("taken", _("本部门已有同名的名单，请换个名字。"), field="name")


def _data(row: Group, people: Sequence[Person]) -> dict[str, object]:
    return {"name": row.name, "unit": row.unit_id, "people": sorted(person.pk for person in people)}
