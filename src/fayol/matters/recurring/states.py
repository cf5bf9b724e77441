"""What a recurring duty can be in, and the words for it."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Status(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


STATUS_WORDS: dict[str, str] = {Status.ACTIVE: _("进行中"), Status.PAUSED: _("暂停"), Status.ENDED: _("已停止")}
MOST_AHEAD = 400
"""Occasions compared when the working days change."""
MOST_LEAD = 60
MOST_UNITS = 200
