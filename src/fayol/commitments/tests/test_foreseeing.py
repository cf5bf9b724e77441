"""What is foreseen before the due day, why, when it is shown, and when it goes away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments import actions, foreseeing, sweeps
from fayol.commitments.audit import audit
from fayol.commitments.models import Commitment
from fayol.commitments.presenter import level_of
from fayol.commitments.states import Move, State
from fayol.commitments.tests.scene import DUE, Scene, make
from fayol.organisation.actions.windows import Window, cancel_absence, delegate, record_absence
from fayol.organisation.models import Absence, Person

pytestmark = pytest.mark.django_db
FAR = date(2026, 12, 31)


def sweep(now: datetime) -> int:
    done = 0
    while found := sweeps.look_ahead(now, 100):
        done += found
    return done


def seen(row: Commitment, now: datetime) -> tuple[str, list[str]]:
    """The light, and the reasons by their codes."""
    row.refresh_from_db()
    return level_of(row, now), [reason["code"] for reason in row.foreseen]


def promised(scene: Scene, due: date = FAR) -> Commitment:
    row = scene.asked(required_on=due)
    return actions.promise(row, due_on=due, by=scene.performer, now=scene.later(1))


def away(scene: Scene, first: date, last: date) -> Absence:
    start = datetime.combine(first, datetime.min.time(), scene.now.tzinfo)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), scene.now.tzinfo)
    person = Person.objects.get(name="周岚")
    return record_absence(person, window=Window(start, end, "休假"), by=scene.performer, now=scene.later(2))


def test_a_holder_who_will_be_away_makes_it_amber_before_its_day_and_the_reason_says_so(scene: Scene) -> None:
    row = promised(scene, DUE)
    sweep(scene.later(1))
    assert seen(row, scene.later(1)) == ("green", [])
    away(scene, date(2026, 11, 20), date(2026, 11, 27))
    version = Commitment.objects.get(pk=row.pk).version
    sweep(scene.later(3))
    assert seen(row, scene.later(3)) == ("amber", ["away"])
    assert foreseeing.foreseen_words(row, scene.later(3)) == ["周岚11月20日至27日不在"]
    assert row.version == version
    assert list(audit()) == []


def test_when_the_absence_is_called_off_the_amber_goes_back(scene: Scene) -> None:
    row = promised(scene, DUE)
    calendar = row.amber_at
    absence = away(scene, date(2026, 11, 20), date(2026, 11, 27))
    sweep(scene.later(3))
    cancel_absence(absence, by=scene.performer, now=scene.later(4))
    sweep(scene.later(5))
    assert seen(row, scene.later(5)) == ("green", [])
    assert row.amber_at == calendar


def test_whoever_gave_somebody_authority_for_the_time_is_not_missed(scene: Scene) -> None:
    row = promised(scene, DUE)
    absence = away(scene, date(2026, 11, 20), date(2026, 11, 27))
    deputy = Person.objects.get(name="孙悦")
    window = Window(absence.starts_at, absence.ends_at, "休假")
    delegate(absence.person, deputy=deputy, window=window, by=scene.performer, now=scene.later(2.5))
    sweep(scene.later(3))
    assert seen(row, scene.later(3)) == ("green", [])


def test_a_short_absence_far_from_the_day_says_nothing(scene: Scene) -> None:
    row = promised(scene)
    away(scene, date(2026, 11, 20), date(2026, 11, 27))
    sweep(scene.later(3))
    assert seen(row, scene.later(3)) == ("green", [])


def test_half_of_the_time_without_a_word_is_amber_until_there_is_one(scene: Scene) -> None:
    row = promised(scene)
    sweep(scene.later(1))
    early, late = scene.now + timedelta(days=20), scene.now + timedelta(days=24)
    sweep(early)
    assert seen(row, early) == ("green", [])
    sweep(late)
    assert seen(row, late) == ("amber", ["quiet"])
    row = actions.progress(row, note="报价已到", by=scene.performer, now=late + timedelta(hours=1))
    assert level_of(row, late + timedelta(hours=1)) == "green"
    sweep(late + timedelta(hours=2))
    assert seen(row, late + timedelta(hours=2)) == ("green", [])


def test_an_announced_word_is_waited_for_and_missed_when_it_does_not_come(scene: Scene) -> None:
    row = promised(scene)
    day = date(2026, 12, 15)
    row = actions.progress(row, note="等报价，约好那天再报", next_on=day, by=scene.performer, now=scene.later(3))
    on_the_day = datetime(2026, 12, 15, 12, 0, tzinfo=scene.now.tzinfo)
    sweep(on_the_day)
    assert seen(row, on_the_day) == ("green", [])
    after = datetime(2026, 12, 16, 9, 0, tzinfo=scene.now.tzinfo)
    sweep(after)
    assert seen(row, after) == ("amber", ["word_missed"])


def test_work_that_lags_behind_the_time_by_its_own_figure_is_amber(scene: Scene) -> None:
    row = promised(scene)
    later = scene.now + timedelta(days=21)
    row = actions.progress(row, note="才开了头", percent=10, by=scene.performer, now=later)
    sweep(later)
    assert seen(row, later) == ("amber", ["behind"])
    row = actions.progress(row, note="大部分已完成", percent=70, by=scene.performer, now=later)
    sweep(later)
    assert seen(row, later) == ("green", [])


def test_too_much_for_one_unit_on_one_day_is_amber(scene: Scene) -> None:
    rows = [promised(scene, DUE) for _ in range(5)]
    other = promised(scene, date(2026, 12, 2))
    sweep(scene.later(2))
    assert seen(rows[0], scene.later(2)) == ("amber", ["crowded"])
    assert seen(other, scene.later(2)) == ("green", [])


def test_the_fifth_of_a_day_turns_the_other_four_amber_with_the_next_sweep_and_the_count_follows(scene: Scene) -> None:
    """Asked and moved by themselves: no morning has to come first."""
    rows = [promised(scene, DUE) for _ in range(4)]
    sweep(scene.later(2))
    assert [seen(row, scene.later(2))[1] for row in rows] == [[]] * 4
    fifth = actions.dispatch_many([scene.asking(required_on=DUE)], by=scene.asker, now=scene.later(3))[0]
    sweep(scene.later(3.1))
    assert [seen(row, scene.later(3.1))[1] for row in [*rows, fifth]] == [["crowded"]] * 5
    sixth = actions.dispatch_many([scene.asking(required_on=DUE)], by=scene.asker, now=scene.later(4))[0]
    sweep(scene.later(4.1))
    assert seen(rows[0], scene.later(4.1)) == ("amber", ["crowded"])
    assert [reason["count"] for reason in rows[0].foreseen] == [6]
    fifth.refresh_from_db()
    sixth.refresh_from_db()
    actions.amend(fifth, required_on=date(2026, 12, 4), words="推后", by=scene.asker, now=scene.later(5))
    make(Move.REPORT, rows[3], scene, at=scene.later(5))
    sweep(scene.later(5.1))
    assert [seen(row, scene.later(5.1)) for row in rows[:3]] == [("green", [])] * 3
    assert sweep(scene.later(5.2)) == 0


def test_a_day_that_may_become_too_much_is_looked_at_every_morning(scene: Scene) -> None:
    """Six on the day, but a usual day has two and a half: until the other fifty are done with."""
    rows = [promised(scene, DUE) for _ in range(6)]
    usual = [scene.asking(required_on=date(2026, 11, 19)) for _ in range(40)]
    actions.dispatch_many(usual, by=scene.asker, now=scene.now)
    sweep(scene.later(2))
    assert seen(rows[0], scene.later(2)) == ("green", [])
    morning = datetime(2026, 11, 20, 8, 0, tzinfo=scene.now.tzinfo)
    sweep(morning - timedelta(days=1))
    sweep(morning)
    assert seen(rows[0], morning) == ("amber", ["crowded"])


def test_two_who_change_what_is_due_on_one_day_do_not_wait_for_each_other(scene: Scene) -> None:
    rows = [promised(scene, DUE) for _ in range(5)]
    sweep(scene.later(2))
    with CaptureQueriesContext(connection) as queries:
        make(Move.REPORT, Commitment.objects.get(pk=rows[0].pk), scene, at=scene.later(3))
    looks = [query["sql"] for query in queries if "foresee_at >" in query["sql"] or "c.foresee_at" in query["sql"]]
    assert len(looks) == 1
    assert "SKIP LOCKED" in looks[0]


def test_a_late_support_makes_its_lead_amber(scene: Scene) -> None:
    purchasing = scene.unit("采购部").pk
    support = scene.asking(performer_unit_id=purchasing, responsible_id=None, required_on=date(2026, 11, 20))
    lead = scene.asked(required_on=FAR, supports=(support,))
    lead = actions.promise(lead, due_on=FAR, by=scene.performer, now=scene.later(1))
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=scene.now.tzinfo)
    sweep(scene.later(2))
    sweep(monday)
    assert seen(lead, monday) == ("amber", ["support_late"])


@pytest.fixture
def registered() -> Iterator[set[int]]:
    slipped: set[int] = set()
    foreseeing.register_reason(
        "slipped", lambda ids, now: {pk: [{}] for pk in ids if pk in slipped}, lambda reason: "前一环节推迟了"
    )
    yield slipped
    foreseeing.unregister_reason("slipped")


def test_apps_above_add_their_reasons_and_say_when_to_look_again(scene: Scene, registered: set[int]) -> None:
    row = promised(scene)
    sweep(scene.later(2))
    registered.add(row.pk)
    assert sweep(scene.later(3)) == 0
    foreseeing.look_again_at([row.pk], now=scene.later(3))
    sweep(scene.later(3))
    assert seen(row, scene.later(3)) == ("amber", ["slipped"])
    assert foreseeing.foreseen_words(row, scene.later(3)) == ["前一环节推迟了"]


def test_nothing_is_foreseen_of_what_is_late_reported_or_closed(scene: Scene) -> None:
    row = promised(scene, DUE)
    away(scene, date(2026, 11, 20), date(2026, 11, 27))
    sweep(scene.later(3))
    row.refresh_from_db()
    reported = make(Move.REPORT, row, scene, at=scene.later(4))
    assert (reported.foreseen, reported.foreseen_at, reported.foresee_at) == ([], None, None)
    late = promised(scene, DUE)
    after = scene.now + timedelta(days=20)
    sweep(after)
    assert seen(late, after) == ("red", [])
    assert late.foresee_at is None


def test_a_sweep_touches_what_is_due_and_costs_the_same_for_one_and_for_thirty(scene: Scene) -> None:
    promised(scene)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert sweeps.look_ahead(scene.later(2), 100) == 1
    for _ in range(30):
        promised(scene)
    with CaptureQueriesContext(connection) as many:
        assert sweeps.look_ahead(scene.later(2), 100) == 30
    assert len(many) == len(few)
    assert sweeps.look_ahead(scene.later(2), 100) == 0


def test_it_stands_on_the_page_in_the_ledger_and_on_the_workbench(
    scene: Scene, client_as: Callable[[str], Client], settings: object
) -> None:
    row = promised(scene, DUE)
    Commitment.objects.filter(pk=row.pk).update(
        due_at=datetime(2099, 11, 30, 9, 30, tzinfo=scene.now.tzinfo),
        foreseen=[{"code": "quiet", "since": "2026-11-10"}], foreseen_at=scene.now, amber_at=scene.now,
    )  # fmt: skip
    client, why = client_as("周岚"), "预计临期：11月10日以来没有进展"
    for page in (f"/commitments/{row.pk}/", "/ledger/", "/"):
        assert why in client.get(page).content.decode(), page


# ── dates left open until a day of review ──────────────────────────────────


def left_open(scene: Scene) -> Commitment:
    sheet = {"review_on": "2026-11-20"}
    return scene.asked(required_on=None, required_words="待定，11月20日复查", sheet=sheet)


def test_a_date_left_open_comes_back_to_whoever_asked_on_its_day(
    scene: Scene, client_as: Callable[[str], Client]
) -> None:
    row = left_open(scene)
    assert sweeps.ask_again(scene.later(24), 10) == 0
    morning = datetime(2026, 11, 20, 8, 31, tzinfo=scene.now.tzinfo)
    assert sweeps.ask_again(morning, 10) == 1
    assert sweeps.ask_again(morning, 10) == 0
    assert list(audit()) == []
    asker = client_as("林晓雯")
    assert "到了复查的日子，还没有期限" in asker.get("/").content.decode()
    assert "到了复查的日子，请要求人定期限" in asker.get(f"/commitments/{row.pk}/").content.decode()
    assert "到了复查的日子，请定期限" in asker.get("/inbox/").content.decode()
    row.refresh_from_db()
    actions.amend(row, required_on=FAR, words="场地定了", by=scene.asker, now=morning)
    assert "还没有期限" not in asker.get("/").content.decode()


def test_a_date_that_was_named_meanwhile_is_not_asked_for(scene: Scene) -> None:
    row = left_open(scene)
    actions.promise(row, due_on=FAR, by=scene.performer, now=scene.later(1))
    assert sweeps.ask_again(scene.later(72), 10) == 0


def test_on_hold_the_question_waits(scene: Scene) -> None:
    row = make(Move.ACKNOWLEDGE, left_open(scene), scene, at=scene.later(1))
    row = make(Move.HOLD, row, scene, at=scene.later(2))
    assert sweeps.ask_again(scene.later(72), 10) == 0
    make(Move.RESUME, row, scene, at=scene.later(72))
    assert sweeps.ask_again(scene.later(73), 10) == 1
    assert row.state == State.ON_HOLD
