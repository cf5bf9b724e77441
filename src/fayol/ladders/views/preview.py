"""催办预览: what would go out in the next ten working days if nobody moved."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fayol.ladders.dryrun import preview
from fayol.organisation.models import Person
from fayol.organisation.queries import find_people, find_units, is_coordinator
from fayol.web.http import Request, person_required


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    """Coordinators see everybody's, narrowed by `q` (a person or a unit); everybody else their own."""
    office = is_coordinator(request.person)
    q = " ".join(request.GET.get("q", "").replace("\0", "").split())[:40] if office else ""
    mine = not office or request.GET.get("of") == "me"
    person, unit_id, unknown = _narrowed(q) if q and not mine else (None, None, False)
    shown = None if unknown else preview(request.person if mine else person, request.person, request.now, unit=unit_id)
    context = {"shown": shown, "office": office, "mine": mine, "q": q, "unknown": unknown}
    return render(request, "ladders/preview.html", context)


def _narrowed(q: str) -> tuple[Person | None, int | None, bool]:
    """The one person or unit that is meant; the third says that there is none."""
    people = find_people(q, limit=1)
    if people and people[0].name == q:
        return people[0], None, False
    units = find_units(q, limit=1)
    if units:
        return None, units[0].pk, False
    return (people[0], None, False) if people else (None, None, True)
