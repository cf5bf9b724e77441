"""What a channel is: takes pieces that are ready to go, and says of each what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fayol.channels.models import Bundle, Delivery
from fayol.organisation.models import Person


@dataclass(frozen=True)
class Parcel:
    """A bundle with its messages, oldest first, taken in hand `at`."""

    bundle: Bundle
    person: Person
    messages: Sequence[Delivery]
    at: datetime


@dataclass(frozen=True)
class Sent:
    """The channel has taken it over. That is not yet known to anybody, let alone confirmed. `detail` is its answer."""

    detail: str = ""


@dataclass(frozen=True)
class Retry:
    """Not now. `reason` is for people, `detail` the other side's own words; `after` when that side names a pause."""

    reason: str
    detail: str = ""
    after: timedelta | None = None


@dataclass(frozen=True)
class Failed:
    """Never, in this form."""

    reason: str
    detail: str = ""


@dataclass(frozen=True)
class AddressDead:
    """Nobody is reached there, whatever is sent."""

    reason: str
    detail: str = ""


Outcome = Sent | Retry | Failed | AddressDead


class Trouble(Exception):
    """The channel itself does not work: no parcel is to blame. `rest` is the pause the other side asks for; `part`
    names the one of several connections (group bots) that is meant, the others go on."""

    lasting = False

    def __init__(self, reason: str, detail: str = "", *, part: str = "", rest: timedelta | None = None) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.part = part
        self.rest = rest


class Disabled(Trouble):
    """It will not work before somebody sets something right: whatever waits goes by the next channel at once."""

    lasting = True


PART = "›"
"""Between the part of a channel and the rest of an address."""


def part_of(address: str) -> str:
    """Empty where a channel has no parts."""
    return address.partition(PART)[0] if PART in address else ""


class Channel(Protocol):
    """One outward channel. `name` is stored with every row. `news`: whether it carries what asks for nothing."""

    name: str
    title: str
    news: bool

    def is_on(self) -> bool:
        """Whether this installation has it. While it is off no rows are made for it."""

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        """Where these people are reached, by their keys; whoever is reached nowhere is left out. A constant number of
        queries."""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        """Tries one after the other, yielding each outcome before the next is begun. Raises Trouble; what was not yet
        yielded then counts as not tried."""


def address_of(channel: Channel, person: Person) -> str:
    """Empty for nowhere."""
    return channel.addresses_of([person]).get(person.pk, "")


_channels: dict[str, Channel] = {}


def register_channel(channel: Channel) -> None:
    _channels[channel.name] = channel


def channels() -> list[Channel]:
    """All outward channels this version knows."""
    return list(_channels.values())


def channel_named(name: str) -> Channel | None:
    return _channels.get(name)


class ByHand(Protocol):
    """A way by which somebody of the office hands over what reaches a person by no channel.

    Nothing is tried by itself: a row waits until an action says that it was handed over.
    """

    name: str
    title: str

    def carries(self, subject_type: str) -> bool:
        """Whether there is something to hand over about such a subject."""

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        """As of a channel: those who need it, with where they are found. A constant number of queries."""


_by_hand: dict[str, ByHand] = {}


def register_by_hand(way: ByHand) -> None:
    _by_hand[way.name] = way


def ways_by_hand() -> list[ByHand]:
    return list(_by_hand.values())


def title_of(name: str) -> str:
    """What people call the channel or the way by hand; the name itself for one this version does not know."""
    way = _channels.get(name) or _by_hand.get(name)
    return way.title if way else name
