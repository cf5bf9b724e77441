"""Pieces that apps above put into the pages of apps below them. Registered in an app's `shell` module.

Places: "commitment.move" (in the bar of a promise, under its sentence), "commitment.main", "commitment.aside",
"matter.main", "matter.aside", "matter.menu", "workbench.aside", "unit.aside", "person.aside".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fayol.organisation.models import Person

Compose = Callable[[Person, Any, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Part:
    """`compose(person, subject, now)` gives the template's context, or None when there is nothing to show.

    The subject has been looked up through `access` already; what compose reads beyond it, it asks `access` for.
    The template renders one element with an id of its own and writes `hx-swap-oob="true"` into it when `oob` is set.
    """

    name: str
    template: str
    compose: Compose
    order: int


_parts: dict[str, dict[str, Part]] = {}


def register(place: str, name: str, template: str, compose: Compose, *, order: int = 50) -> None:
    """A later registration with the same place and name replaces the former."""
    _parts.setdefault(place, {})[name] = Part(name, template, compose, order)


def parts_of(place: str) -> list[Part]:
    return sorted(_parts.get(place, {}).values(), key=lambda part: (part.order, part.name))
