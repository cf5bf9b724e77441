"""会前复核: who must attend and said yes says so again three working days and one before, or somebody phones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fayol.answers.actions import answer_by_link, link_of_delivery
from fayol.answers.items import Item, words_of
from fayol.answers.letters.saying import said
from fayol.answers.registry import answers_for
from fayol.answers.states import Way as By
from fayol.channels.models import INBOX, Delivery
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused, Stale
from fayol.notices import actions, policy
from fayol.notices.actions._turn import calendar_of, seen
from fayol.notices.models import Notice, Receipt
from fayol.notices.queries import calls_of
from fayol.notices.queries_lists import waits
from fayol.notices.states import Again, Depth, Leave, Reply, Stage, Way
from fayol.notices.tests.conftest import inbox
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Post

Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]
HEAD, LEADER, SECRETARY, OFFICER, STRANGER = "王建国", "顾明远", "夏雨桐", "林晓雯", "吴志强"
ATTEND = actions.Answer(reply=Reply.ATTEND)


def at(now: datetime, day: int, hour: int, minute: int = 0) -> datetime:
    return now.replace(day=day, hour=hour, minute=minute)


@pytest.fixture
def coming(meeting: Meeting, receipt_of: Find, act: Any, now: datetime) -> Callable[..., Notice]:
    """A meeting on Wednesday 25th to which these have said yes: T−3 is Friday 20th, T−1 Tuesday 24th."""

    def make(*names: str, **more: Any) -> Notice:
        notice = meeting(*names, **more)
        for name in names:
            actions.confirm(receipt_of(notice, name), answer=ATTEND, by=act(name), now=now)
        return notice

    return make


def strike(receipt_of: Find, notice: Notice, name: str) -> tuple[str, str]:
    """The clock of the receipt strikes at the instant it is set to."""
    row = receipt_of(notice, name)
    assert row.next_look_at
    when = row.next_look_at.astimezone(calendar_of(row).tz)
    return f"{when:%d %H:%M}", str(actions.look(row, now=when))


def rounds(row: Receipt, now: datetime) -> list[tuple[int, Again]]:
    return [(one.days, one.standing) for one in policy.rounds_of(seen(row), calendar_of(row), now)]


@pytest.mark.req("S4-24")
def test_who_stays_silent_is_asked_twice_and_phoned_at_noon_of_the_day_before(
    coming: Callable[..., Notice], receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = coming(HEAD)
    assert rounds(receipt_of(notice, HEAD), now) == [(3, Again.AHEAD), (1, Again.AHEAD)]
    told = [strike(receipt_of, notice, HEAD) for _step in range(3)]
    assert told == [("20 09:00", "reconfirm"), ("24 09:00", "reconfirm"), ("24 12:00", "reconfirm_call")]
    assert inbox(HEAD)[-2:] == [f"请再确认您能到会：{notice.title}"] * 2
    assert inbox(OFFICER)[-1] == f"{HEAD}还没有复核能否到会，已列入电话催办单：{notice.title}"
    row = receipt_of(notice, HEAD)
    assert rounds(row, at(now, 24, 13)) == [(3, Again.MISSED), (1, Again.WAITING)]
    assert [one.pk for one in calls_of(notice)] == [row.pk]
    assert (row.stage, row.reply, row.next_look_at) == (Stage.CONFIRMED, Reply.ATTEND, None)
    assert verify().problems == []


@pytest.mark.req("S4-24")
def test_each_round_is_answered_with_one_act_and_nobody_is_phoned(
    coming: Callable[..., Notice], receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = coming(HEAD)
    person = act(HEAD).person
    with pytest.raises(Refused, match="没有要您复核"):
        actions.reconfirm(receipt_of(notice, HEAD), by=act(HEAD), now=now)
    strike(receipt_of, notice, HEAD)
    assert [one.pk for one in waits(person, at(now, 20, 10))] == [receipt_of(notice, HEAD).pk]
    actions.reconfirm(receipt_of(notice, HEAD), by=act(HEAD), now=at(now, 20, 10))
    assert list(waits(person, at(now, 20, 10))) == []
    assert rounds(receipt_of(notice, HEAD), at(now, 20, 10)) == [(3, Again.DONE), (1, Again.AHEAD)]
    assert strike(receipt_of, notice, HEAD) == ("24 09:00", "reconfirm")
    row = actions.reconfirm(receipt_of(notice, HEAD), by=act(HEAD), now=at(now, 24, 11, 59))
    assert (row.next_look_at, row.rechecked3_at, row.rechecked1_at) == (None, at(now, 20, 10), at(now, 24, 11, 59))
    facts = Fact.objects.filter(subject_type="receipt", subject_id=row.pk, verb="receipt.reconfirmed").order_by("seq")
    assert [(fact.data["days"], fact.data["way"]) for fact in facts] == [(3, Way.SELF), (1, Way.SELF)]
    assert calls_of(notice) == []
    assert verify().problems == []


def test_an_answer_after_the_call_takes_him_off_the_list(
    coming: Callable[..., Notice], receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = coming(HEAD)
    for _step in range(3):
        strike(receipt_of, notice, HEAD)
    actions.log_call(
        receipt_of(notice, HEAD), call=actions.Call(answered=False), by=act(OFFICER), now=at(now, 24, 12, 5)
    )
    assert [one.person_id for one in calls_of(notice)] == [act(HEAD).person.pk]
    actions.reconfirm(receipt_of(notice, HEAD), by=act(HEAD), now=at(now, 24, 14))
    assert calls_of(notice) == []


def test_where_the_person_must_know_himself_nobody_says_it_for_him(
    coming: Callable[..., Notice], receipt_of: Find, act: Any, now: datetime
) -> None:
    strict, mild = coming(LEADER), coming(LEADER, depth=Depth.CONFIRMED, title="另一个会")
    for notice in (strict, mild):
        for _step in range(2):
            strike(receipt_of, notice, LEADER)
    assert inbox(SECRETARY)[-1] == f"请提醒{LEADER}复核能否到会：{mild.title}"
    away = at(now, 24, 10)  # 韩雪梅 acts for 顾明远 by then
    for name in (SECRETARY, OFFICER, "韩雪梅"):
        with pytest.raises(Refused, match="须本人复核"):
            actions.reconfirm(receipt_of(strict, LEADER), by=act(name), now=away)
    with pytest.raises(Refused, match="须本人复核"):
        actions.reconfirm(receipt_of(mild, LEADER), by=act(SECRETARY), now=away)
    row = actions.reconfirm(receipt_of(mild, LEADER), by=act("韩雪梅"), now=away)
    fact = Fact.objects.get(subject_type="receipt", subject_id=row.pk, verb="receipt.reconfirmed")
    assert (fact.actor_name, fact.behalf_name) == ("韩雪梅", LEADER)
    assert receipt_of(strict, LEADER).recheck == 1


def test_two_taps_on_the_same_view_count_once_and_none_counts_once_it_has_begun(
    coming: Callable[..., Notice], receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = coming(HEAD)
    strike(receipt_of, notice, HEAD)
    view = receipt_of(notice, HEAD)
    with pytest.raises(Refused, match="已经开始"):
        actions.reconfirm(view, by=act(HEAD), now=now + timedelta(days=7))
    actions.reconfirm(view, by=act(HEAD), now=at(now, 20, 10))
    with pytest.raises(Stale):
        actions.reconfirm(view, by=act(HEAD), now=at(now, 20, 10))


def test_leave_instead_ends_the_round_and_coming_after_all_answers_it(
    coming: Callable[..., Notice], receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = coming(HEAD, "周岚")
    for name in (HEAD, "周岚"):
        strike(receipt_of, notice, name)
    friday = at(now, 20, 10)
    leave = actions.Answer(reply=Reply.LEAVE, words="出差")
    row = actions.confirm(receipt_of(notice, HEAD), answer=leave, by=act(HEAD), now=friday)
    assert (row.recheck, row.leave, row.rechecked3_at, rounds(row, friday)) == (0, Leave.ASKED, None, [])
    row = actions.confirm(receipt_of(notice, "周岚"), answer=ATTEND, by=act("周岚"), now=friday)
    assert rounds(row, friday) == [(3, Again.DONE), (1, Again.AHEAD)]
    assert verify().problems == []


def test_a_moved_event_asks_anew(coming: Callable[..., Notice], receipt_of: Find, act: Any, now: datetime) -> None:
    notice = coming(HEAD)
    strike(receipt_of, notice, HEAD)
    actions.reconfirm(receipt_of(notice, HEAD), by=act(HEAD), now=at(now, 20, 10))
    assert notice.starts_at
    assert notice.ends_at
    moved = actions.Correction(
        title=notice.title, place=notice.place, starts_at=notice.starts_at + timedelta(days=2),
        ends_at=notice.ends_at + timedelta(days=2), words="改到周五",
    )  # fmt: skip
    actions.correct(notice, moved, by=act(OFFICER), now=at(now, 20, 11))
    row = receipt_of(notice, HEAD)
    assert (row.recheck, row.rechecked3_at, row.reply) == (0, None, Reply.NOTHING)
    actions.confirm(row, answer=ATTEND, by=act(HEAD), now=at(now, 20, 12))
    assert rounds(receipt_of(notice, HEAD), at(now, 20, 12)) == [(3, Again.AHEAD), (1, Again.AHEAD)]
    assert strike(receipt_of, notice, HEAD) == ("24 09:00", "reconfirm")
    assert strike(receipt_of, notice, HEAD) == ("26 09:00", "reconfirm")
    assert verify().problems == []


def test_who_need_not_attend_and_who_said_yes_late_is_not_asked(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime, coming: Callable[..., Notice]
) -> None:
    notice = coming(HEAD)
    Receipt.objects.filter(notice=notice).update(must=False)
    assert rounds(receipt_of(notice, HEAD), now) == []
    late = meeting("周岚")
    row = actions.confirm(receipt_of(late, "周岚"), answer=ATTEND, by=act("周岚"), now=at(now, 23, 9))
    assert rounds(row, at(now, 23, 9)) == [(1, Again.AHEAD)]
    assert strike(receipt_of, late, "周岚") == ("24 09:00", "reconfirm")


def test_a_secretary_reports_nothing_over_an_answer_of_the_persons_own(
    coming: Callable[..., Notice], receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = coming(LEADER)
    leave = actions.Answer(reply=Reply.LEAVE, words="出差")
    report = actions.Report(at=now, way=Way.PHONE, answer=leave)
    with pytest.raises(Refused, match="本人已经确认"):
        actions.report_to(receipt_of(notice, LEADER), report=report, by=act(SECRETARY), now=now)
    assert receipt_of(notice, LEADER).reply == Reply.ATTEND


# ── the pages, the link ────────────────────────────────────────────────────


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Callable[[datetime], None]:
    return lambda instant: monkeypatch.setattr("fayol.web.clock.read", lambda: instant)


def test_one_tap_on_the_workbench_says_it_and_leads_back_there(
    coming: Callable[..., Notice], receipt_of: Find, client_as: Callable[[str], Client], now: datetime, clock: Any
) -> None:
    notice = coming(HEAD)
    strike(receipt_of, notice, HEAD)
    clock(at(now, 20, 10))
    client, row = client_as(HEAD), receipt_of(notice, HEAD)
    tap = reverse("notices:reconfirm", args=[row.pk])
    html = client.get("/").content.decode()
    assert f"能否到会：{notice.title}" in html
    assert f'action="{tap}"' in html
    assert client_as(STRANGER).post(tap, {"expect": row.version}).status_code == 404
    assert client_as(OFFICER).post(tap, {"expect": row.version}).status_code == 404
    answer = client.post(tap, {"expect": row.version, "next": "/"})
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert receipt_of(notice, HEAD).rechecked3_at == at(now, 20, 10)
    assert "能否到会" not in client.get("/").content.decode()
    again = client.post(tap, {"expect": row.version + 1})
    assert again.status_code == 422
    assert "没有要您复核" in again.content.decode()


def test_the_page_offers_it_to_the_addressee_and_the_list_shows_both_rounds(
    coming: Callable[..., Notice], receipt_of: Find, client_as: Callable[[str], Client], now: datetime, clock: Any
) -> None:
    notice = coming(LEADER)
    strike(receipt_of, notice, LEADER)
    clock(at(now, 20, 10))
    here = reverse("notices:page", args=[notice.pk])
    mine = client_as(LEADER).get(here).content.decode()
    assert "复核能否到会" in mine
    assert "仍按时参加" in mine
    assert f"?change={receipt_of(notice, LEADER).pk}" in mine
    served = client_as(SECRETARY).get(here).content.decode()
    assert "仍按时参加" not in served
    assert f"会前复核：等{LEADER}答复。" in served
    matrix = reverse("notices:receipts", args=[notice.pk])
    html = client_as(OFFICER).get(matrix).content.decode()
    assert 'data-again="waiting">会前3天　等本人复核' in html
    assert 'data-again="ahead">会前1天' in html
    client_as(LEADER).post(
        reverse("notices:reconfirm", args=[receipt_of(notice, LEADER).pk]),
        {"expect": receipt_of(notice, LEADER).version},
    )
    assert 'data-again="done">会前3天　✓' in client_as(OFFICER).get(matrix).content.decode()


def test_the_call_list_says_what_to_ask_who_has_not_said_it_again(
    coming: Callable[..., Notice], receipt_of: Find, client_as: Callable[[str], Client], now: datetime, clock: Any
) -> None:
    notice = coming(HEAD)
    for _step in range(3):
        strike(receipt_of, notice, HEAD)
    clock(at(now, 24, 12, 30))
    html = client_as(OFFICER).get(reverse("notices:receipts", args=[notice.pk])).content.decode()
    assert f"问{HEAD}能否按时到会" in html
    assert "您能按时到会吗" in html
    assert HEAD in client_as(OFFICER).get(reverse("notices:calls", args=[notice.pk])).content.decode()
    row = receipt_of(notice, HEAD)
    call = reverse("notices:call", args=[notice.pk, row.pk])
    client_as(OFFICER).post(call, {"result": "no_answer", "way": "phone", "expect": row.version})
    assert "没打通" in client_as(OFFICER).get(reverse("notices:receipts", args=[notice.pk])).content.decode()


def test_an_outsider_says_it_by_link_or_letter(
    coming: Callable[..., Notice], meeting: Meeting, receipt_of: Find, cast: Any, now: datetime
) -> None:
    outsider: Person = Post.objects.filter(unit__kind="external", person__account=None).order_by("pk")[0].person
    notice = meeting(outsider.name)
    registered = answers_for("notice")
    assert registered is not None
    by = Actor(outsider)
    registered.perform(notice.pk, "attend", {}, by=by, now=now, expect=1, way=By.LINK)
    strike(receipt_of, notice, outsider.name)
    friday = at(now, 20, 10)
    asked = Delivery.objects.filter(person=outsider, channel=INBOX).latest("pk")
    assert asked.asks
    subject = registered.subject(notice.pk)
    assert subject is not None
    offered = [one.key for one in registered.offered(outsider, notice.pk, friday)]
    assert offered == ["reconfirm", "leave", "substitute"]
    assert set(offered) <= set(subject.answers)
    item = Item(1, ("notice", notice.pk), subject, registered.offered(outsider, notice.pk, friday), changed=False)
    words, free = words_of([item])
    for line in ("仍按时参加", "参加，谢谢", "准时参加"):
        meant = said(line, words, free=free)
        assert isinstance(meant, list)
        assert [one.key for one in meant] == ["reconfirm"]
    link = link_of_delivery(asked, outsider, make=True, now=friday)
    assert link is not None
    answer_by_link(link, key="reconfirm", given={}, seen=0, expect=1, now=friday)
    assert receipt_of(notice, outsider.name).rechecked3_at == friday
    fact = Fact.objects.filter(verb="receipt.reconfirmed").get()
    assert fact.data["way"] == Way.LINK
