"""Everything the page of one promise shows, gathered once for a viewer and an instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments import access, policy, presenter, queries_page
from fayol.commitments.foreseeing import foreseen_words
from fayol.commitments.forms import FORMS, ONE_TAP, MoveForm
from fayol.commitments.models import Commitment
from fayol.commitments.presenter_talk import Entry, Names, told
from fayol.commitments.presenter_time import Times, times_of
from fayol.commitments.states import CLOSED, MOVE_WORDS, NATURE_WORDS, URGENCY_WORDS, Move, Nature, State, Urgency
from fayol.commitments.voices import Voice, voices_of
from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.web.http import Problem, components

SECOND: dict[str, tuple[Move, ...]] = {
    State.DRAFT: (Move.AMEND,),
    State.ASSIGNED: (Move.PROMISE,),
    State.ACKNOWLEDGED: (Move.COUNTER,),
    State.COUNTERED: (Move.INSIST,),
    State.DECLINED: (Move.INSIST,),
    State.PROMISED: (Move.PROGRESS,),
    State.REPORTED: (Move.HAND_BACK,),
    State.HANDED_BACK: (Move.COUNTER,),
    State.FULFILLED: (Move.REOPEN,),
}
"""The other likely answer, which gets a button of its own beside the primary one."""


@dataclass(frozen=True)
class Way:
    """A move that is offered: its words, and the address of its form."""

    move: Move
    words: str
    url: str


@dataclass
class Sheet:
    """One promise for one viewer. `chosen` is the move whose form stands in the bar; `form` that form as filled in.

    `wanted`: this form was asked for, or something was refused; what another app would put into the bar stands back.
    """

    row: Commitment
    viewer: Person
    now: datetime
    url: str
    chosen: Move | None = None
    form: MoveForm | None = None
    problem: Problem | None = None
    typed: list[tuple[str, str]] = field(default_factory=list)
    refilled: bool = False

    def __post_init__(self) -> None:
        self.wanted = self.chosen is not None or self.form is not None or self.problem is not None
        if self.form is None and self.chosen in self.moves:
            self.form = FORMS[self.chosen](self.row)
        if self.form is None and self.mine and self.primary and self.primary not in ONE_TAP:
            self.chosen, self.form = self.primary, FORMS[self.primary](self.row)

    # ── whose move ──

    @cached_property
    def voices(self) -> list[Voice]:
        return voices_of(self.viewer, self.row, self.now)

    @cached_property
    def moves(self) -> list[Move]:
        sides = frozenset(side for voice in self.voices for side in voice.sides)
        return policy.moves_for(State(self.row.state), Nature(self.row.nature), sides) if sides else []

    @cached_property
    def mine(self) -> bool:
        return presenter.is_mine(self.row, self.viewer.pk)

    @cached_property
    def primary(self) -> Move | None:
        return presenter.primary_of(self.row, self.moves)

    @property
    def bar(self) -> components.MoveBar:
        away = queries_page.away_name(self.row)
        return presenter.bar_of(self.row, self.viewer.pk, self.now, away=away, form=self.holds_form)

    @property
    def holds_form(self) -> bool:
        return self.form is not None or bool(self.plea) or self.problem is not None

    @property
    def outcry(self) -> str:
        """What was refused, when no field of the open form is there to say it."""
        if self.problem is None or (self.form and self.problem.field in self.form.fields):
            return ""
        return self.problem.sentence

    @property
    def tap(self) -> MoveForm | None:
        """The one button that makes the next move, when nothing has to be filled in and no form is open."""
        return FORMS[self.primary](self.row) if self.primary in ONE_TAP and self.form is None and self.primary else None

    @cached_property
    def seconds(self) -> list[Way]:
        offered = [move for move in SECOND.get(self.row.state, ()) if move in self.moves]
        if self.primary and not self.mine and self.primary not in ONE_TAP:
            offered.insert(0, self.primary)
        return [self._way(move) for move in offered if move is not self.chosen]

    @cached_property
    def others(self) -> list[Way]:
        """What stands in the menu, the destructive ones last."""
        shown = {way.move for way in self.seconds} | {self.chosen, self.tap.move if self.tap else None}
        left = [move for move in self.moves if move not in shown]
        return [self._way(move) for move in sorted(left, key=lambda move: move in (Move.CANCEL, Move.DECLINE))]

    def _way(self, move: Move) -> Way:
        return Way(move, t(_OFFER.get((self.row.state, move), MOVE_WORDS[move])), f"{self.url}?do={move}#move")

    @property
    def back_out(self) -> bool:
        """Whether the open form is one that was chosen, so that there is a way back to the bar as it was."""
        return self.form is not None and not (self.mine and self.chosen is self.primary)

    @cached_property
    def can_chase(self) -> bool:
        return access.can_chase(self.viewer, self.row, self.now)

    @property
    def chased(self) -> str:
        n = self.row.chases
        return ngettext("已催%(n)d次", "已催%(n)d次", n) % {"n": n} if n else ""

    @cached_property
    def behalves(self) -> list[tuple[str, str]]:
        """In whose name: (value, words). Empty when there is no choice and nothing to say."""
        if all(voice.principal is None for voice in self.voices):
            return []
        return [_behalf(voice) for voice in self.voices]

    # ── what is asked, what was answered ──

    @property
    def light(self) -> components.Light:
        return presenter.light_of(self.row, self.now)

    @property
    def foreseen(self) -> str:
        """Why it is expected to be late, in one line."""
        return "；".join(foreseen_words(self.row, self.now))

    @cached_property
    def plea(self) -> Entry | None:
        """The words that this step answers: the reason of a counter, the ground of a return, the result reported."""
        verbs = _ANSWERS.get(self.row.state, ())
        seqs = [fact.seq for fact in self.facts if fact.verb.partition(".")[2] in verbs]
        return next((entry for entry in self.talk if seqs and entry.seq == seqs[-1]), None)

    @cached_property
    def facts(self) -> list[Fact]:
        return history_of("commitment", self.row.pk)

    @cached_property
    def talk(self) -> list[Entry]:
        names = Names(*queries_page.names_for(self.facts, [self.row]))
        return told(self.facts, names, queries_page.files_by_fact(self.row), self.now)

    @cached_property
    def whole(self) -> bool:
        return queries_page.chain_is_whole(self.row, self.facts)

    @property
    def stage(self) -> components.Stageline:
        return presenter.stage_of(self.row, self.facts, self.now)

    @cached_property
    def times(self) -> Times:
        return times_of(queries_page.bookings_of(self.row), self.now)

    @cached_property
    def family(self) -> list[tuple[Commitment, components.Light, components.Ball]]:
        rows = queries_page.family_of(self.row)
        return [
            (row, presenter.light_of(row, self.now), presenter.ball_of(row, self.viewer.pk, self.now)) for row in rows
        ]

    @property
    def requester(self) -> str:
        return party(self.row.requester_unit.name, self.row.requester.name if self.row.requester else "")

    @property
    def performer(self) -> str:
        return party(self.row.performer_unit.name, self.row.responsible.name if self.row.responsible else "")

    @property
    def kind(self) -> str:
        urgency = Urgency(self.row.urgency)
        words = [t(NATURE_WORDS[Nature(self.row.nature)])]
        return "，".join([*words, t(URGENCY_WORDS[urgency])] if urgency is not Urgency.NORMAL else words)

    @property
    def closed(self) -> bool:
        return self.row.state in CLOSED

    @property
    def origin_url(self) -> str:
        return f"/matters/{self.row.origin_id}/" if self.row.origin_type == "matter" else ""


_OFFER: dict[tuple[str, Move], str] = {
    (State.PROMISED, Move.COUNTER): _("申请改期"),
    (State.HANDED_BACK, Move.COUNTER): _("申请改期"),
    (State.ASSIGNED, Move.PROMISE): _("签收并承诺"),
    (State.REPORTED, Move.ACCEPT): _("核实通过"),
}
"""Where the move has another name in a state than in the table of moves."""
_ANSWERS: dict[str, tuple[str, ...]] = {
    State.COUNTERED: ("countered",),
    State.DECLINED: ("declined",),
    State.REPORTED: ("reported",),
    State.HANDED_BACK: ("handed_back", "reopened"),
    State.ON_HOLD: ("held",),
}
"""In these states the bar shows the words that brought it here."""


def party(unit: str, person: str) -> str:
    return f"{unit} {person}".strip()


def _behalf(voice: Voice) -> tuple[str, str]:
    if voice.principal is None:
        return "", t("以本人名义")
    return str(voice.principal.pk), t("代%(name)s") % {"name": voice.principal.name}
