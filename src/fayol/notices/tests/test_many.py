"""What a notice to very many costs: counted in statements, not in seconds. And that none of the many is forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from fayol.channels.models import INBOX, MAIL, Delivery
from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.notices import actions, queries_reach, sweeps
from fayol.notices.actions import telling
from fayol.notices.audience import Entry
from fayol.notices.models import Clash, Engagement, Notice, Receipt, UnitTally
from fayol.notices.states import Depth, EntryKind, Form, Grip
from fayol.notices.views import proof
from fayol.organisation.models import Person, Post

Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]
LEADER, SECRETARY, OFFICER = "顾明远", "夏雨桐", "林晓雯"


@pytest.fixture
def to_crowd(meeting: Meeting, cast: Any) -> Callable[..., Notice]:
    """`to_crowd(7)`: a notice to seven people of 财务部 whom nobody knew; `held=True`: one that takes their day."""

    def send(count: int, *, held: bool = False, **more: Any) -> Notice:
        at = Person.objects.count()
        people = Person.objects.bulk_create(
            Person(name=f"职工{at + n}", code=f"N{at + n}", email=f"n{at + n}@example.cn", order=at + n)
            for n in range(count)
        )
        unit = cast.unit("财务部")
        Post.objects.bulk_create(Post(person=person, unit=unit, role="member", primary=True) for person in people)
        plain = {"form": Form.CONFIRM, "depth": Depth.CONFIRMED, "starts_at": None, "ends_at": None}
        audience = [Entry(EntryKind.PERSON, id=person.pk, must=held) for person in people]
        return meeting(audience=audience, **({} if held else plain), **more)

    return send


def statements(act: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        act()
    return [query["sql"] for query in seen]


def by_mail(verb: str) -> Counter[int]:
    rows = Delivery.objects.filter(fact__verb=verb, channel=MAIL)
    return Counter(rows.values_list("person_id", flat=True))


# ── nobody is forgotten ────────────────────────────────────────────────────


@pytest.mark.parametrize("meanwhile", ["joined", "corrected", "withdrawn", "reminded"])
def test_what_happens_while_the_worker_is_half_through_takes_nothing_from_the_other_half(
    to_crowd: Callable[..., Notice], act: Any, cast: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, now: datetime,
    meanwhile: str,
) -> None:  # fmt: skip
    settings.MAIL_ON = True
    monkeypatch.setattr(telling, "AT_ONCE", 0)
    notice = to_crowd(5)
    everybody = Counter(notice.receipts.values_list("person_id", flat=True))
    assert actions.tell_outward(notice, limit=2) == 2
    notice.refresh_from_db()
    by, later = act(OFFICER), now + timedelta(hours=1)
    newcomer = cast.person("周岚")
    Person.objects.filter(pk=newcomer.pk).update(email="zhoulan@example.cn")
    if meanwhile == "joined":
        actions.add_people(notice, [newcomer], by=by, now=later)
    elif meanwhile == "corrected":
        told = actions.Correction(title=notice.title, place="二号厂房", words="换地方")
        actions.correct(notice, told, by=by, now=later)
    elif meanwhile == "withdrawn":
        actions.withdraw(notice, words="会议取消", by=by, now=later)
    else:
        actions.remind(notice, by=by, now=later)
    rounds = 0
    while Notice.objects.get(pk=notice.pk).told_upto is not None:
        actions.tell_outward(notice, limit=2)
        rounds += 1
        assert rounds < 10
    assert by_mail("notice.sent") == everybody
    assert by_mail(f"notice.{meanwhile}") == (Counter([newcomer.pk]) if meanwhile == "joined" else everybody)
    said = Delivery.objects.filter(fact__verb="notice.sent")
    assert set(said.values_list("channel", "title")) == {(INBOX, notice.title), (MAIL, notice.title)}


def test_a_later_telling_does_not_begin_the_former_anew_once_that_is_through(
    to_crowd: Callable[..., Notice], act: Any, settings: Any, now: datetime
) -> None:
    settings.MAIL_ON = True
    notice = to_crowd(3)
    gone = Delivery.objects.filter(fact__verb="notice.sent", channel=MAIL)
    gone.filter(person=notice.receipts.first().person_id).delete()  # type: ignore[union-attr]
    actions.remind(notice, by=act(OFFICER), now=now + timedelta(hours=1))
    assert gone.count() == 2
    assert by_mail("notice.reminded").total() == 3


def test_a_notice_that_cannot_be_told_does_not_hold_up_the_next(
    meeting: Meeting, to_crowd: Callable[..., Notice], settings: Any, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    settings.MAIL_ON = True
    broken = meeting(LEADER, sent=False)
    Notice.objects.filter(pk=broken.pk).update(told_upto=0)  # nothing was ever recorded of its sending
    monkeypatch.setattr(telling, "AT_ONCE", 0)
    notice = to_crowd(3)
    assert sweeps.tell_due(now, 200) == 3
    assert by_mail("notice.sent") == Counter(notice.receipts.values_list("person_id", flat=True))
    with pytest.raises(Fact.DoesNotExist):
        sweeps.tell_due(now, 200)


def test_the_words_of_the_house_are_in_its_language_whoever_acts(
    to_crowd: Callable[..., Notice], act: Any, now: datetime
) -> None:
    from django.utils import translation

    notice = to_crowd(1)
    with translation.override("en"):
        actions.remind(notice, by=act(OFFICER), now=now + timedelta(hours=1))
        actions.withdraw(Notice.objects.get(pk=notice.pk), words="取消", by=act(OFFICER), now=now + timedelta(hours=2))
    titles = Delivery.objects.filter(channel=INBOX, subject_id=notice.pk).order_by("pk").values_list("title", flat=True)
    assert list(titles) == [notice.title, f"请您确认：{notice.title}", f"撤回：{notice.title}"]


# ── reminders ──────────────────────────────────────────────────────────────


def test_a_reminder_costs_the_same_for_few_and_for_many_and_its_fact_holds_no_list(
    to_crowd: Callable[..., Notice], act: Any, now: datetime
) -> None:
    few, many = to_crowd(2), to_crowd(40)
    later, counts = now + timedelta(hours=1), []
    for notice in (few, many):
        counts.append(len(statements(lambda n=notice: actions.remind(n, by=act(OFFICER), now=later))))  # type: ignore[misc]
        fact = Fact.objects.get(subject_type="notice", subject_id=notice.pk, verb="notice.reminded")
        assert fact.data == {"people": notice.receipts.count()}
        assert Delivery.objects.filter(fact=fact, channel=INBOX, chase=True).count() == notice.receipts.count()
    assert counts[0] == counts[1] <= 30, counts
    assert set(Receipt.objects.values_list("reminded_at", "reminders")) == {(later, 1)}


def test_who_has_done_it_hears_nothing_and_the_proxy_hears_that_he_has_not_reported(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER, "王建国", "周岚", form=Form.CONFIRM, depth=Depth.CONFIRMED, starts_at=None, ends_at=None)
    actions.take(receipt_of(notice, LEADER), by=act(SECRETARY), now=now)
    actions.confirm(receipt_of(notice, "周岚"), answer=actions.Answer(), by=act("周岚"), now=now)
    assert actions.remind(notice, by=act(OFFICER), now=now + timedelta(hours=1)) == 2
    told = Delivery.objects.filter(fact__verb="notice.reminded", channel=INBOX)
    assert dict(told.values_list("person__name", "title")) == {
        LEADER: f"请您确认：{notice.title}",
        "王建国": f"请您确认：{notice.title}",
        SECRETARY: f"您代签的通知还没有报告本人：{notice.title}",
    }


# ── days ───────────────────────────────────────────────────────────────────


def test_withdrawing_frees_the_days_of_many_with_as_many_statements_as_those_of_few(
    to_crowd: Callable[..., Notice], act: Any, now: datetime
) -> None:
    few, many = to_crowd(2, held=True), to_crowd(30, held=True)
    counts = [
        len(statements(lambda n=notice: actions.withdraw(n, words="取消", by=act(OFFICER), now=now)))  # type: ignore[misc]
        for notice in (few, many)
    ]
    assert counts[0] == counts[1], counts
    assert set(Engagement.objects.values_list("grip", flat=True)) == {Grip.RELEASED}
    assert Engagement.objects.count() == 32


def test_a_withdrawn_notice_leaves_no_clash_open(meeting: Meeting, act: Any, cast: Any, now: datetime) -> None:
    notice = meeting(LEADER)
    assert notice.starts_at
    assert notice.ends_at
    own = actions.take_time(
        cast.person(LEADER), starts_at=notice.starts_at, ends_at=notice.ends_at, title="主持工作会", by=act(SECRETARY),
        now=now,
    )  # fmt: skip
    assert Clash.objects.get().over_at is None
    actions.withdraw(notice, words="会议取消", by=act(OFFICER), now=now)
    assert (Clash.objects.get().over_at, Clash.objects.get().kept) == (now, own)


# ── reach and proof ────────────────────────────────────────────────────────


def test_reach_reads_nobodys_receipt_as_long_as_nobody_has_confirmed(
    to_crowd: Callable[..., Notice], client_as: Callable[[str], Client]
) -> None:
    notice, client = to_crowd(70), client_as(OFFICER)
    asked = statements(lambda: client.get(reverse("notices:reach", args=[notice.pk])))
    assert [sql for sql in asked if "notices_unittally" in sql]
    assert not [sql for sql in asked if "FROM notices_receipt r" in sql]
    assert set(UnitTally.objects.filter(notice=notice).values_list("shard", "people")) == {(0, 63), (1, 7)}


def test_the_middle_confirming_of_many_is_looked_up_again_when_a_hundredth_more_have_confirmed(
    to_crowd: Callable[..., Notice], act: Any, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(queries_reach, "ALWAYS_READ", 1)
    notice = to_crowd(4)
    rows = list(notice.receipts.select_related("person", "notice").order_by("place"))

    def level(*, confirmed: int, after: int) -> tuple[int, float | None, bool]:
        for row in rows[:confirmed]:
            if row.confirmed_at is None:
                done = actions.confirm(row, answer=actions.Answer(), by=act(row.person.name), now=now + after * HOUR)
                row.confirmed_at = done.confirmed_at
        asked = statements(lambda: found.extend(queries_reach.levels_of(notice)))
        one = found.pop()
        return one.confirmed, one.median, any("percentile_disc" in sql for sql in asked)

    found: list[queries_reach.Branch] = []
    assert level(confirmed=1, after=1) == (1, 3600, True)
    assert level(confirmed=1, after=1) == (1, 3600, True)
    assert level(confirmed=3, after=2) == (3, 7200, True)
    assert level(confirmed=3, after=2) == (3, 7200, False)
    assert level(confirmed=4, after=3) == (4, 7200, True)


HOUR = timedelta(hours=1)


def test_the_tally_by_unit_follows_every_move_and_a_wrong_one_is_found(
    meeting: Meeting, receipt_of: Find, act: Any, cast: Any, now: datetime
) -> None:
    notice = meeting(LEADER, "王建国", "周岚", depth=Depth.CONFIRMED, form=Form.CONFIRM, starts_at=None, ends_at=None)
    actions.take(receipt_of(notice, LEADER), by=act(SECRETARY), now=now)
    actions.open_(receipt_of(notice, "王建国"), by=act("王建国"), now=now)
    actions.confirm(receipt_of(notice, "周岚"), answer=actions.Answer(), by=act("周岚"), now=now)
    finance = UnitTally.objects.get(notice=notice, unit=cast.unit("财务部"))
    assert (finance.people, finance.confirmed, finance.read, finance.by_others) == (2, 1, 1, 0)
    changed = actions.Correction(title=notice.title, place="二号厂房", words="换地方")
    actions.correct(notice, changed, by=act(OFFICER), now=now + HOUR)
    finance.refresh_from_db()
    assert (finance.people, finance.confirmed, finance.read, finance.by_others) == (2, 0, 0, 0)
    assert verify().problems == []
    UnitTally.objects.filter(pk=finance.pk).update(unreached=F("unreached") + 1)
    assert verify().problems == [f"notice:{notice.pk} 在unit:{finance.unit_id}的回执合计与回执不符"]


def test_a_proof_for_many_is_written_paper_by_paper(
    to_crowd: Callable[..., Notice], client_as: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "LINES", 3)
    notice, client = to_crowd(8), client_as(OFFICER)
    names = list(notice.receipts.order_by("place").values_list("person__name", flat=True))
    seen: list[str] = []
    after = ""
    while True:
        page = client.get(reverse("notices:proof_list", args=[notice.pk]), {"at": after})
        word = client.get(reverse("notices:proof_list_word", args=[notice.pk]), {"at": after})
        table = Document(BytesIO(word.content)).tables[1]
        listed = [row.cells[0].text for row in table.rows[1:]]
        assert listed == [row.person.name for row in page.context["page"].rows]
        seen += listed
        after = page.context["page"].next
        if not after:
            break
    assert seen == names
