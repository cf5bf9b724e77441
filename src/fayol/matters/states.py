"""Kinds, classes and grounds of matters."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Kind(StrEnum):
    """The word in front of the number: coordination of equals, or supervision of a decision."""

    COORDINATION = "协"
    SUPERVISION = "督"


KIND_WORDS: dict[str, str] = {Kind.COORDINATION: _("协同事项"), Kind.SUPERVISION: _("督办事项")}


class Klass(StrEnum):
    INSTANT = "instant"
    ORDINARY = "ordinary"
    SPECIAL = "special"
    MAJOR = "major"


KLASS_WORDS: dict[str, str] = {
    Klass.INSTANT: _("即办"),
    Klass.ORDINARY: _("一般"),
    Klass.SPECIAL: _("专题"),
    Klass.MAJOR: _("重大"),
}


class Basis(StrEnum):
    POLICY = "policy"
    LAW = "law"
    FACT = "fact"
    MEETING = "meeting"
    INSTRUCTION = "instruction"


BASIS_WORDS: dict[str, str] = {
    Basis.POLICY: _("政策文件"),
    Basis.LAW: _("法律法规"),
    Basis.FACT: _("事实情况"),
    Basis.MEETING: _("会议"),
    Basis.INSTRUCTION: _("领导批示"),
}


class Visibility(StrEnum):
    PARTIES = "parties"
    ORGANISATION = "organisation"
    NAMED = "named"


VISIBILITY_WORDS: dict[str, str] = {
    Visibility.PARTIES: _("参与各方"),
    Visibility.ORGANISATION: _("全单位"),
    Visibility.NAMED: _("指定人员"),
}


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


STATUS_WORDS: dict[str, str] = {Status.OPEN: _("在办"), Status.CLOSED: _("已办结"), Status.CANCELLED: _("已撤销")}
