"""The page behind a signed link on an old small phone, by somebody who has no account and no script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fayol.answers.actions import link_of_delivery
from fayol.answers.models import GivenAnswer, SignedLink
from fayol.answers.tokens import link_token
from fayol.channels.models import Delivery
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import Scene
from fayol.organisation.models import Person

SUPPLIER, VENUE = "朱经纬", "湖畔国际会议中心"
SMALL = {"width": 320, "height": 568}
_LOW = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
  .map((one) => [one.innerText || one.name, one.getBoundingClientRect().height]).filter(([, height]) => height < 44)"""


@pytest.fixture
def path(cast: Any, now: datetime, at_nine: datetime) -> str:
    scene = Scene(now)
    person = Person.objects.get(name=SUPPLIER)
    row = scene.asked(
        title="提供三份含税报价，写明付款条件和违约责任，并附营业执照副本", responsible_id=person.pk,
        performer_unit_id=scene.unit(VENUE).pk,
    )  # fmt: skip
    told = Delivery.objects.get(subject_type="commitment", subject_id=row.pk, person=person, channel="inbox")
    link = link_of_delivery(told, person, make=True, now=now)
    assert link
    return f"/a/{link_token(link.nonce)}/"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_of_the_page_fits_a_small_phone(
    page_as: Any, axe: Callable[[Page], list[str]], overflow: Callable[[Page], int], shot: Any, path: str, theme: str
) -> None:
    page = page_as("", "phone", theme, color_scheme=theme)
    page.set_viewport_size(SMALL)
    for name, there in (
        ("choices", path), ("counter", f"{path}?do=counter"), ("pass on", f"{path}?do=pass_on"), ("nothing", "/a/x/"),
    ):  # fmt: skip
        page.goto(there)
        assert (axe(page), overflow(page), page.evaluate(_LOW)) == ([], 0, []), name
        shot(page, f"reply-{name.replace(' ', '-')}-{theme}", full_page=True)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(15, 26, 30)") == (theme == "dark")


def test_from_received_to_done_with_an_attachment_without_script(
    page_as: Any, path: str, tmp_path: Any, shot: Any
) -> None:
    page = page_as("", "phone", java_script_enabled=False)
    page.set_viewport_size(SMALL)
    page.goto(path)
    page.get_by_role("button", name="收到").click()
    expect(page.get_by_text("已答复")).to_have_count(1)
    page.get_by_role("link", name="承诺期限").click()
    page.get_by_role("button", name="提交").click()
    page.get_by_role("link", name="已办结").click()
    page.get_by_label("完成了什么").fill("三份报价都在附件里")
    (tmp_path / "安装.exe").write_bytes(b"MZ\x90")
    page.get_by_label("附件").set_input_files(tmp_path / "安装.exe")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.get_by_role("alert")).to_contain_text("程序或网页")
    expect(page.get_by_label("完成了什么")).to_have_value("三份报价都在附件里")
    (tmp_path / "报价.txt").write_text("含税31万元")
    page.get_by_label("附件").set_input_files(tmp_path / "报价.txt")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已经答复，不用再操作。")).to_be_visible()
    expect(page.get_by_text("报价.txt")).to_be_visible()
    shot(page, "reply-done-phone", full_page=True)
    assert [one.key for one in GivenAnswer.objects.order_by("id")] == ["acknowledge", "promise", "report"]
    link = SignedLink.objects.get()
    assert link.completed_at
    assert Commitment.objects.get(pk=link.subject_id).state == State.REPORTED
