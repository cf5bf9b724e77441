"""What affairs bring into the frame: the plan beside an affair, the cards that ask again, into the workbench too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as t

from fayol.commitments import access as commitments
from fayol.commitments.forms import MoveForm
from fayol.commitments.models import Commitment
from fayol.commitments.states import MOVE_WORDS, Move, State
from fayol.matters import presenter_baseline, queries_plan
from fayol.matters.models import Matter
from fayol.matters.plan import access as plan_access
from fayol.matters.plan import queries
from fayol.matters.plan.models import Reconfirm
from fayol.matters.presenter_effect import card_of
from fayol.matters.presenter_reconfirm import Ask, answered_words, waiting_words
from fayol.matters.views_plan import MOST_DRAWN, Sheet
from fayol.matters.views_reconfirm import DATED
from fayol.organisation.models import Person
from fayol.organisation.queries import tokens_of
from fayol.web import parts, workbench
from fayol.web.components import Light, dates
from fayol.web.workbench_rows import Row

SIDEWAYS = 5
"""Rows of a card at the side."""
_WAYS = (Move.REPORT, Move.PROGRESS)


# ── the page of a promise ──────────────────────────────────────────────────


def _cards(task: Commitment) -> tuple[list[Reconfirm], list[Reconfirm]]:
    """Those that wait and those that were answered, read once: the pieces of a page share the row."""
    if task.origin_type != "matter":
        return [], []
    if "_plan_cards" not in task.__dict__:
        task.__dict__["_plan_cards"] = queries_plan.cards_of(task)
    found: tuple[list[Reconfirm], list[Reconfirm]] = task.__dict__["_plan_cards"]
    return found


def _asks(person: Person, task: Commitment, now: datetime) -> list[Ask]:
    """The open cards of the task that this person answers himself, or writes down for a supplier."""
    rows = _cards(task)[0]
    return [
        Ask(row, person, now, more=len(rows) - 1)
        for row in rows
        if person.pk in (row.person_id, task.responsible_id) or plan_access.speaks_for_supplier(person, row, now)
    ]


def take_over(person: Person, task: Commitment, now: datetime) -> dict[str, Any] | None:
    """The bar asks for the answer first; the other moves stay one click away."""
    asks = _asks(person, task, now)
    if not asks:
        return None
    moves = commitments.moves_of(person, task, now)
    ways = [
        {"words": t(MOVE_WORDS[move]), "url": f"{reverse('commitments:page', args=[task.pk])}?do={move}#move"}
        for move in _WAYS
        if move in moves
    ]
    return {"ask": asks[0], "ways": ways}


def foot(person: Person, task: Commitment, now: datetime) -> dict[str, Any] | None:
    asks = _asks(person, task, now)
    return {"ask": asks[0]} if asks else None


def asked_again(person: Person, task: Commitment, now: datetime) -> dict[str, Any] | None:
    """Who was asked what, by when, for everybody else on the page; and what was answered before."""
    waiting, past = _cards(task)
    shown = [row for row in waiting if person.pk not in (row.person_id, task.responsible_id)]
    answered = [answered_words(row, now) for row in past[:SIDEWAYS]]
    if not (shown or answered):
        return None
    may = bool(shown) and plan_access.can_answer(person, shown[0], now)
    return {
        "cards": [(Ask(row, person, now), waiting_words(row, now)) for row in shown], "may": may, "answered": answered,
    }  # fmt: skip


def neighbours(person: Person, task: Commitment, now: datetime) -> dict[str, Any] | None:
    """上下游."""
    if task.origin_type != "matter":
        return None
    waits, supplies = queries.ties_of(task, person, now)
    figures = queries_plan.figures_used(task)
    return {"waits": waits, "supplies": supplies, "figures": figures} if waits or supplies or figures else None


def granting(person: Person, task: Commitment, now: datetime) -> dict[str, Any] | None:
    """What granting the date that was asked for does to others, before anybody grants it."""
    if task.state != State.COUNTERED or task.proposed_on is None or not queries_plan.has_followers(task):
        return None
    shown = queries.effect_of(task, task.proposed_on, person, now)
    return {"card": card_of(shown, now, granting=True)}


def asking(person: Person, form: MoveForm, now: datetime) -> dict[str, Any] | None:
    """In the form that asks for another date: a look at what it would do."""
    if form.move not in DATED or not queries_plan.has_followers(form.row):
        return None
    return {"task": form.row, "move": form.move, "name": DATED[form.move]}


# ── the page of an affair ──────────────────────────────────────────────────


def picture(person: Person, matter: Matter, now: datetime) -> dict[str, Any] | None:
    """The plan in small, once tasks are tied or agreed on."""
    if matter.tasks > MOST_DRAWN or not queries_plan.is_planned(matter):
        return None
    sheet = Sheet(matter=matter, viewer=person, now=now)
    plan = sheet.source.plan
    return {"sheet": sheet, "matter": matter} if (plan.links or plan.lines) and sheet.small else None


def unanswered(person: Person, matter: Matter, now: datetime) -> dict[str, Any] | None:
    """联动: what waits for an answer, and how far the parties have agreed."""
    rows = queries.unanswered_of(matter, commitments.visible_to(person, now))
    baseline = queries.latest_baseline(matter)
    standing = presenter_baseline.standing_words(queries.acknowledgements_of(baseline)) if baseline else ""
    figures = queries.figures_of(matter)
    if not (rows or baseline or figures):
        return None
    cards = [(Ask(row, person, now), waiting_words(row, now)) for row in rows[:SIDEWAYS]]
    return {
        "matter": matter, "cards": cards, "more": len(rows) - len(cards), "baseline": baseline, "standing": standing,
        "figures": figures, "count": len(rows),
    }  # fmt: skip


def ways(person: Person, matter: Matter, now: datetime) -> dict[str, Any]:
    return {"matter": matter}


# ── the workbench ──────────────────────────────────────────────────────────


def cards_waiting(person: Person, now: datetime) -> Sequence[Row]:
    return [_row(Ask(row, person, now)) for row in queries.reconfirms_for(person, now)[: workbench.MOST]]


def _row(ask: Ask) -> Row:
    row = ask.row
    late = row.due_at < ask.now
    light = Light("red" if late else "amber", t("超时未答复") if late else t("待答复"))
    sub = ask.summary + t("请于%(until)s前答复") % {"until": dates.daytime(row.due_at, ask.now)}
    if row.figure is not None:
        given = {"figure": row.figure.name, "title": row.commitment.title}
        title, verb = t("复述%(figure)s：%(title)s") % given, t("复述")
    else:
        title, verb = t("重新确认“%(title)s”") % {"title": row.commitment.title}, t("去答复")
    return Row(title, f"/commitments/{row.commitment_id}/", verb, light, sub, row.due_at)


def plans_waiting(person: Person, now: datetime) -> Sequence[Row]:
    return [
        Row(
            t("确认计划第%(n)d版：%(title)s") % {"n": row.baseline.version, "title": row.baseline.matter.title},
            reverse("matters:baseline", args=[row.baseline.matter_id]),
            t("确认计划"),
            Light("amber", t("待确认")),
            t("%(unit)s，%(at)s发来") % {"unit": row.unit.name, "at": dates.daytime(row.asked_at, now)},
        )
        for row in queries.my_acknowledgements(person, now)[: workbench.MOST]
    ]


PLACES = (
    ("commitment.bar", "reconfirm", "_takeover", take_over),
    ("commitment.foot", "reconfirm", "_foot", foot),
    ("commitment.move", "effect", "_effect", granting),
    ("commitment.form", "effect", "_preview", asking),
    ("commitment.main", "reconfirm", "_asked", asked_again),
    ("commitment.aside", "neighbours", "_neighbours", neighbours),
    ("matter.first", "plan", "_picture", picture),
    ("matter.aside", "plan", "_unanswered", unanswered),
    ("matter.menu", "plan", "_menu", ways),
)
for place, name, template, compose in PLACES:
    parts.register(place, name, f"matters/plan/{template}.html", compose, order=20)
workbench.register(
    "reconfirm",
    cards_waiting,
    only_if=lambda person, now: queries.cards_for.asked(person.pk, tokens_of(person, now)),
)
workbench.register(
    "baseline", plans_waiting, only_if=lambda person, now: queries.acknowledgements_for.asked(person.pk, now)
)
