"""What the addressee says, and what those say who take papers in for him."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as t
from django.views.decorators.http import require_POST

from fayol.notices import access, actions
from fayol.notices.desk import Desk
from fayol.notices.forms_answering import AnswerForm, ReportForm
from fayol.notices.models import Receipt
from fayol.notices.presenter_marks import reply_of
from fayol.notices.states import Leave
from fayol.notices.views.page import page, url_of
from fayol.web.http import Problem, Request, answer, expect, person_required


@require_POST
@person_required
def confirm(request: Request, pk: int) -> HttpResponse:
    """本人确认, with the answer. Whoever acts with the addressee's authority is written down as such."""
    row = access.own_receipt_for(request.person, pk, request.now)
    form = AnswerForm(row, request.POST, request.FILES)

    @transaction.atomic
    def act() -> Receipt:
        given = form.answer(by=request.actor, now=request.now)
        return actions.confirm(row, answer=given, by=request.actor, now=request.now, expect=expect(request))

    return answer(
        request,
        act,
        lambda done: url_of(done.notice),
        form=form,
        again=lambda problem: _again(request, row, problem, answered=form),
        said=_said,
    )


def _said(row: Receipt) -> str:
    if row.leave == Leave.ASKED:
        return t("答复记下了，等召集人同意。")
    return t("答复记下了：%(reply)s。") % {"reply": reply_of(row)}


@require_POST
@person_required
def reconfirm(request: Request, pk: int) -> HttpResponse:
    """仍按时参加, from the page or, with `next=/`, from the workbench."""
    row = access.own_receipt_for(request.person, pk, request.now)
    return answer(
        request,
        lambda: actions.reconfirm(row, by=request.actor, now=request.now, expect=expect(request)),
        lambda done: "/" if request.POST.get("next") == "/" else url_of(done.notice),
        again=lambda problem: _again(request, row, problem),
        said=t("记下了：仍按时参加。"),
    )


@require_POST
@person_required
def take(request: Request, pk: int) -> HttpResponse:
    row = access.own_receipt_for(request.person, pk, request.now)
    return answer(
        request,
        lambda: actions.take(row, by=request.actor, now=request.now, expect=expect(request)),
        lambda done: url_of(done.notice),
        again=lambda problem: _again(request, row, problem),
        said=lambda done: t("已代收。现在轮到您：向%(name)s报告。") % {"name": done.person.name},
    )


@require_POST
@person_required
def report(request: Request, pk: int) -> HttpResponse:
    """已报告本人."""
    row = access.own_receipt_for(request.person, pk, request.now)
    form = ReportForm(row, request.now, request.POST)
    return answer(
        request,
        lambda: actions.report_to(row, report=form.report(), by=request.actor, now=request.now, expect=expect(request)),
        lambda done: url_of(done.notice),
        form=form,
        again=lambda problem: _again(request, row, problem, reported=form),
        said=lambda done: t("记下了。现在轮到%(name)s：本人确认。") % {"name": done.person.name},
    )


@require_POST
@person_required
def restate(request: Request, pk: int) -> HttpResponse:
    """复述, before or without the answer."""
    row = access.own_receipt_for(request.person, pk, request.now)
    form = AnswerForm(row, request.POST)

    def act() -> Receipt:
        form.is_valid()
        words, on = form.cleaned_data.get("restated", ""), form.cleaned_data.get("restated_on")
        return actions.restate(row, words=words, on=on, by=request.actor, now=request.now, expect=expect(request))

    return answer(
        request,
        act,
        lambda done: url_of(done.notice),
        again=lambda problem: _again(request, row, problem, answered=form),
        said=t("复述记下了，还差确认。"),
    )


@require_POST
@person_required
def check(request: Request, pk: int, said: str) -> HttpResponse:
    """是 or 没有接到, about a call that somebody wrote down."""
    told = access.told_for(request.person, pk)
    if said not in ("yes", "no"):
        raise Http404
    yes = said == "yes"

    def act() -> Receipt:
        if yes:
            return actions.agree_told(told, by=request.actor, now=request.now)
        return actions.deny_told(told, words=request.POST.get("words", ""), by=request.actor, now=request.now)

    return answer(
        request,
        act,
        lambda done: url_of(done.notice),
        said=t("核对好了。") if yes else t("记下了，请%(name)s再联系您。") % {"name": told.by.name},
    )


def _again(
    request: Request,
    row: Receipt,
    problem: Problem,
    answered: AnswerForm | None = None,
    reported: ReportForm | None = None,
) -> HttpResponse:
    notice = access.notice_for(request.person, row.notice_id, request.now)
    fresh = Receipt.objects.select_related("person", "unit", "proxied_by", "substitute", "confirmed_by").get(pk=row.pk)
    fresh.notice = notice
    desk = Desk(
        fresh, access.standing_of(request.person, fresh, request.now), request.now,
        changing=answered is not None, answer=answered, report=reported, problem=problem,
    )  # fmt: skip
    return page(request, notice, refused={row.pk: desk}, problem=problem)
