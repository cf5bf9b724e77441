"""Several workers at once, on real transactions: each letter once, and no row lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from fayol.channels.models import MAIL, Bundle, Delivery
from fayol.channels.states import Status
from fayol.channels.tests.conftest import Post, Tell, go
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, PEOPLE = 3, 60


def crowd(size: int) -> list[Person]:
    return Person.objects.bulk_create(
        Person(name=f"员工{n}", email=f"e{n}@example.cn", code=f"E{n}") for n in range(size)
    )


def test_workers_side_by_side_send_every_letter_exactly_once(post: Post, tell: Tell, now: datetime, cast: Any) -> None:
    made = crowd(PEOPLE)
    for person in made:
        tell(person.name, "第一件")
        tell(person.name, "第二件")
    wrong: list[BaseException] = []
    begin = threading.Barrier(WORKERS)

    def work() -> None:
        try:
            begin.wait()
            for _round in range(12):
                go(now + timedelta(minutes=11), limit=9)
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while go(now + timedelta(minutes=11)):
        pass
    assert wrong == []
    assert sorted(post.to) == sorted(person.email for person in made)
    assert len(set(post.ids)) == PEOPLE
    rows = Delivery.objects.filter(channel=MAIL)
    assert rows.count() == 2 * PEOPLE
    assert set(rows.values_list("status", flat=True)) == {Status.SENT}
    assert Bundle.objects.exclude(claimed_until=None).count() == 0
    assert set(rows.values_list("bundle__claimed_by", flat=True)) == {""}


def test_what_was_told_while_a_batch_is_on_its_way_goes_with_the_next(
    post: Post, tell: Tell, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fayol.channels.mail.letter import compose

    def slow(parcel: Any) -> Any:
        if not post.letters:
            tell("孙悦", "途中的一件")
        return compose(parcel)

    monkeypatch.setattr("fayol.channels.mail.smtp.compose", slow)
    tell("周岚", "先来的一件")
    go(now + timedelta(minutes=11))
    go(now + timedelta(minutes=11))
    assert [str(letter["Subject"]) for letter in post.letters] == ["先来的一件", "途中的一件"]
    assert set(Delivery.objects.filter(channel=MAIL).values_list("status", flat=True)) == {Status.SENT}


_CHILD = """
import sys
from datetime import datetime
import django
django.setup()
from django.conf import settings
settings.MAIL_ON = True
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[1])
from fayol.channels.tests.conftest import go
go(datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.slow
def test_after_kill_9_in_the_middle_of_a_batch_every_letter_has_arrived_and_at_most_one_came_twice(
    post: Post, tell: Tell, now: datetime, cast: Any, settings: Any
) -> None:
    made = Person.objects.bulk_create(
        Person(name=f"员工{n}", email=f"e{n}@example.cn", code=f"E{n}") for n in range(30)
    )
    for person in made:
        tell(person.name, "一起来的一件")
    post.stop_after = 12
    where = connection.settings_dict
    address = f"postgresql://{where['USER'] or 'postgres'}@/{where['NAME']}?host={where['HOST']}&port={where['PORT']}"
    at = now + timedelta(minutes=11)
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(settings.EMAIL_PORT), at.isoformat()],
        env=os.environ | {"DATABASE_URL": address},
    )
    assert post.stopped.wait(300), "the twelfth letter is in the middle of being taken"
    child.kill()
    child.wait(300)
    post.go_on.set()
    while go(at + timedelta(minutes=3)):
        pass
    assert set(post.to) == {person.email for person in made}
    assert len(set(post.ids)) == 30
    assert len(post.ids) <= 31
    assert set(Delivery.objects.filter(channel=MAIL).values_list("status", flat=True)) == {Status.SENT}
