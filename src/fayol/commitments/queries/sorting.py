"""From filters to the bands and keys by which `walk` reads a list."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, CharField, F, Func, IntegerField, Q, Value
from django.db.models.expressions import CombinedExpression, Expression

from fayol.commitments.queries.filters import Conditions, Filters
from fayol.commitments.queries.lights import LIGHTS, light_is
from fayol.commitments.queries.walk import Band, Key, Order
from fayol.commitments.states import CLOSED, STAGE, State
from fayol.organisation.models import Unit

BY_DUE = (Key("due_at"), Key("id"))
BY_AMBER = (Key("amber_at"), Key("id"))
_PLAIN: dict[str, tuple[Key, ...]] = {
    "ref": (Key("number_key"), Key("id")),
    "title": (Key("title"), Key("id")),
    "holder": (Key("holder_id"), Key("due_at"), Key("id")),
    "note": (Key("last_note_at"), Key("id")),
    "chases": (Key("chases"), Key("id")),
    "climbed": (Key("climbed"), Key("chases"), Key("id")),
}
BY_MATTER = (Key("origin_id", descending=True), Key("due_at"), Key("id"))
BY_CLOSING = (Key("closed_at", descending=True, nulls_first=True), Key("id", descending=True, nulls_first=True))


class NumberKey(Func):
    """ "118-04.2" so written that text order is number order. An index keeps just this expression."""

    function = "commitments_number_key"
    output_field = CharField()


def effective_sort(filters: Filters) -> str:
    """What the list is really sorted by. Nothing asked for: by matter; one light: as lights are; one matter, window of
    days or word: by due day; what is closed: the latest first."""
    sort = filters.sort.removeprefix("-")
    if filters.scope != "open" and sort in ("holder", "light", "climbed"):
        sort = ""
    if sort:
        return filters.sort
    if filters.scope == "closed":
        return "closed"
    if filters.light:
        return "light"
    return "due" if filters.due or filters.matter or filters.q else "matter"


def fallback_sort(filters: Filters) -> str:
    """What every combination of filters can be read by at a bounded cost."""
    return {"open": "light", "closed": "closed"}.get(filters.scope, "due")


def order_and_where(sort: str, filters: Filters, given: Conditions, now: datetime) -> tuple[Order, Q]:
    """How to read the list by `sort`, and what every row must meet beside."""
    name, back = sort.removeprefix("-"), sort.startswith("-")
    if name == "light":
        levels = [filters.light] if filters.light else [*LIGHTS[:4]]
        return Order(BY_DUE, light_bands(levels, given, now), {}), given.rest & given.exact & given.due
    where = given.rest & (light_is(filters.light, now) if filters.light else Q())
    if name in ("due", "unit", "stage"):
        return _by_due(name, filters, given, where, back=back)
    keys = {"matter": BY_MATTER, "closed": BY_CLOSING}.get(name) or _PLAIN[name]
    if back:
        keys = tuple(_turned(key, first=i == 0) for i, key in enumerate(keys))
    driver = given.scope & given.exact if given.few else given.scope
    if name == "closed":
        driver &= Q(closed_at__isnull=False)
    made = {"number_key": NumberKey(F("ref"))} if name == "ref" else {}
    return Order(keys, (Band(name, driver),), made), where & given.due & given.exact


def _turned(key: Key, *, first: bool) -> Key:
    """The other way round; in the first column NULLs stay at the end."""
    return Key(key.path, descending=not key.descending, nulls_first=not first or key.path == "id")


def _by_due(name: str, filters: Filters, given: Conditions, where: Q, *, back: bool) -> tuple[Order, Q]:
    """Sorts whose index goes on by the due instant within each band."""
    if name == "unit" and not filters.unit:
        units = units_in_order()[:: -1 if back else 1]
        bands = tuple(Band(f"u{pk}", Q(performer_unit=pk) & given.scope & given.due) for pk in units)
        return Order(BY_DUE, bands, {}, _position(units)), where & given.exact & given.scope & given.due
    if name == "stage" and len(filters.state) != 1:
        states = _stages(filters)[:: -1 if back else 1]
        bands = tuple(Band(f"s{state}", Q(state=state) & given.due) for state in states)
        return Order(BY_DUE, bands, {}), where & given.exact
    keys = tuple(_turned(key, first=i == 0) for i, key in enumerate(BY_DUE)) if name == "due" and back else BY_DUE
    return Order(keys, (Band("due", given.exact & given.scope & given.due),), {}), where


def light_bands(levels: list[str], given: Conditions, now: datetime) -> tuple[Band, ...]:
    """One light after the other. What is late or wants attention by due day; the quiet by the instant at which they
    will want it: each along an index that begins where the light begins, so that no other light is read for it."""
    few = given.exact if given.few else Q()
    by_due = given.scope & given.exact & given.due
    by_amber = given.scope & few
    bands: list[Band] = []
    for level in levels:
        condition = light_is(level, now)
        if level == "red":
            bands.append(Band("red", by_due & Q(due_at__lt=now), condition))
        elif level == "amber":
            bands.append(Band("amber", by_due & Q(due_at__gte=now), condition))
            bands.append(Band("amber-undated", by_due & Q(due_at__isnull=True), condition))
        elif level == "done":
            bands.append(Band("done", by_due, condition))
        else:
            if level == "grey":
                bands.append(Band("draft", given.scope & few & Q(state=State.DRAFT)))
                condition &= ~Q(state=State.DRAFT)
            bands.append(Band(level, by_amber & Q(amber_at__gt=now), condition, BY_AMBER))
            bands.append(Band(f"{level}-quiet", by_amber & Q(amber_at__isnull=True), condition, BY_AMBER))
    return tuple(bands)


def units_in_order() -> list[int]:
    """Every unit as the tree is read: manual order at each level."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in Unit.objects.order_by("order", "id").values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found: list[int] = []
    waiting = children.get(None, [])[::-1]
    while waiting:
        pk = waiting.pop()
        found.append(pk)
        waiting += children.get(pk, [])[::-1]
    return found


def _position(units: list[int]) -> Expression:
    listed = Value(units, output_field=ArrayField(BigIntegerField()))
    place = Func(listed, F("performer_unit_id"), function="array_position", output_field=IntegerField())
    return CombinedExpression(place, "-", Value(1))


def _stages(filters: Filters) -> list[State]:
    wanted = {State(s) for s in filters.state} or set(State)
    if filters.scope != "all":
        wanted = {s for s in wanted if (s in CLOSED) == (filters.scope == "closed")}
    return sorted(wanted, key=lambda s: (STAGE[s].at, list(State).index(s)))
