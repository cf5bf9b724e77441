"""Pages for when something went wrong: what happened, what was kept, what to do."""

from __future__ import annotations

import logging
import secrets

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from fayol.web import clock
from fayol.web.http import too_large

log = logging.getLogger("fayol.web.errors")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return too_large(request)
    return render(request, "web/400.html", status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Also for what is there but not for this person: absent and forbidden look the same."""
    return render(request, "web/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says a number under which the log holds the trace. Uses neither the database nor the session: they may be it."""
    import sys

    error = sys.exc_info()[1]
    if isinstance(error, OperationalError):
        return HttpResponse(render_to_string("web/maintenance.html"), status=503, headers={"Retry-After": "60"})
    number = f"HQ-{clock.read():%m%d-%H%M}-{secrets.token_hex(2).upper()}"
    log.error("%s %s %s", number, request.method, request.path, exc_info=error)
    return HttpResponse(render_to_string("web/500.html", {"number": number, "path": request.path}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if getattr(request, "upload_too_large", False):
        return too_large(request)
    return render(request, "web/csrf.html", status=403)
