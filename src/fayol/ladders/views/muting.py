"""停催: the ladder of one task keeps silent for some days."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.views.decorators.http import require_POST

from fayol.commitments.access import commitment_for
from fayol.commitments.models import Commitment
from fayol.ladders import actions
from fayol.ladders.forms import MuteForm
from fayol.ladders.presenter import card_of
from fayol.web.http import Problem, Request, answer, person_required


@require_POST
@person_required
def mute(request: Request, pk: int) -> HttpResponse:
    row = commitment_for(request.person, pk, request.now)
    form = MuteForm(request.POST)
    return answer(
        request,
        lambda: actions.mute(row, **form.cleaned_data, by=request.actor, now=request.now),
        _url(row),
        form=form,
        again=lambda problem: _again(request, row, form, problem),
        said=t("已停催。"),
    )


@require_POST
@person_required
def unmute(request: Request, pk: int) -> HttpResponse:
    row = commitment_for(request.person, pk, request.now)
    return answer(
        request,
        lambda: actions.unmute(row, by=request.actor, now=request.now),
        _url(row),
        said=t("已恢复催办。"),
    )


def _url(row: Commitment) -> str:
    return reverse("commitments:page", args=[row.pk])


def _again(request: Request, row: Commitment, form: MuteForm, problem: Problem) -> HttpResponse:
    card = card_of(request.person, row, request.now)
    return render(request, "ladders/mute.html", {**(card or {}), "row": row, "form": form, "problem": problem})
