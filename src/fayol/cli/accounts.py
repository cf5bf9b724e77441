"""`fayol account` and `fayol createadmin`: sign-ins from the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from fayol.cli.house import in_the_house, require_migrated

if TYPE_CHECKING:
    from fayol.organisation.models import Account, Person

password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.command()
@click.argument("name")
@click.option("--username", help="What the person types to sign in; needed for the first sign-in.")
@password_stdin
@in_the_house
def account(name: str, username: str | None, password_stdin: bool) -> None:
    """Give the person NAME (name or username) a sign-in, or a new password."""
    require_migrated()
    from django.utils import timezone

    from fayol.organisation.actions.accounts import create_account
    from fayol.organisation.actor import SYSTEM
    from fayol.organisation.models import Account

    existing = Account.objects.filter(username=name).first()
    person = None if existing else _person(name)
    existing = existing or (person.account if person else None)
    if existing is None and not username:
        raise click.ClickException(f"{name} has no sign-in yet; say what to type: --username.")
    password = _password(password_stdin)
    if existing is not None:
        _set_password(existing, password)
        click.echo(f"{existing.username} has a new password; open sessions are closed.")
        return
    assert person is not None
    assert username is not None
    create_account(person, username=username, password=password, by=SYSTEM, now=timezone.now())
    click.echo(f"{person.name} may sign in as {username}.")


@click.command()
@click.argument("name")
@click.option("--username", required=True, help="What the person types to sign in.")
@password_stdin
@in_the_house
def createadmin(name: str, username: str, password_stdin: bool) -> None:
    """Make the first administrator of a new installation: the person NAME with a sign-in, who may arrange the rest."""
    require_migrated()
    from django.db import transaction
    from django.utils import timezone

    from fayol.organisation.actions.accounts import create_account, set_admin_role
    from fayol.organisation.actions.people import PersonFields, create_person
    from fayol.organisation.actor import SYSTEM
    from fayol.organisation.models import Person

    now = timezone.now()
    password = _password(password_stdin)
    with transaction.atomic():
        person = Person.objects.filter(name=name, active=True).first()
        person = person or create_person(fields=PersonFields(name=name), by=SYSTEM, now=now)
        create_account(person, username=username, password=password, by=SYSTEM, now=now)
        set_admin_role(person, role="system", by=SYSTEM, now=now)
    click.echo(f"{name} may sign in as {username} and arrange the organisation.")


def _person(name: str) -> Person:
    from fayol.organisation.models import Person

    found = list(Person.objects.select_related("account").filter(name=name, active=True)[:2])
    if not found:
        raise click.ClickException(f"Nobody here is called {name}.")
    if len(found) > 1:
        raise click.ClickException(f"Several people are called {name}; use the username, or the pages.")
    return found[0]


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("Standard input held no password.")
    return password


def _set_password(account: Account, password: str) -> None:
    """Sessions carry a hash of the password, so that they end by themselves."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password, user=account)
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from None
    account.set_password(password)
    account.save(update_fields=["password"])
