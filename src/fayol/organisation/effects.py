"""What hangs on the working calendars. Apps above register how to foresee and how to carry out the effects of a change;
this app knows no more of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fayol.organisation.actor import Actor
from fayol.organisation.calendar import Calendars
from fayol.organisation.models import Person


@dataclass(frozen=True)
class Change:
    """Another plan of calendars. The days that differ lie between `first` and `last`; `turned_off` were worked before
    and are not any more. `units` when it touches some units only. `before` is None where nobody knows any more."""

    after: Calendars
    first: date
    last: date
    why: str
    turned_off: frozenset[date] = frozenset()
    units: frozenset[int] | None = None
    before: Calendars | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that is due at another time. `kind`: moved (the deadline), required (what was asked, not what was
    promised), overtaken (what was asked is now earlier than what was promised), day_off (due on a day off)."""

    kind: str
    title: str
    url: str
    unit: str
    who: str
    before: date | datetime | None
    after: date | datetime | None


@dataclass(frozen=True)
class Effects:
    """`unseen` things were too many to be computed beforehand: they will be when the change is made."""

    rows: Sequence[Effect] = ()
    unseen: int = 0


@dataclass(frozen=True)
class Outcome:
    """`moved` so far; `pending` while the rest is done in the background."""

    moved: int = 0
    pending: bool = False


Foresee = Callable[[Change, Person | None, datetime], Effects]
Carry = Callable[[Change, Actor, datetime], Outcome]


@dataclass(frozen=True)
class Follower:
    foresee: Foresee
    carry_out: Carry


_followers: dict[str, Follower] = {}


def register(name: str, foresee: Foresee, carry_out: Carry) -> None:
    _followers[name] = Follower(foresee, carry_out)


def foresee(change: Change, viewer: Person | None, now: datetime) -> Effects:
    """As somebody may see it; None is the command line, which sees all."""
    found = [follower.foresee(change, viewer, now) for follower in _followers.values()]
    return Effects([row for one in found for row in one.rows], sum(one.unseen for one in found))


def carry_out(change: Change, *, by: Actor, now: datetime) -> Outcome:
    done = [follower.carry_out(change, by, now) for follower in _followers.values()]
    return Outcome(sum(one.moved for one in done), any(one.pending for one in done))


def turned_off(
    before: Calendars, after: Calendars, first: date, last: date, unit: int | None = None
) -> frozenset[date]:
    """Days between the two that were worked before and are not after."""
    old, new = before.of(unit), after.of(unit)
    days = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return frozenset(day for day in days if old.is_workday(day) and not new.is_workday(day))
