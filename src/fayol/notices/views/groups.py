"""Kept lists of people."""

from __future__ import annotations

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.notices import access, actions
from fayol.notices.forms_audience import GroupForm
from fayol.notices.models import Group
from fayol.organisation.forms import person_words
from fayol.organisation.models import Unit
from fayol.organisation.queries import is_coordinator, units_of
from fayol.web.http import Problem, Request, answer, expect, keyset, person_required

SIZE, LIST = 30, "/notices/groups/"


def _writer(request: Request) -> None:
    if not access.may_write(request.person):
        raise Http404


@require_safe
@person_required
def index(request: Request) -> HttpResponse:
    _writer(request)
    rows = access.groups_for(request.person).annotate(members=Count("people"))
    page = keyset(rows, ["name"], request.GET.get("at", ""), SIZE)
    return render(request, "notices/groups.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def new(request: Request) -> HttpResponse:
    _writer(request)
    form = GroupForm(_units(request), request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _show(request, form)
    return answer(
        request,
        lambda: actions.make_group(
            form.cleaned_data["name"], unit=form.unit_chosen(), people=form.cleaned_data["people"], by=request.actor,
            now=request.now,
        ),
        LIST,
        form=form,
        again=lambda problem: _show(request, form, problem=problem),
        said=lambda row: t("名单“%(name)s”存好了。") % {"name": row.name},
    )  # fmt: skip


def _units(request: Request) -> list[Unit]:
    """Coordinators keep lists for every unit in whose name they issue, and for their own."""
    units = list(access.issuing_units(request.person).order_by("order", "id"))
    own = units_of(request.person) if is_coordinator(request.person) else []
    return list({unit.pk: unit for unit in (*units, *own)}.values())


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    group = access.group_for(request.person, pk)
    people = "、".join(person_words(person) for person in group.people.order_by("order", "id"))
    posted = request.POST if request.method == "POST" else None
    form = GroupForm([], posted, group=group, initial={"name": group.name, "people": people})
    if posted is None:
        return _show(request, form, group)
    return answer(
        request,
        lambda: actions.change_group(
            group, name=form.cleaned_data["name"], people=form.cleaned_data["people"], by=request.actor,
            now=request.now, expect=expect(request),
        ),
        LIST,
        form=form,
        again=lambda problem: _show(request, form, group, problem),
        said=lambda row: t("名单“%(name)s”存好了。") % {"name": row.name},
    )  # fmt: skip


@require_POST
@person_required
def retire(request: Request, pk: int) -> HttpResponse:
    group = access.group_for(request.person, pk)
    return answer(
        request,
        lambda: actions.retire_group(group, by=request.actor, now=request.now, expect=expect(request)),
        LIST,
        said=t("名单“%(name)s”停用了。") % {"name": group.name},
    )


def _show(
    request: Request, form: GroupForm, group: Group | None = None, problem: Problem | None = None
) -> HttpResponse:
    return render(request, "notices/group.html", {"form": form, "group": group, "problem": problem})
