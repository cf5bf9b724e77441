"""The clocks of everything together: a flow becomes an affair whose tasks are chased, paused, moved, handed over with
the holder's leave, counted anew by a holiday notice, and done; at no point do the parts disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from django.db.models import Q

from fayol.channels.models import INBOX, MAIL, Bundle, Delivery
from fayol.channels.tests.conftest import Post, serving
from fayol.commitments import actions as moves
from fayol.commitments.actions import Standstill
from fayol.commitments.foreseeing import foreseen_words
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, State
from fayol.commitments.tests.scene import Scene
from fayol.facts.journal import history_of
from fayol.facts.verify import verify
from fayol.ladders.calls import actions as calls
from fayol.ladders.calls.actions import Said
from fayol.ladders.calls.models import PhonePromise
from fayol.ladders.calls.states import Result
from fayol.ladders.models import BriefItem, Chase, ChaseLine, Climb
from fayol.ladders.queries import ladder_of, rungs_of
from fayol.ladders.states import Kind
from fayol.ladders.tests.time_line import at, wall
from fayol.matters.actions import close_matter
from fayol.matters.flows import actions as flows
from fayol.matters.flows.actions import FlowFields, StepFields, Use
from fayol.matters.models import Matter
from fayol.matters.plan import actions as plan
from fayol.matters.plan.models import ChangeOrder, Dependency, Reconfirm
from fayol.matters.plan.queries import effect_of
from fayol.matters.recurring import actions as recurring
from fayol.matters.recurring.actions import Duty
from fayol.matters.recurring.models import Recurrence
from fayol.organisation.actions import (
    Window,
    calendars,
    record_absence,
)
from fayol.organisation.actor import Actor
from fayol.organisation.models import Absence, Delegation, Person
from fayol.reading.tests.notices import notice_of
from fayol.worker.models import StuckRow
from fayol.worker.registry import sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BATCH = 200
PROPOSAL, HEADCOUNT, BUDGET, CATERING, PRESS = "拟定方案", "报送人数", "编制预算", "落实用餐", "宣传稿"
LIST = "整理合同清单"
ASIDE = frozenset({"facts.seal", "files.orphans", "organisation.years"})
CLOCKS: tuple[tuple[Any, str], ...] = (
    (Climb, "next_look_at"), (ChaseLine, "ready_at"), (Dependency, "look_at"), (Reconfirm, "look_at"),
    (Commitment, "next_look_at"), (Recurrence, "next_open_at"),
    (Absence, "next_edge_at"), (Delegation, "next_edge_at"), (Delivery, "next_try_at"), (Bundle, "next_try_at"),
)  # fmt: skip


@dataclass
class House:
    """All sweeps of the worker, and a clock that goes where anything is due."""

    scene: Scene
    now: datetime
    post: Post
    tasks: dict[str, Commitment] = field(default_factory=dict)

    def __getitem__(self, title: str) -> Commitment:
        return Commitment.objects.select_related("holder", "performer_unit").get(pk=self.tasks[title].pk)

    def actor(self, name: str) -> Actor:
        return self.scene.actor(name)

    def holder(self, title: str) -> Actor:
        return Actor(self[title].holder)

    def name(self, title: str) -> str:
        holder = self[title].holder
        return holder.name if holder else ""

    def until(self, text: str, year: int = 2026) -> datetime:
        """Let time pass; the worker looks whenever something is due."""
        end = at(text, year)
        while (due := self._next()) and due <= end:
            self.now = max(due, self.now)
            self.work()
            if self._next() == due:  # what one sweep made, another one takes in the next round
                self.work()
            assert self._next() != due, f"something due at {wall(due)} does not move on"
        self.now = end
        self.work()
        return end

    def work(self) -> None:
        for sweep in sweeps():
            while sweep.name not in ASIDE and sweep.run(self.now, BATCH) >= BATCH:
                pass
        assert not StuckRow.objects.exists(), list(StuckRow.objects.values_list("sweep", "reason"))
        self.check()

    def _next(self) -> datetime | None:
        found = []
        for model, column in CLOCKS:
            rows = model.objects.filter(**{f"{column}__isnull": False}).order_by(column)
            found += list(rows.values_list(column, flat=True)[:1])
        return min(found, default=None)

    def climb(self, title: str, kind: Kind = Kind.DELIVER) -> Climb:
        return Climb.objects.get(commitment=self.tasks[title].pk, kind=kind, ended_at__isnull=True)

    def look(self, title: str, kind: Kind = Kind.DELIVER) -> str:
        found = self.climb(title, kind).next_look_at
        return wall(found) if found else ""

    def card(self, title: str) -> Reconfirm | None:
        rows = Reconfirm.objects.filter(commitment=self.tasks[title].pk, answered_at=None, dropped_at=None)
        return rows.first()

    def chases(self, name: str, *about: str) -> list[str]:
        """When this person was chased (about these)."""
        rows = ChaseLine.objects.filter(chase__isnull=False, person__name=name).select_related("chase")
        if about:
            rows = rows.filter(commitment__in=[self.tasks[title].pk for title in about])
        return sorted({wall(row.chase.sent_at) for row in rows if row.chase})

    def check(self) -> None:
        """What holds at every instant."""
        closed = Commitment.objects.filter(state__in=CLOSED)
        assert not Climb.objects.filter(commitment__in=closed, ended_at__isnull=True).exists()
        assert not ChaseLine.objects.filter(commitment__in=closed, ready_at__isnull=False).exists()
        assert not BriefItem.objects.filter(commitment__in=closed, ended_at__isnull=True).exists()
        assert not closed.filter(Q(next_look_at__isnull=False) | Q(foresee_at__isnull=False)).exists()
        assert not Reconfirm.objects.filter(commitment__in=closed, answered_at=None, dropped_at=None).exists()
        assert not Dependency.objects.filter(Q(before__in=closed) | Q(after__in=closed), look_at__isnull=False).exists()
        halves = Counter(Chase.objects.filter(flash=False).values_list("person", "day", "half"))
        assert all(count == 1 for count in halves.values())


@pytest.fixture
def house(cast: object, now: datetime, settings: Any) -> Iterator[House]:
    with serving(settings) as post:
        scene = Scene(now)
        for name in ("周岚", "孙悦", "王建国", "李敏"):
            person = scene.actor(name).person
            assert person
            person.email = f"p{person.pk}@example.cn"
            person.save(update_fields=["email"])
        yield House(scene, now, post)


def opened(house: House) -> Matter:
    """Four steps that wait for each other and one beside them, laid backwards from an event after New Year."""
    steps = (
        StepFields(title=PROPOSAL, role="牵头", offset=-40, workdays=3),
        StepFields(title=HEADCOUNT, role="人数", offset=-30, workdays=3, needs=(1,)),
        StepFields(title=BUDGET, role="经费", offset=-20, workdays=5, needs=(2,)),
        StepFields(title=CATERING, role="后勤", offset=-3, workdays=5, needs=(3,)),
        StepFields(title=PRESS, role="宣传", offset=-5, workdays=2),
    )
    flow = flows.make(FlowFields(title="年会", steps=steps), by=house.scene.asker, now=house.now)
    roles = {"牵头": "会务组", "人数": "人力资源部", "经费": "财务部", "后勤": "行政部", "宣传": "市场部"}
    units = {role: house.scene.unit(name).pk for role, name in roles.items()}
    use = Use(
        title="2027年年会", anchor_on=date(2027, 2, 3), units=units, requester_unit_id=house.scene.unit("总裁办").pk
    )
    matter, made = flows.open_from(flow, use, by=house.scene.asker, now=house.now)
    house.tasks = {task.title: task for task in made}
    return matter


def test_all_clocks_of_an_affair_go_together(house: House) -> None:
    matter = opened(house)
    silence_climbs_and_is_bundled(house)
    all_answer_and_agree_to_the_plan(house, matter)
    a_date_on_the_phone_puts_the_ladder_off(house)
    a_granted_extension_asks_the_next_only(house)
    the_holder_goes_on_leave(house)
    a_hold_stands_still_and_goes_on(house)
    the_notice_moves_what_was_assumed(house)
    a_duty_that_comes_again_is_chased_too(house)
    what_is_done_is_left_alone(house, matter)
    assert verify().problems == []


def silence_climbs_and_is_bundled(house: House) -> None:
    """Nobody signs: each is reminded, then the liaison, then the head; who has two things hears of both at once."""
    row = house.scene.asked(title=LIST, responsible_id=None)
    house.tasks[row.title] = row
    assert {climb.kind for climb in Climb.objects.all()} == {"sign"}
    house.until("11-19 18:00")
    assert house.chases("孙悦") == ["11-19 13:30"]
    told = Delivery.objects.get(subject_type="chase", person__name="孙悦", channel=INBOX)
    assert told.title == "您有2件事要签收"
    assert Delivery.objects.filter(subject_type="chase", person__name="孙悦", channel=MAIL, status="sent").count() == 1
    assert any("您有2件事要签收" in str(letter["Subject"]) for letter in house.post.letters)
    house.until("11-24 08:59")
    assert house.chases("王建国") == ["11-24 08:30"]
    assert rungs_of([house.tasks[BUDGET].pk])[house.tasks[BUDGET].pk].level == "head"


def all_answer_and_agree_to_the_plan(house: House, matter: Matter) -> None:
    house.until("11-24 10:00")
    for title in (PROPOSAL, HEADCOUNT, PRESS, LIST):
        due = house[title].required_on
        assert due
        moves.promise(house[title], due_on=due, by=house.holder(title), now=house.now)
    for title in (BUDGET, CATERING):
        moves.acknowledge(house[title], by=house.holder(title), now=house.now)
    house.check()
    assert {climb.kind for climb in Climb.objects.filter(ended_at=None)} == {"deliver"}
    baseline = plan.make_baseline(matter, by=house.scene.asker, now=house.now)
    for ack in baseline.acknowledgements.all():
        plan.acknowledge(ack, by=Actor(ack.person), now=house.now)
    house.until("11-30 18:00")
    assert house.name(CATERING) == "尹航"  # back from his training
    assert house.chases("尹航", CATERING) == ["11-30 08:30"]  # signed, but no date promised for three days


def a_date_on_the_phone_puts_the_ladder_off(house: House) -> None:
    """何静 says on the phone that she will write on 7 December: once she confirms it, the reminder of the 4th waits."""
    house.until("12-03 10:00")
    assert house.look(PROPOSAL) == "12-04 08:30"
    row = house[PROPOSAL]
    assert row.holder
    said = Said(result=Result.PROMISED, day=date(2026, 12, 7), words="初稿周一给")
    calls.log_call(row.holder, [row], said=said, by=house.scene.asker, now=house.now)
    house.work()
    assert house.look(PROPOSAL) == "12-04 08:30"  # not before she confirms it
    given = PhonePromise.objects.get(commitment=row)
    house.until("12-03 14:00")
    calls.confirm(given, by=house.holder(PROPOSAL), now=house.now)
    assert house[PROPOSAL].next_word_on == date(2026, 12, 7)
    view = ladder_of(house[PROPOSAL], house.now)
    assert view is not None
    assert view.paused(house.now) == at("12-07 17:30")
    before = house.chases("何静", PROPOSAL)
    house.until("12-07 10:00")
    assert house.chases("何静", PROPOSAL) == before
    moves.progress(
        house[PROPOSAL], note="初稿已成", next_on=date(2026, 12, 8), by=house.holder(PROPOSAL), now=house.now
    )
    assert wall(house.climb(PROPOSAL).paused_until or house.now) == "12-08 17:30"


def a_granted_extension_asks_the_next_only(house: House) -> None:
    house.until("12-08 10:00")
    asked = moves.counter(
        house[PROPOSAL], words="场地没有定", due_on=date(2026, 12, 18), by=house.holder(PROPOSAL), now=house.now
    )
    assert house.climb(PROPOSAL).suspended
    asker = house.scene.asker.person
    assert asker
    shown = effect_of(asked, date(2026, 12, 18), asker, house.now)
    assert [one.commitment.title for one in shown.lines if one.commitment and one.touched.direct] == [HEADCOUNT]
    moves.agree(asked, by=house.scene.asker, now=house.now)
    assert list(Reconfirm.objects.values_list("commitment__title", "person__name")) == [(HEADCOUNT, "李敏")]
    order = ChangeOrder.objects.get()
    assert (order.number, order.from_on, order.to_on) == (1, date(2026, 12, 8), date(2026, 12, 18))
    assert house.look(PROPOSAL) == "12-16 08:30"
    house.until("12-09 17:00")  # no answer for a working day: whoever coordinates is told
    assert Delivery.objects.filter(fact__verb="reconfirm.unanswered", person__name="林晓雯", channel=INBOX).exists()
    card = house.card(HEADCOUNT)
    assert card is not None
    plan.answer_keep(card, words="四天够", by=house.actor("李敏"), now=house.now)


def the_holder_goes_on_leave(house: House) -> None:
    house.until("12-14 09:00")
    window = Window(at("12-17 08:30"), at("12-26 17:30"), "年休假")
    record_absence(Person.objects.get(name="李敏"), window=window, by=house.actor("李敏"), now=house.now)
    house.until("12-14 12:00")
    row = house[HEADCOUNT]
    assert any("李敏" in words for words in foreseen_words(row, house.now))
    assert row.amber_at is not None
    assert row.amber_at <= house.now
    moves.report(house[PROPOSAL], result="方案已定", by=house.holder(PROPOSAL), now=house.now)
    moves.accept(house[PROPOSAL], by=house.scene.asker, now=house.now)
    house.check()
    assert house.chases("何静", PROPOSAL)[-1] < "12-14"
    house.until("12-18 12:00")
    assert house.name(HEADCOUNT) == "邓婷婷"
    assert house.chases("邓婷婷", HEADCOUNT)[-1] == "12-18 08:30"
    assert house.chases("李敏", HEADCOUNT)[-1] < "12-17"


def a_hold_stands_still_and_goes_on(house: House) -> None:
    house.until("12-21 09:00")
    waiting = Standstill(what="等子公司名单", until=date(2026, 12, 24))
    moves.hold(house[HEADCOUNT], waiting=waiting, by=house.holder(HEADCOUNT), now=house.now)
    assert house.climb(HEADCOUNT).suspended
    before = house.chases("邓婷婷", HEADCOUNT)
    house.until("12-24 08:29")
    assert house.chases("邓婷婷", HEADCOUNT) == before
    house.until("12-24 18:00")
    assert house[HEADCOUNT].state == State.PROMISED
    climb = house.climb(HEADCOUNT)
    assert not climb.suspended
    assert house.look(HEADCOUNT) == "12-25 08:30"


def the_notice_moves_what_was_assumed(house: House) -> None:
    """It makes a Sunday before the event a working day: what counts back from it is due a working day later. What was
    asked for once (a first word) is not asked for again because of that."""
    house.until("12-25 10:00")
    assert (house[BUDGET].due_on, house[CATERING].due_on) == (date(2027, 1, 6), date(2027, 1, 29))
    assert (house.look(BUDGET), house.look(CATERING)) == ("01-04 08:30", "01-27 08:30")
    tie = Dependency.objects.get(before=house.tasks[BUDGET], after=house.tasks[CATERING])
    assert tie.needed_at == at("01-22 17:30", 2027)
    calendars.publish(notice_of(2027), by=house.actor("许宁"), now=house.now)
    house.work()
    assert (house[BUDGET].due_on, house[CATERING].due_on) == (date(2027, 1, 7), date(2027, 1, 31))
    assert (house.look(BUDGET), house.look(CATERING)) == ("01-05 08:30", "01-28 08:30")
    assert {history_of("commitment", house.tasks[title].pk)[-1].verb for title in (BUDGET, CATERING)} == {
        "commitment.recalculated"
    }
    assert ChangeOrder.objects.count() == 3
    assert house.card(CATERING) is None  # its own day moved with that of its input


def a_duty_that_comes_again_is_chased_too(house: House) -> None:
    unit = house.scene.unit("财务部").pk
    duty = Duty(title="报送周工作小结", rrule="FREQ=WEEKLY;BYDAY=FR", performers=(unit,), starts_on=house.now.date(),
                ends_on=date(2027, 1, 8))  # fmt: skip
    recurring.set_up(duty, requester_unit_id=house.scene.unit("总裁办").pk, by=house.scene.asker, now=house.now)
    house.until("12-31 18:00")
    opened = Commitment.objects.filter(origin_type="recurrence").order_by("pk")
    assert [row.due_on for row in opened] == [date(2026, 12, 25), date(2026, 12, 31)]  # Friday is New Year
    lines = ChaseLine.objects.filter(commitment=opened[0], chase__isnull=False).order_by("pk")
    assert [line.level for line in lines][:2] == ["person", "liaison_b"]


def what_is_done_is_left_alone(house: House, matter: Matter) -> None:
    house.until("12-31 19:00")
    moves.chase(house[CATERING], words="年前给个准信", by=house.scene.asker, now=house.now)
    assert ChaseLine.objects.filter(commitment=house.tasks[CATERING].pk, ready_at__isnull=False).count() == 1
    for title in house.tasks:
        done(house, title)
        house.check()
    assert not ChaseLine.objects.filter(commitment__in=house.tasks.values(), ready_at__isnull=False).exists()
    close_matter(matter, outcome="办成", by=house.scene.asker, now=house.now)
    before = ChaseLine.objects.filter(commitment__in=house.tasks.values(), chase__isnull=False).count()
    house.until("01-05 18:00", 2027)
    assert ChaseLine.objects.filter(commitment__in=house.tasks.values(), chase__isnull=False).count() == before
    for row in Commitment.objects.filter(origin_type="recurrence").exclude(state__in=CLOSED):
        moves.cancel(row, words="年会已办完", by=house.scene.asker, now=house.now)
    house.check()
    assert not Climb.objects.filter(ended_at__isnull=True).exists()


def done(house: House, title: str) -> None:
    row = house[title]
    if row.state in (State.ASSIGNED, State.ACKNOWLEDGED):
        row = moves.promise(row, due_on=row.required_on or date.max, by=Actor(row.holder), now=house.now)
    if row.state not in CLOSED:
        row = moves.report(house[title], result="已办", by=house.holder(title), now=house.now)
        moves.accept(row, by=house.scene.asker, now=house.now)
