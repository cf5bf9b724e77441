"""One box for people, units, matters and commitments. Apps add their finder in a module called `shell`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fayol.kernel.text import gettext_noop as _
from fayol.organisation import queries
from fayol.organisation.models import Person
from fayol.web.http import Request, person_required

MOST = 8
"""Hits shown of each kind."""

LONGEST = 100
"""Characters of a search that are looked at."""


@dataclass(frozen=True)
class Hit:
    title: str
    sub: str
    url: str
    icon: str


Finder = Callable[[Person, str, datetime], list[Hit]]


@dataclass(frozen=True)
class Group:
    title: str
    hits: list[Hit]


_finders: dict[str, tuple[str, Finder]] = {}


def register(name: str, title: str, finder: Finder) -> None:
    """`finder(person, text, now)` gives what this person may see, best first, cheaply: it runs on every search.

    `title` heads the group (a Chinese message id). A later registration with the same name replaces the former.
    """
    _finders[name] = (title, finder)


def search(person: Person, text: str, now: datetime) -> list[Group]:
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]
    if not text:
        return []
    groups = [Group(title, finder(person, text, now)[:MOST]) for title, finder in _finders.values()]
    return [group for group in groups if group.hits]


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    text = request.GET.get("q", "")
    groups = search(request.person, text, request.now)
    return render(request, "web/search.html", {"q": text, "groups": groups, "total": sum(len(g.hits) for g in groups)})


def _people(person: Person, text: str, now: datetime) -> list[Hit]:
    found = queries.find_people(text, limit=MOST)
    posts = queries.primary_posts([p.pk for p in found])
    return [Hit(p.name, _introduced(posts.get(p.pk)), f"/organisation/people/{p.pk}/", "user") for p in found]


def _introduced(post: object) -> str:
    unit, title = getattr(post, "unit", None), getattr(post, "title", "")
    return f"{unit.name} {title}".strip() if unit else ""


def _units(person: Person, text: str, now: datetime) -> list[Hit]:
    found = queries.find_units(text, limit=MOST)
    return [Hit(u.name, _other_name(u), f"/organisation/units/{u.pk}/", "building") for u in found]


def _other_name(unit: object) -> str:
    official = getattr(unit, "official_name", "")
    return official if official != str(unit) else ""


register("people", _("人"), _people)
register("units", _("单位"), _units)
