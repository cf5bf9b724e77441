"""The organisation's pages as people see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from playwright.sync_api import Page, expect


def test_searching_while_typing_and_opening_a_branch(page_as: Callable[..., Page], at_nine: datetime) -> None:
    page = page_as("周岚")
    page.goto("/organisation/")
    page.get_by_role("searchbox", name="找单位和人").fill("lxw")
    expect(page.get_by_role("link", name="林晓雯", exact=True)).to_be_visible()
    page.wait_for_url("**/?q=lxw")


def test_a_deputy_is_offered_while_typing_and_the_delegation_is_made(
    page_as: Callable[..., Page], cast: Any, at_nine: datetime
) -> None:
    page = page_as("周岚")
    page.goto(f"/organisation/people/{cast.person('周岚').pk}/delegation/")
    page.get_by_label("由谁代理").press_sequentially("zhangxiaoyu")
    expect(page.locator("#people option")).to_have_count(1)
    words = page.locator("#people option").get_attribute("value")
    assert words is not None
    page.get_by_label("由谁代理").fill(words)
    page.get_by_role("button", name="授权").click()
    expect(page.get_by_text("已授权章小雨代理。")).to_be_visible()
