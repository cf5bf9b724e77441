"""模板: the list, one flow, making and changing it, keeping it from an affair, using it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.kernel.errors import Refused
from fayol.matters.access import can_open, can_run, matter_for
from fayol.matters.flows import access, actions
from fayol.matters.flows.actions import Plan, StepFields, Use
from fayol.matters.flows.actions.using import roles_of
from fayol.matters.flows.forms import FlowForm, KeepForm, StepForm, UseForm, usual_units
from fayol.matters.flows.models import Flow, FlowStep
from fayol.matters.flows.states import ANCHOR_DAY, ANCHOR_WORDS, MOST_STEPS
from fayol.matters.flows.words import offset_words, went_words
from fayol.matters.models import Matter
from fayol.matters.states import Kind
from fayol.organisation.models import Unit
from fayol.organisation.queries import is_coordinator, units_of
from fayol.web.http import Problem, Request, answer, expect, keyset, person_required, sentence_of

SIZE, ROWS, MORE = 20, 6, 5


def url_of(flow: Flow) -> str:
    return reverse("flows:page", args=[flow.pk])


@require_safe
@person_required
def index(request: Request) -> HttpResponse:
    seen = access.visible_to(request.person).filter(retired_at__isnull=True).select_related("matter")
    page = keyset(seen, ["-used", "-pk"], request.GET.get("at", ""), SIZE)
    counts = _counts([flow.pk for flow in page.rows])
    rows = [(flow, counts.get(flow.pk, 0), t(ANCHOR_WORDS[flow.anchor])) for flow in page.rows]
    context = {"page": page, "rows": rows, "makes": access.may_make(request.person)}
    return render(request, "flows/index.html", context)


def _counts(keys: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for pk in FlowStep.objects.filter(flow__in=keys).values_list("flow_id", flat=True):
        found[pk] = found.get(pk, 0) + 1
    return found


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    flow = access.flow_for(request.person, pk)
    steps = list(flow.steps.all())
    rows = [
        (step, offset_words(step.offset, flow.anchor), went_words(step.real_days, step.late_days)) for step in steps
    ]
    context = {
        "flow": flow,
        "rows": rows,
        "went": any(went for _step, _when, went in rows),
        "roles": roles_of(flow, steps),
        "anchor": t(ANCHOR_WORDS[flow.anchor]),
        "changes": access.can_change(request.person, flow),
        "uses": flow.retired_at is None and can_open(request.person),
        "source": _source(request, flow),
    }
    return render(request, "flows/page.html", context)


def _source(request: Request, flow: Flow) -> Matter | None:
    """The affair it was kept from, for those who may see it."""
    if flow.matter is None:
        return None
    try:
        return matter_for(request.person, flow.matter.pk, request.now)
    except Http404:
        return None


# ── making ─────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def create(request: Request) -> HttpResponse:
    if not access.may_make(request.person):
        raise Http404
    return _edit(request, None, FlowForm(request.POST or None), [])


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    flow = access.flow_for(request.person, pk)
    if not access.can_change(request.person, flow):
        raise Http404
    form = FlowForm(request.POST or None, initial=FlowForm.preset(flow))
    return _edit(request, flow, form, [StepForm.preset(step) for step in flow.steps.all()])


def _edit(request: Request, flow: Flow | None, form: FlowForm, known: list[dict[str, Any]]) -> HttpResponse:
    """ "再加几行" sends the form back with rows more."""
    posted = request.POST if request.method == "POST" else None
    more = posted is not None and "more" in posted
    given = posted.get("rows", "") if posted is not None else ""
    count = int(given) if given.isdecimal() and len(given) < 4 else max(len(known) + 1, ROWS)
    count = min(count + (MORE if more else 0), MOST_STEPS)
    initial = [*known, *({} for _ in range(count))][:count]
    rows = [StepForm(posted, prefix=f"s{i}", initial=initial[i]) for i in range(count)]
    if posted is None or more:
        return _show_form(request, flow, form, rows)
    if not all(row.is_valid() for row in rows) and form.is_valid():
        form.add_error(None, t("请核对标出的几行。"))
    return answer(
        request,
        lambda: _save(request, flow, form, _numbered(rows)),
        url_of,
        form=form,
        again=lambda problem: _show_form(request, flow, form, rows, problem),
        said=t("模板存好了。"),
    )


def _numbered(rows: list[StepForm]) -> tuple[StepFields, ...]:
    """Without the empty rows; what was numbered by place is numbered anew."""
    filled = [(place, row) for place, row in enumerate(rows, start=1) if not row.is_empty]
    number = {place: i for i, (place, _row) in enumerate(filled, start=1)}
    steps = []
    for _place, row in filled:
        step = row.step()
        needs = tuple(number.get(need, 0) for need in step.needs)
        steps.append(StepFields(**{**{f: getattr(step, f) for f in StepFields.__dataclass_fields__}, "needs": needs}))
    return tuple(steps)


def _save(request: Request, flow: Flow | None, form: FlowForm, steps: tuple[StepFields, ...]) -> Flow:
    fields = form.fields_with(steps)
    if flow is None:
        return actions.make(fields, by=request.actor, now=request.now)
    return actions.change(flow, fields, by=request.actor, now=request.now, expect=expect(request))


def _show_form(
    request: Request, flow: Flow | None, form: FlowForm, rows: list[StepForm], problem: Problem | None = None
) -> HttpResponse:
    context = {"flow": flow, "form": form, "rows": rows, "most": MOST_STEPS, "problem": problem}
    return render(request, "flows/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def keep(request: Request, pk: int) -> HttpResponse:
    """An affair as it went becomes a flow."""
    matter = matter_for(request.person, pk, request.now)
    if not can_run(request.person, matter, request.now) or not access.may_make(request.person):
        raise Http404
    form = KeepForm(request.POST or None, initial={"title": matter.title})

    def page(problem: Problem | None = None) -> HttpResponse:
        return render(request, "flows/keep.html", {"form": form, "matter": matter, "problem": problem})

    if request.method != "POST":
        return page()
    return answer(
        request,
        lambda: actions.keep_from(matter, **form.cleaned_data, by=request.actor, now=request.now),
        url_of,
        form=form,
        again=page,
        said=t("整理成模板了，下次可以直接使用。"),
    )


@require_POST
@person_required
def retire(request: Request, pk: int) -> HttpResponse:
    flow = access.flow_for(request.person, pk)
    if not access.can_change(request.person, flow):
        raise Http404
    return answer(
        request,
        lambda: actions.retire(flow, by=request.actor, now=request.now, expect=expect(request)),
        reverse("flows:index"),
        said=t("模板停用了，已经立的事项不受影响。"),
    )


# ── using ──────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def use(request: Request, pk: int) -> HttpResponse:
    """Fill in, look at the days, open. "看日程" shows the days and opens nothing."""
    flow = access.flow_for(request.person, pk)
    unit = next(iter(units_of(request.person)), None)
    if flow.retired_at is not None or unit is None or not can_open(request.person):
        raise Http404
    steps = list(flow.steps.all())
    roles = roles_of(flow, steps)
    form = UseForm(
        request.POST or None, roles=roles, usual=usual_units(flow, roles), anchor=t(ANCHOR_DAY[flow.anchor]),
        supervises=is_coordinator(request.person), initial={"title": flow.title, "goal": flow.goal},
    )  # fmt: skip
    if request.method != "POST" or "preview" in request.POST:
        return _show_use(request, flow, form, steps)
    return answer(
        request,
        lambda: actions.open_from(flow, _use_of(form, unit), by=request.actor, now=request.now),
        lambda made: reverse("matters:page", args=[made[0].pk]),
        form=form,
        again=lambda problem: _show_use(request, flow, form, steps, problem),
        said=lambda made: _opened(made[0].label, len(made[1])),
    )


def _opened(label: str, count: int) -> str:
    words = ngettext("已立项%(label)s，交办%(n)d条任务。", "已立项%(label)s，交办%(n)d条任务。", count)
    return words % {"label": label, "n": count}


def _use_of(form: UseForm, unit: Unit) -> Use:
    data = form.cleaned_data
    return Use(
        title=data["title"],
        anchor_on=data["anchor_on"],
        units=form.units(),
        requester_unit_id=unit.pk,
        goal=data["goal"],
        kind=Kind(data.get("kind") or Kind.COORDINATION),
    )


def _show_use(
    request: Request, flow: Flow, form: UseForm, steps: list[FlowStep], problem: Problem | None = None
) -> HttpResponse:
    plan, units = _preview(request, flow, form, steps), {}
    if form.is_bound:
        units = {role: unit.name for role, unit in form.chosen().items()}
    rows = [(step, laid, units.get(step.role, "")) for step, laid in plan.rows] if plan else []
    context = {"flow": flow, "form": form, "plan": plan, "rows": rows, "problem": problem, "count": len(steps)}
    return render(request, "flows/use.html", context)


def _preview(request: Request, flow: Flow, form: UseForm, steps: list[FlowStep]) -> Plan | None:
    """The days, as soon as the anchor is a day."""
    if not form.is_bound:
        return None
    form.is_valid()
    day = form.cleaned_data.get("anchor_on")
    if day is None:
        return None
    try:
        units = {role: unit.pk for role, unit in form.chosen().items()}
        return actions.lay(flow, steps, day, units=units, now=request.now)
    except Refused as refused:
        if "anchor_on" not in form.errors:
            form.add_error("anchor_on", sentence_of(refused, request.now))
        return None
