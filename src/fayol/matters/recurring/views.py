"""常规工作: the list, one of them, setting up, changing, pausing, ending."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.commitments.access import visible_to as commitments_seen
from fayol.commitments.models import Commitment
from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.recurrence import Every, Rhythm
from fayol.matters.access import can_run, matter_for
from fayol.matters.recurring import access, actions
from fayol.matters.recurring.forms import DutyForm, WhyForm, next_five, rhythm_fields
from fayol.matters.recurring.models import Recurrence
from fayol.matters.recurring.states import STATUS_WORDS, Status
from fayol.matters.recurring.words import SHIFT_WORDS, Coming, lead_words, rule_words
from fayol.organisation.calendar import work_calendar
from fayol.organisation.forms import person_words
from fayol.organisation.models import Unit
from fayol.organisation.queries import units_of
from fayol.web.http import Problem, Request, answer, expect, keyset, person_required

SIZE, LAST = 20, 12


def url_of(row: Recurrence) -> str:
    return reverse("recurring:page", args=[row.pk])


@require_safe
@person_required
def index(request: Request) -> HttpResponse:
    status = request.GET.get("status", "")
    wanted = status if status in STATUS_WORDS else Status.ACTIVE
    seen = access.visible_to(request.person).filter(status=wanted).select_related("requester")
    page = keyset(seen.prefetch_related("performers"), ["-pk"], request.GET.get("at", ""), SIZE)
    rows = [
        (row, rule_words(row.rrule), _units(row), next(iter(_next_five(row, request.now)), None)) for row in page.rows
    ]
    context = {
        "page": page, "rows": rows, "statuses": STATUS_WORDS.items(), "wanted": wanted,
        "arranges": access.may_arrange(request.person),
    }  # fmt: skip
    return render(request, "recurring/index.html", context)


def _units(row: Recurrence) -> str:
    names = [unit.name for unit in row.performers.all()]
    if len(names) <= 3:
        return "、".join(names)
    return t("%(first)s等%(n)d个单位") % {"first": "、".join(names[:2]), "n": len(names)}


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    return _show(request, access.recurrence_for(request.person, pk))


def _show(request: Request, row: Recurrence, problem: Problem | None = None) -> HttpResponse:
    past = list(row.occurrences.order_by("-day")[:LAST])
    keys = [key for one in past for key in one.commitments]
    seen = commitments_seen(request.person, request.now).filter(pk__in=keys).select_related("performer_unit", "holder")
    tasks = seen.in_bulk()
    context = {
        "row": row,
        "rule": rule_words(row.rrule),
        "shift": t(SHIFT_WORDS[row.shift]),
        "lead": lead_words(row.lead),
        "units": row.performers.order_by("path", "pk"),
        "coming": _next_five(row, request.now) if row.status == Status.ACTIVE else [],
        "past": [(one, [tasks[key] for key in one.commitments if key in tasks]) for one in past],
        "arranges": row.status != Status.ENDED and access.can_arrange(request.person, row),
        "problem": problem,
        "form": WhyForm(request.POST or None),
    }
    return render(request, "recurring/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def create(request: Request) -> HttpResponse:
    """`?from=<commitment>`: what it asks for again and again is filled in; `?matter=`: within that affair."""
    if not access.may_arrange(request.person):
        raise Http404
    form = DutyForm(request.POST or None, initial=_initial(request))
    if request.method != "POST" or "preview" in request.POST:
        return _form(request, form)
    unit = _own_unit(request)
    return answer(
        request,
        lambda: actions.set_up(form.duty(), requester_unit_id=unit.pk, by=request.actor, now=request.now),
        url_of,
        form=form,
        again=lambda problem: _form(request, form, problem=problem),
        said=lambda row: t("设好了：%(rule)s，到时自动布置。") % {"rule": rule_words(row.rrule)},
    )


def _own_unit(request: Request) -> Unit:
    units = units_of(request.person)
    if not units:
        raise Http404
    return units[0]


def _initial(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = {"starts_on": work_calendar().local_day(request.now)}
    source, matter = request.GET.get("from", ""), request.GET.get("matter", "")
    if matter.isdecimal() and len(matter) < 18:
        found = matter_for(request.person, int(matter), request.now)
        if can_run(request.person, found, request.now):
            given |= {"matter": found.pk, "performers": found.lead_unit.name}
    if source.isdecimal() and len(source) < 18:
        seen = commitments_seen(request.person, request.now).select_related("performer_unit", "responsible")
        task = seen.filter(pk=int(source)).first()
        given |= _like(task, request.now) if task else {}
    return given


def _like(task: Commitment, now: datetime) -> dict[str, Any]:
    """What a task that asks for something again and again says of it."""
    rhythm = rhythm_of(task)
    return {
        "title": task.title,
        "condition": task.condition,
        "urgency": task.urgency,
        "performers": task.performer_unit.name,
        "responsible": person_words(task.responsible) if task.responsible else "",
        **(rhythm_fields(rhythm) if rhythm else {}),
    }


_EVERY = {
    "daily": Every.DAY, "weekly": Every.WEEK, "monthly": Every.MONTH, "quarterly": Every.QUARTER,
    "half_yearly": Every.HALF, "yearly": Every.YEAR,
}  # fmt: skip


def rhythm_of(task: Commitment) -> Rhythm | None:
    """The rule in the words of the source, if it comes again."""
    rule = DeadlineRule.from_json(task.required_rule) if task.required_rule else None
    if rule is None or rule.kind not in _EVERY:
        return None
    every = _EVERY[rule.kind]
    span = {Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}.get(every, 1)
    month = (rule.month - 1) % span + 1 if rule.month else span
    return Rhythm(every, weekday=rule.weekday if rule.weekday >= 0 else 4, day=rule.day or -1, month=month)


def _form(
    request: Request, form: DutyForm, row: Recurrence | None = None, problem: Problem | None = None
) -> HttpResponse:
    coming = form.coming(request.now) if form.is_bound else _next_five(row, request.now) if row else []
    if "preview" in request.POST:
        form = _unjudged(form)
    return render(request, "recurring/form.html", {"form": form, "row": row, "coming": coming, "problem": problem})


def _next_five(row: Recurrence, now: datetime) -> list[Coming]:
    return next_five(actions.rule_of(row), [unit.pk for unit in row.performers.all()], now)


def _unjudged(form: DutyForm) -> DutyForm:
    """Looking at the days is not yet sending it in: only what is wrong with the rule is said."""
    for name in ("title", "performers", "responsible"):
        form.errors.pop(name, None)
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    row = _arranged(request, pk)
    form = DutyForm(request.POST or None, initial=DutyForm.preset(row))
    if request.method != "POST" or "preview" in request.POST:
        return _form(request, form, row)
    return answer(
        request,
        lambda: actions.change(row, form.duty(), by=request.actor, now=request.now, expect=expect(request)),
        url_of(row),
        form=form,
        again=lambda problem: _form(request, form, row, problem),
        said=t("改好了，从下一次起按新的办；已经布置的不变。"),
    )


def _arranged(request: Request, pk: int) -> Recurrence:
    row = access.recurrence_for(request.person, pk)
    if row.status == Status.ENDED or not access.can_arrange(request.person, row):
        raise Http404
    return row


@require_POST
@person_required
def rest(request: Request, pk: int) -> HttpResponse:
    """`do`: pause, go_on or end."""
    row = _arranged(request, pk)
    words, seen = request.POST.get("words", "")[:300], expect(request)
    do = request.POST.get("do", "")
    if do not in ("pause", "go_on", "end"):
        raise Http404

    def act() -> Recurrence:
        if do == "go_on":
            return actions.go_on(row, by=request.actor, now=request.now, expect=seen)
        verb = actions.end if do == "end" else actions.pause
        return verb(row, words=words, by=request.actor, now=request.now, expect=seen)

    said = {"go_on": t("恢复了，从下一次起照常布置。"), "end": t("停止了，不再布置；已经布置的照常办理。")}
    return answer(
        request, act, url_of(row), again=lambda problem: _show(request, row, problem),
        said=said.get(do, t("暂停了，恢复以前不再布置。")),
    )  # fmt: skip
