"""A notice to a leader whose papers a secretary takes: the case this app exists for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from fayol.channels.models import INBOX, Delivery
from fayol.notices import actions
from fayol.notices.audience import Entry
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import Depth, EntryKind, Form
from fayol.organisation.actor import Actor


@pytest.fixture
def meeting(cast: Any, now: datetime) -> Callable[..., Notice]:
    """`meeting("顾明远", …)`: a notice of a meeting in a week, sent by 林晓雯, which these must attend."""

    def send(*names: str, sent: bool = True, **more: Any) -> Notice:
        start = now + timedelta(days=7)
        wording = {
            "unit": cast.unit("总裁办"), "title": "关于召开智能装备产业园现场推进会的通知", "depth": Depth.PERSONAL,
            "form": Form.ATTEND, "starts_at": start, "ends_at": start + timedelta(hours=2), "place": "产业园一号厂房",
            "audience": [Entry(EntryKind.PERSON, id=cast.person(name).pk, must=True) for name in names],
        }  # fmt: skip
        by = Actor(cast.person("林晓雯"))
        notice = actions.draft(actions.Wording(**(wording | more)), by=by, now=now)
        return actions.send(notice, by=by, now=now) if sent else notice

    return send


@pytest.fixture
def receipt_of(cast: Any) -> Callable[[Notice, str], Receipt]:
    def find(notice: Notice, name: str) -> Receipt:
        return Receipt.objects.select_related("notice", "person").get(notice=notice, person__name=name)

    return find


@pytest.fixture
def act(cast: Any) -> Callable[[str], Actor]:
    return lambda name: Actor(cast.person(name))


@pytest.fixture
def at_nine(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """The pages' clock stands at the morning on which all examples happen."""
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)


def inbox(name: str) -> list[str]:
    """The titles of what has come to somebody in the system, oldest first."""
    rows = Delivery.objects.filter(person__name=name, channel=INBOX).order_by("pk")
    return list(rows.values_list("title", flat=True))
