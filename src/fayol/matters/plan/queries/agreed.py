"""What was agreed on: baselines, who has said yes, and where the plan is elsewhere by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.matters.models import Matter
from fayol.matters.plan.models import Acknowledgement, Baseline, BaselineLine, ChangeOrder
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person
from fayol.organisation.prepared import prepared
from fayol.organisation.queries import active_absences, active_posts
from fayol.organisation.states import PostRole

SPEAKING = (PostRole.HEAD, PostRole.DEPUTY, PostRole.LIAISON_A, PostRole.LIAISON_B)


@dataclass(frozen=True)
class Comparison:
    """A task as agreed and as it stands. `days` later in working days (negative: earlier). `line` is None for a task
    that came after the baseline; a cancelled one has `gone`."""

    commitment: Commitment
    line: BaselineLine | None
    agreed_on: date | None
    current_on: date | None
    days: int
    gone: bool

    @property
    def differs(self) -> bool:
        return self.line is None or self.gone or self.agreed_on != self.current_on


@dataclass(frozen=True)
class Difference:
    """What changed for one task from a version to the next; `what` as in BaselineLine.changed, or "gone"."""

    title: str
    unit: str
    what: tuple[str, ...]
    before: BaselineLine | None
    after: BaselineLine | None


def latest_baseline(matter: Matter) -> Baseline | None:
    return Baseline.objects.filter(matter=matter).order_by("-version").first()


def acknowledgements_of(baseline: Baseline) -> list[Acknowledgement]:
    """One for each party, in the manual order of the units."""
    rows = baseline.acknowledgements.select_related("unit", "person", "acknowledged_by")
    return list(rows.order_by("unit__order", "unit_id"))


def my_acknowledgements(person: Person, now: datetime) -> list[Acknowledgement]:
    """Those that wait for this person, the longest first."""
    rows = acknowledgements_for(person.pk, now).select_related("baseline__matter", "unit")
    return list(rows.order_by("asked_at", "pk"))


@prepared
def acknowledgements_for(person: int, now: datetime) -> QuerySet[Acknowledgement]:
    """Those that wait for this person; and, where the one who was asked is away or has left, for those who speak for
    the unit."""
    spoken = active_posts().filter(person=person, role__in=SPEAKING).values("unit")
    gone = Q(person__active=False) | Q(person__in=active_absences(now).values("person"))
    rows = Acknowledgement.objects.filter(Q(person=person) | Q(unit__in=spoken) & gone)
    return rows.filter(asked=True, acknowledged_at__isnull=True, baseline__matter__status="open")


def compare(matter: Matter) -> list[Comparison]:
    """The tasks of the matter beside its latest baseline, in their order; empty without a baseline. Four queries."""
    baseline = latest_baseline(matter)
    if baseline is None:
        return []
    lines = {line.commitment_id: line for line in baseline.lines.select_related("unit")}
    tasks = Commitment.objects.filter(origin_type="matter", origin_id=matter.pk).select_related("performer_unit")
    return [
        _compared(task, lines.get(task.pk))
        for task in tasks.order_by("ref", "pk")
        if task.pk in lines or task.state != State.CANCELLED
    ]


def _compared(task: Commitment, line: BaselineLine | None) -> Comparison:
    agreed = line.due_on if line else None
    days = work_calendar().workdays_between(agreed, task.due_on) if agreed and task.due_on else 0
    return Comparison(task, line, agreed, task.due_on, days, task.state == State.CANCELLED)


def differences(baseline: Baseline) -> list[Difference]:
    """From the version before to this one; a first version differs in nothing."""
    former = Baseline.objects.filter(matter=baseline.matter_id, version=baseline.version - 1).first()
    if former is None:
        return []
    old = {line.commitment_id: line for line in former.lines.select_related("unit")}
    new = {line.commitment_id: line for line in baseline.lines.select_related("unit").order_by("pk")}
    changed = [
        Difference(line.title, line.unit.name, tuple(line.changed), old.get(pk), line)
        for pk, line in new.items()
        if line.changed
    ]
    gone = [Difference(line.title, line.unit.name, ("gone",), line, None) for pk, line in old.items() if pk not in new]
    return changed + gone


def change_orders_of(matter: Matter) -> list[ChangeOrder]:
    """Newest first."""
    rows = ChangeOrder.objects.filter(matter=matter).select_related(
        "commitment__performer_unit", "baseline", "decided_by"
    )
    return list(rows.order_by("-number"))
