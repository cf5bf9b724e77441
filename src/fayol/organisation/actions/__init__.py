"""The only writers of the organisation."""

from fayol.organisation.actions.accounts import create_account, link_account, set_admin_role
from fayol.organisation.actions.people import PersonFields, create_person, set_charges, set_secretaries, update_person
from fayol.organisation.actions.posts import PostFields, appoint, end_post, reorder_posts, update_post
from fayol.organisation.actions.sheets import drop_sheet, keep_sheet
from fayol.organisation.actions.units import (
    UnitFields,
    close_unit,
    create_unit,
    move_unit,
    reopen_unit,
    reorder_units,
    set_office,
    update_unit,
)
from fayol.organisation.actions.windows import Window, cancel_absence, delegate, record_absence, revoke_delegation

__all__ = [
    "PersonFields",
    "PostFields",
    "UnitFields",
    "Window",
    "appoint",
    "cancel_absence",
    "close_unit",
    "create_account",
    "create_person",
    "create_unit",
    "delegate",
    "drop_sheet",
    "end_post",
    "keep_sheet",
    "link_account",
    "move_unit",
    "record_absence",
    "reopen_unit",
    "reorder_posts",
    "reorder_units",
    "revoke_delegation",
    "set_admin_role",
    "set_charges",
    "set_office",
    "set_secretaries",
    "update_person",
    "update_post",
    "update_unit",
]
