"""An answer carried out and kept, whichever way it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fayol.answers.models import GivenAnswer, IncomingLetter, SignedLink
from fayol.answers.registry import Answer, answers_for
from fayol.answers.states import Way
from fayol.facts.journal import record
from fayol.files.models import StoredFile
from fayol.files.store import keep
from fayol.organisation.actor import Actor


@dataclass(frozen=True)
class Source:
    """The one thing or the other by which an answer came."""

    link: SignedLink | None = None
    letter: IncomingLetter | None = None

    @property
    def way(self) -> Way:
        return Way.LINK if self.link else Way.MAIL


def give(
    about: tuple[str, int],
    answer: Answer,
    given: Mapping[str, Any],
    *,
    source: Source,
    by: Actor,
    now: datetime,
    expect: int,
) -> GivenAnswer:
    """Inside the caller's transaction. Files are looked at and kept first; whatever is refused undoes all of it."""
    subject_type, subject_id = about
    registered = answers_for(subject_type)
    assert registered is not None
    assert by.person is not None
    kept = {name: _kept(value, by, now) for name, value in given.items()}
    registered.perform(subject_id, answer.key, kept, by=by, now=now, expect=expect, way=source.way)
    row = GivenAnswer.objects.create(
        person=by.person,
        subject_type=subject_type,
        subject_id=subject_id,
        way=source.way,
        link=source.link,
        letter=source.letter,
        key=answer.key,
        label=answer.label,
        words=_in_words(answer, kept),
        at=now,
    )
    data = {
        "way": source.way.value,
        "key": answer.key,
        "subject": [subject_type, subject_id],
        "link": source.link.pk if source.link else None,
        "letter": source.letter.pk if source.letter else None,
    }
    record("answer", row.pk, "answer.given", by=by, now=now, data=data)
    return row


def _kept(value: Any, by: Actor, now: datetime) -> Any:
    return [keep(upload, by=by, now=now) for upload in value] if isinstance(value, list) else value


def _in_words(answer: Answer, given: Mapping[str, Any]) -> str:
    """What was filled in, each line with its label where there are several."""
    shown = [(field.label, _spelled(given.get(field.name), dict(field.choices))) for field in answer.fields]
    shown = [(label, words) for label, words in shown if words]
    return shown[0][1] if len(shown) == 1 else "\n".join(f"{label}：{words}" for label, words in shown)


def _spelled(value: Any, people: Mapping[int, str]) -> str:
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, list):
        return "、".join(file.name for file in value if isinstance(file, StoredFile))
    return people.get(value, "") if isinstance(value, int) else str(value or "").strip()
