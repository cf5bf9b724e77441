"""Leaders' days and clashes over HTTP: who sees what it is, who keeps the day, who decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fayol.notices import actions
from fayol.notices.models import Clash, Engagement, Notice
from fayol.notices.states import Grip
from fayol.notices.tests.test_following_pages import page_of, url
from fayol.web import workbench

Meeting = Callable[..., Notice]
LEADER, SECRETARY, OFFICER, HEAD, STRANGER = "顾明远", "夏雨桐", "林晓雯", "秦海平", "吴志强"


def take(act: Any, who: str, notice: Notice, **more: Any) -> Engagement:
    person = act(who).person
    assert notice.sent_at
    given = {
        "starts_at": notice.starts_at,
        "ends_at": notice.ends_at,
        "title": "接待市里来的四十人",
        "people": 40,
    } | more
    return actions.take_time(person, **given, by=act(who), now=notice.sent_at)


def test_both_sides_of_a_clash_see_who_is_hurt_and_the_office_decides(
    meeting: Meeting, client_as: Callable[[str], Client], act: Any
) -> None:
    notice = meeting(LEADER)
    own = take(act, LEADER, notice)
    clash = Clash.objects.get()
    html = page_of(client_as(LEADER), url("clash", clash.pk))
    assert "让出的话，顾明远要另行告知40人" in html
    assert "报请定夺" in html
    assert client_as(STRANGER).get(url("clash", clash.pk)).status_code == 404
    assert clash_title(client_as(STRANGER)) == 0
    client_as(SECRETARY).post(url("ask_to_choose", clash.pk))
    clash.refresh_from_db()
    assert clash.asked_at
    again = client_as(LEADER).post(url("ask_to_choose", clash.pk))
    assert again.status_code == 422
    assert "已报请定夺" in again.content.decode()
    office = client_as(OFFICER)
    wrong = office.post(url("choose", clash.pk), {"keep": own.pk, "words": ""})
    assert wrong.status_code == 422
    assert "请写明理由" in wrong.content.decode()
    assert office.post(url("choose", clash.pk), {"keep": 987654, "words": "理由"}).status_code == 422
    assert client_as(LEADER).post(url("choose", clash.pk), {"keep": own.pk, "words": "我定"}).status_code == 422
    office.post(url("choose", clash.pk), {"keep": own.pk, "words": "客人已在路上"})
    clash.refresh_from_db()
    assert (clash.kept_id, clash.words) == (own.pk, "客人已在路上")
    assert "客人已在路上" in page_of(client_as(LEADER), url("clash", clash.pk))
    assert clash_title(office) == 1


def clash_title(client: Client) -> int:
    return page_of(client, url("clashes")).count("重叠")


def test_a_clash_waits_on_the_workbench_of_both_organisers_and_of_who_keeps_the_day_until_it_is_settled(
    meeting: Meeting, client_as: Callable[[str], Client], act: Any, now: datetime, at_nine: None
) -> None:
    notice = meeting(LEADER)
    take(act, LEADER, notice)
    clash = Clash.objects.get()
    words = f"{LEADER}撞车：“{notice.title}”与“接待市里来的四十人”"

    def shown(name: str) -> bool:
        return f'href="{url("clash", clash.pk)}#move"' in page_of(client_as(name), "/")

    assert [name for name in (LEADER, SECRETARY, OFFICER, HEAD, STRANGER) if shown(name)] == [
        LEADER, SECRETARY, OFFICER,
    ]  # fmt: skip
    for name in (OFFICER, SECRETARY):
        assert words in page_of(client_as(name), "/")
        assert "去商量" in page_of(client_as(name), "/")
    actions.ask_to_choose(clash, by=act(SECRETARY), now=now)
    assert f"定夺{LEADER}参加哪一个" in page_of(client_as(HEAD), "/")
    assert [name for name in (LEADER, SECRETARY, OFFICER, HEAD) if shown(name)] == [HEAD]
    actions.choose(clash, keep=clash.first, words="省里的会", by=act(HEAD), now=now)
    assert not any(shown(name) for name in (LEADER, SECRETARY, OFFICER, HEAD))


def test_a_clash_that_is_past_waits_for_nobody(
    meeting: Meeting, client_as: Callable[[str], Client], act: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(act, LEADER, meeting(LEADER))
    client = client_as(LEADER)
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + timedelta(days=7, hours=1))
    assert f"{LEADER}撞车：" in page_of(client, "/")
    monkeypatch.setattr("fayol.web.clock.read", lambda: now + timedelta(days=7, hours=2))
    assert "撞车：" not in page_of(client, "/").partition('id="news"')[0]


def test_a_workbench_without_clashes_asks_no_more_for_them(
    client_as: Callable[[str], Client], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as(STRANGER)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            page_of(client, "/")
        return len(seen)

    asked()
    known = asked()
    monkeypatch.delitem(workbench._sources, "clashes")
    assert asked() == known


def test_others_see_that_a_leader_is_busy_and_not_with_what(
    meeting: Meeting, client_as: Callable[[str], Client], act: Any
) -> None:
    notice = meeting(LEADER)
    take(act, LEADER, notice, title="体检", starts_at=notice.starts_at + timedelta(hours=3), ends_at=notice.starts_at + timedelta(hours=4))  # type: ignore[operator]  # fmt: skip  # noqa: E501
    week = f"?week={notice.starts_at:%Y-%m-%d}"
    for address in (url("days") + week, url("day", act(LEADER).person.pk) + week):
        for name in (LEADER, SECRETARY, OFFICER):
            html = page_of(client_as(name), address)
            assert "体检" in html, (address, name)
            assert "暂定" in html
            assert "data-held" in html
        html = page_of(client_as(STRANGER), address)
        assert "体检" not in html
        assert notice.title not in html
        assert "忙" in html


@pytest.mark.parametrize("who", [LEADER, SECRETARY, OFFICER])
def test_a_day_is_kept_by_the_leader_whoever_serves_him_and_coordinators(
    client_as: Callable[[str], Client], cast: Any, who: str, at_nine: None
) -> None:
    person, client = cast.person(LEADER), client_as(who)
    given = {"title": "去工厂", "day": "2026-11-20", "start": "09:00", "end": "11:00", "place": "二厂", "people": "12"}
    answer = client.post(url("take_time", person.pk), given)
    assert answer.status_code == 303
    row = Engagement.objects.get()
    assert (row.title, row.people, row.grip) == ("去工厂", 12, Grip.FIRM)
    assert "去工厂" in page_of(client, answer["Location"])
    assert client_as(STRANGER).post(url("free_time", row.pk)).status_code == 404
    assert client.post(url("free_time", row.pk), {"expect": row.version}).status_code == 303
    row.refresh_from_db()
    assert row.grip == Grip.RELEASED


def test_a_day_refuses_strangers_the_past_and_an_end_before_the_start(
    client_as: Callable[[str], Client], cast: Any, at_nine: None
) -> None:
    address = url("take_time", cast.person(LEADER).pk)
    given = {"title": "去工厂", "day": "2026-11-20", "start": "09:00", "end": "11:00"}
    assert "只有本人" in client_as(STRANGER).post(address, given).content.decode()
    for wrong, words in (
        ({"end": "08:00"}, "结束时间应晚于开始时间"), ({"day": "2026-11-10"}, "已经过去"), ({"title": ""}, "请填写"),
    ):  # fmt: skip
        answer = client_as(LEADER).post(address, given | wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Engagement.objects.exists()


@pytest.mark.parametrize("week", ["rubbish", "0001-01-01", "9999-12-31", "2026-11-18"])
def test_any_week_may_be_asked_for(client_as: Callable[[str], Client], cast: Any, week: str) -> None:
    for address in (url("days"), url("day", cast.person(LEADER).pk)):
        page_of(client_as(OFFICER), f"{address}?week={week}")


def test_the_week_of_all_leaders_costs_the_same_with_one_engagement_and_with_many(
    meeting: Meeting, client_as: Callable[[str], Client]
) -> None:
    first = meeting(LEADER)
    client, counts, week = client_as(OFFICER), [], f"{url('days')}?week={first.starts_at:%Y-%m-%d}"
    page_of(client, week)  # numbers of the frame are kept for a minute
    for _round in range(2):
        with CaptureQueriesContext(connection) as seen:
            page_of(client, week)
        counts.append(len(seen))
        meeting(LEADER, "王建国", "周岚")
    assert counts[0] == counts[1] <= 25, counts
