"""In whose name somebody may act on a promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fayol.commitments.access import standing_of
from fayol.commitments.models import Commitment
from fayol.commitments.states import Side
from fayol.organisation.models import Person
from fayol.organisation.queries import leaders_served_by


@dataclass(frozen=True)
class Voice:
    """The own name (None) or that of a principal, and the sides on which it counts."""

    principal: Person | None
    sides: frozenset[Side]


def voices_of(person: Person, row: Commitment, now: datetime) -> list[Voice]:
    """The own name first, then principals whose deputy the person is now, then leaders whose secretary it is.

    Empty for a mere reader. A side on which the person stands by own right is not listed under a principal too.
    """
    found: dict[int, tuple[Person | None, set[Side]]] = {}
    for side, principal in standing_of(person, row, now).behalf.items():
        found.setdefault(principal.pk if principal else 0, (principal, set()))[1].add(side)
    for leader in leaders_served_by(person):
        own = {side for side, principal in standing_of(leader, row, now).behalf.items() if principal is None}
        if own and leader.pk not in found:
            found[leader.pk] = (leader, own)
    ordered = sorted(found.items(), key=lambda item: item[0] != 0)
    return [Voice(principal, frozenset(sides)) for _key, (principal, sides) in ordered]
