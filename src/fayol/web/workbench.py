"""工作台: what is mine, in order; what others changed; what is red."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fayol.commitments import queries
from fayol.commitments.access import visible_to
from fayol.commitments.actions import chase
from fayol.commitments.models import Commitment
from fayol.commitments.presenter import ball_of, light_of
from fayol.commitments.queries.lights import IS_OPEN
from fayol.commitments.states import State
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.organisation.prepared import Asked, numbers, prepared
from fayol.organisation.queries import is_coordinator
from fayol.web import nav
from fayol.web.http import Request, answer, person_required
from fayol.web.workbench_rows import Row, news_for, row_of

__all__ = ["Row", "page", "register", "row_of"]

MOST, MOST_RED = 20, 6
Source = Callable[[Person, datetime], Sequence[Row]]
Statement = Callable[[Person, datetime], Asked]
_sources: dict[str, tuple[Source, Statement | None]] = {}


def register(name: str, source: Source, *, only_if: Statement | None = None) -> None:
    """Adds rows that wait for a person and are no promises (a document to check). `source(person, now)` must be one
    cheap query; what it gives stands below the promises that are due earlier. `only_if`: a statement without which's
    rows the source is not asked; those of all sources are asked together. The same name replaces the former."""
    _sources[name] = source, only_if


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    person, now = request.person, request.now
    viewer = queries.Viewer.of(person, now)
    desk = queries.desk(viewer, now, mine=MOST + 1, red=MOST_RED)
    rows, reds = rows_for(person, now, desk.mine), desk.red
    context = {
        "rows": rows[:MOST],
        "total": f"{MOST}+" if len(rows) > MOST else len(rows),
        "awaited": None if rows else awaited_by(person),
        "imports": not rows and is_coordinator(person),
        "counts": queries.counts(viewer, queries.Filters(), now),
        "news": news_for(person, now),
        "reds": [(row, light_of(row, now), ball_of(row, person.pk, now)) for row in reds],
        "others": [row for row in reds if row.holder_id != person.pk],
    }
    return render(request, "web/workbench.html", context)


def rows_for(person: Person, now: datetime, mine: Sequence[Commitment]) -> list[Row]:
    """Promises in their order; rows of other sources before the first promise due later than they are, pinned ones at
    the top."""
    rows = [row_of(task, now) for task in mine]
    for source in _with_rows(person, now):
        for extra in source(person, now):
            later = (i for i, row in enumerate(rows) if extra.due_at and (not row.due_at or row.due_at > extra.due_at))
            rows.insert(next(later, len(rows)), extra)
    return sorted(rows, key=lambda row: not row.pinned)


def _with_rows(person: Person, now: datetime) -> list[Source]:
    asked = [only_if(person, now) if only_if else None for _source, only_if in _sources.values()]
    found = iter(numbers(person, [one for one in asked if one]))
    return [source for (source, _if), one in zip(_sources.values(), asked, strict=True) if one is None or next(found)]


def awaited_by(person: Person) -> Commitment | None:
    """The next result that will come back to somebody for whom nothing waits now."""
    asked = Commitment.objects.filter(IS_OPEN, requester=person.pk, state=State.PROMISED, due_on__isnull=False)
    return asked.select_related("holder", "holder_unit").order_by("due_at", "pk").first()


@require_POST
@person_required
def chase_all(request: Request) -> HttpResponse:
    """Chase the holders of several late promises at once; those that cannot be chased are left out and counted."""
    keys = [int(key) for key in request.POST.getlist("id") if key.isdecimal()][:MOST]
    return answer(request, lambda: _chase(request, keys), "/", said=_said)


def _chase(request: Request, keys: list[int]) -> tuple[int, int]:
    done, left = 0, 0
    for row in visible_to(request.person, request.now).filter(pk__in=keys).order_by("due_at", "pk"):
        try:
            chase(row, by=request.actor, now=request.now)
            done += 1
        except Refused:
            left += 1
    return done, left


def _said(outcome: tuple[int, int]) -> str:
    done, left = outcome
    words = ngettext("已催%(n)d条。", "已催%(n)d条。", done) % {"n": done}
    return words + (t("另有%(n)d条没催：不归您催、已办结，或这半天催过了。") % {"n": left} if left else "")


@prepared
def waiting(person: int) -> QuerySet[Commitment]:
    """For the navigation: the promises that wait for the person, up to 99."""
    return Commitment.objects.filter(IS_OPEN, holder=person).order_by().only("pk")[:99]


def badge(person: Person, now: datetime) -> Asked:
    return waiting.asked(person.pk)


nav.register(nav.Entry("workbench", _("工作台"), "/", "layout-dashboard", 10, tab=1, badge=badge))
