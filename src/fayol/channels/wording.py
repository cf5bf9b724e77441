"""What may be said outside: to one person the titles, in a group and on a telephone only that something waits."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import translation
from django.utils.translation import gettext, ngettext

from fayol.channels.contract import Parcel
from fayol.channels.links import absolute
from fayol.channels.mail.letter import one_line, shorten, subject_of
from fayol.channels.states import FLASH

LINES = 5
TITLE = 40  # characters


def headline(parcel: Parcel) -> str:
    with translation.override(parcel.bundle.language):
        return shorten(subject_of(parcel), TITLE)


def particulars(parcel: Parcel, most: int, without: Collection[int] = ()) -> str:
    """The titles, one a line, in at most so many bytes of UTF-8, but for the deliveries `without`. Never a body:
    content stays behind the sign-in."""
    with translation.override(parcel.bundle.language):
        told = [message for message in parcel.messages if message.pk not in without]
        shown = [one_line(message.title) for message in told[:LINES]]
        left = len(told) - len(shown)
        more = [ngettext("还有%(n)d条没有列出。", "还有%(n)d条没有列出。", left) % {"n": left}] if left else []
        return cut("\n".join([*shown, *more]), most)


def target(parcel: Parcel) -> str:
    """Where the message leads, or the inbox when there are several."""
    only = parcel.messages[0].link if len(parcel.messages) == 1 else ""
    return absolute(only or "/inbox/")


def for_group(parcels: list[Parcel]) -> str:
    """The same for everybody who is named: a group may not read who has how much to do, nor what."""
    if parcels[0].bundle.urgency == FLASH:
        return gettext("横桥：有特急事项等您办理，请立即登录查看。")
    return gettext("横桥：有事项等您办理，请登录查看。")


def cut(text: str, most: int) -> str:
    """No character is cut in two."""
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"
