"""Leaders' days: what takes their time this week, what is provisional, and own appointments."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as t
from django.views.decorators.http import require_POST, require_safe

from fayol.notices import access_following as access
from fayol.notices import actions
from fayol.notices import queries_following as reads
from fayol.notices.forms_following import TimeForm
from fayol.notices.models import Engagement
from fayol.notices.presenter_days import Week
from fayol.organisation.models import Person
from fayol.organisation.queries import primary_posts
from fayol.web.http import Request, answer, dates, expect, person_required


@require_safe
@person_required
def everybody(request: Request) -> HttpResponse:
    """忙闲 of all leaders in one week; `?week=` any day of it."""
    return render(request, "notices/days.html", {"page": _week(request, reads.leaders())})


@require_safe
@person_required
def one(request: Request, pk: int) -> HttpResponse:
    return render(request, "notices/day.html", {"page": _of(request, _person(pk))})


@require_POST
@person_required
def take(request: Request, pk: int) -> HttpResponse:
    """An own appointment. Who may write into whose day is for the action to say; others see the refusal."""
    person, form = _person(pk), TimeForm(request.POST)
    zone = timezone.get_current_timezone()
    return answer(
        request,
        lambda: actions.take_time(person, by=request.actor, now=request.now, **form.given(zone)),
        lambda row: f"{reverse('notices:day', args=[pk])}?week={dates.day_of(row.starts_at).isoformat()}",
        form=form,
        again=lambda problem: render(
            request, "notices/day.html", {"page": _of(request, person, form=form, problem=problem)}
        ),
        said=_said,
    )


def _said(row: Engagement) -> str:
    if reads.clashing([row]):
        return t("已记下。这段时间撞车了，两边的组织者都已收到消息。")
    return t("已记下。")


@require_POST
@person_required
def free(request: Request, pk: int) -> HttpResponse:
    row = access.own_time_for(request.person, pk, request.now)
    return answer(
        request,
        lambda: actions.free_time(row, by=request.actor, now=request.now, expect=expect(request)),
        f"{reverse('notices:day', args=[row.person_id])}?week={dates.day_of(row.starts_at).isoformat()}",
        said=t("已让出。"),
    )


def _person(pk: int) -> Person:
    return get_object_or_404(Person.objects.filter(active=True), pk=pk)


def _of(request: Request, person: Person, **given: Any) -> Week:
    week = _week(request, [person], **given)
    if week.can_add and week.form is None:
        week.form = TimeForm(initial={"day": max(week.start, week.today).isoformat()})
    return week


def _week(request: Request, people: list[Person], **given: Any) -> Week:
    start = _monday(request)
    zone = timezone.get_current_timezone()
    begin = datetime.combine(start, datetime.min.time(), zone)
    ids = [person.pk for person in people]
    rows = reads.engagements_between(ids, begin, begin + timedelta(days=7))
    posts = {pk: post.words for pk, post in primary_posts(ids).items()}
    kept = access.kept_by(request.person, people, request.now)
    return Week(
        start=start, now=request.now, viewer=request.person, people=people, rows=rows, kept=kept,
        clashes=reads.clashing(rows), posts=posts, **given,
    )  # fmt: skip


def _monday(request: Request) -> date:
    today = dates.day_of(request.now)
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = today
    if abs((day - today).days) > 3660:
        day = today
    return day - timedelta(days=day.weekday())
