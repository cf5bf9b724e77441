"""The reasons for which a promise is expected to be late: who finds them, and how they are said.

Apps above add their own (a predecessor slipped) with `register_reason`, and say with `look_again_at` that something
changed which a reason depends on. What was found is kept in `Commitment.foreseen`; it makes the light amber from the
first instant at which there was a reason, and takes that back when there is none any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as t

from fayol.commitments.models import Commitment
from fayol.commitments.policy_foresee import AT_WORK, Reason

Find = Callable[[Sequence[int], datetime], Mapping[int, Sequence[Reason]]]
Say = Callable[[Reason], str]


@dataclass(frozen=True, slots=True)
class Finder:
    """`find(ids, now)` gives what it found of these promises, in a number of queries that does not grow with them."""

    name: str
    find: Find


_finders: dict[str, Finder] = {}
_sayings: dict[str, Say] = {}


def register_reason(name: str, find: Find, say: Say) -> None:
    """`name` is the code of the reason: `find` need not write it. `say(reason)` is its sentence, without a full stop.

    A later registration with the same name replaces the former."""
    _finders[name] = Finder(name, find)
    _sayings[name] = say


def unregister_reason(name: str) -> None:
    _finders.pop(name, None)
    _sayings.pop(name, None)


def found_elsewhere(ids: Sequence[int], now: datetime) -> dict[int, list[Reason]]:
    """What the registered finders say of these promises."""
    found: dict[int, list[Reason]] = {}
    for finder in _finders.values():
        for pk, reasons in finder.find(ids, now).items():
            found.setdefault(pk, []).extend({**reason, "code": finder.name} for reason in reasons)
    return found


def look_again_at(ids: Iterable[int], *, now: datetime) -> None:
    """Something outside these promises changed: let the next sweep look at those that are under way."""
    rows = Commitment.objects.filter(pk__in=list(ids), state__in=sorted(AT_WORK), due_at__gt=now)
    rows.update(foresee_at=now)


def crowd_changed(places: Iterable[tuple[int, date]], *, now: datetime) -> None:
    """Something is no longer due for these units on these days: let the next sweep look at what was too much there.

    What is being changed at this moment is left out: it is looked at anyway, and nobody waits for a colleague here.
    """
    known = sorted(set(places))
    if known:
        with connection.cursor() as cursor:
            cursor.execute(_LOOK_AT_CROWDS, [now, *_columns([(*place, 0) for place in known]), sorted(AT_WORK), now])


def look_at_crowds(counted: Mapping[tuple[int, date], int], *, now: datetime) -> None:
    """So many are due for these units on these days, which is too much (0: which is not): let the next sweep look at
    those that were told otherwise."""
    if counted:
        rows = sorted((unit, day, count) for (unit, day), count in counted.items())
        with connection.cursor() as cursor:
            cursor.execute(_LOOK_AT_CROWDS, [now, *_columns(rows), sorted(AT_WORK), now])


def _columns(rows: Sequence[tuple[int, date, int]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


_LOOK_AT_CROWDS = """
UPDATE commitments_commitment SET foresee_at = %s
WHERE id IN (
    SELECT c.id
    FROM unnest(%s::bigint[], %s::date[], %s::int[]) AS place (unit, day, count)
    JOIN commitments_commitment AS c ON c.performer_unit_id = place.unit AND c.due_on = place.day
        AND c.due_at >= place.day - 1 AND c.due_at < place.day + 2
    WHERE c.state = ANY(%s) AND least(c.due_at, c.foresee_at) > %s AND CASE place.count
        WHEN 0 THEN c.foreseen @> '[{"code": "crowded"}]'
        ELSE NOT c.foreseen @> jsonb_build_array(jsonb_build_object('code', 'crowded', 'count', place.count)) END
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
"""


# ── in words ───────────────────────────────────────────────────────────────


def words_of(reason: Reason) -> str:
    """One reason as people read it; nothing for one whose app is gone."""
    say = _SAYINGS.get(reason["code"]) or _sayings.get(reason["code"])
    return say(reason) if say else ""


def _day(iso: str) -> str:
    on = date.fromisoformat(iso)
    return t("%(month)d月%(day)d日") % {"month": on.month, "day": on.day}


def _away(reason: Reason) -> str:
    if reason["since"] == reason["until"]:
        return t("%(who)s%(day)s不在") % {"who": reason["who"], "day": _day(reason["since"])}
    until = _day(reason["until"])
    if reason["since"][:7] == reason["until"][:7]:
        until = t("%(day)d日") % {"day": date.fromisoformat(reason["until"]).day}
    span = {"who": reason["who"], "since": _day(reason["since"]), "until": until}
    return t("%(who)s%(since)s至%(until)s不在") % span


def _word_missed(reason: Reason) -> str:
    return t("说好%(day)s再反馈，没有反馈") % {"day": _day(reason["day"])}


def _quiet(reason: Reason) -> str:
    return t("%(day)s以来没有进展，所剩时间已过半") % {"day": _day(reason["since"])}


def _behind(reason: Reason) -> str:
    return t("完成%(done)d%%时，时间已过%(passed)d%%") % reason


def _crowded(reason: Reason) -> str:
    usual = f"{reason['usual']:g}"
    return t("承办单位当天有%(count)d条到期，平时每天%(usual)s条") % {"count": reason["count"], "usual": usual}


def _support_late(reason: Reason) -> str:
    return t("%(unit)s配合的“%(title)s”已超期") % reason


_SAYINGS: dict[str, Say] = {
    "away": _away,
    "word_missed": _word_missed,
    "quiet": _quiet,
    "behind": _behind,
    "crowded": _crowded,
    "support_late": _support_late,
}


def foreseen_words(row: Commitment, now: datetime) -> list[str]:
    """Why it is expected to be late, in words; nothing once it is late, or nobody works on it."""
    if row.state not in AT_WORK or row.due_at is None or row.due_at < now:
        return []
    return [words for words in (words_of(reason) for reason in row.foreseen) if words]
