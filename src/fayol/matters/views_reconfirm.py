"""Answering a card, and seeing what a date would do to others before it is asked for."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.views.decorators.http import require_http_methods

from fayol.channels.actions import mark_seen
from fayol.commitments import access as commitments
from fayol.commitments.forms import FORMS, MoveForm
from fayol.commitments.models import Commitment
from fayol.commitments.states import Move
from fayol.kernel.errors import Stale
from fayol.matters.forms_plan import AnswerForm, ReadBackForm
from fayol.matters.plan import access as plan_access
from fayol.matters.plan import actions, queries
from fayol.matters.plan.models import Reconfirm
from fayol.matters.presenter_effect import EffectCard, card_of
from fayol.matters.presenter_reconfirm import Ask
from fayol.web.http import Request, actor_from, answer, person_required

DATED: dict[Move, str] = {Move.COUNTER: "due_on", Move.AMEND: "required_on"}
"""Moves that ask for a date, and the field it stands in."""


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def reconfirm(request: Request, pk: int) -> HttpResponse:
    """The card on a page of its own; the bar of the task sends its answer here too."""
    row = plan_access.reconfirm_for(request.person, pk, request.now)
    if not plan_access.can_answer(request.person, row, request.now):
        raise Http404
    mark_seen(request.person, "reconfirm", row.pk, now=request.now)
    ask = Ask(row, request.person, request.now)
    if request.method != "POST":
        return _page(request, ask)
    form = ReadBackForm(request.POST, auto_id="answer-%s") if ask.is_figure else _answer_form(request, row)

    def act() -> Reconfirm:
        if request.POST.get("seen", ask.seen) != ask.seen:
            raise Stale()
        return _read_back(request, row, form) if ask.is_figure else _answer(request, row, form)

    return answer(
        request,
        act,
        _url(row.commitment),
        form=form,
        again=lambda problem: _page(request, Ask(row, request.person, request.now, form=form, problem=problem)),
        said=lambda done: t("答复记下了，%(who)s会看到。") % {"who": ask.asker},
    )


def _answer_form(request: Request, row: Reconfirm) -> AnswerForm:
    return AnswerForm(row, request.POST, auto_id="answer-%s")


def _url(task: Commitment) -> str:
    return reverse("commitments:page", args=[task.pk])


def _read_back(request: Request, row: Reconfirm, form: AnswerForm | ReadBackForm) -> Reconfirm:
    data = form.cleaned_data
    return actions.read_back(row, value=data["value"], words=data["words"], by=actor_from(request), now=request.now)


def _answer(request: Request, row: Reconfirm, form: AnswerForm | ReadBackForm) -> Reconfirm:
    data, by, now = form.cleaned_data, actor_from(request), request.now
    if data["answer"] == "keep":
        return actions.answer_keep(row, words=data["words"], by=by, now=now)
    if data["answer"] == "move":
        return actions.answer_move(row, due_on=data["due_on"], words=data["words"], by=by, now=now)
    unit = data.get("suggested_unit")
    return actions.answer_cannot(row, words=data["words"], suggested_unit_id=unit.pk if unit else None, by=by, now=now)


def _page(request: Request, ask: Ask) -> HttpResponse:
    return render(request, "matters/plan/reconfirm.html", {"ask": ask, "task": ask.row.commitment, "page": True})


# ── what a date would do ───────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def effect(request: Request, task_pk: int, move: str) -> HttpResponse:
    """The card alone for htmx; without script a page with the card and the form as filled in. Changes nothing."""
    task = commitments.commitment_for(request.person, task_pk, request.now)
    wanted = next((one for one in DATED if one == move), None)
    if wanted is None:
        raise Http404
    given = request.POST or request.GET
    day = _day(given.get(DATED[wanted], ""))
    card = _card(request, task, day) if day else None
    if request.htmx:
        return render(request, "matters/plan/_effect.html", {"card": card, "asked": bool(given)})
    form = FORMS[wanted](task, initial={**FORMS[wanted].preset(task), **_typed(given, FORMS[wanted])})
    context = {"card": card, "task": task, "form": form, "asked": True}
    return render(request, "matters/plan/effect.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _typed(given: object, form: type[MoveForm]) -> dict[str, str]:
    getter = getattr(given, "get", None)
    names = form.base_fields
    return {name: str(getter(name)) for name in names if getter and getter(name)}


def _card(request: Request, task: Commitment, day: date) -> EffectCard:
    return card_of(queries.effect_of(task, day, request.person, request.now), request.now, granting=False)
