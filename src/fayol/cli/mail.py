"""`fayol mail-in`: replies by mail, piped by the mail server or fetched from a mailbox."""

from __future__ import annotations

import sys

import click

from fayol.cli.house import in_the_house

TRY_AGAIN = 75  # EX_TEMPFAIL: the mail server keeps the letter and pipes it again


@click.command()
@click.option("--fetch", is_flag=True, help="Look into the mailbox of FAYOL_MAIL_IN instead of reading a letter.")
@in_the_house
def mail_in(fetch: bool) -> None:
    """Take one letter from standard input, as the mail server pipes it.

    Prints what became of it. Whatever the letter is, it is kept and the exit code is 0; 75 when it could not be kept,
    so that the server tries again.
    """
    from django.db import DatabaseError
    from django.utils import timezone

    from fayol.answers.actions import take_in

    if fetch:
        _fetch()
        return
    try:
        row = take_in(sys.stdin.buffer.read(), now=timezone.localtime())
    except (DatabaseError, OSError) as error:
        click.echo(f"The letter could not be kept: {str(error).strip()}", err=True)
        sys.exit(TRY_AGAIN)
    click.echo(f"{row.outcome}: {row.reason or row.pk}")


def _fetch() -> None:
    from django.utils import timezone

    from fayol.answers.mailbox import NotReached, fetch

    try:
        click.echo(f"{fetch(now=timezone.localtime())} letters")
    except NotReached as error:
        raise click.ClickException(f"{error.reason} {error.detail}".strip()) from error
