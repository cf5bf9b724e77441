"""A notice on paper, in a browser: from the notice to the sheets, how they print, and where their codes lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pdfplumber
import pypdfium2
import pytest
import segno
from PIL import Image
from playwright.sync_api import Page, expect

from fayol.kernel.qr import QUIET
from fayol.notices import actions
from fayol.notices.audience import Entry
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import Depth, EntryKind, Form, Stage
from fayol.organisation.actor import Actor
from tests.browser.test_every_page import Walk

pytestmark = pytest.mark.usefixtures("at_nine")
OFFICER, OUTSIDERS = "林晓雯", ("朱经纬", "谷雨晴")
BODY = "\n".join(
    ["各有关单位：", "为做好今年年会的各项准备，定于下周召开筹备协调会，请准时参加，并带上场地和印制方案。"]
)


@pytest.fixture
def notice(cast: Any, now: datetime) -> Notice:
    """To two people of the conference centre, who have neither accounts nor addresses, and to one who has both."""
    by, start = Actor(cast.person(OFFICER)), now + timedelta(days=7)
    cast.person(OFFICER).mobile = "13800000000"
    named = [Entry(EntryKind.PERSON, id=cast.person(name).pk) for name in (*OUTSIDERS, "周岚")]
    wording = actions.Wording(
        unit=cast.unit("总裁办"), title="关于召开年会筹备协调会的通知", number="澄办函〔2026〕71号", body=BODY,
        depth=Depth.CONFIRMED, form=Form.ATTEND, starts_at=start, ends_at=start + timedelta(hours=2),
        place="三楼会议室", audience=named,
    )  # fmt: skip
    return actions.send(actions.draft(wording, by=by, now=now), by=by, now=now)


def to_sheets(page: Page, notice: Notice) -> None:
    page.goto(f"/notices/{notice.pk}/")
    expect(page.locator("#reached")).to_contain_text("2人只能送纸质通知，等您打印")
    page.get_by_role("link", name="去打印").click()
    expect(page.locator("tbody input:checked")).to_have_count(2)
    page.get_by_role("button", name="打印勾选的").click()
    expect(page.locator("article.fy-paper")).to_have_count(2)


def test_two_sheets_are_printed_each_on_a_page_with_everything_on_it(
    notice: Notice, page_as: Any, shot: Any, tmp_path: Path
) -> None:
    page = page_as(OFFICER)
    to_sheets(page, notice)
    assert set(notice.receipts.filter(person__name__in=OUTSIDERS).values_list("stage", flat=True)) == {Stage.HANDED}
    page.emulate_media(media="print")
    shot(page, "paper-print", full_page=True)
    made = page.pdf(path=tmp_path / "sheets.pdf", prefer_css_page_size=True, print_background=False)
    with pdfplumber.open(BytesIO(made)) as pdf:
        texts = [one.extract_text() for one in pdf.pages]
        sizes = {(round(one.width / 72 * 25.4), round(one.height / 72 * 25.4)) for one in pdf.pages}
    assert sizes == {(210, 297)}
    assert len(texts) == 2, "one page each"
    for text, name in zip(texts, OUTSIDERS, strict=True):
        for words in (name, notice.title, "澄办函〔2026〕71号", "三楼会议室", "回执", "签名", "委托他人参加"):
            assert words in re.sub(r"\s", "", normalize("NFKC", text)), words
        assert "工作台" not in text, "nothing of the frame is printed"
    for n, picture in enumerate(pypdfium2.PdfDocument(made)):
        folder = Path("build/shots")
        folder.mkdir(parents=True, exist_ok=True)
        picture.render(scale=1.5).to_pil().save(folder / f"paper-sheet-{n + 1}.png")


def modules(svg: Any, size: int) -> list[list[bool]]:
    """What a camera sees: which squares of the picture are dark."""
    picture = Image.open(BytesIO(svg.screenshot())).convert("L")
    step = picture.width / size
    middle = [int((n + 0.5) * step) for n in range(size)]
    return [[bool(picture.getpixel((x, y)) < 128) for x in middle] for y in middle]  # type: ignore[operator]


def test_the_code_on_the_slip_is_that_of_a_link_by_which_the_addressee_answers_on_a_phone(
    notice: Notice, page_as: Any
) -> None:
    page = page_as(OFFICER)
    to_sheets(page, notice)
    sheet = page.locator("article.fy-paper", has_text="朱经纬")
    url = sheet.locator(".fy-slip-url").inner_text()
    wanted = [[bool(on) for on in row] for row in segno.make(url, error="m", micro=False).matrix]
    size = len(wanted) + 2 * QUIET
    seen = modules(sheet.locator("svg[role=img]"), size)
    assert [row[QUIET:-QUIET] for row in seen[QUIET:-QUIET]] == wanted
    assert not any(any(row) for row in (*seen[:QUIET], *seen[-QUIET:])), "the quiet zone is white"
    phone = page_as("", "phone")
    phone.goto(re.sub(r"^https?://[^/]+", "", url))
    expect(phone.get_by_text(notice.title).first).to_be_visible()
    assert Receipt.objects.get(notice=notice, person__name="朱经纬").stage == Stage.HANDED, "looking is no answer"
    phone.get_by_role("link", name="参加", exact=True).or_(phone.get_by_role("button", name="参加", exact=True)).click()
    expect(phone.locator("body")).to_contain_text(re.compile("已经答复|理由或意见"))


def pages(notice: Notice) -> Iterator[tuple[str, str]]:
    row = notice.receipts.get(person__name="朱经纬")
    yield "choose", f"/notices/{notice.pk}/paper/"
    yield "choose-none", f"/notices/{notice.pk}/paper/?show=all&q=没有这个人"
    yield "sheets-none", f"/notices/{notice.pk}/paper/sheets/"
    yield "slip", f"/notices/{notice.pk}/receipts/{row.pk}/slip/"


def test_the_pages_about_paper_read_fit_and_speak_chinese(
    notice: Notice, page_as: Any, axe: Any, overflow: Any, shot: Any
) -> None:
    walk = Walk(page_as, axe, overflow)
    for name, path in pages(notice):
        page = walk.visit(name, OFFICER, path)
        shot(page, f"paper-{name}")
    to_sheets(walk.window(OFFICER), notice)
    page = walk.visit("sheets", OFFICER, f"/notices/{notice.pk}/paper/sheets/")
    shot(page, "paper-sheets", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    shot(page, "paper-sheets-phone-dark", full_page=True)
    page.goto(f"/notices/{notice.pk}/paper/")
    shot(page, "paper-choose-phone")
    assert not walk.found, walk.report()


def test_a_slip_that_came_back_is_written_down_and_stays_short_of_green(notice: Notice, page_as: Any) -> None:
    page = page_as(OFFICER)
    to_sheets(page, notice)
    page.goto(f"/notices/{notice.pk}/paper/?show=outside")
    page.get_by_role("row", name="朱经纬").get_by_role("link", name="登记交回的回执").click()
    page.get_by_text("请假", exact=True).click()
    page.get_by_label("理由或意见").fill("当天有展会")
    page.get_by_role("button", name="登记回执").click()
    expect(page.locator("#toast")).to_contain_text("核对前不算确认")
    page.goto(f"/notices/{notice.pk}/receipts/")
    expect(page.get_by_role("row", name="朱经纬")).to_contain_text("拟请假")
    assert Receipt.objects.get(notice=notice, person__name="朱经纬").confirmed_at is None
