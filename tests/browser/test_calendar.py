"""A14 as people see it: the deadline over New Year with its badge, the notice pasted, previewed and applied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from fayol.intake.actions import dispatch, take_in_text
from fayol.organisation.actor import Actor
from fayol.reading.tests.notices import notice_of

DECEMBER = datetime(2026, 12, 20, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
BADGE = "暂按推定日历"


@pytest.fixture
def task(cast: Any, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Any:
    monkeypatch.setattr("fayol.web.clock.read", lambda: DECEMBER + timedelta(days=3))
    by = Actor(cast.person("林晓雯"))
    document = take_in_text("由财务部牵头，收到通知后30个工作日内编制年度预算执行分析报告。", by=by, now=DECEMBER)
    draft = document.drafts.get()
    opening = {"title": "预算执行分析", "goal": "摸清全年执行情况"}
    return dispatch(document, {draft.pk: draft.version}, opening, by=by, now=DECEMBER).tasks[0]


def test_the_notice_for_the_new_year_is_pasted_looked_at_and_applied_by_keyboard(
    page_as: Callable[..., Page], task: Any, axe: Callable[[Page], list[str]], overflow: Callable[[Page], int]
) -> None:
    holder = page_as(task.holder.name, "phone")
    holder.goto(f"/commitments/{task.pk}/")
    expect(holder.locator("#light")).to_contain_text(BADGE)
    expect(holder.locator("#light")).to_contain_text("2027年2月1日")

    office = page_as("林晓雯")
    office.goto("/organisation/calendar/2027/")
    expect(office.get_by_text("2027年放假安排还没有公布")).to_be_visible()
    assert (axe(office), overflow(office)) == ([], 0)
    office.get_by_role("link", name="粘贴放假通知").press("Enter")
    office.get_by_label("通知全文").fill(notice_of(2027))
    office.get_by_role("button", name="看预览").press("Enter")

    expect(office.get_by_role("heading", name="1项时限变化")).to_be_visible()
    moved = office.get_by_role("row", name=task.title)
    expect(moved.locator("del")).to_have_text("2027年2月1日")
    expect(moved.locator("ins")).to_have_text("2027年1月31日")
    assert (axe(office), overflow(office)) == ([], 0)
    office.get_by_role("button", name="采用2027年安排").press("Enter")

    expect(office.get_by_text("1项时限变化已通知有关人员")).to_be_visible()
    expect(office.get_by_text("2027年放假安排还没有公布")).to_have_count(0)
    holder.goto("/inbox/")
    expect(holder.get_by_text("期限由2027年2月1日变为2027年1月31日").first).to_be_visible()
    holder.goto(f"/commitments/{task.pk}/")
    expect(holder.locator("#light")).to_contain_text("2027年1月31日")
    expect(holder.get_by_text(BADGE)).to_have_count(0)
