"""iCalendar answers to an invitation (RFC 5546 METHOD:REPLY): who comes, who does not, who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

MOST_BYTES = 1_000_000


class Attendance(StrEnum):
    ATTEND = "attend"
    DECLINE = "decline"
    TENTATIVE = "tentative"
    DELEGATED = "delegated"


_MEANS = {
    "ACCEPTED": Attendance.ATTEND,
    "DECLINED": Attendance.DECLINE,
    "TENTATIVE": Attendance.TENTATIVE,
    "DELEGATED": Attendance.DELEGATED,
}


@dataclass(frozen=True)
class Reply:
    """`uid` names the invitation, `occurrence` one date of a series; `sequence` the version that was answered."""

    uid: str
    attendee: str
    attendance: Attendance
    occurrence: date | datetime | None = None
    sequence: int = 0
    at: datetime | None = None
    delegated_to: str = ""
    comment: str = ""


def replies_in(data: bytes) -> list[Reply]:
    """Empty for everything that is no answer: requests, cancellations, counter-proposals, broken files, an answer that
    says NEEDS-ACTION or speaks for several at once."""
    if len(data) > MOST_BYTES:
        return []
    try:
        calendars = Calendar.from_ical(data.lstrip(b"\xef\xbb\xbf"), multiple=True)
        return [reply for calendar in calendars for reply in _of(calendar)]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        return []


def _of(calendar: Component) -> list[Reply]:
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return []
    found = (_reply(one) for one in calendar.subcomponents if one.name in ("VEVENT", "VTODO"))
    return [reply for reply in found if reply]


def _reply(event: Component) -> Reply | None:
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    speaking = [one for one in attendees if str(one.params.get("PARTSTAT", "")).upper() in _MEANS]
    delegating = [one for one in speaking if "DELEGATED-TO" in one.params]
    speaking = delegating or speaking
    uid = str(event.get("UID", ""))
    if len(speaking) != 1 or not uid:
        return None
    one = speaking[0]
    return Reply(
        uid=uid,
        attendee=_address(one),
        attendance=_MEANS[str(one.params["PARTSTAT"]).upper()],
        occurrence=getattr(event.get("RECURRENCE-ID"), "dt", None),  # unreadable: raises, lest it answer for the series
        sequence=int(event.get("SEQUENCE", 0)),
        at=_stamp(event),
        delegated_to=_address(_first(one.params.get("DELEGATED-TO", ""))),
        comment=str(_first(event.get("COMMENT", ""))),
    )


def _stamp(event: Component) -> datetime | None:
    try:
        at = getattr(event.get("DTSTAMP"), "dt", None)
    except BrokenCalendarProperty:
        return None
    return at if isinstance(at, datetime) else None


def _first(value: object) -> object:
    return next(iter(value), "") if isinstance(value, list | tuple) else value


def _address(value: object) -> str:
    text = str(value).strip().strip('"').casefold()
    return text.removeprefix("mailto:").strip()
