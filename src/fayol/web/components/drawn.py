"""The small marks of a list as markup. The same few stand on every page, so drawn ones are kept."""

from __future__ import annotations

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from fayol.web.components.icons import icon
from fayol.web.components.marks import LIGHT_ICONS, Level, Light, Seg
from fayol.web.components.people import Ball

_KEPT = 4096


@lru_cache(maxsize=_KEPT)
def light(mark: Light) -> SafeString:
    hidden = format_html('<span class="visually-hidden">{}</span>', mark.sr) if mark.sr else ""
    picture = icon(LIGHT_ICONS[Level(mark.level)])
    return format_html('<span class="fy-light" data-l="{}">{}{}{}</span>', str(mark.level), picture, hidden, mark.text)


@lru_cache(maxsize=_KEPT)
def seg(mark: Seg) -> SafeString:
    on = [mark_safe(" data-on") if i < mark.at or (i == mark.at and not mark.alt) else "" for i in range(6)]
    if mark.alt and mark.at < len(on):
        on[mark.at] = mark_safe(' data-on="loop"')
    ticks = format_html_join("", "<b{}></b>", ((tick,) for tick in on))
    return format_html('<span class="fy-seg"><i aria-hidden="true">{}</i>{}</span>', ticks, mark.label)


def ball(mark: Ball) -> SafeString:
    return _ball(mark, get_language() or "")


@lru_cache(maxsize=_KEPT)
def _ball(mark: Ball, language: str) -> SafeString:
    given = {"who": mark.who, "do": mark.do, "since": mark.since, "kind": mark.kind or "other"}
    return mark_safe(render_to_string("web/parts/ball.html", given))  # noqa: S308  our own template, which escapes
