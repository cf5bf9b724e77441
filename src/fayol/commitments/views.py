"""The page of one promise, and its moves."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as t
from django.views.decorators.http import require_POST, require_safe

from fayol.channels.actions import mark_seen
from fayol.commitments import access, actions, queries_page
from fayol.commitments.forms import FORMS, MoveForm
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, DOING, Move, State
from fayol.commitments.views_page import Sheet
from fayol.files.store import download
from fayol.web.http import Problem, Request, actor_from, answer, expect, person_required

PAGE, PART, AFTER = "commitments/page.html", "commitments/_move.html", "commitments/_after.html"


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    """`?do=<move>` opens the form of that move in the bar. Looking marks the messages about it as read."""
    row = access.commitment_for(request.person, pk, request.now)
    mark_seen(request.person, "commitment", row.pk, now=request.now, link=request.path)
    sheet = _sheet(request, row, chosen=_move_of(request.GET.get("do", "")))
    part = request.htmx and request.htmx.target == "move"
    return render(request, PART if part else PAGE, {"sheet": sheet})


@require_POST
@person_required
def make(request: Request, pk: int, move: str) -> HttpResponse:
    """Make a move. Closed meanwhile: told so, with what was typed; changed meanwhile: 409."""
    row = access.commitment_for(request.person, pk, request.now)
    wanted = _move_of(move)
    if wanted is None:
        raise Http404
    form = FORMS[wanted](row, request.POST, request.FILES)
    seen = None if row.state in CLOSED else expect(request)
    return answer(
        request,
        lambda: form.act(by=actor_from(request), now=request.now, expect=seen),
        _back_to(request, row),
        form=form,
        again=lambda problem: _again(request, row, form, problem),
        partial=lambda done: _after(request, done),
        said=_said,
    )


@require_POST
@person_required
def chase(request: Request, pk: int) -> HttpResponse:
    row = access.commitment_for(request.person, pk, request.now)
    words = request.POST.get("words", "")[:500]
    return answer(
        request,
        lambda: actions.chase(row, by=request.actor, now=request.now, words=words, expect=expect(request)),
        _url(row),
        partial=lambda done: _after(request, done),
        said=lambda done: t("已催%(name)s。") % {"name": done.holder.name if done.holder else ""},
    )


@require_safe
@person_required
def attachment(request: Request, pk: int, file_id: int) -> HttpResponseBase:
    """Only for those who see the promise, and only a file that came with one of its moves."""
    row = access.commitment_for(request.person, pk, request.now)
    file = queries_page.attached(row, file_id)
    if file is None:
        raise Http404
    return download(file)


def _move_of(name: str) -> Move | None:
    return Move(name) if name in FORMS else None


def _url(row: Commitment) -> str:
    return reverse("commitments:page", args=[row.pk])


def _back_to(request: Request, row: Commitment) -> str:
    """The page on which the button stood, when it says so and is one of ours; else the promise."""
    wanted = request.POST.get("next", "")
    fine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if fine else _url(row)


def _sheet(request: Request, row: Commitment, **more: Any) -> Sheet:
    return Sheet(row=row, viewer=request.person, now=request.now, url=_url(row), **more)


def _again(request: Request, row: Commitment, form: MoveForm, problem: Problem) -> HttpResponse:
    """The form once more; where the move is no longer open, the sentence and what was typed."""
    sheet = _sheet(request, row, problem=problem, refilled=bool(request.FILES))
    if form.move in sheet.moves:
        sheet = _sheet(request, row, chosen=form.move, form=form, problem=problem, refilled=bool(request.FILES))
    else:
        sheet.typed = [(str(field.label), str(field.value())) for field in form if field.value()]
    return render(request, PART if request.htmx else PAGE, {"sheet": sheet})


def _after(request: Request, done: Commitment) -> HttpResponse:
    """The bar and all that changed with it."""
    row = access.commitment_for(request.person, done.pk, request.now)
    return render(request, AFTER, {"sheet": _sheet(request, row), "oob": True})


def _said(row: Commitment) -> str:
    """What happened and whose move it is now."""
    if row.holder is None:
        return t("“%(title)s”%(state)s。") % {"title": row.title, "state": row.get_state_display()}
    doing = t(DOING[State(row.state)])
    return t("办好了。现在轮到%(name)s：%(doing)s。") % {"name": row.holder.name, "doing": doing}
