"""A1 in the browser, by five people: the notice that a secretary took, and that must not look as if the leader knew."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect

from fayol.answers.actions import link_of_delivery
from fayol.answers.tokens import link_token
from fayol.channels.models import MAIL, Delivery
from fayol.channels.tests.conftest import go, serving
from fayol.facts.verify import verify
from fayol.notices.models import Notice, Receipt
from fayol.notices.queries import tally_of
from fayol.notices.states import Stage
from fayol.notices.sweeps import look_due, tell_due
from fayol.organisation.models import Account, Person

LEADER, SECRETARY, SECOND, ORGANISER, OFFICER, HEAD, CHIEF, DEPUTY = (
    "顾明远", "夏雨桐", "曾庆玲", "林晓雯", "龚浩然", "秦海平", "沈维钧", "韩雪梅",
)  # fmt: skip
TITLE, OWN = "关于召开某重要会议的通知", "主持工作会"
GREEN, AMBER = "本人已确认", "秘书代签，本人未知悉"
UNREAD = "已到系统，未读"
Clock, Windows = Callable[[str], datetime], Callable[[str], Page]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Clock:
    """`clock("11-17 10:05")`: it is that time for the pages, and the worker has done what was due until then."""

    def move(text: str) -> datetime:
        at = datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=now.tzinfo)
        for due in sorted(Receipt.objects.filter(next_look_at__lte=at).values_list("next_look_at", flat=True)):
            look_due(due, 100)
        monkeypatch.setattr("fayol.web.clock.read", lambda: at)
        return at

    return move


@pytest.fixture
def open_as(page_as: Any, cast: Any) -> Windows:
    """One window a person, the leader's a phone, and one of nobody. Whoever has no account in the example gets one."""
    windows: dict[str, Page] = {}

    def window(name: str) -> Page:
        if name not in windows:
            person = cast.person(name) if name else None
            if person and person.account is None:
                person.account = Account.objects.create(username=f"a1-{person.pk}")
                person.save(update_fields=["account"])
            windows[name] = page_as(name, "phone" if name == LEADER else "desktop")
        return windows[name]

    return window


def at(page: Page, path: str) -> Page:
    page.goto(path)
    return page


def field(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def row(page: Page, name: str = LEADER) -> Locator:
    return page.locator("#receipts tbody tr", has_text=name)


def mark(page: Page, name: str = LEADER) -> Locator:
    """His mark in the list of receipts."""
    return row(page, name).locator(".fy-rcpt")


def todo(page: Page, words: str) -> Locator:
    """The row of the workbench that says so."""
    return at(page, "/").locator("main a.fy-t", has_text=words)


def expect_not_green(page: Page, words: str) -> None:
    """Read anew as the organiser: his mark says `words`, and nothing of his is green."""
    page.goto(f"/notices/{Notice.objects.get().pk}/receipts/")
    expect(mark(page)).to_have_text(words)
    expect(mark(page)).not_to_have_attribute("data-l", "green")
    expect(row(page).locator("[data-l=green], .c-green")).to_have_count(0)
    expect(row(page)).not_to_contain_text(GREEN)
    expect(page.locator("#receipts .card-header")).to_contain_text("必到人员0/1已本人确认")


def keep_own_meeting(page: Page) -> None:
    """The secretary writes into the leader's day that forty people meet under him."""
    at(page, "/notices/").get_by_role("link", name="领导日程").click()
    page.get_by_role("link", name=LEADER).click()
    field(page, "安排").fill(OWN)
    field(page, "日期").fill("2026-11-20")
    field(page, "开始").fill("09:30")
    field(page, "结束").fill("11:30")
    field(page, "有多少人参加").fill("40")
    page.get_by_role("button", name="记下").click()
    expect(page.locator("#toast")).to_contain_text("已记下")


def write(page: Page, day: str = "2026-11-20") -> Notice:
    """The organiser writes it and sends it in one go. He must know it himself."""
    at(page, "/notices/").get_by_role("link", name="写通知").click()
    field(page, "标题").fill(TITLE)
    field(page, "正文").fill("请准时到会。")
    field(page, "要对方做什么").select_option("attend")
    field(page, "到什么程度才算到").select_option("personal")
    field(page, "开始").fill(f"{day}T09:00")
    field(page, "结束").fill(f"{day}T11:00")
    field(page, "地点").fill("一号会议室")
    page.get_by_label("值班员").fill(OFFICER)
    field(page, "个人").fill(LEADER)
    field(page, "新加的都必到").check()
    page.get_by_role("button", name="加上", exact=True).click()
    expect(page.locator("#audience li", has_text=LEADER).get_by_label("必到")).to_be_checked()
    page.get_by_role("button", name="直接发出").click()
    page.get_by_role("button", name="就这样做").click()
    expect(page.locator("#toast")).to_contain_text("已发给1人")
    return Notice.objects.get()


def decide(page: Page, keep: str, words: str) -> None:
    field(page, "理由").fill(words)
    page.get_by_role("button", name=f"保留“{keep}”").click()


def log(page: Page, result: str, *, heard: str = "", words: str = "") -> None:
    """What a call came to, from where the page says whom to call."""
    page.locator("#move").get_by_text(result).click()
    if heard:
        field(page, "接话人").fill(heard)
    field(page, "记一句原话").fill(words)
    page.get_by_role("button", name="登记通话").click()
    expect(page.locator("#toast")).to_contain_text("记下了")


@pytest.mark.slow
@pytest.mark.req("S4-21", "S4-22", "S4-23", "S4-24", "S4-25")
def test_the_notice_that_the_secretary_took_and_forgot(open_as: Windows, clock: Clock) -> None:
    clock("11-17 09:12")
    organiser, secretary, officer, leader = map(open_as, (ORGANISER, SECRETARY, OFFICER, LEADER))

    # 1. at once: the clash before sending and after, to both sides; the day is held
    keep_own_meeting(secretary)
    notice = write(organiser)
    here, matrix = f"/notices/{notice.pk}/", f"/notices/{notice.pk}/receipts/"
    expect(organiser.locator("#reached")).to_contain_text(f"{LEADER}撞车：11月20日09:30–11:30另有“{OWN}”（40人）")
    for page in (organiser, secretary):
        expect(at(page, "/").locator("main")).to_contain_text(f"{LEADER}撞车")
    at(secretary, "/notices/days/?week=2026-11-16")
    expect(secretary.locator("li[data-held]", has_text=TITLE)).to_contain_text("暂定")

    # 2. the secretary takes it: amber, and the office sees why
    clock("11-17 10:05")
    todo(secretary, f"有通知等{LEADER}本人知悉").click()
    expect(secretary.locator("#move")).to_contain_text(f"撞车：11月20日09:30–11:30另有“{OWN}”")
    secretary.get_by_role("button", name="代收").click()
    expect(secretary.locator("#toast")).to_contain_text(f"现在轮到您：向{LEADER}报告")
    expect_not_green(organiser, AMBER)
    expect(row(organiser)).to_contain_text(f"{SECRETARY} 11-17 10:05")
    expect(row(organiser)).to_contain_text(f"另有“{OWN}”")

    # 3. it is pinned before everything else until she has reported it
    expect(todo(secretary, "").first).to_have_text(f"尚未向{LEADER}报告：{TITLE}")

    # 4. she forgets: she is reminded, then her stand-in and the head, then the officer has to reach him
    clock("11-17 15:35")
    expect(at(secretary, "/inbox/").locator("main")).to_contain_text(f"您代签的通知还没有报告{LEADER}：{TITLE}")
    clock("11-18 10:35")
    for name in (SECOND, HEAD):
        main = at(open_as(name), "/inbox/").locator("main")
        expect(main).to_contain_text(f"{SECRETARY}代签的通知还没有报告{LEADER}，请帮忙转达")
    expect(at(secretary, "/").locator("main")).to_contain_text("超时未报告")
    clock("11-19 09:00")
    expect_not_green(organiser, AMBER)
    todo(officer, f"直接联系{LEADER}本人").click()
    expect(officer.locator("#move")).to_contain_text(f"轮到您：告知{LEADER}本人")

    # 5. she promises to pass it on: amber; the officer reaches him: amber until he has said so himself
    log(officer, "对方答应转告", heard=SECRETARY, words="散会就报告")
    expect(officer.locator("#toast")).to_contain_text(f"{LEADER}仍算未知悉")
    expect_not_green(organiser, AMBER)
    clock("11-19 09:20")
    at(officer, matrix)
    log(officer, "本人已知悉", words="知道了，会准时到")
    expect_not_green(organiser, "已告知本人，待本人确认")
    todo(leader, TITLE).first.tap()
    expect(leader.locator("#move")).to_contain_text(f"{SECRETARY}11月17日10:05代您收下")
    expect(leader.locator("#move")).to_contain_text("是这样吗")
    leader.get_by_role("button", name="是，我知道了").tap()
    expect(leader.locator("#toast")).to_contain_text("核对好了")
    expect_not_green(organiser, "已读未确认")

    # 6. he answers himself, on his phone: green
    leader.get_by_label("参加").first.check()
    leader.locator(".fy-actionbar").get_by_role("button", name="提交答复").tap()
    expect(leader.locator("#move")).to_contain_text("您已答复：参加")
    at(organiser, matrix)
    expect(mark(organiser)).to_have_text(GREEN)
    expect(mark(organiser)).to_have_attribute("data-l", "green")
    expect(organiser.locator("#receipts .card-header")).to_contain_text("必到人员1/1已本人确认")

    # 7. both meetings still want him: the office decides, and the forty are somebody's to tell
    todo(secretary, f"{LEADER}撞车").click()
    secretary.get_by_role("button", name="报请定夺").click()
    expect(secretary.locator("main")).to_contain_text("已报请办公室")
    head = open_as(HEAD)
    todo(head, f"定夺{LEADER}参加哪一个").click()
    decide(head, TITLE, "省里的会，必须到")
    expect(head.locator("#toast")).to_contain_text(f"{LEADER}参加“{TITLE}”")
    expect(at(secretary, "/inbox/").locator("main")).to_contain_text(f"“{OWN}”的40人请您另行告知")
    expect(at(organiser, "/inbox/").locator("main")).to_contain_text(f"撞车已定：{LEADER}参加“{TITLE}”")

    # 8. the hour changes: what he confirmed was another hour, so he is asked again
    clock("11-19 10:00")
    at(organiser, here).locator("summary", has_text="更多").click()
    organiser.get_by_role("link", name="更正").click()
    field(organiser, "改了什么、为什么").fill("改到8:30，省里提前到")
    field(organiser, "开始").fill("2026-11-20T08:30")
    organiser.get_by_role("button", name="发出更正").click()
    expect(organiser.locator("#toast")).to_contain_text("更正已发出")
    expect_not_green(organiser, "已到系统，未读")
    at(leader, here)
    expect(leader.locator("#changes")).to_contain_text("改到8:30，省里提前到")
    expect(leader.locator("#changes del")).to_contain_text("09:00")
    expect(leader.locator("#changes ins")).to_contain_text("08:30")
    expect_not_green(organiser, "已读未确认")
    leader.locator(".fy-actionbar").get_by_role("button", name="提交答复").tap()
    expect(leader.locator("#move")).to_contain_text("您已答复：参加")

    # 9. the chief asks: who knew, since when, by whom; he looks and changes nothing
    chief = at(open_as(CHIEF), "/notices/?show=issued")
    chief.get_by_role("link", name=TITLE).click()
    expect(chief.locator("#reached")).to_contain_text("必到人员1/1已本人确认")
    chief.locator("#reached").get_by_role("link", name="回执").click()
    expect(mark(chief)).to_have_text(GREEN)
    expect(chief.locator("main button", has_text=re.compile("登记通话|提醒|准假"))).to_have_count(0)
    mark(chief).click()
    for words in (SECRETARY, "10:05", "知道了，会准时到", "散会就报告", "SHA-256"):
        expect(chief.locator(".fy-proof")).to_contain_text(words)
    assert tally_of(notice) == {Stage.CONFIRMED: 1}
    with transaction.atomic():
        assert verify().problems == []


def insist(page: Page) -> None:
    """His answer, posted without a form by whoever has this window: refused in words, or not there at all."""
    row = Receipt.objects.get()
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    said = {"csrfmiddlewaretoken": token, "expect": str(row.version), "reply": "attend", "behalf": str(row.person_id)}
    answer = page.request.post(f"/notices/answers/{row.pk}/confirm/", form=said, max_redirects=0)
    assert answer.status == 404 or (answer.status == 422 and "须本人确认" in answer.text())


@pytest.mark.slow
@pytest.mark.req("S4-23")
def test_nothing_that_is_not_his_own_confirming_looks_like_it(
    open_as: Windows, clock: Clock, settings: Any, cast: Any
) -> None:
    now = clock("11-23 09:12")
    Person.objects.filter(name=LEADER).update(email="gu@example.cn")
    with serving(settings) as post:
        organiser, secretary, officer, leader = map(open_as, (ORGANISER, SECRETARY, OFFICER, LEADER))
        notice = write(organiser, "2026-11-27")
        here, matrix = f"/notices/{notice.pk}/", f"/notices/{notice.pk}/receipts/"
        expect_not_green(organiser, UNREAD)

        # a letter that his server took
        tell_due(now, 100)
        go(clock("11-23 09:30"))
        assert [str(one["To"]) for one in post.letters if "gu@example.cn" in str(one["To"])]
        expect_not_green(organiser, UNREAD)
        expect(row(organiser)).to_contain_text("邮件")

        # the link in it, opened by whoever reads his letters
        told = Delivery.objects.get(person__name=LEADER, channel=MAIL)
        link = link_of_delivery(told, told.person, make=True, now=now)
        assert link
        expect(at(open_as(""), f"/a/{link_token(link.nonce)}/").locator("main")).to_contain_text(TITLE)
        expect_not_green(organiser, UNREAD)

        # who acts with his authority, where he must know himself
        deputy = at(open_as(DEPUTY), here)
        expect(deputy.get_by_role("button", name="代收").first).to_be_visible()
        expect(deputy.get_by_role("button", name=re.compile("代为"))).to_have_count(0)
        insist(deputy)
        expect_not_green(organiser, UNREAD)

        # 代收
        at(secretary, here).get_by_role("button", name="代收").first.click()
        expect(secretary.locator("#toast")).to_contain_text("已代收")
        expect_not_green(organiser, AMBER)
        insist(secretary)

        # 已报告本人, with what he is said to answer
        field(secretary, "本人的意思").select_option("attend")
        field(secretary, "本人原话").fill("我去")
        secretary.locator("form").get_by_role("button", name="已报告本人").click()
        expect(secretary.locator("#toast")).to_contain_text(f"现在轮到{LEADER}：本人确认")
        expect_not_green(organiser, "已报告本人，待本人确认")
        expect(row(organiser)).to_contain_text("拟参加")

        # a call that the caller says reached him
        clock("11-23 10:00")
        at(officer, f"{matrix}?who={Receipt.objects.get().pk}")
        log(officer, "本人已知悉", words="知道了")
        insist(officer)
        expect_not_green(organiser, "已告知本人，待本人确认")
        expect(row(organiser)).to_contain_text("拟参加")

        # the page, opened by himself
        expect(at(leader, here).locator("#move")).to_contain_text("轮到您：答复能否参加")
        expect_not_green(organiser, "已读未确认")
        expect(row(organiser)).to_contain_text("拟参加")
        expect(at(organiser, f"{matrix}?r=self").locator("#receipts")).to_contain_text("没有这样的回执")
        at(organiser, f"/notices/{notice.pk}/reach/")
        expect(organiser.locator("rect[data-k=self]")).to_have_count(0)
        expect(at(organiser, "/notices/?show=issued").locator("main")).to_contain_text("还差1人")
