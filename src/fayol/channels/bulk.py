"""One message to very many: the rows are made by the database, from a query for the people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django.db import connection
from django.db.models import QuerySet

from fayol.channels.models import INBOX, Delivery
from fayol.channels.queueing import queue_other_channels
from fayol.channels.registry import Message
from fayol.facts.models import Fact

_SELECT = """
INSERT INTO channels_delivery (fact_id, person_id, channel, subject_type, subject_id, title, body, link, asks, chase,
                               urgency, created_at, status, next_try_at, sent_at, attempts, reason, address)
SELECT f.id, q.person_id, 'inbox', f.subject_type, f.subject_id, %s, %s, %s, %s, %s, %s, f.at, 'sent', NULL, f.at,
       0, '', ''
  FROM facts_fact f, ({people}) AS q(person_id)
 WHERE f.id = %s AND q.person_id IS DISTINCT FROM f.actor_id
ON CONFLICT (fact_id, person_id, channel) DO NOTHING
"""


class Words(Protocol):
    """What the message says to everybody alike."""

    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def asks(self) -> bool: ...
    @property
    def chase(self) -> bool: ...
    @property
    def urgency(self) -> str: ...


def queue_select(fact_id: int, people: QuerySet[Any, Any], words: Words) -> int:
    """The message in the inbox of everybody `people` (a query of one column of ids) names, but of whoever acted.

    One statement. The other channels are not served by it: `queue_beyond` adds them for a batch of people after the
    other. Answers how many rows were made.
    """
    sql, params = people.query.sql_with_params()
    said: list[Any] = [
        words.title.replace("\x00", "")[:300],
        words.body.replace("\x00", ""),
        words.link[:200],
        words.asks,
        words.chase,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SELECT.format(people=sql), [*said, words.urgency, *params, fact_id])
        return int(cursor.rowcount)


def queue_beyond(facts: Sequence[Fact], *, after: int, limit: int) -> list[int]:
    """What stands in the inboxes because of these facts goes by the best other channel, too: for the next `limit`
    people whose key is above `after`. Whoever has it already is left as he is. Answers whose turn it was, in order."""
    known = {fact.pk: fact for fact in facts}
    rows = Delivery.objects.filter(fact__in=known, channel=INBOX, person__gt=after).order_by("person")
    people = list(rows.values_list("person_id", flat=True).distinct()[:limit])
    told = rows.filter(person__lte=people[-1]) if people else rows.none()
    queue_other_channels(
        [
            Message(known[fact], person, "", asks=asks, urgency=urgency, chase=chase)
            for fact, person, asks, urgency, chase in told.values_list(
                "fact_id", "person_id", "asks", "urgency", "chase"
            )
        ]
    )
    return people
