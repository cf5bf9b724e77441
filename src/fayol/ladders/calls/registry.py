"""Who else waits for a result: apps above (the plan of a matter) know, and say so here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Waiting = Callable[[Sequence[int]], Mapping[int, Sequence[str]]]
"""For tasks by key: the names of the units whose work cannot go on without them. One query however many."""

_sources: dict[str, Waiting] = {}


def register_waiting(name: str, source: Waiting) -> None:
    """The same name replaces the former."""
    _sources[name] = source


def waiting_for(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, dict[str, None]] = {}
    for source in _sources.values():
        for pk, names in source(ids).items():
            found.setdefault(pk, {}).update(dict.fromkeys(names))
    return {pk: tuple(names) for pk, names in found.items()}
