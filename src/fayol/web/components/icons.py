"""The pictures of @tabler/icons that are used, as drawn paths. `make assets` gathers them from icons.txt."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_OUTLINE = mark_safe(
    'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
)
_FILLED = mark_safe('fill="currentColor"')


@cache
def paths() -> dict[str, str]:
    found: dict[str, str] = json.loads((Path(__file__).parent / "icons.json").read_text(encoding="utf-8"))
    return found


@cache
def icon(name: str, css: str = "") -> SafeString:
    """The inlined SVG. `name` is as in icons.txt, filled ones as filled/NAME. KeyError names an unknown one."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" width="24" height="24" {} aria-hidden="true">{}</svg>',
        f" {css}" if css else "",
        _FILLED if name.startswith("filled/") else _OUTLINE,
        mark_safe(paths()[name]),  # noqa: S308  our own file
    )
