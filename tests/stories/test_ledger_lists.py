"""Lists of promises: the same rows in the same order by either way, once each, and lights as the policy has them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle, product
from random import Random

import pytest
from django.http import QueryDict

from fayol.commitments import policy, queries
from fayol.commitments.access import visible_to
from fayol.commitments.models import Commitment
from fayol.commitments.queries import Filters, figures, light_expression, walk
from fayol.commitments.states import BALL, CLOSED, State
from fayol.organisation.calendar import work_calendar
from fayol.organisation.example.__init__ import Cast

pytestmark = pytest.mark.django_db

ADDRESSES = [
    "", "sort=light", "sort=due", "sort=-due", "sort=ref", "sort=-ref", "sort=title", "sort=-title", "sort=unit",
    "sort=-unit", "sort=holder", "sort=-holder", "sort=stage", "sort=-stage", "sort=note", "sort=-note", "sort=chases",
    "sort=-chases", "sort=climbed", "sort=-climbed", "light=red&sort=-climbed", "scope=closed&sort=-climbed",
    "light=red", "light=amber", "light=green", "light=grey", "light=done", "light=red&sort=-note",
    "scope=closed", "scope=all&sort=due", "scope=all&sort=unit", "due=past", "due=none", "due=days30&sort=ref",
    "state=promised", "state=promised&state=reported&sort=stage", "urgency=urgent&sort=title", "role=lead",
    "q=安全", "q=检", "matter=3", "matter=3&sort=-note", "nature=directive&light=amber&sort=chases",
]  # fmt: skip


@pytest.fixture
def rows(cast: Cast, now: datetime) -> list[Commitment]:
    """200 promises of four units, in all states, with and without days and notes; three in ten are not for her eyes."""
    chance, calendar = Random(7), work_calendar()
    units = [cast.unit(name) for name in ("财务部", "生产部", "采购部", "会务组")]
    people = [cast.person(name) for name in ("周岚", "吴志强", "唐伟", "赵启航")]
    asker, office = cast.person("林晓雯"), cast.unit("总裁办")
    made = []
    for i, state in zip(range(200), cycle(State), strict=False):
        n = chance.randrange(4)
        day = calendar.local_day(now) + timedelta(days=chance.randrange(-20, 40))
        dated, closed = chance.random() < 0.85, state in CLOSED
        mine = BALL[state] == "requester"
        made.append(
            Commitment(
                title=f"{chance.choice(['安全检查', '预算编制', '设备验收', '排产计划'])}{i}",
                ref=f"{chance.randrange(1, 20)}-{chance.randrange(1, 12):02d}", state=state, role="lead",
                urgency=chance.choice(["normal", "urgent"]), origin_type="matter", origin_id=chance.randrange(1, 9),
                requester_unit=office, requester=asker, performer_unit=units[n], responsible=people[n],
                holder_unit=None if closed else (office if mine else units[n]),
                holder=None if closed else (asker if mine else people[n]), holder_since=now,
                due_on=day if dated else None, due_at=calendar.close_of_business(day) if dated else None,
                amber_at=calendar.open_of_business(day - timedelta(days=5)) if chance.random() < 0.7 else None,
                last_note_at=now - timedelta(hours=chance.randrange(90)) if chance.random() < 0.5 else None,
                chases=chance.randrange(3), climbed=0 if closed else i % 7, created_at=now,
                closed_at=now - timedelta(days=i) if closed else None,
                audience=[office.pk] if chance.random() < 0.7 else [units[n].pk],
            )
        )  # fmt: skip
    return Commitment.objects.bulk_create(made)


def _pages(cast: Cast, address: str, now: datetime, size: int = 17) -> list[int]:
    """The keys of all pages, one after the other; on the way back every page must come again."""
    filters, seen, cursor = Filters.read(QueryDict(address)), [], ""
    pages: list[list[int]] = []
    viewer = queries.Viewer.of(cast.person("林晓雯"), now)
    while True:
        listing = queries.ledger(viewer, filters, now, cursor=cursor, size=size)
        pages.append([row.pk for row in listing.rows])
        seen += pages[-1]
        if not listing.next:
            break
        cursor = listing.next
    for expected in pages[-2::-1]:
        listing = queries.ledger(viewer, filters, now, cursor=listing.previous, size=size)
        assert [row.pk for row in listing.rows] == expected
    return seen


def test_every_row_stands_on_one_page_and_both_ways_of_reading_agree(
    rows: list[Commitment], cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    dense = {address: _pages(cast, address, now) for address in ADDRESSES}
    assert [address for address, keys in dense.items() if len(keys) != len(set(keys))] == []
    monkeypatch.setattr(walk, "PROBE", 1)
    assert [address for address, keys in dense.items() if _pages(cast, address, now) != keys] == []


def test_a_list_is_what_the_viewer_may_see_of_what_the_filters_ask_for(
    rows: list[Commitment], cast: Cast, now: datetime
) -> None:
    for address in ("", "light=amber", "sort=unit", "scope=all&sort=stage", "q=安全"):
        _check_list(address, rows, cast, now)


def _check_list(address: str, rows: list[Commitment], cast: Cast, now: datetime) -> None:
    filters = Filters.read(QueryDict(address))
    seen = visible_to(cast.person("林晓雯"), now)
    expected = {
        row.pk
        for row in seen
        if (filters.scope == "all" or row.state not in CLOSED)
        and (not filters.light or _light(row, now) == filters.light)
        and (not filters.q or filters.q in row.title)
    }
    assert 0 < len(expected) < len(rows)
    assert set(_pages(cast, address, now)) == expected


def _light(row: Commitment, now: datetime) -> str:
    return policy.light(State(row.state), due_at=row.due_at, amber_at=row.amber_at, now=now)


def test_the_light_in_sql_is_the_light_of_the_policy_for_every_state_and_clock(cast: Cast, now: datetime) -> None:
    clocks = [None, now - timedelta(days=1), now, now + timedelta(seconds=1), now + timedelta(days=9)]
    office, asker = cast.unit("总裁办"), cast.person("林晓雯")
    Commitment.objects.bulk_create(
        Commitment(
            title="甲", state=state, due_at=due, amber_at=amber, requester_unit=office, performer_unit=office,
            created_at=now, closed_at=now if state in CLOSED else None,
            holder=None if state in CLOSED else asker, holder_unit=None if state in CLOSED else office,
        )
        for state, due, amber in product(State, clocks, clocks)
    )  # fmt: skip
    found = Commitment.objects.annotate(light=light_expression(now))
    assert found.count() == len(State) * len(clocks) ** 2
    assert [(row.state, row.due_at, row.amber_at) for row in found if row.light != _light(row, now)] == []


def test_the_counts_on_the_chips_are_the_lengths_of_the_lists(
    rows: list[Commitment], cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("", "state=promised", "due=days30", "q=安全"):
        with monkeypatch.context() as patched:
            _check_counts(address, cast, now, patched)


def _check_counts(address: str, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    person, filters = cast.person("林晓雯"), Filters.read(QueryDict(address))
    lengths = {level: len(_pages(cast, f"{address}&light={level}", now)) for level in queries.LIGHTS[:4]}
    counted = queries.counts(person, filters, now)
    assert {level: counted[level].number for level in lengths} == lengths
    assert counted["all"].number == sum(lengths.values())
    monkeypatch.setattr(figures, "PROBE", 1)
    monkeypatch.setattr(figures, "FEW", 1000)
    assert queries.counts(person, filters, now) == counted


def test_a_count_beyond_the_cap_says_at_least(
    rows: list[Commitment], cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "CAP", 5)
    assert str(queries.counts(cast.person("林晓雯"), Filters(), now)["red"]) == "5+"


def test_what_waits_for_somebody_comes_late_first_then_today_then_amber(
    rows: list[Commitment], cast: Cast, now: datetime
) -> None:
    person = cast.person("林晓雯")
    mine = queries.mine(person, now, 300)
    assert {row.pk for row in mine} == {row.pk for row in rows if row.holder_id == person.pk}
    tomorrow = work_calendar().open_of_business(work_calendar().local_day(now) + timedelta(days=1))
    soon = [row for row in mine if row.due_at and row.due_at < tomorrow]
    assert mine[: len(soon)] == sorted(soon, key=lambda row: (row.due_at, row.pk))
    later = [_light(row, now) == "amber" for row in mine[len(soon) :]]
    assert later == sorted(later, reverse=True)
    assert any(later)
    assert not all(later)


def test_red_lights_are_the_latest_first_and_only_what_may_be_seen(
    rows: list[Commitment], cast: Cast, now: datetime
) -> None:
    person = cast.person("林晓雯")
    found = queries.red_lights(person, now, 10)
    every = [row for row in visible_to(person, now) if _light(row, now) == "red"]
    assert [row.pk for row in found] == [row.pk for row in sorted(every, key=lambda row: (row.due_at, row.pk))[:10]]


@pytest.mark.parametrize("address", [*ADDRESSES, "ball=me", "ball=u3&unit=4", "sort=-holder&q=%E5%AE%89+%E5%85%A8"])
def test_the_address_gives_the_same_filters_again(address: str) -> None:
    filters = Filters.read(QueryDict(address))
    assert Filters.read(QueryDict(filters.query())) == filters


@pytest.mark.parametrize(
    "address",
    ["light=blue", "unit=x", "ball=p", "ball=z9", "sort=password", "due=1", "scope=none", "matter=" + "9" * 30],
)
def test_nonsense_in_the_address_is_no_filter(address: str) -> None:
    assert Filters.read(QueryDict(address)) == Filters()


def test_a_cursor_of_another_list_or_none_at_all_gives_the_first_page(
    rows: list[Commitment], cast: Cast, now: datetime
) -> None:
    viewer = queries.Viewer.of(cast.person("林晓雯"), now)
    first = queries.ledger(viewer, Filters(), now, size=5)
    other = queries.ledger(viewer, Filters(sort="title"), now, size=5)
    for cursor in ("x", "n!!", "nW10", other.next, first.next[:-4]):
        assert [r.pk for r in queries.ledger(viewer, Filters(), now, cursor=cursor, size=5).rows] == [
            r.pk for r in first.rows
        ]
