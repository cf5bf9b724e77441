"""Of a recurring duty only what stops it by itself is told; what it opens is told by the promises."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as t

from fayol.channels.registry import Message, register_messages
from fayol.facts.models import Fact
from fayol.matters.recurring.models import Recurrence


def register() -> None:
    register_messages("recurrence.paused", compose)


def compose(facts: list[Fact]) -> Iterator[Message]:
    rows = Recurrence.objects.in_bulk([fact.subject_id for fact in facts])
    for fact in facts:
        row = rows[fact.subject_id]
        title = t("常规工作停下了：%(title)s") % {"title": row.title}
        words = t(fact.data.get("words", ""))
        yield Message(fact, row.requester_id, title, words, f"/matters/recurring/{row.pk}/")
