"""The day of the next word: announced with a progress note, gone with whatever makes it meaningless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from fayol.commitments import actions
from fayol.commitments.audit import audit
from fayol.commitments.models import Commitment
from fayol.commitments.policy import light
from fayol.commitments.states import Move, State
from fayol.commitments.tests.scene import DUE, LATER, Scene, make
from fayol.kernel.errors import Refused
from fayol.ladders.tests.time_line import at

pytestmark = pytest.mark.django_db
SOON = date(2026, 11, 24)


def announced(scene: Scene, day: date | None = SOON) -> Commitment:
    row = scene.brought_to(State.PROMISED)
    return actions.progress(row, note="等餐饮报价", next_on=day, by=scene.performer, now=scene.later(5))


def test_a_note_announces_the_day_of_the_next_word(scene: Scene) -> None:
    row = announced(scene)
    assert row.next_word_on == SOON
    assert list(audit()) == []


@pytest.mark.parametrize(("day", "code"), [(date(2026, 11, 17), "past_date"), (DUE + timedelta(days=1), "after_due")])
def test_a_day_that_has_passed_or_lies_after_the_due_day_is_refused(scene: Scene, day: date, code: str) -> None:
    row = scene.brought_to(State.PROMISED)
    with pytest.raises(Refused) as refused:
        actions.progress(row, note="等餐饮报价", next_on=day, by=scene.performer, now=scene.later(5))
    assert (refused.value.code, refused.value.field) == (code, "next_on")
    row.refresh_from_db()
    assert (row.last_note, row.next_word_on) == ("", None)


def test_the_next_note_without_a_day_ends_the_announcement(scene: Scene) -> None:
    row = actions.progress(announced(scene), note="报价到了", by=scene.performer, now=scene.later(9))
    assert row.next_word_on is None


def test_a_report_and_a_new_due_day_end_the_announcement(scene: Scene) -> None:
    reported = make(Move.REPORT, announced(scene), scene, at=scene.later(6))
    assert reported.next_word_on is None
    row = actions.counter(announced(scene), words="上游晚到", due_on=LATER, by=scene.performer, now=scene.later(6))
    assert row.next_word_on == SOON
    assert make(Move.AGREE, row, scene, at=scene.later(7)).next_word_on is None
    assert list(audit()) == []


def overdue_note(scene: Scene, day: date, now: datetime) -> Commitment:
    row = scene.brought_to(State.PROMISED)
    return actions.progress(row, note="还差部长签字", next_on=day, by=scene.performer, now=now)


def test_what_is_overdue_may_announce_the_next_word_and_stays_red_and_due_when_it_was(scene: Scene) -> None:
    """Due on Monday the 30th, and the ladder may be put off for three working days after it."""
    row = overdue_note(scene, date(2026, 12, 3), at("12-01 09:00"))
    assert (row.next_word_on, row.due_on) == (date(2026, 12, 3), DUE)
    assert light(State(row.state), due_at=row.due_at, amber_at=row.amber_at, now=at("12-01 09:01")) == "red"
    assert list(audit()) == []


@pytest.mark.parametrize(
    ("day", "moment", "code", "said"),
    [
        ("12-04", "12-01 09:00", "word_limit", {"n": 3, "last": date(2026, 12, 3)}),
        ("12-04", "12-04 09:00", "word_limit_over", {"n": 3, "last": date(2026, 12, 3)}),
        ("11-30", "12-01 09:00", "past_date", {"day": DUE}),
        ("12-01", "11-30 17:29", "after_due", {"due": DUE}),
    ],
)
def test_a_day_beyond_the_limit_is_refused_with_the_last_possible_day(
    scene: Scene, day: str, moment: str, code: str, said: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refused:
        overdue_note(scene, at(f"{day} 00:00").date(), at(moment))
    assert (refused.value.code, refused.value.field) == (code, "next_on")
    assert said.items() <= refused.value.params.items()


def test_the_page_asks_for_the_day_and_tells_it(scene: Scene, client_as: Callable[[str], Client]) -> None:
    row = scene.brought_to(State.PROMISED)
    client, url = client_as("周岚"), f"/commitments/{row.pk}/"
    assert "下次反馈" in client.get(f"{url}?do=progress").content.decode()
    late = {"note": "等报价", "next_on": "2026-12-09", "expect": row.version}
    again = client.post(f"{url}progress/", late).content.decode()
    assert "下次反馈不能晚于期限" in again
    assert "等报价" in again
    told = client.post(f"{url}progress/", {**late, "next_on": "2026-11-30"}, follow=True).content.decode()
    assert "再反馈" in told
