"""What the ladders ask of apps above them: the affair behind a task knows its class and its sponsor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fayol.commitments.models import Commitment


@dataclass(frozen=True, slots=True)
class Affair:
    """The class of the affair (即办, 一般, 专题, 重大, as its code) and the leader who sponsors it."""

    klass: str = ""
    sponsor_id: int | None = None


Ask = Callable[[Sequence[Commitment]], Mapping[int, Affair]]
"""By the key of the task; a constant number of queries."""

_sources: dict[str, Ask] = {}


def register_affairs(origin_type: str, ask: Ask) -> None:
    """For tasks whose origin is of this type. The same type replaces the former."""
    _sources[origin_type] = ask


def affairs_of(rows: Sequence[Commitment]) -> dict[int, Affair]:
    found: dict[int, Affair] = {}
    for origin_type, ask in _sources.items():
        if asked := [row for row in rows if row.origin_type == origin_type]:
            found.update(ask(asked))
    return found
