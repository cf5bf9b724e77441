"""What other apps show on a department's card: recent dealings, figures. They register; this app knows no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fayol.organisation.models import Person, Unit


@dataclass(frozen=True)
class CardRow:
    """One line: what, a smaller remark, when, and where a click leads."""

    title: str
    url: str = ""
    sub: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Card:
    name: str
    title: str
    rows: list[CardRow]


Provider = Callable[[Unit, Person, datetime], list[CardRow]]
_providers: dict[str, tuple[str, Provider]] = {}


def register(name: str, provider: Provider, *, title: str = "近期往来") -> None:
    """`provider(unit, viewer, now)` returns what the viewer may see, newest first, a handful; it must be cheap.

    A later registration of the same name replaces the former. `title` is a Chinese message id.
    """
    _providers[name] = (title, provider)


def unregister(name: str) -> None:
    _providers.pop(name, None)


def cards_for(unit: Unit, viewer: Person, now: datetime) -> list[Card]:
    """Every registered card, also when it has no rows: that there were no dealings is worth knowing."""
    return [Card(name, title, provider(unit, viewer, now)) for name, (title, provider) in _providers.items()]
