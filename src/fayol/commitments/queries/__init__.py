"""Named reads of promises, for lists and figures. What they cost follows the page, not the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from django.db.models import F, ForeignKey, Q

from fayol.commitments.models import Commitment
from fayol.commitments.policy import light
from fayol.commitments.queries.figures import CAP, Counted, by_light
from fayol.commitments.queries.filters import DUES, SCOPES, SORTS, Filters, Viewer, conditions
from fayol.commitments.queries.lights import IS_OPEN, LIGHTS, light_expression, light_is
from fayol.commitments.queries.sorting import BY_DUE, effective_sort, fallback_sort, light_bands, order_and_where
from fayol.commitments.queries.walk import Band, Found, Order, TooManyError, count_upto, page
from fayol.commitments.states import State
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person, Unit

__all__ = [
    "DUES", "LIGHTS", "SCOPES", "SORTS", "Counted", "Desk", "Filters", "Listing", "Viewer", "counts", "desk", "keys_of",
    "ledger", "light_expression", "light_is", "mine", "red_lights", "rows_of", "supports_of", "tally",
]  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """One page of promises. `sort` is what it is really sorted by; `resorted`: not what was asked for, because too
    many rows meet the filters to be sorted so."""

    rows: list[Commitment]
    next: str = ""
    previous: str = ""
    sort: str = ""
    resorted: bool = False
    name: str = field(default="at")

    @property
    def to_next(self) -> dict[str, str]:
        return {self.name: self.next}

    @property
    def to_previous(self) -> dict[str, str]:
        return {self.name: self.previous}


def ledger(person: Person | Viewer, filters: Filters, now: datetime, *, cursor: str = "", size: int = 50) -> Listing:
    """What the person may see of what the filters ask for, a page of it, with the units and people shown in lists."""
    found, sort, resorted = _found(person, filters, now, cursor, size)
    return Listing(rows_of(found.ids), found.next, found.previous, sort, resorted)


def keys_of(person: Person | Viewer, filters: Filters, now: datetime, *, most: int) -> list[int]:
    """All keys that meet the filters, up to `most`, in the order of matters: for an export. Costs what it gives."""
    given = conditions(filters, person, now)
    where = given.rest & given.exact & given.due & given.scope
    if filters.light:
        where &= light_is(filters.light, now)
    return list(Commitment.objects.filter(where).order_by("origin_id", "id").values_list("pk", flat=True)[:most])


def _found(person: Person | Viewer, filters: Filters, now: datetime, cursor: str, size: int) -> tuple[Found, str, bool]:
    given = conditions(filters, person, now)
    sort = effective_sort(filters)
    try:
        order, where = order_and_where(sort, filters, given, now)
        return page(order, where, cursor=cursor, size=size), sort, False
    except TooManyError:
        instead = fallback_sort(filters)
        order, where = order_and_where(instead, filters, given, now)
        return page(order, where, cursor=cursor, size=size, most=None), instead, sort != instead


def rows_of(ids: list[int]) -> list[Commitment]:
    """The rows in this order; the few units and people they name are read once and shared, which is quicker than
    joining them to every row."""
    found = Commitment.objects.in_bulk(ids)
    rows = [found[pk] for pk in ids if pk in found]
    units = Unit.objects.in_bulk({getattr(row, f"{name}_id") for row in rows for name in _UNITS} - {None})
    people = Person.objects.in_bulk({getattr(row, f"{name}_id") for row in rows for name in _PEOPLE} - {None})
    for names, found_by_key in ((_UNITS, units), (_PEOPLE, people)):
        for name in names:
            field = Commitment._meta.get_field(name)
            assert isinstance(field, ForeignKey)
            for row in rows:
                field.set_cached_value(row, found_by_key.get(getattr(row, field.attname)))
    return rows


_UNITS = ("performer_unit", "requester_unit", "holder_unit")
_PEOPLE = ("requester", "responsible", "holder")


def supports_of(rows: Iterable[Commitment]) -> dict[int, list[str]]:
    """For each lead among the rows: the names of the units that support it, in order."""
    leads = [row.pk for row in rows if row.parent_id is None]
    names: dict[int, list[str]] = {}
    found = Commitment.objects.filter(parent__in=leads).order_by("parent_id", "id")
    for parent, short, official in found.values_list(
        "parent_id", "performer_unit__short_name", "performer_unit__official_name"
    ):
        names.setdefault(parent or 0, []).append(short or official)
    return names


# ── figures ────────────────────────────────────────────────────────────────


def counts(person: Person | Viewer, filters: Filters, now: datetime) -> dict[str, Counted]:
    """How many of each light meet the other filters, and "all" that are open; each counted up to CAP."""
    base = replace(filters, light="", scope="open")
    given = conditions(base, person, now)
    found = by_light(given, LIGHTS[:4], now)
    total = Counted(sum(value.number for value in found.values()), any(value.more for value in found.values()))
    return {"all": total, **found}


def tally(person: Person, now: datetime) -> dict[str, Counted]:
    """For the top of the workbench: "mine" (the ball is with the person), of these "mine_red" and "mine_today", and
    "red" (late, of all that the person sees)."""
    balls = Q(holder=person.pk) & IS_OPEN
    by_due = ("due_at", "id")
    today = balls & Q(due_at__gte=now, due_at__lt=_end_of_day(now))
    seen = conditions(Filters(), person, now)
    return {
        "mine": Counted(*count_upto([(balls, Q(), by_due)], CAP)),
        "mine_red": Counted(*count_upto([(balls & Q(due_at__lt=now), light_is("red", now), by_due)], CAP)),
        "mine_today": Counted(*count_upto([(today, Q(), by_due)], CAP)),
        "red": by_light(seen, ["red"], now)["red"],
    }


def _end_of_day(now: datetime) -> datetime:
    calendar = work_calendar()
    return datetime.combine(calendar.local_day(now) + timedelta(days=1), time(), calendar.tz)


# ── the workbench ──────────────────────────────────────────────────────────


MOST_SORTED = 100
"""Balls that are looked at all together; whoever has more gets them band by band."""


@dataclass(frozen=True)
class Desk:
    """What somebody has to do, and what is late of all that he sees."""

    mine: list[Commitment]
    red: list[Commitment]


def desk(who: Person | Viewer, now: datetime, *, mine: int, red: int) -> Desk:
    """Both lists of the workbench, up to so many; units and people read once for both."""
    viewer = Viewer.of(who, now)
    balls, late = _keys_mine(viewer.person, now, mine), _keys_red(viewer, now, red)
    rows = {row.pk: row for row in rows_of([*dict.fromkeys([*balls, *late])])}
    return Desk([rows[pk] for pk in balls if pk in rows], [rows[pk] for pk in late if pk in rows])


def mine(person: Person, now: datetime, limit: int = 50) -> list[Commitment]:
    """What waits for the person: late first, then due today, then what wants attention, then the rest by due day."""
    return rows_of(_keys_mine(person, now, limit))


def red_lights(who: Person | Viewer, now: datetime, limit: int = 20) -> list[Commitment]:
    """What is late of all that the person sees, the longest first."""
    return rows_of(_keys_red(who, now, limit))


def _keys_mine(person: Person, now: datetime, limit: int) -> list[int]:
    balls = Q(holder=person.pk) & IS_OPEN
    by_due = Commitment.objects.filter(balls).order_by(F("due_at").asc(nulls_last=True), "id")
    held = list(by_due.values_list("id", "state", "due_at", "amber_at")[: MOST_SORTED + 1])
    until = _end_of_day(now)
    if len(held) > MOST_SORTED:
        return page(Order(BY_DUE, _bands_mine(balls, until, now), {}), Q(), size=limit, most=None).ids
    soon = [pk for pk, _state, due, _amber in held if due and due < until]
    later = [
        (pk, light(State(s), due_at=due, amber_at=a, now=now)) for pk, s, due, a in held if not due or due >= until
    ]
    amber = [pk for pk, level in later if level == "amber"]
    return [*soon, *amber, *(pk for pk, level in later if level != "amber")][:limit]


def _bands_mine(balls: Q, until: datetime, now: datetime) -> tuple[Band, ...]:
    soon, later = balls & Q(due_at__lt=until), balls & Q(due_at__gte=until)
    undated, amber = balls & Q(due_at__isnull=True), light_is("amber", now)
    quiet = light_is("green", now) | light_is("grey", now)
    return (
        Band("soon", soon),
        Band("amber", later, amber),
        Band("amber-undated", undated, amber),
        Band("later", later, quiet),
        Band("undated", undated, quiet),
    )


def _keys_red(who: Person | Viewer, now: datetime, limit: int) -> list[int]:
    seen = conditions(Filters(), who, now)
    return page(Order(BY_DUE, light_bands(["red"], seen, now), {}), seen.rest, size=limit, most=None).ids
