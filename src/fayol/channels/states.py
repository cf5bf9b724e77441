"""What becomes of a message on its way, and what a person may wish about it."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Status(StrEnum):
    QUEUED = "queued"
    RETRY = "retry"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Kind(StrEnum):
    """What a message is to the one who gets it; wishes are made by kind."""

    ASKS = "asks"
    CHASE = "chase"
    NEWS = "news"


class Pace(StrEnum):
    """When a message goes out, from the most to the least pressing."""

    AT_ONCE = "at_once"
    SOON = "soon"
    DIGEST = "digest"
    OFF = "off"


class Quiet(StrEnum):
    WORK = "work"
    HOURS = "hours"
    NONE = "none"


STATUS_WORDS = {
    Status.QUEUED: _("待发"),
    Status.RETRY: _("稍后重发"),
    Status.SENT: _("已提交通道"),
    Status.FAILED: _("未送达"),
    Status.DROPPED: _("不再发"),
}
KIND_WORDS = {Kind.ASKS: _("要我办的"), Kind.CHASE: _("催办"), Kind.NEWS: _("其他进展")}
PACE_WORDS = {Pace.SOON: _("随时发"), Pace.DIGEST: _("每半日一次"), Pace.OFF: _("只留站内")}
URGENCY_WORDS = {"normal": _("普通"), "document": _("公文"), "urgent": _("加急"), "flash": _("特急")}
WAIT_WORDS = {
    "clock:15": _("15分钟，不论上下班"),
    "clock:30": _("30分钟，不论上下班"),
    "clock:60": _("1小时，不论上下班"),
    "work:60": _("1个工作小时"),
    "work:120": _("2个工作小时"),
    "work:240": _("4个工作小时"),
    "half_day": _("到下一个半天"),
    "work:480": _("8个工作小时"),
}
QUIET_WORDS = {
    Quiet.WORK: _("下班和节假日不发"),
    Quiet.HOURS: _("每天这段时间不发"),
    Quiet.NONE: _("随到随发"),
}
WAITING = frozenset({Status.QUEUED, Status.RETRY})
FLASH, URGENT = "flash", "urgent"
