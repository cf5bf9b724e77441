"""Asking again for a date that was left open on purpose (待定, to be looked at again on a day)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fayol.commitments.actions._turn import REVIEW_ON, Turn, settle_many, snapshot
from fayol.commitments.models import Commitment
from fayol.organisation.actor import SYSTEM
from fayol.organisation.calendar import work_calendar

ASKED = "review_asked"
"""In `sheet`: the day on which the requester was asked. It says no more once there is a date."""


def ask_for_dates(rows: Sequence[Commitment], *, now: datetime) -> None:
    """The day has come: each row, which the caller has locked, comes back to whoever asked, who has to name a date."""
    today = work_calendar().local_day(now).isoformat()
    turns = []
    for row in rows:
        turn = Turn(row=row, by=SYSTEM, now=now, before=snapshot(row), extra={"words": "", "files": []})
        row.sheet = {key: value for key, value in row.sheet.items() if key != REVIEW_ON} | {ASKED: today}
        turns.append(turn)
    settle_many(turns, "review_due")
