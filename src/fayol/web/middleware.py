"""What every request carries: one instant, the person behind the account, and the actor it acts as."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from fayol.organisation.actor import Actor
from fayol.organisation.queries import person_of
from fayol.organisation.remembering import remembering
from fayol.web import clock

SAFE = ("GET", "HEAD")
log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponseBase]


class DeskMiddleware:
    """Sets `request.now` (aware, local, read once), `request.person` (None when nobody is signed in or the account
    stands for no active person) and `request.actor`."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with clock.at(clock.read()) as now:
            try:
                person = person_of(request.user)
            except OperationalError as error:
                return _away(error)
            vars(request).update(now=now, person=person, actor=Actor(person))
            with remembering(person if request.method in SAFE else None):
                response = self.get_response(request)
        patch_vary_headers(response, ("HX-Request", "Cookie"))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _away(error) if isinstance(error, OperationalError) else None


def _away(error: OperationalError) -> HttpResponse:
    """The database being away is maintenance to people, not a fault of their page."""
    log.error("the database does not answer: %s", error)
    page = HttpResponse(render_to_string("web/maintenance.html"), status=503)
    page["Retry-After"] = "60"
    return page
