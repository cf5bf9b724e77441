"""催办阶梯: the ladders in force, and the change of one with what it would send out beside it."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.commitments.states import URGENCY_WORDS, Urgency
from fayol.kernel.errors import Refused
from fayol.ladders import actions
from fayol.ladders.calls.access import check_office
from fayol.ladders.dryrun import difference
from fayol.ladders.forms import LadderForm
from fayol.ladders.policy import KLASSES, Ladder, check_pause_limit, check_rungs
from fayol.ladders.queries import editions, shelf
from fayol.ladders.states import KIND_WORDS, Kind
from fayol.ladders.terms import KLASS_WORDS
from fayol.ladders.wording import drawn, levels_of, name_of
from fayol.web.http import Problem, Request, answer, expect, person_required, sentence_of

PAGE, PART = "ladders/policy.html", "ladders/_policy.html"


@require_safe
@person_required
def index(request: Request) -> HttpResponse:
    check_office(request.person)
    kinds = [
        (title, [(name_of(ladder), ladder, drawn(ladder), _url(ladder)) for ladder in ladders])
        for title, ladders in levels_of(shelf().all())
    ]
    return render(request, "ladders/policies.html", {"kinds": kinds})


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def policy(request: Request, kind: str, urgency: str, klass: str = "") -> HttpResponse:
    """One ladder. Buttons on rungs and 试算 change nothing; 保存 does."""
    check_office(request.person)
    ladder = _ladder(kind, urgency, klass)
    if request.method != "POST":
        return _show(request, LadderForm(ladder))
    form, do = LadderForm(ladder, request.POST), request.POST.get("do", "save")
    if do == "try":
        return _try(request, form)
    if do != "save":
        return _show(request, form.shuffled(do))
    return answer(
        request,
        lambda: _save(request, form),
        reverse("ladders:policies"),
        form=form,
        again=lambda problem: _show(request, form, problem=problem),
        said=t("已保存。以后开始的按新阶梯走，正在走的不变。"),
    )


@require_POST
@person_required
def restore(request: Request, kind: str, urgency: str, klass: str = "") -> HttpResponse:
    check_office(request.person)
    ladder = _ladder(kind, urgency, klass)
    return answer(
        request,
        lambda: actions.restore_policy(ladder.kind, ladder.urgency, ladder.klass, by=request.actor, now=request.now),
        reverse("ladders:policies"),
        said=t("已恢复出厂的阶梯。"),
    )


def _save(request: Request, form: LadderForm) -> Ladder:
    edited = form.edited
    return actions.edit_policy(
        edited.kind,
        edited.urgency,
        edited.klass,
        rungs=edited.rungs,
        pause_limit=edited.pause_limit,
        words=form.cleaned_data["words"],
        by=request.actor,
        now=request.now,
        expect=expect(request),
    )


def _ladder(kind: str, urgency: str, klass: str) -> Ladder:
    """The ladder in force; one of its own for a class that has none yet begins as a copy."""
    if kind not in KIND_WORDS or urgency not in URGENCY_WORDS or klass not in KLASSES:
        raise Http404
    return replace(shelf().ladder(Kind(kind), Urgency(urgency), klass), klass=klass)


def _url(ladder: Ladder) -> str:
    parts = [ladder.kind.value, ladder.urgency.value, *([ladder.klass] if ladder.klass else [])]
    return reverse("ladders:policy", args=parts)


def _try(request: Request, form: LadderForm) -> HttpResponse:
    """What would go out with the ladder as filled in."""
    if not form.is_valid():
        return _show(request, form, problem=Problem(t("请核对标出的几处。"), code="form"))
    edited = form.edited
    try:
        check_rungs(edited.kind, edited.urgency, edited.rungs)
        check_pause_limit(edited.pause_limit)
    except Refused as refused:
        problem = Problem(sentence_of(refused, request.now), refused.field, refused.code)
        form.add_error(refused.field if refused.field in form.fields else None, problem.sentence)
        return _show(request, form, problem=problem)
    return _show(request, form, tried=edited)


def _show(
    request: Request, form: LadderForm, *, problem: Problem | None = None, tried: Ladder | None = None
) -> HttpResponse:
    ladder = form.ladder
    if problem and problem.field:
        form.place(problem.field, problem.sentence)
    in_force = shelf().ladder(ladder.kind, ladder.urgency, ladder.klass)
    context = {
        "form": form,
        "ladder": ladder,
        "name": name_of(ladder),
        "rungs": drawn(tried or ladder),
        "diff": difference(ladder, tried, request.person, request.now),
        "editions": editions(ladder.kind, ladder.urgency, ladder.klass),
        "borrowed": in_force.klass != ladder.klass,
        "classes": [] if ladder.klass else [(key, t(words)) for key, words in KLASS_WORDS.items() if key],
        "problem": problem,
        "url": request.path,
    }
    status = 422 if problem else 200
    return render(request, PART if request.htmx else PAGE, context, status=status)
