"""The picture of a plan as geometry: where bars, days off, arrows and the line of today lie."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.kernel.worktime import plain_week
from fayol.matters.plan_drawing import HEAD, ROW, Link, Span, Task, draw

TODAY = date(2026, 11, 18)
DAYS = st.dates(date(2026, 9, 1), date(2028, 3, 1))


week = cache(plain_week)


def works(day: date) -> bool:
    return day in week(day.year).workdays


def task(key: int, start: date, end: date, **more: object) -> Task:
    return Task(key, f"第{key}项", span=Span(start, end), **more)  # type: ignore[arg-type]


@st.composite
def spans(draw_: st.DrawFn) -> Span:
    start = draw_(DAYS)
    return Span(start, start + timedelta(days=draw_(st.integers(0, 200))))


@settings(max_examples=60)
@given(st.lists(spans(), min_size=1, max_size=12), st.data())
def test_everything_lies_within_the_picture_and_in_order(found: list[Span], data: st.DataObject) -> None:
    tasks = [Task(n, f"第{n}项", span=span) for n, span in enumerate(found)]
    keys = st.integers(0, len(found) - 1)
    links = [Link(*pair) for pair in data.draw(st.lists(st.tuples(keys, keys), max_size=6))]
    picture = draw(tasks, links, today=TODAY, works=works, goal=data.draw(st.none() | DAYS))
    assert picture is not None
    assert len(picture.bars) == len(tasks)
    for bar in picture.bars:
        assert 0 <= bar.box.x <= bar.end_x <= 100.5
        assert HEAD <= bar.box.y <= picture.height
    for one, other in zip(picture.bars, picture.bars[1:], strict=False):
        assert other.box.y - one.box.y == ROW
        assert one.task.span is not None
        assert other.task.span is not None
        assert (one.box.x <= other.box.x) == (one.task.span.start <= other.task.span.start)
    assert len(picture.ticks) <= 40
    assert all(arrow.x1 <= arrow.x2 <= arrow.x3 for arrow in picture.arrows)
    assert len(picture.arrows) == sum(link.before != link.after for link in links)


def test_days_off_are_shaded_in_runs_and_today_is_a_line() -> None:
    picture = draw(
        [task(1, date(2026, 11, 16), date(2026, 11, 20)), task(2, date(2026, 11, 23), date(2026, 11, 27))],
        [Link(1, 2, critical=True)],
        today=TODAY,
        works=works,
    )
    assert picture is not None
    (off,) = picture.off
    day = picture.bars[0].box.width / 5
    assert abs(off.width - 2 * day) < 0.05
    assert abs(off.x - 5 * day) < 0.05
    assert picture.today_x is not None
    assert abs(picture.today_x - 2 * day) < 0.05
    assert [tick.words for tick in picture.ticks] == ["11/16", "11/23"]
    (arrow,) = picture.arrows
    assert arrow.critical
    assert (arrow.y1, arrow.y2) == (HEAD + 15, HEAD + ROW + 15)


def test_a_window_leaves_out_what_lies_beyond_it_and_nothing_dated_is_no_picture() -> None:
    near, far = task(1, date(2026, 11, 16), date(2026, 11, 20)), task(2, date(2027, 3, 1), date(2027, 3, 5))
    window = Span(date(2026, 11, 9), date(2026, 12, 20))
    picture = draw([near, far], [Link(1, 2)], today=TODAY, works=works, goal=date(2027, 4, 1), window=window)
    assert picture is not None
    assert [bar.task.key for bar in picture.bars] == [1]
    assert (picture.arrows, picture.goal, picture.rows) == ([], None, 2)
    assert draw([Task(1, "没有日期")], [], today=TODAY, works=works) is None


def test_a_long_plan_has_months_for_ticks_and_shades_holidays_only() -> None:
    picture = draw([task(1, date(2026, 1, 1), date(2027, 12, 31))], [], today=TODAY, works=works)
    assert picture is not None
    assert picture.off == []
    assert picture.wide == "w3"
    assert all("/" in tick.words for tick in picture.ticks)
