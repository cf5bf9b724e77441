"""What those see of a document who only have a part in a task from it: its sentences, nothing around them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from fayol.commitments.models import Commitment
from fayol.intake.access import promises_from
from fayol.intake.models import Draft, IntakeDocument
from fayol.web.http import Request


def excerpt(request: Request, pk: int) -> HttpResponse:
    """404 for whoever sees none of its tasks."""
    promises = promises_from(request.person, pk, request.now)
    document = IntakeDocument.objects.defer("text", "blocks").select_related("matter").get(pk=pk)
    leads = {task.parent_id or task.pk for task in promises}
    drafts = list(Draft.objects.filter(document_id=pk, commitment__in=leads).order_by("position"))
    place = request.GET.get("at", "")
    if place.isdecimal():
        meant = next((d for d in drafts if any(start <= int(place) < end for start, end in d.spans)), None)
        return redirect(request.path + (f"#s{meant.position}" if meant else ""))
    tasks = _by_lead(promises)
    items = [(draft, tasks[draft.commitment or 0]) for draft in drafts]
    return render(request, "intake/excerpt.html", {"document": document, "items": items})


def _by_lead(promises: list[Commitment]) -> dict[int, list[Commitment]]:
    found: dict[int, list[Commitment]] = {}
    for task in promises:
        found.setdefault(task.parent_id or task.pk, []).append(task)
    return found
