from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from graphlib import CycleError
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.kernel.worktime import WorkCalendar, plain_week
from fayol.matters.plan.policy import (
    DEFAULT_WORKDAYS,
    Axis,
    Graph,
    Link,
    Node,
    critical_path,
    needed_on,
    ripple,
    round_of,
    schedule,
)

CALENDAR = WorkCalendar(table=plain_week, tz=ZoneInfo("Asia/Shanghai"))
TODAY = date(2026, 11, 18)
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


def graph_of(nodes: list[Node], links: list[Link]) -> Graph:
    return Graph({node.id: node for node in nodes}, links, CALENDAR, TODAY)


def the_design() -> Graph:
    """Head count on Friday the 20th, a budget of four days due on the 30th, goods of three days due on 12-07."""
    nodes = [
        Node(1, FRIDAY),
        Node(2, date(2026, 11, 30), workdays=4),
        Node(3, date(2026, 12, 7), workdays=3),
        Node(4, date(2026, 12, 18)),
    ]
    return graph_of(nodes, [Link(1, 2), Link(2, 3)])


def test_slack_is_what_is_left_after_the_input_and_the_work() -> None:
    timings = schedule(the_design())
    assert (timings[2].start_on, timings[2].earliest_on, timings[2].slack) == (MONDAY, date(2026, 11, 26), 2)
    assert timings[3].slack == 2
    assert timings[3].driver == 2
    assert timings[1].slack is None
    assert critical_path(timings, {1, 2, 3}) == [1, 2, 3]
    assert critical_path(timings) == []  # the menu ends last, and nothing drives it


def test_a_lag_and_a_planned_start_push_the_work() -> None:
    timings = schedule(graph_of([Node(1, FRIDAY), Node(2, date(2026, 11, 30))], [Link(1, 2, lag=2)]))
    assert (timings[2].input_on, timings[2].start_on) == (date(2026, 11, 24), date(2026, 11, 25))
    start = schedule(graph_of([Node(1, FRIDAY), Node(2, None, date(2026, 11, 27))], [Link(1, 2)]))
    assert (start[2].start_on, start[2].driver) == (date(2026, 11, 27), None)


def test_an_overdue_input_is_there_today_at_the_earliest_and_a_finished_one_when_it_was_done() -> None:
    late = schedule(graph_of([Node(1, date(2026, 11, 10)), Node(2, date(2026, 11, 30))], [Link(1, 2)]))
    assert late[2].input_on == TODAY
    done = schedule(graph_of([Node(1, FRIDAY, done_on=date(2026, 11, 12)), Node(2, date(2026, 11, 30))], [Link(1, 2)]))
    assert done[2].input_on == date(2026, 11, 12)


def test_whoever_vouches_for_his_date_is_believed_until_his_input_moves_again() -> None:
    nodes = [Node(1, date(2026, 11, 26)), Node(2, date(2026, 11, 30), workdays=4, assured_for=date(2026, 11, 26))]
    graph = graph_of([*nodes, Node(3, date(2026, 12, 7), workdays=3)], [Link(1, 2), Link(2, 3)])
    assert schedule(graph)[3].slack == 2
    assert [line.id for line in ripple(graph, {1: date(2026, 11, 27)}).lines] == [2, 3]


def test_the_change_stops_where_slack_takes_it_up() -> None:
    effect = ripple(the_design(), {1: date(2026, 11, 24)})
    assert [(line.id, line.before.slack, line.after.slack) for line in effect.lines] == [(2, 2, 0)]
    assert not effect.lines[0].newly_broken
    further = ripple(the_design(), {1: date(2026, 11, 26)})
    assert [(line.id, line.direct, line.after.slack, line.lost) for line in further.lines] == [
        (2, True, -2, 4),
        (3, False, 0, 2),
    ]
    assert further.lines[0].newly_broken
    assert (further.chain, further.ends_before, further.ends_after) == ((1, 2, 3), date(2026, 12, 7), date(2026, 12, 7))


def test_the_last_day_on_which_an_input_may_come() -> None:
    axis = Axis(CALENDAR, date(2026, 1, 1))
    due = date(2026, 11, 30)
    assert needed_on(due_on=due, start_on=None, workdays=4, lag=0, axis=axis) == date(2026, 11, 24)
    assert needed_on(due_on=due, start_on=date(2026, 11, 27), workdays=4, lag=1, axis=axis) == date(2026, 11, 25)
    assert needed_on(due_on=None, start_on=None, workdays=4, lag=1, axis=axis) is None


def test_a_round_is_named_in_order() -> None:
    found = round_of([(1, 2), (2, 3), (3, 1), (3, 4)])
    assert len(found) == 4
    assert found[0] == found[-1]
    assert set(found) == {1, 2, 3}
    assert round_of([(1, 2), (2, 3)]) == []
    with pytest.raises(CycleError):
        graph_of([Node(1), Node(2)], [Link(1, 2), Link(2, 1)]).order()


# ── properties ─────────────────────────────────────────────────────────────

days = st.integers(0, 60).map(lambda n: date(2026, 11, 2) + timedelta(days=n))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(2, 8))
    nodes = [
        Node(
            i,
            draw(st.none() | days),
            draw(st.none() | days) if draw(st.booleans()) else None,
            draw(st.none() | st.integers(1, 6)),
            draw(days) if draw(st.integers(0, 4)) == 0 else None,
            draw(st.none() | days),
        )
        for i in range(size)
    ]
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14))
    return graph_of(nodes, [Link(a, b, draw(st.integers(0, 3))) for a, b in chosen])


def plainly(graph: Graph, words: Mapping[int, date | None]) -> dict[int, tuple[date | None, int | None]]:
    """Input day and slack of everything, by walking days one by one; `words`: dates that are taken at their word."""
    finish: dict[int, date | None] = {}
    found: dict[int, tuple[date | None, int | None]] = {}

    def on_or_before(day: date) -> date:
        while not CALENDAR.is_workday(day):
            day -= timedelta(days=1)
        return day

    for pk in sorted(graph.nodes):
        node = graph.nodes[pk]
        inputs = [on_or_before(node.start_on - timedelta(days=1))] if node.start_on else []
        for link in graph.links:
            if link.after == pk and (came := finish[link.before]) is not None:
                inputs.append(CALENDAR.add_workdays(came, link.lag))
        ready = max(inputs, default=None)
        earliest = CALENDAR.add_workdays(ready, node.workdays or DEFAULT_WORKDAYS) if ready else None
        slack = CALENDAR.workdays_between(earliest, node.due_on) if earliest and node.due_on else None
        found[pk] = (ready, slack)
        finish[pk] = _plain_finish(node, ready, earliest, words, on_or_before)
    return found


def _plain_finish(
    node: Node,
    ready: date | None,
    earliest: date | None,
    words: Mapping[int, date | None],
    on_or_before: Callable[[date], date],
) -> date | None:
    if node.done_on:
        return on_or_before(node.done_on)
    if word := words.get(node.id):
        return max(on_or_before(word), on_or_before(TODAY))
    vouched = node.due_on and node.assured_for and (ready is None or ready <= on_or_before(node.assured_for))
    likely = [on_or_before(node.due_on)] if node.due_on else []
    likely += [earliest] if earliest and not vouched else []
    return max([*likely, on_or_before(TODAY)]) if likely else None


@given(graphs(), st.data())
@settings(max_examples=80, deadline=None)
def test_the_effect_is_that_of_computing_everything_twice(graph: Graph, data: st.DataObject) -> None:
    pk = data.draw(st.sampled_from(sorted(graph.nodes)))
    new = data.draw(days)
    effect = ripple(graph, {pk: new})
    before, after = plainly(graph, {pk: graph.nodes[pk].due_on}), plainly(graph, {pk: new})
    expected = {
        n: (before[n], after[n])
        for n in graph.nodes
        if n != pk and before[n] != after[n] and graph.nodes[n].done_on is None
    }
    found = {
        line.id: ((line.before.input_on, line.before.slack), (line.after.input_on, line.after.slack))
        for line in effect.lines
    }
    assert found == expected


@given(graphs(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_later_date_never_helps_and_the_same_date_does_nothing(graph: Graph, data: st.DataObject) -> None:
    pk = data.draw(st.sampled_from(sorted(graph.nodes)))
    due = graph.nodes[pk].due_on or TODAY
    if graph.nodes[pk].due_on:
        assert ripple(graph, {pk: due}).empty
    later = due + timedelta(days=data.draw(st.integers(0, 20)))
    much_later = later + timedelta(days=data.draw(st.integers(0, 20)))
    slacks = [{line.id: line.after.slack for line in ripple(graph, {pk: day}).lines} for day in (later, much_later)]
    for line in ripple(graph, {pk: later}).lines:
        assert line.lost >= 0 or graph.nodes[pk].due_on is None
    for n, slack in slacks[0].items():
        if slack is not None and slacks[1].get(n) is not None:
            assert (slacks[1][n] or 0) <= slack


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_the_schedule_is_that_of_walking_days_one_by_one(graph: Graph) -> None:
    timings = schedule(graph)
    assert {pk: (t.input_on, t.slack) for pk, t in timings.items()} == plainly(graph, {})
