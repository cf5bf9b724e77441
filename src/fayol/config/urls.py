"""Where every address of the house begins."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For load balancers: this process answers. Says nothing about the database (`fayol status` does)."""
    return HttpResponse("ok\n", content_type="text/plain")


def closed(request: HttpRequest) -> HttpResponse:
    """Pages of the sign-in library that this house does not use: accounts are made by the office."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    re_path(r"^accounts/(?:signup|email|confirm-email)/", closed),
    path("accounts/", include("allauth.urls")),
    path("matters/recurring/", include("fayol.matters.recurring.urls")),
    path("matters/flows/", include("fayol.matters.flows.urls")),
    path("matters/", include("fayol.matters.urls")),
    path("next/", include("fayol.matters.urls_next")),
    path("commitments/", include("fayol.commitments.urls")),
    path("chasing/", include("fayol.ladders.urls")),
    path("intake/", include("fayol.intake.urls")),
    path("ledger/", include("fayol.intake.ledger_urls")),
    path("notices/", include("fayol.notices.urls")),
    path("organisation/", include("fayol.organisation.urls")),
    path("deliveries/", include("fayol.channels.urls")),
    path("answers/", include("fayol.answers.urls")),
    path("a/", include("fayol.answers.reply_urls")),
    path("settings/notifications/", include("fayol.channels.settings_urls")),
    path("", include("fayol.web.urls")),
]

handler400 = "fayol.web.errors.bad_request"
handler403 = handler404 = "fayol.web.errors.not_found"  # absent and forbidden look the same
handler500 = "fayol.web.errors.server_error"
