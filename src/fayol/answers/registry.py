"""What may be answered: apps say it for their own subjects, links and letters carry it.

A link or a letter names a subject by type and key, as facts do. For a person and an instant the app offers a short
list of answers and performs the one chosen by its own action; nothing here knows what an answer does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

from fayol.answers.letters.attendance import Attendance
from fayol.answers.states import Way
from fayol.facts.models import Fact
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person

Kind = Literal["text", "line", "date", "person", "file"]


@dataclass(frozen=True)
class Field:
    """One thing asked with an answer. `choices` are (person's key, words) for a person; a file is one at most."""

    name: str
    label: str
    kind: Kind = "text"
    required: bool = True
    hint: str = ""
    initial: date | str | None = None
    choices: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Answer:
    """`words` mean it at the beginning of a letter, `attendance` in the answer of a calendar; `agrees` when it takes
    something on; `free` when any other words are this answer. After one that is `final` a link has served its
    purpose."""

    key: str
    label: str
    fields: Sequence[Field] = ()
    words: tuple[str, ...] = ()
    agrees: bool = True
    free: bool = False
    final: bool = True
    attendance: Attendance | None = None

    @property
    def one_tap(self) -> bool:
        return not any(field.required for field in self.fields)


@dataclass(frozen=True)
class Subject:
    """What is shown of the thing. `version` goes back to `perform`, so that nobody answers what has changed since.
    `answers` are the keys of all that can ever be answered about it: a link is for these and no others."""

    title: str
    asked_by: str
    answers: Sequence[str]
    lines: Sequence[tuple[str, str | date]] = ()
    text: str = ""
    version: int = 0
    closed: bool = False


Given = Mapping[str, Any]
"""By field: text, a date, a person's key, a list of `StoredFile`."""


class Answers(Protocol):
    def subject(self, pk: int) -> Subject | None:
        """Without asking who may see it: a link says that this person was asked."""

    def offered(self, person: Person, pk: int, now: datetime) -> list[Answer]:
        """What this person may answer now, the usual one first. Empty when it is not the person's turn."""

    def perform(self, pk: int, key: str, given: Given, *, by: Actor, now: datetime, expect: int, way: Way) -> None:
        """By the app's own action; raises `Refused`."""


# ── what takes place at a time ─────────────────────────────────────────────


@dataclass(frozen=True)
class Invitation:
    """An event to which somebody is asked, as one letter about it has it. `sequence` is higher in every later letter
    that says something else. `asks`: an answer is wanted."""

    title: str
    organiser: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    sequence: int
    cancelled: bool
    asks: bool


class Invitations(Protocol):
    def invitation(self, pk: int, person: Person, fact: Fact) -> Invitation | None:
        """What that fact told the person of the event, the same however often it is asked; None when nothing."""

    def least(self, pk: int) -> int:
        """The lowest sequence with which one can still agree: what was said before was something else."""


_inviting: dict[str, Invitations] = {}


def register_invitations(subject_type: str, invitations: Invitations) -> None:
    """For subjects with answers."""
    _inviting[subject_type] = invitations


def invitations_for(subject_type: str) -> Invitations | None:
    return _inviting.get(subject_type)


@dataclass(frozen=True)
class _Entry:
    answers: Answers
    path: str


_registered: dict[str, _Entry] = {}
_PATH = re.compile(r"^(/[a-z]+/)(\d{1,18})/")


def register_answers(subject_type: str, answers: Answers, *, path: str) -> None:
    """`path` is where pages of such things live (`/commitments/`): a message about something else that leads there, a
    chase for instance, is answered as if it were about the thing."""
    _registered[subject_type] = _Entry(answers, path)


def answers_for(subject_type: str) -> Answers | None:
    entry = _registered.get(subject_type)
    return entry.answers if entry else None


def page_of(subject_type: str, subject_id: int) -> str:
    """Where the thing itself is looked at by those who may."""
    entry = _registered.get(subject_type)
    return f"{entry.path}{subject_id}/" if entry else ""


def subject_behind(subject_type: str, subject_id: int, link: str) -> tuple[str, int] | None:
    """What a message is to be answered for: its subject, else the thing that it leads to."""
    if subject_type in _registered:
        return subject_type, subject_id
    found = _PATH.match(link)
    for name, entry in _registered.items():
        if found and entry.path == found[1]:
            return name, int(found[2])
    return None
