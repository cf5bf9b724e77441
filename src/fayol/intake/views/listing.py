"""The list of documents taken in, and taking another one in."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.files.store import download as download_file
from fayol.files.store import name_and_bytes
from fayol.intake import queries
from fayol.intake.access import document_for, visible_to
from fayol.intake.actions import drop_document, take_in, take_in_again, take_in_text
from fayol.intake.example import NAME, annual_meeting
from fayol.intake.models import IntakeDocument
from fayol.intake.states import DOCUMENT_WORDS, DocumentStatus
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.queries import is_coordinator
from fayol.web.http import Problem, Request, answer, keyset, person_required

LONGEST_PASTE = 1_000_000
"""Characters; longer texts come as a file."""


class AlreadyTaken(Refused):
    def __init__(self, document: IntakeDocument) -> None:
        super().__init__("already_taken", _("这份内容已经导入过，没有再建一份。"))
        self.document = document


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def index(request: Request) -> HttpResponse:
    """GET the list and the form; POST a file or a pasted text."""
    if request.method != "POST":
        return _page(request)
    met: list[AlreadyTaken] = []

    def action() -> IntakeDocument:
        try:
            return _take(request)
        except AlreadyTaken as taken:
            met.append(taken)
            raise

    return answer(
        request,
        action,
        lambda document: reverse("intake:review", args=[document.pk]),
        again=lambda problem: _page(request, problem=problem, already=met[0].document if met else None),
        said=_found,
    )


def _found(document: IntakeDocument) -> str:
    count = document.drafts.count()
    if not count:
        return gettext("没有读出任务，可以从原文里选句子添加。")
    return gettext("读出%(n)d条任务，核对后交办。") % {"n": count}


def _take(request: Request) -> IntakeDocument:
    upload, text = request.FILES.get("file"), request.POST.get("text", "").strip()
    if upload and text:
        raise Refused("both", _("选了文件又粘贴了文字，请只留一样：清空文字，或不选文件。"), field="text")
    if len(text) > LONGEST_PASTE:
        sentence = _("粘贴的文字超过{most}字，请存成文件再上传。")
        raise Refused("too_long", sentence, field="text", most=LONGEST_PASTE)
    if upload is None:
        _refuse_known(request, text)
        return take_in_text(text, by=request.actor, now=request.now)
    name, data = name_and_bytes(upload)
    _refuse_same(request, hashlib.sha256(data).hexdigest())
    return take_in(data, name=name, by=request.actor, now=request.now)


def _refuse_known(request: Request, text: str) -> None:
    if text:
        _refuse_same(request, hashlib.sha256(text.encode()).hexdigest())


def _refuse_same(request: Request, sha256: str) -> None:
    if same := queries.same_content(request.person, sha256):
        raise AlreadyTaken(same)


def _page(request: Request, *, problem: Problem | None = None, already: IntakeDocument | None = None) -> HttpResponse:
    shown = visible_to(request.person).exclude(status=DocumentStatus.DROPPED)
    coordinator = is_coordinator(request.person)
    mine = coordinator and request.GET.get("whose") == "me"
    if mine:
        shown = shown.filter(uploaded_by=request.person)
    rows = shown.defer("text", "blocks", "warnings", "opening").select_related("uploaded_by", "matter")
    page = keyset(rows, ["-read_at"], request.GET.get("at", ""), size=20)
    counts = queries.counts_of(page.rows)
    given: dict[str, Any] = {
        "page": page,
        "documents": [(row, counts.get(row.pk, {}), DOCUMENT_WORDS[row.status]) for row in page.rows],
        "coordinator": coordinator,
        "mine": mine,
        "problem": problem,
        "already": already,
        "text": request.POST.get("text", ""),
        "most": settings.MAX_UPLOAD,
        "most_mb": settings.MAX_UPLOAD // (1024 * 1024),
        "longest": LONGEST_PASTE,
        "demo": settings.DEMO,
    }
    return render(request, "intake/index.html", given)


@require_POST
@person_required
def again(request: Request, pk: int) -> HttpResponse:
    """A second set of drafts from the same content, asked for on purpose."""
    document = document_for(request.person, pk)
    return answer(
        request,
        lambda: take_in_again(document, by=request.actor, now=request.now),
        lambda made: reverse("intake:review", args=[made.pk]),
        said=_found,
    )


@require_POST
@person_required
def example(request: Request) -> HttpResponse:
    """Demo only: the shipped document, for those who have none at hand."""
    if not settings.DEMO:
        raise Http404
    data = annual_meeting()
    known = queries.same_content(request.person, hashlib.sha256(data).hexdigest())
    return answer(
        request,
        lambda: known or take_in(data, name=NAME, by=request.actor, now=request.now),
        lambda document: reverse("intake:review", args=[document.pk]),
        said=lambda document: "" if known else _found(document),
    )


@require_POST
@person_required
def drop(request: Request, pk: int) -> HttpResponse:
    document = document_for(request.person, pk)
    return answer(
        request,
        lambda: drop_document(document, by=request.actor, now=request.now),
        reverse("intake:index"),
        said=gettext("已作废《%(title)s》，没有交办任何任务。") % {"title": document.title},
    )


@require_safe
@person_required
def file(request: Request, pk: int) -> HttpResponse:
    """The file as it was uploaded; the words themselves where they were pasted."""
    document = document_for(request.person, pk)
    if document.file is None:
        response = HttpResponse(document.text, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="source.txt"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
    stored = document.file
    try:
        return download_file(stored)  # type: ignore[return-value]  # a streaming response is a response
    except Refused as refused:
        return answer(request, _refuse(refused), reverse("intake:review", args=[pk]))


def _refuse(refused: Refused) -> Any:
    def action() -> None:
        raise refused

    return action
