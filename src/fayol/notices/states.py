"""How far a notice got with somebody: depths, stages, what is asked back, and the named sets rules are written in."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Status(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


STATUS_WORDS = {Status.DRAFT: _("拟稿"), Status.SENT: _("已发出"), Status.WITHDRAWN: _("已撤回")}


class Depth(StrEnum):
    """How far a notice must get with everybody it is addressed to."""

    DELIVERED = "delivered"
    READ = "read"
    RESTATED = "restated"
    CONFIRMED = "confirmed"
    PERSONAL = "personal"


DEPTH_WORDS = {
    Depth.DELIVERED: _("送达"),
    Depth.READ: _("阅"),
    Depth.RESTATED: _("复述"),
    Depth.CONFIRMED: _("确认"),
    Depth.PERSONAL: _("须本人知悉"),
}


class Stage(StrEnum):
    """How far it has got with one of them."""

    WAITING = "waiting"
    HANDED = "handed"
    FAILED = "failed"
    ON_SYSTEM = "on_system"
    PROXIED = "proxied"
    REPORTED = "reported"
    TOLD = "told"
    READ = "read"
    UNDERSTOOD = "understood"
    CONFIRMED = "confirmed"


STAGE_WORDS = {
    Stage.WAITING: _("待发"),
    Stage.HANDED: _("已提交通道"),
    Stage.FAILED: _("未送达"),
    Stage.ON_SYSTEM: _("已到系统，未读"),
    Stage.PROXIED: _("秘书代签，本人未知悉"),
    Stage.REPORTED: _("已报告本人，待本人确认"),
    Stage.TOLD: _("已告知本人，待本人确认"),
    Stage.READ: _("已读未确认"),
    Stage.UNDERSTOOD: _("已复述，待确认"),
    Stage.CONFIRMED: _("本人已确认"),
}
RANK = {
    stage: rank
    for rank, stage in enumerate(
        [
            Stage.WAITING,
            Stage.FAILED,
            Stage.HANDED,
            Stage.ON_SYSTEM,
            Stage.PROXIED,
            Stage.REPORTED,
            Stage.TOLD,
            Stage.READ,
            Stage.UNDERSTOOD,
            Stage.CONFIRMED,
        ]
    )
}
"""Later facts only take a receipt up; what another person did never outranks what the addressee did himself."""

UNREACHED = frozenset({Stage.WAITING, Stage.FAILED, Stage.HANDED})
BY_OTHERS = frozenset({Stage.PROXIED, Stage.REPORTED, Stage.TOLD})
"""Stages that rest on the word of somebody else than the addressee."""

MET: dict[Depth, frozenset[Stage]] = {
    Depth.DELIVERED: frozenset(stage for stage in Stage if RANK[stage] >= RANK[Stage.ON_SYSTEM]),
    Depth.READ: frozenset({Stage.READ, Stage.UNDERSTOOD, Stage.CONFIRMED}),
    Depth.RESTATED: frozenset({Stage.UNDERSTOOD, Stage.CONFIRMED}),
    Depth.CONFIRMED: frozenset({Stage.CONFIRMED}),
    Depth.PERSONAL: frozenset({Stage.CONFIRMED}),
}
"""The stages at which nothing more is asked for a depth. Only `CONFIRMED` is ever drawn green."""


class Form(StrEnum):
    """What is asked back."""

    CONFIRM = "confirm"
    ATTEND = "attend"
    OPINION = "opinion"
    FIELDS = "fields"
    UPLOAD = "upload"


FORM_WORDS = {
    Form.CONFIRM: _("确认收到"),
    Form.ATTEND: _("参加、请假或委托"),
    Form.OPINION: _("反馈意见"),
    Form.FIELDS: _("填报几项"),
    Form.UPLOAD: _("上报材料"),
}


class Reply(StrEnum):
    """What was answered; empty as long as nothing was."""

    NOTHING = ""
    CONFIRM = "confirm"
    ATTEND = "attend"
    LEAVE = "leave"
    SUBSTITUTE = "substitute"
    AGREE = "agree"
    AGREE_WITH = "agree_with"
    RESERVED = "reserved"
    DISAGREE = "disagree"
    UNCONCERNED = "unconcerned"
    FILLED = "filled"


REPLY_WORDS = {
    Reply.NOTHING: _("待定"),
    Reply.CONFIRM: _("收到"),
    Reply.ATTEND: _("参加"),
    Reply.LEAVE: _("请假"),
    Reply.SUBSTITUTE: _("委托他人参加"),
    Reply.AGREE: _("同意"),
    Reply.AGREE_WITH: _("同意，附建议"),
    Reply.RESERVED: _("原则同意，有保留"),
    Reply.DISAGREE: _("不同意"),
    Reply.UNCONCERNED: _("不涉及"),
    Reply.FILLED: _("已填报"),
}
REPLIES: dict[Form, tuple[Reply, ...]] = {
    Form.CONFIRM: (Reply.CONFIRM,),
    Form.ATTEND: (Reply.ATTEND, Reply.LEAVE, Reply.SUBSTITUTE),
    Form.OPINION: (Reply.AGREE, Reply.AGREE_WITH, Reply.RESERVED, Reply.DISAGREE, Reply.UNCONCERNED),
    Form.FIELDS: (Reply.FILLED,),
    Form.UPLOAD: (Reply.FILLED,),
}
WANT_WORDS = frozenset({Reply.LEAVE, Reply.AGREE_WITH, Reply.RESERVED, Reply.DISAGREE})
"""Answers that say nothing without a sentence beside them."""
NEED_LEAVE = frozenset({Reply.LEAVE, Reply.SUBSTITUTE})
"""Answers that whoever must attend may give only with the convenor's consent (未经同意不得缺席或由他人代替)."""


class Leave(StrEnum):
    """What became of a leave or a substitute that needs the convenor's consent."""

    NONE = ""
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


LEAVE_WORDS = {Leave.NONE: "", Leave.ASKED: _("待批"), Leave.GRANTED: _("已准"), Leave.REFUSED: _("未准")}


class Way(StrEnum):
    """By what way somebody said what a receipt says."""

    SELF = "self"
    PHONE = "phone"
    IN_PERSON = "in_person"
    WRITING = "writing"
    MAIL = "mail"
    LINK = "link"


WAY_WORDS = {
    Way.SELF: _("本人在系统中"),
    Way.PHONE: _("电话"),
    Way.IN_PERSON: _("当面"),
    Way.WRITING: _("书面"),
    Way.MAIL: _("邮件回复"),
    Way.LINK: _("回执链接"),
}


class Step(StrEnum):
    """What the clock of a receipt does next."""

    REMIND_PROXY = "remind_proxy"
    RAISE_PROXY = "raise_proxy"
    DUTY = "duty"
    REMIND = "remind"
    RAISE = "raise"
    CALL = "call"
    RECONFIRM = "reconfirm"
    RECONFIRM_CALL = "reconfirm_call"


STEP_WORDS = {
    Step.REMIND_PROXY: _("提醒代收人报告本人"),
    Step.RAISE_PROXY: _("告知代收人的替补和办公室负责人"),
    Step.DUTY: _("请值班员直接联系本人"),
    Step.REMIND: _("提醒本人"),
    Step.RAISE: _("告知本部门联络员和负责人"),
    Step.CALL: _("列入电话催办单"),
    Step.RECONFIRM: _("请本人复核能否到会"),
    Step.RECONFIRM_CALL: _("没有复核能否到会，列入电话催办单"),
}


class Again(StrEnum):
    """How one round of 会前复核 stands with somebody who said that he comes. `MISSED`: the next came, or the event."""

    AHEAD = "ahead"
    WAITING = "waiting"
    DONE = "done"
    MISSED = "missed"


class EntryKind(StrEnum):
    """Of what an audience is made."""

    UNIT = "unit"
    POST = "post"
    PERSON = "person"
    GROUP = "group"
    RULE = "rule"


class Claim(StrEnum):
    """Why a leader's time is taken."""

    OWN = "own"
    NOTICE = "notice"


class Grip(StrEnum):
    """How firmly: 暂定占位 until the person has said yes."""

    HELD = "held"
    FIRM = "firm"
    RELEASED = "released"


GRIP_WORDS = {Grip.HELD: _("暂定"), Grip.FIRM: _("已定"), Grip.RELEASED: _("已让出")}
