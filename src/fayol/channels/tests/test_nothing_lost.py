"""Whatever the server answers and whenever workers die: no message is lost, none is in two letters."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from fayol.channels.contract import AddressDead, Failed, Outcome, Parcel, Retry, Sent, Trouble, register_channel
from fayol.channels.mail import MailChannel
from fayol.channels.models import INBOX, MAIL, Bundle, Delivery
from fayol.channels.registry import Message, deliver
from fayol.channels.states import WAITING, Status
from fayol.channels.tests.conftest import go
from fayol.facts.journal import record
from fayol.organisation.actor import SYSTEM
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db
URGENCIES = ("normal", "normal", "document", "urgent", "flash")


class Killed(BaseException):
    pass


class Whimsical(MailChannel):
    """The other end of the wire: answers as chance has it, and remembers what it really took."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.took: dict[str, tuple[int, ...]] = {}
        self.times: Counter[str] = Counter()

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        for parcel in parcels:
            roll = self.chance.random()
            if roll < 0.08:
                raise Trouble("连接被拒绝")
            if roll < 0.55:
                self._take(parcel)
                if roll < 0.14:
                    raise Killed
                yield parcel, Retry("连接中断") if roll < 0.2 else Sent()
            else:
                last: Outcome = Failed("拒收") if roll < 0.97 else AddressDead("没有这个邮箱")
                yield parcel, Retry("稍后再试") if roll < 0.9 else last

    def _take(self, parcel: Parcel) -> None:
        keys, known = tuple(row.pk for row in parcel.messages), parcel.bundle.message_id
        assert self.took.setdefault(known, keys) == keys, "the same Message-ID, another letter"
        self.times[known] += 1


@pytest.fixture
def wire() -> Iterator[Whimsical]:
    channel = Whimsical(random.Random(7))
    register_channel(channel)
    yield channel
    register_channel(MailChannel())


@pytest.mark.parametrize("seed", range(2))
def test_ten_days_of_chance(wire: Whimsical, cast: Any, settings: Any, now: datetime, seed: int) -> None:
    settings.MAIL_ON = True
    chance = wire.chance = random.Random(seed)
    people = Person.objects.bulk_create(
        Person(name=f"员工{n}", email=f"e{n}@example.cn", code=f"E{n}") for n in range(12)
    )
    at, told = now, 0
    while at < now + timedelta(days=10):
        if at < now + timedelta(days=6):
            for person in chance.sample(people, chance.randrange(4)):
                told += 1
                with transaction.atomic():
                    fact = record("note", told, "note.told", by=SYSTEM, now=at)
                    asks, urgency = chance.random() < 0.5, chance.choice(URGENCIES)
                    deliver([Message(fact, person.pk, f"第{told}件", asks=asks, urgency=urgency)])
        with contextlib.suppress(Killed):
            go(at)
        at += timedelta(minutes=chance.choice([1, 7, 45, 180, 600]))
    rows = Delivery.objects.filter(channel=MAIL)
    assert Delivery.objects.filter(channel=INBOX, subject_type="note").count() == told
    assert rows.count() > 20
    in_letters = Counter(pk for keys in wire.took.values() for pk in keys)
    assert max(in_letters.values()) == 1, "in two different letters"
    for row in rows.select_related("bundle"):
        if row.status == Status.SENT:
            assert row.pk in in_letters
        else:
            assert row.status in WAITING or row.reason
        assert row.bundle is None or row.bundle.status == row.status
        assert (row.status in WAITING) == (row.next_try_at is not None)
    assert not rows.filter(status__in=WAITING, next_try_at__lt=at - timedelta(days=4)).exists()
    assert not Bundle.objects.filter(status=Status.SENT, sent_at=None).exists()
