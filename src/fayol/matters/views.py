"""Matters: the list, one matter, and ending it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as t
from django.views.decorators.http import require_POST, require_safe

from fayol.channels.actions import mark_seen
from fayol.matters import access, actions, presenter, queries
from fayol.matters.forms import EndForm
from fayol.matters.models import Matter
from fayol.matters.states import KLASS_WORDS, STATUS_WORDS
from fayol.matters.views_page import Sheet, url_of
from fayol.web.http import Problem, Request, answer, expect, keyset, person_required

SIZE = 20


@require_safe
@person_required
def index(request: Request) -> HttpResponse:
    wanted = queries.Wanted.read(request.GET.dict())
    rows = queries.listed(request.person, wanted, request.now)
    page = keyset(rows, ["-created_at"], request.GET.get("at", ""), SIZE)
    figures = queries.figures_of(page.rows, request.now)
    none = queries.Figures()
    found = [(m, figures.get(m.pk, none)) for m in page.rows]
    context = {
        "page": page,
        "wanted": wanted,
        "count": queries.counted(rows),
        "rows": [(m, f, presenter.light_of(m, f, request.now)) for m, f in found],
        "statuses": [*STATUS_WORDS.items(), ("all", "全部")],
        "klasses": list(KLASS_WORDS.items()),
        "lead": queries.unit_named(wanted.lead),
        "leads": queries.leads_seen(page.rows),
    }
    return render(request, "matters/index.html", context)


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    """`?do=close|cancel` opens that form in the bar. Looking marks the messages about it as read."""
    matter = access.matter_for(request.person, pk, request.now)
    mark_seen(request.person, "matter", matter.pk, now=request.now)
    return render(request, "matters/page.html", {"sheet": _sheet(request, matter)})


def _sheet(request: Request, matter: Matter, form: EndForm | None = None, problem: Problem | None = None) -> Sheet:
    return Sheet(
        matter=matter,
        viewer=request.person,
        now=request.now,
        do=request.GET.get("do", "") or request.POST.get("do", ""),
        sort=request.GET.get("sort", ""),
        at=request.GET.get("at", ""),
        form=form,
        problem=problem,
    )


@require_POST
@person_required
def end(request: Request, pk: int) -> HttpResponse:
    """Close it with its outcome, or call it off with the reason (`do`)."""
    matter = access.matter_for(request.person, pk, request.now)
    if not access.can_run(request.person, matter, request.now):
        raise Http404
    form = EndForm(request.POST)
    off = request.POST.get("do") == "cancel"

    def act() -> object:
        words, seen = form.cleaned_data["words"], expect(request)
        if off:
            return actions.cancel_matter(matter, words=words, by=request.actor, now=request.now, expect=seen)
        return actions.close_matter(matter, outcome=words, by=request.actor, now=request.now, expect=seen)

    return answer(
        request,
        act,
        url_of(matter),
        form=form,
        again=lambda problem: render(
            request,
            "matters/page.html",
            {"sheet": _sheet(request, access.matter_for(request.person, pk, request.now), form, problem)},
        ),
        said=t("事项已撤销。") if off else t("事项已办结。"),
    )


@require_POST
@person_required
def finish(request: Request, pk: int) -> HttpResponse:
    """即办: the performer's one tap."""
    matter = access.matter_for(request.person, pk, request.now)
    words = request.POST.get("words", "")[:500]
    return answer(
        request,
        lambda: actions.finish_instant(matter, by=request.actor, now=request.now, words=words),
        url_of(matter),
        said=t("办结了，%(name)s会收到通知。") % {"name": matter.coordinator.name},
    )
