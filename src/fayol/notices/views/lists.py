"""Notices in a list: those that came to somebody, those taken for others, those issued, drafts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fayol.kernel.text import gettext_noop as _
from fayol.notices import access, presenter, queries, queries_lists
from fayol.notices.models import Notice, Receipt
from fayol.notices.presenter_marks import mark_of, reply_of
from fayol.web.http import Page, Request, keyset, person_required

SIZE = 20
VIEWS = {"mine": _("发给我的"), "taken": _("我代收的"), "issued": _("我部门发出的"), "drafts": _("草稿")}

OVERSEEN = _("分管部门发出的")


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    """`?show=` one of the tabs. Those that can hold nothing for this person are left out."""
    writes = access.may_write(request.person)
    views = {key: words for key, words in VIEWS.items() if _is_for(request, key, writes)}
    if not writes and access.oversees_any(request.person):
        views["issued"] = OVERSEEN
    show = request.GET.get("show", "")
    show = show if show in views else "mine"
    context = {"show": show, "views": list(views.items()), "writes": writes, **_SOURCES[show](request)}
    return render(request, "notices/list.html", context)


def _is_for(request: Request, key: str, writes: bool) -> bool:
    if key == "taken":
        return queries_lists.serves_anybody(request.person, request.now)
    return key == "mine" or writes


def _mine(request: Request) -> dict[str, Any]:
    rows = queries_lists.received_by(request.person)
    return _receipts(request, keyset(rows, ["-notice_id"], request.GET.get("at", ""), SIZE))


def _taken(request: Request) -> dict[str, Any]:
    rows = queries_lists.taken_by(request.person, request.now)
    return _receipts(request, keyset(rows, ["-notice_id", "-id"], request.GET.get("at", ""), SIZE))


def _receipts(request: Request, page: Page[Receipt]) -> dict[str, Any]:
    rows = [(row, mark_of(row), reply_of(row), presenter.place_words(row.notice, request.now)) for row in page.rows]
    return {"page": page, "receipts": rows}


def _issued(request: Request) -> dict[str, Any]:
    rows = queries_lists.issued_rows(request.person, request.now)
    return _notices(request, keyset(rows, ["-sent_at"], request.GET.get("at", ""), SIZE))


def _drafts(request: Request) -> dict[str, Any]:
    rows = queries_lists.drafts_of(request.person, request.now)
    return _notices(request, keyset(rows, ["-id"], request.GET.get("at", ""), SIZE))


def _notices(request: Request, page: Page[Notice]) -> dict[str, Any]:
    tallies = queries.tallies_of(page.rows)
    rows = [
        (row, presenter.light_of(row, tallies[row.pk], request.now), presenter.reached_words(row, tallies[row.pk]),
         presenter.place_words(row, request.now))
        for row in page.rows
    ]  # fmt: skip
    return {"page": page, "notices": rows}


_SOURCES: dict[str, Callable[[Request], dict[str, Any]]] = {
    "mine": _mine,
    "taken": _taken,
    "issued": _issued,
    "drafts": _drafts,
}
