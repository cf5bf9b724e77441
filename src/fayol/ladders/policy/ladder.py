"""A ladder as a value: its rungs, the shipped ones, and what makes a good one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from fayol.commitments.states import Urgency
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.states import HEIGHT, KIND_WORDS, Kind, Level, Origin, Unit

KLASSES = ("", "instant", "ordinary", "special", "major")
MOST_RUNGS = 12
FARTHEST = {Unit.MINUTES: 60 * 8 * 30, Unit.WORKDAYS: 60, Unit.HOURS: 24 * 30}
MOST_PAUSE = 10
PAUSE_LIMIT = 3
"""Working days after the due day until which a progress note may still put the ladder off."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: whom it reaches, and when. `n` counts from the `origin`, before it when negative.

    In the ladder of delivery a rung that counts from the start asks for the first word: it is left out once a date is
    promised.
    """

    level: Level
    origin: Origin
    n: int
    unit: Unit
    words: str = ""

    @property
    def reminder(self) -> bool:
        """Comes before anything is late: not caught up on when its time has passed already."""
        return self.origin is Origin.DUE and self.n < 0

    def to_json(self) -> dict[str, Any]:
        row = {"level": self.level.value, "origin": self.origin.value, "n": self.n, "unit": self.unit.value}
        return {**row, "words": self.words} if self.words else row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Rung:
        return cls(
            Level(row["level"]), Origin(row["origin"]), int(row["n"]), Unit(row["unit"]), str(row.get("words", ""))
        )


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs from below to the top. `pause_limit`: working days after the due day until which a note may pause it.

    特急 runs by the clock, day and night; 普通 and 办文 act at the openings of half-days only; 加急 in between: in
    working time, at once.
    """

    kind: Kind
    urgency: Urgency
    rungs: tuple[Rung, ...]
    klass: str = ""
    pause_limit: int = PAUSE_LIMIT
    version: int = 1

    @property
    def natural(self) -> bool:
        return self.urgency is Urgency.FLASH

    @property
    def at_openings(self) -> bool:
        return self.urgency in (Urgency.NORMAL, Urgency.DOCUMENT)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "urgency": self.urgency.value,
            "klass": self.klass,
            "pause_limit": self.pause_limit,
            "version": self.version,
            "rungs": [rung.to_json() for rung in self.rungs],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Ladder:
        return cls(
            Kind(row["kind"]),
            Urgency(row["urgency"]),
            tuple(Rung.from_json(rung) for rung in row["rungs"]),
            str(row.get("klass", "")),
            int(row.get("pause_limit", PAUSE_LIMIT)),
            int(row.get("version", 1)),
        )


@dataclass(frozen=True)
class Shelf:
    """The ladders in force: the office's own, else the shipped ones."""

    own: Mapping[tuple[str, str, str], Ladder] = field(default_factory=dict)

    def ladder(self, kind: Kind, urgency: Urgency, klass: str = "") -> Ladder:
        """The one of the class goes before the one for all classes, an own one before the shipped one."""
        for key in dict.fromkeys([(kind, urgency, klass), (kind, urgency, "")]):
            if found := self.own.get(key) or SHIPPED.get(key):
                return found
        raise KeyError((kind, urgency, klass))  # pragma: no cover  every kind and urgency has one shipped

    def all(self) -> list[Ladder]:
        """By kind and urgency, the one for all classes first."""
        return [self.own.get(key) or SHIPPED[key] for key in sorted({*SHIPPED, *self.own}, key=_place)]


def _place(key: tuple[str, str, str]) -> tuple[int, int, int]:
    kinds, urgencies = list(Kind), list(Urgency)
    return kinds.index(Kind(key[0])), urgencies.index(Urgency(key[1])), KLASSES.index(key[2])


def check_rungs(kind: Kind, urgency: Urgency, rungs: Sequence[Rung]) -> None:
    """Refuse a ladder that cannot be climbed; the sentence says which rung is wrong and what to do."""
    if not rungs:
        raise Refused("no_rungs", _("阶梯至少要有一级。"), field="rungs")
    if len(rungs) > MOST_RUNGS:
        raise Refused("many_rungs", _("阶梯最多{most}级，请合并。"), field="rungs", most=MOST_RUNGS)
    for number, rung in enumerate(rungs, start=1):
        _check_rung(number, rung, kind, urgency)
    for number, (below, above) in enumerate(pairwise(rungs), start=2):
        if HEIGHT[above.level] < HEIGHT[below.level]:
            raise Refused("order", _("第{number}级比前一级低。请从责任人往上级排。"), field=f"rung-{number}",
                          number=number)  # fmt: skip
        if above.origin is below.origin and above.unit is below.unit and above.n < below.n:
            raise Refused("earlier", _("第{number}级比前一级早。请把时间往后改，或调换次序。"), field=f"rung-{number}",
                          number=number)  # fmt: skip
        if above.origin is Origin.START and below.origin is Origin.DUE:
            raise Refused("start_late", _("第{number}级从开始算起，请排在从到期算起的各级前面。"),
                          field=f"rung-{number}", number=number)  # fmt: skip


def _check_rung(number: int, rung: Rung, kind: Kind, urgency: Urgency) -> None:
    place = f"rung-{number}"
    if abs(rung.n) > FARTHEST[rung.unit]:
        raise Refused("far", _("第{number}级离得太远，请填{most}以内的数。"), field=place, number=number,
                      most=FARTHEST[rung.unit])  # fmt: skip
    if rung.origin is Origin.START and rung.n < 0:
        raise Refused("before_start", _("第{number}级从开始算起，不能在开始以前。"), field=place, number=number)
    if kind is Kind.ANSWER and rung.origin is Origin.DUE:
        raise Refused("no_due", _("“{kind}”阶梯从开始算起，没有到期。请把第{number}级改为从开始算起。"), field=place,
                      number=number, kind=KIND_WORDS[kind])  # fmt: skip
    if kind is Kind.DELIVER and rung.origin is Origin.START and rung.level is not Level.PERSON:
        raise Refused("first_word", _("第{number}级从签收算起，用于催首次反馈，只能到责任人。"), field=place,
                      number=number)  # fmt: skip
    if rung.unit is Unit.HOURS and urgency is not Urgency.FLASH:
        raise Refused("natural", _("只有特急按自然小时计。请把第{number}级改为工作日或工作分钟。"), field=place,
                      number=number)  # fmt: skip


def check_pause_limit(days: int) -> None:
    if not 0 <= days <= MOST_PAUSE:
        raise Refused("pause_limit", _("反馈进展后最多停催到期限后{most}个工作日，请填0到{most}。"),
                      field="pause_limit", most=MOST_PAUSE)  # fmt: skip


# ── the shipped ladders: handbook §3.4 and §3.6 ────────────────────────────

P, A, B, H, O, L = Level  # noqa: E741  person, liaison A, liaison B, head, office, leader's brief
_START, _DUE = Origin.START, Origin.DUE
_MIN, _DAY, _HOUR = Unit.MINUTES, Unit.WORKDAYS, Unit.HOURS
Steps = tuple[tuple[Level, Origin, int, Unit], ...]

_SIGN: dict[Urgency, Steps] = {
    Urgency.NORMAL: ((P, _DUE, 0, _MIN), (A, _DUE, 1, _DAY), (B, _DUE, 2, _DAY), (H, _DUE, 3, _DAY),
                     (O, _DUE, 4, _DAY)),
    Urgency.DOCUMENT: ((P, _DUE, 0, _MIN), (A, _DUE, 1, _DAY), (H, _DUE, 2, _DAY), (O, _DUE, 3, _DAY)),
    Urgency.URGENT: ((P, _DUE, 0, _MIN), (A, _DUE, 210, _MIN), (H, _DUE, 450, _MIN), (O, _DUE, 660, _MIN),
                     (L, _DUE, 900, _MIN)),
    Urgency.FLASH: ((P, _START, 1, _HOUR), (P, _START, 2, _HOUR), (A, _START, 3, _HOUR), (H, _START, 4, _HOUR),
                    (O, _START, 5, _HOUR), (L, _START, 8, _HOUR)),
}  # fmt: skip
_DELIVER: dict[Urgency, Steps] = {
    Urgency.NORMAL: ((P, _START, 3, _DAY), (P, _DUE, -2, _DAY), (P, _DUE, 1, _DAY), (A, _DUE, 2, _DAY),
                     (B, _DUE, 3, _DAY), (H, _DUE, 4, _DAY), (O, _DUE, 5, _DAY), (L, _DUE, 7, _DAY)),
    Urgency.DOCUMENT: ((P, _START, 3, _DAY), (P, _DUE, -2, _DAY), (P, _DUE, 1, _DAY), (A, _DUE, 2, _DAY),
                       (H, _DUE, 3, _DAY), (O, _DUE, 4, _DAY), (L, _DUE, 6, _DAY)),
    Urgency.URGENT: ((P, _START, 1, _DAY), (P, _DUE, -1, _DAY), (P, _DUE, 0, _MIN), (A, _DUE, 210, _MIN),
                     (H, _DUE, 450, _MIN), (O, _DUE, 900, _MIN), (L, _DUE, 1350, _MIN)),
    Urgency.FLASH: ((P, _START, 2, _HOUR), (P, _DUE, -4, _HOUR), (P, _DUE, 0, _HOUR), (A, _DUE, 1, _HOUR),
                    (H, _DUE, 2, _HOUR), (O, _DUE, 3, _HOUR), (L, _DUE, 6, _HOUR)),
}  # fmt: skip
_ANSWER: dict[Urgency, Steps] = {
    Urgency.NORMAL: ((P, _START, 3, _DAY), (A, _START, 4, _DAY), (H, _START, 5, _DAY), (O, _START, 6, _DAY)),
    Urgency.DOCUMENT: ((P, _START, 2, _DAY), (A, _START, 3, _DAY), (H, _START, 4, _DAY), (O, _START, 5, _DAY)),
    Urgency.URGENT: ((P, _START, 1, _DAY), (A, _START, 2, _DAY), (H, _START, 3, _DAY), (O, _START, 4, _DAY)),
    Urgency.FLASH: ((P, _START, 2, _HOUR), (H, _START, 4, _HOUR), (O, _START, 6, _HOUR)),
}
_MAJOR_DELIVER: Steps = (
    (P, _START, 3, _DAY), (P, _DUE, -5, _DAY), (P, _DUE, -2, _DAY), (P, _DUE, 1, _DAY), (H, _DUE, 2, _DAY),
    (O, _DUE, 3, _DAY), (L, _DUE, 4, _DAY),
)  # fmt: skip
"""重大: an earlier reminder, straight to the head, with the leader after three working days of red (§3.4)."""


def _made(kind: Kind, urgency: Urgency, steps: Steps, klass: str = "") -> Ladder:
    return Ladder(kind, urgency, tuple(Rung(*step) for step in steps), klass)


SHIPPED: dict[tuple[str, str, str], Ladder] = {
    (ladder.kind.value, ladder.urgency.value, ladder.klass): ladder
    for ladder in [
        *(_made(Kind.SIGN, urgency, steps) for urgency, steps in _SIGN.items()),
        *(_made(Kind.DELIVER, urgency, steps) for urgency, steps in _DELIVER.items()),
        *(_made(Kind.ANSWER, urgency, steps) for urgency, steps in _ANSWER.items()),
        _made(Kind.DELIVER, Urgency.NORMAL, _MAJOR_DELIVER, "major"),
    ]
}
