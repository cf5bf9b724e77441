"""A document to try things with: the division of work for the annual meeting of the example organisation."""

from __future__ import annotations

from pathlib import Path

NAME = "年会筹备工作分工方案.docx"
PATH = Path(__file__).parent / "annual-meeting.docx"


def annual_meeting() -> bytes:
    """The Word file: seven tasks, of which two lack a lead or a date."""
    return PATH.read_bytes()
