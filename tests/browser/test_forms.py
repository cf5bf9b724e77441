"""What a reader of a form or a folded table needs, and no other test looks at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fayol.commitments.tests.scene import Scene
from fayol.matters.actions import Opening, open_and_ask


def affair(now: datetime) -> Scene:
    scene = Scene(now)
    opening = Opening(
        title="年会筹备", goal="办好年会", lead_unit_id=scene.unit("财务部").pk,
        coordinator_id=scene.asker.person_id or 0, requester_unit_id=scene.unit("总裁办").pk,
    )  # fmt: skip
    open_and_ask(opening, [scene.asking()], by=scene.asker, now=now)
    return scene


def test_the_first_wrong_field_of_a_refused_form_has_the_focus(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/matters/flows/new/")
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="保存").click()
    assert answer.value.status == 422
    page.wait_for_function("document.activeElement.name === 'title'")
    assert page.locator("#id_title_error").inner_text() == "请填写。"


def test_enter_in_a_row_of_a_ladder_tries_it_and_a_moved_row_keeps_the_focus(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/chasing/ladders/deliver/normal/")
    page.locator("#rung-2-later").focus()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'rung-2-later'")
    page.goto("/chasing/ladders/deliver/normal/")
    page.locator("[name=r1-n]").focus()
    page.keyboard.press("Enter")
    page.locator("#policy [role=status]").wait_for()


def test_a_table_folded_on_the_phone_says_what_each_number_is(page_as: Any, now: datetime, at_nine: datetime) -> None:
    affair(now)
    page = page_as("林晓雯", "phone")
    page.goto("/ledger/times/")
    mute = page.evaluate(
        "[...document.querySelectorAll('#times td')].filter((cell) =>"
        " !cell.dataset.k || getComputedStyle(cell, '::before').content === 'none').length"
    )
    assert page.locator("#times td").count()
    assert not mute


def test_the_choice_of_affairs_can_be_seen(page_as: Any, now: datetime, at_nine: datetime) -> None:
    affair(now)
    page = page_as("林晓雯")
    page.goto("/next/")
    page.locator(".ts-wrapper").wait_for()
    assert page.evaluate("getComputedStyle(document.querySelector('.ts-wrapper')).borderTopWidth") == "1px"
