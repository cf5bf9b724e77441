"""Named reads: the inbox, what became of what was sent, how the channels fare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import F, Q, QuerySet

from fayol.channels.connections import Bots
from fayol.channels.contract import Channel, channels
from fayol.channels.models import (
    INBOX,
    MAIL,
    Address,
    Bundle,
    ChannelState,
    DeadAddress,
    Delivery,
    Patience,
    Preference,
)
from fayol.channels.policy import PATIENCE, in_order
from fayol.channels.registry import related_to
from fayol.channels.states import WAITING, Status
from fayol.kernel.worktime import WorkCalendar
from fayol.organisation.calendar import calendars
from fayol.organisation.models import Person
from fayol.organisation.prepared import prepared
from fayol.organisation.queries import active_posts

MANY = 99
MOST_COUNTED = 2000  # rows looked at to say why messages fail
_WAITING = sorted(WAITING)


def inbox_of(person: Person) -> QuerySet[Delivery]:
    """Newest first."""
    return Delivery.objects.filter(person=person, channel=INBOX).select_related("fact").order_by("-id")


@prepared
def unread_of(person: int) -> QuerySet[Delivery]:
    """To be counted; 100 at most: beyond that a figure tells nobody anything."""
    return Delivery.objects.filter(person=person, channel=INBOX, read_at__isnull=True).order_by().only("pk")[: MANY + 1]


def preference_of(person: Person) -> Preference:
    """The person's wishes; the defaults, not saved, as long as there are none."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


def patience() -> dict[str, str]:
    """How long a message of each urgency may lie unopened before the next channel is tried."""
    return PATIENCE | dict(Patience.objects.values_list("urgency", "wait"))


def calendars_of(people: Collection[int]) -> Callable[[int], WorkCalendar]:
    """The working calendar of each of these people: that of the unit of their first post. One query, and none while
    the whole house keeps the same hours."""
    known = calendars()
    if not known.plan.units:
        return lambda person_id: known.default
    units: dict[int, int] = {}
    posts = active_posts().filter(person__in=people).order_by("-primary", "order", "id")
    for person_id, unit_id in posts.values_list("person_id", "unit_id"):
        units.setdefault(person_id, unit_id)
    return lambda person_id: known.of(units.get(person_id))


# ── what became of it ──────────────────────────────────────────────────────


def tellings_about(subject_type: str, subject_id: int, most: int) -> list[Delivery]:
    """The latest `most` deliveries by which somebody was asked or chased because of this subject, in all channels."""
    about = Q(subject_type=subject_type, subject_id=subject_id, asks=True)
    for kind, ids in related_to(subject_type, subject_id):
        about |= Q(subject_type=kind, subject_id__in=list(ids))  # inside OR a query would use no index
    return list(Delivery.objects.filter(about).select_related("person", "bundle").order_by("-id")[:most])


@dataclass(frozen=True)
class Wanted:
    """What the office's page is narrowed to."""

    show: str = "failed"
    channel: str = ""
    reason: str = ""
    people: tuple[int, ...] | None = None


def overview(wanted: Wanted) -> QuerySet[Delivery]:
    """Outward deliveries, newest first; every combination has an index of its size and none looks at all rows."""
    rows = Delivery.objects.exclude(channel=INBOX).select_related("person", "bundle")
    if wanted.show == "waiting":
        rows = rows.filter(status__in=_WAITING)
    elif wanted.show == "dropped":
        rows = rows.filter(status=Status.DROPPED)
    elif wanted.show == "sent":
        rows = rows.filter(status=Status.SENT)
    else:
        rows = rows.filter(status=Status.FAILED)
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if wanted.reason:
        rows = rows.filter(reason=wanted.reason)
    if wanted.people is not None:
        rows = rows.filter(person__in=wanted.people)
    return rows


def read_in_inbox(rows: Sequence[Delivery]) -> dict[int, datetime]:
    """When the person opened in the inbox what could not be sent, for those who did."""
    keys = {(row.fact_id, row.person_id): row.pk for row in rows}
    opened = Delivery.objects.filter(
        fact__in=[row.fact_id for row in rows], channel=INBOX, read_at__isnull=False
    ).values_list("fact_id", "person_id", "read_at")
    return {keys[fact, person]: at for fact, person, at in opened if at and (fact, person) in keys}


def reasons() -> list[tuple[str, str, int]]:
    """(channel, reason, how many) among the last MOST_COUNTED that failed, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT channel, reason, count(*) FROM (SELECT channel, reason FROM channels_delivery"
            " WHERE status = 'failed' ORDER BY id DESC LIMIT %s) AS last GROUP BY 1, 2 ORDER BY 3 DESC, 2",
            [MOST_COUNTED],
        )
        return [(channel, reason, count) for channel, reason, count in cursor.fetchall()]


@prepared
def failed() -> QuerySet[Delivery]:
    """To be counted; at most MANY + 1."""
    return _failed(MANY)


def _failed(most: int) -> QuerySet[Delivery]:
    return Delivery.objects.filter(status=Status.FAILED).order_by().only("pk")[: most + 1]


def failed_count(most: int = MANY) -> int:
    return _failed(most).count()


def waiting_count(most: int = MANY) -> int:
    return Delivery.objects.filter(status__in=_WAITING)[: most + 1].count()


def due_count(channel: str, now: datetime, most: int = 100_000) -> int:
    """How much is due and has not gone out: loose messages and bundles."""
    loose = Delivery.objects.filter(channel=channel, bundle__isnull=True, next_try_at__lte=now)
    bundles = Bundle.objects.filter(channel=channel, next_try_at__lte=now)
    return loose[:most].count() + bundles[:most].count()


def falling_count(now: datetime, most: int = 100_000) -> int:
    """How much has lain with its channel for too long."""
    return Delivery.objects.filter(falls_at__lte=now)[:most].count()


# ── the channels ───────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Standing:
    """A channel and how it fares. `state` is None as long as nothing was ever tried; `parts` are those of its
    connections that are in trouble."""

    channel: Channel
    set_up: bool
    state: ChannelState | None
    parts: list[ChannelState]

    @property
    def on(self) -> bool:
        return self.set_up and not (self.state and self.state.off)

    @property
    def failing(self) -> bool:
        return self.on and (self.trouble is not None or bool(self.parts))

    @property
    def refused(self) -> bool:
        """It answers, and did not take the last piece."""
        state = self.state
        if state is None or state.failed_at is None or self.failing:
            return False
        return state.succeeded_at is None or state.succeeded_at < state.failed_at

    @property
    def lasting(self) -> bool:
        """Somebody must set something right."""
        return any(one.lasting for one in [self.trouble, *self.parts] if one)

    @property
    def trouble(self) -> ChannelState | None:
        return self.state if self.state is not None and self.state.failing_since is not None else None


def standings() -> list[Standing]:
    """All channels in the order in which the house tries them."""
    rows = list(ChannelState.objects.order_by("part"))
    whole = {row.channel: row for row in rows if not row.part}
    known = {channel.name: channel for channel in channels()}
    found = []
    for name in in_order(list(known), settings.CHANNEL_ORDER, ""):
        parts = [row for row in rows if row.channel == name and row.part and row.failing_since]
        found.append(Standing(known[name], known[name].is_on(), whole.get(name), parts))
    return found


def standing_of(name: str) -> Standing | None:
    return next((one for one in standings() if one.channel.name == name), None)


def last_failures(channel: str, most: int) -> list[Bundle]:
    """The latest pieces that did not go out by it, or not yet."""
    rows = Bundle.objects.filter(channel=channel, status__in=[Status.FAILED, Status.RETRY]).select_related("person")
    return list(rows.order_by("-id")[:most])


def last_test(channel: str, person: Person) -> Delivery | None:
    """The person's own latest test of the channel."""
    rows = Delivery.objects.filter(person=person, channel=channel, subject_type="channel").select_related("bundle")
    return rows.order_by("-id").first()


def taken_on(rows: Sequence[Delivery]) -> dict[int, str]:
    """By which later channel these went on; the last one for each."""
    later = Delivery.objects.filter(
        fact__in=[row.fact_id for row in rows], person__in=[row.person_id for row in rows]
    ).exclude(channel=INBOX)
    known = {(one.fact_id, one.person_id): one for one in later.order_by("id")}
    found = {}
    for row in rows:
        last = known.get((row.fact_id, row.person_id))
        if last is not None and last.pk > row.pk:
            found[row.pk] = last.channel
    return found


def dead_addresses() -> QuerySet[DeadAddress]:
    """Addresses that are turned off now, the latest first. One that its person has changed since is left out: it
    stops nothing any more."""
    rows = DeadAddress.objects.filter(lifted_at__isnull=True, person__active=True).select_related("person")
    return rows.filter(~Q(channel=MAIL) | Q(address=F("person__email"))).order_by("-since", "-id")


def dead_address_of(person: Person, channel: str) -> DeadAddress | None:
    """That the person's present address is turned off, if it is."""
    return DeadAddress.objects.filter(
        person=person, channel=channel, address=person.email, lifted_at__isnull=True
    ).first()


def dead_accounts_of(person: Person) -> list[DeadAddress]:
    """Of all channels but mail."""
    rows = DeadAddress.objects.filter(person=person, lifted_at__isnull=True).exclude(channel=MAIL)
    return list(rows.order_by("channel"))


def accounts_of_person(person: Person) -> dict[str, str]:
    """By platform."""
    return dict(Address.objects.filter(person=person).values_list("platform", "value"))


def robots_of(channel: str) -> list[str]:
    """The units whose groups have a robot of this channel, `*` for the whole house."""
    bots: Bots | None = getattr(settings.CHANNELS, f"{channel}s", None)
    return [bot.unit for bot in bots.bots] if bots else []


def dead_at(person_id: int, channel: str, address: str) -> bool:
    rows = DeadAddress.objects.filter(person=person_id, channel=channel, address=address, lifted_at__isnull=True)
    return rows.exists()
