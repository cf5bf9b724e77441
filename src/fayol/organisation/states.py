"""Kinds of units, roles of posts, and the named sets of them that rules are written in."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class UnitKind(StrEnum):
    ORGANISATION = "organisation"
    LEADERS = "leaders"
    DEPARTMENT = "department"
    TEAM = "team"
    EXTERNAL = "external"


class PostRole(StrEnum):
    LEADER = "leader"
    HEAD = "head"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"
    LIAISON_A = "liaison_a"
    LIAISON_B = "liaison_b"
    MEMBER = "member"


class AdminRole(StrEnum):
    NONE = ""
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


UNIT_KIND_WORDS = {
    UnitKind.ORGANISATION: _("单位"),
    UnitKind.LEADERS: _("领导班子"),
    UnitKind.DEPARTMENT: _("部门"),
    UnitKind.TEAM: _("班组"),
    UnitKind.EXTERNAL: _("外部单位"),
}
POST_ROLE_WORDS = {
    PostRole.LEADER: _("领导"),
    PostRole.HEAD: _("负责人"),
    PostRole.DEPUTY: _("副职"),
    PostRole.COORDINATOR: _("协调员"),
    PostRole.LIAISON_A: _("联络员A角"),
    PostRole.LIAISON_B: _("联络员B角"),
    PostRole.MEMBER: _("成员"),
}
ADMIN_ROLE_WORDS = {
    AdminRole.NONE: _("无"),
    AdminRole.SYSTEM: _("系统管理员"),
    AdminRole.SECURITY: _("安全管理员"),
    AdminRole.AUDIT: _("审计管理员"),
}

# At most one active post of these in a unit (held by a partial unique index).
SINGLE_ROLES = frozenset({PostRole.HEAD, PostRole.LIAISON_A, PostRole.LIAISON_B})
# A角 and B角 exist so that one is there when the other is not: never the same person.
LIAISON_ROLES = frozenset({PostRole.LIAISON_A, PostRole.LIAISON_B})
# Those whose answer for the unit reaches down to everything below it.
MANAGING_ROLES = frozenset({PostRole.HEAD, PostRole.DEPUTY})
# Who coordinates, provided the post is in the office.
COORDINATING_ROLES = frozenset({PostRole.HEAD, PostRole.DEPUTY, PostRole.COORDINATOR})
# What a head may give out in their own unit without asking the office.
HEADS_MAY_APPOINT = frozenset({PostRole.LIAISON_A, PostRole.LIAISON_B, PostRole.MEMBER})
# Whom a unit answers through, in the order in which the ball looks for a hand.
ANSWERING_ORDER = (PostRole.LIAISON_A, PostRole.LIAISON_B, PostRole.HEAD, PostRole.DEPUTY)
# How a roster is read out.
ROSTER_ORDER = (
    PostRole.LEADER,
    PostRole.HEAD,
    PostRole.DEPUTY,
    PostRole.COORDINATOR,
    PostRole.LIAISON_A,
    PostRole.LIAISON_B,
    PostRole.MEMBER,
)


class DayKind(StrEnum):
    """What a day of the calendar is by an entry. The first four are the country's, the last two a calendar's own."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    UNIT_OFF = "unit_off"
    UNIT_ON = "unit_on"


class DayStatus(StrEnum):
    OFFICIAL = "official"
    ASSUMED = "assumed"


DAY_KIND_WORDS = {
    DayKind.WORKDAY: _("工作日"),
    DayKind.WEEKEND: _("休息日"),
    DayKind.HOLIDAY: _("放假"),
    DayKind.MAKEUP: _("调休上班"),
    DayKind.UNIT_OFF: _("本单位不上班"),
    DayKind.UNIT_ON: _("本单位上班"),
}
NATIONAL_KINDS = frozenset({DayKind.WORKDAY, DayKind.WEEKEND, DayKind.HOLIDAY, DayKind.MAKEUP})
OFF_KINDS = frozenset({DayKind.WEEKEND, DayKind.HOLIDAY, DayKind.UNIT_OFF})
