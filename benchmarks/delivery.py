"""What does queueing messages cost beside the bare writing of their rows?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

Measured = dict[str, tuple[float, str, str]]
MESSAGES, FACTS, ROUNDS = 5_000, 50, 5  # a message is two deliveries: inbox and mail

_BARE = """
INSERT INTO channels_delivery (fact_id, person_id, channel, subject_type, subject_id, title, body, link, asks, chase,
                               urgency, created_at, status, next_try_at, sent_at, attempts, reason, address)
SELECT fact_id, person_id, channel, subject_type, subject_id, title, body, link, asks, chase, urgency, created_at,
       status, next_try_at, sent_at, attempts, reason, address
  FROM bench_rows
"""


def run() -> Measured:
    """The same 10,000 rows into the same table with the same indexes: by `deliver`, and copied by one statement."""
    from django.db import connection, transaction
    from django.test.utils import override_settings
    from django.utils import timezone

    from fayol.channels.models import Delivery
    from fayol.channels.registry import Message, deliver
    from fayol.facts.journal import record_many
    from fayol.organisation.actor import SYSTEM
    from fayol.organisation.models import Person

    now = timezone.now()
    people = Person.objects.bulk_create(
        Person(name=f"收件人{n}", code=f"Q{n}", email=f"q{n}@example.cn") for n in range(MESSAGES // FACTS)
    )
    with transaction.atomic():
        facts = record_many("bench", [(n, "bench.told", {}) for n in range(FACTS)], by=SYSTEM, now=now)
    messages = [
        Message(fact, person.pk, "林晓雯交办给您：编制年会经费预算表", "按去年口径压缩一成。", "/inbox/", asks=True)
        for fact in facts
        for person in people
    ]
    with override_settings(MAIL_ON=True):
        deliver(messages)
        made = Delivery.objects.filter(fact__in=facts)
        assert made.count() == 2 * MESSAGES
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE bench_rows AS SELECT * FROM channels_delivery WHERE fact_id = ANY(%s)",
                [[fact.pk for fact in facts]],
            )
            times: dict[str, list[float]] = {"bare": [], "queue": []}
            for _round in range(ROUNDS):
                for name, act in (("bare", lambda: cursor.execute(_BARE)), ("queue", lambda: deliver(messages))):
                    made.delete()
                    cursor.execute("VACUUM ANALYZE channels_delivery")
                    times[name].append(_timed(act))
                    assert made.count() == 2 * MESSAGES
            made.delete()
            cursor.execute("DROP TABLE bench_rows")
    Person.objects.filter(pk__in=[person.pk for person in people]).delete()
    bare, queued = (statistics.median(times[name]) for name in ("bare", "queue"))
    note = f"{2 * MESSAGES} deliveries queued in {1000 * queued:.0f} ms, bare INSERT … SELECT {1000 * bare:.0f} ms"
    return {"queue_10k_vs_insert": (round(queued / bare, 2), "ratio", note)}


def _timed(act: Callable[[], object]) -> float:
    from django.db import transaction

    begin = time.perf_counter()
    with transaction.atomic():
        act()
    return time.perf_counter() - begin
