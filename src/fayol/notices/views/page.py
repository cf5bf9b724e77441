"""The page of one notice, and the files that go with it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fayol.channels.actions import mark_seen
from fayol.files.store import download
from fayol.kernel.errors import Refused, Stale
from fayol.notices import access, actions
from fayol.notices.models import Notice
from fayol.notices.sheet import Sheet
from fayol.notices.states import Status
from fayol.web.http import Request, person_required

PAGE = "notices/page.html"


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    """Looking is 已读 when the addressee looks, and nothing when anybody else does. `?change=<receipt>` opens an answer
    that was given before."""
    notice = access.notice_for(request.person, pk, request.now)
    _read(request, notice)
    mark_seen(request.person, "notice", notice.pk, now=request.now, link=request.path)
    given = request.GET.get("change", "")
    return page(request, notice, changing=int(given) if given.isdecimal() else 0)


def _read(request: Request, notice: Notice) -> None:
    """A race or a withdrawal in between is no reason not to show the page."""
    if notice.status != Status.SENT or request.method != "GET":
        return
    own = notice.receipts.filter(person=request.person, read_at__isnull=True).first()
    if own is not None:
        try:
            actions.open_(own, by=request.actor, now=request.now)
        except (Refused, Stale):
            return


def page(request: Request, notice: Notice, **more: Any) -> HttpResponse:
    return render(request, PAGE, {"sheet": Sheet(notice, request.person, request.now, **more)})


def url_of(notice: Notice) -> str:
    return reverse("notices:page", args=[notice.pk])


@require_safe
@person_required
def attachment(request: Request, pk: int) -> HttpResponseBase:
    return download(access.file_for(request.person, pk, request.now).file)
