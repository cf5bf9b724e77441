"""No person ever gets two chase messages in one half working day outside 特急: random worlds of 200 people, 3 weeks."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fayol.channels.models import INBOX, Delivery
from fayol.channels.queries import calendars_of
from fayol.commitments import actions
from fayol.commitments.actions import Asking, Standstill
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, Nature, State, Urgency
from fayol.facts.models import Fact
from fayol.kernel.errors import Refused
from fayol.ladders.actions import mute
from fayol.ladders.audit import audit
from fayol.ladders.models import Chase, ChaseLine
from fayol.ladders.sweeps import climb_due, send_due
from fayol.ladders.tests.time_line import SHANGHAI
from fayol.organisation.actions import Window, delegate, record_absence
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar import changed
from fayol.organisation.models import Calendar, Person, Post, Unit
from fayol.organisation.states import PostRole
from fayol.organisation.sweeps import tell_absence_edges, tell_delegation_edges

WORLDS = int(os.environ.get("FAYOL_TEST_WORLDS", "2"))
PEOPLE, UNITS, TASKS, DAYS = 200, 24, 120, 21
STARTS = (date(2026, 2, 4), date(2025, 9, 24), date(2026, 11, 18))  # Spring Festival, National Day, no holiday
ROLES = (PostRole.HEAD, PostRole.LIAISON_A, PostRole.LIAISON_B, PostRole.DEPUTY, *[PostRole.MEMBER] * 10)
URGENCIES = [*[Urgency.NORMAL] * 5, Urgency.DOCUMENT, Urgency.DOCUMENT, Urgency.URGENT, Urgency.URGENT, Urgency.FLASH]
SHIFTS = ([["00:00", "08:00"], ["08:00", "24:00"]], [["06:00", "14:00"], ["14:00", "22:00"]], [["07:00", "19:00"]])
HAPPENED: Counter[str] = Counter()


class RandomWorld:
    """200 people in 24 units with all the gaps real ones have; a clock that only goes forward."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        first = self.dice.choice(STARTS)
        self.now = datetime(first.year, first.month, first.day, 8, 0, tzinfo=SHANGHAI)
        self.end = self.now + timedelta(days=DAYS)
        self._people()
        self._shifts()

    def _shifts(self) -> None:
        """A third of the units work in shifts, some through midnight and the weekend."""
        kinds = [
            Calendar.objects.create(name=f"倒班{i}", hours=hours, weekdays=[0, 1, 2, 3, 4, 5, 6], keeps_holidays=False)
            for i, hours in enumerate(SHIFTS)
        ]
        for unit in self.units[1:]:
            if self.dice.random() < 1 / 3:
                unit.calendar = self.dice.choice(kinds)
                unit.save()
        changed()

    def _people(self) -> None:
        units = [
            Unit(official_name=f"部门{i}", kind="department", path=f"{i:05}.", is_office=i == 0) for i in range(UNITS)
        ]
        self.units = Unit.objects.bulk_create(units)
        people = [Person(name=f"某{i}", email="" if i % 17 == 5 else f"p{i}@example.cn") for i in range(PEOPLE)]
        self.people = Person.objects.bulk_create(people)
        posts, roles = [], {unit.pk: list(ROLES) for unit in self.units}
        for i, person in enumerate(self.people):
            unit = self.units[i % UNITS]
            role = roles[unit.pk].pop(0)
            if i >= UNITS and role != PostRole.MEMBER and self.dice.random() < 0.25:
                role = PostRole.MEMBER  # nobody has been named
            posts.append(Post(person=person, unit=unit, role=role, primary=True))
        Post.objects.bulk_create(posts)
        self.members = {unit.pk: [p for p in posts if p.unit_id == unit.pk] for unit in self.units}

    def live(self) -> None:
        self._ask(TASKS // 2)
        while self.now < self.end:
            self.now += timedelta(minutes=self.dice.choice([7, 55, 200, 400, 600]))
            for _ in range(self.dice.randrange(4)):
                self._something_happens()
            if self.dice.random() < 0.7:
                self._sweep()
        self._sweep()

    def _ask(self, number: int) -> None:
        askings = []
        for i in range(number):
            asker, performer = self.dice.sample(self.units, 2)
            askings.append(
                Asking(
                    title=f"任务{i}",
                    performer_unit_id=performer.pk,
                    requester_unit_id=asker.pk,
                    requester_id=self.dice.choice([None, self.dice.choice(self.members[asker.pk]).person_id]),
                    responsible_id=self.dice.choice([None, self.dice.choice(self.members[performer.pk]).person_id]),
                    nature=self.dice.choice(list(Nature)),
                    urgency=self.dice.choice(URGENCIES),
                    required_on=self.dice.choice([None, self._day(2, 12), self._day(2, 12)]),
                )
            )
        actions.dispatch_many(askings, by=SYSTEM, now=self.now)

    def _day(self, least: int, most: int) -> date:
        return self.now.date() + timedelta(days=self.dice.randint(least, most))

    def _sweep(self) -> None:
        while tell_absence_edges(self.now, 200) or tell_delegation_edges(self.now, 200):
            pass
        while climb_due(self.now, 200) == 200:
            pass
        while send_due(self.now, 200) == 200:
            pass

    def _something_happens(self) -> None:
        kinds = [self._move, self._move, self._move, self._chase, self._chase, self._leave, self._mute, self._more]
        happening = self.dice.choice(kinds)
        try:
            happening()
        except Refused:
            return
        HAPPENED[happening.__name__] += 1

    def _task(self) -> Commitment:
        found = Commitment.objects.exclude(state__in=CLOSED).order_by("pk")
        return found[self.dice.randrange(found.count())]

    def _more(self) -> None:
        self._ask(3)

    def _leave(self) -> None:
        who, other = self.dice.sample(self.people, 2)
        starts = self.now + timedelta(hours=self.dice.choice([1, 20]))
        window = Window(starts, starts + timedelta(hours=self.dice.choice([4, 30, 200])), "外出")
        if self.dice.random() < 0.6:
            record_absence(who, window=window, by=Actor(who), now=self.now)
        if self.dice.random() < 0.6:
            delegate(who, deputy=other, window=window, by=Actor(who), now=self.now)

    def _mute(self) -> None:
        mute(self._task(), until=self._day(0, 5), reason="已电话说好", by=SYSTEM, now=self.now)

    def _chase(self) -> None:
        for _ in range(self.dice.choice([1, 1, 3])):
            actions.chase(self._task(), by=SYSTEM, now=self.now, words="请尽早")

    def _move(self) -> None:
        row, now = self._task(), self.now
        by, day = SYSTEM, self._day(0, 9)
        moves: dict[State, list[Callable[[], object]]] = {
            State.ASSIGNED: [
                lambda: actions.acknowledge(row, by=by, now=now),
                lambda: actions.promise(row, due_on=row.required_on or day, by=by, now=now),
                lambda: actions.decline(row, ground="不归我们", suggested_unit_id=self._unit(), by=by, now=now),
            ],
            State.ACKNOWLEDGED: [lambda: actions.promise(row, due_on=row.required_on or day, by=by, now=now)],
            State.PROMISED: [
                lambda: actions.progress(row, note="在办", next_on=day, by=by, now=now),
                lambda: actions.counter(row, words="要缓一缓", due_on=day, by=by, now=now),
                lambda: actions.report(row, result="办好了", by=by, now=now),
                lambda: actions.hold(row, waiting=Standstill(what="等报价", unit_id=self._unit()), by=by, now=now),
            ],
            State.COUNTERED: [
                lambda: actions.agree(row, by=by, now=now),
                lambda: actions.insist(row, words="不能缓", by=by, now=now),
            ],
            State.DECLINED: [lambda: actions.reassign(row, unit_id=self._unit(), by=by, now=now)],
            State.REPORTED: [lambda: actions.hand_back(row, missing="缺签字", by=by, now=now)],
            State.HANDED_BACK: [lambda: actions.report(row, result="办好了", by=by, now=now)],
            State.ON_HOLD: [lambda: actions.resume(row, by=by, now=now)],
        }
        self.dice.choice(moves[State(row.state)])()

    def _unit(self) -> int:
        return self.dice.choice(self.units).pk

    def check(self) -> None:
        """Asked of what people found in their inboxes, not of our own tables."""
        seen = Counter[object]()
        calendar_of = calendars_of([person.pk for person in self.people])
        shifts = {unit.pk for unit in self.units if unit.calendar_id}
        flash = set(Chase.objects.filter(flash=True).values_list("pk", flat=True))
        got = Delivery.objects.filter(channel=INBOX, subject_type="chase").exclude(subject_id__in=flash)
        for person, when in got.values_list("person_id", "created_at"):
            calendar = calendar_of(person)
            assert calendar.is_working(when), f"a chase outside working time: {when}"
            seen[person, calendar.half_day(when)] += 1
        assert seen, "nobody was chased at all"
        assert max(seen.values()) == 1, f"chased twice in one half-day: {seen.most_common(3)}"
        assert Delivery.objects.filter(body__contains="催办：").count() == 0
        assert list(audit()) == []
        rungs = Fact.objects.filter(verb="ladder.rung_climbed").count()
        assert rungs == ChaseLine.objects.filter(climb__isnull=False).count()
        HAPPENED["messages"] += len(seen)
        HAPPENED["flash"] += len(flash)
        HAPPENED["in shifts"] += got.filter(person__posts__unit__in=shifts).count()


@pytest.mark.slow
class HalfDays(TestCase):
    @settings(
        max_examples=WORLDS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        print_blob=True,
    )
    @given(seed=st.integers(min_value=0, max_value=2**32))
    def test_nobody_is_chased_twice_in_one_half_working_day(self, seed: int) -> None:
        world = RandomWorld(seed)
        world.live()
        world.check()

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        quiet = {"_move", "_chase", "_leave", "_mute", "_more", "messages", "flash", "in shifts"} - set(HAPPENED)
        assert not quiet, f"never happened: {quiet}"  # a blind world would prove nothing
