"""各方下一步: one affair, or all that somebody runs."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fayol.matters import access, queries_next, queries_plan
from fayol.matters.models import Matter
from fayol.matters.presenter_next import board_of
from fayol.web.http import Request, keyset, person_required

SIZE = 300


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    matter = access.matter_for(request.person, pk, request.now)
    return _render(request, [matter], {"matter": matter})


@require_safe
@person_required
def mine(request: Request) -> HttpResponse:
    """`?matter=1&matter=2` narrows it to some of the affairs that the person runs."""
    run = queries_next.run_by(request.person, request.now)
    wanted = set(request.GET.getlist("matter"))
    chosen = [matter for matter in run if str(matter.pk) in wanted] or run
    context = {"run": run, "chosen": {matter.pk for matter in chosen} if wanted else set(), "several": True}
    return _render(request, chosen, context)


def _render(request: Request, matters: Sequence[Matter], context: dict[str, object]) -> HttpResponse:
    rows = queries_next.balls_of(matters, request.person, request.now)
    page = keyset(rows, queries_next.ORDER, request.GET.get("at", ""), SIZE)
    board = board_of(page.rows, queries_plan.followers_of(page.rows), request.now)
    return render(request, "matters/next.html", {**context, "page": page, "board": board})
