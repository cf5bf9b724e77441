"""Light or dark: a person's choice, kept in a cookie and written into the page by the server."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from fayol.web.http import back

COOKIE = "fayol_theme"
THEMES = ("light", "dark")
_YEAR = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """`theme` is light, dark, or toggle."""
    wanted = request.POST.get("theme", "toggle")
    theme = wanted if wanted in THEMES else THEMES[1 - THEMES.index(theme_of(request))]
    answer = back(request)
    answer.set_cookie(COOKIE, theme, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return answer
