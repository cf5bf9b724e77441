"""Signed links: one person, one thing, once; and every way in which one could be used otherwise."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from fayol.answers import actions
from fayol.answers.models import GivenAnswer, SignedLink
from fayol.answers.tests.conftest import Correspondence
from fayol.answers.tokens import hash_of
from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.organisation.models import Person
from fayol.web import clock

pytestmark = pytest.mark.django_db
SUPPLIER, VENUE = "朱经纬", "湖畔国际会议中心"


@pytest.fixture(autouse=True)
def _one_hour_later(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """The pages' clock stands where the example happens."""
    monkeypatch.setattr(clock, "read", lambda: now + timedelta(hours=1))
    cache.clear()


def sent(mail: Correspondence, **more: Any) -> str:
    """The path of the link that a supplier finds in the letter about a task."""
    letter = mail.asks(SUPPLIER, unit=VENUE, **more)
    plain = next(part for part in letter.walk() if part.get_content_type() == "text/plain").get_content()
    found = re.search(r"https://fayol\.example\.cn(/a/[\w-]+/)", plain)
    assert found, plain
    return found[1]


def form_of(page: Any) -> dict[str, str]:
    """The hidden fields of the first form on a page."""
    body = page.content.decode()
    names = ("stamp", "expect")
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', body) for name in names}
    return {name: match[1] for name, match in found.items() if match}


def reply(client: Client, path: str, key: str, **fields: Any) -> Any:
    return client.post(path, {**form_of(client.get(f"{path}?do={key}")), "key": key, **fields})


def task() -> Commitment:
    return Commitment.objects.order_by("-pk")[0]


def test_a_supplier_without_an_account_answers_by_the_link_in_the_letter_until_the_work_is_done(
    mail: Correspondence,
) -> None:
    path, client = sent(mail, title="确认年会场地"), Client()
    page = client.get(path)
    body = page.content.decode()
    assert page.status_code == 200
    for words in ("确认年会场地", "林晓雯", "收到", "有困难", "转给同事"):
        assert words in body
    assert reply(client, path, "acknowledge").status_code == 303
    assert "今天10:12已答复" in client.get(path).content.decode()
    assert reply(client, path, "promise", due_on="2026-11-28").status_code == 303
    file = SimpleUploadedFile("场地确认单.txt", "三楼大宴会厅".encode())
    assert reply(client, path, "report", result="场地已锁定，附确认单", files=file).status_code == 303
    done = task()
    assert (done.state, str(done.promised_on)) == (State.REPORTED, "2026-11-28")
    assert [one.file.name for one in done.attachments.all()] == ["场地确认单.txt"]
    assert [one.key for one in GivenAnswer.objects.order_by("id")] == ["acknowledge", "promise", "report"]
    last = history_of("commitment", done.pk)[-1]
    assert (last.verb, last.actor_name) == ("commitment.reported", SUPPLIER)
    given = GivenAnswer.objects.latest("id")
    assert history_of("answer", given.pk)[0].data["way"] == "link"


def test_those_with_an_account_get_a_link_only_when_they_wish_it(mail: Correspondence) -> None:
    assert "不用登录" not in mail.asks("周岚").as_string()
    assert not SignedLink.objects.exists()
    zhou = mail.scene.performer
    assert zhou.person
    actions.wish_links(zhou.person, on=True, by=zhou, now=mail.now)
    mail.asks("周岚")
    assert SignedLink.objects.count() == 1


def test_the_letter_is_the_same_when_it_is_made_again_and_the_token_is_stored_nowhere(mail: Correspondence) -> None:
    mail.post.data = ["451 later"]
    mail.task(SUPPLIER, VENUE)
    mail.send()
    from fayol.channels.tests.conftest import go

    go(mail.now + timedelta(minutes=15))
    assert len(mail.post.letters) == 1
    link = SignedLink.objects.get()
    token = re.search(r"/a/([\w-]{32})/", mail.post.letters[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert token
    assert link.token_hash == hash_of(token[1])
    row = str(list(SignedLink.objects.filter(pk=link.pk).values()))
    assert token[1] not in row


# ── acceptance 6 ───────────────────────────────────────────────────────────


def neutral(client: Client, path: str) -> None:
    """The page that says what to do, by every method, and nothing happened."""
    facts = Fact.objects.count()
    for answer in (client.get(path), client.post(path, {"key": "acknowledge", "stamp": "x", "expect": "1"})):
        assert answer.status_code == 404
        assert "这个链接不完整、已过期、已撤回，或者不是发给您的" in answer.content.decode()
        assert answer["Cache-Control"].startswith("no-store")
    assert Fact.objects.count() == facts
    assert not GivenAnswer.objects.exists()


def test_a_tampered_link_opens_nothing(mail: Correspondence) -> None:
    path = sent(mail)
    token = path.split("/")[2]
    for wrong in (token[:-1], token + "A", token.swapcase(), token[:-1] + ("A" if token[-1] != "A" else "B"), "x"):
        neutral(Client(), f"/a/{wrong}/")
    stored = SignedLink.objects.get()
    neutral(Client(), f"/a/{stored.token_hash}/")
    neutral(Client(), f"/a/{stored.nonce}/")


def test_an_expired_link_opens_nothing(mail: Correspondence, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sent(mail)
    monkeypatch.setattr(clock, "read", lambda: mail.now + timedelta(days=31))
    neutral(Client(), path)


def test_a_link_that_ends_between_reading_and_sending_answers_nothing(
    mail: Correspondence, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, client = sent(mail), Client()
    form = {**form_of(client.get(path)), "key": "acknowledge"}
    with monkeypatch.context() as later:
        later.setattr(clock, "read", lambda: SignedLink.objects.get().expires_at)
        assert client.post(path, form).status_code == 404
    actions.revoke(SignedLink.objects.get(), by=mail.scene.asker, now=mail.now + timedelta(hours=1))
    assert client.post(path, form).status_code == 404
    assert task().state == State.ASSIGNED
    assert not GivenAnswer.objects.exists()


def test_the_stamp_of_one_link_does_not_fit_another(mail: Correspondence) -> None:
    path = sent(mail, title="第一件")
    foreign = form_of(Client().get(path))
    other = sent(mail, title="第二件")
    assert other != path
    answer = Client().post(other, {**form_of(Client().get(other)), "stamp": foreign["stamp"], "key": "acknowledge"})
    assert answer.status_code == 409
    assert not GivenAnswer.objects.exists()


def test_a_revoked_link_opens_nothing_and_the_office_and_the_sender_may_revoke(
    mail: Correspondence, client_as: Any
) -> None:
    path = sent(mail)
    link = SignedLink.objects.get()
    assert client_as("王建国").post(f"/answers/links/{link.pk}/revoke/").status_code == 404
    assert link.sent_by
    assert "林晓雯" in client_as(link.sent_by.name).get("/answers/links/").content.decode()
    assert client_as("秦海平").post(f"/answers/links/{link.pk}/revoke/").status_code == 303
    assert history_of("signed_link", link.pk)[-1].verb == "link.revoked"
    neutral(Client(), path)
    assert client_as("秦海平").post(f"/answers/links/{link.pk}/revoke/").status_code == 422


def test_who_leaves_takes_the_links_along_and_what_is_over_cannot_be_answered(mail: Correspondence) -> None:
    from fayol.organisation.actions.people import PersonFields, update_person

    path = sent(mail)
    moves.cancel(task(), words="年会取消", by=mail.scene.asker, now=mail.now + timedelta(minutes=30))
    assert SignedLink.objects.get().ended_why == "closed"
    neutral(Client(), path)
    path = sent(mail, title="另一件")
    gone = PersonFields(name=SUPPLIER, active=False)
    update_person(Person.objects.get(name=SUPPLIER), fields=gone, by=mail.scene.actor("秦海平"), now=mail.now)
    assert SignedLink.objects.latest("id").ended_why == "left"
    neutral(Client(), path)


def test_reused_after_completion_it_shows_what_was_answered_and_when(mail: Correspondence) -> None:
    path, client = sent(mail), Client()
    reply(client, path, "promise", due_on="2026-11-28")
    before = form_of(client.get(f"{path}?do=report"))
    reply(client, path, "report", result="场地已锁定")
    facts = Fact.objects.count()
    again = client.post(path, {**before, "key": "report", "result": "第二遍"})
    assert again.status_code == 409
    assert "场地已锁定" in again.content.decode()
    body = client.get(path).content.decode()
    assert "已经答复，不用再操作" in body
    assert "<form" not in body
    assert Fact.objects.count() == facts


def test_for_another_person_a_link_opens_nothing(mail: Correspondence, client_as: Any) -> None:
    """A forwarded link in the browser of somebody who is signed in; and no form can name another person or thing."""
    path = sent(mail)
    neutral(client_as("周岚"), path)
    other = mail.task("周岚")
    client = Client()
    page = form_of(client.get(path))
    zhou = Person.objects.get(name="周岚")
    client.post(path, {**page, "key": "acknowledge", "person": zhou.pk, "subject_id": other.pk, "behalf": zhou.pk})
    other.refresh_from_db()
    assert other.state == State.ASSIGNED
    assert GivenAnswer.objects.get().person.name == SUPPLIER


def test_an_answer_that_the_link_was_not_made_for_is_not_given(mail: Correspondence) -> None:
    path, client = sent(mail), Client()
    for key in ("cancel", "accept", "amend", "report", "delete", ""):
        answer = client.post(path, {**form_of(client.get(path)), "key": key, "result": "x", "words": "x"})
        assert answer.status_code == 409
    SignedLink.objects.update(keys=["progress"])
    assert client.post(path, {**form_of(client.get(path)), "key": "acknowledge"}).status_code == 409
    assert task().state == State.ASSIGNED


def test_opened_by_a_scanner_as_often_as_it_likes_nothing_changes(mail: Correspondence) -> None:
    path, facts = sent(mail), Fact.objects.count()
    row = SignedLink.objects.values().get()
    client = Client(headers={"User-Agent": "SafeLinks", "Purpose": "prefetch"})
    for address in (path, f"{path}?do=acknowledge", f"{path}?do=report&key=report", f"{path}?key=acknowledge"):
        for method in (client.get, client.head):
            answer = method(address)
            assert answer.status_code == 200
            assert answer["Cache-Control"] == "no-store, max-age=0"
            assert answer["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer["X-Robots-Tag"]
            assert not answer.cookies
    assert client.post(path).status_code == 409
    assert client.post(path, {"key": "acknowledge"}).status_code == 409
    assert client.put(path).status_code == client.options(path).status_code == 405
    assert Fact.objects.count() == facts
    assert SignedLink.objects.values().get() == row
    assert task().state == State.ASSIGNED


def test_a_form_that_another_site_sends_is_turned_away_and_one_without_cookies_is_not(mail: Correspondence) -> None:
    path = sent(mail)
    client = Client(enforce_csrf_checks=True)
    form = {**form_of(client.get(path)), "key": "acknowledge"}
    assert client.post(path, form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 404
    assert task().state == State.ASSIGNED
    fresh = Client(enforce_csrf_checks=True)
    assert fresh.post(path, form, headers={"Origin": "null"}).status_code == 303
    assert not fresh.cookies


def test_on_two_phones_one_after_the_other_the_second_sees_what_was_answered(mail: Correspondence) -> None:
    path, one, other = sent(mail), Client(), Client()
    first, second = form_of(one.get(path)), form_of(other.get(f"{path}?do=counter"))
    assert one.post(path, {**first, "key": "acknowledge", "restated": "11月30日前锁定"}).status_code == 303
    late = other.post(path, {**second, "key": "counter", "words": "档期冲突", "due_on": "2026-12-05"})
    assert late.status_code == 409
    assert "11月30日前锁定" in late.content.decode()
    assert task().state == State.ACKNOWLEDGED


@pytest.mark.django_db(transaction=True)
def test_on_two_phones_at_once_exactly_one_wins(mail: Correspondence) -> None:
    path = sent(mail)
    form = form_of(Client().get(path))
    together, answers = threading.Barrier(4), []

    def press(key: str, fields: dict[str, str]) -> None:
        try:
            together.wait()
            answers.append(Client().post(path, {**form, "key": key, **fields}))
        finally:
            connection.close()

    presses = [("acknowledge", {}), ("promise", {"due_on": "2026-11-28"})] * 2
    threads = [threading.Thread(target=press, args=one) for one in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    assert GivenAnswer.objects.count() == SignedLink.objects.get().rounds == 1
    for answer in answers:
        if answer.status_code == 409:
            assert "已答复" in answer.content.decode()


# ── what else may go wrong ─────────────────────────────────────────────────


def test_what_changed_since_the_page_was_opened_is_shown_first(mail: Correspondence) -> None:
    path, client = sent(mail), Client()
    form = form_of(client.get(path))
    moves.amend(
        task(), condition="改到二楼", words="人数变了", by=mail.scene.asker, now=mail.now + timedelta(minutes=30)
    )
    answer = client.post(path, {**form, "key": "acknowledge"})
    assert answer.status_code == 409
    assert "改到二楼" in answer.content.decode()
    assert task().acknowledged_at is None


def test_a_refusal_stands_on_the_form_with_what_was_typed(mail: Correspondence) -> None:
    path, client = sent(mail), Client()
    answer = reply(client, path, "counter", words="档期冲突，要往后")
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "希望改到哪一天" in body
    assert "档期冲突，要往后" in body
    assert body.index('id="form"') < body.index('role="alert"'), "a phone shows the form, so that is where it stands"
    bad = SimpleUploadedFile("收据.exe", b"MZ\x90")
    assert (
        "程序或网页" in reply(client, path, "counter", words="x" * 9, due_on="2026-12-05", files=bad).content.decode()
    )
    assert not GivenAnswer.objects.exists()


def test_passing_on_to_a_colleague_is_a_choice_of_names(mail: Correspondence) -> None:
    path, client = sent(mail), Client()
    assert "谷雨晴" in client.get(f"{path}?do=pass_on").content.decode()
    assert "周岚" not in client.get(f"{path}?do=pass_on").content.decode()
    assert reply(client, path, "pass_on", person_id=Person.objects.get(name="周岚").pk).status_code == 422
    assert reply(client, path, "pass_on", person_id=Person.objects.get(name="谷雨晴").pk).status_code == 303
    assert task().responsible.name == "谷雨晴"  # type: ignore[union-attr]
    assert "已经答复" in client.get(path).content.decode()


def test_wrong_addresses_from_one_place_and_posts_to_one_link_are_limited(mail: Correspondence) -> None:
    path, client = sent(mail), Client()
    seen = [client.get(f"/a/{'x' * 31}{number % 10}/").status_code for number in range(70)]
    assert (seen[0], seen[-1]) == (404, 429)
    assert client.get(path).status_code == 200, "whoever has a link is not shut out by others behind the same address"
    posts = [client.post(path, {"key": "x"}).status_code for _number in range(25)]
    assert (posts[0], posts[-1]) == (409, 429)


def test_links_lead_into_the_house_and_no_longer_than_a_line(mail: Correspondence) -> None:
    path = sent(mail)
    assert urlsplit(path).path == path
    assert len("https://fayol.example.cn" + path) < 78


def test_the_page_of_the_task_shows_what_came_by_a_link(mail: Correspondence, client_as: Any) -> None:
    path = sent(mail)
    assert "有链接" in client_as("林晓雯").get(f"/commitments/{task().pk}/").content.decode()
    reply(Client(), path, "acknowledge")
    body = client_as("林晓雯").get(f"/commitments/{task().pk}/").content.decode()
    assert "免登录答复" in body
    assert "免登录链接" in body


def test_the_words_about_a_restricted_thing_are_for_those_who_may_see_it(mail: Correspondence, client_as: Any) -> None:
    path = sent(mail, title="机要的一件")
    Commitment.objects.update(audience=[-Person.objects.get(name=SUPPLIER).pk])
    row = mail.says(mail.post.letters[-1], "看不懂的一句话")
    client = client_as("秦海平")
    for address in ("/answers/links/", "/answers/incoming/", f"/answers/incoming/{row.pk}/"):
        body = client.get(address).content.decode()
        assert "内容不在您的可见范围" in body
        assert "机要的一件" not in body
        assert "看不懂的一句话" not in body
    assert Client().get(path).status_code == 200


def test_the_office_sees_what_came_to_nothing_and_marks_it(mail: Correspondence, client_as: Any) -> None:
    letter = mail.asks("周岚")
    row = mail.says(letter, "收到", sender=formataddr(("骗子", "someone@evil.example")))
    client = client_as("林晓雯")
    body = client.get("/answers/incoming/").content.decode()
    assert "someone@evil.example" in body
    assert "发件人不是收信的本人" in body
    page = client.get(f"/answers/incoming/{row.pk}/").content.decode()
    assert "已处理" in page
    assert "请本人用收信的邮箱直接回那封信" in page
    assert client.post(f"/answers/incoming/{row.pk}/done/").status_code == 303
    assert "没有要处理的来信" in client.get("/answers/incoming/").content.decode()
    assert client_as("周岚").get("/answers/incoming/").status_code == 404
    assert row.person is None
