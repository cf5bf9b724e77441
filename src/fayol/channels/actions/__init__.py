"""What may be done: read one's inbox, wish, bundle, settle, and set right what went wrong."""

from fayol.channels.actions.handing import hand_over, spare
from fayol.channels.actions.inbox import mark_read, mark_seen
from fayol.channels.actions.office import (
    be_patient,
    give_up,
    give_up_all,
    retry,
    retry_all,
    switch,
    test_channel,
    turn_on,
)
from fayol.channels.actions.wishes import Wishes, keep_accounts, wish

__all__ = [
    "Wishes",
    "be_patient",
    "give_up",
    "give_up_all",
    "hand_over",
    "keep_accounts",
    "mark_read",
    "mark_seen",
    "retry",
    "retry_all",
    "spare",
    "switch",
    "test_channel",
    "turn_on",
    "wish",
]
