"""A notice on paper: for whom, the sheets to be printed, and the slips that come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from fayol.channels.models import Delivery
from fayol.kernel.text import gettext_noop as _
from fayol.notices import access_following as access
from fayol.notices import actions, queries_page, queries_paper
from fayol.notices.forms_paper import SlipForm
from fayol.notices.models import Notice, Receipt, Told
from fayol.notices.paper_docx import written
from fayol.notices.presenter_marks import mark_of, reply_of
from fayol.notices.presenter_paper import Sheet, printing_of
from fayol.notices.queries_following import files_of
from fayol.notices.states import Stage, Status
from fayol.notices.views.proof import WORD
from fayol.web.http import Page, Problem, Request, answer, components, dates, expect, keyset, person_required

CHOOSE, SHEETS, SLIP = "notices/paper.html", "notices/paper_sheets.html", "notices/slip.html"
ROWS = actions.MOST_PRINTED
SHOW_WORDS = {
    queries_paper.NEEDED: _("待打印"),
    queries_paper.NO_ACCOUNT: _("没有账号"),
    queries_paper.UNREACHED_ONES: _("送不到"),
    queries_paper.EVERYBODY: _("全部"),
}


@dataclass(frozen=True)
class Line:
    """An addressee, and what there is on paper."""

    receipt: Receipt
    sheet: Delivery | None
    picked: bool
    now: datetime

    @property
    def mark(self) -> components.Receipt:
        return mark_of(self.receipt)

    @property
    def reply(self) -> str:
        return reply_of(self.receipt)

    @property
    def paper(self) -> str:
        if self.sheet is None:
            return ""
        at = self.sheet.sent_at
        return t("%(at)s打印") % {"at": dates.daytime(at, self.now)} if at else t("待打印")

    @property
    def returns(self) -> bool:
        """Whether a slip may still come back."""
        return self.sheet is not None and self.sheet.sent_at is not None and self.receipt.stage != Stage.CONFIRMED


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def choose(request: Request, pk: int) -> HttpResponse:
    """`?show=` and `q` narrow the list. Printing counts as handed over, so the sheets stand behind a press."""
    notice = access.followed_for(request.person, pk, request.now)
    if request.method != "POST":
        return _choose(request, notice)
    picked = {int(one) for one in request.POST.getlist("receipt") if one.isdecimal()}
    return answer(
        request,
        lambda: actions.print_for(notice, picked, by=request.actor, now=request.now, expect=expect(request)),
        lambda rows: _sheets_url(notice, rows),
        again=lambda problem: _choose(request, notice, problem, picked),
        said=_printed,
    )


def _printed(rows: list[Receipt]) -> str:
    n = len(rows)
    return ngettext("%(n)d份可以打印了，已记为交付", "%(n)d份可以打印了，已记为交付", n) % {"n": n}


def _sheets_url(notice: Notice, rows: list[Receipt]) -> str:
    query = urlencode({"r": ",".join(str(row.pk) for row in rows)}, safe=",")
    return f"{reverse('notices:paper_sheets', args=[notice.pk])}?{query}"


def _choose(
    request: Request, notice: Notice, problem: Problem | None = None, picked: set[int] | None = None
) -> HttpResponse:
    waiting = queries_paper.needed(notice).count()
    show = request.GET.get("show", "")
    usual = queries_paper.NEEDED if waiting else queries_paper.NO_ACCOUNT
    show = show if show in queries_paper.SHOWS else usual
    text = request.GET.get("q", "").strip()[:40]
    rows: Page[Receipt] = keyset(
        queries_paper.printable(notice, show, text), ["place", "id"], request.GET.get("at", ""), ROWS
    )
    prints = queries_paper.last_prints(notice, [row.person_id for row in rows])
    chosen = picked if picked is not None else {row.pk for row in rows} if show == queries_paper.NEEDED else set()
    context = {
        "notice": notice,
        "page": rows,
        "lines": [Line(row, prints.get(row.person_id), row.pk in chosen, request.now) for row in rows],
        "shows": [(key, t(SHOW_WORDS[key])) for key in queries_paper.SHOWS],
        "show": show,
        "q": text,
        "waiting": waiting,
        "withdrawn": notice.status == Status.WITHDRAWN,
        "problem": problem,
    }
    return render(request, CHOOSE, context)


# ── the sheets ─────────────────────────────────────────────────────────────


@require_safe
@person_required
def sheets(request: Request, pk: int) -> HttpResponse:
    """`?r=` names the receipts; shown are those for whom it was printed. Looking changes nothing."""
    notice = access.followed_for(request.person, pk, request.now)
    return render(
        request, SHEETS, {"notice": notice, "sheets": _sheets(request, notice), "r": request.GET.get("r", "")}
    )


@require_safe
@person_required
def word(request: Request, pk: int) -> HttpResponse:
    notice = access.followed_for(request.person, pk, request.now)
    name = f"{notice.title}-{t('纸质通知')}.docx"
    disposition = content_disposition_header(as_attachment=True, filename=name) or ""
    made = written(_sheets(request, notice))
    return HttpResponse(made, content_type=WORD, headers={"Content-Disposition": disposition})


def _sheets(request: Request, notice: Notice) -> list[Sheet]:
    """Those of `?r=`, else the first ROWS of all that were printed."""
    ids = [int(one) for one in request.GET.get("r", "").split(",") if one.isdecimal()]
    rows = queries_paper.sheets(notice, ids, most=ROWS)
    printing = printing_of(
        notice,
        files=files_of(notice),
        editions=queries_page.editions_of(notice),
        withdrawal=queries_page.withdrawal_of(notice),
        links=queries_paper.printed_links(notice, rows),
        now=request.now,
    )
    return printing.sheets(rows)


# ── the slip ───────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def slip(request: Request, pk: int, receipt_pk: int) -> HttpResponse:
    """代录: what stands on the slip that came back."""
    notice = access.followed_for(request.person, pk, request.now)
    row = access.receipt_in(notice, receipt_pk)
    if request.method != "POST":
        return _slip(request, row, SlipForm(row))
    form = SlipForm(row, request.POST)

    def act() -> Told:
        given = form.slip(by=request.actor, now=request.now)
        return actions.log_slip(row, slip=given, by=request.actor, now=request.now, expect=expect(request))

    return answer(
        request,
        act,
        reverse("notices:paper", args=[notice.pk]),
        form=form,
        again=lambda problem: _slip(request, row, form, problem=problem),
        said=lambda told: _said(row, told),
    )


def _said(row: Receipt, told: Told) -> str:
    if told.reached:
        return t("记下了，请%(name)s本人核对；核对前不算确认。") % {"name": row.person.name}
    return t("记下了：%(heard)s代签，%(name)s仍算未知悉。") % {"heard": told.heard, "name": row.person.name}


def _slip(request: Request, row: Receipt, form: SlipForm, **more: Any) -> HttpResponse:
    return render(request, SLIP, {"notice": row.notice, "row": row, "mark": mark_of(row), "form": form, **more})
