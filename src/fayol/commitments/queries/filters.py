"""What a list of promises is narrowed down by and sorted by. Lives in the address: `read` and `query` are inverse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.http import QueryDict

from fayol.commitments.queries.lights import IS_CLOSED, IS_OPEN, LIGHTS
from fayol.commitments.queries.text import has_text, may_have_text
from fayol.commitments.states import NATURE_WORDS, ROLE_WORDS, STATE_WORDS, URGENCY_WORDS
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person
from fayol.organisation.queries import find_people, tokens_of

SCOPES = {"open": _("在办"), "closed": _("已结"), "all": _("全部")}
DUES = {
    "past": _("已过期"), "today": _("今天"), "week": _("本周"), "month": _("本月"), "days7": _("7天内"),
    "days30": _("30天内"), "none": _("没有期限"),
}  # fmt: skip
SORTS = ("light", "ref", "title", "unit", "holder", "stage", "due", "note", "chases", "climbed")
"""What a click on a column head sorts by; "-due" is the other way round. Empty: by matter, as one works."""
LONGEST_TEXT = 60


@dataclass(frozen=True)
class Filters:
    """Every field empty: everything that is open. `ball` is "me", "p<person>" or "u<unit>". Unknown values are
    dropped."""

    light: str = ""
    state: tuple[str, ...] = ()
    unit: int | None = None
    ball: str = ""
    due: str = ""
    nature: str = ""
    urgency: str = ""
    role: str = ""
    matter: int | None = None
    q: str = ""
    scope: str = "open"
    sort: str = ""

    @classmethod
    def read(cls, params: QueryDict) -> Filters:
        light = _one_of(params.get("light"), LIGHTS)
        scope = _one_of(params.get("scope"), SCOPES) or "open"
        sort = params.get("sort") or ""
        return cls(
            light=light,
            state=tuple(state for state in STATE_WORDS if state in params.getlist("state")),
            unit=_number(params.get("unit")),
            ball=_ball(params.get("ball") or ""),
            due=_one_of(params.get("due"), DUES),
            nature=_one_of(params.get("nature"), NATURE_WORDS),
            urgency=_one_of(params.get("urgency"), URGENCY_WORDS),
            role=_one_of(params.get("role"), ROLE_WORDS),
            matter=_number(params.get("matter")),
            q=" ".join((params.get("q") or "").replace("\0", "").split())[:LONGEST_TEXT],
            scope="closed" if light == "done" else scope if not light else "open",
            sort=sort if sort.removeprefix("-") in SORTS else "",
        )

    def query(self) -> str:
        """The address that gives these filters again; empty for none."""
        given = QueryDict(mutable=True)
        for name, value in self.given().items():
            given.setlist(name, value if isinstance(value, list) else [str(value)])
        return given.urlencode()

    def given(self) -> dict[str, str | int | list[str]]:
        """Those that say something, as parameters of the address."""
        found: dict[str, str | int | list[str]] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if value and not (item.name == "scope" and (value == "open" or self.light)):
                found[item.name] = list(value) if isinstance(value, tuple) else value
        return found

    def but(self, **changes: object) -> Filters:
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def narrowed(self) -> int:
        """How many conditions are set, sort and scope aside."""
        return len(self.given().keys() - {"sort", "scope"})


def _one_of(value: str | None, known: Iterable[str] | Mapping[str, str]) -> str:
    return value if value and value in set(known) else ""


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and len(value) < 18 else None


def _ball(value: str) -> str:
    return value if value == "me" or (value[:1] in ("p", "u") and _number(value[1:]) is not None) else ""


@dataclass(frozen=True)
class Conditions:
    """The filters as conditions. `exact` is what an index may begin with, `rest` is looked at row by row; the window
    of due days stands apart because it is a range of the due instant. `few`: `exact` names so few rows (one matter,
    one person's ball) that they can be read in any order."""

    exact: Q
    rest: Q
    due: Q
    scope: Q
    few: bool


@dataclass(frozen=True)
class Viewer:
    """Somebody with the audience tokens held at one instant, so that several reads of a page look them up once."""

    person: Person
    tokens: tuple[int, ...]

    @classmethod
    def of(cls, who: Person | Viewer, now: datetime) -> Viewer:
        return who if isinstance(who, Viewer) else cls(who, tuple(tokens_of(who, now)))


def conditions(filters: Filters, who: Person | Viewer, now: datetime) -> Conditions:
    viewer = Viewer.of(who, now)
    names = ["matter", "holder", "holder_unit", "unit", "state"]
    given = {name: q for name, q in zip(names, _equalities(filters, viewer.person), strict=True) if q}
    first = next(iter(given), "")
    exact = given.pop(first, Q())
    rest = Q(audience__overlap=list(viewer.tokens))
    for q in given.values():
        rest &= q
    for name in ("nature", "urgency", "role"):
        if value := getattr(filters, name):
            rest &= Q(**{name: value})
    if len(filters.state) > 1:
        rest &= Q(state__in=filters.state)
    if filters.q:
        rest &= text_is(filters.q)
    scope = {"open": IS_OPEN, "closed": IS_CLOSED}.get(filters.scope, Q())
    return Conditions(exact, rest, due_is(filters.due, now), scope, first in ("matter", "holder"))


def _equalities(filters: Filters, person: Person) -> Iterator[Q]:
    """Matter, person with the ball, unit with the ball, unit, state; those not asked for are empty."""
    ball = str(person.pk) if filters.ball == "me" else filters.ball.lstrip("pu")
    yield Q(origin_type="matter", origin_id=filters.matter) if filters.matter else Q()
    yield Q(holder=int(ball)) if ball and filters.ball[0] != "u" else Q()
    yield Q(holder_unit=int(ball)) if ball and filters.ball[0] == "u" else Q()
    yield Q(performer_unit=filters.unit) if filters.unit else Q()
    yield Q(state=filters.state[0]) if len(filters.state) == 1 else Q()


def due_is(name: str, now: datetime) -> Q:
    """A window of due days, as a range of the due instant so that an index answers it."""
    today = work_calendar().local_day(now)
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    windows = {
        "today": (today, today),
        "week": (monday, monday + timedelta(days=6)),
        "month": (first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)),
        "days7": (today, today + timedelta(days=7)),
        "days30": (today, today + timedelta(days=30)),
    }
    if name == "past":
        return Q(due_at__lt=now)
    if name == "none":
        return Q(due_at__isnull=True)
    return between(*windows[name]) if name in windows else Q()


def between(first: date, last: date) -> Q:
    """Due on one of these days, both included."""
    tz = work_calendar().tz
    start = datetime.combine(first, time(), tz)
    end = datetime.combine(last + timedelta(days=1), time(), tz)
    return Q(due_at__gte=start, due_at__lt=end)


def text_is(text: str) -> Q:
    """A number's beginning, a part of the title, or somebody who has the ball or is responsible.

    Said twice: the second time as the indexes can answer it, which alone would find a little too much."""
    people = [person.pk for person in find_people(text, limit=20)]
    others = Q(holder__in=people) | Q(responsible__in=people) if people else Q(pk__in=[])
    others |= Q(ref__startswith=text)
    return (others | has_text(text)) & (others | may_have_text(text))
