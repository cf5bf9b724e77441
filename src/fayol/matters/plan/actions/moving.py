"""A date moved: who is touched, who is asked again, who is told, and the change order beside the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from fayol.commitments.foreseeing import look_again_at
from fayol.commitments.models import Commitment
from fayol.commitments.states import DISPATCHED
from fayol.facts.journal import record
from fayol.facts.models import Fact
from fayol.facts.spelling import spelled
from fayol.matters.models import Matter
from fayol.matters.plan.actions._parties import actor_of, performers_of
from fayol.matters.plan.actions.cards import answer_by_counter, ask_again, drop_cards
from fayol.matters.plan.models import Baseline, BaselineLine, ChangeOrder, PlanStep
from fayol.matters.plan.policy import Effect, Graph, Touched, ripple
from fayol.matters.plan.queries.graph import load_graph
from fayol.organisation.actor import Actor

ENDS = frozenset({"reported", "accepted", "cancelled", "declined", "held", "reassigned"})
"""Moves after which nobody has to answer for the date any more."""


@dataclass(frozen=True)
class Moved:
    """One promise whose date others counted on is another one now."""

    row: Commitment
    old: date | None
    new: date | None
    words: str
    who: str

    def as_json(self) -> dict[str, Any]:
        return {
            "commitment": self.row.pk, "title": self.row.title, "unit": self.row.performer_unit.name, "who": self.who,
            "old": spelled(self.old), "new": spelled(self.new),
            "words": self.words,
        }  # fmt: skip


@dataclass
class Travel:
    """What moved dates did. `sources`: for each promise reached, those moved ones from which the change came;
    `nearest`: those of them that it counts on directly."""

    moves: list[Moved]
    effect: Effect
    rows: dict[int, Commitment]
    sources: dict[int, set[int]]
    nearest: dict[int, set[int]]
    orders: dict[int, int] = field(default_factory=dict)

    def matters(self) -> set[int]:
        reached = [move.row for move in self.moves] + list(self.rows.values())
        return {pk for row in reached if (pk := matter_key(row))}

    def of_matter(self, pk: int) -> tuple[list[Moved], list[Touched]]:
        """What concerns one matter: its promises that were reached, and what moved in it or reached them."""
        lines = [line for line in self.effect.lines if matter_key(self.rows[line.id]) == pk]
        causes = set().union(*(self.sources[line.id] for line in lines))
        return [move for move in self.moves if move.row.pk in causes or matter_key(move.row) == pk], lines


def matter_key(row: Commitment) -> int | None:
    return row.origin_id if row.origin_type == "matter" else None


def _traced(graph: Graph, effect: Effect) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    sources: dict[int, set[int]] = {pk: {pk} for pk in effect.moved}
    nearest: dict[int, set[int]] = {}
    for line in effect.lines:  # in the order in which the change travels
        before = [link.before for link in graph.before[line.id]]
        sources[line.id] = set().union(*(sources[pk] for pk in before if pk in sources))
        nearest[line.id] = {pk for pk in before if pk in effect.moved}
    return sources, nearest


def travel(facts: Sequence[Fact], *, now: datetime) -> None:
    """Compare the dates of these promises with those that others count on, and let the differences travel."""
    by = actor_of(facts[0])
    moves = _moves(facts)
    if not moves:
        return
    old = {move.row.pk: move.old for move in moves if move.old and move.new}
    moved = {move.row.pk: move.new for move in moves if move.old and move.new}
    graph = load_graph(list(moved), now, due=old)
    effect = ripple(graph, moved)
    _vouch(facts, effect)
    rows = Commitment.objects.select_related("performer_unit").in_bulk([line.id for line in effect.lines])
    trip = Travel(moves, effect, rows, *_traced(graph, effect))
    _order_changes(trip, by, now)
    _ask(trip, by, now)
    _tell(trip, by, now)
    look_again_at([line.id for line in effect.lines], now=now)


def _moves(facts: Sequence[Fact]) -> list[Moved]:
    """Each promise once; the day it is counted on is written down anew."""
    last = {fact.subject_id: fact for fact in facts}
    steps = list(PlanStep.objects.select_for_update().filter(pk__in=last).order_by("pk"))
    rows = Commitment.objects.select_related("performer_unit").in_bulk([step.pk for step in steps])
    moves = []
    for step in steps:
        row = rows[step.pk]
        if step.counted_on == row.due_on:
            continue
        fact = last[step.pk]
        moves.append(Moved(row, step.counted_on, row.due_on, _reason(fact), fact.actor_name))
        step.counted_on, step.assured_for = row.due_on, None
    PlanStep.objects.bulk_update(steps, ["counted_on", "assured_for"], batch_size=500)
    return moves


def _vouch(facts: Sequence[Fact], effect: Effect) -> None:
    """A date that the performer named himself, knowing when his input comes, is not doubted because of that input."""
    his = {fact.subject_id for fact in facts if fact.verb in ("commitment.agreed", "commitment.promised")}
    steps = [PlanStep(pk=pk, assured_for=day) for pk, day in effect.inputs.items() if pk in his and day]
    PlanStep.objects.bulk_update(steps, ["assured_for"], batch_size=500)


def _reason(fact: Fact) -> str:
    """Of a granted counter: what the performer wrote when asking for it."""
    if fact.verb != "commitment.agreed":
        return str(fact.data.get("words", ""))
    asked = Fact.objects.filter(subject_type="commitment", subject_id=fact.subject_id, verb="commitment.countered")
    last = asked.order_by("-seq").first()
    return str(last.data.get("words", "")) if last else ""


def _ask(trip: Travel, by: Actor, now: datetime) -> None:
    """Those who count on it directly are asked again when their input comes later; a card whose input is back where
    it was is dropped."""
    lines = [line for line in trip.effect.direct if trip.rows[line.id].state in DISPATCHED]
    people = performers_of([trip.rows[line.id] for line in lines], now)
    for line in lines:
        row = trip.rows[line.id]
        moves = [move.as_json() for move in trip.moves if move.row.pk in trip.nearest[row.pk]]
        ask_again(row, line, moves=moves, person_id=people[row.pk], by=by, now=now)


def _tell(trip: Travel, by: Actor, now: datetime) -> None:
    """One fact for each matter that is reached; the messages are composed from it."""
    for pk in sorted(trip.matters()):
        moves, lines = trip.of_matter(pk)
        data = {
            "moves": [move.as_json() for move in moves],
            "lines": [_line(line, trip.rows[line.id]) for line in lines],
            "order": trip.orders.get(pk),
        }
        record("plan", pk, "plan.moved", by=by, now=now, data=data)


def _line(line: Touched, row: Commitment) -> dict[str, Any]:
    return {
        "commitment": line.id, "title": row.title, "unit": row.performer_unit.name, "direct": line.direct,
        "input": [spelled(line.before.input_on), spelled(line.after.input_on)],
        "slack": [line.before.slack, line.after.slack],
    }  # fmt: skip


def _order_changes(trip: Travel, by: Actor, now: datetime) -> None:
    """A date later than the one agreed on in the latest baseline leaves a change order, numbered in its matter."""
    for move in trip.moves:
        line = _agreed_line(move.row)
        if line is None or move.new is None or line.due_on is None or move.new <= line.due_on:
            continue
        matter = Matter.objects.select_for_update(of=("self",)).get(pk=line.baseline.matter_id)
        order = ChangeOrder.objects.create(
            matter=matter,
            number=(ChangeOrder.objects.filter(matter=matter).aggregate(n=Max("number"))["n"] or 0) + 1,
            baseline=line.baseline,
            commitment=move.row,
            from_on=line.due_on,
            to_on=move.new,
            reason=move.words,
            effect={"lines": _lines_from(trip, move.row.pk)},
            decided_by=by.person,
            decided_at=now,
        )
        trip.orders[matter.pk] = order.number


def _lines_from(trip: Travel, pk: int) -> list[dict[str, Any]]:
    return [_line(line, trip.rows[line.id]) for line in trip.effect.lines if pk in trip.sources[line.id]]


def _agreed_line(row: Commitment) -> BaselineLine | None:
    if row.origin_type != "matter" or row.origin_id is None:
        return None
    latest = Baseline.objects.filter(matter_id=row.origin_id).order_by("-version").values("pk")[:1]
    return BaselineLine.objects.filter(baseline__in=latest, commitment=row).select_related("baseline").first()


def settle(facts: Iterable[Fact], *, now: datetime) -> None:
    """What the performer says through the engine answers an open card, or ends the need for it."""
    for fact in facts:
        verb = fact.verb.partition(".")[2]
        if verb == "countered":
            answer_by_counter(fact, now=now)
        elif verb in ENDS:
            drop_cards(fact, now=now)
