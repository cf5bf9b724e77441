"""The states of a promise and the moves between them: the table of the product, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class State(StrEnum):
    DRAFT = "draft"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    COUNTERED = "countered"
    DECLINED = "declined"
    PROMISED = "promised"
    ON_HOLD = "on_hold"
    REPORTED = "reported"
    HANDED_BACK = "handed_back"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


STATE_WORDS: dict[str, str] = {
    State.DRAFT: _("拟办"),
    State.ASSIGNED: _("待签收"),
    State.ACKNOWLEDGED: _("已签收"),
    State.COUNTERED: _("商榷中"),
    State.DECLINED: _("已退回"),
    State.PROMISED: _("办理中"),
    State.ON_HOLD: _("挂起"),
    State.REPORTED: _("待核实"),
    State.HANDED_BACK: _("退回重办"),
    State.FULFILLED: _("已办结"),
    State.CANCELLED: _("已撤销"),
}


class Side(StrEnum):
    """Which of the two parties has the ball, or a third one that both wait for."""

    REQUESTER = "requester"
    PERFORMER = "performer"
    OFFICE = "office"
    OTHER = "other"
    NONE = "none"


class Nature(StrEnum):
    DIRECTIVE = "directive"
    CONSULTATIVE = "consultative"


NATURE_WORDS: dict[str, str] = {Nature.DIRECTIVE: _("指令性"), Nature.CONSULTATIVE: _("协商性")}


class Role(StrEnum):
    LEAD = "lead"
    SUPPORT = "support"


ROLE_WORDS: dict[str, str] = {Role.LEAD: _("牵头"), Role.SUPPORT: _("配合")}


class Urgency(StrEnum):
    NORMAL = "normal"
    DOCUMENT = "document"
    URGENT = "urgent"
    FLASH = "flash"


URGENCY_WORDS: dict[str, str] = {
    Urgency.NORMAL: _("普通"),
    Urgency.DOCUMENT: _("办文"),
    Urgency.URGENT: _("加急"),
    Urgency.FLASH: _("特急"),
}


class Bucket(StrEnum):
    """What the time of whoever holds the ball is booked to; empty before dispatch and after the end."""

    NOTHING = ""
    UNSIGNED = "unsigned"
    WORKING = "working"
    WAITING_OTHER = "waiting_other"
    WAITING_LEADER = "waiting_leader"
    WAITING_OFFICE = "waiting_office"


BUCKET_WORDS: dict[str, str] = {
    Bucket.UNSIGNED: _("未签收"),
    Bucket.WORKING: _("办理"),
    Bucket.WAITING_OTHER: _("等其他单位"),
    Bucket.WAITING_LEADER: _("等领导"),
    Bucket.WAITING_OFFICE: _("等协调办"),
}


class Move(StrEnum):
    ASSIGN = "assign"
    ACKNOWLEDGE = "acknowledge"
    PROMISE = "promise"
    COUNTER = "counter"
    WITHDRAW = "withdraw"
    AGREE = "agree"
    INSIST = "insist"
    DECLINE = "decline"
    DISPUTE = "dispute"
    REASSIGN = "reassign"
    PASS_ON = "pass_on"  # noqa: S105
    HAND_OVER = "hand_over"
    PROGRESS = "progress"
    REPORT = "report"
    ACCEPT = "accept"
    HAND_BACK = "hand_back"
    AMEND = "amend"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    REOPEN = "reopen"


MOVE_WORDS: dict[str, str] = {
    Move.ASSIGN: _("交办"),
    Move.ACKNOWLEDGE: _("签收"),
    Move.PROMISE: _("承诺期限"),
    Move.COUNTER: _("商榷期限"),
    Move.WITHDRAW: _("撤回商榷"),
    Move.AGREE: _("同意"),
    Move.INSIST: _("维持原要求"),
    Move.DECLINE: _("退回"),
    Move.DISPUTE: _("职责异议"),
    Move.REASSIGN: _("重新交办"),
    Move.PASS_ON: _("转给本部门他人"),
    Move.HAND_OVER: _("移交"),
    Move.PROGRESS: _("反馈进展"),
    Move.REPORT: _("反馈完成"),
    Move.ACCEPT: _("核实通过"),
    Move.HAND_BACK: _("退回重办"),
    Move.AMEND: _("调整要求"),
    Move.HOLD: _("挂起"),
    Move.RESUME: _("恢复"),
    Move.CANCEL: _("撤销"),
    Move.REOPEN: _("重新打开"),
}

P, R = Side.PERFORMER, Side.REQUESTER

TABLE: dict[State, dict[Move, tuple[Side, ...]]] = {
    State.DRAFT: {Move.ASSIGN: (R,), Move.AMEND: (R,), Move.CANCEL: (R,)},
    State.ASSIGNED: {
        Move.ACKNOWLEDGE: (P,), Move.PROMISE: (P,), Move.COUNTER: (P,), Move.DECLINE: (P,), Move.DISPUTE: (P,),
        Move.PASS_ON: (P,), Move.AMEND: (R,), Move.CANCEL: (R,),
    },
    State.ACKNOWLEDGED: {
        Move.PROMISE: (P,), Move.COUNTER: (P,), Move.DECLINE: (P,), Move.DISPUTE: (P,), Move.PASS_ON: (P,),
        Move.HOLD: (P, R), Move.AMEND: (R,), Move.CANCEL: (R,),
    },
    State.COUNTERED: {Move.AGREE: (R,), Move.INSIST: (R,), Move.WITHDRAW: (P,), Move.CANCEL: (R,)},
    State.DECLINED: {Move.REASSIGN: (R,), Move.INSIST: (R,), Move.CANCEL: (R,)},
    State.PROMISED: {
        Move.REPORT: (P,), Move.PROGRESS: (P,), Move.COUNTER: (P,), Move.HAND_OVER: (P,), Move.DISPUTE: (P,),
        Move.HOLD: (P, R), Move.AMEND: (R,), Move.CANCEL: (R,),
    },
    State.ON_HOLD: {Move.RESUME: (P, R, Side.OTHER), Move.CANCEL: (R,)},
    State.REPORTED: {Move.ACCEPT: (R,), Move.HAND_BACK: (R,)},
    State.HANDED_BACK: {Move.REPORT: (P,), Move.COUNTER: (P,), Move.HOLD: (P, R), Move.CANCEL: (R,)},
    State.FULFILLED: {Move.REOPEN: (R,)},
    State.CANCELLED: {},
}  # fmt: skip
"""state → move → the sides that may make it. Wider than the table of the product in two places: the requester
may take a task back in every state in which the work is not yet reported, and work can be put on hold."""

CLOSED: frozenset[State] = frozenset({State.FULFILLED, State.CANCELLED})
OPEN: frozenset[State] = frozenset(State) - CLOSED
DISPATCHED: frozenset[State] = OPEN - {State.DRAFT}
WAITING: frozenset[State] = frozenset(
    {State.COUNTERED, State.DECLINED, State.REPORTED, State.HANDED_BACK, State.ON_HOLD}
)
"""States that want somebody's attention whatever the date says: amber."""
BEFORE_PROMISE: frozenset[State] = frozenset({State.ASSIGNED, State.ACKNOWLEDGED})

BALL: dict[State, Side] = {
    State.DRAFT: R,
    State.ASSIGNED: P,
    State.ACKNOWLEDGED: P,
    State.COUNTERED: R,
    State.DECLINED: R,
    State.PROMISED: P,
    State.ON_HOLD: Side.OTHER,
    State.REPORTED: R,
    State.HANDED_BACK: P,
    State.FULFILLED: Side.NONE,
    State.CANCELLED: Side.NONE,
}

DOING: dict[State, str] = {
    State.DRAFT: _("待交办"),
    State.ASSIGNED: _("待签收"),
    State.ACKNOWLEDGED: _("待承诺"),
    State.COUNTERED: _("待答复商榷"),
    State.DECLINED: _("待重新交办"),
    State.PROMISED: _("待反馈"),
    State.ON_HOLD: _("等待中"),
    State.REPORTED: _("待核实"),
    State.HANDED_BACK: _("待再次反馈"),
    State.FULFILLED: _("已办结"),
    State.CANCELLED: _("已撤销"),
}
"""What whoever has the ball is expected to do: the words beside the name."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a state stands on the six-step line 交办·签收·承诺·反馈·核实·办结; `loop` replaces the step's word."""

    at: int
    loop: str = ""


STAGES: tuple[str, ...] = (_("交办"), _("签收"), _("承诺"), _("反馈"), _("核实"), _("办结"))
STAGE: dict[State, Stage] = {
    State.DRAFT: Stage(0),
    State.ASSIGNED: Stage(1),
    State.ACKNOWLEDGED: Stage(2),
    State.COUNTERED: Stage(2, _("商榷")),
    State.DECLINED: Stage(1, _("退回")),
    State.PROMISED: Stage(3),
    State.ON_HOLD: Stage(3, _("挂起")),
    State.REPORTED: Stage(4),
    State.HANDED_BACK: Stage(3, _("退回重办")),
    State.FULFILLED: Stage(6),
    State.CANCELLED: Stage(6, _("撤销")),
}
