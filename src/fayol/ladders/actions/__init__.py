"""The use cases of the ladders. Nothing else writes a climb, a chase or a ladder."""

from fayol.ladders.actions.adopting import adopt
from fayol.ladders.actions.chasing import take_up
from fayol.ladders.actions.editing import edit_policy, restore_policy
from fayol.ladders.actions.firing import fire
from fayol.ladders.actions.following import follow, look_at_all
from fayol.ladders.actions.muting import mute, unmute
from fayol.ladders.actions.sending import send_due

__all__ = [
    "adopt",
    "edit_policy",
    "fire",
    "follow",
    "look_at_all",
    "mute",
    "restore_policy",
    "send_due",
    "take_up",
    "unmute",
]
