"""The use cases of a promise. Nothing else writes one.

Each takes the promise as the caller saw it and refuses with `Stale` when it is no longer so, or when `expect`
(the version a page was drawn from) is not the version it has.
"""

from fayol.commitments.actions.answering import (
    acknowledge,
    counter,
    decline,
    dispute,
    hand_over,
    pass_on,
    promise,
    withdraw,
)
from fayol.commitments.actions.deciding import accept, agree, cancel, hand_back, insist, reopen
from fayol.commitments.actions.starting import Asking, amend, assign, create_drafts, dispatch_many, reassign
from fayol.commitments.actions.working import Standstill, chase, hold, progress, rehold, report, resume

__all__ = [
    "Asking",
    "Standstill",
    "accept",
    "acknowledge",
    "agree",
    "amend",
    "assign",
    "cancel",
    "chase",
    "counter",
    "create_drafts",
    "decline",
    "dispatch_many",
    "dispute",
    "hand_back",
    "hand_over",
    "hold",
    "insist",
    "pass_on",
    "progress",
    "promise",
    "reassign",
    "rehold",
    "reopen",
    "report",
    "resume",
    "withdraw",
]
