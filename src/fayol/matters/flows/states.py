"""How the days of a flow are counted, and its limits."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Anchor(StrEnum):
    START = "start"
    EVENT = "event"


ANCHOR_WORDS: dict[str, str] = {Anchor.START: _("从启动日往后推"), Anchor.EVENT: _("从活动日往前排")}
ANCHOR_DAY: dict[str, str] = {Anchor.START: _("启动日"), Anchor.EVENT: _("活动日")}
MOST_STEPS = 80
MOST_OFFSET = 500
"""Working days before or after the anchor."""
