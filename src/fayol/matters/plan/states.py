"""Kinds of dependency, kinds of reconfirmation and the answers to it."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Needs(StrEnum):
    """What ties the later task to the earlier one."""

    RESULT = "result"
    HANDOVER = "handover"


NEEDS_WORDS: dict[str, str] = {Needs.RESULT: _("后者需要前者的成果"), Needs.HANDOVER: _("前者移交给后者")}


class Asked(StrEnum):
    """What is to be reconfirmed: that the date still holds, or that the new number was taken in."""

    INPUT = "input"
    FIGURE = "figure"


class Answer(StrEnum):
    KEEP = "keep"
    MOVE = "move"
    CANNOT = "cannot"
    READ_BACK = "read_back"


ANSWER_WORDS: dict[str, str] = {
    Answer.KEEP: _("仍按原期限"),
    Answer.MOVE: _("要求改期"),
    Answer.CANNOT: _("办不了，退回"),
    Answer.READ_BACK: _("已复述新数"),
}
