"""Who had the ball how long, in working time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as t

from fayol.commitments.models import Booking
from fayol.commitments.presenter import took_of
from fayol.commitments.states import BUCKET_WORDS
from fayol.organisation.calendar import work_calendar


@dataclass(frozen=True)
class Held:
    """Somebody's share of one kind of time; `now` while it is running."""

    bucket: str
    who: str
    unit: str
    took: str
    now: bool


@dataclass(frozen=True)
class Times:
    """`sums` are (words, working time) by kind, in the order in which they came up; `held` each holder's share."""

    sums: list[tuple[str, str]]
    held: list[Held]
    total: str


def times_of(bookings: Iterable[Booking], now: datetime) -> Times:
    """The bookings of one promise, oldest first, with person and unit loaded."""
    calendar = work_calendar()
    sums: dict[str, timedelta] = {}
    shares: dict[tuple[str, int, int], tuple[Booking, timedelta, bool]] = {}
    for booking in bookings:
        spent = calendar.worked(booking.started_at, booking.ended_at or now)
        sums[booking.bucket] = sums.get(booking.bucket, timedelta()) + spent
        key = (booking.bucket, booking.person_id, booking.unit_id)
        _first, before, _running = shares.get(key, (booking, timedelta(), False))
        shares[key] = (booking, before + spent, booking.ended_at is None)
    return Times(
        sums=[(t(BUCKET_WORDS[bucket]), took_of(spent.total_seconds())) for bucket, spent in sums.items()],
        held=[_held(*share) for share in shares.values()],
        total=took_of(sum(sums.values(), timedelta()).total_seconds()),
    )


def _held(booking: Booking, spent: timedelta, running: bool) -> Held:
    words = t(BUCKET_WORDS[booking.bucket])
    return Held(words, booking.person.name, booking.unit.name, took_of(spent.total_seconds()), running)
