"""Whom a notice is addressed to: entries chosen by people, expanded into receipts by the database.

An entry is one of

    {"kind": "unit", "id": 7, "sub": true, "role": "head"}    a unit, with what is below it, everybody or one role
    {"kind": "post", "role": "liaison_a"}                     everybody in the house who holds such a post
    {"kind": "rule", "rule": "red", "role": "head"}           those of the units that a named rule finds at that moment
    {"kind": "group", "id": 3}                                a kept list
    {"kind": "person", "id": 21}                              somebody, outside contacts included

each with `"must": true` when they have to attend in person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as t

from fayol.notices.models import Group, Notice
from fayol.notices.states import EntryKind
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import active_posts
from fayol.organisation.states import POST_ROLE_WORDS, ROSTER_ORDER, PostRole, UnitKind

Units = Callable[[datetime], QuerySet[Unit]]


@dataclass(frozen=True)
class Rule:
    """A named rule: `units(now)` are those it finds."""

    key: str
    title: str
    units: Units


_rules: dict[str, Rule] = {}


def register_rule(key: str, title: str, units: Units) -> None:
    _rules[key] = Rule(key, title, units)


def rules() -> list[Rule]:
    return list(_rules.values())


@dataclass(frozen=True)
class Entry:
    """One line of an audience; see the module."""

    kind: EntryKind
    id: int = 0
    sub: bool = False
    role: str = ""
    rule: str = ""
    must: bool = False

    def to_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value or key == "kind"}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Entry:
        return cls(**{**row, "kind": EntryKind(row["kind"])})


def entries_of(rows: Iterable[Mapping[str, Any]]) -> list[Entry]:
    return [Entry.from_json(row) for row in rows]


def people_of(entries: Sequence[Entry], now: datetime) -> QuerySet[Person]:
    """Active people to whom at least one of the entries applies, each once."""
    posts = Q(pk__in=[])
    people = Q(pk__in=[entry.id for entry in entries if entry.kind is EntryKind.PERSON])
    for entry in entries:
        if entry.kind is EntryKind.GROUP:
            people |= Q(pk__in=Group.objects.filter(pk=entry.id, active=True).values("people"))
        elif entry.kind is not EntryKind.PERSON:
            posts |= _posts(entry, now)
    held = active_posts().filter(posts, person=OuterRef("pk"), unit__active=True)
    return Person.objects.filter(Q(Exists(held)) | people, active=True).order_by()


def _posts(entry: Entry, now: datetime) -> Q:
    role = Q(role=entry.role) if entry.role else Q()
    if entry.kind is EntryKind.POST:
        return role & ~Q(unit__kind=UnitKind.EXTERNAL)
    if entry.kind is EntryKind.RULE:
        rule = _rules.get(entry.rule)
        return (role & Q(unit__in=rule.units(now).values("pk"))) if rule else Q(pk__in=[])
    if not entry.sub:
        return role & Q(unit=entry.id)
    path = Unit.objects.filter(pk=entry.id).values_list("path", flat=True).first()
    return role & Q(unit__path__startswith=path) if path else Q(pk__in=[])


# ── into receipts ──────────────────────────────────────────────────────────

_EXPAND = """
INSERT INTO notices_receipt (notice_id, person_id, unit_id, post, place, must, edition, asked_at, stage, stage_at,
                             on_system_at, next_look_at, looked_at, reported_how, reported_words, restated,
                             confirmed_how, reply, reply_words, values, leave, recheck, reminders, version)
SELECT %s, p.id, home.unit_id, CASE WHEN home.title <> '' THEN home.title ELSE coalesce(roles.words, '') END,
       %s + row_number() OVER (ORDER BY units.rank NULLS LAST, roles.rank NULLS LAST, home."order", p."order", p.id),
       p.must, %s, %s, CASE WHEN p.account_id IS NULL THEN 'waiting' ELSE 'on_system' END, %s,
       CASE WHEN p.account_id IS NULL THEN NULL ELSE %s::timestamptz END,
       CASE WHEN p.must THEN %s::timestamptz ELSE %s::timestamptz END, NULL, '', '', '', '', '', '', '{{}}', '', 0, 0, 1
  FROM (SELECT who.id, who.account_id, who."order", who.id IN ({must}) AS must
          FROM organisation_person who WHERE who.id IN ({people})) AS p
  LEFT JOIN organisation_post home ON home.person_id = p.id AND home."primary" AND home.ended_on IS NULL
  LEFT JOIN unnest(%s::bigint[]) WITH ORDINALITY AS units(id, rank) ON units.id = home.unit_id
  LEFT JOIN unnest(%s::text[], %s::text[]) WITH ORDINALITY AS roles(role, words, rank) ON roles.role = home.role
    ON CONFLICT (notice_id, person_id) DO NOTHING
"""


def expand(notice: Notice, *, now: datetime, look_at: datetime | None, look_at_must: datetime | None) -> int:
    """Makes a receipt for everybody the audience names and who has none yet; one statement, however many they are.

    With that it has entered the system of everybody who has an account (电子签名法 art. 11: 进入指定系统); who has none
    waits for a channel.
    The places follow the manual order of units and posts. Answers how many were added.
    """
    entries = entries_of(notice.audience)
    people, people_params = _sql(people_of(entries, now))
    must, must_params = _sql(people_of([entry for entry in entries if entry.must], now))
    start = notice.receipts.order_by("-place").values_list("place", flat=True).first() or 0
    words = [str(POST_ROLE_WORDS[role]) for role in ROSTER_ORDER]
    params: list[Any] = [notice.pk, start, notice.edition, now, now, now, look_at_must, look_at]
    params += [*must_params, *people_params, units_in_order(), [role.value for role in ROSTER_ORDER], words]
    with connection.cursor() as cursor:
        cursor.execute(_EXPAND.format(must=must, people=people), params)
        return int(cursor.rowcount)


def _sql(people: QuerySet[Person]) -> tuple[str, tuple[Any, ...]]:
    """The ids as a subquery. Of nobody Django makes no statement at all."""
    try:
        return people.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", ()


def units_in_order() -> list[int]:
    """All units from the top down, sisters in their manual order."""
    below: dict[int, list[int]] = {}
    for pk, parent in Unit.objects.order_by("order", "id").values_list("pk", "parent_id"):
        below.setdefault(parent or 0, []).append(pk)
    ordered: list[int] = []
    waiting = list(reversed(below.get(0, [])))
    while waiting:
        pk = waiting.pop()
        ordered.append(pk)
        waiting.extend(reversed(below.get(pk, [])))
    return ordered


def newcomers(notice: Notice, now: datetime) -> QuerySet[Person]:
    """Those whom the audience would name today and who have no receipt: they are offered, never added silently."""
    known = notice.receipts.filter(person=OuterRef("pk"))
    return people_of(entries_of(notice.audience), now).filter(~Exists(known))


def words_of(entries: Sequence[Entry]) -> list[str]:
    """The entries as the page writes them: "财务部及下属·负责人"; three queries however many there are."""
    names: dict[EntryKind, dict[int, str]] = {
        kind: {row.pk: row.name for row in model.objects.filter(pk__in=[e.id for e in entries if e.kind is kind])}
        for kind, model in _NAMED.items()
    }
    return [_words(entry, names) for entry in entries]


_NAMED: dict[EntryKind, type[Unit] | type[Person] | type[Group]] = {
    EntryKind.UNIT: Unit,
    EntryKind.PERSON: Person,
    EntryKind.GROUP: Group,
}


def _words(entry: Entry, names: Mapping[EntryKind, Mapping[int, str]]) -> str:
    if entry.kind is EntryKind.POST:
        where = t("各单位")
    elif entry.kind is EntryKind.RULE:
        where = t(_rules[entry.rule].title) if entry.rule in _rules else entry.rule
    else:
        where = names[entry.kind].get(entry.id, t("已删除")) + (t("及下属") if entry.sub else "")
    return f"{where}·{t(POST_ROLE_WORDS[PostRole(entry.role)])}" if entry.role else where
