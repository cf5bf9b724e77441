"""政令传达图: how far a notice got, level by level."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fayol.notices import queries_reach as reads
from fayol.notices.access_following import watched_for
from fayol.notices.models import Notice
from fayol.notices.presenter_reach import ReachPage
from fayol.organisation.models import Unit
from fayol.web.http import Request, person_required


@require_safe
@person_required
def page(request: Request, pk: int) -> HttpResponse:
    """`?unit=` opens what is below a unit. A single top unit stands open: alone it would say nothing."""
    notice = watched_for(request.person, pk, request.now)
    unit = _unit(request)
    branches = reads.branches_of(notice, unit)
    if unit is None and len(branches) == 1:
        unit = reads.unit_in(branches[0].unit_id)
        branches = reads.branches_of(notice, unit)
    shown = ReachPage(notice, unit, reads.above(unit) if unit else [], branches, _levels(request, notice))
    return render(request, "notices/reach.html", {"page": shown})


def _unit(request: Request) -> Unit | None:
    given = request.GET.get("unit", "")
    if not given:
        return None
    unit = reads.unit_in(int(given)) if given.isdecimal() else None
    if unit is None:
        raise Http404
    return unit


def _levels(request: Request, notice: Notice) -> list[reads.Branch]:
    """Only above the whole; below a unit it would be read for nothing."""
    return [] if request.GET.get("unit") else reads.levels_of(notice)
