"""By which way an answer came, and what became of a letter that came in."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Way(StrEnum):
    LINK = "link"
    MAIL = "mail"


WAY_WORDS: dict[str, str] = {Way.LINK: _("免登录链接"), Way.MAIL: _("邮件回复")}


class Ended(StrEnum):
    """Why a link answers nothing any more though its time has not run out."""

    REVOKED = "revoked"
    LEFT = "left"
    CLOSED = "closed"


ENDED_WORDS: dict[str, str] = {
    Ended.REVOKED: _("已撤回"),
    Ended.LEFT: _("本人已离开，自动撤回"),
    Ended.CLOSED: _("事情已结束，自动撤回"),
}


class Outcome(StrEnum):
    ANSWERED = "answered"
    NOT_DONE = "not_done"  # the right person, but what was written cannot be carried out
    FOREIGN = "foreign"  # nobody's: no token, a wrong one, another sender
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    FORWARDED = "forwarded"
    LOOP = "loop"
    UNREADABLE = "unreadable"


OUTCOME_WORDS: dict[str, str] = {
    Outcome.ANSWERED: _("已记为答复"),
    Outcome.NOT_DONE: _("没能办成"),
    Outcome.FOREIGN: _("认不出是谁的答复"),
    Outcome.AUTOMATIC: _("自动回复"),
    Outcome.BOUNCE: _("退信"),
    Outcome.FORWARDED: _("转发来的"),
    Outcome.LOOP: _("自己发出的"),
    Outcome.UNREADABLE: _("读不出"),
}
OUTCOME_ADVICE: dict[str, str] = {
    Outcome.NOT_DONE: _("已经告诉本人没有记上。请联系本人再答复一次，或到那件事里办。"),
    Outcome.FOREIGN: _("没有记为任何人的答复。确是本人写的，请本人用收信的邮箱直接回那封信，或登录答复。"),
    Outcome.FORWARDED: _("转发的不算本人答复。请本人用收信的邮箱直接回那封信，或登录答复。"),
    Outcome.UNREADABLE: _("信里的话和附件都没有收下。请来信人用文字重写一封，附件缩小后再发。"),
    Outcome.BOUNCE: _("信没有到本人手里，请打电话告知，并核对邮箱。"),
}
"""What the office does about it, where something is to be done."""
WANTS_A_LOOK: frozenset[Outcome] = frozenset({Outcome.NOT_DONE, Outcome.FOREIGN, Outcome.FORWARDED, Outcome.UNREADABLE})
"""What somebody wrote and nothing came of."""
