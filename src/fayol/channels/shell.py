"""What channels add to the shell: the office's page in the navigation, who was told on the page of a commitment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from fayol.channels.access import can_oversee
from fayol.channels.contract import channel_named
from fayol.channels.models import INBOX, Delivery
from fayol.channels.queries import failed, tellings_about
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.web import nav, parts

TOLD = 6  # tellings shown beside a commitment
LOOKED_AT = 3 * TOLD


def told(person: Person, subject: Any, now: datetime) -> dict[str, Any] | None:
    """The latest messages that asked somebody for something, with what became of each in every channel."""
    rows = tellings_about("commitment", subject.pk, LOOKED_AT)
    tellings: dict[tuple[int, int], dict[str, Any]] = {}
    for row in reversed(rows):
        one = tellings.setdefault((row.fact_id, row.person_id), {"inbox": None, "outward": []})
        if row.channel == INBOX:
            one["inbox"] = row
        else:
            one["outward"].append((_title(row), row))
    tellings = dict(reversed(tellings.items()))
    shown = [one for one in tellings.values() if one["inbox"]][:TOLD]
    return {"tellings": shown} if shown else None


def _title(row: Delivery) -> str:
    way = channel_named(row.channel)
    return gettext(way.title) if way else row.channel


nav.register(
    nav.Entry(
        "deliveries",
        _("送达"),
        "/deliveries/",
        "send",
        80,
        allowed=can_oversee,
        badge=lambda person, now: failed.asked(),
    )
)
parts.register("commitment.aside", "told", "channels/_told.html", told, order=80)
