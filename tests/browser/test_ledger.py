"""The ledger with hands on it: filters without a reload, keys, several lines at once, both sizes and themes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from fayol.commitments.models import Commitment


@pytest.fixture(autouse=True)
def _played(transactional_db: None, affairs: None, at_nine: datetime) -> None:
    """The demo's affairs at nine."""


def test_a_light_chosen_narrows_the_list_in_place_and_stands_in_the_address(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/ledger/")
    every = page.locator("#ledger tbody tr:not(.grp)").count()
    page.locator("#ledger-chips label", has_text="超期").click()
    page.wait_for_url("**/ledger/?light=red*")
    rows = page.locator("#ledger tbody tr:not(.grp)")
    expect(rows.first).to_contain_text("超期")
    assert 0 < rows.count() < every
    page.reload()
    assert page.locator("#ledger-chips input:checked").get_attribute("value") == "red"
    assert page.locator("#ledger tbody tr:not(.grp)").count() == rows.count()


def test_with_keys_alone_two_lines_are_picked_and_chased(page_as: Any) -> None:
    page = page_as("林晓雯")
    page.goto("/ledger/?light=red")
    expect(page.locator(".fy-bulk")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".fy-bulk [data-count]").first).to_have_text("已选2条")
    before = sum(Commitment.objects.values_list("chases", flat=True))
    page.get_by_role("button", name="催办2条").click()
    expect(page.locator("#ledger [role=status]")).to_contain_text("已催办")
    assert page.url.endswith("/ledger/?light=red")
    assert sum(Commitment.objects.values_list("chases", flat=True)) > before


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_ledger_fits_and_axe_finds_nothing(
    size: str, page_as: Any, axe: Any, overflow: Any, shot: Any, tmp_path: Path
) -> None:
    for theme in ("light", "dark"):
        page = page_as("林晓雯", size, theme)
        page.goto("/ledger/")
        assert axe(page) == []
        assert overflow(page) == 0
        if size == "desktop":
            page.locator("#ledger tbody input[name=id]").nth(1).check()
        shot(page, f"ledger-{size[0]}-{theme}")
