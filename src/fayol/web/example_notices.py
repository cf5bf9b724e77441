"""The demo's notices (`[[notice]]` in example_scene.toml): written, sent, answered, taken, left unreported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from fayol.kernel.deadlines import DeadlineRule
from fayol.notices import actions
from fayol.notices.audience import Entry
from fayol.notices.deadline_words import read_reply_deadline
from fayol.notices.models import Notice, Receipt
from fayol.notices.policy import Field
from fayol.notices.states import Depth, EntryKind, Form, Reply, Way
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Unit

Row = dict[str, Any]
Step = Callable[[datetime], object]
Add = Callable[[int, str, Step], None]
At = Callable[[int, str], datetime]


class NoticeScore:
    """Lays one notice into the score. A step is "verb@name day time argument|words"."""

    def __init__(self, row: Row, at: At) -> None:
        self.row, self.at = row, at
        self.pk = 0

    def lay(self, add: Add) -> None:
        for line in self.row.get("busy", ()):
            head, _bar, title = line.partition("|")
            name, day, start, end, people = head.split()
            span = self._span(int(day), start, end)
            add(self.row["day"], "08:30", partial(self._busy, name, span, int(people), title))
        add(self.row["day"], self.row["clock"], self._send)
        for line in self.row.get("steps", ()):
            head, _bar, words = line.partition("|")
            verb, day, clock, *argument = head.split()
            name, _sign, who = verb.partition("@")
            add(int(day), clock, partial(self._step, name, who, " ".join(argument), words.strip()))

    def _span(self, day: int, start: str, end: str) -> tuple[datetime, datetime]:
        return self.at(day, start), self.at(day, end)

    def _busy(self, name: str, span: tuple[datetime, datetime], people: int, title: str, at: datetime) -> None:
        person = Person.objects.get(name=name)
        actions.take_time(
            person, starts_at=span[0], ends_at=span[1], title=title.strip(), people=people, by=Actor(person), now=at
        )

    def _send(self, at: datetime) -> None:
        by = Actor(Person.objects.get(name=self.row["by"]))
        notice = actions.draft(self._wording(), by=by, now=at)
        self.pk = notice.pk
        if not self.row.get("draft"):
            actions.send(notice, by=by, now=at)

    def _wording(self) -> actions.Wording:
        row = self.row
        starts, ends = self._span(*row["when"]) if "when" in row else (None, None)
        duty = row.get("duty")
        return actions.Wording(
            unit=_unit(row["unit"]),
            title=row["title"],
            body=row.get("body", ""),
            number=row.get("number", ""),
            urgency=row.get("urgency", "normal"),
            depth=Depth(row.get("depth", "confirmed")),
            form=Form(row.get("form", "confirm")),
            fields=[Field(f"f{n}", *_asked(line)) for n, line in enumerate(row.get("fields", ()), start=1)],
            audience=list(_audience(row["to"])),
            due=self._due(),
            starts_at=starts,
            ends_at=ends,
            place=row.get("place", ""),
            duty=Person.objects.get(name=duty) if duty else None,
        )

    def _due(self) -> DeadlineRule | None:
        words = self.row.get("due")
        return read_reply_deadline(words) if words else None

    def _step(self, verb: str, who: str, argument: str, words: str, at: datetime) -> None:
        by = Actor(Person.objects.get(name=who))
        notice = Notice.objects.get(pk=self.pk)
        if verb == "confirm":
            reply = Reply(argument) if argument else Reply.FILLED if notice.fields else Reply.CONFIRM
            values = {f"f{n}": value for n, value in enumerate(words.split("、"), start=1)} if notice.fields else {}
            answer = actions.Answer(reply=reply, words="" if values else words, values=values)
            actions.confirm(self._receipt(who), answer=answer, by=by, now=at)
        elif verb == "reconfirm":
            actions.reconfirm(self._receipt(who), by=by, now=at)
        elif verb == "open":
            actions.open_(self._receipt(who), by=by, now=at)
        elif verb == "take":
            actions.take(self._receipt(argument), by=by, now=at)
        elif verb == "report":
            report = actions.Report(at=at, way=Way.IN_PERSON, words=words)
            actions.report_to(self._receipt(argument), report=report, by=by, now=at)
        elif verb == "call":
            actions.log_call(self._receipt(argument), call=actions.Call(reached=True, words=words), by=by, now=at)
        elif verb == "place":
            fields = {name: getattr(notice, name) for name in ("title", "body", "starts_at", "ends_at")}
            change = actions.Correction(**fields, place=argument, words=words)
            actions.correct(notice, change, by=by, now=at)

    def _receipt(self, name: str) -> Receipt:
        return Receipt.objects.select_related("notice", "person").get(notice=self.pk, person__name=name)


def looked_at_next(until: datetime) -> Receipt | None:
    """The receipt whose clock strikes next."""
    return Receipt.objects.filter(next_look_at__lte=until).order_by("next_look_at", "pk").first()


def _unit(name: str) -> Unit:
    return next(unit for unit in Unit.objects.all() if unit.name == name)


def _asked(line: str) -> tuple[str, str]:
    label, _colon, kind = line.partition(":")
    return label, kind or "text"


def _audience(lines: Iterable[str]) -> Iterable[Entry]:
    """Lines such as 财务部 head, or 顾明远! for somebody who must attend."""
    for line in lines:
        name, _space, role = line.rstrip("!").partition(" ")
        person = Person.objects.filter(name=name).first()
        must = line.endswith("!")
        if person is not None:
            yield Entry(EntryKind.PERSON, id=person.pk, must=must)
        else:
            yield Entry(EntryKind.UNIT, id=_unit(name).pk, role=role, must=must)
