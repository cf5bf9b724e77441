"""Parts of the review page that htmx asks for: an editor opened, a row saved as it is typed, a tick."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from fayol.intake import actions, queries
from fayol.intake.access import document_for, draft_for
from fayol.intake.cards import Rows
from fayol.intake.forms import DraftForm, said
from fayol.intake.models import Draft
from fayol.intake.names import Directory
from fayol.intake.states import DraftState
from fayol.intake.views.review import bar
from fayol.kernel.errors import Refused, Stale
from fayol.web.http import Request, person_required

CONFLICT, UNPROCESSABLE = 409, 422


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def row(request: Request, pk: int, draft_pk: int) -> HttpResponse:
    """GET the row with its editor open; POST what was typed in it, and get back what changed around the fields."""
    draft = draft_for(request.person, pk, draft_pk)
    if request.method == "POST":
        return _save(request, draft)
    if not request.htmx:
        return redirect(f"{reverse('intake:review', args=[pk])}?open={draft.pk}#a{draft.position}")
    directory = Directory.load()
    form = DraftForm(draft, directory) if draft.state == DraftState.OPEN else None
    people = queries.rosters_of([draft.lead_id])[draft.lead_id] if draft.lead_id and form else []
    shown = Rows(draft.document, directory, now=request.now).row(draft, form=form, people=people)
    shown.opened = True
    return render(request, "intake/_item.html", {"row": shown, "document": draft.document})


def _save(request: Request, draft: Draft) -> HttpResponse:
    directory = Directory.load()
    form = DraftForm(draft, directory, request.POST)
    lead, status = draft.lead_id, 200
    if form.is_valid():
        draft, status = _edited(request, draft, form)
    else:
        status = UNPROCESSABLE
    given = _around(request, draft, form, directory)
    given["lead_changed"] = draft.lead_id != lead
    return render(request, "intake/_saved.html", given, status=status)


def _edited(request: Request, draft: Draft, form: DraftForm) -> tuple[Draft, int]:
    try:
        expect = form.cleaned_data["version"]
        return actions.edit_draft(draft, form.change(), by=request.actor, now=request.now, expect=expect), 200
    except Stale:
        form.add_error("title", gettext("刚才有人改动了这一条。您填写的内容留在这里，请刷新页面核对后再存。"))
        return draft, CONFLICT
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, said(refused))
        return draft, UNPROCESSABLE


def _around(request: Request, draft: Draft, form: DraftForm, directory: Directory) -> dict[str, Any]:
    document = draft.document
    people = queries.rosters_of([draft.lead_id]).get(draft.lead_id, []) if draft.lead_id else []
    shown = Rows(document, directory, now=request.now).row(draft, form=form, people=people)
    summary = queries.summary_of(document, directory)
    return {"row": shown, "document": document, **bar(request, summary)}


@require_POST
@person_required
def tick(request: Request, pk: int) -> HttpResponse:
    """Keeps the ticks of the rows on the page and gives back the bar with its numbers."""
    document = document_for(request.person, pk)
    keys = [int(value) for value in request.POST.getlist("row") if value.isdecimal()]
    taken = {value.partition(".")[0] for value in request.POST.getlist("take")}
    actions.check_drafts(document, {key: str(key) in taken for key in keys}, by=request.actor)
    if not request.htmx:
        return redirect("intake:review", pk)
    summary = queries.summary_of(document, Directory.load())
    return render(request, "intake/_bar.html", {"document": document, **bar(request, summary)})
