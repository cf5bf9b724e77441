"""fact → message: apps say which of their facts become a message, for whom, in which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation

from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.organisation.models import Person

if TYPE_CHECKING:
    from fayol.channels.models import Delivery


@dataclass(frozen=True, slots=True)
class Message:
    """Words for one person about one fact. `asks` when he is now expected to do something.

    `urgency` is that of the thing it is about (normal, document, urgent, flash); `chase` marks what a ladder sends.
    """

    fact: Fact
    person_id: int
    title: str
    body: str = ""
    link: str = ""
    asks: bool = False
    urgency: str = "normal"
    chase: bool = False


Composer = Callable[[list[Fact]], Iterable[Message]]
Readers = Callable[[Person, Collection[int], datetime], Collection[int]]
Related = Callable[[int], tuple[str, QuerySet[Any, Any]]]

_THING = re.compile(r"(/[a-z]+/)(\d{1,18})/")
_readers: dict[str, Readers] = {}
_related: dict[str, list[Related]] = {}


def register_messages(pattern: str, compose: Composer) -> None:
    """From now on the facts matching `pattern` are composed into messages and queued for their channels, in the same
    transaction. Whoever acted is not told of his own act."""
    subscribe(pattern, lambda facts: _compose(compose, facts))


def _compose(compose: Composer, facts: list[Fact]) -> None:
    """In the language of the house, whatever the one who acts has chosen for the own pages: words are kept as they are
    written, and others read them."""
    with translation.override(settings.LANGUAGE_CODE):
        deliver(compose(facts))


def deliver(messages: Iterable[Message]) -> None:
    """Queues the messages for the inbox and the best channel of each person; a constant number of queries."""
    from fayol.channels.queueing import queue

    queue([m for m in messages if m.person_id != m.fact.actor_id])


def register_readers(path: str, readers: Readers) -> None:
    """`readers(person, ids, now)`: which of the things at `path`<id>/ the person may see. The office's page of
    deliveries shows the words of a message only to those who may see where it leads."""
    _readers[path] = readers


def readable(person: Person, links: Collection[str], now: datetime) -> set[str]:
    """Those of the links that lead to something the person may see; one query for each kind of thing."""
    wanted: dict[str, dict[str, int]] = {}
    for link in links:
        found = _THING.match(link)
        if found and found[1] in _readers:
            wanted.setdefault(found[1], {})[link] = int(found[2])
    seen = {path: _readers[path](person, set(ids.values()), now) for path, ids in wanted.items()}
    return {link for path, ids in wanted.items() for link, pk in ids.items() if pk in seen[path]}


def register_related(subject_type: str, related: Related) -> None:
    """`related(pk)`: a further type of subject and a query for the ids of those whose messages are also about this
    one."""
    _related.setdefault(subject_type, []).append(related)


def related_to(subject_type: str, pk: int) -> list[tuple[str, QuerySet[Any, Any]]]:
    return [related(pk) for related in _related.get(subject_type, ())]


Settled = Callable[["list[Delivery]", datetime], None]
_settled: dict[str, Settled] = {}


def register_settled(subject_type: str, settled: Settled) -> None:
    """`settled(rows, now)` hears, in the same transaction, what became of a try to send messages about such subjects:
    the rows of one person by one channel, with their new status."""
    _settled[subject_type] = settled


def tell_settled(rows: list[Delivery], now: datetime) -> None:
    for subject_type in sorted({row.subject_type for row in rows} & _settled.keys()):
        _settled[subject_type]([row for row in rows if row.subject_type == subject_type], now)
