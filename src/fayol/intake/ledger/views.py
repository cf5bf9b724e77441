"""The ledger page, what is done to several lines at once, and the workbook out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fayol.commitments import queries
from fayol.commitments.access import visible_to
from fayol.commitments.actions import chase
from fayol.commitments.models import Commitment
from fayol.commitments.queries import DUES, LIGHTS, SCOPES, Filters
from fayol.commitments.queries.times import MOST_SUMMED, sums_of
from fayol.commitments.states import NATURE_WORDS, ROLE_WORDS, STATE_WORDS, URGENCY_WORDS
from fayol.intake.ledger import columns, exporting, times
from fayol.intake.ledger.cells import groups_of
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.calls.reached import levels
from fayol.matters.models import Matter
from fayol.organisation.models import Unit
from fayol.organisation.states import UnitKind
from fayol.web.http import Request, dates, person_required, sentence_of

SIZE = 50
MOST_PICKED = 200
MOST_UNITS = 300
_UNITS_KEPT = 60
LIGHT_WORDS = {"red": _("超期"), "amber": _("临期"), "green": _("正常"), "grey": _("未启动"), "done": _("已结")}
OUTCOME = "ledger-outcome"


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    filters = Filters.read(request.GET)
    viewer = queries.Viewer.of(request.person, request.now)
    listing = queries.ledger(viewer, filters, request.now, cursor=request.GET.get("at", ""), size=SIZE)
    keys = columns.shown(request)
    matters = _matters(listing.rows) if listing.sort == "matter" else None
    supports = queries.supports_of(listing.rows) if "supports" in keys else {}
    spent = times.lines_of(listing.rows, request.now) if "spent" in keys else {}
    rungs = levels([row.pk for row in listing.rows]) if "chased" in keys and filters.scope != "closed" else {}
    given: dict[str, Any] = {
        "listing": listing,
        "groups": groups_of(
            listing.rows,
            supports,
            request.person.pk,
            request.now,
            shown=keys,
            matters=matters,
            spent=spent,
            rungs=rungs,
        ),
        "heads": columns.heads(keys, filters, listing.sort),
        "width": len(keys) + 1,
        "filters": filters,
        "query": filters.query(),
        "outcome": request.session.pop(OUTCOME, None),
        "chases": filters.scope != "closed",
        "as_of": dates.daytime(request.now, request.now),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "ledger/_swap.html", {**given, **_chips(viewer, request, filters)})
    return render(
        request, "ledger/page.html", {**given, **_chips(viewer, request, filters), **_choices(filters), "keys": keys}
    )


@require_safe
@person_required
def spent(request: Request) -> HttpResponse:
    """Where the time of what the filters show went, by performing unit."""
    filters = Filters.read(request.GET)
    sums = sums_of(request.person, filters, request.now)
    home = reverse("ledger:page")
    urls = {share.unit.pk: f"{home}?{filters.but(unit=share.unit.pk).query()}" for share in sums.shares}
    context = {"table": times.table_of(sums, urls), "filters": filters, "query": filters.query(), "most": MOST_SUMMED}
    return render(request, "ledger/times.html", context)


def _matters(rows: Iterable[Commitment]) -> dict[int, tuple[str, str]]:
    """Number and leading unit of the matters that the tasks belong to; who sees a task sees these of its matter."""
    keys = {row.origin_id for row in rows if row.origin_type == "matter" and row.origin_id}
    found = Matter.objects.filter(pk__in=keys).select_related("lead_unit")
    found = found.only("kind", "year", "number", "lead_unit__short_name", "lead_unit__official_name")
    return {matter.pk: (matter.label, matter.lead_unit.name) for matter in found}


def _chips(viewer: queries.Viewer, request: Request, filters: Filters) -> dict[str, Any]:
    counted = queries.counts(viewer, filters, request.now)
    chips = [("", t("全部"), counted["all"]), *((level, t(LIGHT_WORDS[level]), counted[level]) for level in LIGHTS[:4])]
    return {"chips": [*chips, ("done", t(LIGHT_WORDS["done"]), None)], "total": counted["all"]}


def _choices(filters: Filters) -> dict[str, Any]:
    named = _units()
    ball = filters.ball.removeprefix("u")
    return {
        "unit_options": _options(named, "", str(filters.unit or "")),
        "ball_options": _options(named, "u", ball if ball != filters.ball else ""),
        "dues": DUES.items(),
        "scopes": SCOPES.items(),
        "states": STATE_WORDS.items(),
        "natures": NATURE_WORDS.items(),
        "urgencies": URGENCY_WORDS.items(),
        "roles": ROLE_WORDS.items(),
        "optional": columns.OPTIONAL,
        "more": sum(bool(x) for x in (filters.state, filters.nature, filters.urgency, filters.role, filters.matter)),
    }


def _units() -> list[tuple[int, str]]:
    """The units to choose from; a new or renamed one appears within a minute."""
    named: list[tuple[int, str]] | None = cache.get("ledger-units")
    if named is None:
        units = Unit.objects.filter(active=True).exclude(kind=UnitKind.ORGANISATION).order_by("path")
        rows = units.values_list("pk", "short_name", "official_name")[:MOST_UNITS]
        named = [(pk, short or official) for pk, short, official in rows]
        cache.set("ledger-units", named, _UNITS_KEPT)
    return named


def _options(named: Iterable[tuple[int, str]], prefix: str, chosen: str) -> SafeString:
    """The options of a select, drawn at once: there may be hundreds."""
    return mark_safe(  # noqa: S308  names are escaped here
        "".join(
            f'<option value="{prefix}{pk}"{" selected" if str(pk) == chosen else ""}>{escape(name)}</option>'
            for pk, name in named
        )
    )


@require_POST
@person_required
def choose(request: Request) -> HttpResponse:
    """Which columns to show, from now on, on this browser."""
    answer = redirect(_back_to(request))
    kept = columns.cookie_for(request.POST.getlist("column"))
    answer.set_cookie(
        columns.COOKIE, kept, max_age=columns.KEPT, samesite="Lax", httponly=True, secure=request.is_secure()
    )
    answer.status_code = 303
    return answer


def _back_to(request: HttpRequest) -> str:
    """The same address again; whatever is no filter of ours is dropped."""
    given = QueryDict(request.POST.get("query", ""))
    query = Filters.read(given).query()
    at = given.get("at", "")
    return (
        reverse("ledger:page")
        + (f"?{query}" if query else "")
        + (f"{'&' if query else '?'}{urlencode({'at': at})}" if at else "")
    )


# ── several lines at once ──────────────────────────────────────────────────


@require_POST
@person_required
def bulk(request: Request) -> HttpResponseBase:
    """Chase the picked lines one by one, or export them. What could not be chased is named with its reason."""
    picked = [int(key) for key in request.POST.getlist("id") if key.isdecimal() and len(key) < 18][:MOST_PICKED]
    rows = list(visible_to(request.person, request.now).filter(pk__in=picked).order_by("due_at", "pk"))
    if not rows:
        messages.warning(request, t("还没有选中任何一条。请先在左边勾选。"))
    elif request.POST.get("do") == "export":
        return _download([row.pk for row in rows], request)
    else:
        request.session[OUTCOME] = _chase_all(rows, request)
    answer = redirect(_back_to(request))
    answer.status_code = 303
    return answer


def _chase_all(rows: Iterable[Commitment], request: Request) -> dict[str, Any]:
    done, refused = 0, []
    for row in rows:
        try:
            chase(row, by=request.actor, now=request.now)
            done += 1
        except Refused as no:
            why = sentence_of(no, request.now)
            refused.append({"ref": row.ref, "title": "" if row.title in why else row.title, "why": why})
    words = ngettext("已催办%(n)d条，对方会立即收到。", "已催办%(n)d条，对方会立即收到。", done) % {"n": done}
    return {"words": words if done else t("一条也没有催办。"), "refused": refused}


# ── the workbook out ───────────────────────────────────────────────────────


@require_safe
@person_required
def export(request: Request) -> HttpResponseBase:
    """Just what the filters show, all pages of it."""
    filters = Filters.read(request.GET)
    return _workbook(request, lambda: exporting.keys_for(request.person, filters, request.now))


def _download(keys: list[int], request: Request) -> HttpResponseBase:
    return _workbook(request, lambda: iter([keys]))


def _workbook(request: Request, keys: Callable[[], Iterable[list[int]]]) -> HttpResponseBase:
    book = exporting.workbook(keys(), now=request.now)
    name = t("督办台账%(day)s.xlsx") % {"day": request.now.strftime("%Y%m%d")}
    return FileResponse(book, as_attachment=True, filename=name, content_type=exporting.MEDIA_TYPE)
