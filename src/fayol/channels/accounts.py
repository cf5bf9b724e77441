"""Where people are reached on the platforms: accounts of their own, and the robots of the groups their units have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import Q

from fayol.channels.connections import EVERYBODY, Bots
from fayol.channels.contract import PART
from fayol.channels.models import Address
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import primary_posts

BY_MOBILE = "+"
"""Before a telephone number that stands for an account."""
_MOBILE = re.compile(r"1[3-9]\d{9}")


def accounts_of(platform: str, people: Sequence[Person]) -> dict[int, str]:
    rows = Address.objects.filter(platform=platform, person__in=[person.pk for person in people])
    return dict(rows.values_list("person_id", "value"))


def mobile_of(person: Person) -> str:
    """A mainland mobile number, digits only; empty when it is something else."""
    digits = re.sub(r"[\s\-()（）]|^(?:\+|00)86", "", person.mobile.strip())
    return digits if _MOBILE.fullmatch(digits) else ""


def group_addresses(bots: Bots, platform: str, people: Sequence[Person], *, by_mobile: bool) -> dict[int, str]:
    """The robot of the nearest unit upwards that has one, and whom it is to name there."""
    accounts, robots = accounts_of(platform, people), _robots_of(bots, people)
    found = {}
    for person in people:
        named = accounts.get(person.pk, "")
        if not named and by_mobile and (mobile := mobile_of(person)):
            named = BY_MOBILE + mobile
        if named and person.pk in robots:
            found[person.pk] = robots[person.pk] + PART + named
    return found


def _robots_of(bots: Bots, people: Sequence[Person]) -> dict[int, str]:
    names = [bot.unit for bot in bots.bots]
    house = EVERYBODY if EVERYBODY in names else ""
    found = {person.pk: house for person in people} if house else {}
    if names in ([], [EVERYBODY]):
        return found
    by_path = {}
    for unit in Unit.objects.filter(Q(code__in=names) | Q(short_name__in=names) | Q(official_name__in=names)):
        by_path[unit.path] = next(name for name in names if name in (unit.code, unit.short_name, unit.official_name))
    for person_id, post in primary_posts([person.pk for person in people]).items():
        above = [path for path in by_path if post.unit.path.startswith(path)]
        if above:
            found[person_id] = by_path[max(above, key=len)]
    return found
