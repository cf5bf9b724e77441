"""Changing the plan: what a task waits for, when work on it starts, how long it takes."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.matters import access
from fayol.matters.forms_plan import StepForm, TieEditForm, TieForm, find_tasks, task_words
from fayol.matters.models import Matter
from fayol.matters.plan import access as plan_access
from fayol.matters.plan import actions, queries
from fayol.matters.plan.models import Dependency, PlanStep
from fayol.matters.states import Status
from fayol.web.http import Problem, Request, answer, person_required

SUGGESTED = 200
"""Tasks of the affair that a browser gets to choose from before anything is typed."""


def _run(request: Request, pk: int) -> Matter:
    """An open affair that the person runs; else it looks as if there were no such page."""
    matter = access.matter_for(request.person, pk, request.now)
    if matter.status != Status.OPEN or not access.can_run(request.person, matter, request.now):
        raise Http404
    return matter


def _task(request: Request, matter: Matter, task_pk: int) -> Commitment:
    rows = commitments.visible_to(request.person, request.now).filter(origin_type="matter", origin_id=matter.pk)
    return get_object_or_404(rows.select_related(*commitments.SHOWN_WITH), pk=task_pk)


def url_of(matter: Matter, task: Commitment) -> str:
    return reverse("matters:plan_task", args=[matter.pk, task.pk])


def _page(
    request: Request,
    matter: Matter,
    task: Commitment,
    *,
    step: StepForm | None = None,
    tie: TieForm | None = None,
    edited: tuple[int, TieEditForm] | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    waits, supplies = queries.ties_of(task, request.person, request.now)
    forms = [(one, _edit_form(one.dependency, edited)) for one in waits]
    context = {
        "matter": matter,
        "task": task,
        "step": step or StepForm(initial=StepForm.preset(PlanStep.objects.filter(pk=task.pk).first())),
        "tie": tie or _tie_form(request, matter),
        "waits": forms,
        "supplies": supplies,
        "problem": problem,
        "suggested": [task_words(row) for row in _own(request, matter, task)],
    }
    return render(request, "matters/plan/task.html", context)


def _edit_form(tie: Dependency, edited: tuple[int, TieEditForm] | None) -> TieEditForm:
    if edited and edited[0] == tie.pk:
        return edited[1]
    return TieEditForm(initial=TieEditForm.preset(tie), prefix=f"t{tie.pk}")


def _tie_form(request: Request, matter: Matter, *, posted: bool = False) -> TieForm:
    data = request.POST if posted else None
    return TieForm(data, matter=matter, person=request.person, now=request.now, auto_id="tie-%s")


def _own(request: Request, matter: Matter, task: Commitment) -> list[Commitment]:
    rows = plan_access.linkable(request.person, request.now).filter(origin_id=matter.pk).exclude(pk=task.pk)
    return list(rows.order_by("ref", "pk")[:SUGGESTED])


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def task(request: Request, pk: int, task_pk: int) -> HttpResponse:
    """Planned start and working days of one task; what it waits for stands below."""
    matter = _run(request, pk)
    row = _task(request, matter, task_pk)
    if request.method != "POST":
        return _page(request, matter, row)
    form = StepForm(request.POST)
    return answer(
        request,
        lambda: actions.set_step(row, by=request.actor, now=request.now, **form.cleaned_data),
        url_of(matter, row),
        form=form,
        again=lambda problem: _page(request, matter, row, step=form, problem=problem),
        said=t("计划改好了。"),
    )


@require_POST
@person_required
def link(request: Request, pk: int, task_pk: int) -> HttpResponse:
    matter = _run(request, pk)
    row = _task(request, matter, task_pk)
    form = _tie_form(request, matter, posted=True)
    return answer(
        request,
        lambda: actions.link(form.cleaned_data["before"], row, by=request.actor, now=request.now, **form.given()),
        url_of(matter, row),
        form=form,
        again=lambda problem: _page(request, matter, row, tie=form, problem=problem),
        said=lambda made: t("记下了：要等“%(title)s”。") % {"title": made.before.title},
    )


@require_POST
@person_required
def tie(request: Request, pk: int, task_pk: int, tie_pk: int) -> HttpResponse:
    """Change what is handed over and when, or (`remove`) wait for it no longer."""
    matter = _run(request, pk)
    row = _task(request, matter, task_pk)
    found = get_object_or_404(Dependency.objects.select_related("before", "after"), pk=tie_pk, after=row)
    if "remove" in request.POST:
        return answer(
            request,
            lambda: actions.unlink(found, by=request.actor, now=request.now),
            url_of(matter, row),
            again=lambda problem: _page(request, matter, row, problem=problem),
            said=t("去掉了，不再等它。"),
        )
    form = TieEditForm(request.POST, prefix=f"t{found.pk}")
    return answer(
        request,
        lambda: actions.change_tie(found, by=request.actor, now=request.now, **form.given()),
        url_of(matter, row),
        form=form,
        again=lambda problem: _page(request, matter, row, edited=(found.pk, form), problem=problem),
        said=t("改好了。"),
    )


@require_safe
@person_required
def suggest(request: Request, pk: int) -> HttpResponse:
    """Options for the field in which a task is typed."""
    matter = access.matter_for(request.person, pk, request.now)
    text = str(next((value for value in request.GET.values() if value), ""))
    words = [task_words(row) for row in find_tasks(text, request.person, matter, request.now)]
    return render(request, "organisation/_options.html", {"words": words})
