"""How long a link lives, when it still answers, what a letter out carries to be known by when it comes back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

REPLY_WITHIN = timedelta(days=60)
"""After that a letter is too old to be answered by writing back."""
TOLD_AT_MOST = 3
"""Letters a day to one person about replies that could not be carried out: two machines must not talk for ever."""

_REPLY_TOKEN = re.compile(r"(?<![0-9a-z])([0-9a-z]{1,13}-[a-z2-7]{20})(?![0-9a-z])")


def is_open(*, now: datetime, expires_at: datetime, ended_at: datetime | None, active: bool) -> bool:
    """Whether a link may be looked at at all."""
    return active and ended_at is None and now < expires_at


def reply_tokens_in(text: str) -> list[str]:
    return _REPLY_TOKEN.findall(text.casefold())


def in_base36(number: int) -> str:
    digits = ""
    while number:
        number, left = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[left] + digits
    return digits or "0"
