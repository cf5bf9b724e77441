"""What the frame around every page needs; read only when a template asks for it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fayol.matters.access import can_open
from fayol.organisation.access import can_edit
from fayol.organisation.models import Person, Post, Unit
from fayol.organisation.queries import posts_of
from fayol.organisation.states import POST_ROLE_WORDS, PostRole, UnitKind
from fayol.web import cast, nav, tour
from fayol.web.theme import theme_of

_NAME_KEPT = 300
"""Seconds for which the organisation's name is kept in the cache."""


class Shell:
    """The frame for one request. Partials never touch it, so they pay nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.person: Person | None = getattr(request, "person", None)
        self.theme = theme_of(request)
        self.demo = bool(settings.DEMO)

    @cached_property
    def _frame(self) -> nav.Frame:
        return nav.frame_for(self.person, path=self.request.path, now=self._now()) if self.person else nav.Frame([], 0)

    @property
    def links(self) -> list[nav.Link]:
        return self._frame.links

    @cached_property
    def tabs(self) -> list[nav.Link]:
        return nav.tabs_of(self.links)

    @property
    def unread(self) -> int:
        return self._frame.unread

    @cached_property
    def post(self) -> Post | None:
        return next(iter(posts_of(self.person)), None) if self.person else None

    @cached_property
    def standing(self) -> str:
        """What the person is, under the name: 总裁办 协调员."""
        if self.post is None:
            return ""
        return f"{self.post.unit.name} {self.post.title or _(POST_ROLE_WORDS[PostRole(self.post.role)])}"

    @cached_property
    def new_matter(self) -> bool:
        return self.person is not None and nav.exists("/matters/new/") and can_open(self.person)

    @cached_property
    def keeper(self) -> bool:
        return can_edit(self.person)

    @cached_property
    def organisation(self) -> str:
        return organisation_name()

    @cached_property
    def cast(self) -> list[tuple[str, list[cast.SignIn]]]:
        return cast.groups()

    @property
    def no_cast(self) -> bool:
        return not self.cast

    @cached_property
    def tour(self) -> tour.Stop | None:
        return tour.stop_for(self.request) if self.person else None

    def _now(self) -> Any:
        return vars(self.request)["now"]


def shell(request: HttpRequest) -> dict[str, object]:
    return {"shell": Shell(request), "now": getattr(request, "now", None)}


def organisation_name() -> str:
    """The name of the unit at the top of the tree; empty as long as there is none."""
    name: str | None = cache.get("organisation-name")
    if name is None:
        top = Unit.objects.filter(kind=UnitKind.ORGANISATION, active=True).order_by("path").first()
        name = top.official_name if top else ""
        cache.set("organisation-name", name, _NAME_KEPT)
    return name
