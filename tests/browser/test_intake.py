"""Taking a document in, as people see it: both sizes, both themes, with the keyboard and without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fayol.commitments.models import Commitment
from fayol.intake import actions
from fayol.intake.example import NAME, PATH, annual_meeting
from fayol.intake.models import Draft, IntakeDocument
from fayol.organisation.actor import Actor
from tests.browser.test_every_page import Walk


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def document(page_as: Callable[..., Page], cast: Any, now: datetime) -> IntakeDocument:
    return actions.take_in(annual_meeting(), name=NAME, by=Actor(cast.person("林晓雯")), now=now)


def draft(position: int) -> Draft:
    return Draft.objects.get(position=position)


def test_a_long_a_sent_and_somebody_elses_document_read_and_fit(
    page_as: Callable[..., Page], cast: Any, now: datetime, at_nine: datetime, axe: Any, overflow: Any
) -> None:
    by = Actor(cast.person("林晓雯"))
    lines = "由市科技局、市财政局负责，尽快完成第{}批。"
    many = actions.take_in_text("\n".join(lines.format(n) for n in range(60)), by=by, now=now)
    sent = actions.take_in_text("由财务部牵头，行政部配合，11月30日前完成预算表。", by=by, now=now)
    actions.dispatch(sent, dict.fromkeys(sent.drafts.values_list("pk", flat=True)), by=by, now=now)
    walk = Walk(page_as, axe, overflow)
    page = walk.visit("many", "林晓雯", f"/intake/{many.pk}/")
    page.locator("#bulk > summary").click()
    walk.look("many, all at once", page, [])
    walk.visit("excerpt", "周岚", f"/intake/{sent.pk}/")
    assert not walk.found, walk.report()


def test_from_the_file_to_tasks_given_out(page_as: Callable[..., Page], at_nine: datetime) -> None:
    page = page_as("林晓雯")
    page.goto("/intake/")
    page.get_by_label("或选一个文件").set_input_files(PATH)
    page.get_by_role("button", name="读取任务").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("核对《年会筹备工作分工方案》")
    expect(page.locator("#dispatch")).to_contain_text("已选5条，将通知4个部门、4个人")

    six = page.locator("#a6")
    six.get_by_label("牵头", exact=True).click()
    page.keyboard.type("gh")
    page.locator(".ts-dropdown .option", has_text="工会").click()
    expect(six.locator("summary").first).to_contain_text("工会牵头，市场部配合")
    six.get_by_label("期限", exact=True).fill("2026-12-10")
    six.get_by_label("期限", exact=True).blur()
    expect(page.locator("#dispatch")).to_contain_text("已选6条")
    expect(six).not_to_have_attribute("data-ask", "")
    expect(six.locator(".fy-wrong:visible")).to_have_count(0)

    page.locator("#a1 input[name=take]").uncheck()
    expect(page.locator("#dispatch")).to_contain_text("已选5条")
    page.get_by_role("button", name="交办5条").click()
    expect(page.locator("#toast")).to_contain_text("已交办5条，督〔2026〕1号")
    assert Commitment.objects.filter(role="lead").count() == 5
    assert (draft(6).due_on, draft(1).state) == (date(2026, 12, 10), "open")


def test_a_day_that_does_not_exist_and_an_unknown_unit_say_so_at_the_field_while_typing(
    page_as: Callable[..., Page], at_nine: datetime, document: IntakeDocument
) -> None:
    page = page_as("林晓雯")
    page.goto(f"/intake/{document.pk}/")
    seven = page.locator("#a7")
    seven.get_by_label("牵头", exact=True).click()
    page.keyboard.type("外星部")
    page.keyboard.press("Tab")
    expect(seven).to_contain_text("组织里没有“外星部”")
    assert draft(7).lead is not None


def test_number_in_the_source_opens_the_row_and_words_picked_there_become_a_draft(
    page_as: Callable[..., Page], at_nine: datetime, document: IntakeDocument
) -> None:
    page = page_as("林晓雯")
    page.goto(f"/intake/{document.pk}/")
    page.locator("#s2 > a").click()
    expect(page.locator("#a2").get_by_label("任务", exact=True)).to_be_visible()
    expect(page.locator("#s2")).to_have_attribute("data-on", "")
    last = page.locator("#source p", has_text="各部门要按照分工抓好落实")
    last.scroll_into_view_if_needed()
    last.click(click_count=3)
    expect(page.locator("#add-words")).to_have_value("各部门要按照分工抓好落实，遇有问题及时报总裁办。")
    page.get_by_role("button", name="添为一条").click()
    expect(page.locator("#a8")).to_be_visible()
    assert draft(8).spans != []


def test_rows_of_a_long_document_open_when_asked_for(
    page_as: Callable[..., Page], cast: Any, now: datetime, at_nine: datetime
) -> None:
    text = "\n".join(f"由财务部牵头，12月{n % 28 + 1}日前完成第{n}批预算表。" for n in range(1, 61))
    document = actions.take_in_text(text, by=Actor(cast.person("林晓雯")), now=now)
    page = page_as("林晓雯")
    page.goto(f"/intake/{document.pk}/")
    assert page.locator(".fy-editor").count() == 0
    page.locator("#a3 summary").first.click()
    title = page.locator("#a3").get_by_label("任务", exact=True)
    title.fill("第三批预算表")
    title.blur()
    expect(page.locator("#a3 summary b").first).to_contain_text("第三批预算表")
    assert draft(3).title == "第三批预算表"


def test_everything_works_without_script(page_as: Callable[..., Page], at_nine: datetime) -> None:
    page = page_as("林晓雯", java_script_enabled=False)
    page.goto("/intake/")
    page.get_by_label("粘贴文字").fill("由财务部牵头，人力资源部配合，11月30日前完成预算表。\n工会尽快报送节目单。")
    page.get_by_role("button", name="读取任务").click()
    two = page.locator("#a2")
    two.get_by_label("配合", exact=True).fill("hwz、市场营销部")
    two.get_by_label("期限", exact=True).fill("2026-12-10")
    page.get_by_role("button", name="存草稿").last.click()
    assert {"会务组", "市场部"} == {u.name for u in _units(draft(2).supports)}
    page.get_by_role("button", name="交办2条").click()
    assert Commitment.objects.filter(role="lead").count() == 2


def _units(keys: list[int]) -> list[Any]:
    from fayol.organisation.models import Unit

    return list(Unit.objects.filter(pk__in=keys))
