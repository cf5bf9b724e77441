"""The use cases of a plan. Nothing else writes one."""

from fayol.matters.plan.actions.agreeing import acknowledge, make_baseline, remind_parties
from fayol.matters.plan.actions.answering import answer_cannot, answer_keep, answer_move
from fayol.matters.plan.actions.figures import add_figure, change_figure, read_back, set_uses
from fayol.matters.plan.actions.starting import announce_start, cancel_start
from fayol.matters.plan.actions.tying import Step, Tying, change_tie, link, link_many, set_step, set_steps, unlink

__all__ = [
    "Step",
    "Tying",
    "acknowledge",
    "add_figure",
    "announce_start",
    "answer_cannot",
    "answer_keep",
    "answer_move",
    "cancel_start",
    "change_figure",
    "change_tie",
    "link",
    "link_many",
    "make_baseline",
    "read_back",
    "remind_parties",
    "set_step",
    "set_steps",
    "set_uses",
    "unlink",
]
