"""Every shipped ladder, replayed over a real calendar: the exact instants, recipients and words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from fayol.commitments import actions
from fayol.commitments.models import Commitment
from fayol.commitments.states import Urgency
from fayol.commitments.tests.scene import Scene
from fayol.facts.models import Fact
from fayol.kernel.errors import Refused
from fayol.ladders.actions import edit_policy
from fayol.ladders.audit import audit
from fayol.ladders.models import Climb
from fayol.ladders.policy import Rung
from fayol.ladders.states import Kind, Level, Origin, Unit
from fayol.ladders.tests.time_line import World, at, sent
from fayol.organisation.actions import Window, record_absence
from fayol.organisation.actor import Actor

TITLE = "预算表"
DUE, FAR = date(2026, 2, 12), date(2026, 3, 20)
END = at("03-19 00:00")
TABLE = Path(__file__).with_name("timelines.txt")


@pytest.fixture
def world(cast: object, now: datetime) -> World:
    return World(Scene(now))


def expected() -> dict[str, list[str]]:
    sections = TABLE.read_text(encoding="utf-8").split("\n# ")[1:]
    return {name: lines for name, *lines in ([line for line in part.split("\n") if line] for part in sections)}


def asked(world: World, when: datetime, due: date, **changes: object) -> Commitment:
    return world.ask(when, title=TITLE, required_on=due, **changes)


def signed(world: World, urgency: str) -> None:
    """Asked, and never signed for."""
    asked(world, at("02-15 21:00" if urgency == "flash" else "02-11 09:12"), FAR, urgency=urgency)


def delivered(world: World, urgency: str = "normal") -> Commitment:
    """Promised for the Thursday before the festival, and never reported."""
    row = asked(world, at("02-09 09:12"), DUE, urgency=urgency)
    return actions.promise(row, due_on=DUE, by=world.scene.performer, now=at("02-09 10:00"))


def answered(world: World, urgency: str) -> None:
    """Reported, and never checked."""
    row = asked(world, at("02-09 09:12"), FAR, urgency=urgency)
    row = actions.promise(row, due_on=FAR, by=world.scene.performer, now=at("02-09 10:00"))
    when = at("02-15 21:00" if urgency == "flash" else "02-12 10:00")
    actions.report(row, result="预算表已签字", by=world.scene.performer, now=when)


SITUATIONS: dict[str, Callable[[World, str], object]] = {"sign": signed, "deliver": delivered, "answer": answered}


def lines() -> list[str]:
    return [f"{when} {who}｜{title.removesuffix(f'：{TITLE}')}｜{said}" for when, who, title, said in sent(body=True)]


@pytest.mark.parametrize("section", expected())
def test_each_shipped_ladder_over_the_spring_festival(world: World, section: str) -> None:
    kind, urgency = section.split()
    SITUATIONS[kind](world, urgency)
    world.run(END)
    assert lines() == expected()[section]
    assert list(audit()) == []


@pytest.mark.parametrize("section", ["sign normal", "deliver urgent"])
def test_it_does_not_matter_at_which_minutes_the_worker_looks(world: World, section: str) -> None:
    """Every 37 minutes: each message in the same half-day as with a worker that looks on the dot, in the same words."""
    kind, urgency = section.split()
    SITUATIONS[kind](world, urgency)
    world.run_every(37, at("02-11 08:03"), at("02-28 18:00"))

    def half_and_words(line: str) -> tuple[str, str]:
        return f"{line[:6]}{'am' if line[6:11] < '12:30' else 'pm'}", line[11:]

    assert [half_and_words(line) for line in lines()] == [half_and_words(line) for line in expected()[section]]


def test_a_progress_note_with_a_date_puts_the_ladder_off_and_silence_after_it_goes_on(world: World) -> None:
    row = delivered(world)
    world.run(at("02-10 12:00"))
    row = actions.progress(
        row, note="等报价，周四给数", next_on=date(2026, 2, 12), by=world.scene.performer, now=at("02-11 09:00")
    )
    world.run(END)
    assert [line[:14] for line in lines()] == [
        "02-10 08:30 周岚",  # two working days before
        "02-13 08:30 周岚",  # silence since the day of the note: on it goes
        "02-14 08:30 孙悦",
        "02-24 08:30 丁凯",
        "02-25 08:30 王建",
        "02-26 08:30 林晓",
        "02-28 08:30 邵国",
    ]


def test_a_note_on_what_is_overdue_puts_the_ladder_off_to_its_day_and_silence_goes_on(world: World) -> None:
    """Due on the 12th. The holder names the 14th, the second working day after; the limit would be the 24th."""
    row = delivered(world)
    world.run(at("02-13 12:00"))
    row.refresh_from_db()
    row = actions.progress(
        row, note="还差签字", next_on=date(2026, 2, 14), by=world.scene.performer, now=at("02-13 15:00")
    )
    assert Climb.objects.get(commitment=row, ended_at=None).paused_until == at("02-14 17:30")
    world.run(at("02-25 12:00"))
    assert [line[:14] for line in lines()] == [
        "02-10 08:30 周岚",
        "02-13 08:30 周岚",
        "02-24 08:30 孙悦",
        "02-25 08:30 丁凯",
    ]
    row.refresh_from_db()
    with pytest.raises(Refused) as refused:
        actions.progress(row, note="还差", next_on=date(2026, 2, 26), by=world.scene.performer, now=at("02-25 15:00"))
    assert refused.value.code == "word_limit_over"


def test_a_progress_note_without_a_date_puts_nothing_off(world: World) -> None:
    row = delivered(world)
    world.run(at("02-13 12:00"))
    row.refresh_from_db()
    actions.progress(row, note="还差签字", by=world.scene.performer, now=at("02-13 15:00"))
    world.run(at("02-14 12:00"))
    assert lines()[-1].startswith("02-14 08:30 孙悦")


def test_the_holder_is_on_leave_and_whoever_stands_in_is_chased(world: World) -> None:
    zhou = world.scene.performer.person
    assert zhou is not None
    window = Window(at("02-12 08:00"), at("02-25 18:00"), "年休假")
    record_absence(zhou, window=window, by=Actor(zhou), now=at("02-09 08:30"))
    delivered(world)
    world.run(END)
    assert [line[:14].strip() for line in lines()] == [
        "02-10 08:30 周岚",
        "02-13 08:30 孙悦",  # she has the ball now
        "02-14 08:30 丁凯",  # liaison A would be herself: the next one at once
        "02-25 08:30 王建",
        "02-26 08:30 林晓",
        "02-28 08:30 邵国",
    ]
    skipped = Fact.objects.filter(verb="ladder.rung_skipped").order_by("id")
    assert [(fact.data["level"], fact.data["why"]) for fact in skipped] == [("liaison_a", "same")]


def test_a_ladder_edited_during_a_climb_changes_nothing_for_this_climb(world: World) -> None:
    delivered(world)
    world.run(at("02-10 12:00"))
    office = world.scene.actor("林晓雯")
    rungs = [Rung(Level.HEAD, Origin.DUE, 1, Unit.WORKDAYS), Rung(Level.BRIEF, Origin.DUE, 2, Unit.WORKDAYS)]
    edit_policy(Kind.DELIVER, Urgency.NORMAL, rungs=rungs, pause_limit=0, by=office, now=at("02-11 09:00"))
    world.run(END)
    assert lines() == expected()["deliver normal"]
    later = asked(world, at("03-19 09:00"), date(2026, 3, 25))
    actions.promise(later, due_on=date(2026, 3, 25), by=world.scene.performer, now=at("03-19 10:00"))
    before = len(lines())
    world.run(at("04-10 00:00"))
    assert [line[:14] for line in lines()[before:]] == ["03-26 08:30 王建", "03-27 08:30 邵国"]


def test_after_a_standstill_of_the_worker_nobody_is_run_over(world: World) -> None:
    """The worker stood still from the 10th to the 25th: one rung a working day from then on, none skipped."""
    delivered(world)
    world.run(at("02-10 12:00"))
    now = at("02-25 09:40")
    while now < at("03-10 00:00"):
        world.sweep(now)
        now += timedelta(minutes=30)
    assert [line[:14] for line in lines()] == [
        "02-10 08:30 周岚",
        "02-25 09:40 周岚",
        "02-26 08:40 孙悦",
        "02-27 08:40 丁凯",
        "02-28 08:40 王建",
        "03-02 08:40 林晓",
        "03-03 08:40 邵国",
    ]
