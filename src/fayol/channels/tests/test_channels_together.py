"""Whatever the platforms answer and whenever workers die: nobody is left out, and each fact is in each channel once."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from fayol.channels import tokens
from fayol.channels.actions.falling import fall_over
from fayol.channels.contract import (
    AddressDead,
    Disabled,
    Failed,
    Outcome,
    Parcel,
    Retry,
    Sent,
    Trouble,
    channel_named,
    register_channel,
)
from fayol.channels.models import INBOX, Address, Bundle, Delivery
from fayol.channels.registry import Message, deliver
from fayol.channels.states import WAITING, Status
from fayol.channels.tests.platforms import Platform, run_once, says
from fayol.channels.tests.test_platforms import SEND, SOON, use
from fayol.facts.journal import record
from fayol.organisation.actor import SYSTEM
from fayol.organisation.models import Person

WAYS = ("wecom", "dingtalk", "mail")
URGENCIES = ("normal", "normal", "document", "urgent", "flash")


class Killed(BaseException):
    pass


class Whimsical:
    """A channel that answers as chance has it, and remembers what it really took."""

    news = True

    def __init__(self, name: str, chance: random.Random) -> None:
        self.name = self.title = name
        self.chance = chance
        self.took: dict[str, tuple[int, ...]] = {}

    def is_on(self) -> bool:
        return True

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return {person.pk: f"{self.name}-{person.pk}" for person in people}

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        for parcel in parcels:
            roll = self.chance.random()
            if roll < 0.08:
                raise Disabled("密钥不对") if roll < 0.03 else Trouble("连接被拒绝")
            if roll < 0.5:
                keys = tuple(row.pk for row in parcel.messages)
                assert self.took.setdefault(parcel.bundle.message_id, keys) == keys
                if roll < 0.14:
                    raise Killed
                yield parcel, Retry("连接中断") if roll < 0.2 else Sent()
            else:
                last: Outcome = Failed("没有记载的代码") if roll < 0.97 else AddressDead("没有这个人")
                yield parcel, Retry("限流", after=timedelta(seconds=65)) if roll < 0.75 else last


@pytest.fixture
def wires() -> Iterator[dict[str, Whimsical]]:
    before = {name: channel_named(name) for name in WAYS}
    wires = {name: Whimsical(name, random.Random(name)) for name in WAYS}
    for one in wires.values():
        register_channel(one)
    yield wires
    for channel in before.values():
        assert channel
        register_channel(channel)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_ten_days_of_chance_over_three_channels(
    wires: dict[str, Whimsical], cast: Any, settings: Any, now: datetime, seed: int
) -> None:
    settings.CHANNEL_ORDER = WAYS
    chance = random.Random(seed)
    for wire in wires.values():
        wire.chance = chance
    people = Person.objects.bulk_create(Person(name=f"员工{n}", code=f"E-{n}") for n in range(8))
    at, told = now, 0
    while at < now + timedelta(days=10):
        if at < now + timedelta(days=5):
            for person in chance.sample(people, chance.randrange(4)):
                told += 1
                with transaction.atomic():
                    fact = record("note", told, "note.told", by=SYSTEM, now=at)
                    asks, urgency = chance.random() < 0.7, chance.choice(URGENCIES)
                    deliver([Message(fact, person.pk, f"第{told}件", asks=asks, urgency=urgency)])
        for name in chance.sample(WAYS, 3):
            with contextlib.suppress(Killed):
                run_once(name, at)
        fall_over(now=at, limit=100)
        at += timedelta(minutes=chance.choice([1, 7, 45, 180, 600]))
    assert Delivery.objects.filter(channel=INBOX, subject_type="note").count() == told
    rows = list(Delivery.objects.exclude(channel=INBOX).filter(subject_type="note").select_related("bundle"))
    assert max(Counter((row.fact_id, row.person_id, row.channel) for row in rows).values()) == 1
    taken = {pk for wire in wires.values() for keys in wire.took.values() for pk in keys}
    by_fact: dict[int, list[Delivery]] = {}
    for row in rows:
        by_fact.setdefault(row.fact_id, []).append(row)
        assert row.pk in taken if row.status == Status.SENT else row.status in WAITING or row.reason
        assert (row.status in WAITING) == (row.next_try_at is not None)
        assert row.bundle is None or row.bundle.status == row.status
    for tried in by_fact.values():
        lost = all(row.status in (Status.FAILED, Status.DROPPED) for row in tried)
        assert not lost or len(tried) == 3 or _nowhere_else(tried), "given up while a channel was left"
    assert not Bundle.objects.filter(status=Status.SENT, sent_at=None).exists()


def _nowhere_else(tried: list[Delivery]) -> bool:
    """The accounts on the other channels are dead."""
    dead = set(tried[0].person.dead_addresses.values_list("channel", flat=True))
    return {row.channel for row in tried} | dead >= set(WAYS)


_CHILD = """
import sys
from datetime import datetime
import django
django.setup()
from django.conf import settings
from fayol.config.channels import channel_settings
settings.CHANNELS = channel_settings({
    "FAYOL_WECOM_URL": sys.argv[1], "FAYOL_WECOM_CORP": "ww1", "FAYOL_WECOM_AGENT": "1000002",
    "FAYOL_WECOM_SECRET": "wc-secret-1",
})
from fayol.channels.tests.platforms import run_once
run_once("wecom", datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_after_kill_9_in_the_middle_everybody_is_reached_and_one_card_came_twice_at_most(
    platform: Platform, now: datetime, cast: Any
) -> None:
    use(platform, "wecom")
    tokens._known.clear()
    people = Person.objects.bulk_create(Person(name=f"员工{n}", code=f"E-{n}") for n in range(30))
    Address.objects.bulk_create(Address(person=one, platform="wecom", value=f"u{one.pk}") for one in people)
    with transaction.atomic():
        fact = record("note", 1, "note.told", by=SYSTEM, now=now)
        deliver([Message(fact, one.pk, "一起来的一件", asks=True) for one in people])
    platform.script[SEND] = [says(errcode=45009, errmsg="api freq out of limit")]
    at = now + SOON
    run_once("wecom", at)
    platform.stop_after = len(platform.calls) + 12
    where = connection.settings_dict
    url = f"postgresql://{where['USER'] or 'postgres'}@/{where['NAME']}?host={where['HOST']}&port={where['PORT']}"
    at += timedelta(minutes=2)
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, platform.address, at.isoformat()],
        env={name: value for name, value in os.environ.items() if "proxy" not in name.lower()} | {"DATABASE_URL": url},
    )
    assert platform.stopped.wait(300), "a card is in the middle of being taken"
    child.kill()
    child.wait(300)
    platform.go_on.set()
    for later in (3, 6, 9):
        while run_once("wecom", at + timedelta(minutes=later)):
            pass
    taken = Counter(call.json["touser"] for call in platform.to(SEND)[1:])
    assert set(taken) == {f"u{one.pk}" for one in people}
    assert sum(taken.values()) <= 30 + 1
    rows = Delivery.objects.filter(channel="wecom")
    assert (rows.count(), set(rows.values_list("status", flat=True))) == (30, {Status.SENT})
