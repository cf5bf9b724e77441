"""The shell in a real browser: search, menus, theme, inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import expect


@pytest.fixture(autouse=True)
def _demo(settings: Any, at_nine: datetime) -> None:
    settings.DEMO = True


def test_one_click_steps_into_the_shoes_of_one_of_the_cast(page_as: Any) -> None:
    page = page_as()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="周岚").click()
    expect(page.locator(".fy-me")).to_contain_text("周岚")


def test_the_slash_key_puts_the_cursor_into_the_search_and_finds_a_person_by_initials(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/tour/")
    page.keyboard.press("/")
    page.keyboard.type("zl")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="周岚")).to_be_visible()


def test_the_question_mark_shows_the_keys_and_escape_puts_them_away(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/tour/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘快捷键")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="键盘快捷键")).to_be_hidden()


def test_an_open_menu_closes_with_escape_and_with_a_click_elsewhere(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/tour/")
    menu = page.locator(".fy-bar .fy-menu .dropdown-menu")
    page.locator(".fy-bar .fy-menu summary").click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.locator(".fy-bar .fy-menu summary").click()
    page.locator("h1").click()
    expect(menu).to_be_hidden()


def test_nothing_is_sent_before_the_question_is_answered_with_yes(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/components/")
    sent: list[str] = []
    page.on("framenavigated", lambda frame: sent.append(frame.url))
    page.locator("#move summary").click()
    page.get_by_role("button", name="退回并说明").click()
    page.get_by_role("button", name="再想想").click()
    expect(page.locator("#confirm")).to_be_hidden()
    assert sent == []
    page.get_by_role("button", name="退回并说明").click()
    with page.expect_navigation():
        page.get_by_role("button", name="就这样做").click()


def test_the_theme_is_changed_by_the_server_and_kept(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/search/?q=lin")
    page.get_by_role("button", name="切换深浅色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.url.endswith("/search/?q=lin")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_english_is_chosen_and_left_again_from_the_account_menu(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/tour/")
    for button, heading in (("English", "How it works"), ("简体中文", "看一遍怎么用")):
        page.locator(".fy-bar .fy-menu summary").click()
        page.get_by_role("button", name=button).click()
        expect(page.locator("h1")).to_have_text(heading)


def test_the_tour_points_at_the_real_page_without_any_script(page_as: Any) -> None:
    page = page_as("林晓雯", java_script_enabled=False)
    page.goto("/tour/")
    page.get_by_role("link", name="从头走一遍").click()
    expect(page.locator(".fy-tour h2")).to_have_text("轮到您的事")
    page.locator(".fy-tour").get_by_role("link", name="下一步").click()
    expect(page.locator(".fy-tour h2")).to_have_text("找人、找事")


def test_j_and_k_walk_through_the_rows(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/search/?q=zh")
    assert page.locator("[data-rows] a.fy-t").count() > 2
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("a.fy-t").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("a.fy-t").nth(0)).to_be_focused()
