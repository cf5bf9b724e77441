"""Key figures of an affair: what holds, who works with it, who has read it back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.matters import access, presenter_figures, queries_plan
from fayol.matters.forms_plan import FigureChangeForm, FigureForm
from fayol.matters.models import Matter
from fayol.matters.plan import actions, queries
from fayol.matters.plan.actions.figures import can_change
from fayol.matters.plan.models import Figure
from fayol.matters.states import Status
from fayol.organisation.queries import may_act_for_unit
from fayol.web.http import Problem, Request, answer, expect, person_required

MOST_TASKS = 300


def _url(matter: Matter) -> str:
    return reverse("matters:figures", args=[matter.pk])


def _runs(request: Request, matter: Matter) -> bool:
    return matter.status == Status.OPEN and access.can_run(request.person, matter, request.now)


def _tasks(request: Request, matter: Matter) -> list[Commitment]:
    rows = commitments.visible_to(request.person, request.now).filter(
        origin_type="matter", origin_id=matter.pk, closed_at__isnull=True
    )
    return list(rows.select_related("performer_unit").order_by("ref", "pk")[:MOST_TASKS])


def _ticked(request: Request, matter: Matter) -> list[Commitment]:
    wanted = {int(one) for one in request.POST.getlist("task") if one.isdecimal() and len(one) < 19}
    return [task for task in _tasks(request, matter) if task.pk in wanted]


def _page(
    request: Request, matter: Matter, *, changed: tuple[int, FigureChangeForm] | None = None, **more: Any
) -> HttpResponse:
    """`changed`: the key of a figure and its form as filled in; `form`: the one for a new figure."""
    runs = _runs(request, matter)
    tasks = _tasks(request, matter) if runs else []
    cards = _cards(request, matter, tasks, runs=runs)
    context = {
        "matter": matter,
        "tab": "figures",
        "runs": runs,
        "tasks": tasks,
        "cards": [(card, _change_form(card.figure, changed)) for card in cards],
        "form": FigureForm(initial={"owner": matter.lead_unit.name}),
        **more,
    }
    return render(request, "matters/plan/figures.html", context)


def _change_form(figure: Figure, changed: tuple[int, FigureChangeForm] | None) -> FigureChangeForm:
    if changed and changed[0] == figure.pk:
        return changed[1]
    return FigureChangeForm(auto_id=f"f{figure.pk}-%s")


def _cards(request: Request, matter: Matter, tasks: list[Commitment], *, runs: bool) -> list[presenter_figures.Card]:
    figures = queries.figures_of(matter)
    uses = queries_plan.uses_by_figure(figures)
    asked = queries_plan.asked_by_figure(figures)
    is_open = matter.status == Status.OPEN
    speaks = {
        pk: is_open and bool(may_act_for_unit(request.person, pk, request.now))
        for pk in {figure.owner_unit_id for figure in figures}
    }
    return [
        presenter_figures.card_of(
            figure, uses.get(figure.pk, []), asked.get(figure.pk, {}), tasks, request.now,
            changes=runs or speaks[figure.owner_unit_id],
        )
        for figure in figures
    ]  # fmt: skip


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    return _page(request, access.matter_for(request.person, pk, request.now))


@require_POST
@person_required
def add(request: Request, pk: int) -> HttpResponse:
    matter = access.matter_for(request.person, pk, request.now)
    if not _runs(request, matter):
        raise Http404
    form, ticked = FigureForm(request.POST), _ticked(request, matter)

    def act() -> Figure:
        data = form.cleaned_data
        return actions.add_figure(
            matter, name=data["name"], value=data["value"], unit_word=data["unit_word"],
            owner_unit_id=data["owner"].pk, uses=ticked, by=request.actor, now=request.now,
        )  # fmt: skip

    return answer(
        request,
        act,
        lambda figure: f"{_url(matter)}#figure-{figure.pk}",
        form=form,
        again=lambda problem: _page(request, matter, form=form, problem=problem, ticked={one.pk for one in ticked}),
        said=lambda figure: t("加上了：%(name)s。") % {"name": figure},
    )


@require_POST
@person_required
def change(request: Request, pk: int, figure_pk: int) -> HttpResponse:
    """The number is another one: everybody who works with it is told, and asked to read it back."""
    matter = access.matter_for(request.person, pk, request.now)
    figure = _figure(matter, figure_pk)
    if not can_change(request.actor, figure, request.now):
        raise Http404
    form = FigureChangeForm(request.POST, auto_id=f"f{figure.pk}-%s")

    def again(problem: Problem) -> HttpResponse:
        return _page(request, matter, changed=(figure.pk, form))

    return answer(
        request,
        lambda: actions.change_figure(
            figure, by=request.actor, now=request.now, expect=expect(request), **form.cleaned_data
        ),
        f"{_url(matter)}#figure-{figure.pk}",
        form=form,
        again=again,
        said=_told,
    )


def _figure(matter: Matter, figure_pk: int) -> Figure:
    return get_object_or_404(
        Figure.objects.select_related("matter__coordinator", "owner_unit"), pk=figure_pk, matter=matter
    )


def _told(figure: Figure) -> str:
    n = figure.uses.count()
    return t("%(figure)s。") % {"figure": figure} + ngettext(
        "已送到%(n)d条任务，等各承办人复述。", "已送到%(n)d条任务，等各承办人复述。", n
    ) % {"n": n}


@require_POST
@person_required
def uses(request: Request, pk: int, figure_pk: int) -> HttpResponse:
    """Exactly the ticked tasks rest on the figure."""
    matter = access.matter_for(request.person, pk, request.now)
    if not _runs(request, matter):
        raise Http404
    figure = _figure(matter, figure_pk)
    ticked = _ticked(request, matter)
    closed = [use.commitment for use in queries.uses_of(figure) if use.commitment.closed_at is not None]
    return answer(
        request,
        lambda: actions.set_uses(figure, [*ticked, *closed], by=request.actor, now=request.now),
        f"{_url(matter)}#figure-{figure.pk}",
        said=t("保存好了，新加的任务会被请复述。"),
    )
