"""Who waits for a result in a plan: told to the office's call list, which lies below matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fayol.commitments.states import CLOSED
from fayol.ladders.calls.registry import register_waiting
from fayol.matters.plan.models import Dependency


def register() -> None:
    register_waiting("plan", downstream)


def downstream(ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The units whose open tasks need what these make and have not got it yet; one query."""
    waiting = Dependency.objects.filter(before__in=ids, arrived_at__isnull=True).exclude(after__state__in=CLOSED)
    names: dict[int, list[str]] = {}
    found = waiting.order_by("before_id", "id").values_list(
        "before_id", "after__performer_unit__short_name", "after__performer_unit__official_name"
    )
    for pk, short, official in found:
        names.setdefault(pk, []).append(short or official)
    return names
