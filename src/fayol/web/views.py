"""The shell's own small pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fayol.organisation.models import Account
from fayol.web import cast, sheet
from fayol.web.http import Request, person_required


@require_safe
@person_required
def counts(request: Request) -> HttpResponse:
    """The bell and the numbers in the navigation, asked for once a minute."""
    return render(request, "web/_counts.html", {"oob": True})


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every state of every component; only where people look at it on purpose."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "web/components.html", {"sheet": sheet})


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Demo only: the cast, and stepping into the shoes of one of them."""
    if not settings.DEMO:
        raise Http404
    if request.method != "POST":
        return render(request, "web/enter.html")
    name = request.POST.get("account", "")
    account = Account.objects.filter(username=name, is_active=True).first() if name in cast.account_names() else None
    if account is None:
        raise Http404
    login(request, account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect("/")
