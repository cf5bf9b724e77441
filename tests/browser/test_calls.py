"""The call list in a real browser: by keyboard alone, and on a phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from fayol.commitments import actions as moves
from fayol.commitments.tests.scene import Scene
from fayol.ladders.calls.models import Call, PhonePromise

LATE = datetime.fromisoformat("2026-12-03T09:12:00+08:00")


@pytest.fixture
def overdue(page_as: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Two people owe something since Monday; it is Thursday morning."""
    monkeypatch.setattr("fayol.web.clock.read", lambda: LATE)
    scene = Scene(now)
    for number, name in enumerate(("周岚", "孙悦")):
        row = scene.asked(title=f"报送材料{number + 1}", responsible_id=scene.actor(name).person_id)
        assert row.required_on is not None
        moves.promise(row, due_on=row.required_on, by=scene.actor(name), now=scene.later(1))
    return scene


def type_day(page: Any, day: str) -> None:
    """Into the date field that has the focus; in which order it wants the parts depends on the browser's language."""
    year, month, rest = day.split("-")
    field = page.locator("#call-day")
    for keys in (f"{month}{rest}{year}", f"{year}{month}{rest}"):
        field.fill("")
        field.focus()
        page.keyboard.type(keys)
        if field.input_value() == day:
            return
    raise AssertionError(f"the date field shows {field.input_value()!r}")


def tab_to(page: Any, wanted: str, most: int) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"({wanted})(document.activeElement)"):
            return
    raise AssertionError(f"no {wanted} within {most} steps")


def test_a_morning_of_calls_needs_no_mouse(overdue: Scene, page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/chasing/calls/")
    first = page.locator("#h-call").inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_function("was => document.querySelector('#h-call').innerText !== was", arg=first)
    tab_to(page, "one => one.id === 'call-day'", 10)
    type_day(page, "2026-12-08")
    tab_to(page, "one => one.id === 'call-words'", 5)
    page.keyboard.type("周二一定交")
    page.keyboard.press("Enter")
    page.get_by_text("等本人确认").wait_for()
    assert "在横桥里确认" in page.locator("#toast").inner_text()
    page.wait_for_function("document.activeElement.id === 'move'")
    assert [str(given.day) for given in PhonePromise.objects.all()] == ["2026-12-08"]
    assert page.locator("#badge-calls").inner_text().startswith("1")
    tab_to(page, "one => one.value === 'missed'", 14)
    page.keyboard.press("Enter")
    page.get_by_text("今天该打的都打完了").wait_for()
    assert [call.result for call in Call.objects.order_by("pk")] == ["promised", "missed"]


def test_on_a_phone_the_number_is_one_tap_away_and_nothing_is_cut_off(
    overdue: Scene, page_as: Any, axe: Any, overflow: Any
) -> None:
    page = page_as("林晓雯", "phone")
    page.goto("/chasing/calls/")
    number = page.locator("#move a[href^='tel:']").first
    assert number.bounding_box()["y"] < 300
    for button in page.locator("#move button[name=result]").all():
        assert button.bounding_box()["height"] >= 40
    assert overflow(page) == 0
    assert axe(page) == []
    page.locator("#call-day").fill("2026-12-08")
    page.locator("#move button[value=promised]").tap()
    page.wait_for_selector("#toast:not([hidden])")
    given = PhonePromise.objects.get()
    theirs = page_as(given.person.name, "phone")
    theirs.goto(f"/commitments/{given.commitment_id}/")
    assert overflow(theirs) == 0
    theirs.locator("#phone button", has_text="确认").first.tap()
    theirs.wait_for_selector("#toast:not([hidden])")
    given.refresh_from_db()
    assert given.answer == "confirmed"
