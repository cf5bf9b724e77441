"""The main job in a real browser, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fayol.commitments.models import Commitment

Open = Callable[..., Page]


@pytest.fixture
def played(page_as: Open, affairs: None, at_nine: datetime) -> None:
    """The demo's affairs, as `fayol demo` shows them."""


def task(title: str) -> str:
    return f"/commitments/{Commitment.objects.get(title=title).pk}/"


@pytest.mark.slow
@pytest.mark.usefixtures("played")
def test_a_budget_is_countered_agreed_reported_handed_back_and_accepted(page_as: Open) -> None:
    lan, lin, path = page_as("周岚"), page_as("林晓雯"), task("编制年会经费预算表")
    lan.goto(path)
    lan.locator("#move summary", has_text="其他").click()
    lan.get_by_role("link", name="申请改期").click()
    lan.get_by_label("希望改到").fill("2026-12-04")
    lan.get_by_label("理由").fill("参会人数11月26日才到")
    lan.locator("#move").get_by_role("button", name="提出商榷").click()
    expect(lan.locator("#move")).to_contain_text("林晓雯（总裁办）：待答复商榷")
    expect(lan.locator("#move")).to_be_focused()
    expect(lan.locator("#toast")).to_contain_text("现在轮到林晓雯")
    expect(lan.locator("#stage")).to_contain_text("商榷")
    expect(lan.locator("#talk")).to_contain_text("参会人数11月26日才到")

    lin.goto("/")
    lin.get_by_role("link", name="答复商榷：编制年会经费预算表").click()
    expect(lin.locator("#move ins")).to_have_text("12月4日")
    lin.get_by_role("button", name="同意").click()
    expect(lin.locator("#move")).to_contain_text("周岚（财务部）：待反馈")

    lan.goto(path)
    lan.get_by_label("完成了什么").fill("预算表已成，合计85.6万元")
    lan.locator("#move").get_by_role("button", name="反馈完成").click()
    expect(lan.locator("#move")).to_contain_text("待核实")

    lin.goto(path)
    lin.get_by_role("link", name="退回重办").click()
    lin.get_by_label("还缺什么").fill("缺部长签字")
    lin.locator("#move").get_by_role("button", name="退回重办").click()
    expect(lin.locator("#move")).to_contain_text("待再次反馈")

    lan.goto(path)
    expect(lan.locator("#move")).to_contain_text("缺部长签字")
    lan.get_by_label("完成了什么").fill("部长已签字")
    lan.locator("#move").get_by_role("button", name="反馈完成").click()
    expect(lan.locator("#move")).to_contain_text("待核实")
    lin.goto(path)
    lin.get_by_role("button", name="核实通过").click()
    expect(lin.locator("#move")).to_contain_text("已办结")
    expect(lin.locator("#talk")).to_contain_text("记录链完整")


@pytest.mark.slow
@pytest.mark.usefixtures("played")
def test_a_wrong_date_and_a_faster_colleague_keep_what_was_typed(page_as: Open) -> None:
    yan, path = page_as("颜如意"), task("测评机构保密协议")
    yan.goto(path)
    yan.get_by_label("我承诺完成的日期").fill("2027-01-20")
    yan.get_by_label("用一句话复述").fill("协议盖章归档")
    yan.locator("#move").get_by_role("button", name="承诺", exact=True).click()
    expect(yan.locator("#move .fy-wrong")).to_contain_text("承诺不能更晚")
    expect(yan.get_by_label("用一句话复述")).to_have_value("协议盖章归档")

    colleague = page_as("陆远")
    colleague.goto(path + "?do=pass_on")
    colleague.get_by_label("交给谁").select_option(label="纪若兰　合同审查")
    colleague.locator("#move").get_by_role("button", name="转给他").click()
    expect(colleague.locator("#move")).to_contain_text("纪若兰")
    yan.get_by_label("我承诺完成的日期").fill("2026-11-19")
    yan.locator("#move").get_by_role("button", name="承诺", exact=True).click()
    expect(yan.locator("#stale")).to_contain_text("有人先改了这条")
    expect(yan.locator("#stale")).to_contain_text("协议盖章归档")


@pytest.mark.slow
@pytest.mark.usefixtures("played")
def test_a_task_is_taken_from_the_workbench_with_the_keyboard_alone(page_as: Open) -> None:
    sun = page_as("孙悦")
    sun.goto("/")
    sun.keyboard.press("j")
    title = sun.evaluate("document.activeElement.textContent")
    sun.keyboard.press("Tab")
    sun.keyboard.press("Enter")
    expect(sun.locator("h1")).to_have_text(title)
    sun.get_by_role("button", name="签收").focus()
    sun.keyboard.press("Enter")
    expect(sun.locator("#move")).to_contain_text("轮到您：承诺期限")
    expect(sun.locator("#move")).to_be_focused()


@pytest.mark.slow
@pytest.mark.usefixtures("played")
def test_on_a_phone_the_one_button_stands_at_the_foot_and_sends_the_form(page_as: Open, cast: Any) -> None:
    lan = page_as("周岚", "phone")
    lan.goto(task("编制年会经费预算表"))
    lan.get_by_label("完成了什么").fill("预算表已成")
    foot = lan.locator(".fy-actionbar")
    expect(foot).to_be_visible()
    foot.get_by_role("button", name="反馈完成").click()
    expect(lan.locator("#move")).to_contain_text("待核实")
    expect(lan.locator(".fy-tabbar")).to_be_visible()
