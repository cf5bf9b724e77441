"""The light of a promise in SQL. Says exactly what `policy.light` says (held by a property test)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, CharField, Q, Value, When

from fayol.commitments.states import CLOSED, WAITING, State

LIGHTS = ("red", "amber", "green", "grey", "done")

IS_CLOSED = Q(state__in=sorted(CLOSED))
IS_OPEN = ~IS_CLOSED
"""Spelled as in the conditions of the partial indexes, so that the planner may use them."""


def light_is(level: str, now: datetime) -> Q:
    """The condition for one light; nothing for an unknown one."""
    late = Q(due_at__lt=now)
    in_time = Q(due_at__gte=now) | Q(due_at__isnull=True)
    return {
        "red": IS_OPEN & ~Q(state=State.DRAFT) & late,
        "amber": IS_OPEN & ~Q(state=State.DRAFT) & in_time & _wants_attention(now),
        "green": IS_OPEN & ~Q(state__in=[State.DRAFT, State.ASSIGNED, *sorted(WAITING)]) & in_time & _quiet(now),
        "grey": Q(state=State.DRAFT) | Q(state=State.ASSIGNED) & in_time & _quiet(now),
        "done": IS_CLOSED,
    }.get(level, Q(pk__in=[]))


def _wants_attention(now: datetime) -> Q:
    return Q(state__in=sorted(WAITING)) | Q(amber_at__lte=now)


def _quiet(now: datetime) -> Q:
    return Q(amber_at__gt=now) | Q(amber_at__isnull=True)


def light_expression(now: datetime) -> Case:
    """The light as a word, for annotations."""
    return Case(*[When(light_is(level, now), then=Value(level)) for level in LIGHTS], output_field=CharField())


_OPEN_SQL = "NOT (state IN ('cancelled', 'fulfilled'))"
_WAITING_SQL = "state IN ('" + "', '".join(sorted(WAITING)) + "')"
STRETCHES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "red": ((f"{_OPEN_SQL} AND due_at < %(now)s", "state <> 'draft'", "due_at, id"),),
    "amber": (
        (
            f"{_OPEN_SQL} AND due_at >= %(now)s",
            f"state <> 'draft' AND ({_WAITING_SQL} OR amber_at <= %(now)s)",
            "due_at, id",
        ),
        (
            f"{_OPEN_SQL} AND due_at IS NULL",
            f"state <> 'draft' AND ({_WAITING_SQL} OR amber_at <= %(now)s)",
            "due_at, id",
        ),
    ),
    "green": tuple(
        (
            f"{_OPEN_SQL} AND {quiet}",
            f"state NOT IN ('draft', 'assigned') AND NOT ({_WAITING_SQL}) AND (due_at >= %(now)s OR due_at IS NULL)",
            "amber_at, id",
        )
        for quiet in ("amber_at > %(now)s", "amber_at IS NULL")
    ),
    "grey": (
        ("state = 'draft'", "true", "due_at, id"),
        *(
            (
                f"{_OPEN_SQL} AND {quiet}",
                "state = 'assigned' AND (due_at >= %(now)s OR due_at IS NULL)",
                "amber_at, id",
            )
            for quiet in ("amber_at > %(now)s", "amber_at IS NULL")
        ),
    ),
}
"""Each light as stretches of the table: what an index answers, what is looked at row by row, the order of the index.
The same as the bands of a list sorted by light, in plain SQL because all of them are counted on every page."""
