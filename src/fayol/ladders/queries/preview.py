"""What would go out if nobody moved: the same rules as the firing, without writing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from fayol.channels.queries import calendars_of
from fayol.commitments.models import Commitment
from fayol.ladders.models import ChaseLine, Climb
from fayol.ladders.policy import Climber, Crowd, Ladder, Line, Planned, Play, refit
from fayol.ladders.queries.chases import used_half_days
from fayol.ladders.queries.climbs import reached_people
from fayol.ladders.queries.facing import calendar_of, course_of, owing_of
from fayol.ladders.queries.people import crowd_for
from fayol.ladders.registry import Affair, affairs_of
from fayol.ladders.states import Kind, Level
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Charge, Person, Unit
from fayol.organisation.queries import active_delegations, active_posts, is_coordinator, subtree
from fayol.organisation.states import ANSWERING_ORDER

MOST = 2000
"""Climbs that are played at most; what is due beyond is counted."""
MOST_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class DryItem:
    """One line of a message to come; `kind` None for what somebody has chased by hand."""

    commitment_id: int
    title: str
    kind: Kind | None
    level: Level
    due_on: date | None


@dataclass(frozen=True, slots=True)
class DryLine:
    """One message to come: who gets it when, in which half of which day, and what it would list."""

    person_id: int
    person_name: str
    at: datetime
    day: date
    half: int
    flash: bool
    items: tuple[DryItem, ...]


@dataclass(frozen=True)
class DryRun:
    """`lines` by time and person; `beyond`: climbs due in the window that were not looked at, there being too many."""

    lines: list[DryLine]
    beyond: int = 0


def dry_run(now: datetime, workdays: int = 10, person: Person | None = None, policy: Ladder | None = None) -> DryRun:
    """The messages of the next `workdays` working days if nobody moves; only those to `person` when given.

    With `policy`, running climbs of its kind, urgency and class are looked at as if they had it: what an edit would
    change. (Really they keep the copy with which they began.) Costs what is due in the window, up to MOST climbs.
    """
    calendar = work_calendar()
    end = calendar.close_of_business(calendar.add_workdays(calendar.local_day(now), workdays))
    due = Climb.objects.filter(next_look_at__lte=end)
    if person is not None:
        due = due.filter(_may_reach(person, now))
    climbs = list(due.select_related("commitment").order_by("next_look_at", "pk")[: MOST + 1])
    beyond = due.order_by()[:MOST_COUNTED].count() - MOST if len(climbs) > MOST else 0
    climbs = climbs[:MOST]
    waiting = _waiting(person, climbs)
    rows = {row.pk: row for row in [*(c.commitment for c in climbs), *(line.commitment for line in waiting)]}
    affairs = affairs_of(list(rows.values()))
    crowd = crowd_for(list(rows.values()), now, end, affairs.values())
    calendar_of_person = calendars_of(crowd.active)
    used = defaultdict(set, used_half_days(crowd.active, now, calendar_of_person))
    play = Play(crowd, calendar_of_person, now, end, used)
    climbers = [_climber(climb, crowd, affairs, policy) for climb in climbs]
    lines = [_line(line, crowd, affairs) for line in waiting]
    planned = [message for message in play.perform(climbers, lines) if person is None or message.person_id == person.pk]
    kinds = {climb.pk: Kind(climb.kind) for climb in climbs}
    keys = {climb.pk: climb.commitment_id for climb in climbs} | {-line.pk: line.commitment_id for line in waiting}
    return DryRun(_written(planned, rows, keys, kinds), beyond)


def _climber(climb: Climb, crowd: Crowd, affairs: Mapping[int, Affair], policy: Ladder | None) -> Climber:
    row = climb.commitment
    affair = affairs.get(row.pk)
    course = course_of(climb, row)
    if policy is not None and _would_have(course.ladder, affair, policy):
        course = refit(course, policy, height=climb.height, calendar=calendar_of(row))
    owing = owing_of(row, crowd, affair)
    return Climber(climb.pk, course, owing, calendar_of(row), frozenset(reached_people(climb)))


def _would_have(ladder: Ladder, affair: Affair | None, policy: Ladder) -> bool:
    if (ladder.kind, ladder.urgency) != (policy.kind, policy.urgency):
        return False
    return ladder.klass == policy.klass or bool(affair and affair.klass == policy.klass)


def _waiting(person: Person | None, climbs: Sequence[Climb]) -> list[ChaseLine]:
    """Lines that wait for their half-day already."""
    lines = ChaseLine.objects.filter(ready_at__isnull=False).select_related("commitment", "climb")
    if person is not None:
        lines = lines.filter(Q(person=person) | Q(climb__in=[climb.pk for climb in climbs]))
    return list(lines.order_by("ready_at", "pk")[:MOST])


def _line(line: ChaseLine, crowd: Crowd, affairs: Mapping[int, Affair]) -> Line:
    owing = owing_of(line.commitment, crowd, affairs.get(line.commitment_id)) if line.climb_id else None
    assert line.ready_at is not None
    return Line(line.person_id, -line.pk, Level(line.level), line.ready_at, owing)


def _may_reach(person: Person, now: datetime) -> Q:
    """Climbs that could reach this person: in whose units the person (or a principal) answers, heads or is in charge,
    or whose promise names the person. Everything for a coordinator."""
    if is_coordinator(person):
        return Q()
    people = [person.pk, *active_delegations(now).filter(deputy=person).values_list("principal_id", flat=True)]
    posts = active_posts().filter(person__in=people, role__in=ANSWERING_ORDER).values("unit")
    own = Unit.objects.filter(Q(pk__in=posts) | Q(pk__in=Charge.objects.filter(leader__in=people).values("unit")))
    below: QuerySet[Unit] = Unit.objects.filter(subtree(list(own)))
    here = Q(unit__in=list(below.values_list("pk", flat=True)))
    named = Q(commitment__responsible__in=people) | Q(commitment__requester__in=people)
    return here | named | Q(commitment__holder__in=people)


def _written(
    planned: Iterable[Planned], rows: Mapping[int, Commitment], keys: Mapping[int, int], kinds: Mapping[int, Kind]
) -> list[DryLine]:
    messages = list(planned)
    names = dict(Person.objects.filter(pk__in={m.person_id for m in messages}).values_list("pk", "name"))
    return [
        DryLine(
            message.person_id,
            names[message.person_id],
            message.at,
            message.half.day,
            message.half[1],
            message.flash,
            tuple(_item(line, rows[keys[line.key]], kinds.get(line.key)) for line in message.lines),
        )
        for message in messages
    ]


def _item(line: Line, row: Commitment, kind: Kind | None) -> DryItem:
    return DryItem(row.pk, row.title, kind, line.level, row.due_on)
