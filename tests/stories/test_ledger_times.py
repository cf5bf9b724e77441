"""Where the time went: a line, a unit, everything a filter shows; in working time, and only of what one may see."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.commitments import actions
from fayol.commitments.models import Booking, Commitment
from fayol.commitments.queries import Filters
from fayol.commitments.queries.times import spent_on, sums_of
from fayol.commitments.states import BUCKET_WORDS, Bucket
from fayol.commitments.tests.scene import LATER, Scene
from fayol.intake.ledger.times import line_words
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


def day(number: int, hour: float, scene: Scene) -> datetime:
    return datetime(2026, 11, number, tzinfo=scene.now.tzinfo) + timedelta(hours=hour)


def travelled(scene: Scene) -> Commitment:
    """Sent out on Wednesday 13:30, signed next morning, countered on Friday 12:00, granted on Monday 12:00."""
    row = actions.dispatch_many([scene.asking()], by=scene.asker, now=day(18, 13.5, scene))[0]
    row = actions.acknowledge(row, by=scene.performer, now=day(19, 8.5, scene))
    row = actions.counter(row, words="上游晚到", due_on=LATER, by=scene.performer, now=day(20, 12, scene))
    return actions.agree(row, by=scene.asker, now=day(23, 12, scene))


def test_each_kind_of_time_is_summed_in_working_time(scene: Scene) -> None:
    row = travelled(scene)
    spent = spent_on([row.pk], day(23, 14.5, scene))[row.pk]
    assert spent == {
        Bucket.UNSIGNED: timedelta(hours=4),
        Bucket.WORKING: timedelta(hours=7.5 + 3.5 + 1),
        Bucket.WAITING_OFFICE: timedelta(hours=4 + 3.5),
    }
    assert line_words(spent) == "未签收0.5天，办理1.6天，等待1天"


def test_the_sums_are_by_performing_unit_and_only_of_what_one_may_see(scene: Scene) -> None:
    travelled(scene)
    purchasing = {"performer_unit_id": scene.unit("采购部").pk, "responsible_id": None}
    actions.dispatch_many([scene.asking(**purchasing)], by=scene.asker, now=day(18, 13.5, scene))
    later = day(23, 14.5, scene)
    seen = sums_of(Person.objects.get(name="林晓雯"), Filters(), later)
    assert [(share.unit.name, share.count) for share in seen.shares] == [("财务部", 1), ("采购部", 1)]
    assert seen.total(Bucket.UNSIGNED) == timedelta(hours=4 + 4 + 7.5 + 7.5 + 4.5)
    assert [share.unit.name for share in sums_of(Person.objects.get(name="周岚"), Filters(), later).shares] == [
        "财务部"
    ]


def test_the_sums_stand_on_a_page_of_their_own_and_in_the_ledgers_lines(
    scene: Scene, client_as: Callable[[str], Client]
) -> None:
    travelled(scene)
    client = client_as("林晓雯")
    assert "等待" in client.get("/ledger/").content.decode()
    page = client.get("/ledger/times/?q=预算").content.decode()
    assert "财务部" in page
    assert "等协调办" in page
    assert "没有符合条件的任务" in client.get("/ledger/times/?q=没有这个").content.decode()


def test_the_workbook_has_the_times_in_working_days(scene: Scene, client_as: Callable[[str], Client]) -> None:
    row = travelled(scene)
    Booking.objects.filter(commitment=row, ended_at__isnull=True).update(ended_at=day(23, 14.5, scene))
    answer = client_as("林晓雯").get("/ledger/export/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [str(head).removesuffix("用时（工作日）") for head in rows[1][28:]] == list(BUCKET_WORDS.values())
    assert rows[2][28:] == (0.5, 1.6, None, None, 1)


def test_the_sums_cost_the_same_number_of_queries_for_one_and_for_many(scene: Scene) -> None:
    person = Person.objects.get(name="林晓雯")
    travelled(scene)
    with CaptureQueriesContext(connection) as few:
        sums_of(person, Filters(), scene.now)
    for _ in range(20):
        scene.asked(required_on=date(2026, 12, 1))
    with CaptureQueriesContext(connection) as many:
        sums_of(person, Filters(), scene.now)
    assert len(many) == len(few)
