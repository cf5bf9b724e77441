"""Who holds the ball: never nobody, never somebody absent while anybody is there, never by a chain of delegations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from fayol.kernel.errors import Refused
from fayol.organisation import actions
from fayol.organisation.actions import PersonFields, PostFields, Window
from fayol.organisation.actor import SYSTEM
from fayol.organisation.holding import hold, hold_many, next_change
from fayol.organisation.models import Unit
from fayol.organisation.policy import Desk, Holding, Presence, decide
from fayol.organisation.states import PostRole

UNIT, OFFICE = 1, 2
people = st.integers(1, 12)
roles = st.dictionaries(
    st.sampled_from([PostRole.LIAISON_A, PostRole.LIAISON_B, PostRole.HEAD, PostRole.DEPUTY]),
    st.lists(people, min_size=1, max_size=3).map(tuple),
)
presences = st.builds(
    Presence,
    here=st.frozensets(people),
    deputies=st.dictionaries(people, people),
)


@given(roles, roles, st.none() | people, presences, people)
def test_there_is_always_exactly_one_holder_and_an_absent_one_only_when_all_are_absent(
    desk: dict[PostRole, tuple[int, ...]],
    office: dict[PostRole, tuple[int, ...]],
    responsible: int | None,
    presence: Presence,
    clerk: int,
) -> None:
    central = Desk(OFFICE, {**office, PostRole.COORDINATOR: (clerk,)})
    unit = Desk(UNIT, desk)
    held = decide(unit, responsible, central, presence)
    asked = {person for person, _because in [*unit.candidates(), *central.candidates()]} | {clerk}
    asked |= {responsible} if responsible else set()
    reachable = asked | {presence.deputies[person] for person in asked if person in presence.deputies}
    assert held.person_id in reachable
    if held.person_id not in presence.here:
        assert not (asked & presence.here)
    if held.standing_in_for:
        assert presence.deputies[held.standing_in_for] == held.person_id
        assert held.standing_in_for in asked
        assert held.standing_in_for not in presence.here


def test_a_delegate_who_is_away_does_not_pass_the_ball_on_to_the_own_delegate() -> None:
    desk = Desk(UNIT, {PostRole.HEAD: (1,)})
    office = Desk(OFFICE, {PostRole.HEAD: (9,)})
    presence = Presence(here=frozenset({3, 9}), deputies={1: 2, 2: 3})
    assert decide(desk, None, office, presence) == Holding(9, OFFICE, "office")


def test_an_office_without_people_is_refused_instead_of_naming_nobody() -> None:
    with pytest.raises(Refused, match="协调办公室还没有人员"):
        decide(Desk(UNIT), None, Desk(OFFICE), Presence(frozenset()))


def away(cast: Any, name: str, now: datetime, days: int = 3) -> None:
    window = Window(now - timedelta(hours=1), now + timedelta(days=days))
    actions.record_absence(cast.person(name), window=window, by=SYSTEM, now=now)


def holder(cast: Any, unit: str, now: datetime, responsible: str = "") -> tuple[str, str]:
    person = cast.person(responsible).pk if responsible else None
    held = hold(cast.unit(unit).pk, person, now=now)
    return next(p.name for p in type(cast.person("孙悦")).objects.filter(pk=held.person_id)), held.because


def test_the_ball_goes_down_the_order_as_one_after_the_other_is_away(cast: Any, now: datetime) -> None:
    assert holder(cast, "财务部", now, "周岚") == ("周岚", "responsible")
    assert holder(cast, "财务部", now) == ("孙悦", "liaison_a")
    steps = [("孙悦", "丁凯", "liaison_b"), ("丁凯", "王建国", "head"), ("王建国", "钱芳", "head")]
    for gone, next_one, because in steps:
        away(cast, gone, now)
        assert holder(cast, "财务部", now) == (next_one, because)
    away(cast, "钱芳", now)
    assert holder(cast, "财务部", now) == ("林晓雯", "office")


def test_the_delegate_takes_the_place_of_the_one_who_is_away_before_the_next_in_order(cast: Any, now: datetime) -> None:
    away(cast, "孙悦", now)
    window = Window(now - timedelta(hours=1), now + timedelta(days=2))
    actions.delegate(cast.person("孙悦"), deputy=cast.person("章小雨"), window=window, by=SYSTEM, now=now)
    held = hold(cast.unit("财务部").pk, None, now=now)
    assert (held.person_id, held.because, held.standing_in_for) == (
        cast.person("章小雨").pk,
        "delegate",
        cast.person("孙悦").pk,
    )


def test_when_all_of_the_office_are_away_the_ball_lies_with_its_head(cast: Any, now: datetime) -> None:
    office = cast.unit("总裁办")
    for post in office.posts.filter(ended_on=None).select_related("person"):
        if not post.person.absences.exists():
            away(cast, post.person.name, now)
    assert holder(cast, "澄川集团", now) == ("秦海平", "office")


def test_a_cancelled_absence_counts_until_it_was_cancelled_and_no_longer(cast: Any, now: datetime) -> None:
    away(cast, "孙悦", now)
    absence = cast.person("孙悦").absences.get()
    actions.cancel_absence(absence, by=SYSTEM, now=now + timedelta(hours=2))
    assert holder(cast, "财务部", now + timedelta(hours=1))[0] == "丁凯"
    assert holder(cast, "财务部", now + timedelta(hours=2))[0] == "孙悦"


def test_the_next_change_is_the_next_edge_of_anybody_who_might_be_asked(cast: Any, now: datetime) -> None:
    unit = cast.unit("销售部").pk
    before = next_change(unit, None, now=now)
    start = now + timedelta(hours=5)
    actions.record_absence(cast.person("侯倩"), window=Window(start, start + timedelta(hours=2)), by=SYSTEM, now=now)
    assert next_change(unit, None, now=now) == start
    assert next_change(unit, None, now=start) == start + timedelta(hours=2)
    assert next_change(unit, None, now=start + timedelta(hours=2)) == before


def test_nobody_responsible_outside_the_unit_is_forgotten_by_the_next_change(cast: Any, now: datetime) -> None:
    away(cast, "罗静", now)
    assert next_change(cast.unit("质量部").pk, cast.person("罗静").pk, now=now) == now + timedelta(days=3)


def test_many_are_resolved_with_as_many_queries_as_one(cast: Any, now: datetime) -> None:
    pairs = [(unit.pk, None) for unit in Unit.objects.filter(active=True)]
    with CaptureQueriesContext(connection) as one:
        hold_many(pairs[:1], now=now)
    with CaptureQueriesContext(connection) as many:
        found = hold_many(pairs * 20, now=now)
    assert len(found) == len(pairs) * 20
    assert len(many) == len(one)
    assert found[0] == hold(pairs[0][0], None, now=now)


def test_without_an_office_the_sentence_says_what_is_to_be_done(db: None, now: datetime) -> None:
    unit = actions.create_unit(None, fields=actions.UnitFields("甲部"), by=SYSTEM, now=now)
    with pytest.raises(Refused, match="还没有指定协调办公室"):
        hold(unit.pk, None, now=now)


def test_somebody_who_left_is_never_asked(cast: Any, now: datetime, make_inactive: Callable[[str], None]) -> None:
    make_inactive("孙悦")
    assert holder(cast, "财务部", now)[0] == "丁凯"
    assert holder(cast, "财务部", now, "丁凯")[0] == "丁凯"


@pytest.fixture
def make_inactive(cast: Any, now: datetime) -> Callable[[str], None]:
    def leave(name: str) -> None:
        person = cast.person(name)
        fields = PersonFields(person.name, person.code, person.mobile, active=False)
        actions.update_person(person, fields=fields, by=SYSTEM, now=now)

    return leave


def test_a_post_given_back_brings_the_ball_back(cast: Any, now: datetime, make_inactive: Callable[[str], None]) -> None:
    make_inactive("孙悦")
    actions.appoint(cast.person("魏思远"), unit=cast.unit("财务部"), fields=PostFields("liaison_a"), by=SYSTEM, now=now)
    assert holder(cast, "财务部", now) == ("魏思远", "liaison_a")
