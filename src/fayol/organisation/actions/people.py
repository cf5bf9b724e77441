"""People, what leaders are in charge of, and who takes in their papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from fayol.facts.journal import record, record_many
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation import access
from fayol.organisation.actions.posts import end_all_posts
from fayol.organisation.actions.shared import change, check_version, lock_structure, locked
from fayol.organisation.actor import Actor
from fayol.organisation.models import Charge, Person, Secretaryship, Unit
from fayol.organisation.naming import grams_of, initials_of, pinyin_of
from fayol.organisation.queries import active_posts
from fayol.organisation.states import PostRole

OWN_FIELDS = frozenset({"mobile", "email"})
_NOT_TOLD = frozenset({"pinyin", "initials", "grams"})


@dataclass(frozen=True)
class PersonFields:
    """What is known of a person. `code` is the staff number (工号)."""

    name: str
    code: str = ""
    mobile: str = ""
    email: str = ""
    active: bool = True

    def cleaned(self) -> PersonFields:
        return PersonFields(
            "".join(self.name.split()) if not self.name.isascii() else " ".join(self.name.split()),
            self.code.strip(),
            self.mobile.strip(),
            self.email.strip(),
            self.active,
        )

    def columns(self) -> dict[str, object]:
        return {
            **asdict(self),
            "pinyin": pinyin_of(self.name, person=True),
            "initials": initials_of(self.name, person=True),
            "grams": grams_of([self.name], person=True),
        }


@transaction.atomic
def create_person(*, fields: PersonFields, by: Actor, now: datetime) -> Person:
    """Somebody new, without a post yet. Two people may have one name; a staff number belongs to one."""
    access.require(access.can_edit(by.person), by)
    lock_structure()  # one staff number must not be given twice at the same moment
    fields = fields.cleaned()
    _check(fields, but=None)
    person = Person.objects.create(**fields.columns())
    record("person", person.pk, "person.created", by=by, now=now, data={"name": person.name, "code": person.code})
    return person


@transaction.atomic
def update_person(
    person: Person, *, fields: PersonFields, by: Actor, now: datetime, expect: int | None = None
) -> Person:
    """One's own telephone and mail address anybody may change, all else the office.

    Setting somebody inactive ends their posts and closes their sign-in.
    """
    lock_structure()
    person = locked(person)
    check_version(person, expect)
    fields = fields.cleaned()
    _check(fields, but=person)
    was_active = person.active
    changed = change(person, fields.columns())
    own = by.person is not None and by.person.pk == person.pk and set(changed) <= OWN_FIELDS
    access.require(own or access.can_edit(by.person), by)
    if not changed:
        return person
    person.version += 1
    person.save()
    told = {name: both for name, both in changed.items() if name not in _NOT_TOLD}
    record("person", person.pk, "person.updated", by=by, now=now, data={"changed": told})
    if was_active and not person.active:
        _leave(person, by, now)
    elif person.active and not was_active and person.account:
        person.account.is_active = True
        person.account.save(update_fields=["is_active"])
    return person


@transaction.atomic
def set_charges(leader: Person, *, units: Sequence[Unit], by: Actor, now: datetime) -> None:
    """分管: exactly these units, in this order. Refused for somebody who is not in the leaders' row."""
    access.require(access.can_edit(by.person), by)
    leader = locked(leader)
    if units and not active_posts().filter(person=leader, role=PostRole.LEADER).exists():
        raise Refused("not_a_leader", _("{name}不在领导班子中，不能设置分管单位。"), field="units", name=leader.name)
    closed = next((unit for unit in units if not unit.active), None)
    if closed:
        raise Refused("unit_closed", _("{unit}已经撤销。"), field="units", unit=closed.name)
    keys = list(dict.fromkeys(unit.pk for unit in units))
    before = list(Charge.objects.filter(leader=leader).values_list("unit_id", flat=True))
    if keys == before:
        return
    Charge.objects.filter(leader=leader).delete()
    Charge.objects.bulk_create(Charge(leader=leader, unit_id=pk, order=i) for i, pk in enumerate(keys, start=1))
    record("person", leader.pk, "person.updated", by=by, now=now, data={"changed": {"charges": [before, keys]}})
    touched = sorted(set(before) ^ set(keys))
    told = [(pk, "unit.roster_changed", {"charge": leader.pk, "now": pk in keys}) for pk in touched]
    record_many("unit", told, by=by, now=now)


@transaction.atomic
def set_secretaries(leader: Person, *, secretaries: Sequence[Person], by: Actor, now: datetime) -> None:
    """代收人: exactly these people, in this order. The leader may name them, too. Nobody is their own secretary."""
    own = by.person is not None and by.person.pk == leader.pk
    access.require(own or access.can_edit(by.person), by)
    leader = locked(leader)
    if any(person.pk == leader.pk for person in secretaries):
        raise Refused("own_secretary", _("代收人不能是本人。"), field="secretaries")
    gone = next((person for person in secretaries if not person.active), None)
    if gone:
        raise Refused("person_inactive", _("{name}已离职，请另选。"), field="secretaries", name=gone.name)
    keys = list(dict.fromkeys(person.pk for person in secretaries))
    before = list(Secretaryship.objects.filter(leader=leader).values_list("secretary_id", flat=True))
    if keys == before:
        return
    Secretaryship.objects.filter(leader=leader).delete()
    rows = [Secretaryship(leader=leader, secretary_id=pk, order=i) for i, pk in enumerate(keys, start=1)]
    Secretaryship.objects.bulk_create(rows)
    record("person", leader.pk, "person.updated", by=by, now=now, data={"changed": {"secretaries": [before, keys]}})


def _leave(person: Person, by: Actor, now: datetime) -> None:
    end_all_posts(person, by=by, now=now)
    Secretaryship.objects.filter(secretary=person).delete()
    Charge.objects.filter(leader=person).delete()
    if person.account:
        person.account.is_active = False
        person.account.save(update_fields=["is_active"])
    record("person", person.pk, "person.availability_changed", by=by, now=now, data={"what": "left"})


def _check(fields: PersonFields, *, but: Person | None) -> None:
    if not fields.name:
        raise Refused("no_name", _("请填写姓名。"), field="name")
    for name, most in (("name", 60), ("code", 40), ("mobile", 30)):
        if len(getattr(fields, name)) > most:
            raise Refused("too_long", _("最多{most}个字，请缩短。"), field=name, most=most)
    if fields.email:
        try:
            validate_email(fields.email)
        except ValidationError:
            raise Refused(
                "email", _("邮箱“{email}”的写法不对，例如 name@example.cn。"), field="email", email=fields.email
            ) from None
    others = Person.objects.exclude(pk=but.pk if but else 0)
    taken = others.filter(code=fields.code).first() if fields.code else None
    if taken:
        raise Refused(
            "code_taken", _("工号{number}已由{name}使用。"), field="code", number=fields.code, name=taken.name
        )
