"""Leaders' days and clashes as they are shown: 忙 to everybody, what it is to those who keep the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as t

from fayol.notices.forms_following import ChoiceForm, TimeForm
from fayol.notices.models import Clash, Engagement
from fayol.notices.states import GRIP_WORDS, Claim, Grip
from fayol.organisation.models import Person
from fayol.web.http import Problem, dates


@dataclass(frozen=True)
class Piece:
    """A piece of somebody's day. `seen`: its title may be read; `kept`: the viewer keeps the day."""

    row: Engagement
    seen: bool
    kept: bool
    clash: int | None

    @property
    def title(self) -> str:
        return self.row.title if self.seen else t("忙")

    @property
    def held(self) -> bool:
        """暂定占位: nobody has said yes yet."""
        return self.row.grip == Grip.HELD

    @property
    def grip(self) -> str:
        return t(GRIP_WORDS[Grip(self.row.grip)]) if self.held else ""

    @property
    def span(self) -> str:
        return f"{dates.clock(self.row.starts_at)}–{dates.clock(self.row.ends_at)}"

    @property
    def can_free(self) -> bool:
        return self.kept and self.row.claim == Claim.OWN

    @property
    def notice_pk(self) -> int | None:
        """The notice that takes the time, for those who may read what it is."""
        return self.row.receipt.notice_id if self.seen and self.row.receipt else None


@dataclass(frozen=True)
class Day:
    on: date
    pieces: list[Piece]
    today: bool


@dataclass(frozen=True)
class Line:
    """A leader's week."""

    person: Person
    post: str
    days: list[Day]

    @property
    def free(self) -> bool:
        return not any(day.pieces for day in self.days)


@dataclass
class Week:
    """Monday to Sunday. `kept` are those whose days the viewer reads in full."""

    start: date
    now: datetime
    viewer: Person
    people: list[Person]
    rows: list[Engagement]
    kept: Collection[int]
    clashes: Mapping[int, int]
    posts: Mapping[int, str]
    form: TimeForm | None = None
    problem: Problem | None = None

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(7)]

    @property
    def today(self) -> date:
        return dates.day_of(self.now)

    @property
    def shown_days(self) -> list[date]:
        """The weekend only when something is on it."""
        busy = {day for row in self.rows for day in self.days if _is_on(row, day)}
        return [day for day in self.days if day.weekday() < 5 or day in busy]

    @property
    def previous(self) -> str:
        return (self.start - timedelta(days=7)).isoformat()

    @property
    def next(self) -> str:
        return (self.start + timedelta(days=7)).isoformat()

    @property
    def words(self) -> str:
        last = self.start + timedelta(days=6)
        given = {"from": dates.full_day(self.start, self.now), "to": dates.full_day(last, self.now)}
        return t("%(from)s至%(to)s") % given

    @property
    def lines(self) -> list[Line]:
        return [Line(one, self.posts.get(one.pk, ""), self._days(one)) for one in self.people]

    @property
    def alone(self) -> Line:
        return self.lines[0]

    def _days(self, person: Person) -> list[Day]:
        rows = [row for row in self.rows if row.person_id == person.pk]
        days = self.shown_days if len(self.people) != 1 else self.days
        return [Day(day, [self._piece(row) for row in rows if _is_on(row, day)], day == self.today) for day in days]

    def _piece(self, row: Engagement) -> Piece:
        kept = row.person_id in self.kept
        clash = self.clashes.get(row.pk) if kept or row.organiser_id == self.viewer.pk else None
        return Piece(row, kept or row.organiser_id == self.viewer.pk, kept, clash)

    @property
    def can_add(self) -> bool:
        return len(self.people) == 1 and self.people[0].pk in self.kept

    @property
    def outcry(self) -> str:
        if self.problem is None or self.problem.code == "form" or self.form is None:
            return ""
        return "" if self.problem.field in self.form.fields else self.problem.sentence


def _is_on(row: Engagement, day: date) -> bool:
    return dates.day_of(row.starts_at) <= day <= dates.day_of(row.ends_at - timedelta(seconds=1))


# ── clashes ────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Side:
    """One of the two that clash, and what it means if it gives way."""

    row: Engagement
    key: str
    now: datetime
    kept: bool
    over: bool

    @property
    def when(self) -> str:
        return f"{dates.daytime(self.row.starts_at, self.now)}–{dates.clock(self.row.ends_at)}"

    @property
    def who_is_hurt(self) -> str:
        given = {"organiser": self.row.organiser.name, "n": self.row.people}
        if self.row.claim == Claim.NOTICE:
            given["name"] = self.row.person.name
            return t("让出的话，%(name)s不到会，%(organiser)s要另作安排") % given
        if self.row.people > 1:
            return t("让出的话，%(organiser)s要另行告知%(n)d人") % given
        return t("让出的话，%(organiser)s要另行安排") % given

    @property
    def grip(self) -> str:
        return t(GRIP_WORDS[Grip(self.row.grip)])

    @property
    def held(self) -> bool:
        return self.row.grip == Grip.HELD

    @property
    def outcome(self) -> str:
        if not self.over:
            return ""
        return t("保留") if self.kept else t("让出")


def clash_words(clash: Clash, receipt: int, now: datetime) -> str:
    """What else wants the time that this receipt holds."""
    other = clash.second if clash.first.receipt_id == receipt else clash.first
    many = t("（%(n)d人）") % {"n": other.people} if other.people > 1 else ""
    given = {"at": dates.daytime(other.starts_at, now), "to": dates.clock(other.ends_at), "what": other.title}
    return t("撞车：%(at)s–%(to)s另有“%(what)s”%(many)s") % {**given, "many": many}


def overlap_words(clash: Clash, now: datetime) -> str:
    one, other = clash.first, clash.second
    start, end = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
    given = {"day": dates.day(start, now), "from": dates.clock(start), "to": dates.clock(end)}
    return t("%(day)s%(from)s–%(to)s重叠") % given


def is_over(clash: Clash, now: datetime) -> bool:
    """Settled, or nobody settled it before the time came."""
    return clash.over_at is not None or min(clash.first.ends_at, clash.second.ends_at) <= now


@dataclass
class ClashPage:
    """A clash before a reader. `decides`: he may choose; `may_ask`: he may put it before the office."""

    clash: Clash
    now: datetime
    decides: bool
    may_ask: bool
    form: ChoiceForm | None = None
    problem: Problem | None = None

    @property
    def person(self) -> Person:
        return self.clash.first.person

    @property
    def over(self) -> bool:
        return is_over(self.clash, self.now)

    @property
    def sides(self) -> list[Side]:
        rows = (self.clash.first, self.clash.second)
        return [
            Side(row, key, self.now, row.pk == self.clash.kept_id, self.clash.over_at is not None)
            for key, row in zip(("甲", "乙"), rows, strict=True)
        ]

    @property
    def overlap(self) -> str:
        return overlap_words(self.clash, self.now)

    @property
    def standing(self) -> str:
        if self.over and self.clash.decided_by:
            return t("%(name)s已定") % {"name": self.clash.decided_by.name}
        if self.clash.over_at is not None:
            return t("已解开")
        if self.over:
            return t("时间已过，没有解开")
        if self.clash.asked_at:
            return t("%(at)s已报请定夺") % {"at": dates.daytime(self.clash.asked_at, self.now)}
        return t("等两边商量")

    @property
    def outcry(self) -> str:
        if self.problem is None or self.problem.code == "form":
            return ""
        return "" if self.form and self.problem.field in self.form.fields else self.problem.sentence
