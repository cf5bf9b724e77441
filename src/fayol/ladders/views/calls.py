"""电话催办单, and the answers to dates that were given on the phone."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as t
from django.views.decorators.http import require_POST, require_safe

from fayol.ladders.calls import access, actions
from fayol.ladders.calls.count import forget, remember
from fayol.ladders.calls.models import Call, PhonePromise
from fayol.ladders.calls.page import CallPage
from fayol.ladders.calls.queries import Line, Sheet, sheet_for, spoken_of
from fayol.ladders.calls.states import Result
from fayol.ladders.forms import CallForm
from fayol.organisation.actor import Actor
from fayol.organisation.queries import primary_posts
from fayol.web.http import Problem, Request, answer, dates, person_required

PAGE, PART = "ladders/calls.html", "ladders/_calls.html"


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    """`?who=<person>` puts that call to the front; else the worthiest stands there."""
    access.check_office(request.person)
    sheet = _sheet(request)
    who = request.GET.get("who", "")
    current = sheet.line_of(int(who)) if who.isdecimal() else None
    shown = _page(request, current or next(iter(sheet.lines), None), sheet)
    return render(request, PAGE, {"page": shown})


@require_POST
@person_required
def log(request: Request, pk: int) -> HttpResponse:
    """Also of somebody who has left the list meanwhile: the call was made, so it is written down."""
    callee = access.callee_for(request.person, pk)
    rows = spoken_of(request.person, request.POST.getlist("items"), request.now)
    form = CallForm(rows, request.POST)
    return answer(
        request,
        lambda: actions.log_call(callee, form.spoken, said=form.said, by=request.actor, now=request.now),
        lambda call: _after(request),
        form=form,
        again=lambda problem: _again(request, callee.pk, form, problem),
        partial=lambda call: _list_after(request),
        said=lambda call: _said(call, request),
    )


@require_POST
@person_required
def confirm(request: Request, pk: int) -> HttpResponse:
    given = access.promise_for(request.person, pk, request.now)
    return answer(
        request,
        lambda: actions.confirm(given, by=_author(request, given), now=request.now),
        _task(given),
        said=lambda done: t("已确认%(day)s。") % {"day": dates.full_day(done.day, request.now)},
    )


@require_POST
@person_required
def deny(request: Request, pk: int) -> HttpResponse:
    given = access.promise_for(request.person, pk, request.now)
    words = request.POST.get("words", "")
    return answer(
        request,
        lambda: actions.deny(given, words=words, by=_author(request, given), now=request.now),
        _task(given),
        said=t("已转告%(name)s。") % {"name": given.caller.name},
    )


def _author(request: Request, given: PhonePromise) -> Actor:
    """Whoever stands in for the one who gave the date says so."""
    return request.actor if given.person_id == request.person.pk else Actor(request.person, on_behalf_of=given.person)


def _task(given: PhonePromise) -> str:
    return reverse("commitments:page", args=[given.commitment_id])


def _sheet(request: Request) -> Sheet:
    sheet = sheet_for(request.person, request.now)
    remember(request.person, len(sheet.lines))
    return sheet


def _page(request: Request, current: Line | None, sheet: Sheet, **more: Any) -> CallPage:
    post = primary_posts([request.person.pk]).get(request.person.pk)
    return CallPage(sheet=sheet, viewer=request.person, post=post, now=request.now, current=current, **more)


def _after(request: Request) -> str:
    """Back to the page on which the call was written down: the list, or a task."""
    forget(request.person)
    wanted = request.POST.get("next", "")
    fine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if fine else reverse("ladders:calls")


def _list_after(request: Request) -> HttpResponse:
    sheet = _sheet(request)
    return render(request, PART, {"page": _page(request, next(iter(sheet.lines), None), sheet), "oob": True})


def _again(request: Request, callee: int, form: CallForm, problem: Problem) -> HttpResponse:
    """The list with the refused form in front; the sentence alone when the person is no longer on it."""
    sheet = _sheet(request)
    current = sheet.line_of(callee)
    if current is not None:
        form.rows = [thing.row for thing in current.things]
    shown = _page(request, current, sheet, form=form, problem=problem)
    return render(request, PART if request.htmx else PAGE, {"page": shown})


def _said(call: Call, request: Request) -> str:
    name = call.callee.name
    if call.result == Result.MISSED and call.again_at:
        at = dates.daytime(call.again_at, request.now)
        return t("记下了：%(name)s没接，%(at)s再打。") % {"name": name, "at": at}
    if call.result == Result.PROMISED:
        return t("记下了，请%(name)s在横桥里确认。") % {"name": name}
    return t("记下了：和%(name)s通了话。") % {"name": name}
