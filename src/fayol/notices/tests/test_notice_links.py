"""Links to a notice, in a letter or printed on paper, used in every way in which they should not be."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from fayol.answers.models import GivenAnswer, SignedLink
from fayol.answers.tests.test_links import form_of, neutral, reply
from fayol.answers.tokens import link_token
from fayol.channels.tests.conftest import go, serving
from fayol.facts.models import Fact
from fayol.notices import actions
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import Reply, Stage
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.web import clock

pytestmark = pytest.mark.django_db
Meeting = Callable[..., Notice]
OUTSIDER = "朱经纬"


@pytest.fixture(autouse=True)
def _one_hour_later(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(clock, "read", lambda: now + timedelta(hours=1))
    cache.clear()


@pytest.fixture(params=["letter", "paper"])
def path(request: pytest.FixtureRequest, meeting: Meeting, settings: Any, now: datetime) -> Iterator[str]:
    """Where the link leads that an outsider finds in a letter, or under the code on paper."""
    if request.param == "paper":
        yield on_paper(meeting(OUTSIDER), now)
        return
    Person.objects.filter(name=OUTSIDER).update(email="zhu@example.cn")
    with serving(settings) as post:
        meeting(OUTSIDER)
        while go(now + timedelta(minutes=11)):
            pass
        body = post.letters[-1].get_body(("plain",))
        assert body
        found = re.search(r"https://fayol\.example\.cn(/a/[\w-]+/)", body.get_content())
        assert found
        yield found[1]


def on_paper(notice: Notice, now: datetime) -> str:
    row = notice.receipts.get()
    actions.print_for(notice, [row.pk], by=Actor(notice.author), now=now)
    return reverse("reply:page", args=[link_token(SignedLink.objects.get().nonce)])


def receipt() -> Receipt:
    return Receipt.objects.get(person__name=OUTSIDER)


def test_a_tampered_link_opens_nothing(path: str) -> None:
    token = path.split("/")[2]
    for wrong in (token[:-1], token + "A", token.swapcase(), SignedLink.objects.get().nonce):
        neutral(Client(), f"/a/{wrong}/")
    assert receipt().reply == ""


def test_an_expired_link_opens_nothing(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "read", lambda: SignedLink.objects.get().expires_at)
    neutral(Client(), path)


def test_reused_after_completion_it_shows_the_answer_and_takes_no_other(path: str) -> None:
    client = Client()
    before = form_of(client.get(f"{path}?do=leave"))
    assert reply(client, path, "attend", words="准时到").status_code == 303
    facts = Fact.objects.count()
    again = client.post(path, {**before, "key": "leave", "words": "不来了"})
    assert again.status_code == 409
    assert "准时到" in again.content.decode()
    body = client.get(path).content.decode()
    assert "已经答复，不用再操作" in body
    assert "<form" not in body
    assert Fact.objects.count() == facts
    assert receipt().reply == Reply.ATTEND


def test_for_another_person_it_opens_nothing(path: str, client_as: Any) -> None:
    neutral(client_as("周岚"), path)
    assert receipt().stage != Stage.CONFIRMED


def test_opened_by_a_scanner_or_by_a_camera_nothing_changes(path: str) -> None:
    row, link, facts = Receipt.objects.values().get(), SignedLink.objects.values().get(), Fact.objects.count()
    client = Client(headers={"User-Agent": "SafeLinks", "Purpose": "prefetch"})
    for address in (path, f"{path}?do=attend", f"{path}?do=leave&key=leave&words=x"):
        for method in (client.get, client.head):
            answer = method(address)
            assert answer.status_code == 200
            assert answer["Cache-Control"] == "no-store, max-age=0"
    assert client.post(path, {"key": "attend"}).status_code == 409
    after = (Receipt.objects.values().get(), SignedLink.objects.values().get(), Fact.objects.count())
    assert after == (row, link, facts)


def test_a_withdrawn_notice_cannot_be_answered_by_it(path: str, now: datetime) -> None:
    form = form_of(Client().get(path))
    notice = Notice.objects.get()
    actions.withdraw(notice, words="会议取消", by=Actor(notice.author), now=now + timedelta(minutes=30))
    assert Client().post(path, {**form, "key": "attend", "words": "x"}).status_code == 404
    neutral(Client(), path)


def test_what_was_corrected_since_is_shown_before_it_can_be_answered(path: str, now: datetime) -> None:
    client = Client()
    form = form_of(client.get(path))
    notice = Notice.objects.get()
    change = actions.Correction(
        title=notice.title, place="产业园二号厂房", starts_at=notice.starts_at, ends_at=notice.ends_at, words="换了地方"
    )
    actions.correct(notice, change, by=Actor(notice.author), now=now + timedelta(minutes=30))
    answer = client.post(path, {**form, "key": "attend", "words": "准时到"})
    assert answer.status_code == 409
    assert "产业园二号厂房" in answer.content.decode()
    assert receipt().reply == ""


@pytest.mark.django_db(transaction=True)
def test_on_two_phones_at_once_exactly_one_answer_stands(meeting: Meeting, now: datetime) -> None:
    path = on_paper(meeting(OUTSIDER), now)
    form = form_of(Client().get(path))
    together, answers = threading.Barrier(4), []

    def press(key: str, words: str) -> None:
        try:
            together.wait()
            answers.append((key, Client().post(path, {**form, "key": key, "words": words}).status_code))
        finally:
            connection.close()

    presses = [("attend", "准时到"), ("leave", "出差")] * 2
    threads = [threading.Thread(target=press, args=one) for one in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for _key, status in answers) == [303, 409, 409, 409]
    won = next(key for key, status in answers if status == 303)
    assert receipt().reply == won
    assert GivenAnswer.objects.count() == SignedLink.objects.get().rounds == 1
