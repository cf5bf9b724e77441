"""Where one person answers one message without signing in: made by an app above, carried by cards to one person."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fayol.channels.contract import Parcel
from fayol.channels.models import Delivery

log = logging.getLogger(__name__)
PERSONAL = frozenset({"wecom", "dingtalk", "feishu"})
"""Channels that only the person can read, behind a sign-in of the platform's own. Whoever holds an address answers in
the person's name, so no group, no telephone on the table and no other system is ever given one."""

Reply = Callable[[Parcel, Delivery], str]
_reply: list[Reply] = []


def register_reply(reply: Reply) -> None:
    """`reply(parcel, message)`: the address, empty for none; the same however often the parcel is sent."""
    _reply[:] = [reply]


def answerable(parcel: Parcel, most: int) -> list[tuple[Delivery, str]]:
    """The messages of the parcel that ask for something, with where each is answered; none at all when more than
    `most` of them ask, for then the card has no room to say which button is for which."""
    asking = [message for message in parcel.messages if message.asks]
    if parcel.bundle.channel not in PERSONAL or not _reply or len(asking) > most:
        return []
    found = [(message, _address(parcel, message)) for message in asking]
    return [(message, address) for message, address in found if address]


def _address(parcel: Parcel, message: Delivery) -> str:
    """A card without a button is better than none, and than holding up the cards behind it."""
    try:
        return _reply[0](parcel, message)
    except Exception:
        log.exception("no address to answer %s", parcel.bundle.message_id)
        return ""


def answer_at(parcel: Parcel) -> str:
    """For cards that lead to one place only: where the one thing is answered, empty when several ask."""
    return next((address for _message, address in answerable(parcel, 1)), "")
