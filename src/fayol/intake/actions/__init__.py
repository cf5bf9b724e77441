"""The use cases of taking documents in. Nothing else writes documents and drafts."""

from fayol.intake.actions.bulk import decide_dates, map_names, take_first_as_lead
from fayol.intake.actions.dispatching import Dispatched, NotReady, check_drafts, dispatch
from fayol.intake.actions.editing import Change, drop_draft, edit_draft, restore_draft, set_opening
from fayol.intake.actions.shaping import add_draft, fan_out, merge_drafts, split_draft
from fayol.intake.actions.taking import drop_document, take_in, take_in_again, take_in_text

__all__ = [
    "Change",
    "Dispatched",
    "NotReady",
    "add_draft",
    "check_drafts",
    "decide_dates",
    "dispatch",
    "drop_document",
    "drop_draft",
    "edit_draft",
    "fan_out",
    "map_names",
    "merge_drafts",
    "restore_draft",
    "set_opening",
    "split_draft",
    "take_first_as_lead",
    "take_in",
    "take_in_again",
    "take_in_text",
]
