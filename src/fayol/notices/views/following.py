"""What the issuing side does after sending: who knows and who does not, reminders, calls, leaves."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices import access_following as access
from fayol.notices import actions, queries
from fayol.notices import queries_following as reads
from fayol.notices.access import may_issue
from fayol.notices.forms_following import CallForm, LeaveForm
from fayol.notices.models import Notice, Receipt, Told
from fayol.notices.presenter_receipts import COUNTERS, Following, Wanted
from fayol.notices.queries_reach import unit_in
from fayol.organisation.queries import primary_posts
from fayol.web.http import Page, Request, answer, expect, keyset, person_required

PAGE, PART, SHEET = "notices/receipts.html", "notices/_follow.html", "notices/calls.html"
ROWS = 50


@require_safe
@person_required
def receipts(request: Request, pk: int) -> HttpResponse:
    """`?r=`, `q`, `unit`, `open`, `calls` narrow the list; `?who=<receipt>` puts that call to the front."""
    notice = access.watched_for(request.person, pk, request.now)
    part = request.htmx and request.htmx.target == "follow"
    return render(request, PART if part else PAGE, {"page": _page(request, notice)})


@require_POST
@person_required
def remind(request: Request, pk: int) -> HttpResponse:
    """Everybody who has not answered, or with `scope=picked` those of the ticked ones who have not."""
    notice = access.followed_for(request.person, pk, request.now)
    return answer(
        request,
        lambda: actions.remind(notice, only=_picked(request), by=request.actor, now=request.now),
        _url(notice),
        again=lambda problem: _again(request, notice, problem=problem),
        partial=lambda n: render(request, PART, {"page": _page(request, notice)}),
        said=lambda n: ngettext("已提醒%(n)d人。", "已提醒%(n)d人。", n) % {"n": n},
    )


def _picked(request: Request) -> list[int]:
    """The ticked receipts, when only these are meant. Nothing ticked is no leave to remind everybody."""
    if request.POST.get("scope") != "picked":
        return []
    ids = [int(one) for one in request.POST.getlist("receipt") if one.isdecimal()]
    if not ids:
        raise Refused("none_picked", _("请先勾选要提醒的人。"))
    return ids


@require_POST
@person_required
def call(request: Request, pk: int, receipt_pk: int) -> HttpResponse:
    notice = access.followed_for(request.person, pk, request.now)
    row = access.receipt_in(notice, receipt_pk)
    form = CallForm(request.POST)
    return answer(
        request,
        lambda: actions.log_call(row, call=form.call, by=request.actor, now=request.now, expect=expect(request)),
        _url(notice),
        form=form,
        again=lambda problem: _again(request, notice, target=row, form=form, problem=problem),
        partial=lambda told: render(request, PART, {"page": _page(request, notice)}),
        said=lambda told: _said(row, told),
    )


@require_POST
@person_required
def leave(request: Request, pk: int, receipt_pk: int) -> HttpResponse:
    """`do=grant`, or `do=refuse` with a reason."""
    notice = access.followed_for(request.person, pk, request.now)
    row = access.receipt_in(notice, receipt_pk)
    form = LeaveForm(request.POST, auto_id=f"leave-{row.pk}-%s")
    granted = _granted(request)
    return answer(
        request,
        lambda: _answer_leave(request, row, form, granted),
        _url(notice),
        form=form,
        again=lambda problem: _again(request, notice, leave_form=(row.pk, form), problem=problem),
        partial=lambda done: render(request, PART, {"page": _page(request, notice)}),
        said=(t("已准%(name)s的请假。") if granted else t("已答复%(name)s：请假未准。")) % {"name": row.person.name},
    )


def _granted(request: Request) -> bool:
    do = request.POST.get("do", "")
    if do not in ("grant", "refuse"):
        raise Http404
    return do == "grant"


def _answer_leave(request: Request, row: Receipt, form: LeaveForm, granted: bool) -> Receipt:
    by, now, seen = request.actor, request.now, expect(request)
    if granted:
        return actions.grant_leave(row, by=by, now=now, expect=seen)
    return actions.refuse_leave(row, words=form.cleaned_data["words"], by=by, now=now, expect=seen)


@require_safe
@person_required
def calls(request: Request, pk: int) -> HttpResponse:
    """电话催办单 on paper: whom to phone, by what number, what to say, and room for what was said."""
    notice = access.followed_for(request.person, pk, request.now)
    return render(request, SHEET, {"page": _page(request, notice)})


# ── the page ───────────────────────────────────────────────────────────────


def _url(notice: Notice) -> str:
    return reverse("notices:receipts", args=[notice.pk])


def _said(row: Receipt, told: Told) -> str:
    given = {"name": row.person.name}
    if not told.answered:
        return t("记下了：%(name)s没打通，2个工作小时后再提醒您。") % given
    if told.reached:
        return t("记下了，请%(name)s在横桥里核对。") % given
    return t("记下了：%(heard)s答应转告，%(name)s仍算未知悉。") % {**given, "heard": told.heard}


def _again(request: Request, notice: Notice, **given: Any) -> HttpResponse:
    return render(request, PART if request.htmx else PAGE, {"page": _page(request, notice, **given)})


def _page(request: Request, notice: Notice, *, target: Receipt | None = None, **given: Any) -> Following:
    wanted = _wanted(request)
    rows: Page[Receipt] = keyset(queries.matrix(notice, wanted.sieve), ["place", "id"], request.GET.get("at", ""), ROWS)
    waiting = queries.calls_of(notice)
    tally = queries.tally_of(notice)
    target = target or _target(request, notice, waiting)
    relayed = reads.relays_of([row.person_id for row in (*waiting, *([target] if target else []))])
    post = primary_posts([request.person.pk]).get(request.person.pk)
    return Following(
        notice=notice,
        viewer=request.person,
        viewer_unit=post.unit.name if post else "",
        now=request.now,
        wanted=wanted,
        tally=tally,
        page=rows,
        carried=reads.carried(notice, [row.person_id for row in rows]),
        told=reads.last_calls([row.pk for row in (*rows, *waiting)]),
        calls=waiting,
        leaves=reads.leaves_of(notice),
        target=target,
        relayed=relayed,
        acts=may_issue(request.person, notice, request.now),
        musts=queries.musts_of(notice, tally),
        clashes=reads.clashes_on(access.clashes_visible_to(request.person, request.now), [row.pk for row in rows]),
        **given,
    )


def _target(request: Request, notice: Notice, waiting: list[Receipt]) -> Receipt | None:
    who = request.GET.get("who", "")
    if who.isdecimal():
        return queries.to_phone(notice).select_related(*queries.SHOWN_WITH).filter(pk=int(who)).first()
    return next(iter(waiting), None)


def _wanted(request: Request) -> Wanted:
    given = request.GET
    group, unit = given.get("r", ""), given.get("unit", "")
    return Wanted(
        group=group if any(one.key == group for one in COUNTERS) else "",
        text=given.get("q", "").strip()[:40],
        unit=unit_in(int(unit)) if unit.isdecimal() else None,
        open_only=given.get("open") == "1",
        calls=given.get("calls") == "1",
    )
