"""Who may look at the ladders of everybody, mute one, change their policy."""

from __future__ import annotations

from datetime import datetime

from fayol.commitments.access import standing_of
from fayol.commitments.models import Commitment
from fayol.commitments.states import Side
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator


def can_edit_policies(person: Person | None) -> bool:
    """The coordinating office."""
    return is_coordinator(person)


def can_mute(person: Person, row: Commitment, now: datetime) -> bool:
    """Whoever asked, and the coordinating office; never the one who is chased."""
    if row.holder_id == person.pk:
        return False
    return is_coordinator(person) or Side.REQUESTER in standing_of(person, row, now).sides
