"""The page behind a signed link: what is asked, the answers, and afterwards what was answered.

It stands outside the sign-in, so it keeps other rules than the rest of the house:

- Looking changes nothing, by whatever method and however often: mail scanners, previews and prefetching open links.
- Whatever is wrong with a link (cut off, altered, run out, revoked, another person signed in) looks the same.
- No cookie is needed and none is believed, so Django's token against forged requests can neither be had nor is it
  needed. What gives the right to answer is the secret in the address, which no browser adds to a request by itself:
  a page of strangers that does not know it cannot post here, and one that knows it need not forge anything. Every form
  also carries a stamp made from the secret and from the round of the link, so that a post is always that of somebody
  who has read this very page, and a scanner that posts to bare addresses gets nowhere; and where a browser says that
  another site has sent the form (Sec-Fetch-Site), it is turned away.
- Nothing of it is kept by caches or search engines, and the address is passed on to no other site.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, cast

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from fayol.answers import access, actions, queries
from fayol.answers.forms import ReplyForm
from fayol.answers.models import GivenAnswer, SignedLink
from fayol.answers.registry import Answer, Subject, answers_for, page_of
from fayol.answers.tokens import same, stamp_of
from fayol.kernel.errors import Refused, Stale
from fayol.web.http import Request, sentence_of

WINDOW = 600  # seconds
MISSES, POSTS = 60, 20  # in a window: wrong addresses from one place, posts to one link
CONFLICT, UNPROCESSABLE, TOO_MANY, TOO_LARGE = 409, 422, 429, 413


@dataclass
class Sheet:
    """What the page shows of a link."""

    link: SignedLink
    token: str
    subject: Subject
    now: datetime
    offered: list[Answer] = field(default_factory=list)
    given: list[GivenAnswer] = field(default_factory=list)
    form: ReplyForm | None = None
    problem: str = ""

    @property
    def whole(self) -> str:
        """Where the thing itself is looked at, for those who can sign in."""
        account = self.link.person.account
        return page_of(self.link.subject_type, self.link.subject_id) if account and account.is_active else ""

    @property
    def stamp(self) -> str:
        return stamp_of(self.token, self.link.rounds)


def _outside(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        answer = view(request, token)
        answer["Cache-Control"] = "no-store, max-age=0"
        answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return csrf_exempt(guarded)


@_outside
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """`?do=<key>` opens the form of that answer."""
    asked = cast(Request, request)
    link = access.open_link(token, viewer=asked.person, now=asked.now)
    sheet = _sheet(link, token, asked.now) if link else None
    if sheet is None:
        return _nothing_here(request)
    if request.method == "POST":
        return _answered(asked, sheet)
    chosen = next((one for one in sheet.offered if one.key == request.GET.get("do")), None)
    sheet.form = ReplyForm(chosen) if chosen else None
    return _show(request, sheet)


def _sheet(link: SignedLink, token: str, now: datetime) -> Sheet | None:
    registered = answers_for(link.subject_type)
    subject = registered.subject(link.subject_id) if registered else None
    if registered is None or subject is None:
        return None
    sheet = Sheet(link, token, subject, now, given=queries.answers_by(link))
    if link.completed_at is None and not subject.closed:
        offered = registered.offered(link.person, link.subject_id, now)
        sheet.offered = [one for one in offered if one.key in link.keys]
    return sheet


def _answered(request: Request, sheet: Sheet) -> HttpResponse:
    if _too_often("post", sheet.link.token_hash, POSTS):
        return _show(request, sheet, TOO_MANY, t("这个链接用得太勤了，请过10分钟再试。"))
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return _nothing_here(request)
    if getattr(request, "upload_too_large", False):
        return _show(request, sheet, TOO_LARGE, t("附件太大，没有收下。请压缩后再传，或先不带附件。"))
    if not same(request.POST.get("stamp", ""), sheet.stamp):
        return _show(request, sheet, CONFLICT, t("这个链接刚刚已经答复过，或页面已过时。下面是最新情况。"))
    answer = next((one for one in sheet.offered if one.key == request.POST.get("key")), None)
    if answer is None:
        return _show(request, sheet, CONFLICT, t("这件事现在不能这样答复，请看最新情况。"))
    form = ReplyForm(answer, request.POST, request.FILES)
    return _carried_out(request, sheet, form)


def _carried_out(request: Request, sheet: Sheet, form: ReplyForm) -> HttpResponse:
    seen = request.POST.get("expect", "")
    if not form.is_valid():
        sheet.form = form
        return _show(request, sheet, UNPROCESSABLE, t("请核对标出的几处。"))
    try:
        actions.answer_by_link(
            sheet.link,
            key=form.answer.key,
            given=form.given(),
            seen=sheet.link.rounds,
            expect=int(seen) if seen.isdecimal() else -1,
            now=request.now,
        )
    except Stale:
        return _latest(request, sheet)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, sentence_of(refused, request.now))
        sheet.form = form
        return _show(request, sheet, UNPROCESSABLE, sentence_of(refused, request.now))
    response = HttpResponseRedirect(reverse("reply:page", args=[sheet.token]))
    response.status_code = 303
    return response


def _latest(request: Request, sheet: Sheet) -> HttpResponse:
    """Somebody was faster: what is so now, and what was typed."""
    link = access.open_link(sheet.token, viewer=request.person, now=request.now)
    latest = _sheet(link, sheet.token, request.now) if link else None
    if latest is None:
        return _nothing_here(request)
    return _show(request, latest, CONFLICT, t("刚才有人答复过，或这件事有了变化，您这次没有记上。下面是最新情况。"))


def _show(request: HttpRequest, sheet: Sheet, status: int = 200, problem: str = "") -> HttpResponse:
    sheet.problem = problem
    return render(request, "answers/reply.html", {"sheet": sheet}, status=status)


def _nothing_here(request: HttpRequest) -> HttpResponse:
    """The one page for every link that does not answer."""
    if _too_often("miss", get_adapter(request).get_client_ip(request), MISSES):
        return render(request, "answers/nothing.html", {"often": True}, status=TOO_MANY)
    return render(request, "answers/nothing.html", status=404)


def _too_often(kind: str, whose: Any, most: int) -> bool:
    """Counted in the process' own memory: it is to hinder hammering, the length of the secret hinders guessing."""
    key = f"answers.{kind}.{whose}"
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key) > most
    except ValueError:  # ran out between the two
        return False
