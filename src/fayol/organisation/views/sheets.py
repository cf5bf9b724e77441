"""The organisation out of and into one workbook."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.organisation import access, actions, importing
from fayol.organisation.forms import SheetForm
from fayol.organisation.models import SheetDraft
from fayol.organisation.views.shared import FormPage, fill_in, only
from fayol.web.http import Request, answer, person_required

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
"""Lines of one kind in a preview; the counts say how many there are."""


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def upload(request: Request) -> HttpResponse:
    only(access.can_edit(request.person))
    lede = gettext("一个文件三张表：单位、人员、任职。先看预览，确认后一次导入；有一行不对就什么都不导入。")
    steps = [(gettext("组织"), reverse("organisation:index")), (gettext("导入"), "")]
    page = FormPage(gettext("导入组织"), gettext("看预览"), reverse("organisation:index"), lede, steps)
    form = SheetForm(request.POST or None, request.FILES or None)

    def keep() -> SheetDraft:
        file = form.cleaned_data["file"]
        data = file.read()
        importing.read_workbook(data, name=file.name)  # refused here, before anything is kept
        return actions.keep_sheet(data, name=file.name, by=request.actor, now=request.now)

    return fill_in(
        request,
        page,
        form,
        keep,
        lambda draft: reverse("organisation:import_check", args=[draft.pk]),
        template_link=True,
    )


@require_safe
@person_required
def check(request: Request, pk: int) -> HttpResponse:
    draft = access.sheet_for(request.person, pk)
    plan = importing.preview(importing.read_workbook(bytes(draft.body), name=draft.name))
    context = {
        "draft": draft,
        "plan": plan,
        "most": SHOWN,
        "changes": importing.told(plan, most=SHOWN),
        "steps": [
            (gettext("组织"), reverse("organisation:index")),
            (gettext("导入"), reverse("organisation:import")),
            (draft.name, ""),
        ],
    }
    return render(request, "organisation/import.html", context)


@require_POST
@person_required
def apply(request: Request, pk: int) -> HttpResponse:
    draft = access.sheet_for(request.person, pk)

    @transaction.atomic
    def act() -> importing.Plan:
        plan = importing.preview(importing.read_workbook(bytes(draft.body), name=draft.name))
        importing.same(plan, request.POST.get("fingerprint", ""))
        done = importing.apply(plan, by=request.actor, now=request.now)
        actions.drop_sheet(draft, by=request.actor)
        return done

    return answer(
        request,
        act,
        reverse("organisation:index"),
        said=gettext("已导入%(name)s。") % {"name": draft.name},
    )


@require_safe
@person_required
def export(request: Request) -> HttpResponse:
    only(access.can_edit(request.person))
    response = HttpResponse(importing.export(), content_type=XLSX)
    day = request.now.strftime("%Y%m%d")
    response["Content-Disposition"] = f"attachment; filename=organisation-{day}.xlsx"
    return response
