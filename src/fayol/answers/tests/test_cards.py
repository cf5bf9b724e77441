"""Cards to one person lead to where that person answers; what others can read never does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from fayol.answers import actions
from fayol.answers.models import GivenAnswer, SignedLink
from fayol.answers.tests.test_links import SUPPLIER, VENUE, reply
from fayol.channels import tokens
from fayol.channels.models import Bundle, ChannelState, Delivery
from fayol.channels.states import Status
from fayol.channels.tests.platforms import Platform, Reply, account, rows_of, run_once, says, serving, tell
from fayol.channels.tests.test_platforms import SOON, WAYS, use
from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import Scene
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db
CARDS = ("wecom", "dingtalk", "feishu")
OPEN_TO_OTHERS = tuple(name for name in WAYS if name not in CARDS)
ADDRESS = "https://fayol.example.cn"
PLACE = re.compile(rf"{ADDRESS}(/a/[\w-]{{32}}/)")


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch, cast: Any, now: datetime) -> Iterator[Platform]:
    cache.clear()
    tokens._known.clear()
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + timedelta(hours=1))
    with serving(settings, monkeypatch) as found:
        yield found


@pytest.fixture
def scene(platform: Platform, now: datetime) -> Scene:
    """周岚 has an account everywhere; so has a supplier who cannot sign in here."""
    for name in ("周岚", SUPPLIER):
        for one in CARDS:
            account(name, one, f"u{len(name)}-{Person.objects.get(name=name).pk}")
        Person.objects.filter(name=name).update(mobile="138 0000 1111", code=f"E-{len(name)}")
    return Scene(now)


def card(platform: Platform, name: str) -> Any:
    """What the last card of the channel said."""
    return json.loads(contents(platform, name)[-1])


def contents(platform: Platform, name: str) -> list[str]:
    tasks = "/v1.0/todo/users/union-zl/tasks"
    path = {"wecom": "/cgi-bin/message/send", "dingtalk": tasks, "feishu": "/open-apis/im/v1/messages"}[name]
    bodies = [call.json for call in platform.to(path)]
    return [one["content"] if name == "feishu" else json.dumps(one, ensure_ascii=False) for one in bodies]


def button(name: str, said: Any) -> str:
    """Where the card leads by what the platform documents for it."""
    if name == "wecom":
        return str(said["textcard"]["url"])
    if name == "dingtalk":
        assert said["detailUrl"]["appUrl"] == said["detailUrl"]["pcUrl"]
        return str(said["detailUrl"]["pcUrl"])
    first = next(one for one in said["elements"] if one["tag"] == "action")["actions"][0]
    assert (first["tag"], first["type"], first["text"]["tag"]) == ("button", "primary", "plain_text")
    return str(first["url"])


@pytest.mark.parametrize("name", CARDS)
def test_a_card_leads_to_where_its_reader_answers_and_the_answer_is_hers(
    platform: Platform, scene: Scene, name: str
) -> None:
    use(platform, name)
    row = scene.asked()
    run_once(name, scene.now + SOON)
    found = PLACE.fullmatch(button(name, card(platform, name)))
    assert found, contents(platform, name)
    link = SignedLink.objects.get()
    assert (link.person.name, link.subject_id, link.delivery) == ("周岚", row.pk, rows_of(name)[0])
    client = Client()
    assert "登录看全部" in client.get(found[1]).content.decode()
    assert reply(client, found[1], "acknowledge").status_code == 303
    row.refresh_from_db()
    assert (row.state, GivenAnswer.objects.get().person.name) == (State.ACKNOWLEDGED, "周岚")
    assert Delivery.objects.get(channel="inbox", fact=rows_of(name)[0].fact).read_at is None


def test_the_words_on_the_buttons_say_what_they_do(platform: Platform, scene: Scene) -> None:
    use(platform, "wecom")
    scene.asked()
    run_once("wecom", scene.now + SOON)
    assert card(platform, "wecom")["textcard"]["btntxt"] == "去答复"
    tell("周岚", "别人反馈了进展", at=scene.now + SOON, asks=False, urgency="flash")
    run_once("wecom", scene.now + SOON)
    said = card(platform, "wecom")["textcard"]
    assert (said["btntxt"], said["url"]) == ("查看", f"{ADDRESS}/inbox/")
    use(platform, "feishu")
    scene.asked(urgency="flash")
    run_once("feishu", scene.now + SOON)
    actions_shown = card(platform, "feishu")["elements"][-1]["actions"]
    assert [(one["text"]["content"], one["type"]) for one in actions_shown] == [
        ("去答复", "primary"), ("登录查看", "default"),
    ]  # fmt: skip
    assert actions_shown[1]["url"] == f"{ADDRESS}/commitments/{Commitment.objects.latest('pk').pk}/"


@pytest.mark.parametrize("name", ["wecom", "dingtalk"])
def test_a_card_with_one_link_leads_to_the_inbox_when_several_things_are_asked(
    platform: Platform, scene: Scene, name: str
) -> None:
    use(platform, name)
    scene.asked(title="第一件")
    scene.asked(title="第二件")
    run_once(name, scene.now + SOON)
    assert button(name, card(platform, name)) == f"{ADDRESS}/inbox/"
    assert not SignedLink.objects.exists(), "nobody was given one"


def test_feishu_has_a_button_under_each_thing_asked_and_the_news_without(platform: Platform, scene: Scene) -> None:
    use(platform, "feishu")
    rows = [scene.asked(title=title) for title in ("第一件", "第二<at id=all></at>件")]
    tell("周岚", "孙悦反馈了进展", at=scene.now, asks=False, urgency="urgent")
    run_once("feishu", scene.now + SOON)
    elements = card(platform, "feishu")["elements"]
    assert [one["tag"] for one in elements] == ["div", "action", "div", "action", "div", "action"]
    words = [one["text"]["content"] for one in elements if one["tag"] == "div"]
    assert words == ["林晓雯交办给您：第一件", "林晓雯交办给您：第二＜at id=all＞＜/at＞件", "孙悦反馈了进展"]
    urls = [one["actions"][0]["url"] for one in elements if one["tag"] == "action"]
    paths = [PLACE.fullmatch(url) for url in urls[:2]]
    assert urls[2] == f"{ADDRESS}/inbox/"
    for path, row in zip(paths, rows, strict=True):
        assert path
        assert row.title in Client().get(path[1]).content.decode().replace("&lt;", "<").replace("&gt;", ">")


def test_more_things_than_a_card_has_room_for_are_answered_after_signing_in(platform: Platform, scene: Scene) -> None:
    use(platform, "feishu")
    for number in range(6):
        scene.asked(title=f"第{number}件")
    run_once("feishu", scene.now + SOON)
    (content,) = contents(platform, "feishu")
    assert PLACE.search(content) is None
    assert "还有1条没有列出" in content


@pytest.mark.parametrize("name", OPEN_TO_OTHERS)
def test_what_others_can_read_never_holds_where_one_person_answers(platform: Platform, scene: Scene, name: str) -> None:
    """Not even for those who cannot sign in, nor for those who wish for links in letters."""
    path = use(platform, name)
    zhou = scene.performer
    assert zhou.person
    actions.wish_links(zhou.person, on=True, by=zhou, now=scene.now)
    scene.asked()
    scene.asked(responsible_id=Person.objects.get(name=SUPPLIER).pk, performer_unit_id=scene.unit(VENUE).pk)
    run_once(name, scene.now + SOON)
    calls = platform.to(path)
    assert calls
    assert {row.status for row in rows_of(name)} == {Status.SENT}
    for call in calls:
        said = call.body.decode() + json.dumps(call.query)
        assert "/a/" not in said
        assert "去答复" not in said
    assert not SignedLink.objects.exists()


@pytest.mark.parametrize("name", CARDS)
def test_news_gives_nobody_a_link(platform: Platform, scene: Scene, name: str) -> None:
    use(platform, name)
    row = scene.asked()
    Delivery.objects.filter(channel=name).update(asks=False)
    run_once(name, scene.now + SOON)
    assert button(name, card(platform, name)) == f"{ADDRESS}/commitments/{row.pk}/"
    assert not SignedLink.objects.exists()


@pytest.mark.parametrize("name", CARDS)
def test_a_card_sent_once_more_is_the_same_card(platform: Platform, scene: Scene, name: str) -> None:
    path = use(platform, name)
    platform.script[path] = [Reply("<html>", 502)]
    scene.asked(urgency="flash")
    run_once(name, scene.now)
    run_once(name, scene.now + timedelta(minutes=3))
    first, second = contents(platform, name)
    assert first == second
    assert PLACE.search(first)
    assert (SignedLink.objects.count(), rows_of(name)[0].status) == (1, Status.SENT)


def test_a_card_sent_again_after_its_link_has_ended_leads_to_the_thing(platform: Platform, scene: Scene) -> None:
    path = use(platform, "wecom")
    platform.script[path] = [Reply("<html>", 502)]
    row = scene.asked(urgency="flash")
    run_once("wecom", scene.now)
    actions.revoke(SignedLink.objects.get(), by=scene.asker, now=scene.now)
    run_once("wecom", scene.now + timedelta(minutes=3))
    said = card(platform, "wecom")["textcard"]
    assert (said["url"], said["btntxt"]) == (f"{ADDRESS}/commitments/{row.pk}/", "查看")


def test_what_was_answered_before_the_card_went_leads_to_the_thing(platform: Platform, scene: Scene) -> None:
    use(platform, "wecom")
    row = scene.asked(urgency="flash")
    moves.cancel(row, words="年会取消", by=scene.asker, now=scene.now)
    Delivery.objects.filter(subject_id=row.pk, channel="wecom").exclude(title__contains="交办").delete()
    run_once("wecom", scene.now)
    assert contents(platform, "wecom")
    assert not [one for one in contents(platform, "wecom") if PLACE.search(one)]


@pytest.mark.parametrize("name", CARDS)
def test_the_lengths_that_the_platforms_allow_are_kept(platform: Platform, scene: Scene, name: str) -> None:
    use(platform, name)
    scene.asked(title="编制年会经费预算表" * 20, urgency="flash")
    run_once(name, scene.now)
    (content,) = contents(platform, name)
    said = json.loads(content)
    if name == "wecom":
        assert len(said["textcard"]["title"].encode()) <= 128
        assert len(said["textcard"]["description"].encode()) <= 512
        assert len(said["textcard"]["btntxt"]) <= 4
        assert len(said["textcard"]["url"].encode()) <= 2048
    elif name == "dingtalk":
        assert len(said["subject"].encode()) <= 1024
        assert len(said["description"].encode()) <= 4096
    else:
        assert len(content.encode()) <= 20 * 1024
    assert PLACE.search(content)


@pytest.mark.parametrize("name", CARDS)
def test_a_platform_that_repeats_the_card_puts_no_link_on_our_pages(
    platform: Platform, scene: Scene, name: str, client_as: Any, caplog: pytest.LogCaptureFixture
) -> None:
    path = use(platform, name)
    scene.asked(urgency="flash")
    platform.usual[path] = Reply("<html>", 502)
    run_once(name, scene.now)
    found = PLACE.search(contents(platform, name)[0])
    assert found
    place = ADDRESS + found[1]
    escaped = place.replace("/", "\\/")
    words = f"invalid url {place} {escaped} {place.replace('/', '%2F').replace(':', '%3A')} end"
    platform.usual[path] = says(errcode=4711, code=4711, errmsg=words, msg=words, message=words)
    run_once(name, scene.now + timedelta(minutes=3))
    detail = Bundle.objects.get().detail
    assert "invalid url" in detail
    token = found[1].split("/")[2]
    kept = [str(vars(one)) for model in (Bundle, ChannelState, Delivery) for one in model.objects.all()]
    pages = [client_as("林晓雯").get(f"/deliveries/{part}").content.decode() for part in ("", f"channels/{name}/")]
    assert not [one for one in [*kept, *pages, caplog.text] if token in one]


def test_a_card_goes_without_a_link_rather_than_not_at_all(
    platform: Platform, scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(platform, "wecom")
    row = scene.asked(urgency="flash")

    def stumbles(*_arguments: Any, **_more: Any) -> None:
        raise KeyError("something unforeseen")

    monkeypatch.setattr("fayol.answers.feet.link_of_delivery", stumbles)
    run_once("wecom", scene.now)
    assert card(platform, "wecom")["textcard"]["url"] == f"{ADDRESS}/commitments/{row.pk}/"
    assert rows_of("wecom")[0].status == Status.SENT
    assert "no address to answer" in caplog.text


def test_the_list_of_links_says_by_what_each_went_out(platform: Platform, scene: Scene, client_as: Any) -> None:
    use(platform, "wecom")
    scene.asked(urgency="flash")
    run_once("wecom", scene.now)
    body = client_as("林晓雯").get("/answers/links/").content.decode()
    assert "走企业微信" in body
