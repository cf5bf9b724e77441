"""送达情况: what did not arrive and why, for those who can do something about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from fayol.channels import access, actions, queries
from fayol.channels.contract import channels, title_of, ways_by_hand
from fayol.channels.models import MAIL, Delivery
from fayol.channels.states import STATUS_WORDS, Status
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.queries import find_people
from fayol.web.http import Request, answer, keyset, person_required

SIZE, MOST_DEAD = 30, 20
SHOWS = (("failed", _("未送达")), ("waiting", _("待发")), ("sent", _("已提交")), ("dropped", _("不再发")))
WITH_REASON = ("failed", "dropped")
HERE = "deliveries:page"


@dataclass(frozen=True)
class Line:
    """A row of the list: what may be shown of it, and whether the person has seen it in the inbox meanwhile."""

    row: Delivery
    legible: bool
    read_at: datetime | None
    way: str
    taken_on: str

    @property
    def status(self) -> str:
        if self.row.status == Status.QUEUED and self.row.channel in {way.name for way in ways_by_hand()}:
            return gettext("待打印")
        return gettext(STATUS_WORDS[Status(self.row.status)])


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    access.require_overseer(request.person)
    wanted = _wanted(request)
    rows = keyset(queries.overview(wanted), ["-id"], request.GET.get("at", ""), SIZE)
    legible = access.readable_among(request.person, rows.rows, request.now)
    read = queries.read_in_inbox(rows.rows) if wanted.show == "failed" else {}
    taken = {pk: gettext(title_of(name)) for pk, name in queries.taken_on(rows.rows).items()}
    dead = list(queries.dead_addresses()[: MOST_DEAD + 1])
    context = {
        "wanted": wanted,
        "q": request.GET.get("q", ""),
        "page": rows,
        "lines": [
            Line(row, row.pk in legible, read.get(row.pk), gettext(title_of(row.channel)), taken.get(row.pk, ""))
            for row in rows
        ],
        "shows": SHOWS,
        "channels": [*(one for one in channels() if one.is_on() or one.name == MAIL), *ways_by_hand()],
        "several": sum(channel.is_on() for channel in channels()) > 1,
        "standings": _shown(queries.standings()),
        "reasons": _reasons() if wanted.show == "failed" else [],
        "counts": {"failed": queries.failed_count(), "waiting": queries.waiting_count()},
        "many": queries.MANY,
        "dead": dead[:MOST_DEAD],
        "more_dead": len(dead) > MOST_DEAD,
    }
    return render(request, "channels/office.html", context)


def _reasons() -> list[tuple[str, str, str, int]]:
    return [(name, gettext(title_of(name)), reason, count) for name, reason, count in queries.reasons()]


def _shown(standings: list[queries.Standing]) -> list[queries.Standing]:
    """What is connected; mail, and how to connect it, as long as nothing is."""
    return [one for one in standings if one.set_up] or [one for one in standings if one.channel.name == MAIL]


def _wanted(request: Request) -> queries.Wanted:
    show = request.GET.get("show", "")
    text = request.GET.get("q", "").strip()
    people = tuple(person.pk for person in find_people(text)) if text else None
    show = show if show in dict(SHOWS) else "failed"
    reason = request.GET.get("reason", "")[:300] if show in WITH_REASON else ""
    return queries.Wanted(show, request.GET.get("channel", "")[:12], reason, people)


@require_POST
@person_required
def retry(request: Request, pk: int) -> HttpResponse:
    row = access.delivery_for(request.person, pk)
    return answer(
        request,
        lambda: actions.retry(row, by=request.actor, now=request.now),
        reverse(HERE),
        said=gettext("已排队重发给%(name)s") % {"name": row.person.name},
    )


@require_POST
@person_required
def retry_all(request: Request) -> HttpResponse:
    access.require_overseer(request.person)
    channel, reason = request.POST.get("channel", ""), request.POST.get("reason", "")
    return answer(
        request,
        lambda: actions.retry_all(channel, reason, by=request.actor, now=request.now),
        reverse(HERE),
        said=lambda count: ngettext("已排队重发%(n)d条", "已排队重发%(n)d条", count) % {"n": count},
    )


@require_POST
@person_required
def drop(request: Request, pk: int) -> HttpResponse:
    row = access.delivery_for(request.person, pk)
    return answer(
        request,
        lambda: actions.give_up(row, by=request.actor, now=request.now),
        reverse(HERE),
        said=gettext("已移到不再发"),
    )


@require_POST
@person_required
def drop_all(request: Request) -> HttpResponse:
    access.require_overseer(request.person)
    channel, reason = request.POST.get("channel", ""), request.POST.get("reason", "")
    return answer(
        request,
        lambda: actions.give_up_all(channel, reason, by=request.actor, now=request.now),
        reverse(HERE),
        said=lambda count: ngettext("%(n)d条移到不再发", "%(n)d条移到不再发", count) % {"n": count},
    )


@require_POST
@person_required
def turn_on(request: Request, pk: int) -> HttpResponse:
    access.require_overseer(request.person)
    row = access.dead_address_for(request.person, pk)
    return answer(
        request,
        lambda: actions.turn_on(row, by=request.actor, now=request.now),
        reverse(HERE),
        said=gettext("%(name)s的地址已恢复，没送到的可以重发") % {"name": row.person.name},
    )
