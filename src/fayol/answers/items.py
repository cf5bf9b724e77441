"""The things that a letter asked for, as its reply can name them, and a reply's words as what an answer asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fayol.answers.letters.saying import Said, Word
from fayol.answers.registry import Answer, Field, Subject, answers_for, subject_behind
from fayol.channels.mail.letter import MOST
from fayol.channels.models import INBOX, Bundle, Delivery
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.reading.deadlines import Context, find_times


@dataclass(frozen=True)
class Item:
    """`number` as the letter printed it. `changed`: something newer was asked about it since that letter."""

    number: int
    about: tuple[str, int]
    subject: Subject
    offered: Sequence[Answer]
    changed: bool

    def answer(self, said: Said) -> Answer:
        found = next((one for one in self.offered if one.key == said.key), None)
        if found is None:
            raise Refused("not_offered", _("“{title}”现在不能这样答复。"), title=self.subject.title)
        if self.changed and found.agrees:
            raise Refused("changed", _("“{title}”后来又有变化，请按最新的来信答复。"), title=self.subject.title)
        return found


def items_of(bundle: Bundle, now: datetime) -> list[Item]:
    """What the letter asked, numbered as in it; each subject once."""
    rows = list(bundle.deliveries.order_by("id")[:MOST])
    found: dict[tuple[str, int], Item] = {}
    for number, row in enumerate([row for row in rows if row.asks], 1):
        about = subject_behind(row.subject_type, row.subject_id, row.link)
        registered = answers_for(about[0]) if about else None
        subject = registered.subject(about[1]) if about and registered else None
        if about and registered and subject:
            offered = registered.offered(bundle.person, about[1], now)
            found[about] = Item(number, about, subject, offered, _asked_since(bundle.person, about, row))
    return list(found.values())


def _asked_since(person: Person, about: tuple[str, int], row: Delivery) -> bool:
    newer = Delivery.objects.filter(person=person, channel=INBOX, subject_type=about[0], subject_id=about[1], asks=True)
    return newer.filter(fact__gt=row.fact_id).exists()


def words_of(items: Sequence[Item]) -> tuple[list[Word], str]:
    """All words that mean something for any of them, and the answer that other words give if there is but one thing."""
    answers = {one.key: one for item in items for one in item.offered}
    waiting = [item for item in items if item.offered]
    free = [one.key for item in waiting for one in item.offered if one.free] if len(waiting) == 1 else []
    return [Word(one.key, one.words, one.agrees) for one in answers.values()], next(iter(free), "")


def given_by(answer: Answer, said: Said, files: Sequence[Any], *, today: date) -> dict[str, Any]:
    """Refused when something required is not in the words."""
    given: dict[str, Any] = {}
    for field in answer.fields:
        given[field.name] = _read(field, said, files, today, first=not any(isinstance(v, str) for v in given.values()))
        if field.required and not given[field.name]:
            raise Refused("field_missing", _("少了一样：{label}。"), label=field.label)
    return given


def _read(field: Field, said: Said, files: Sequence[Any], today: date, *, first: bool) -> Any:
    if field.kind == "file":
        return list(files)
    if field.kind == "date":
        return _day_in(said.rest, today) or field.initial
    if field.kind == "person":
        named = [key for key, words in field.choices if words.split("　")[0] in said.rest]
        return named[0] if len(named) == 1 else None
    return (said.rest or (said.line if field.required else "")) if first else ""


def _day_in(text: str, today: date) -> date | None:
    times = find_times(text, 0, len(text), Context(today))
    return next((time.on for time in times if time.on), None)
