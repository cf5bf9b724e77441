"""The organisation's pages as people see them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

SIZES = ["desktop", "phone"]
WHO = {"index": "林晓雯", "unit": "王建国", "away": "周岚", "person": "顾明远", "form": "林晓雯", "found": "周岚"}


def address(name: str, cast: Any) -> str:
    return {
        "index": "/organisation/",
        "unit": f"/organisation/units/{cast.unit('财务部').pk}/",
        "away": f"/organisation/units/{cast.unit('一号车间').pk}/",
        "person": f"/organisation/people/{cast.person('顾明远').pk}/",
        "form": f"/organisation/people/{cast.person('周岚').pk}/delegation/",
        "found": "/organisation/?q=z",
    }[name]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_and_axe_finds_nothing(
    page_as: Callable[..., Page],
    cast: Any,
    at_nine: datetime,
    axe: Callable[[Page], list[str]],
    overflow: Callable[[Page], int],
    shot: Callable[..., Path],
    size: str,
    theme: str,
) -> None:
    faults = {}
    for name, who in WHO.items():
        page = page_as(who, size, theme)
        page.goto(address(name, cast))
        shot(page, f"organisation-{name}-{size[0]}-{theme}", full_page=True, caret="initial")
        found = axe(page) + ([f"overflow {overflow(page)}"] if overflow(page) else [])
        if found:
            faults[name] = found
    assert faults == {}, json.dumps(faults, ensure_ascii=False, indent=1)


def test_searching_while_typing_and_opening_a_branch(page_as: Callable[..., Page], at_nine: datetime) -> None:
    page = page_as("周岚")
    page.goto("/organisation/")
    page.get_by_role("searchbox", name="找单位和人").fill("lxw")
    expect(page.get_by_role("link", name="林晓雯", exact=True)).to_be_visible()
    page.wait_for_url("**/?q=lxw", timeout=3000)


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
