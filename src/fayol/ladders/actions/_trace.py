"""What every change of a climb leaves: a fact with the changed values, all of one act in a handful of statements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from fayol.commitments.actions.climbing import keep_climbed
from fayol.facts.journal import Item, record_many
from fayol.facts.models import Fact
from fayol.facts.spelling import changed, spelled
from fayol.ladders.models import Climb
from fayol.ladders.queries.climbs import heights
from fayol.organisation.actor import Actor

UNTRACKED = frozenset({"id", "ladder", "reached", "next_look_at", "trouble"})
"""Not in the facts: the key, the frozen ladder (its version is), and what follows from other values."""
TRACKED = tuple(f.attname for f in Climb._meta.concrete_fields if f.attname not in UNTRACKED)


def snapshot(climb: Climb) -> dict[str, Any]:
    return {name: spelled(getattr(climb, name)) for name in TRACKED}


@dataclass
class Trace:
    """A climb under way and what has happened to it so far: (verb, extra values), each with what it changed."""

    climb: Climb
    before: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    look: datetime | None = None

    @property
    def touched(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.told) or self.climb.next_look_at != self.look

    @classmethod
    def of(cls, climb: Climb) -> Trace:
        return cls(climb, snapshot(climb), look=climb.next_look_at)

    @classmethod
    def new(cls, climb: Climb) -> Trace:
        return cls(climb)

    def tell(self, verb: str, **extra: Any) -> None:
        """What has changed since the last telling happened by this verb."""
        after = snapshot(self.climb)
        self.told.append((f"ladder.{verb}", {**extra, "set": changed(self.before, after)}))
        self.before = after


def keep(traces: Sequence[Trace], *, by: Actor, now: datetime) -> list[Fact]:
    """Store the climbs and record what was told of them, in order; a handful of statements however many."""
    fresh = [trace.climb for trace in traces if trace.climb.pk is None]
    known = [trace.climb for trace in traces if trace.climb.pk is not None]
    if known:
        told = {name for trace in traces for _verb, data in trace.told for name in data["set"]}
        _update(known, sorted((told & set(TRACKED)) - {"commitment_id"} | {"reached", "next_look_at", "trouble"}))
    if fresh:
        Climb.objects.bulk_create(fresh, batch_size=500)
    if known:
        _pass_on(traces)
    items: list[Item] = [(trace.climb.pk, verb, data) for trace in traces for verb, data in trace.told]
    return record_many("climb", items, by=by, now=now)


_HEIGHT_FROM = {"height", "suspended", "ended_at"}


def _pass_on(traces: Sequence[Trace]) -> None:
    """How far each of these promises has been chased now, for the lists that are sorted by it."""
    stirred = [trace.climb.commitment_id for trace in traces
               if any(_HEIGHT_FROM & data["set"].keys() for _verb, data in trace.told)]  # fmt: skip
    if stirred:
        keep_climbed(dict.fromkeys(stirred, 0) | heights(stirred))


def _update(climbs: Sequence[Climb], names: Sequence[str]) -> None:
    """One statement of arrays: bulk_update's CASE for every row and column would cost more than all the rest."""
    fields = {f.attname: f for f in Climb._meta.concrete_fields}
    sets = ", ".join(f"{name} = v.{name}" for name in names)
    types = ["bigint", *(str(fields[name].db_type(connection)) for name in names)]
    arrays = ", ".join("%s::text[]::jsonb[]" if kind == "jsonb" else f"%s::{kind}[]" for kind in types)
    table = Climb._meta.db_table
    statement = f"UPDATE {table} AS c SET {sets} FROM unnest({arrays}) AS v(id, {', '.join(names)}) WHERE c.id = v.id"  # noqa: S608  our own names
    columns = [[climb.pk for climb in climbs], *([_plain(getattr(climb, name)) for climb in climbs] for name in names)]
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
