"""What answers add to the shell: the office's pages in the navigation, links and answers on the page of a task."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fayol.answers.access import can_read_letters, can_revoke
from fayol.answers.queries import answers_about, links_about, to_look_at
from fayol.answers.states import WAY_WORDS, Way
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.web import nav, parts

SHOWN = 6


def given(person: Person, subject: Any, now: datetime) -> dict[str, Any] | None:
    """What was answered without signing in, and the links that still answer."""
    answers = [(row, WAY_WORDS[Way(row.way)]) for row in answers_about("commitment", subject.pk)[:SHOWN]]
    rows = links_about("commitment", subject.pk).filter(
        ended_at__isnull=True, completed_at__isnull=True, expires_at__gt=now
    )
    links = [(link, can_revoke(person, link)) for link in rows[:SHOWN]]
    return {"answers": answers, "links": links} if answers or links else None


nav.register(
    nav.Entry(
        "answers",
        _("来信"),
        "/answers/incoming/",
        "mail",
        82,
        under=("/answers/",),
        allowed=can_read_letters,
        badge=lambda person, now: to_look_at.asked(),
    )
)
parts.register("commitment.aside", "answers", "answers/_given.html", given, order=82)
