"""The working calendar: the year, the notice that makes it, calendars of units, exceptions."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.kernel.errors import Refused
from fayol.organisation import access, calendar_page, effects
from fayol.organisation.actions import calendars as actions
from fayol.organisation.calendar import calendars
from fayol.organisation.calendar_forms import AssignForm, CalendarForm, DayForm, NoticeForm
from fayol.organisation.models import Calendar, CalendarDay, NoticeDraft
from fayol.organisation.proposals import Proposal, propose
from fayol.organisation.views.shared import FormPage, fill_in, only
from fayol.web.http import Request, answer, expect, person_required, sentence_of

FIRST_YEAR, LAST_YEAR = 2000, 2200
MOVED_ON_A_PAGE = 100


def _steps(last: str = "") -> list[tuple[str, str]]:
    steps = [(gettext("组织"), reverse("organisation:index"))]
    here = reverse("organisation:calendar")
    return [*steps, (gettext("工作日历"), here), (last, "")] if last else [*steps, (gettext("工作日历"), "")]


def _to(row: Calendar | None = None, year: int | None = None) -> str:
    url = reverse("organisation:calendar_year", args=[year]) if year else reverse("organisation:calendar")
    return f"{url}?calendar={row.pk}" if row and not row.is_default else url


@require_safe
@person_required
def show(request: Request, year: int | None = None) -> HttpResponse:
    now = calendars()
    today = now.default.local_day(request.now)
    year = year or today.year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    rows = list(Calendar.objects.prefetch_related("units"))
    row = _chosen(request, rows)
    own = list(CalendarDay.objects.filter(calendar=row, date__year=year)) if row else []
    page = calendar_page.year_page(now, row.pk if row else None, year, own, today)
    context = {
        "page": page,
        "steps": _steps(),
        "weekdays": calendar_page.WEEKDAYS,
        "lines": calendar_page.calendar_lines(now, rows),
        "row": row,
        "own": own,
        "today": today,
        "editor": access.can_edit(request.person),
        "back_year": year - 1 if year > FIRST_YEAR else None,
        "next_year": year + 1 if year < LAST_YEAR else None,
    }
    return render(request, "organisation/calendar/year.html", context)


def _chosen(request: Request, rows: list[Calendar]) -> Calendar | None:
    """The calendar that is asked for, else the default one, if it has a row."""
    asked = request.GET.get("calendar", "")
    found = next((row for row in rows if str(row.pk) == asked), None)
    return found or next((row for row in rows if row.is_default), None)


# ── the notice ──


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def notice(request: Request) -> HttpResponse:
    only(access.can_edit(request.person))
    lede = gettext("读出放假和调休的日子，先看哪些时限会变，确认后才生效。")
    steps = _steps(gettext("粘贴放假通知"))
    page = FormPage(gettext("粘贴放假通知"), gettext("看预览"), reverse("organisation:calendar"), lede, steps)
    form = NoticeForm(request.POST or None, request.FILES or None)

    def take() -> NoticeDraft:
        text, name = form.words()
        year = form.cleaned_data["year"]
        return actions.take_notice(text, name=name, year=year, by=request.actor, now=request.now)

    return fill_in(request, page, form, take, lambda draft: reverse("organisation:calendar_check", args=[draft.pk]))


@require_safe
@person_required
def check(request: Request, pk: int) -> HttpResponse:
    draft = access.notice_for(request.person, pk)
    found = propose(draft.text, year=draft.year)
    moved = effects.foresee(found.change, request.person, request.now)
    pages = Paginator(moved.rows, MOVED_ON_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "draft": draft,
        "found": found,
        "steps": _steps(gettext("核对放假通知")),
        "problems": _problems(request, found),
        "days": calendar_page.day_lines(found.days, found.notice.year),
        "festivals": calendar_page.festivals_of(found.national, found.notice.year),
        "moved": moved,
        "page": page,
        "groups": calendar_page.moved_groups(list(page), request.now),
        "fresh": found.national != found.before.plan.national,
    }
    return render(request, "organisation/calendar/check.html", context)


def _problems(request: Request, found: Proposal) -> list[dict[str, Any]]:
    """What is wrong, in words, and the words of the notice it is about."""
    told = []
    for problem in found.notice.problems:
        refused = Refused(problem.code, problem.sentence)
        refused.params = problem.params
        told.append({"sentence": sentence_of(refused, request.now), "words": problem.params.get("words", "")})
    return told


@require_POST
@person_required
def apply(request: Request, pk: int) -> HttpResponse:
    draft = access.notice_for(request.person, pk)
    year = propose(draft.text, year=draft.year).notice.year
    return answer(
        request,
        lambda: actions.apply_notice(
            draft, fingerprint=request.POST.get("fingerprint", ""), by=request.actor, now=request.now
        ),
        reverse("organisation:calendar_year", args=[year]),
        said=lambda done: _said(year, done),
    )


def _said(year: int, done: effects.Outcome) -> str:
    if done.pending:
        return gettext("%(year)s年日历已更新，时限正在逐批重新计算，变动的会通知到人。") % {"year": year}
    if not done.moved:
        return gettext("%(year)s年日历已更新，没有时限变化。") % {"year": year}
    return gettext("%(year)s年日历已更新，%(n)s项时限变化已通知有关人员。") % {"year": year, "n": done.moved}


# ── calendars, days, units ──


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def new(request: Request) -> HttpResponse:
    only(access.can_edit(request.person))
    lede = gettext("例如倒班车间：每天上班，不按国家放假调休。")
    return _rules(request, None, gettext("新建日历"), lede)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    row = access.calendar_for(request.person, pk)
    title = gettext("修改%(name)s") % {"name": row.name}
    return _rules(request, row, title, gettext("保存后，按这个日历办的时限重新计算。"))


def _rules(request: Request, row: Calendar | None, title: str, lede: str) -> HttpResponse:
    page = FormPage(title, gettext("保存"), _to(row), lede, _steps(title), expect=row.version if row else None)
    form = CalendarForm(request.POST or None, initial=CalendarForm.initial_of(row))
    return fill_in(
        request,
        page,
        form,
        lambda: actions.save_calendar(
            row, fields=form.values(), by=request.actor, now=request.now, expect=expect(request)
        ),
        _to,
        said=lambda saved: gettext("已保存%(name)s。") % {"name": saved.name},
    )


@require_POST
@person_required
def standard(request: Request) -> HttpResponse:
    """Changing the built-in calendar begins with making it one of our own."""
    only(access.can_edit(request.person))
    to = "day" if request.POST.get("to") == "day" else "edit"
    return answer(
        request,
        lambda: actions.standard_calendar(by=request.actor, now=request.now),
        lambda row: reverse(f"organisation:calendar_{to}", args=[row.pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def day(request: Request, pk: int) -> HttpResponse:
    row = access.calendar_for(request.person, pk)
    title = gettext("%(name)s的例外") % {"name": row.name}
    page = FormPage(
        title, gettext("保存"), _to(row), gettext("只改这一天，受影响的时限随即重算并通知。"), _steps(title)
    )
    form = DayForm(request.POST or None)
    return fill_in(
        request,
        page,
        form,
        lambda: actions.set_day(row, fields=form.values(), by=request.actor, now=request.now),
        lambda set_: _to(row, set_.date.year),
        said=gettext("已保存，时限已按新的安排计算。"),
    )


@require_POST
@person_required
def clear(request: Request, pk: int) -> HttpResponse:
    found = access.calendar_day_for(request.person, pk)
    return answer(
        request,
        lambda: actions.clear_day(found, by=request.actor, now=request.now),
        _to(found.calendar, found.date.year),
        said=gettext("已恢复原来的安排。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def assign(request: Request) -> HttpResponse:
    only(access.can_edit(request.person))
    lede = gettext("单位连同下级一起改用；下级另有设定的不变。")
    title = gettext("哪个单位用哪个日历")
    page = FormPage(title, gettext("保存"), _to(), lede, _steps(title), suggests=True)
    form = AssignForm(request.POST or None)
    return fill_in(
        request,
        page,
        form,
        lambda: actions.assign_calendar(
            form.cleaned_data["unit"], row=form.cleaned_data["calendar"], by=request.actor, now=request.now
        ),
        _to(),
        said=lambda unit: gettext("已保存%(unit)s的日历。") % {"unit": unit.name},
    )
