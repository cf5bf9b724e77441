"""Writing a notice, storing it as a draft, sending it."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from fayol.notices import access, actions
from fayol.notices.models import Notice
from fayol.notices.states import Status
from fayol.notices.views.page import page, url_of
from fayol.notices.writing import Writing
from fayol.web.http import Problem, Request, answer, expect, person_required

PAGE = "notices/write.html"


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def new(request: Request) -> HttpResponse:
    if not access.may_write(request.person):
        raise Http404
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    return _write(request, _draft(request, pk))


def _draft(request: Request, pk: int) -> Notice:
    """A draft to its issuing side; one that has been sent has no such page any more."""
    notice = access.issued_for(request.person, pk, request.now)
    if notice.status != Status.DRAFT:
        raise Http404
    return notice


def _write(request: Request, notice: Notice | None) -> HttpResponse:
    """`add`, `drop`, `more` and `preview` go on writing; `do=send` sends, everything else stores the draft."""
    if request.method != "POST":
        return _show(request, Writing(request.person, request.now, notice))
    writing = Writing(request.person, request.now, notice, request.POST, request.FILES)
    if writing.step:
        return _show(request, writing)
    writing.judge()
    return answer(
        request,
        lambda: _store(request, writing),
        url_of,
        form=writing.form,
        again=lambda problem: _show(request, writing, problem),
        said=_said,
    )


@transaction.atomic
def _store(request: Request, writing: Writing) -> Notice:
    """Both or neither: a notice that cannot be sent is not stored half."""
    by, now = request.actor, request.now
    wording = writing.wording(by=by)
    if writing.notice is None:
        row = actions.draft(wording, by=by, now=now)
    else:
        seen = expect(request)
        row = actions.redraft(writing.notice, wording, without=writing.without, by=by, now=now, expect=seen)
    return actions.send(row, by=by, now=now) if request.POST.get("do") == "send" else row


def _said(row: Notice) -> str:
    if row.status == Status.DRAFT:
        return t("草稿存好了，还没有发给任何人。")
    n = row.receipts.count()
    return ngettext("已发给%(n)d人，请在这里看回执。", "已发给%(n)d人，请在这里看回执。", n) % {"n": n}


def _show(request: Request, writing: Writing, problem: Problem | None = None) -> HttpResponse:
    writing.problem = problem
    part = request.htmx and request.htmx.target == "audience"
    return render(request, "notices/_audience.html" if part else PAGE, {"writing": writing})


@require_POST
@person_required
def send(request: Request, pk: int) -> HttpResponse:
    notice = _draft_or_sent(request, pk)
    return answer(
        request,
        lambda: actions.send(notice, by=request.actor, now=request.now, expect=expect(request)),
        url_of,
        again=lambda problem: page(request, _draft_or_sent(request, pk), problem=problem),
        said=_said,
    )


def _draft_or_sent(request: Request, pk: int) -> Notice:
    return access.issued_for(request.person, pk, request.now)


@require_POST
@person_required
def discard(request: Request, pk: int) -> HttpResponse:
    notice = _draft(request, pk)
    return answer(
        request,
        lambda: actions.discard(notice, by=request.actor, now=request.now, expect=expect(request)),
        "/notices/?show=drafts",
        said=t("草稿已删除。"),
    )
