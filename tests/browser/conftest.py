"""A real Chromium for the tests in this folder: pages as people see them, at two sizes and in both themes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

# Playwright keeps an event loop running in this thread, and Django then refuses the database to plain code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PATIENCE = 90_000  # milliseconds; a loaded machine takes its time
expect.set_options(timeout=PATIENCE)

SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1366, "height": 768}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
THEMES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules, preload: false});
  return found.violations.map((v) => v.id + ": " + v.nodes.slice(0, 4).map((n) =>
    n.target.join(" ") + " " + ((n.any[0] || n.all[0] || n.none[0] || {}).message || "")).join(" | "));
}"""

_BLOCKED = """document.addEventListener("securitypolicyviolation", (e) => {
  window.fayolBlocked(`blocked by ${e.effectiveDirective}: ${e.blockedURI} ${e.sample}`);
});"""
"""What the policy blocked is a fault of ours, for axe (told not to load style sheets again) and the camera (told to
leave the caret) put nothing into the page."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = os.environ.get("FAYOL_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
        )
        yield started
        started.close()


@pytest.fixture
def at_nine(monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    """The pages' clock stands at `now`, so that pictures are the same every day."""
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)
    return now


class Pages:
    """`pages(name, size, theme)`: a page in which that person (or nobody) has signed in; remembers what went wrong."""

    def __init__(self, browser: Browser, url: str, sign_in: Callable[[str], str]) -> None:
        self.browser, self.url, self.sign_in = browser, url, sign_in
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def __call__(self, name: str = "", size: str = "desktop", theme: str = "light", **more: Any) -> Page:
        context = self.browser.new_context(base_url=self.url, locale="zh-CN", **SIZES[size], **more)
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.expose_binding("fayolBlocked", lambda source, what: self.faults.append(f"{source['page'].url}: {what}"))
        context.add_init_script(_BLOCKED)
        cookies = {"fayol_theme": theme} | ({"fayol_session": self.sign_in(name)} if name else {})
        context.add_cookies([{"name": key, "value": value, "url": self.url} for key, value in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def page_as(transactional_db: None, cast: Any, live_server: Any, browser: Browser) -> Iterator[Pages]:
    """`page_as("林晓雯", "phone", "dark")`. At the end: no script error, nothing blocked by the policy."""
    from django.test import Client

    def sign_in(name: str) -> str:
        client = Client()
        client.force_login(cast.person(name).account, backend="allauth.account.auth_backends.AuthenticationBackend")
        return str(client.session.session_key)

    pages = Pages(browser, live_server.url, sign_in)
    yield pages
    pages.close()
    assert pages.faults == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)`: what axe-core finds (WCAG 2.0 to 2.2 A and AA, and best practice); empty is what we want."""
    script = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

    def look(page: Page) -> list[str]:
        page.evaluate(script)
        found: list[str] = page.evaluate(_AXE, RULES)
        return found

    return look


@pytest.fixture(scope="session")
def shot() -> Callable[[Page, str], Path]:
    """`shot(page, "matter-d-light")`: a picture in FAYOL_SHOTS (build/shots), for people to look at."""
    folder = Path(os.environ.get("FAYOL_SHOTS", "build/shots"))

    def take(page: Page, name: str, **more: Any) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path, **{"caret": "initial"} | more)
        return path

    return take


@pytest.fixture(scope="session")
def overflow() -> Callable[[Page], int]:
    """Pixels by which the page is wider than its window; 0 is what we want."""

    def measure(page: Page) -> int:
        wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wide

    return measure
