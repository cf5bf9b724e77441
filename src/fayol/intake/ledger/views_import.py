"""Taking a ledger workbook in: upload, look at what it would do, say what unknown units mean, apply."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from fayol.files.store import name_and_bytes
from fayol.intake.ledger.applying import apply_upload, choose_units, plan_of, take_upload
from fayol.intake.ledger.planning import NEW, SKIP, Plan
from fayol.intake.ledger_models import LedgerImport
from fayol.intake.names import Directory
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.queries import is_coordinator
from fayol.web.http import Problem, Request, answer, person_required

MOST_SHOWN = 300
"""Lines of each kind on the page; the counts are exact."""
KIND_WORDS = {
    "new": _("新建"),
    "update": _("更新"),
    "refused": _("不能改"),
    "known": _("已有"),
    "same": _("不变"),
    "faulty": _("有误"),
}
LIGHTS = {"new": "green", "update": "green", "refused": "amber", "known": "grey", "same": "grey", "faulty": "red"}


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def upload(request: Request) -> HttpResponse:
    if not is_coordinator(request.person):
        raise Http404
    if request.method != "POST":
        return _form(request, None)
    return answer(
        request,
        lambda: _take(request),
        lambda made: reverse("ledger:review", args=[made.pk]),
        again=lambda problem: _form(request, problem),
    )


def _take(request: Request) -> LedgerImport:
    given = request.FILES.get("file")
    if given is None:
        raise Refused("no_file", _("请选择一个 .xlsx 文件。"), field="file")
    name, data = name_and_bytes(given)
    return take_upload(name, data, by=request.actor, now=request.now)


def _form(request: Request, problem: Problem | None) -> HttpResponse:
    recent = LedgerImport.objects.select_related("file", "uploaded_by").order_by("-uploaded_at", "-id")[:10]
    given = {
        "problem": problem,
        "recent": recent,
        "most_mb": settings.MAX_UPLOAD // (1024 * 1024),
        "most": settings.MAX_UPLOAD,
    }
    return render(request, "ledger/import.html", given)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def review(request: Request, pk: int) -> HttpResponse:
    """What it would do, row by row. POST says what unknown units mean."""
    row = _upload_for(request, pk)
    if request.method == "POST":
        choices = _choices(request)
        return answer(
            request,
            lambda: choose_units(row, choices, by=request.actor, now=request.now),
            reverse("ledger:review", args=[pk]),
        )
    if row.applied_at:
        return render(request, "ledger/imported.html", {"upload": row, "report": row.report})
    return _preview(request, row, None)


def _upload_for(request: Request, pk: int) -> LedgerImport:
    if not is_coordinator(request.person):
        raise Http404
    rows = LedgerImport.objects.select_related("file", "uploaded_by", "applied_by")
    return get_object_or_404(rows, pk=pk)


def _choices(request: Request) -> dict[str, str]:
    """{name: key of a unit, "new" or "skip"}; `all=new` takes every name without a choice for an outside unit."""
    names, picked = request.POST.getlist("name"), request.POST.getlist("unit")
    rest = NEW if request.POST.get("all") == NEW else ""
    given = {name: choice or rest for name, choice in zip(names, picked, strict=False)}
    return {name: choice for name, choice in given.items() if choice.isdecimal() or choice in (NEW, SKIP)}


def _preview(request: Request, row: LedgerImport, problem: Problem | None) -> HttpResponse:
    plan = plan_of(row, now=request.now)
    given: dict[str, Any] = {
        "upload": row,
        "plan": plan,
        "problem": problem,
        "faults": plan.blocking[:MOST_SHOWN],
        "notices": [p for p in plan.problems if not p.blocking][:MOST_SHOWN],
        "sections": _sections(plan),
        "unknown": list(plan.unknown.values()),
        "options": _options() if plan.unknown else [],
        "changes": len(plan.of("new")) + len(plan.of("update")),
        "say": _say(plan),
    }
    return render(request, "ledger/review.html", given)


def _options() -> list[tuple[int, str]]:
    directory = Directory.load()
    return [(pk, directory.label(pk)) for pk in directory.units]


def _sections(plan: Plan) -> list[dict[str, Any]]:
    """The lines by kind, those that need a look first."""
    found = []
    for kind in ("refused", "update", "new", "known", "same"):
        lines = plan.of(kind)
        if lines:
            found.append(
                {
                    "kind": kind,
                    "word": t(KIND_WORDS[kind]),
                    "light": LIGHTS[kind],
                    "count": len(lines),
                    "lines": lines[:MOST_SHOWN],
                }
            )
    return found


def _say(plan: Plan) -> str:
    parts = [f"{t(KIND_WORDS[kind])}{len(plan.of(kind))}" for kind in KIND_WORDS if plan.of(kind)]
    return t("共%(n)d行：%(parts)s") % {"n": len(plan.lines), "parts": "、".join(parts)}


@require_POST
@person_required
def apply(request: Request, pk: int) -> HttpResponse:
    row = _upload_for(request, pk)
    return answer(
        request,
        lambda: apply_upload(row, by=request.actor, now=request.now),
        reverse("ledger:review", args=[pk]),
        again=lambda problem: _preview(request, row, problem),
        said=_said,
    )


def _said(row: LedgerImport) -> str:
    new = row.report.get("new", 0)
    return (
        ngettext("已导入%(n)d条任务。", "已导入%(n)d条任务。", new) % {"n": new}
        if new
        else t("已按台账更新，没有新建任务。")
    )
