"""撞车: two things want one person at the same time, and somebody has to say which stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.views.decorators.http import require_POST, require_safe

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices import access_following as access
from fayol.notices import actions
from fayol.notices import queries_following as reads
from fayol.notices.forms_following import ChoiceForm
from fayol.notices.models import Clash
from fayol.notices.presenter_days import ClashPage, is_over
from fayol.organisation.queries import is_coordinator
from fayol.web.http import Request, answer, person_required


@require_safe
@person_required
def index(request: Request) -> HttpResponse:
    rows = access.clashes_visible_to(request.person, request.now)
    shown = {
        "open": [_shown(request, row) for row in reads.open_clashes(rows, request.now)],
        "over": [_shown(request, row) for row in reads.settled_clashes(rows, request.now)],
    }
    return render(request, "notices/clashes.html", shown)


@require_safe
@person_required
def page(request: Request, pk: int) -> HttpResponse:
    row = access.clash_for(request.person, pk, request.now)
    return render(request, "notices/clash.html", {"page": _shown(request, row)})


@require_POST
@person_required
def choose(request: Request, pk: int) -> HttpResponse:
    row = access.clash_for(request.person, pk, request.now)
    form = ChoiceForm(request.POST)
    return answer(
        request,
        lambda: _choose(request, row, form),
        _url(row),
        form=form,
        again=lambda problem: _again(request, row, form=form, problem=problem),
        said=lambda done: (
            t("已定：%(name)s参加“%(title)s”，两边都已收到消息。")
            % {"name": row.first.person.name, "title": done.kept.title if done.kept else ""}
        ),
    )


def _choose(request: Request, row: Clash, form: ChoiceForm) -> Clash:
    keep = next((side for side in (row.first, row.second) if side.pk == form.cleaned_data["keep"]), None)
    if keep is None:
        raise Refused("keep", _("请在两项安排里选一项保留。"))
    return actions.choose(row, keep=keep, words=form.cleaned_data["words"], by=request.actor, now=request.now)


@require_POST
@person_required
def ask(request: Request, pk: int) -> HttpResponse:
    row = access.clash_for(request.person, pk, request.now)
    return answer(
        request,
        lambda: actions.ask_to_choose(row, by=request.actor, now=request.now),
        _url(row),
        again=lambda problem: _again(request, row, problem=problem),
        said=t("已报请办公室定夺。"),
    )


def _url(row: Clash) -> str:
    return reverse("notices:clash", args=[row.pk])


def _again(request: Request, row: Clash, **given: Any) -> HttpResponse:
    return render(request, "notices/clash.html", {"page": _shown(request, row, **given)})


def _shown(request: Request, row: Clash, **given: Any) -> ClashPage:
    ahead = not is_over(row, request.now)
    decides = is_coordinator(request.person) and ahead
    waits = ahead and row.asked_at is None and not decides
    may_ask = waits and request.person.pk in actions.organisers_of(row) | actions.keepers_of(row)
    form = given.pop("form", None) or ChoiceForm()
    return ClashPage(row, request.now, decides, may_ask, form=form, **given)
