"""The use cases of a notice and its receipts. Nothing else writes them."""

from fayol.notices.actions.answering import (
    Answer,
    Report,
    agree_told,
    confirm,
    deny_told,
    open_,
    report_to,
    restate,
    take,
)
from fayol.notices.actions.correcting import Correction, correct, withdraw
from fayol.notices.actions.days import ask_to_choose, choose, free_time, keepers_of, organisers_of, take_time
from fayol.notices.actions.following import Call, add_people, grant_leave, log_call, refuse_leave, remind
from fayol.notices.actions.grouping import change_group, make_group, retire_group
from fayol.notices.actions.looking import look
from fayol.notices.actions.printing import MOST_PRINTED, Slip, log_slip, print_for
from fayol.notices.actions.rechecking import reconfirm
from fayol.notices.actions.sending import Wording, discard, draft, redraft, send
from fayol.notices.actions.telling import tell_outward

__all__ = [
    "MOST_PRINTED",
    "Answer",
    "Call",
    "Correction",
    "Report",
    "Slip",
    "Wording",
    "add_people",
    "agree_told",
    "ask_to_choose",
    "change_group",
    "choose",
    "confirm",
    "correct",
    "deny_told",
    "discard",
    "draft",
    "free_time",
    "grant_leave",
    "keepers_of",
    "log_call",
    "log_slip",
    "look",
    "make_group",
    "open_",
    "organisers_of",
    "print_for",
    "reconfirm",
    "redraft",
    "refuse_leave",
    "remind",
    "report_to",
    "restate",
    "retire_group",
    "send",
    "take",
    "take_time",
    "tell_outward",
    "withdraw",
]
