"""Somebody without an account: what the channels say is no more than that, and his answer by a link is his own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from fayol.answers.registry import answers_for
from fayol.answers.states import Way as By
from fayol.channels.models import INBOX, Delivery
from fayol.channels.registry import tell_settled
from fayol.facts.verify import verify
from fayol.kernel.errors import Stale
from fayol.notices import actions
from fayol.notices.models import Notice, Receipt
from fayol.notices.queries import calls_of
from fayol.notices.states import Depth, Form, Reply, Stage, Way
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Post

Meeting = Callable[..., Notice]


@pytest.fixture
def outsider(cast: Any) -> Person:
    post = Post.objects.filter(unit__kind="external", person__account__isnull=True).order_by("pk")[:1].get()
    return post.person


def told(notice: Notice, person: Person, channel: str, status: str) -> Delivery:
    row = Delivery.objects.get(subject_type="notice", subject_id=notice.pk, person=person, channel=INBOX)
    row.pk, row.channel, row.status = None, channel, status
    row._state.adding = True
    row.save()
    return row


def test_what_a_channel_took_is_handed_over_and_what_it_returned_is_to_be_phoned_until_another_takes_it(
    meeting: Meeting, outsider: Person, now: datetime
) -> None:
    notice = meeting(outsider.name)
    row = Receipt.objects.get(notice=notice, person=outsider)
    assert row.stage == Stage.WAITING
    tell_settled([told(notice, outsider, "mail", "failed")], now)
    row.refresh_from_db()
    assert row.stage == Stage.FAILED
    assert [one.pk for one in calls_of(notice)] == [row.pk]
    tell_settled([told(notice, outsider, "sms", "sent")], now)
    row.refresh_from_db()
    assert row.stage == Stage.HANDED
    assert verify().problems == []


def test_who_has_it_in_the_system_is_not_moved_by_a_channel(meeting: Meeting, cast: Any, now: datetime) -> None:
    notice = meeting("周岚")
    for status in ("failed", "sent"):
        tell_settled([told(notice, cast.person("周岚"), f"c{status}", status)], now)
        assert Receipt.objects.get(notice=notice).stage == Stage.ON_SYSTEM


def test_an_answer_by_link_or_letter_is_the_addressees_own_and_only_to_the_edition_he_read(
    meeting: Meeting, outsider: Person, cast: Any, now: datetime
) -> None:
    notice = meeting(outsider.name)
    registered = answers_for("notice")
    assert registered is not None
    assert [one.key for one in registered.offered(outsider, notice.pk, now)] == ["attend", "leave", "substitute"]
    assert registered.offered(cast.person("周岚"), notice.pk, now) == []
    by = Actor(outsider)
    with pytest.raises(Stale):
        registered.perform(notice.pk, "attend", {}, by=by, now=now, expect=9, way=By.MAIL)
    registered.perform(notice.pk, "attend", {"words": "准时到"}, by=by, now=now, expect=1, way=By.MAIL)
    row = Receipt.objects.get(notice=notice)
    assert (row.stage, row.reply, row.confirmed_how, row.confirmed_by) == (
        Stage.CONFIRMED, Reply.ATTEND, Way.MAIL, outsider,
    )  # fmt: skip
    assert verify().problems == []


def test_a_withdrawn_notice_can_be_answered_by_nobody(
    meeting: Meeting, outsider: Person, cast: Any, now: datetime
) -> None:
    notice = meeting(outsider.name, form=Form.CONFIRM, depth=Depth.CONFIRMED)
    actions.withdraw(notice, words="会议取消", by=Actor(cast.person("林晓雯")), now=now)
    registered = answers_for("notice")
    assert registered is not None
    subject = registered.subject(notice.pk)
    assert subject is not None
    assert subject.closed
    assert registered.offered(outsider, notice.pk, now) == []
