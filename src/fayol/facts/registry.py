"""Who wants to hear of which facts, and who can replay them. Apps register in `AppConfig.ready()`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fayol.facts.models import Fact

Handler = Callable[[list["Fact"]], None]
Auditor = Callable[[], Iterable[str]]

_handlers: dict[str, list[Handler]] = defaultdict(list)
_auditors: dict[str, Auditor] = {}


def subscribe(pattern: str, handler: Handler) -> None:
    """`pattern` is a verb ("commitment.promised") or a family ("commitment.*").

    The handler runs inside the transaction that recorded, once for each call, with all facts of that call
    that match; what it raises undoes the act.
    """
    if handler not in _handlers[pattern]:
        _handlers[pattern].append(handler)


def register_auditor(name: str, auditor: Auditor) -> None:
    """`auditor` compares an app's rows with their replayed facts and yields one sentence for each difference."""
    _auditors[name] = auditor


def auditors() -> dict[str, Auditor]:
    return dict(_auditors)


def announce(facts: Sequence[Fact]) -> None:
    by_verb: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_verb[fact.verb].append(fact)
    wanted: dict[Handler, list[Fact]] = {}
    for verb, group in by_verb.items():
        for handler in [*_handlers[verb], *_handlers[verb.split(".", 1)[0] + ".*"]]:
            wanted.setdefault(handler, []).extend(group)
    for handler, group in wanted.items():
        handler(group)
