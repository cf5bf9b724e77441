"""What views share: who asks, running an action and answering, pages of long lists. App views import only this."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django_htmx.middleware import HtmxDetails

from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.organisation import queries
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.web import components
from fayol.web.components import dates, drawn
from fayol.web.keyset import Page, keyset

__all__ = [
    "Page",
    "Problem",
    "Request",
    "actor_from",
    "answer",
    "back",
    "components",
    "dates",
    "drawn",
    "expect",
    "keyset",
    "person_required",
    "principals_of",
    "sentence_of",
    "toast",
    "too_large",
]  # fmt: skip

P = ParamSpec("P")
T = TypeVar("T")
SEE_OTHER, CONFLICT, TOO_LARGE, UNPROCESSABLE = 303, 409, 413, 422
_NOT_TYPED = {"csrfmiddlewaretoken", "expect", "once", "next", "behalf"}
_ONCE_KEPT = 50


class Request(HttpRequest):
    """A request that went through the middleware and `person_required`."""

    person: Person
    actor: Actor
    now: datetime
    htmx: HtmxDetails


# ── who asks ───────────────────────────────────────────────────────────────


def person_required(
    view: Callable[Concatenate[Request, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Signed in, and an active person stands behind the account. Uploads beyond the limit stop here with 413."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if getattr(request, "person", None) is None:
            return render(request, "web/nobody.html", status=403)
        if request.method == "POST" and request.POST is not None and getattr(request, "upload_too_large", False):
            return too_large(request)
        return view(cast(Request, request), *args, **kwargs)

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The whole window goes to the sign-in page, also when only a part of it was asked for."""
    if not _htmx(request):
        return redirect_to_login(request.get_full_path())
    here = request.headers.get("HX-Current-URL", "/")
    path = here if url_has_allowed_host_and_scheme(here, {request.get_host()}, request.is_secure()) else "/"
    return HttpResponse(status=204, headers={"HX-Redirect": redirect_to_login(path).url})


def principals_of(person: Person, now: datetime) -> list[Person]:
    """Those for whom the person may act now: leaders whose secretary it is, and principals whose deputy it is."""
    deputised = (principal for principal in queries.principals_of(person, now) if principal.active)
    found = {principal.pk: principal for principal in (*queries.leaders_served_by(person), *deputised)}
    return sorted(found.values(), key=lambda principal: (principal.order, principal.pk))


def actor_from(request: Request) -> Actor:
    """The person, or the person on behalf of the one named in the form field `behalf`. Refused when not entitled."""
    behalf = request.POST.get("behalf", "")
    if not behalf:
        return request.actor
    for principal in principals_of(request.person, request.now):
        if str(principal.pk) == behalf:
            return Actor(request.person, on_behalf_of=principal)
    raise Refused("behalf_not_allowed", _("您现在不能代这个人办理：没有生效的授权，也不是其秘书。"), field="behalf")


def expect(request: HttpRequest) -> int | None:
    """The version the page showed (hidden field `expect`). It also is what makes pressing a button twice harmless:
    the second press finds another version."""
    given = request.POST.get("expect", "")
    return int(given) if given.isdecimal() else None


# ── running an action ──────────────────────────────────────────────────────


@dataclass(frozen=True)
class Problem:
    """Why nothing was changed, as shown to people. `field` is the form field it belongs to, if any."""

    sentence: str
    field: str = ""
    code: str = ""


def sentence_of(refused: Refused, now: datetime) -> str:
    """The refusal in the reader's language; dates in it are written as everywhere else."""
    params = {name: _written(value, now) for name, value in refused.params.items()}
    return gettext(refused.sentence).format(**params) if params else gettext(refused.sentence)


def _written(value: object, now: datetime) -> object:
    if isinstance(value, datetime):
        return dates.daytime(value, now)
    return dates.full_day(value, now) if isinstance(value, date) else value


def answer(
    request: Request,
    action: Callable[[], T],
    success_url: str | Callable[[T], str],
    *,
    again: Callable[[Problem], HttpResponse] | None = None,
    form: BaseForm | None = None,
    partial: Callable[[T], HttpResponse] | None = None,
    said: str | Callable[[T], str] = "",
) -> HttpResponse:
    """Runs `action` and answers.

    - `form` not valid, or refused: `again(problem)` renders the form once more with what was typed, 422. A refusal
      with a field stands at that field. Without `again` the sentence gets a page (or a part) of its own.
    - Somebody was faster (`Stale`): 409, a card with what was typed.
    - Done: 303 to `success_url`; for htmx the `partial`, or the whole window goes to `success_url`. `said` is the
      short sentence shown afterwards: what happened, and whose move it is now.

    A form may carry `{% once %}`; the same form sent twice is then carried out once.
    """
    known = _done_before(request)
    if known:
        return _go(request, known)
    if form is not None and not form.is_valid():
        return _once_more(request, Problem(gettext("请核对标出的几处。"), code="form"), again)
    try:
        result = action()
    except Stale as stale:
        return _conflict(request, sentence_of(stale, request.now), success_url, form)
    except Refused as refused:
        problem = Problem(sentence_of(refused, request.now), refused.field, refused.code)
        if form is not None:
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
        return _once_more(request, problem, again)
    url = success_url(result) if callable(success_url) else success_url
    words = said(result) if callable(said) else said
    _remember(request, url)
    if _htmx(request) and partial is not None:
        return toast(partial(result), words)
    if words:
        messages.success(request, words)
    return _go(request, url)


def toast(response: HttpResponse, words: str) -> HttpResponse:
    """Lets the page say a short sentence once the part has been swapped."""
    if words:
        response["HX-Trigger-After-Settle"] = json.dumps({"fayol:said": {"words": words}})
    return response


def back(request: HttpRequest, default: str = "/") -> HttpResponse:
    """To the page the form stands on (`next`), never to another site."""
    wanted = request.POST.get("next", "")
    fine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return _go(request, wanted if fine else default)


def too_large(request: HttpRequest) -> HttpResponse:
    most = settings.MAX_UPLOAD // (1024 * 1024)
    return render(request, "web/too_large.html", {"most": most}, status=TOO_LARGE)


def _htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if _htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    response = HttpResponseRedirect(url)
    response.status_code = SEE_OTHER
    return response


def _once_more(request: Request, problem: Problem, again: Callable[[Problem], HttpResponse] | None) -> HttpResponse:
    if again is None:
        part = "web/_refused.html" if _htmx(request) else "web/refused.html"
        return render(request, part, {"problem": problem, "typed": _typed(request, None)}, status=UNPROCESSABLE)
    response = again(problem)
    response.status_code = UNPROCESSABLE
    return response


def _conflict(request: Request, words: str, url: str | Callable[[Any], str], form: BaseForm | None) -> HttpResponse:
    """The latest state is one click away; what was typed is shown, to be copied, not silently laid over it."""
    part = "web/_stale.html" if _htmx(request) else "web/stale.html"
    latest = url if isinstance(url, str) else request.headers.get("Referer", "/")
    given = {"words": words, "latest": latest, "typed": _typed(request, form)}
    return render(request, part, given, status=CONFLICT)


def _typed(request: HttpRequest, form: BaseForm | None) -> list[tuple[str, str]]:
    """What was filled in, with the form's labels where there is a form."""
    if form is None:
        return [("", v) for k, vs in request.POST.lists() if k not in _NOT_TYPED for v in vs if v.strip()]
    visible = [(str(field.label or ""), field.value()) for field in form.visible_fields()]
    return [(label, str(value)) for label, value in visible if value not in (None, "", [])]


def _done_before(request: HttpRequest) -> str:
    """Where the same form led the first time, if it was sent before. The session keeps the last fifty."""
    key = request.POST.get("once", "")
    return str(request.session.get("once", {}).get(key, "")) if key else ""


def _remember(request: HttpRequest, url: str) -> None:
    key = request.POST.get("once", "")
    if key:
        kept = list(request.session.get("once", {}).items())[-_ONCE_KEPT + 1 :]
        request.session["once"] = dict([*kept, (key, url)])
