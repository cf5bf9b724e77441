"""Named reads of matters, their tasks and their latest news."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.commitments.queries import light_is
from fayol.commitments.queries.lights import IS_OPEN
from fayol.commitments.states import CLOSED, Role
from fayol.facts.models import Fact
from fayol.matters.access import visible_to
from fayol.matters.models import Matter
from fayol.matters.states import KLASS_WORDS, STATUS_WORDS
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import units_of

COUNTED = 99
"""Counts stop here: beyond it a figure tells nobody anything."""
NEWS = 20


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to. Unknown values are dropped."""

    status: str = "open"
    klass: str = ""
    mine: bool = False
    lead: int | None = None

    @classmethod
    def read(cls, given: dict[str, str]) -> Wanted:
        status, klass, lead = given.get("status", "open"), given.get("klass", ""), given.get("lead", "")
        return cls(
            status=status if status in STATUS_WORDS or status == "all" else "open",
            klass=klass if klass in KLASS_WORDS else "",
            mine=given.get("mine") == "1",
            lead=int(lead) if lead.isdecimal() and len(lead) < 10 else None,
        )


def listed(person: Person, wanted: Wanted, now: datetime) -> QuerySet[Matter]:
    """What the person may see of what is wanted."""
    rows = visible_to(person, now).select_related("lead_unit", "coordinator")
    if wanted.status != "all":
        rows = rows.filter(status=wanted.status)
    if wanted.klass:
        rows = rows.filter(klass=wanted.klass)
    if wanted.lead:
        rows = rows.filter(lead_unit=wanted.lead)
    if wanted.mine:
        units = [unit.pk for unit in units_of(person)]
        rows = rows.filter(Q(coordinator=person) | Q(lead_unit__in=units) | Q(requester_unit__in=units))
    return rows


def counted(rows: QuerySet[Matter]) -> str:
    number = rows.order_by()[: COUNTED + 1].count()
    return f"{COUNTED}+" if number > COUNTED else str(number)


@dataclass(frozen=True)
class Figures:
    """The tasks of one matter: how many in all, done, late, wanting attention."""

    total: int = 0
    done: int = 0
    red: int = 0
    amber: int = 0


def figures_of(matters: Sequence[Matter], now: datetime) -> dict[int, Figures]:
    """In one query for all of them."""
    rows = Commitment.objects.filter(origin_type="matter", origin_id__in=[matter.pk for matter in matters])
    counts = {
        "total": Count("pk"),
        "done": Count("pk", filter=Q(state__in=sorted(CLOSED))),
        "red": Count("pk", filter=light_is("red", now)),
        "amber": Count("pk", filter=light_is("amber", now)),
    }
    found = rows.order_by().values_list("origin_id").annotate(**counts)
    return {row[0] or 0: Figures(*row[1:]) for row in found}


def tasks_of(matter: Matter, person: Person, now: datetime) -> QuerySet[Commitment]:
    """Those the person may see; `ended` is 1 for closed ones, so that they come last."""
    ended = Case(When(state__in=sorted(CLOSED), then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = commitments.visible_to(person, now).filter(origin_type="matter", origin_id=matter.pk)
    return rows.select_related(*commitments.SHOWN_WITH).annotate(ended=ended)


def leads_of(matter: Matter, person: Person, now: datetime) -> QuerySet[Commitment]:
    return tasks_of(matter, person, now).filter(role=Role.LEAD)


def supports_under(leads: Sequence[Commitment]) -> dict[int, list[Commitment]]:
    """The supports of each lead, in order."""
    rows = Commitment.objects.filter(parent__in=leads).select_related(*commitments.SHOWN_WITH).order_by("pk")
    under: dict[int, list[Commitment]] = defaultdict(list)
    for row in rows:
        under[row.parent_id or 0].append(row)
    return under


def turns_of(matter: Matter, person: Person, now: datetime) -> list[Commitment]:
    """The open tasks that wait for the person, the most urgent first; a handful."""
    rows = tasks_of(matter, person, now).filter(IS_OPEN, holder=person.pk)
    return list(rows.order_by("due_at", "pk")[:5])


def next_up(matter: Matter, person: Person, now: datetime) -> Commitment | None:
    """The open task that is due first."""
    return tasks_of(matter, person, now).filter(IS_OPEN).order_by("due_at", "pk").first()


def news_of(matter: Matter, tasks: Sequence[Commitment], verbs: Collection[str] = ()) -> list[Fact]:
    """The latest facts of the matter and of those of its tasks that are shown, newest first; of its plan and its
    figures those of `verbs`."""
    own = Q(subject_type="matter", subject_id=matter.pk)
    theirs = Q(subject_type="commitment", subject_id__in=[task.pk for task in tasks])
    plan = Q(subject_type="plan", subject_id=matter.pk, verb__in=verbs)
    figures = Q(subject_type="figure", subject_id__in=matter.key_figures.values("pk"), verb__in=verbs)
    return list(Fact.objects.filter(own | theirs | plan | figures).order_by("-at", "-id")[:NEWS])


def party_names(matter: Matter) -> tuple[list[Unit], list[Unit]]:
    """Supporting and informed units, in the manual order."""
    return list(matter.supporting.order_by("order", "pk")), list(matter.informed.order_by("order", "pk"))


def unit_named(pk: int | None) -> Unit | None:
    return Unit.objects.filter(pk=pk).first() if pk else None


def leads_seen(matters: Sequence[Matter]) -> list[Unit]:
    """The lead units of the matters shown, each once, in the manual order: what the list may be narrowed to."""
    return sorted({matter.lead_unit for matter in matters}, key=lambda unit: (unit.order, unit.pk))
