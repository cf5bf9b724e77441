"""Sign-ins, and the three kinds of administrator."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation import access
from fayol.organisation.actions.shared import lock_structure, locked
from fayol.organisation.actor import Actor
from fayol.organisation.models import Account, Person
from fayol.organisation.states import AdminRole


@transaction.atomic
def create_account(person: Person, *, username: str, password: str, by: Actor, now: datetime) -> Account:
    """A sign-in for the person. Refused when there is one, the name is taken, or the password is weak."""
    access.require(access.can_edit(by.person), by)
    lock_structure()  # one name must not be given twice at the same moment
    person = locked(person)
    username = username.strip()
    _check(person, username)
    account = Account(username=username, email=person.email, is_active=person.active)
    try:
        Account.username_validator(username)
        validate_password(password, user=account)
    except ValidationError as error:
        raise Refused("weak", _("账号或密码不合要求：{why}"), field="password", why="".join(error.messages)) from None
    account.set_password(password)
    account.date_joined = now
    account.save()
    _attach(person, account, by, now)
    return account


@transaction.atomic
def link_account(person: Person, *, account: Account, by: Actor, now: datetime) -> Person:
    """Give an existing sign-in (say from single sign-on) to the person. Refused when either already has the other."""
    access.require(access.can_edit(by.person), by)
    person = locked(person)
    if person.account_id == account.pk:
        return person
    _check(person, "")
    holder = Person.objects.filter(account=account).first()
    if holder:
        raise Refused("account_taken", _("账号{username}已属于{name}。"), username=account.username, name=holder.name)
    _attach(person, account, by, now)
    return person


@transaction.atomic
def set_admin_role(person: Person, *, role: str, by: Actor, now: datetime) -> Person:
    """System, security or audit administrator. Nobody changes their own role."""
    if by.person is not None and by.person.pk == person.pk:
        raise Refused("own_role", _("不能给自己设置管理角色。"), field="admin_role")
    access.require(access.can_give_admin_roles(by.person), by)
    if role not in set(AdminRole):
        raise Refused("role", _("没有“{role}”这种管理角色。"), field="admin_role", role=role)
    person = locked(person)
    before, person.admin_role = person.admin_role, role
    if before != role:
        person.version += 1
        person.save(update_fields=["admin_role", "version"])
        record("person", person.pk, "person.updated", by=by, now=now, data={"changed": {"admin_role": [before, role]}})
    return person


def _check(person: Person, username: str) -> None:
    if person.account_id is not None:
        raise Refused("has_account", _("{name}已有登录账号。"), name=person.name)
    if not person.active:
        raise Refused("person_inactive", _("{name}已离职，请另选。"), name=person.name)
    if username and Account.objects.filter(username__iexact=username).exists():
        raise Refused("username_taken", _("账号{username}已被使用，请换一个。"), field="username", username=username)


def _attach(person: Person, account: Account, by: Actor, now: datetime) -> None:
    person.account, person.version = account, person.version + 1
    person.save(update_fields=["account", "version"])
    record("person", person.pk, "person.updated", by=by, now=now, data={"account": account.username})
