"""送达证明, on a page to be printed and as a Word file: of one receipt, and of a whole notice."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from fayol.notices import access_following as access
from fayol.notices import queries
from fayol.notices import queries_following as reads
from fayol.notices.actions.sending import digest_of
from fayol.notices.models import Notice, Receipt
from fayol.notices.presenter_proof import Paper, list_of, proof_of
from fayol.notices.proof_docx import written
from fayol.organisation.queries import primary_posts
from fayol.web.http import Page, Request, keyset, person_required

PAGE = "notices/proof.html"
LINES = 500
"""Addressees on one paper; more stand on the next."""
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
@person_required
def receipt(request: Request, pk: int, receipt_pk: int) -> HttpResponse:
    row = access.proven_for(request.person, pk, receipt_pk, request.now)
    return render(request, PAGE, {"paper": _proof(request, row), "notice": row.notice, "row": row})


@require_safe
@person_required
def receipt_word(request: Request, pk: int, receipt_pk: int) -> HttpResponse:
    row = access.proven_for(request.person, pk, receipt_pk, request.now)
    paper = _proof(request, row)
    return _file(paper, f"{paper.title}-{row.person.name}.docx")


@require_safe
@person_required
def whole(request: Request, pk: int) -> HttpResponse:
    notice = access.watched_for(request.person, pk, request.now)
    page = _lines(request, notice)
    return render(request, PAGE, {"paper": _list(request, notice, page), "notice": notice, "page": page})


@require_safe
@person_required
def whole_word(request: Request, pk: int) -> HttpResponse:
    notice = access.watched_for(request.person, pk, request.now)
    paper = _list(request, notice, _lines(request, notice))
    return _file(paper, f"{paper.title}.docx")


def _proof(request: Request, row: Receipt) -> Paper:
    evidence = reads.evidence_of(row)
    return proof_of(evidence, digest_now=digest_of(row.notice), by=_maker(request), now=request.now)


def _lines(request: Request, notice: Notice) -> Page[Receipt]:
    rows = queries.matrix(notice, queries.Sieve())
    return keyset(rows, ["place", "id"], request.GET.get("at", ""), LINES)


def _list(request: Request, notice: Notice, page: Page[Receipt]) -> Paper:
    roll = reads.roll_of(notice, page.rows)
    return list_of(roll, digest_now=digest_of(notice), by=_maker(request), now=request.now)


def _maker(request: Request) -> str:
    post = primary_posts([request.person.pk]).get(request.person.pk)
    return f"{post.unit.name}{request.person.name}" if post else request.person.name


def _file(paper: Paper, name: str) -> HttpResponse:
    return HttpResponse(
        written(paper),
        content_type=WORD,
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""},
    )
