"""Links given out, with the button that revokes them; letters that came in, with what became of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from fayol.answers import access, actions, queries
from fayol.answers.models import LinkWish, SignedLink
from fayol.answers.registry import answers_for
from fayol.answers.states import ENDED_WORDS, OUTCOME_ADVICE, OUTCOME_WORDS, WANTS_A_LOOK, Ended, Outcome
from fayol.channels.contract import channel_named
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.queries import is_coordinator
from fayol.web.http import Request, answer, keyset, person_required

SIZE = 30
SHOWS = (("open", _("有效")), ("all", _("全部")))
LETTERS = (
    ("", _("待处理")),
    (Outcome.ANSWERED.value, _("已记为答复")),
    (Outcome.AUTOMATIC.value, _("自动回复")),
    (Outcome.BOUNCE.value, _("退信")),
    ("all", _("全部")),
)


@dataclass(frozen=True)
class Line:
    link: SignedLink
    title: str
    state: str
    way: str
    revocable: bool


@require_safe
@person_required
def links(request: Request) -> HttpResponse:
    """The office sees all, everybody else what was sent in the own name."""
    show = request.GET.get("show", "open")
    sent_by = None if is_coordinator(request.person) else request.person
    rows = queries.links(sent_by=sent_by, open_at=request.now if show != "all" else None)
    page = keyset(rows, ["-id"], request.GET.get("at", ""), SIZE)
    legible = access.legible_links(request.person, page.rows, request.now)
    context = {
        "page": page,
        "lines": [_line(request, link, link.pk in legible) for link in page],
        "shows": SHOWS,
        "show": show if show == "all" else "open",
        "wish": LinkWish.objects.filter(person=request.person).exists(),
        "office": sent_by is None,
        "days": settings.LINK_DAYS,
    }
    return render(request, "answers/links.html", context)


def _line(request: Request, link: SignedLink, legible: bool) -> Line:
    registered = answers_for(link.subject_type)
    subject = registered.subject(link.subject_id) if registered and legible else None
    if link.ended_at:
        state = gettext(ENDED_WORDS[Ended(link.ended_why)])
    elif link.completed_at:
        state = gettext("已答复")
    elif link.expires_at <= request.now:
        state = gettext("已过期")
    else:
        state = gettext("已答复，还可再答") if link.rounds else gettext("待答复")
    usable = link.ended_at is None and link.expires_at > request.now
    return Line(link, subject.title if subject else "", state, _way(link), usable)


def _way(link: SignedLink) -> str:
    """By what it went out."""
    channel = channel_named(link.delivery.channel) if link.delivery else None
    return gettext(channel.title) if channel else ""


@require_POST
@person_required
def revoke(request: Request, pk: int) -> HttpResponse:
    link = access.link_for(request.person, pk)
    return answer(
        request,
        lambda: actions.revoke(link, by=request.actor, now=request.now),
        reverse("answers:links"),
        said=gettext("链接已撤回，%(name)s再打开只会看到说明") % {"name": link.person.name},
    )


@require_POST
@person_required
def wish(request: Request) -> HttpResponse:
    on = request.POST.get("on") == "1"
    return answer(
        request,
        lambda: actions.wish_links(request.person, on=on, by=request.actor, now=request.now),
        reverse("answers:links"),
        said=gettext("以后邮件里附免登录链接") if on else gettext("以后邮件里不附免登录链接"),
    )


@require_safe
@person_required
def incoming(request: Request) -> HttpResponse:
    access.require_reader(request.person)
    show = request.GET.get("show", "")
    show = show if show in dict(LETTERS) else ""
    page = keyset(queries.letters(show), ["-id"], request.GET.get("at", ""), SIZE)
    legible = access.legible_letters(request.person, page.rows, request.now)
    context = {
        "page": page,
        "lines": [(row, gettext(OUTCOME_WORDS[Outcome(row.outcome)]), row.pk in legible) for row in page],
        "shows": LETTERS,
        "show": show,
        "waiting": queries.to_look_at().count(),
        "many": queries.MANY,
        "boxes": queries.mailboxes(),
        "on": bool(settings.MAIL_REPLY),
        "fetched": settings.MAIL_IN is not None,
    }
    return render(request, "answers/incoming.html", context)


@require_safe
@person_required
def letter(request: Request, pk: int) -> HttpResponse:
    row = access.letter_for(request.person, pk)
    context = {
        "row": row,
        "legible": row.pk in access.legible_letters(request.person, [row], request.now),
        "outcome": gettext(OUTCOME_WORDS[Outcome(row.outcome)]),
        "advice": gettext(OUTCOME_ADVICE[Outcome(row.outcome)]) if row.outcome in OUTCOME_ADVICE else "",
        "asks": row.looked_at is None and row.outcome in WANTS_A_LOOK,
        "answers": row.answers.order_by("id"),
    }
    return render(request, "answers/letter.html", context)


@require_POST
@person_required
def looked_at(request: Request, pk: int) -> HttpResponse:
    row = access.letter_for(request.person, pk)
    return answer(
        request,
        lambda: actions.looked_at(row, by=request.actor, now=request.now),
        reverse("answers:incoming"),
        said=gettext("已标为处理过"),
    )
