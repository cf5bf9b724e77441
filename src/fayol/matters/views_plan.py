"""The plan of an affair: picture, table, and what ties the tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fayol.channels.actions import mark_seen
from fayol.matters import access, presenter_plan, queries_plan
from fayol.matters.models import Matter
from fayol.matters.plan import queries
from fayol.matters.plan.models import Acknowledgement, Baseline
from fayol.matters.plan_drawing import Drawing
from fayol.matters.states import Status
from fayol.organisation.models import Person
from fayol.web.http import Request, components, person_required

VIEWS = ("table", "chart")
ON_MATTER, MOST_DRAWN = 14, 400
"""Rows of the small picture on the page of the affair; with more tasks than the second it is left to its own page."""


@dataclass
class Sheet:
    """The plan for one viewer. `units`: those unfolded in the picture."""

    matter: Matter
    viewer: Person
    now: datetime
    view: str = ""
    weeks: str = ""
    units: frozenset[int] = frozenset()

    @cached_property
    def edits(self) -> bool:
        return self.matter.status == Status.OPEN and access.can_run(self.viewer, self.matter, self.now)

    @cached_property
    def source(self) -> presenter_plan.Source:
        plan = queries.plan_of(self.matter, self.viewer, self.now)
        return presenter_plan.Source(plan, queries_plan.outside_of(plan, self.viewer, self.now))

    @cached_property
    def groups(self) -> list[presenter_plan.Group]:
        return presenter_plan.groups_of(self.source, self.viewer.pk, self.now)

    @cached_property
    def chart(self) -> Drawing | None:
        return presenter_plan.chart_of(
            self.groups,
            self.source,
            self.now,
            due_on=self.matter.due_on,
            unfolded=self.units,
            address=self.fold_or_unfold,
            window=self.weeks,
        )

    def fold_or_unfold(self, unit: int) -> str:
        """The same view with this unit the other way round."""
        given = QueryDict(mutable=True)
        given.setlist("unit", [str(pk) for pk in sorted(self.units ^ {unit})])
        for name in ("view", "weeks"):
            if value := getattr(self, name):
                given[name] = value
        return f"?{given.urlencode()}#plan"

    @cached_property
    def small(self) -> Drawing | None:
        """For the page of the affair: what is open and due first."""
        return presenter_plan.chart_of(self.groups, self.source, self.now, due_on=self.matter.due_on, most=ON_MATTER)

    @property
    def sentence(self) -> str:
        return presenter_plan.sentence(self.groups, self.source)

    @property
    def path_words(self) -> str:
        return presenter_plan.path_words(self.source)

    @property
    def tightness(self) -> components.Light | None:
        return presenter_plan.tightness(self.groups)

    # ── what was agreed on ──

    @cached_property
    def baseline(self) -> Baseline | None:
        return queries.latest_baseline(self.matter)

    @cached_property
    def acknowledgements(self) -> list[Acknowledgement]:
        return queries.acknowledgements_of(self.baseline) if self.baseline else []


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    """`?view=table|chart`, `?weeks=6|13`, `?unit=` for each unit unfolded. Looking marks the news as read."""
    matter = access.matter_for(request.person, pk, request.now)
    mark_seen(request.person, "plan", matter.pk, now=request.now)
    given = request.GET
    sheet = Sheet(
        matter=matter,
        viewer=request.person,
        now=request.now,
        view=given.get("view", "") if given.get("view") in VIEWS else "",
        weeks=given.get("weeks", ""),
        units=frozenset(int(one) for one in given.getlist("unit") if one.isdecimal() and len(one) < 10),
    )
    return render(request, "matters/plan/page.html", {"sheet": sheet, "matter": matter, "tab": "plan"})
