"""Answers to people: done, refused, too late, twice, for another, too much."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fayol.organisation.models import Secretaryship
from fayol.web.tests import answering

pytestmark = pytest.mark.urls("fayol.web.tests.answering")
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def done(monkeypatch: pytest.MonkeyPatch, now: datetime) -> list[dict[str, object]]:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)
    answering.done.clear()
    return answering.done


@pytest.fixture
def lin(client_as: Callable[[str], Client]) -> Client:
    return client_as("林晓雯")


def test_done_goes_on_to_the_next_page_and_says_what_happened(lin: Client, done: list[Any]) -> None:
    response = lin.post("/notes/change/", {"title": "新标题", "expect": "7"})
    assert (response.status_code, unquote(response["Location"])) == (303, "/notes/新标题/")
    assert done == [{"title": "新标题", "by": "林晓雯", "behalf": "", "expect": 7}]
    assert "改成了新标题" in lin.get("/tour/").content.decode()


def test_done_by_htmx_gives_the_part_and_the_sentence(lin: Client) -> None:
    response = lin.post("/notes/change/", {"title": "新标题"}, headers=HTMX)
    assert response.content.decode().startswith('<section class="fy-move" id="move"')
    assert "<html" not in response.content.decode()
    assert json.loads(response["HX-Trigger-After-Settle"]) == {"fayol:said": {"words": "改成了新标题"}}


def test_a_form_that_is_not_filled_in_is_shown_again_with_what_was_typed(lin: Client, done: list[Any]) -> None:
    response = lin.post("/notes/change/", {"title": "这个标题实在是太长太长了"})
    assert response.status_code == 422
    assert response.content.decode().endswith("|这个标题实在是太长太长了")
    assert done == []


def test_a_refusal_stands_at_its_field_with_its_places_filled_and_the_typed_value_kept(lin: Client) -> None:
    response = lin.post("/notes/change/", {"title": "不行"})
    assert response.status_code == 422
    assert (
        response.content.decode() == "“不行”不行，最晚11月18日。请换一个。|* “不行”不行，最晚11月18日。请换一个。|不行"
    )


def test_a_refusal_without_a_form_gets_a_page_with_the_sentence_and_what_was_typed(lin: Client) -> None:
    page = lin.post("/notes/plain/", {"note": "我写的话"})
    assert page.status_code == 422
    assert "现在不行。请明天再来。" in page.content.decode()
    assert "我写的话" in page.content.decode()


def test_who_came_too_late_sees_what_he_typed_and_a_way_to_the_latest(lin: Client, done: list[Any]) -> None:
    for extra in ({}, HTMX):
        response = lin.post("/notes/change/", {"title": "慢了"}, headers={"Referer": "/notes/7/", **extra})
        page = response.content.decode()
        assert response.status_code == 409
        assert "有人先改了这条" in page
        assert "<dt>标题</dt><dd>慢了</dd>" in page
        assert 'href="/notes/7/"' in page
    assert ("<html" in page) is False
    assert done == []


def test_the_same_form_sent_twice_is_carried_out_once(lin: Client, done: list[Any]) -> None:
    answers = [lin.post("/notes/change/", {"title": "一次", "once": "k1"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert len(done) == 1
    lin.post("/notes/change/", {"title": "两次", "once": "k2"})
    assert len(done) == 2


def test_a_secretary_acts_for_her_leader_and_nobody_else_does(
    cast: Any, client_as: Callable[[str], Client], done: list[Any]
) -> None:
    served = Secretaryship.objects.select_related("leader", "secretary").first()
    assert served is not None
    form = {"title": "代办", "behalf": str(served.leader_id)}
    assert client_as(served.secretary.name).post("/notes/change/", form).status_code == 303
    assert (done[0]["by"], done[0]["behalf"]) == (served.secretary.name, served.leader.name)
    refused = client_as("周岚").post("/notes/change/", form)
    assert refused.status_code == 422
    assert "没有生效的授权" in refused.content.decode()
    assert len(done) == 1


def test_a_stranger_is_sent_to_the_sign_in_page_and_comes_back(db: None, client: Client) -> None:
    assert client.get("/tour/")["Location"] == "/accounts/login/?next=/tour/"
    part = client.get(
        "/counts/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/ledger/?light=red"}
    )
    assert part.status_code == 204
    assert part["HX-Redirect"].startswith("/accounts/login/?next=")


def test_an_account_without_a_person_is_told_so(cast: Any, client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("empty"))
    page = client.get("/")
    assert page.status_code == 403
    assert "这个账户还没有对应的人员" in page.content.decode()
    assert "empty" in page.content.decode()


def test_an_upload_beyond_the_limit_is_answered_with_the_limit(lin: Client, settings: Any) -> None:
    settings.MAX_UPLOAD = 1024 * 1024
    page = lin.post("/notes/upload/", {"file": SimpleUploadedFile("大.docx", b"x" * (1024 * 1024 + 1))})
    assert page.status_code == 413
    assert "一次最多上传1MB" in page.content.decode()
    assert lin.post("/notes/upload/", {"file": SimpleUploadedFile("小.docx", b"x")}).content == b"taken"


def test_a_fault_of_ours_shows_a_number_that_the_log_knows(client: Client, db: None, caplog: Any) -> None:
    client.raise_request_exception = False
    page = client.get("/notes/broken/")
    assert page.status_code == 500
    number = next(r.getMessage().split()[0] for r in caplog.records if r.name == "fayol.web.errors")
    assert number.startswith("HQ-1118-0912-")
    assert number in page.content.decode()
    assert "a fault of ours" in caplog.text
    assert "a fault of ours" not in page.content.decode()


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_no_form_leads_to_another_site(lin: Client, where: str) -> None:
    assert lin.post("/theme/", {"theme": "dark", "next": where})["Location"] == "/"
