"""A1: the notice that was taken by the secretary and never reached the leader. Here it cannot look as if it had."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fayol.channels.models import INBOX, Delivery
from fayol.facts.verify import verify
from fayol.notices.models import Clash, Engagement, Notice, Receipt
from fayol.notices.queries import tally_of
from fayol.notices.states import Grip, Stage
from fayol.notices.sweeps import look_due
from fayol.organisation.models import Person
from fayol.worker.claims import count_due

SignIn = Callable[[str], Client]
LEADER, SECRETARY, SECOND, OFFICER, HEAD = "刘振邦", "曾庆玲", "邱思敏", "林晓雯", "秦海平"
GREEN, AMBER = "本人已确认", "秘书代签，本人未知悉"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Callable[[str], datetime]:
    """`clock("11-18 10:05")`: it is that time, for the pages and for the worker, which runs up to it."""

    def move(text: str) -> datetime:
        at = datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=now.tzinfo)
        for due in sorted(Receipt.objects.filter(next_look_at__lte=at).values_list("next_look_at", flat=True)):
            look_due(due, 100)
        monkeypatch.setattr("fayol.web.clock.read", lambda: at)
        return at

    return move


@pytest.fixture
def accounts(cast: Any) -> None:
    """Everybody of this story signs in, also those whom the demo gives no account."""
    from fayol.organisation.models import Account

    for name in (LEADER, SECRETARY, SECOND):
        person = cast.person(name)
        if person.account is None:
            person.account = Account.objects.create(username=f"a1-{person.pk}")
            person.save(update_fields=["account"])


def inbox(name: str) -> list[str]:
    rows = Delivery.objects.filter(person__name=name, channel=INBOX).order_by("pk")
    return list(rows.values_list("title", flat=True))


def own_meeting(secretary: Client, leader: Person) -> None:
    said = {"title": "主持工作会", "day": "2026-11-25", "start": "09:30", "end": "11:30", "people": "40"}
    assert secretary.post(f"/notices/days/{leader.pk}/take/", said).status_code == 303


def issue(officer: Client) -> Notice:
    """The officer on duty writes and sends it in one go."""
    said = {
        "title": "关于召开某重要会议的通知", "body": "请准时到会。", "unit": "总裁办", "urgency": "normal",
        "depth": "personal", "form": "attend", "starts_at": "2026-11-25T09:00", "ends_at": "2026-11-25T11:00",
        "place": "一号会议室", "duty": OFFICER, "add-people": LEADER, "add-must": "on", "do": "send",
    }  # fmt: skip
    sent = officer.post("/notices/new/", said)
    assert sent.status_code == 303, sent.content.decode()
    return Notice.objects.get()


@pytest.mark.req("S4-21", "S4-22", "S4-23", "S4-24", "S4-25")
@pytest.mark.usefixtures("accounts")
def test_the_notice_that_its_secretary_forgot(
    client_as: SignIn, cast: Any, clock: Callable[[str], datetime], now: datetime
) -> None:
    leader = cast.person(LEADER)
    clock("11-18 09:12")
    officer, secretary, principal = client_as(OFFICER), client_as(SECRETARY), client_as(LEADER)
    own_meeting(secretary, leader)
    notice = issue(officer)
    row = Receipt.objects.get(notice=notice)
    matrix = f"/notices/{notice.pk}/receipts/"

    def shown() -> str:
        """His line in the list of receipts."""
        lines = re.findall(r"<tr.*?</tr>", officer.get(matrix).content.decode(), re.S)
        return next(line for line in lines if LEADER in line)

    # 1. the clash is there at once, for both; the day is held
    clash = Clash.objects.get()
    assert Engagement.objects.get(receipt=row).grip == Grip.HELD
    assert inbox(OFFICER)[-1] == f"撞车：{LEADER}的“主持工作会”与“{notice.title}”时间重叠"
    assert inbox(SECRETARY)[-1] == inbox(OFFICER)[-1]
    assert "40人" in officer.get(f"/notices/clashes/{clash.pk}/").content.decode()

    # 2. the secretary takes it: amber
    clock("11-18 10:05")
    taken = secretary.post(f"/notices/answers/{row.pk}/take/", {"expect": row.version})
    assert taken.status_code == 303
    assert AMBER in shown()
    assert GREEN not in shown()
    assert tally_of(notice) == {Stage.PROXIED: 1}

    # 3. it is pinned to her workbench until she has reported it
    assert f"尚未向{LEADER}报告" in secretary.get("/").content.decode()

    # 4. she forgets: reminded, then her stand-in and the office's head, then the officer has to reach him directly
    clock("11-18 15:35")
    assert inbox(SECRETARY)[-1] == f"您代签的通知还没有报告{LEADER}：{notice.title}"
    clock("11-19 10:35")
    for name in (SECOND, HEAD):
        assert inbox(name)[-1].startswith(f"{SECRETARY}代签的通知还没有报告{LEADER}")
    clock("11-24 09:00")
    assert inbox(OFFICER)[-1] == f"请直接联系{LEADER}本人，确认已知悉：{notice.title}"
    assert LEADER in officer.get("/").content.decode()
    assert tally_of(notice) == {Stage.PROXIED: 1}

    # 5. the officer phones; the leader himself answers; the office decides on the clash
    row.refresh_from_db()
    called = officer.post(
        f"{matrix}{row.pk}/call/", {"expect": row.version, "result": "will_relay", "way": "phone", "heard": SECRETARY}
    )
    assert called.status_code == 303
    assert tally_of(notice) == {Stage.PROXIED: 1}
    row.refresh_from_db()
    answered = principal.post(f"/notices/answers/{row.pk}/confirm/", {"expect": row.version, "reply": "attend"})
    assert answered.status_code == 303, answered.content.decode()
    assert tally_of(notice) == {Stage.CONFIRMED: 1}
    assert GREEN in shown()
    assert Engagement.objects.get(receipt=row).grip == Grip.FIRM
    secretary.post(f"/notices/clashes/{clash.pk}/ask/", {})
    assert inbox(HEAD)[-1].startswith(f"请定夺{LEADER}参加哪一个")
    held = Engagement.objects.get(receipt=row)
    decided = client_as(HEAD).post(f"/notices/clashes/{clash.pk}/choose/", {"keep": held.pk, "words": "省里的会"})
    assert decided.status_code == 303, decided.content.decode()
    assert inbox(SECRETARY)[-1] == f"撞车已定：{LEADER}参加“{notice.title}”。“主持工作会”的40人请您另行告知"

    # 6. the proof says all of it
    proof = officer.get(f"{matrix}{row.pk}/proof/").content.decode()
    for words in (SECRETARY, "10:05", LEADER, notice.title, "SHA-256"):
        assert words in proof, words
    assert verify().problems == []
    assert count_due(Receipt.objects.filter(next_look_at__lte=now + timedelta(days=30))) <= 1


NEGATIVE: list[tuple[str, str, dict[str, str]]] = [
    (SECRETARY, "/notices/answers/{pk}/take/", {}),
    (SECRETARY, "/notices/answers/{pk}/confirm/", {"reply": "attend"}),
    (SECRETARY, "/notices/answers/{pk}/confirm/", {"reply": "attend", "behalf": "{leader}"}),
    (SECRETARY, "/notices/answers/{pk}/restate/", {"restated": "25日9点到会"}),
    (SECRETARY, "/notices/answers/{pk}/report/", {"at": "2026-11-18T10:00", "way": "in_person", "reply": "attend"}),
    (OFFICER, "/notices/answers/{pk}/confirm/", {"reply": "attend"}),
    (OFFICER, "/notices/{notice}/receipts/{pk}/call/", {"result": "told_self", "way": "phone"}),
    (OFFICER, "/notices/{notice}/receipts/{pk}/call/", {"result": "told_self", "way": "in_person"}),
    (OFFICER, "/notices/{notice}/receipts/{pk}/call/", {"result": "will_relay", "way": "phone", "heard": "秘书"}),
    (HEAD, "/notices/answers/{pk}/confirm/", {"reply": "attend"}),
    (SECOND, "/notices/answers/{pk}/confirm/", {"reply": "attend"}),
]


@pytest.mark.req("S4-23")
@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("backwards", [False, True])
def test_no_page_that_anybody_else_can_reach_makes_it_green(
    backwards: bool, client_as: SignIn, cast: Any, clock: Callable[[str], datetime]
) -> None:
    leader = cast.person(LEADER)
    clock("11-18 09:12")
    notice = issue(client_as(OFFICER))
    clock("11-18 10:30")
    keys = {"notice": notice.pk, "leader": leader.pk}
    for name, path, said in reversed(NEGATIVE) if backwards else NEGATIVE:
        row = Receipt.objects.get(notice=notice)
        form = {key: value.format(**keys) for key, value in said.items()} | {"expect": str(row.version)}
        client_as(name).post(path.format(pk=row.pk, **keys), form)
        for looker in (name, LEADER):
            client_as(looker).get(f"/notices/{notice.pk}/")
        assert Stage.CONFIRMED not in tally_of(notice), (name, path)
    row = Receipt.objects.get(notice=notice)
    assert row.stage == Stage.READ  # the leader has opened it, no more
    assert row.reported_at is not None
    assert row.proxied_at is not None
    assert verify().problems == []
