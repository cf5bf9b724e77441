"""What the pages of a plan read beyond it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.matters.models import Matter
from fayol.matters.plan.models import Baseline, Dependency, Figure, FigureUse, Reconfirm
from fayol.matters.plan.queries import Plan
from fayol.matters.plan.states import Asked
from fayol.organisation.models import Person


def outside_of(plan: Plan, person: Person, now: datetime) -> dict[int, Commitment]:
    """Tasks of other affairs that these are tied to, as far as the person may see them."""
    ids = {pk for tie in plan.outside for pk in (tie.before_id, tie.after_id)} - {task.pk for task in plan.tasks}
    if not ids:
        return {}
    rows = commitments.visible_to(person, now).filter(pk__in=ids).select_related(*commitments.SHOWN_WITH)
    return {row.pk: row for row in rows}


def uses_by_figure(figures: Iterable[Figure]) -> dict[int, list[FigureUse]]:
    rows = FigureUse.objects.filter(figure__in=figures)
    rows = rows.select_related("commitment__performer_unit", "commitment__holder", "confirmed_by")
    found: dict[int, list[FigureUse]] = {}
    for row in rows.order_by("commitment__ref", "pk"):
        found.setdefault(row.figure_id, []).append(row)
    return found


def asked_by_figure(figures: Iterable[Figure]) -> dict[int, dict[int, Reconfirm]]:
    """figure → task → the open card."""
    found: dict[int, dict[int, Reconfirm]] = {}
    for row in Reconfirm.objects.filter(figure__in=figures, answered_at__isnull=True, dropped_at__isnull=True):
        found.setdefault(row.figure_id or 0, {})[row.commitment_id] = row
    return found


def followers_of(rows: Iterable[Commitment]) -> dict[int, list[str]]:
    """task → the titles of the open tasks that cannot start before it is done. One query."""
    ties = Dependency.objects.filter(before__in=[row.pk for row in rows], after__closed_at__isnull=True)
    found: dict[int, list[str]] = {}
    for before, title in ties.order_by("pk").values_list("before_id", "after__title"):
        found.setdefault(before, []).append(title)
    return found


def has_followers(task: Commitment) -> bool:
    return Dependency.objects.filter(before=task, after__closed_at__isnull=True).exists()


def figures_used(task: Commitment) -> list[FigureUse]:
    return list(FigureUse.objects.filter(commitment=task).select_related("figure__owner_unit").order_by("figure_id"))


def cards_of(task: Commitment) -> tuple[list[Reconfirm], list[Reconfirm]]:
    """The cards of the task: those that wait, about its date first, and those answered, the latest first. One query."""
    rows = Reconfirm.objects.filter(commitment=task, dropped_at__isnull=True).order_by("asked_at", "pk")
    found = list(rows.select_related("figure__owner_unit", "matter", "person", "answered_by"))
    for row in found:
        row.commitment = task
    waiting = sorted((row for row in found if row.answered_at is None), key=lambda row: row.kind != Asked.INPUT)
    return waiting, [row for row in reversed(found) if row.answered_at is not None]


def is_planned(matter: Matter) -> bool:
    """Whether its tasks are tied, or a plan was agreed on."""
    tied = Dependency.objects.filter(after__origin_type="matter", after__origin_id=matter.pk)
    return tied.exists() or Baseline.objects.filter(matter=matter).exists()
