"""What comes of a call, and what a call is about."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Result(StrEnum):
    REACHED = "reached"
    PROMISED = "promised"
    MISSED = "missed"


RESULT_WORDS: dict[str, str] = {
    Result.REACHED: _("接通"),
    Result.PROMISED: _("答应了日期"),
    Result.MISSED: _("没接"),
}


class Answer(StrEnum):
    """What became of a date promised by phone. `overtaken`: the task moved on before anybody answered."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    OVERTAKEN = "overtaken"


ANSWER_WORDS: dict[str, str] = {
    Answer.WAITING: _("等本人确认"),
    Answer.CONFIRMED: _("本人已确认"),
    Answer.DENIED: _("本人说不是这样"),
    Answer.OVERTAKEN: _("任务已有新进展"),
}


class Situation(StrEnum):
    """Why one would call: it decides the words to be read out."""

    DENIED = "denied"
    UNCONFIRMED = "unconfirmed"
    UNSIGNED = "unsigned"
    UNPROMISED = "unpromised"
    REDO = "redo"
    OVERDUE = "overdue"
    SILENT = "silent"
    SOON = "soon"
    COUNTERED = "countered"
    DECLINED = "declined"
    REPORTED = "reported"
    ON_HOLD = "on_hold"


class Step(StrEnum):
    """What a date promised by phone becomes once it is confirmed. KEEP: remembered, nothing else to do with it."""

    PROMISE = "promise"
    COUNTER = "counter"
    NOTE = "note"
    KEEP = "keep"
