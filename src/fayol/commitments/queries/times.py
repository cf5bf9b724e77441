"""How long whose hands had it: working time by kind, summed over promises. Costs what is summed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fayol.commitments.models import Booking, Commitment
from fayol.commitments.queries import keys_of
from fayol.commitments.queries.filters import Filters, Viewer
from fayol.commitments.states import BUCKET_WORDS
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person, Unit

Spent = Mapping[str, timedelta]
MOST_SUMMED = 2000
"""Promises over which sums are made; beyond them the answer says so."""
BATCH = 500


def spent_on(ids: Iterable[int], now: datetime) -> dict[int, dict[str, timedelta]]:
    """For each of these promises the working time by kind; those never sent out are missing."""
    calendar = work_calendar()
    bookings = Booking.objects.filter(commitment__in=list(ids)).order_by()
    found: dict[int, dict[str, timedelta]] = defaultdict(dict)
    for pk, bucket, start, end in bookings.values_list("commitment_id", "bucket", "started_at", "ended_at"):
        spent = found[pk]
        spent[bucket] = spent.get(bucket, timedelta()) + calendar.worked(start, end or now)
    return dict(found)


@dataclass
class Share:
    """One unit's promises: how many, and the working time by kind."""

    unit: Unit
    count: int = 0
    spent: dict[str, timedelta] = field(default_factory=dict)

    def add(self, spent: Spent) -> None:
        self.count += 1
        for bucket, amount in spent.items():
            self.spent[bucket] = self.spent.get(bucket, timedelta()) + amount


@dataclass(frozen=True)
class Sums:
    """By performing unit, in the order of the organisation: this is no ranking. `more` when there are more promises
    than were summed."""

    shares: Sequence[Share]
    more: bool

    @property
    def count(self) -> int:
        return sum(share.count for share in self.shares)

    def total(self, bucket: str) -> timedelta:
        return sum((share.spent.get(bucket, timedelta()) for share in self.shares), timedelta())


def spent_by_unit(ids: Sequence[int], now: datetime) -> list[Share]:
    performers = dict(Commitment.objects.filter(pk__in=ids).values_list("pk", "performer_unit_id"))
    shares = {pk: Share(unit) for pk, unit in Unit.objects.in_bulk(set(performers.values())).items()}
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        spent = spent_on(part, now)
        for pk in part:
            if pk in performers:
                shares[performers[pk]].add(spent.get(pk, {}))
    return sorted(shares.values(), key=lambda share: (share.unit.path, share.unit.pk))


def sums_of(person: Person | Viewer, filters: Filters, now: datetime) -> Sums:
    """What the filters show, summed by performing unit; only what the person sees."""
    keys = keys_of(person, filters, now, most=MOST_SUMMED + 1)
    return Sums(spent_by_unit(keys[:MOST_SUMMED], now), len(keys) > MOST_SUMMED)


BUCKETS = tuple(BUCKET_WORDS)
