"""Comparing recurring duties with their facts."""

from __future__ import annotations

from collections.abc import Iterator

from fayol.facts.registry import register_auditor
from fayol.facts.replay import differing, each, replayed
from fayol.matters.recurring.actions import values_of
from fayol.matters.recurring.models import Recurrence


def register() -> None:
    register_auditor("recurrence", audit)


def audit() -> Iterator[str]:
    """One sentence for each duty that is not what its facts make of it."""
    for row, facts in each("recurrence", Recurrence.objects.all()):
        yield from differing(f"recurrence:{row.pk}“{row.title}”", replayed(facts), values_of(row))
