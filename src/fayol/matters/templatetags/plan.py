"""Words of plans for templates: `{% load plan %}`."""

from __future__ import annotations

from django import template

from fayol.matters.presenter_plan import slack_words

register = template.Library()


@register.simple_tag
def slack(days: int | None) -> str:
    """余3天, 差2天."""
    return slack_words(days)
