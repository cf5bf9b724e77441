"""The ladder of one promise as its page shows it, and how far many of them have come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from fayol.commitments.models import Commitment
from fayol.ladders.models import BriefItem, Climb
from fayol.ladders.policy import Crowd, Ladder, Owing, coming, holder_of, reach, step
from fayol.ladders.queries.facing import calendar_of, course_of, owing_of
from fayol.ladders.queries.people import crowd_for
from fayol.ladders.registry import Affair, affairs_of
from fayol.ladders.states import HEIGHT, Kind, Level, Mark, Skip
from fayol.organisation.models import Person


@dataclass(frozen=True, slots=True)
class RungView:
    """One rung: whom it reached or would reach now, and when. `why` tells why it was (or would be) passed over."""

    level: Level
    mark: Mark
    person: Person | None
    when: datetime | None
    why: Skip | None = None
    words: str = ""


@dataclass(frozen=True)
class LadderView:
    """The climb that runs (else the last one that did), its rungs from below to the top.

    `standing_still`: the ball is elsewhere for the time being. `level`: the highest one reached in this pass.
    """

    climb: Climb
    kind: Kind
    ladder: Ladder
    rungs: tuple[RungView, ...]
    level: Level | None
    next: RungView | None

    @property
    def ended(self) -> bool:
        return self.climb.ended_at is not None

    @property
    def standing_still(self) -> bool:
        return self.climb.suspended

    def paused(self, now: datetime) -> datetime | None:
        until = self.climb.paused_until
        return until if until and until > now and not self.ended else None

    def muted(self, now: datetime) -> datetime | None:
        until = self.climb.muted_until
        return until if until and until > now and not self.ended else None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a running climb has come. `level` None: nobody has been reached yet."""

    kind: Kind
    level: Level | None
    at: datetime | None
    next_at: datetime | None
    muted_until: datetime | None


def rungs_of(ids: Sequence[int]) -> dict[int, Reach]:
    """For lists: the running climb of each of these promises, by key; one query."""
    found: dict[int, Reach] = {}
    climbs = Climb.objects.filter(commitment__in=ids, ended_at__isnull=True).order_by("suspended", "-id")
    columns = ("commitment_id", "kind", "height", "last_at", "next_look_at", "muted_until")
    for pk, kind, height, last_at, next_at, muted in climbs.values_list(*columns):
        level = list(Level)[height - 1] if height else None
        found.setdefault(pk, Reach(Kind(kind), level, last_at, next_at, muted))
    return found


def heights(ids: Sequence[int]) -> dict[int, int]:
    """How high the climb that runs now (not one that stands still) has come for these promises; those where nobody
    has been reached are left out."""
    running = Climb.objects.filter(commitment__in=ids, ended_at__isnull=True, suspended=False, height__gt=0)
    return dict(running.order_by("height").values_list("commitment_id", "height"))


def next_rung(commitment: Commitment, now: datetime) -> RungView | None:
    """Who comes next, and when, if nobody moves."""
    view = ladder_of(commitment, now)
    return view.next if view else None


def ladder_of(commitment: Commitment, now: datetime) -> LadderView | None:
    """None where nothing was ever watched. A dozen queries at most, whatever the ladder."""
    climbs = Climb.objects.filter(commitment=commitment).select_related("muted_by")
    climb = climbs.filter(ended_at__isnull=True).order_by("suspended", "-id").first() or climbs.order_by("-id").first()
    if climb is None:
        return None
    ladder = Ladder.from_json(climb.ladder)
    rungs = _rungs(climb, ladder, commitment, now)
    level = list(Level)[climb.height - 1] if climb.height else None
    following = next((rung for rung in rungs if rung.mark in (Mark.NEXT, Mark.PAUSED, Mark.MUTED)), None)
    return LadderView(climb, Kind(climb.kind), ladder, rungs, level, following)


def _rungs(climb: Climb, ladder: Ladder, row: Commitment, now: datetime) -> tuple[RungView, ...]:
    passed = {int(entry["rung"]): entry for entry in climb.reached}
    when: dict[int, datetime] = {}
    if climb.ended_at is None and not climb.suspended:
        when = {c.index: c.at for c in coming(course_of(climb, row), calendar_of(row))}
    people = _people_to_come(climb, ladder, row, now) if climb.ended_at is None else {}
    known = Person.objects.in_bulk({*(e["person"] for e in passed.values()), *(p for p, _ in people.values())} - {None})
    shown = []
    for index, rung in enumerate(ladder.rungs):
        if entry := passed.get(index):
            why = Skip(entry["why"]) if entry.get("why") else None
            mark = Mark.SKIPPED if why else Mark.DONE
            at = datetime.fromisoformat(entry["at"])
            shown.append(RungView(rung.level, mark, known.get(entry["person"]), at, why, rung.words))
        elif index in when or (index >= climb.next_rung and climb.suspended):
            person, why = people.get(index, (None, None))
            mark = _mark(climb, now) if index == min(when, default=-1) else Mark.TODO
            shown.append(RungView(rung.level, mark, known.get(person or 0), when.get(index), why, rung.words))
    return tuple(shown)


def _mark(climb: Climb, now: datetime) -> Mark:
    if climb.muted_until and climb.muted_until > now:
        return Mark.MUTED
    return Mark.PAUSED if climb.paused_until and climb.paused_until > now else Mark.NEXT


def _people_to_come(
    climb: Climb, ladder: Ladder, row: Commitment, now: datetime
) -> dict[int, tuple[int | None, Skip | None]]:
    """Whom the rungs to come would reach if they came now."""
    crowd = crowd_for([row], now, now)
    owing = owing_of(row, crowd, affairs_of([row]).get(row.pk))
    below = {holder_of(owing, crowd, at=now), *reached_people(climb)}
    found: dict[int, tuple[int | None, Skip | None]] = {}
    for index in range(climb.next_rung, len(ladder.rungs)):
        outcome = _would(ladder.rungs[index].level, owing, crowd, now, below)
        found[index] = outcome
        if outcome[0]:
            below.add(outcome[0])
    return found


@dataclass(frozen=True, slots=True)
class Following:
    """The rung that comes next for a climb: whom it would reach now, and when."""

    level: Level
    at: datetime
    person_name: str


def following_of(climbs: Sequence[Climb], now: datetime) -> dict[int, Following]:
    """By the key of the climb; those at the top have none. The same number of statements for any number of climbs."""
    due = {climb.pk: climb for climb in climbs if climb.next_look_at is not None}
    rows = Commitment.objects.in_bulk({climb.commitment_id for climb in due.values()})
    affairs = affairs_of(list(rows.values()))
    crowd = crowd_for(list(rows.values()), now, now, affairs.values())
    found = {pk: _following(climb, rows[climb.commitment_id], crowd, affairs, now) for pk, climb in due.items()}
    known = {pk: outcome for pk, outcome in found.items() if outcome}
    people = {who for _level, _at, who in known.values()}
    names = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    return {pk: Following(level, at, names.get(who, "")) for pk, (level, at, who) in known.items()}


def _following(
    climb: Climb, row: Commitment, crowd: Crowd, affairs: Mapping[int, Affair], now: datetime
) -> tuple[Level, datetime, int] | None:
    """The first rung to come that would reach somebody, at the time of the first to come: what cannot act is passed
    over at once."""
    course, calendar = course_of(climb, row), calendar_of(row)
    owing = owing_of(row, crowd, affairs.get(row.pk))
    future = step(course, owing, crowd, reached=reached_people(climb), now=now, calendar=calendar)
    acted = future.acted
    return (acted.level, acted.foreseen, acted.person_id) if acted and acted.person_id else None


def _would(level: Level, owing: Owing, crowd: Crowd, now: datetime, below: set[int]) -> tuple[int | None, Skip | None]:
    outcome = reach(level, owing, crowd, at=now, below=below)
    return outcome.person_id, outcome.why


def reached_people(climb: Climb) -> set[int]:
    """Whom this pass has reached."""
    return {int(entry["person"]) for entry in climb.reached if not entry.get("why")}


def climbs_above(level: Level, *, limit: int) -> list[Climb]:
    """Running climbs that have come to this level or higher, the highest first and there the longest; by an index."""
    found = Climb.objects.filter(ended_at__isnull=True, height__gte=HEIGHT[level])
    return list(found.order_by("-height", "last_at", "id").select_related("commitment")[:limit])


def brief_list(leader: Person, *, limit: int = 50) -> list[BriefItem]:
    """What stands on the leader's list, the newest first."""
    items = BriefItem.objects.filter(leader=leader, ended_at__isnull=True)
    return list(items.select_related("commitment", "commitment__performer_unit").order_by("-since")[:limit])


def muted_among(ids: Sequence[int], now: datetime) -> set[int]:
    """Those of these promises whose ladder is muted now."""
    muted = Q(ended_at__isnull=True, muted_until__gt=now)
    return set(Climb.objects.filter(muted, commitment__in=ids).values_list("commitment_id", flat=True))
