"""What happens in the browser around a form: parts swapped, focus kept, words kept."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

pytestmark = pytest.mark.urls("fayol.web.tests.answering")


@pytest.fixture
def note(page_as: Any, at_nine: Any) -> Page:
    page: Page = page_as("林晓雯")
    page.goto("/notes/")
    return page


def test_after_the_post_the_reader_stands_at_the_new_bar_and_hears_what_happened(note: Page) -> None:
    note.get_by_label("标题").fill("新标题")
    note.get_by_role("button", name="保存").click()
    expect(note.locator("#move")).to_contain_text("轮到您：新标题")
    expect(note.locator("#move")).to_be_focused()
    expect(note.locator("#toast")).to_have_text("改成了新标题")
    expect(note.locator("#toast")).to_be_hidden(timeout=8000)


def test_a_refusal_is_swapped_in_with_the_typed_words(note: Page) -> None:
    note.get_by_label("标题").fill("不行")
    note.get_by_role("button", name="保存").click()
    expect(note.locator("#move")).to_contain_text("“不行”不行，最晚11月18日。请换一个。")
    expect(note.get_by_label("标题")).to_have_value("不行")


def test_who_was_too_late_gets_the_card_in_place_and_the_focus_on_it(note: Page) -> None:
    note.get_by_label("标题").fill("慢了")
    note.get_by_role("button", name="保存").click()
    expect(note.locator("#stale")).to_contain_text("慢了")
    expect(note.locator("#stale")).to_be_focused()


def test_leaving_a_half_written_form_is_asked_about(note: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    note.on("dialog", stay)
    note.get_by_label("标题").press_sequentially("写了一半")
    note.locator(".fy-brand").click()
    note.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(note.get_by_label("标题")).to_have_value("写了一半")


def test_the_button_says_how_many_are_picked(note: Page) -> None:
    button = note.locator("[data-needs-pick]")
    expect(button).to_be_disabled()
    note.get_by_label("全选").check()
    expect(button).to_have_text("催办3条")
    note.get_by_label("选b").uncheck()
    expect(button).to_have_text("催办2条")
    assert note.get_by_label("全选").evaluate("(box) => box.indeterminate")


def test_a_lost_network_is_said_and_the_words_stay(note: Page) -> None:
    note.get_by_label("标题").fill("离线")
    note.context.set_offline(True)
    note.get_by_role("button", name="保存").click()
    expect(note.locator("#toast")).to_contain_text("网络断了")
    expect(note.get_by_label("标题")).to_have_value("离线")
    note.context.set_offline(False)
    note.get_by_label("标题").fill("离线好了")
    note.get_by_role("button", name="保存").click()
    expect(note.locator("#move")).to_contain_text("轮到您：离线好了")
