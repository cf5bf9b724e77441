"""An answer that replaces another, and what hangs on it: who hears of it, the day it holds, the clash it makes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from fayol.facts.verify import verify
from fayol.kernel.errors import Refused
from fayol.notices import actions
from fayol.notices.access import visible_to
from fayol.notices.audience import Entry
from fayol.notices.models import Clash, Engagement, Notice, Receipt
from fayol.notices.queries_lists import waits
from fayol.notices.states import EntryKind, Grip, Leave, Reply
from fayol.notices.tests.conftest import inbox

pytestmark = pytest.mark.django_db
Meeting = Callable[..., Notice]
Find = Callable[[Notice, str], Receipt]
OFFICER, LEADER = "林晓雯", "顾明远"


def test_whoever_counted_on_an_answer_hears_that_it_is_another_now(
    meeting: Meeting, receipt_of: Find, act: Any, cast: Any, now: datetime
) -> None:
    audience = [Entry(EntryKind.PERSON, id=cast.person("周岚").pk)]
    notice = meeting(audience=audience)
    stands_in = actions.Answer(reply=Reply.SUBSTITUTE, substitute=cast.person("孙悦"))
    row = actions.confirm(receipt_of(notice, "周岚"), answer=stands_in, by=act("周岚"), now=now)
    assert visible_to(cast.person("孙悦"), now).filter(pk=notice.pk).exists()
    row = actions.confirm(row, answer=actions.Answer(reply=Reply.ATTEND), by=act("周岚"), now=now)
    assert (row.reply, row.substitute, row.leave) == (Reply.ATTEND, None, Leave.NONE)
    assert inbox(OFFICER)[-1].startswith("周岚改为参加")
    assert inbox("孙悦")[-1].startswith("周岚另有安排，不用您代为参加了")
    assert not visible_to(cast.person("孙悦"), now).filter(pk=notice.pk).exists()
    assert verify().problems == []


def test_once_the_event_has_begun_the_answer_stands(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting("周岚")
    row = actions.confirm(
        receipt_of(notice, "周岚"), answer=actions.Answer(reply=Reply.ATTEND), by=act("周岚"), now=now
    )
    leave = actions.Answer(reply=Reply.LEAVE, words="病了")
    with pytest.raises(Refused, match="活动已经开始"):
        actions.confirm(row, answer=leave, by=act("周岚"), now=now + timedelta(days=7))
    assert receipt_of(notice, "周岚").reply == Reply.ATTEND


def test_an_event_that_is_over_waits_for_nobody(meeting: Meeting, act: Any, now: datetime) -> None:
    meeting("周岚")
    assert len(waits(act("周岚").person, now)) == 1
    assert list(waits(act("周岚").person, now + timedelta(days=8))) == []


def test_a_clash_comes_back_when_somebody_comes_after_all(
    meeting: Meeting, receipt_of: Find, act: Any, cast: Any, now: datetime
) -> None:
    start = now + timedelta(days=7, hours=1)
    end = start + timedelta(hours=2)
    leader = cast.person(LEADER)
    actions.take_time(leader, starts_at=start, ends_at=end, title="述职会", by=act(LEADER), now=now)
    notice = meeting(LEADER)
    clash = Clash.objects.get(over_at__isnull=True)
    row = actions.confirm(
        receipt_of(notice, LEADER), answer=actions.Answer(reply=Reply.LEAVE, words="述职"), by=act(LEADER), now=now
    )
    row = actions.grant_leave(row, by=act(OFFICER), now=now)
    clash.refresh_from_db()
    assert clash.over_at is not None
    told = len(inbox(OFFICER))
    actions.confirm(row, answer=actions.Answer(reply=Reply.ATTEND), by=act(LEADER), now=now + timedelta(hours=1))
    assert Clash.objects.get(over_at__isnull=True, kept__isnull=True).pk == clash.pk
    assert any("撞车" in title for title in inbox(OFFICER)[told:])
    assert Engagement.objects.get(receipt=row).grip == Grip.FIRM


def test_another_time_holds_the_day_of_who_had_leave_again(
    meeting: Meeting, receipt_of: Find, act: Any, now: datetime
) -> None:
    notice = meeting(LEADER)
    row = actions.confirm(
        receipt_of(notice, LEADER), answer=actions.Answer(reply=Reply.LEAVE, words="出差"), by=act(LEADER), now=now
    )
    actions.grant_leave(row, by=act(OFFICER), now=now)
    assert Engagement.objects.get(receipt=row).grip == Grip.RELEASED
    assert notice.starts_at
    assert notice.ends_at
    moved = actions.Correction(
        title=notice.title, place=notice.place, starts_at=notice.starts_at + timedelta(days=1),
        ends_at=notice.ends_at + timedelta(days=1), words="改期一天",
    )  # fmt: skip
    actions.correct(notice, moved, by=act(OFFICER), now=now)
    assert Engagement.objects.get(receipt=row).grip == Grip.HELD
    assert receipt_of(notice, LEADER).reply == Reply.NOTHING
    assert verify().problems == []


def test_the_office_sees_every_notice_drafts_included(meeting: Meeting, cast: Any, now: datetime) -> None:
    notice, draft = meeting("周岚"), meeting("周岚", sent=False)
    assert set(visible_to(cast.person("秦海平"), now)) == {notice, draft}
    assert set(visible_to(cast.person("周岚"), now)) == {notice}
    assert set(visible_to(cast.person("吴志强"), now)) == set()
