"""The pages on which a notice is followed up, in a browser: how they read, fit and work, with script and without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from fayol.notices import actions
from fayol.notices.audience import Entry
from fayol.notices.models import Clash, Notice, Receipt
from fayol.notices.states import Depth, EntryKind, Form, Reply, Stage, Way
from fayol.organisation.actor import Actor
from tests.browser.test_every_page import Walk

pytestmark = pytest.mark.usefixtures("at_nine")
OFFICER, LEADER, SECRETARY, STRANGER, COMING = "林晓雯", "顾明远", "夏雨桐", "吴志强", "王建国"
CALLED = ("顾明远", "王建国", "周岚", "吴志强", "许宁", "孙悦", "李敏", "马骏")


@pytest.fixture
def notice(cast: Any, now: datetime) -> Notice:
    """Sent yesterday to eight, of whom each stands elsewhere; the leader has forty guests at that hour."""
    sent, start = now - timedelta(days=1), now + timedelta(days=2, hours=5)
    by = Actor(cast.person(OFFICER))
    wording = actions.Wording(
        unit=cast.unit("总裁办"), title="关于召开智能装备产业园现场推进会的通知", number="澄办函〔2026〕63号",
        depth=Depth.PERSONAL, form=Form.ATTEND, starts_at=start, ends_at=start + timedelta(hours=2),
        place="产业园一号厂房", audience=[Entry(EntryKind.PERSON, id=cast.person(n).pk, must=True) for n in CALLED],
    )  # fmt: skip
    leader = cast.person(LEADER)
    actions.take_time(
        leader, starts_at=start, ends_at=start + timedelta(hours=1), title="接待市里来的客人", people=40,
        by=Actor(leader), now=sent,
    )  # fmt: skip
    row = actions.send(actions.draft(wording, by=by, now=sent), by=by, now=sent)
    found = {one.person.name: one for one in row.receipts.select_related("person", "notice")}

    def own(name: str) -> Actor:
        return Actor(cast.person(name))

    actions.take(found[LEADER], by=own(SECRETARY), now=sent + timedelta(hours=2))
    actions.confirm(found["王建国"], answer=actions.Answer(reply=Reply.ATTEND), by=own("王建国"), now=sent)
    away = actions.Answer(reply=Reply.LEAVE, words="外地验收，已向分管领导报告")
    actions.confirm(found["周岚"], answer=away, by=own("周岚"), now=sent + timedelta(hours=1))
    actions.open_(found["吴志强"], by=own("吴志强"), now=sent + timedelta(hours=1))
    told = actions.Call(way=Way.PHONE, reached=True, words="知道了，到时候去")
    actions.log_call(found["许宁"], call=told, by=by, now=sent + timedelta(hours=3))
    Receipt.objects.filter(notice=row, person__name=LEADER).update(duty_since=now - timedelta(hours=1))
    Receipt.objects.filter(notice=row, person__name="孙悦").update(stage=Stage.FAILED)
    Receipt.objects.filter(notice=row, person__name="李敏").update(call_since=now)
    Receipt.objects.filter(notice=row, person__name=COMING).update(recheck=1, call_since=now)
    return row


def pages(notice: Notice, leader: int, start: datetime) -> Iterator[tuple[str, str, str]]:
    row = notice.receipts.get(person=leader)
    here = f"/notices/{notice.pk}"
    week = f"?week={start:%Y-%m-%d}"
    yield "receipts", OFFICER, f"{here}/receipts/"
    yield "receipts-none", OFFICER, f"{here}/receipts/?q=没有这个人"
    yield "receipts-other", "秦海平", f"{here}/receipts/?open=1"
    yield "recheck", COMING, f"{here}/"
    yield "recheck-workbench", COMING, "/"
    yield "recheck-call", OFFICER, f"{here}/receipts/?who={notice.receipts.get(person__name=COMING).pk}"
    yield "clash-workbench", SECRETARY, "/"
    yield "calls", OFFICER, f"{here}/receipts/calls/"
    yield "reach", OFFICER, f"{here}/reach/"
    yield "proof", OFFICER, f"{here}/receipts/{row.pk}/proof/"
    yield "proof-list", OFFICER, f"{here}/proof/"
    yield "clashes", OFFICER, "/notices/clashes/"
    clash = Clash.objects.get()
    yield "clash", OFFICER, f"/notices/clashes/{clash.pk}/"
    yield "clash-own", LEADER, f"/notices/clashes/{clash.pk}/"
    yield "days", OFFICER, f"/notices/days/{week}"
    yield "days-stranger", STRANGER, f"/notices/days/{week}"
    yield "day", SECRETARY, f"/notices/days/{leader}/{week}"
    yield "day-stranger", STRANGER, f"/notices/days/{leader}/{week}"
    yield "list", OFFICER, "/notices/?show=issued"
    yield "page", OFFICER, f"{here}/"
    yield "page-secretary", SECRETARY, f"{here}/"
    yield "page-leader", LEADER, f"{here}/"
    yield "workbench-clash", SECRETARY, "/"


def test_the_pages_of_following_up_read_fit_and_speak_chinese(
    notice: Notice, cast: Any, page_as: Any, axe: Any, overflow: Any, shot: Any
) -> None:
    walk = Walk(page_as, axe, overflow)
    assert notice.starts_at
    for name, who, path in pages(notice, cast.person(LEADER).pk, notice.starts_at):
        page = walk.visit(name, who, path)
        shot(page, f"notices-{name}")
        page.set_viewport_size({"width": 390, "height": 844})
        shot(page, f"notices-{name}-phone")
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        shot(page, f"notices-{name}-phone-dark")
        page.set_viewport_size({"width": 1366, "height": 768})
        shot(page, f"notices-{name}-dark")
    assert not walk.found, walk.report()


def test_a_call_is_logged_in_place_and_the_next_one_stands_there(notice: Notice, page_as: Any) -> None:
    page = page_as(OFFICER)
    page.goto(f"/notices/{notice.pk}/receipts/")
    expect(page.locator("#move")).to_contain_text(f"轮到您：告知{LEADER}本人")
    page.get_by_text("对方答应转告").click()
    page.get_by_label("接话人").fill(SECRETARY)
    page.get_by_label("记一句原话").fill("散会就报告")
    page.get_by_role("button", name="登记通话").click()
    expect(page.locator("#toast")).to_contain_text(f"{LEADER}仍算未知悉")
    expect(page.locator("#move")).to_be_focused()
    page.locator("#tally a", has_text="未送达").click()
    expect(page.locator("#receipts tbody tr:not(.grp)")).to_have_count(1)
    assert "r=fail" in page.url
    page.get_by_role("button", name="提醒未确认").click()
    expect(page.locator("#toast")).to_contain_text("已提醒")
    page.get_by_role("button", name="提醒未确认").click()
    expect(page.locator("[role=alert]")).to_contain_text("请5分钟后再提醒")


def test_somebody_says_with_one_tap_from_his_phone_that_he_still_comes(notice: Notice, page_as: Any) -> None:
    page = page_as(COMING)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    row = page.locator("#moves li", has_text=f"能否到会：{notice.title}")
    row.get_by_role("button", name="仍按时参加").click()
    expect(page.locator("#toast")).to_contain_text("仍按时参加")
    expect(row).to_have_count(0)
    officer = page_as(OFFICER)
    officer.goto(f"/notices/{notice.pk}/receipts/")
    expect(officer.locator('[data-again="done"]')).to_contain_text("会前1天")
