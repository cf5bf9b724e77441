"""What a ladder is made of: kinds, levels, units of time."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Kind(StrEnum):
    """What is awaited: the signature, the result, or the answer of whoever asked."""

    SIGN = "sign"
    DELIVER = "deliver"
    ANSWER = "answer"


KIND_WORDS: dict[str, str] = {Kind.SIGN: _("签收"), Kind.DELIVER: _("办理"), Kind.ANSWER: _("答复")}


class Level(StrEnum):
    """Whom a rung reaches, from below."""

    PERSON = "person"
    LIAISON_A = "liaison_a"
    LIAISON_B = "liaison_b"
    HEAD = "head"
    OFFICE = "office"
    BRIEF = "brief"


LEVEL_WORDS: dict[str, str] = {
    Level.PERSON: _("责任人"),
    Level.LIAISON_A: _("联络员A角"),
    Level.LIAISON_B: _("联络员B角"),
    Level.HEAD: _("部门负责人"),
    Level.OFFICE: _("协调办"),
    Level.BRIEF: _("领导简报"),
}
HEIGHT: dict[str, int] = {level: number for number, level in enumerate(Level, start=1)}
"""1 the person … 6 the leader's brief; 0 nobody has been reached."""


class Origin(StrEnum):
    """What a rung counts from."""

    START = "start"
    DUE = "due"


ORIGIN_WORDS: dict[str, str] = {Origin.START: _("开始"), Origin.DUE: _("到期")}


class Unit(StrEnum):
    MINUTES = "minutes"
    WORKDAYS = "workdays"
    HOURS = "hours"


UNIT_WORDS: dict[str, str] = {
    Unit.MINUTES: _("工作分钟"),
    Unit.WORKDAYS: _("工作日"),
    Unit.HOURS: _("自然小时"),
}


class Mark(StrEnum):
    """How a rung stands."""

    DONE = "done"
    SKIPPED = "skipped"
    NEXT = "next"
    TODO = "todo"
    PAUSED = "paused"
    MUTED = "muted"


class End(StrEnum):
    """Why a climb ended."""

    SIGNED = "signed"
    REPORTED = "reported"
    ANSWERED = "answered"
    CLOSED = "closed"
    ELSEWHERE = "elsewhere"
    ANEW = "anew"


END_WORDS: dict[str, str] = {
    End.SIGNED: _("已签收"),
    End.REPORTED: _("已反馈"),
    End.ANSWERED: _("已答复"),
    End.CLOSED: _("已办结或撤销"),
    End.ELSEWHERE: _("球已不在这边"),
    End.ANEW: _("重新开始"),
}


class Skip(StrEnum):
    """Why a rung could not act."""

    NOBODY = "nobody"
    AWAY = "away"
    SAME = "same"
    UNREACHABLE = "unreachable"


SKIP_WORDS: dict[str, str] = {
    Skip.NOBODY: _("没有设{level}"),
    Skip.AWAY: _("{level}不在岗，也没有代理人"),
    Skip.SAME: _("{level}与前面已催的是同一人"),
    Skip.UNREACHABLE: _("{level}没有账号，也没有邮箱"),
}


class Half(StrEnum):
    """Which part of a working day it is for somebody: the first or last of an office's, or a shift."""

    MORNING = "morning"
    LAST = "last"
    SHIFT = "shift"


class Drop(StrEnum):
    """Why a line that waited for its half-day was not sent after all."""

    DONE = "done"
    PAUSED = "paused"
    MUTED = "muted"
    MOVED = "moved"
