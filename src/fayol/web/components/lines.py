"""Lines drawn over time: 阶段线、催办阶梯、余量对比."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from fayol.kernel.text import gettext_noop as _

_LEFT, _WIDTH = 15.0, 83.0
"""Percent of the track's width before the first column, and of all columns together."""
_READABLE = 8.0
"""Percent below which a bar has no room for its words; the sentence above the track says them anyway."""

STAGES = (_("交办"), _("签收"), _("承诺"), _("反馈"), _("核实"), _("办结"))


@dataclass(frozen=True, slots=True)
class Stageline:
    """阶段线. `at` is the current stage 0–5, 6 when all is done; `alt` replaces its word (商榷、重新确认、退回重办)."""

    at: int
    notes: Sequence[str] = ()
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    word: str
    state: str
    note: str


def stages(at: int, notes: Sequence[str] = (), alt: str = "") -> list[Stage]:
    """The six stages as drawn: done, now or loop (a detour), todo."""
    drawn = []
    for i, word in enumerate(STAGES):
        here = "loop" if alt else "now"
        state = "done" if i < at else here if i == at else "todo"
        drawn.append(Stage(alt if alt and i == at else word, state, notes[i] if i < len(notes) else ""))
    return drawn


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the 催办阶梯. `state`: done, next, todo. Given to the tag from the highest rung to the lowest."""

    state: str
    role: str
    who: str
    when: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle and its words in the track; x and width in percent."""

    kind: str
    x: float
    width: float
    words: str
    words_x: float
    words_kind: str


@dataclass(frozen=True, slots=True)
class TrackRow:
    label: str
    y: int
    input_x: float
    bars: tuple[Bar, ...]

    @property
    def text_y(self) -> int:
        return self.y + 13

    @property
    def middle(self) -> int:
        return self.y + 9


@dataclass(frozen=True)
class Track:
    """余量对比 over working days: what was planned, and what is left now that the input comes at another time.

    `days` are the heads of the columns; the input arrives at column `before`, now at `after`; the work takes `work`
    columns; the deadline is the end of column `due` - 1. `doing` is the verb on the bar.
    """

    days: Sequence[str]
    before: int
    after: int
    work: int
    due: int
    doing: str

    @property
    def ticks(self) -> list[tuple[float, str]]:
        return [(self._x(i + 0.5), day) for i, day in enumerate(self.days)]

    @property
    def due_x(self) -> float:
        return self._x(self.due)

    @property
    def rows(self) -> tuple[TrackRow, TrackRow]:
        return self._row(gettext("原计划"), self.before, 32), self._row(gettext("现计划"), self.after, 62)

    def _x(self, column: float) -> float:
        return round(_LEFT + _WIDTH * column / len(self.days), 2)

    def _bar(self, kind: str, start: float, end: float, words: str, words_kind: str) -> Bar:
        width = round(_WIDTH * (end - start) / len(self.days), 2)
        said = words if width >= _READABLE else ""
        return Bar(kind, self._x(start), width, said, self._x((start + end) / 2), words_kind)

    def _row(self, label: str, start: int, y: int) -> TrackRow:
        end = start + self.work
        slack = self.due - end
        worked = self._bar("work", start, min(end, max(self.due, start)), self.doing, "on")
        rest: tuple[Bar, ...] = ()
        if slack > 0:
            rest = (self._bar("slack", end, self.due, gettext("余%(n)d天") % {"n": slack}, "ok"),)
        elif slack < 0:
            rest = (self._bar("over", max(self.due, start), end, gettext("差%(n)d天") % {"n": -slack}, "on"),)
        return TrackRow(label, y, self._x(start), (worked, *rest))
