"""The frame around every page: its policy, its theme, its navigation, signing in, what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from fayol.organisation.example import PASSWORD
from fayol.organisation.models import Person
from fayol.web import nav, search, tour

PAGES = ("/", "/tour/", "/search/?q=周", "/inbox/", "/components/", "/nothing/here/", "/accounts/password/change/")
TEMPLATES = sorted((Path(__file__).parent.parent / "templates").rglob("*.html"))
INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True
    cache.clear()


@pytest.fixture
def lin(client_as: Callable[[str], Client]) -> Client:
    return client_as("林晓雯")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_script_or_style(template: Path) -> None:
    assert INLINE.findall(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("url", PAGES)
def test_every_page_sends_a_policy_that_forbids_inline_and_keeps_to_it(lin: Client, url: str) -> None:
    response = lin.get(url)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert INLINE.findall(response.content.decode()) == []


@pytest.mark.parametrize("url", PAGES)
def test_every_page_warns_that_no_state_secrets_belong_here(lin: Client, url: str) -> None:
    assert "本系统为非涉密系统，禁止存储、处理、传输国家秘密" in lin.get(url).content.decode()


@pytest.mark.parametrize("url", PAGES)
def test_every_page_has_one_heading_and_a_title(lin: Client, url: str) -> None:
    html = lin.get(url).content.decode()
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert re.search(r"<title>\S+\u3000横桥</title>", html)


def test_the_theme_is_written_by_the_server_from_the_cookie(lin: Client) -> None:
    assert 'data-bs-theme="light"' in lin.get("/tour/").content.decode().split("<head>")[0]
    answer = lin.post("/theme/", {"theme": "toggle", "next": "/tour/"})
    assert (answer.status_code, answer["Location"], answer.cookies["fayol_theme"].value) == (303, "/tour/", "dark")
    assert 'data-bs-theme="dark"' in lin.get("/tour/").content.decode().split("<head>")[0]
    lin.cookies["fayol_theme"] = '"><script>'
    assert 'data-bs-theme="light"' in lin.get("/tour/").content.decode().split("<head>")[0]


def test_signing_in_with_the_right_password_opens_the_page_asked_for(cast: Any, client: Client) -> None:
    answer = client.post("/accounts/login/?next=/tour/", {"login": "zhoulan", "password": PASSWORD, "next": "/tour/"})
    assert answer["Location"] == "/tour/"
    assert "周岚" in client.get("/tour/").content.decode()


def test_a_wrong_password_is_said_in_chinese_and_keeps_the_name(cast: Any, client: Client) -> None:
    page = client.post("/accounts/login/", {"login": "zhoulan", "password": "wrong"}).content.decode()
    assert 'role="alert"' in page
    assert 'value="zhoulan"' in page
    said = re.findall(r'role="alert"[^>]*>(.*?)</div>', page, re.DOTALL)[0]
    assert re.search(r"[一-鿿]", said)
    assert not re.search(r"[A-Za-z]{3}", re.sub(r"<[^>]+>", "", said))


def test_after_five_wrong_passwords_even_the_right_one_waits(cast: Any, client: Client) -> None:
    for _ in range(5):
        client.post("/accounts/login/", {"login": "zhoulan", "password": "wrong"})
    page = client.post("/accounts/login/", {"login": "zhoulan", "password": PASSWORD})
    assert page.status_code in (200, 429)
    assert "_auth_user_id" not in client.session
    assert not re.search(r"Too many", page.content.decode())


def test_the_cast_is_offered_in_the_demo_and_nowhere_else(cast: Any, client: Client, settings: Any) -> None:
    assert 'value="linxiaowen"' in client.get("/accounts/login/").content.decode()
    assert client.post("/enter/", {"account": "linxiaowen"})["Location"] == "/"
    assert client.post("/enter/", {"account": "root"}).status_code == 404
    settings.DEMO = False
    assert 'value="linxiaowen"' not in Client().get("/accounts/login/").content.decode()
    assert Client().post("/enter/", {"account": "linxiaowen"}).status_code == 404
    assert Client().get("/enter/").status_code == 404
    assert Client().get("/components/").status_code == 404


def test_what_is_absent_is_404_with_a_search(lin: Client) -> None:
    page = lin.get("/nothing/here/")
    assert page.status_code == 404
    assert "没有这个页面" in page.content.decode()
    assert 'action="/search/"' in page.content.decode()


def test_an_expired_form_is_explained(cast: Any) -> None:
    page = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
    assert page.status_code == 403
    assert "页面放得太久" in page.content.decode()


def test_the_current_entry_is_the_one_whose_path_fits_longest(cast: Any, now: datetime) -> None:
    person = cast.person("林晓雯")
    current = [
        link.entry.key for link in nav.links_for(person, path="/organisation/people/3/", now=now) if link.current
    ]
    assert current == ["organisation"]
    assert [link.entry.key for link in nav.links_for(person, path="/", now=now) if link.current] == ["workbench"]


def test_an_entry_shows_only_to_those_it_is_for_and_only_when_its_page_exists(
    cast: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nav, "_entries", dict(nav._entries))
    nav.register(
        nav.Entry("mine", "我的", "/tour/", "star", 1, allowed=lambda p: p.name == "周岚", badge=lambda p, n: 3)
    )
    nav.register(nav.Entry("later", "以后", "/not/yet/", "star", 2))
    seen = {name: nav.links_for(cast.person(name), path="/", now=now) for name in ("周岚", "林晓雯")}
    assert (seen["周岚"][0].entry.key, seen["周岚"][0].badge) == ("mine", 3)
    assert "mine" not in [link.entry.key for link in seen["林晓雯"]]
    assert "later" not in [link.entry.key for link in seen["周岚"]]


def test_the_phone_has_at_most_five_tabs(cast: Any, now: datetime) -> None:
    entries = [nav.Entry(str(i), str(i), "/", "star", i, tab=9 - i) for i in range(8)]
    tabs = nav.tabs_of([nav.Link(entry, current=False) for entry in entries])
    assert [tab.entry.tab for tab in tabs] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("text", ["周岚", "zl", "zhoulan", " 周岚 "])
def test_people_are_found_by_name_and_by_initials(cast: Any, now: datetime, text: str) -> None:
    groups = {g.title: g.hits for g in search.search(cast.person("林晓雯"), text, now)}
    assert "周岚" in [hit.title for hit in groups["人"]]
    assert "财务部" in next(hit.sub for hit in groups["人"] if hit.title == "周岚")


def test_units_are_found_and_an_empty_search_finds_nothing(cast: Any, now: datetime) -> None:
    person = cast.person("林晓雯")
    assert "财务部" in [hit.title for g in search.search(person, "财务", now) for hit in g.hits]
    assert search.search(person, "   ", now) == []


def test_a_search_shows_at_most_eight_of_a_kind(cast: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_finders", {})
    search.register("many", "很多", lambda person, text, now: [search.Hit(str(i), "", "/", "star") for i in range(50)])
    assert [len(g.hits) for g in search.search(Person(), "x", now)] == [8]


@pytest.mark.parametrize("text", ["'\"><script>", "%", "\\", "\x00", "💥" * 300, "(", "〔2026〕"])
def test_no_search_text_breaks_the_page(lin: Client, text: str) -> None:
    page = lin.get("/search/", {"q": text})
    assert page.status_code == 200
    assert "<script>" not in page.content.decode().replace('<script src="', "")


def test_the_stops_of_the_tour_are_linked_in_a_row_and_it_can_be_ended(lin: Client) -> None:
    stops = tour.stops()
    assert [stop.number for stop in stops] == list(range(1, len(stops) + 1))
    assert (stops[0].previous, stops[-1].following) == ("", "")
    assert "fy-tour" in lin.get("/?tour=1").content.decode()
    assert "fy-tour" not in lin.get("/tour/?tour=1").content.decode()
    assert lin.post("/tour/close/", {"next": "/"}).cookies["fayol_tour"].value == "over"


def test_the_inbox_shows_own_messages_only_and_reading_clears_the_bell(
    cast: Any, client_as: Callable[[str], Client], now: datetime
) -> None:
    from django.db import transaction

    from fayol.channels.registry import Message, deliver
    from fayol.facts.journal import record
    from fayol.organisation.actor import SYSTEM

    zhou = cast.person("周岚")
    with transaction.atomic():
        fact = record("note", 1, "note.told", by=SYSTEM, now=now, data={})
        deliver([Message(fact, zhou.pk, "林晓雯交办给您：编制预算表", link="/tour/", asks=True)])
    mine, other = client_as("周岚"), client_as("林晓雯")
    page = mine.get("/inbox/").content.decode()
    assert "编制预算表" in page
    assert "消息，1条未读" in page
    assert "编制预算表" not in other.get("/inbox/").content.decode()
    other.post("/inbox/read/")
    assert "消息，1条未读" in mine.get("/counts/").content.decode()
    mine.post("/inbox/read/")
    assert "条未读" not in mine.get("/counts/").content.decode()
    assert "编制预算表" not in mine.get("/inbox/?show=unread").content.decode()


def test_a_part_of_a_page_asks_the_database_less_than_the_frame(
    lin: Client, django_assert_max_num_queries: Any
) -> None:
    lin.get("/tour/")
    with django_assert_max_num_queries(6):
        lin.get("/tour/")
    with django_assert_max_num_queries(5):
        lin.get("/counts/")


def test_the_database_being_away_is_told_as_maintenance(lin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def away(*args: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("fayol.web.middleware.person_of", away)
    page = lin.get("/")
    assert (page.status_code, page["Retry-After"]) == (503, "60")
    assert "系统正在维护" in page.content.decode()
