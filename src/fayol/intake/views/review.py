"""The review page: the source with its marks, the drafts beside it, and everything that is done to them there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from fayol.intake import actions, queries
from fayol.intake.access import document_for, open_matters
from fayol.intake.cards import EDITORS, Row, Rows, problem_said
from fayol.intake.forms import DraftForm, OpeningForm
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.policy import Need
from fayol.intake.queries import Summary
from fayol.intake.source import SourceView
from fayol.intake.states import DocumentStatus, DraftState
from fayol.intake.views.doing import act_on
from fayol.intake.views.parties import excerpt
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.web.http import Problem, Request, answer, person_required

PER_PAGE = 50


@dataclass
class Posted:
    """What came with a post and what became of it; kept for drawing the page again when something was refused."""

    document: IntakeDocument
    directory: Directory
    forms: dict[int, DraftForm] = field(default_factory=dict)
    opening: OpeningForm | None = None
    needs: Mapping[int, Sequence[Need]] = field(default_factory=dict)
    stale: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def review(request: Request, pk: int) -> HttpResponse:
    if request.method == "POST":
        return _post(request, document_for(request.person, pk))
    try:
        document = document_for(request.person, pk)
    except Http404:
        return excerpt(request, pk)
    if place := request.GET.get("at", ""):
        return _to_place(document, place)
    return _page(request, document)


def _to_place(document: IntakeDocument, place: str) -> HttpResponse:
    """From a task back to its sentence, on whichever page of a long document that is."""
    url = reverse("intake:review", args=[document.pk])
    at = int(place) if place.isdecimal() else -1
    for index, (number, spans) in enumerate(document.drafts.order_by("position").values_list("position", "spans")):
        if any(start <= at < end for start, end in spans):
            return redirect(f"{url}?page={index // PER_PAGE + 1}#s{number}")
    return redirect(url)


# ── drawing ────────────────────────────────────────────────────────────────


def _page(
    request: Request, document: IntakeDocument, *, posted: Posted | None = None, problem: Problem | None = None
) -> HttpResponse:
    directory = posted.directory if posted else Directory.load()
    summary = queries.summary_of(document, directory)
    number, shown = _page_of(request, summary)
    drafts = queries.full_drafts(document, [draft.pk for draft in shown])
    rows = _rows(request, document, directory, summary, drafts, posted)
    first, last = drafts[0] if drafts else None, drafts[-1] if drafts else None
    given = {
        "document": document,
        "rows": rows,
        "parts": SourceView(
            document, drafts, needy=summary.needs, region=_region(summary, first, last, number)
        ).parts(),
        "numbers": range(1, -(-len(_wanted(request, summary)) // PER_PAGE) + 1),
        "number": number,
        "only_ask": request.GET.get("only") == "ask",
        "problem": problem_said(problem, posted.needs if posted else {}, summary.drafts) if problem else None,
        "opening": _opening_form(document, directory, posted),
        "matters": [] if document.matter_id else open_matters(request.person, request.now),
        "leaders": queries.leaders(),
        "units": directory.options,
        "dropped": document.status == DocumentStatus.DROPPED,
        **bar(request, summary),
    }
    return render(request, "intake/review.html", given)


def bar(request: Request, summary: Summary) -> dict[str, Any]:
    """What the bar at the bottom says: how many are ticked, whom they reach, how many stay."""
    return {"summary": summary, "reach": queries.reach_of(summary.ticked, now=request.now)}


def _wanted(request: Request, summary: Summary) -> list[Draft]:
    if request.GET.get("only") == "ask":
        return [draft for draft in summary.drafts if draft.pk in summary.needs]
    return summary.drafts


def _page_of(request: Request, summary: Summary) -> tuple[int, list[Draft]]:
    """The number of the page and its drafts; `open` and `at` (a place in the text) find the page themselves."""
    wanted = _wanted(request, summary)
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isdecimal() else 1
    looked_for = request.GET.get("open", "")
    if looked_for.isdecimal() and "page" not in request.GET:
        at = next((i for i, draft in enumerate(wanted) if draft.pk == int(looked_for)), 0)
        number = at // PER_PAGE + 1
    last = max(-(-len(wanted) // PER_PAGE), 1)
    number = min(max(number, 1), last)
    return number, wanted[(number - 1) * PER_PAGE : number * PER_PAGE]


def _region(summary: Summary, first: Draft | None, last: Draft | None, number: int) -> tuple[int, int] | None:
    """The stretch of the text that belongs to this page of drafts; the whole text while there is one page."""
    if first is None or last is None or len(summary.drafts) <= PER_PAGE:
        return None
    start = 0 if number == 1 else min((span[0] for span in first.spans), default=0)
    end = max((span[1] for span in last.spans), default=start)
    return (start, end) if end > start else None


def _rows(
    request: Request,
    document: IntakeDocument,
    directory: Directory,
    summary: Summary,
    drafts: Sequence[Draft],
    posted: Posted | None,
) -> list[Row]:
    maker = Rows(document, directory, now=request.now)
    opened = request.GET.get("open", "")
    forms: dict[int, DraftForm] = {}
    for draft in drafts:
        kept = posted.forms.get(draft.pk) if posted else None
        if kept is not None and kept.errors:
            forms[draft.pk] = kept
        elif draft.state == DraftState.OPEN and (len(summary.drafts) <= EDITORS or str(draft.pk) == opened):
            forms[draft.pk] = DraftForm(draft, directory)
    people = queries.rosters_of({draft.lead_id for draft in drafts if draft.pk in forms and draft.lead_id})
    rows = [maker.row(d, form=forms.get(d.pk), people=people.get(d.lead_id or 0, ())) for d in drafts]
    for row in rows:
        wrong = row.form is not None and row.form.is_bound
        row.opened = wrong or str(row.draft.pk) == opened or (len(rows) <= EDITORS and bool(row.needs))
    if rows:
        rows[0].last = rows[0].n == 1
    return rows


def _opening_form(document: IntakeDocument, directory: Directory, posted: Posted | None) -> OpeningForm | None:
    if document.matter_id:
        return None
    if posted and posted.opening is not None and posted.opening.errors:
        return posted.opening
    return OpeningForm(document.opening, document.version, directory)


# ── posting ────────────────────────────────────────────────────────────────


def _post(request: Request, document: IntakeDocument) -> HttpResponse:
    posted = Posted(document, Directory.load())
    act = request.POST.get("act", "save")

    def action() -> str:
        _save(request, posted)
        try:
            return act_on(request, document, act)
        except actions.NotReady as refused:
            posted.needs = refused.needs
            raise
        except Refused as refused:
            _at_opening(posted, refused)
            raise

    fresh: Callable[[], IntakeDocument] = lambda: document_for(request.person, document.pk)  # noqa: E731
    response = answer(
        request,
        action,
        _back_to(request, document, act),
        again=lambda problem: _page(request, fresh(), posted=posted, problem=problem),
        said=lambda words: words,
    )
    if posted.stale and response.status_code == 422:
        response.status_code = 409
    return response


def _at_opening(posted: Posted, refused: Refused) -> None:
    """A refusal of the matter's fields stands at the field."""
    form = posted.opening
    if form is not None and refused.field in form.fields and not isinstance(refused, Stale):
        form.is_valid()
        form.add_error(refused.field, gettext(refused.sentence).format(**refused.params))


def _back_to(request: Request, document: IntakeDocument, act: str) -> str:
    url = reverse("intake:review", args=[document.pk])
    kept = {name: request.GET[name] for name in ("page", "only") if name in request.GET}
    query = "&".join(f"{name}={value}" for name, value in kept.items() if value.isalnum())
    verb, _sep, rest = act.partition(":")
    anchor = ""
    if verb in ("drop", "restore", "split", "merge", "fan-out") and rest.split(":")[0].isdecimal():
        row = document.drafts.filter(pk=int(rest.split(":")[0])).first()
        anchor = f"#a{row.position}" if row else ""
    return url + (f"?{query}" if query else "") + anchor


def _save(request: Request, posted: Posted) -> None:
    """Ticks, every draft whose fields came along and changed, and the matter's fields. What is right is kept even if
    something beside it is wrong; then one refusal names the rows."""
    document, by = posted.document, request.actor
    keys = [int(value) for value in request.POST.getlist("row") if value.isdecimal()]
    taken = {value.partition(".")[0] for value in request.POST.getlist("take")}
    if document.status == DocumentStatus.DROPPED:
        raise Refused("dropped", _("这份文件已经作废，不能再改。需要时请重新导入。"))
    actions.check_drafts(document, {key: str(key) in taken for key in keys}, by=by)
    wrong: list[int] = []
    for draft in queries.full_drafts(document, [key for key in keys if f"{key}-title" in request.POST]):
        if draft.state == DraftState.OPEN and not _save_row(request, posted, draft):
            wrong.append(draft.position)
    fine = _save_opening(request, posted)
    if wrong:
        numbers = "、".join(str(number) for number in wrong)
        raise Refused(
            "rows", _("第{numbers}条有地方要改，其余已存。您填写的内容都在，请看标出的几处。"), numbers=numbers
        )
    if not fine:
        raise Refused("opening", _("事项的几项内容要改，任务的改动已存。请看标出的几处。"))


def _save_row(request: Request, posted: Posted, draft: Draft) -> bool:
    form = DraftForm(draft, posted.directory, request.POST)
    posted.forms[draft.pk] = form
    if not form.is_valid():
        return False
    if not form.has_changed():
        return True
    try:
        expect = form.cleaned_data["version"]
        actions.edit_draft(draft, form.change(), by=request.actor, now=request.now, expect=expect)
    except Stale:
        posted.stale = True
        form.add_error("title", gettext("刚才有人改动了这一条。您填写的内容留在这里，请核对后再存。"))
        form.data = {**request.POST.dict(), f"{draft.pk}-version": str(draft.version)}
        return False
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, said_of(refused))
        return False
    return True


def said_of(refused: Refused) -> str:
    return gettext(refused.sentence).format(**refused.params)


def _save_opening(request: Request, posted: Posted) -> bool:
    document = posted.document
    if document.matter_id or "m-title" not in request.POST:
        return True
    form = posted.opening = OpeningForm(document.opening, document.version, posted.directory, request.POST)
    if not form.is_valid():
        return False
    actions.set_opening(document, form.values(), by=request.actor, now=request.now, expect=form.cleaned_data["version"])
    return True
