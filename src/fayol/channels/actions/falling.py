"""What its channel did not bring, or what lies unopened for too long, goes by the person's next channel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fayol.channels.contract import PART, Channel, channels
from fayol.channels.models import INBOX, ChannelState, Delivery
from fayol.channels.policy import awake, gives_way, kind_of, silent_until
from fayol.channels.queries import patience
from fayol.channels.queueing import Reach, falls_after, outward_row, queue_by_hand, queue_outward, reach_of
from fayol.channels.states import WAITING, Status
from fayol.facts.models import Fact
from fayol.kernel.worktime import WorkCalendar
from fayol.worker.waking import wake

SWEEP = "channels.falling"
Key = tuple[int, int]  # fact, person
_THING = re.compile(r"/([a-z]+)s/(\d{1,18})/")
"""Pages stand below the plural of what they show: /commitments/7/."""


@transaction.atomic
def fall_over(*, now: datetime, limit: int) -> int:
    """Makes the row of the next channel for at most `limit` messages whose time is up, and says how many it looked at.

    What was opened or answered meanwhile, and what no further channel reaches, is not looked at again.
    """
    due = Delivery.objects.filter(falls_at__lte=now).select_for_update(skip_locked=True, no_key=True)
    rows = list(due.order_by("falls_at", "id")[:limit])
    if not rows:
        return 0
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(falls_at=None)
    over = opened(rows) | _answered(rows)
    left = {(row.fact_id, row.person_id): row for row in rows if (row.fact_id, row.person_id) not in over}
    for name in _pass_on(list(left.values()), now):
        wake(f"channels.{name}")
    return len(rows)


def _pass_on(rows: Sequence[Delivery], now: datetime) -> set[str]:
    on = [channel for channel in channels() if channel.is_on()]
    reach, tried, waits = reach_of({row.person_id for row in rows}, on), _tried(rows), patience()
    made, woken, stranded = [], set(), []
    for row in rows:
        way = reach.get(row.person_id)
        left = _left(way, row, tried.get((row.fact_id, row.person_id), set())) if way else []
        if not way or not left:
            stranded.append(row)
            continue
        due = awake(way.wish, now, row.urgency, way.calendar)
        kind = kind_of(asks=row.asks, chase=row.chase)
        falls = falls_after(waits, kind, row.urgency, due, way.calendar) if len(left) > 1 else None
        text = falls.isoformat() if falls else ""
        made.append(outward_row(row.fact_id, row.person_id, left[0], due.isoformat(), text))
        woken.add(left[0].name)
    queue_outward(made)
    lost = [row for row in stranded if row.asks and not row.chase and row.status in (Status.FAILED, Status.DROPPED)]
    queue_by_hand([(row.fact_id, row.person_id, row.subject_type) for row in lost], at=now)
    return woken


def _left(way: Reach, row: Delivery, tried: set[str]) -> list[Channel]:
    kind = kind_of(asks=row.asks, chase=row.chase)
    return [one for one in way.ways(kind, row.urgency) if one.name not in tried]


def _of(rows: Sequence[Delivery]) -> Q:
    return Q(fact__in={row.fact_id for row in rows}, person__in={row.person_id for row in rows})


def _tried(rows: Sequence[Delivery]) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for fact, person, channel in Delivery.objects.filter(_of(rows)).values_list("fact_id", "person_id", "channel"):
        found.setdefault((fact, person), set()).add(channel)
    return found


def opened(rows: Sequence[Delivery]) -> set[Key]:
    """Those that the person has opened in the inbox."""
    read = Delivery.objects.filter(_of(rows), channel=INBOX, read_at__isnull=False)
    return set(read.values_list("fact_id", "person_id"))


def _answered(rows: Sequence[Delivery]) -> set[Key]:
    """Those about whose subject, or about what they lead to (a chase leads to the task), the person has done something
    since, or somebody in the person's place."""
    people, subjects = {row.person_id for row in rows}, {one for row in rows for one in _subjects(row)}
    acts = Fact.objects.filter(
        Q(actor_id__in=people) | Q(behalf_id__in=people),
        subject_type__in={kind for kind, _pk in subjects},
        subject_id__in={pk for _kind, pk in subjects},
        at__gt=min(row.created_at for row in rows),
    ).values_list("subject_type", "subject_id", "actor_id", "behalf_id", "at")
    last: dict[tuple[tuple[str, int], int], datetime] = {}
    for kind, pk, actor, behalf, at in acts:
        for who in (actor, behalf):
            if who:
                last[(kind, pk), who] = max(at, last.get(((kind, pk), who), at))
    return {
        (row.fact_id, row.person_id)
        for row in rows
        for one in _subjects(row)
        if (done := last.get((one, row.person_id))) and done > row.created_at
    }


def _subjects(row: Delivery) -> list[tuple[str, int]]:
    found = _THING.match(row.link)
    return [(row.subject_type, row.subject_id), *([(found[1], int(found[2]))] if found else [])]


# ── who is to fall ─────────────────────────────────────────────────────────


def fall_now(rows: Sequence[Delivery], *, now: datetime) -> None:
    """These have failed for good."""
    keys = [row.pk for row in rows if row.subject_type != "channel"]  # a test of a channel is about that channel
    if keys:
        Delivery.objects.filter(pk__in=keys).update(falls_at=now)
        wake(SWEEP)


def fall_if_tried(rows: Sequence[Delivery], *, tries: int, now: datetime) -> None:
    """These wait for another try, and for the next channel no longer if they are pressing enough."""
    keys = [row.pk for row in rows if gives_way(tries, row.urgency)]
    if Delivery.objects.filter(pk__in=keys, falls_at__gt=now).update(falls_at=now):
        wake(SWEEP)


def listen(rows: Sequence[Delivery], *, now: datetime, calendar: WorkCalendar) -> None:
    """These were handed over just now: from here their silence counts."""
    waiting = [row for row in rows if row.falls_at]
    waits = patience() if waiting else {}
    for urgency in {row.urgency for row in waiting}:
        same = [row.pk for row in waiting if row.urgency == urgency]
        falls = silent_until(waits[urgency], now, calendar)
        Delivery.objects.filter(pk__in=same, falls_at__isnull=False).update(falls_at=falls)


def leave(channel: Channel, state: ChannelState, *, now: datetime) -> None:
    """The channel, or that part of it, is in trouble: what is due by it goes by the next one; ordinary messages when
    the trouble lasts."""
    due = Delivery.objects.filter(channel=channel.name, status__in=WAITING, next_try_at__lte=now, falls_at__gt=now)
    if state.part:
        due = due.filter(bundle__address__startswith=state.part + PART)
    if not (state.off or state.lasting):
        due = due.filter(urgency__in=[one for one in patience() if gives_way(state.troubles, one)])
    if due.update(falls_at=now):
        wake(SWEEP)


def overtaken(rows: Sequence[Delivery]) -> set[int]:
    """Keys of those that a later channel has taken over meanwhile."""
    if not rows:
        return set()
    later = Delivery.objects.filter(_of(rows), status=Status.SENT).exclude(channel__in=[INBOX, rows[0].channel])
    taken: dict[Key, int] = {}
    for fact, person, pk in later.values_list("fact_id", "person_id", "pk"):
        taken[fact, person] = max(pk, taken.get((fact, person), 0))
    return {row.pk for row in rows if taken.get((row.fact_id, row.person_id), 0) > row.pk}
