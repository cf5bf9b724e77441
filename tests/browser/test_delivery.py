"""What did not arrive, and one's own wishes about mail, as people see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page

from fayol.channels.models import MAIL, Bundle, DeadAddress, Delivery, Preference
from fayol.channels.registry import Message, deliver
from fayol.facts.journal import record
from fayol.organisation.actor import SYSTEM

pytestmark = pytest.mark.browser


@pytest.fixture
def told(cast: Any, now: datetime, at_nine: datetime, settings: Any) -> None:
    """Two letters that failed, one that waits, one address turned off."""
    settings.MAIL_ON = True
    for number, name in enumerate(("周岚", "王建国", "孙悦")):
        person = cast.person(name)
        person.email = f"p{number}@example.cn"
        person.save()
        with transaction.atomic():
            fact = record("note", number, "note.told", by=SYSTEM, now=now)
            deliver([Message(fact, person.pk, f"林晓雯催办：第{number}件", link="/inbox/", asks=True, chase=True)])
    for row in Delivery.objects.filter(channel=MAIL).order_by("pk")[:2]:
        bundle = Bundle.objects.create(
            channel=MAIL, person=row.person, address=row.person.email, message_id=f"<{row.pk}@x>", language="zh-hans",
            created_at=now, status="failed", detail="550 5.1.1", reason="没有这个邮箱，或邮箱已停用",
        )  # fmt: skip
        Delivery.objects.filter(pk=row.pk).update(
            status="failed", next_try_at=None, reason=bundle.reason, bundle=bundle, attempts=3, address=bundle.address
        )
    DeadAddress.objects.create(
        channel=MAIL, person=cast.person("周岚"), address="p0@example.cn", since=now - timedelta(hours=2),
        reason="没有这个邮箱，或邮箱已停用", detail="550 5.1.1",
    )  # fmt: skip


@pytest.mark.usefixtures("told")
def test_what_failed_reads_on_both_sizes_and_is_sent_again_by_a_press(
    page_as: Any, axe: Callable[[Page], list[str]], overflow: Callable[[Page], int], shot: Any
) -> None:
    for size in ("desktop", "phone"):
        page = page_as("林晓雯", size)
        for show in ("failed", "waiting"):
            page.goto(f"/deliveries/?show={show}")
            assert (axe(page), overflow(page)) == ([], 0), (size, show)
            shot(page, f"deliveries-{show}-{size}", full_page=True)
    page = page_as("林晓雯", "desktop")
    page.goto("/deliveries/")
    assert page.locator("tbody tr").count() == 2
    page.locator("tbody tr", has_text="王建国").get_by_role("button", name="重发").click()
    page.get_by_text("已排队重发给王建国").wait_for()
    assert page.locator("tbody tr").count() == 1


@pytest.mark.usefixtures("told")
def test_wishes_are_set_by_keyboard_and_the_dead_address_is_named(
    page_as: Any, axe: Callable[[Page], list[str]], overflow: Callable[[Page], int], shot: Any, cast: Any
) -> None:
    page = page_as("周岚", "phone")
    page.goto("/settings/notifications/")
    assert "p0@example.cn" in page.locator("#address").inner_text()
    assert (axe(page), overflow(page)) == ([], 0)
    shot(page, "notifications-phone", full_page=True)
    page.get_by_label("其他进展").focus()
    page.keyboard.press("End")
    page.get_by_label("下班和节假日不发").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="保存").press("Enter")
    page.get_by_text("通知设置已保存").wait_for()
    row = Preference.objects.get(person=cast.person("周岚"))
    assert (row.news, row.quiet) == ("off", "hours")
