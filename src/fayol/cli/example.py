"""The example organisation in the database of a demo."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import click


def load_once() -> bool:
    """Whether it was loaded now. Refuses to mix with an organisation that is not the example."""
    from django.db import transaction
    from django.utils import timezone

    from fayol.organisation.models import Account, Unit

    example = import_module("fayol.organisation.example")
    if Unit.objects.exists():
        if not Account.objects.filter(username=example.SIGN_INS[0][0]).exists():
            raise click.ClickException(
                "This database holds an organisation of its own, and a demo lets anybody step into any sign-in. "
                "Give the demo another place: FAYOL_HOME=/some/empty/folder fayol demo."
            )
        return False
    now = timezone.now()
    with transaction.atomic():
        example.load_example(now)
        if find_spec("fayol.web.example"):
            import_module("fayol.web.example").load(now)
    return True


def sign_in_lines() -> list[str]:
    """Who one may step into: name, unit, part, and what to type."""
    example = import_module("fayol.organisation.example")
    password = getattr(example, "PASSWORD", "")
    lines = [f"  {account:<14} {name}　{unit}　{role}" for account, name, unit, role in example.SIGN_INS]
    return [f"Sign in as any of these (password: {password}), or click one on the sign-in page:", *lines]
