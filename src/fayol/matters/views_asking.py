"""Opening a matter, changing it, and asking units for tasks within it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as t
from django.views.decorators.http import require_http_methods

from fayol.commitments.models import Commitment
from fayol.matters import access, actions
from fayol.matters.forms import AskForm, EditForm, InstantForm, MatterForm, SupportForm, WordedForm
from fayol.matters.models import Matter
from fayol.matters.states import Status
from fayol.matters.views_page import url_of
from fayol.organisation.forms import person_words
from fayol.organisation.models import Unit
from fayol.organisation.queries import is_coordinator, units_of
from fayol.web.http import Problem, Request, answer, expect, person_required

ROWS, MOST_ROWS = 2, 12


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def create(request: Request) -> HttpResponse:
    """即办 in two fields, or the whole form (`?form=full`)."""
    unit = _own_unit(request)
    full = (request.POST or request.GET).get("form", "") == "full"
    return _open_full(request, unit) if full else _open_instant(request, unit)


def _own_unit(request: Request) -> Unit:
    units = units_of(request.person)
    if not units or not access.can_open(request.person):
        raise Http404
    return units[0]


def _open_instant(request: Request, unit: Unit) -> HttpResponse:
    form = InstantForm(request.POST or None, auto_id="quick-%s")
    if request.method != "POST":
        return _show_new(request, form, full=False)

    def act() -> tuple[Matter, Commitment]:
        data = form.cleaned_data
        lead = data["lead"].pk
        return actions.open_instant(
            data["title"], lead_unit_id=lead, requester_unit_id=unit.pk, by=request.actor, now=request.now
        )

    return answer(
        request,
        act,
        lambda made: url_of(made[0]),
        form=form,
        again=lambda problem: _show_new(request, form, full=False, problem=problem),
        said=lambda made: t("已请%(unit)s办，今天要办结。") % {"unit": made[1].performer_unit.name},
    )


def _open_full(request: Request, unit: Unit) -> HttpResponse:
    supervises = is_coordinator(request.person)
    initial = {"coordinator": person_words(request.person)}
    form = MatterForm(request.POST or None, initial=initial, supervises=supervises)
    if request.method != "POST":
        return _show_new(request, form, full=True)
    return answer(
        request,
        lambda: actions.open_matter(form.opening(unit.pk), by=request.actor, now=request.now),
        url_of,
        form=form,
        again=lambda problem: _show_new(request, form, full=True, problem=problem),
        said=lambda matter: _opened(matter, form),
    )


def _opened(matter: Matter, form: WordedForm) -> str:
    return t("已立项：%(label)s。") % {"label": matter.label} + _hint(form)


def _hint(form: WordedForm) -> str:
    """What to write better, as far as anything is vague."""
    found = "；".join(f"“{v.word}”{t(v.advice)}" for v in form.vague)
    return t("另有可写得更准的词：%(words)s。") % {"words": found} if found else ""


def _show_new(request: Request, form: WordedForm, *, full: bool, problem: Problem | None = None) -> HttpResponse:
    return render(request, "matters/new.html", {"form": form, "full": full, "problem": problem})


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    matter = _run(request, pk)
    form = EditForm(request.POST or None, initial=EditForm.preset(matter))
    if request.method != "POST":
        return render(request, "matters/edit.html", {"form": form, "matter": matter})
    return answer(
        request,
        lambda: actions.update_matter(
            matter, by=request.actor, now=request.now, expect=expect(request), **form.values()
        ),
        url_of,
        form=form,
        again=lambda problem: render(
            request, "matters/edit.html", {"form": form, "matter": matter, "problem": problem}
        ),
        said=lambda _done: t("改好了。") + _hint(form),
    )


def _run(request: Request, pk: int) -> Matter:
    """An open matter that the person runs; else it looks as if there were no such page."""
    matter = access.matter_for(request.person, pk, request.now)
    if matter.status != Status.OPEN or not access.can_run(request.person, matter, request.now):
        raise Http404
    return matter


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def ask(request: Request, pk: int) -> HttpResponse:
    """Add a task, with a row for each supporting unit. "再加一家" sends the form back with one row more."""
    matter = _run(request, pk)
    posted = request.POST if request.method == "POST" else None
    given = (posted or request.GET).get("rows", "")
    more = posted is not None and "more" in posted
    count = min((int(given) if given.isdecimal() else ROWS) + more, MOST_ROWS)
    form = AskForm(posted, initial={"unit": matter.lead_unit.name, "required_on": matter.due_on})
    supports = [SupportForm(posted, prefix=f"s{i}") for i in range(count)]
    if posted is None or more:
        return _show_ask(request, matter, form, supports)
    if not all(support.is_valid() for support in supports) and form.is_valid():
        form.add_error(None, t("请核对配合单位几行。"))
    return answer(
        request,
        lambda: _dispatch(request, matter, form, supports),
        url_of(matter),
        form=form,
        again=lambda problem: _show_ask(request, matter, form, supports, problem),
        said=lambda made: _asked(made, form, draft="draft" in request.POST),
    )


def _dispatch(request: Request, matter: Matter, form: AskForm, supports: list[SupportForm]) -> Commitment:
    title = form.cleaned_data["title"]
    below = tuple(support.asking(matter, title) for support in supports if support.cleaned_data.get("unit"))
    asking = form.asking(matter, request.person, below)
    send = "draft" not in request.POST
    return actions.ask(matter, [asking], by=request.actor, now=request.now, dispatch=send)[0]


def _asked(made: Commitment, form: AskForm, *, draft: bool) -> str:
    if draft:
        return t("已存为拟办，还没有告诉任何人。") + _hint(form)
    return t("已交办给%(unit)s。") % {"unit": made.performer_unit.name} + _hint(form)


def _show_ask(
    request: Request, matter: Matter, form: AskForm, supports: list[SupportForm], problem: Problem | None = None
) -> HttpResponse:
    context = {"matter": matter, "form": form, "supports": supports, "problem": problem, "most": MOST_ROWS}
    return render(request, "matters/ask.html", context)
