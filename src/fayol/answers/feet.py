"""What goes into letters and cards so that they can be answered: links to what is asked, an address to write to."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as t

from fayol.answers.actions import link_of_delivery
from fayol.answers.invitations import events_of
from fayol.answers.models import SignedLink
from fayol.answers.policy import is_open
from fayol.answers.queries import wants_links
from fayol.answers.tokens import link_token, reply_token
from fayol.channels.contract import Parcel
from fayol.channels.links import absolute, host
from fayol.channels.mail.letter import MOST, Foot, register_foot
from fayol.channels.models import Delivery
from fayol.channels.replies import register_reply
from fayol.kernel.text import gettext_noop as _


def register() -> None:
    register_foot(foot_of)
    register_reply(reply_of)


def foot_of(parcel: Parcel) -> Foot:
    """The same however often the letter is made: links are made at the first try only."""
    asks = any(message.asks for message in parcel.messages)
    closing = t(_CLOSING) if asks and settings.MAIL_REPLY else ""
    return Foot(_under(parcel), closing, _headers(parcel), events_of(parcel))


_CLOSING = _(
    "可以直接回复本邮件：写“收到”“同意”“办结：做了什么”“有困难：原因和希望的日期”，或者写一句进展；几件事的先写序号。"
)


def _under(parcel: Parcel) -> dict[int, tuple[str, str]]:
    if not any(message.asks for message in parcel.messages) or not wants_links(parcel.person):
        return {}
    found: dict[int, tuple[str, str]] = {}
    for message in parcel.messages[:MOST]:
        link = _link(parcel, message)
        if link:
            found[message.pk] = (t("不用登录，点这里答复"), _address(link))
    return found


def reply_of(parcel: Parcel, message: Delivery) -> str:
    """For everybody, with an account or without: whoever reads the card has signed in to the platform as that person.
    A card that is sent once more long afterwards leads to no link that has ended meanwhile."""
    link = _link(parcel, message)
    over = link is None or not is_open(
        now=parcel.at, expires_at=link.expires_at, ended_at=link.ended_at, active=parcel.person.active
    )
    return "" if link is None or over else _address(link)


def _link(parcel: Parcel, message: Delivery) -> SignedLink | None:
    make = parcel.bundle.attempts == 0 and message.asks
    return link_of_delivery(message, parcel.person, make=make, now=parcel.bundle.created_at)


def _address(link: SignedLink) -> str:
    return absolute(reverse("reply:page", args=[link_token(link.nonce)]))


def _headers(parcel: Parcel) -> dict[str, str]:
    """The token twice: programs keep the one in References where they drop or rewrite Reply-To."""
    if not settings.MAIL_REPLY:
        return {}
    token = reply_token(parcel.bundle.pk)
    address = settings.MAIL_REPLY.replace("{token}", token)
    return {"Reply-To": address, "References": f"<{token}@{host()}>"}
