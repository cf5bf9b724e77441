"""How many calls are left, for the navigation. It is asked on every page, so it is remembered for a while."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache

from fayol.ladders.calls.queries import sheet_for
from fayol.organisation.models import Person

REMEMBERED = 120
"""Seconds."""


def calls_left(person: Person, now: datetime) -> int:
    found: int | None = cache.get(_key(person))
    if found is None:
        found = len(sheet_for(person, now).lines)
        remember(person, found)
    return found


def remember(person: Person, number: int) -> None:
    """What the list itself has just found."""
    cache.set(_key(person), number, REMEMBERED)


def forget(person: Person) -> None:
    cache.delete(_key(person))


def _key(person: Person) -> str:
    return f"calls-left:{person.pk}"
