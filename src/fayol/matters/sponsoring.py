"""What the ladders ask of a matter: its class, and the leader who sponsors it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fayol.commitments.models import Commitment
from fayol.ladders.registry import Affair, register_affairs
from fayol.matters.models import Matter


def register() -> None:
    register_affairs("matter", affairs_of)


def affairs_of(rows: Sequence[Commitment]) -> Mapping[int, Affair]:
    """By the key of the task; one query."""
    asked = Matter.objects.filter(pk__in={row.origin_id for row in rows if row.origin_id})
    found = {pk: Affair(klass, sponsor) for pk, klass, sponsor in asked.values_list("pk", "klass", "sponsor_id")}
    return {row.pk: found[row.origin_id] for row in rows if row.origin_id in found}
