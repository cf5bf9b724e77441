"""Events in letters out, so that calendars show them and answer them (RFC 6047)."""

from __future__ import annotations

from datetime import UTC

from django.conf import settings
from django.utils.translation import gettext as t
from icalendar import Calendar, Event, vCalAddress, vText

from fayol.answers.registry import Invitation, invitations_for
from fayol.answers.tokens import invitation_uid, reply_token
from fayol.channels.contract import Parcel
from fayol.channels.links import absolute, host
from fayol.channels.mail.letter import MOST, one_line
from fayol.channels.mail.letter import Event as Enclosed
from fayol.channels.models import MAIL, Bundle, Delivery
from fayol.kernel.text import gettext_noop as _

REQUEST, CANCEL = "REQUEST", "CANCEL"
_HOW = _("可以直接在日历里答复：接受就是参加，谢绝就是请假（请写理由）。")


def events_of(parcel: Parcel) -> list[Enclosed]:
    """Of each event the latest that the letter tells. None as long as answers could not come back."""
    if not settings.MAIL_REPLY:
        return []
    latest: dict[tuple[str, int], tuple[Delivery, Invitation]] = {}
    for message in parcel.messages[:MOST]:
        known = invitations_for(message.subject_type)
        told = known.invitation(message.subject_id, parcel.person, message.fact) if known else None
        if told:
            latest[message.subject_type, message.subject_id] = (message, told)
    return [_event(parcel.bundle, message, told) for message, told in latest.values()]


def _event(bundle: Bundle, message: Delivery, told: Invitation) -> Enclosed:
    method = CANCEL if told.cancelled else REQUEST
    event = Event()
    event.add("uid", invitation_uid(message.subject_type, message.subject_id, bundle.person_id, host()))
    event.add("dtstamp", bundle.created_at.astimezone(UTC))
    event.add("sequence", told.sequence)
    event.add("dtstart", told.starts_at.astimezone(UTC))
    event.add("dtend", told.ends_at.astimezone(UTC))
    event.add("summary", one_line(told.title))
    event.add("status", "CANCELLED" if told.cancelled else "CONFIRMED")
    if told.place:
        event.add("location", one_line(told.place))
    if told.asks:
        event.add("description", t(_HOW))
    event.add("url", absolute(told.link))
    event.add("organizer", _organiser(bundle, message, told))
    event.add("attendee", _attendee(bundle, told))
    calendar = Calendar()
    calendar.add("prodid", "-//Fayol//zh-Hans")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return Enclosed(method, calendar.to_ical().decode())


def _organiser(bundle: Bundle, message: Delivery, told: Invitation) -> vCalAddress:
    """Where calendars send their answers. The token of the first letter about it: calendars take later letters for
    those of somebody else when the address is another."""
    mine = Delivery.objects.filter(
        subject_type=message.subject_type, subject_id=message.subject_id, person=bundle.person_id, channel=MAIL
    )
    first = mine.filter(bundle__isnull=False).order_by("bundle").values_list("bundle", flat=True).first()
    address = vCalAddress("mailto:" + settings.MAIL_REPLY.replace("{token}", reply_token(first or bundle.pk)))
    address.params["CN"] = vText(one_line(told.organiser))
    return address


def _attendee(bundle: Bundle, told: Invitation) -> vCalAddress:
    address = vCalAddress(f"mailto:{bundle.address}")
    address.params["CN"] = vText(one_line(bundle.person.name))
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    if not told.cancelled:
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        address.params["RSVP"] = vText("TRUE" if told.asks else "FALSE")
    return address
