"""The plan in a real browser: A2's head count said back by all who work with it, a card answered with the keyboard
alone and on a phone, a date looked at before it is asked for, the picture and its table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from fayol.commitments import actions as moves
from tests.stories.test_a2 import BUDGET, LIST, MENU, SEATING, Meeting, meeting

__all__ = ["meeting"]  # a fixture

Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def afternoon(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """After everything that happens in the morning of the story."""
    later = now + timedelta(hours=5)
    monkeypatch.setattr("fayol.web.clock.read", lambda: later)


@pytest.fixture
def late_list(meeting: Meeting) -> Meeting:
    """The list of guests comes on 12-03 instead of 11-27."""
    holder, scene = meeting.holder(LIST), meeting.scene
    asked = moves.counter(
        meeting.task(LIST), words="子公司名单晚报", due_on=date(2026, 12, 3), by=holder, now=scene.later(2)
    )
    moves.agree(asked, by=scene.asker, now=scene.later(3))
    return meeting


def said_back(page: Page, title: str, *numbers: str, words: str = "") -> None:
    """Types the numbers one after the other; all but the last one are refused with what was meant."""
    for number in numbers:
        page.get_by_label("请填写新的数").fill(number)
        if words:
            page.get_by_label("附言").fill(words)
        page.get_by_role("button", name="提交复述").first.click()
        if number != numbers[-1]:
            expect(page.locator(".fy-wrong")).to_contain_text("“参会人数”现在是172人")
            expect(page.get_by_label("请填写新的数")).to_have_value(number)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("#toast")).to_contain_text("答复记下了")


@pytest.mark.slow
@pytest.mark.req("S4-39")
def test_the_head_count_is_changed_once_and_said_back_by_catering_seating_and_finance(
    page_as: Open, meeting: Meeting, overflow: Callable[[Page], int]
) -> None:
    figures = f"/matters/{meeting.matter.pk}/figures/"
    li = page_as("李敏")
    li.goto(figures)
    expect(li.locator("main")).to_contain_text("3条任务都已复述")
    li.locator("summary", has_text="改这个数").click()
    li.get_by_label("改为").fill("172")
    li.get_by_label("为什么改").fill("14人出差")
    li.get_by_role("button", name="改这个数").click()
    expect(li.locator("main")).to_contain_text("172人")
    expect(li.locator("main")).to_contain_text("3条任务用它，3条还没复述")

    for who, title, numbers in (("何静", SEATING, ("182", "172")), ("孙悦", BUDGET, ("172",))):
        page = page_as(who)
        page.goto("/")
        page.get_by_role("link", name=f"复述：复述参会人数：{title}").click()
        expect(page.locator("#move")).to_contain_text("轮到您：复述参会人数")
        expect(page.locator("#move ins")).to_have_text("172人")
        said_back(page, title, *numbers)
        page.context.close()
    lin = page_as("林晓雯")
    lin.goto(f"/commitments/{meeting.task(MENU).pk}/")
    expect(lin.locator("#move")).to_contain_text("没有账号，请把它的答复记在这里")
    said_back(lin, MENU, "172", words="谷雨晴电话复述")
    lin.goto(figures)
    expect(lin.locator("main")).to_contain_text("3条任务都已复述")

    stranger = page_as("何静", "phone")
    stranger.goto(f"/matters/{meeting.matter.pk}/next/")
    row = stranger.locator("tr", has_text="签订场地合同").first
    for words in ("何静", "办理并反馈", "12月8日", "办完交给", "林晓雯", "后面等它：预留会场并提供平面图"):
        expect(row).to_contain_text(words)
    expect(stranger.locator(".fy-head")).to_contain_text("22件事要办")
    assert overflow(stranger) == 0


@pytest.mark.slow
def test_a_card_is_answered_with_the_keyboard_alone(page_as: Open, late_list: Meeting) -> None:
    sun = page_as("孙悦")
    sun.goto("/")
    sun.get_by_role("link", name=f"去答复：重新确认“{BUDGET}”").focus()
    sun.keyboard.press("Enter")
    expect(sun.locator("#move")).to_contain_text("轮到您：重新确认期限")
    expect(sun.locator("#move")).to_contain_text("现在差2天")
    sun.locator("#move input[type=radio]:checked").focus()
    sun.keyboard.press("ArrowDown")
    expect(sun.get_by_role("radio", name="仍按12月4日")).to_be_checked()
    expect(sun.get_by_label("改到哪一天")).to_be_hidden()
    sun.keyboard.press("Tab")
    sun.keyboard.insert_text("先按172人估算")
    sun.keyboard.press("Tab")
    expect(sun.get_by_role("button", name="提交答复").first).to_be_focused()
    sun.keyboard.press("Enter")
    expect(sun.locator("#toast")).to_contain_text("答复记下了")
    expect(sun.locator("#move")).not_to_contain_text("重新确认期限")


@pytest.mark.slow
def test_on_a_phone_the_one_button_at_the_foot_sends_the_answer(page_as: Open, late_list: Meeting) -> None:
    sun = page_as("孙悦", "phone")
    sun.goto(f"/commitments/{late_list.task(BUDGET).pk}/")
    expect(sun.get_by_role("radio", name="改到12月8日")).to_be_checked()
    foot = sun.locator(".fy-actionbar")
    assert sun.locator(".btn-primary:visible").count() == 1
    foot.get_by_role("button", name="提交答复").click()
    expect(sun.locator("#move")).to_contain_text("待答复商榷")


@pytest.mark.slow
def test_a_date_is_looked_at_before_it_is_asked_for_and_before_it_is_granted(page_as: Open, meeting: Meeting) -> None:
    li = page_as("李敏")
    li.goto(f"/commitments/{meeting.task(LIST).pk}/?do=counter")
    li.get_by_label("希望改到").fill("2026-12-03")
    li.get_by_label("希望改到").blur()
    expect(li.locator("#effect")).to_contain_text("来不及")
    expect(li.locator("#effect")).to_contain_text(BUDGET)
    li.get_by_label("理由").fill("子公司名单晚报")
    li.locator("#move").get_by_role("button", name="提出商榷").click()
    expect(li.locator("#move")).to_contain_text("待答复商榷")
    lin = page_as("林晓雯")
    lin.goto(f"/commitments/{meeting.task(LIST).pk}/")
    expect(lin.locator("#move")).to_contain_text("同意后影响")
    lin.get_by_role("button", name="同意").click()
    expect(lin.locator("#move")).to_contain_text("待反馈")
    lin.goto(f"/matters/{meeting.matter.pk}/plan/")
    picture = lin.get_by_role("img", name="22项任务的计划图")
    expect(picture).to_be_visible()
    expect(lin.locator("table")).to_be_hidden()
    lin.get_by_label("怎样看").select_option(label="看表格")
    lin.get_by_role("button", name="查看").click()
    expect(lin.locator("tr", has_text=BUDGET).first).to_contain_text("差2天")
