"""The tags and filters of Fayol's pages: `{% load fayol %}`. Every state of each is on the page /components/.

A tag takes either its value object (or anything with the same attributes) or the plain values in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from fayol.web import clock as request_clock
from fayol.web.components import Ball, Light, Seg, dates, drawn, marks
from fayol.web.components.icons import icon as draw
from fayol.web.components.lines import stages
from fayol.web.components.page import Empty
from fayol.web.http import principals_of
from fayol.web.parts import parts_of

register = template.Library()
Context = dict[str, Any]


def _fields(value: Any, names: Sequence[str], given: Sequence[object]) -> list[Any]:
    """The plain values: given ones when the first is a word or number, else read from the object."""
    if value is None or isinstance(value, str | int):
        return [value or "", *given]
    return [getattr(value, name, default) for name, default in zip(names, ["", *given], strict=True)]


# ── icons ──────────────────────────────────────────────────────────────────


@register.simple_tag
def icon(name: str, css: str = "", filled: bool = False) -> SafeString:
    return draw(f"filled/{name}" if filled and not name.startswith("filled/") else name, css)


@register.inclusion_tag("web/_logo.html")
def logo() -> Context:
    return {}


# ── pieces of other apps ───────────────────────────────────────────────────


@register.simple_tag(takes_context=True)
def parts(context: template.Context, place: str, subject: Any = None, oob: bool = False) -> SafeString:
    """`{% parts "commitment.aside" row %}`: what other apps registered for this place, in order."""
    request = context["request"]
    rendered = []
    for part in parts_of(place):
        shown = part.compose(request.person, subject, request.now)
        if shown is not None:
            rendered.append(render_to_string(part.template, {**shown, "subject": subject, "oob": oob}, request=request))
    return mark_safe("".join(rendered))  # noqa: S308  rendered templates


# ── marks ──────────────────────────────────────────────────────────────────


@register.simple_tag
def light(level: Any, text: str = "", sr: str = "") -> SafeString:
    """灯: `{% light light %}` or `{% light "red" "超期2天" %}`."""
    return drawn.light(Light(*_fields(level, ("level", "text", "sr"), (text, sr))))


@register.simple_tag
def seg(at: Any, label: str = "", alt: bool = False) -> SafeString:
    """The row form of the stage line: six ticks and a word."""
    at, label, alt = _fields(at, ("at", "label", "alt"), (label, alt))
    return drawn.seg(Seg(int(at or 0), label, bool(alt)))


@register.simple_tag
def receipt(kind: Any, text: str = "") -> SafeString:
    """回执: self, phone, proxy, read, sent, fail."""
    kind, text = _fields(kind, ("kind", "text"), (text,))
    level, picture, words = marks.RECEIPTS[str(kind)]
    half = mark_safe(" data-half") if kind == "proxy" else ""
    shown = text or _(words)
    return format_html('<span class="fy-rcpt" data-l="{}"{}>{}{}</span>', str(level), half, draw(picture), shown)


@register.simple_tag
def conf(level: Any, reason: str = "") -> SafeString:
    """把握: three bars and the word; the reason, when given, follows as a sentence."""
    level, reason = _fields(level, ("level", "reason"), (reason,))
    level = int(level)
    bars = format_html_join("", "<i{}></i>", ((mark_safe(" data-on") if level > i else "",) for i in range(3)))
    word = _(marks.CONFIDENCE_WORDS[level])
    said = format_html('<small class="t2">{}</small>', reason) if reason else ""
    return format_html(
        '<span class="fy-conf" data-v="{}"><span class="visually-hidden">{}</span>{}<span>{}</span></span>{}',
        level, _("把握"), bars, word, said,
    )  # fmt: skip


@register.simple_tag
def mark(kind: Any, word: str = "", text: str = "") -> SafeString:
    """A passage of the original: lead, support, due, out, ask."""
    kind, word, text = _fields(kind, ("kind", "word", "text"), (word, text))
    return format_html('<mark class="fy-mark" data-k="{}" data-t="{}">{}</mark>', str(kind), word, text)


@register.simple_tag
def badge(text: Any, colour: str = "") -> SafeString:
    text, colour = _fields(text, ("text", "colour"), (colour,))
    return format_html('<span class="badge"{}>{}</span>', format_html(' data-c="{}"', colour) if colour else "", text)


@register.simple_tag
def shift(old: Any, new: str = "", level: str = "") -> SafeString:
    """A date that moved: the old one struck out, the new one after the arrow."""
    old, new, level = _fields(old, ("old", "new", "level"), (new, level))
    data = format_html(' data-l="{}"', level) if level else ""
    arrow = draw("arrow-narrow-right", "icon-sm")
    return format_html('<span class="fy-shift"{}><del>{}</del>{}<ins>{}</ins></span>', data, old, arrow, new)


# ── who ────────────────────────────────────────────────────────────────────


@register.simple_tag
def ball(who: Any, do: str = "", since: str = "", kind: str = "other") -> SafeString:
    """责任球: `{% ball ball %}` or `{% ball "周岚" "待反馈" "今天起" "me|other|late|none" %}`."""
    who, do, since, kind = _fields(who, ("who", "do", "since", "kind"), (do, since, kind))
    return drawn.ball(Ball(str(who), str(do), str(since), kind or "other"))


@register.simple_block_tag(end_name="endmove")
def move(content: SafeString, bar: object, name: str = "move") -> str:
    """责任条, opening every page about a matter, a commitment or a notice: `{% move bar %}<form …>{% endmove %}`.

    Inside: `<form class="fy-move-act">` with buttons, or with `bar.form` a whole `<form class="fy-ask">`.
    """
    return render_to_string("web/parts/move.html", {"bar": bar, "content": content, "name": name})


# ── lines ──────────────────────────────────────────────────────────────────


@register.inclusion_tag("web/parts/stage.html")
def stage(at: Any, notes: Sequence[str] = (), alt: str = "") -> Context:
    """阶段线: at 0–5, 6 when all is done; notes under the stages; alt replaces the current word."""
    at, notes, alt = _fields(at, ("at", "notes", "alt"), (notes, alt))
    return {"stages": stages(int(at or 0), notes, alt)}


@register.inclusion_tag("web/parts/ladder.html")
def ladder(rungs: Iterable[object]) -> Context:
    """催办阶梯, highest rung first."""
    return {"rungs": rungs}


@register.inclusion_tag("web/parts/track.html")
def track(value: object, label: str = "") -> Context:
    """余量对比 in a ripple card; `label` is the sentence for those who cannot see it."""
    return {"track": value, "label": label}


# ── page ───────────────────────────────────────────────────────────────────


@register.inclusion_tag("web/parts/crumb.html")
def crumb(*steps: object) -> Context:
    """`{% crumb steps %}` with Crumbs or (text, url) pairs, or `{% crumb "事项" url_matters "督〔2026〕118号" %}`."""
    if len(steps) == 1 and not isinstance(steps[0], str):
        pairs = [(s.text, s.url) if hasattr(s, "url") else tuple(s) for s in steps[0]]  # type: ignore[attr-defined]
    else:
        words = [*steps, ""] if len(steps) % 2 else [*steps]
        pairs = list(zip(words[::2], words[1::2], strict=True))
    return {"steps": pairs}


@register.inclusion_tag("web/parts/choice.html")
def choice(name: Any, value: str = "", answer: str = "", consequence: str = "", checked: bool = False) -> Context:
    names = ("name", "value", "answer", "consequence", "checked")
    return dict(zip(names, _fields(name, names, (value, answer, consequence, checked)), strict=True))


@register.inclusion_tag("web/parts/option.html")
def option(value: object, name: str = "option") -> Context:
    return {"option": value, "name": name}


@register.inclusion_tag("web/parts/quote.html")
def quote(text: Any, by: str = "", at: str = "") -> Context:
    text, by, at = _fields(text, ("text", "by", "at"), (by, at))
    return {"text": text, "by": by, "at": at}


@register.inclusion_tag("web/parts/empty.html")
def empty(title: object, words: str = "", url: str = "", action: str = "", icon: str = "", level: int = 3) -> Context:
    """What stands where nothing is: what is next, and one way on."""
    return {"empty": Empty(title, words, url, action, icon, level=level) if isinstance(title, str) else title}


@register.inclusion_tag("web/parts/pager.html", takes_context=True)
def pager(context: template.Context, page: object, name: str = "at") -> Context:
    """上一页、下一页 of a keyset page (`fayol.web.http.keyset`); the other parameters of the address are kept."""
    given = context["request"].GET
    ways: Context = {}
    for way in ("previous", "next"):
        query = given.copy()
        for key, value in getattr(page, f"to_{way}").items():
            query[key] = value
        ways[way] = query.urlencode()
    return {"page": page, **ways}


@register.simple_tag
def once() -> SafeString:
    """A hidden field by which a form sent twice is carried out once (`fayol.web.http.answer`)."""
    return format_html('<input type="hidden" name="once" value="{}">', token_urlsafe(9))


@register.inclusion_tag("web/parts/behalf.html", takes_context=True)
def behalf(context: template.Context) -> Context:
    """In a form: for whom one acts, where there is a choice (`fayol.web.http.actor_from` reads it)."""
    request = context["request"]
    return {"principals": principals_of(request.person, request.now), "person": request.person}


class Again(template.Node):
    """Renders a block of the page a second time (a name may be defined only once)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: template.Context) -> SafeString:
        return BlockNode(self.name, NodeList()).render(context)


@register.tag
def again(parser: Parser, token: Token) -> Again:
    """`{% again "title" %}`: what the page put into that block."""
    return Again(token.split_contents()[1].strip("\"'"))


# ── dates and names ────────────────────────────────────────────────────────


def _now(given: datetime | None) -> datetime:
    return given or request_clock.request_now()


@register.filter
def day(moment: dates.Moment | None, now: datetime | None = None) -> str:
    """今天, 11月30日, 2027年1月4日. Relative to the request, or to `now` when given."""
    return dates.day(moment, _now(now)) if moment else ""


@register.filter
def full_day(moment: dates.Moment | None, now: datetime | None = None) -> str:
    return dates.full_day(moment, _now(now)) if moment else ""


@register.filter
def daytime(moment: datetime | None, now: datetime | None = None) -> str:
    """今天09:05, 11月19日17:00."""
    return dates.daytime(moment, _now(now)) if moment else ""


@register.filter
def clock(moment: datetime | None) -> str:
    return dates.clock(moment) if moment else ""


@register.filter
def grid_day(moment: dates.Moment | None, now: datetime | None = None) -> str:
    """11-30; 2027-01-04 in another year."""
    return dates.grid_day(moment, _now(now)) if moment else ""


@register.filter
def slash_day(moment: dates.Moment | None) -> str:
    return dates.slash_day(moment) if moment else ""


@register.filter
def weekday(moment: dates.Moment | None) -> str:
    return dates.weekday(moment) if moment else ""


@register.filter
def ago_workdays(moment: dates.Moment | None, now: datetime | None = None) -> str:
    """今天起, 2个工作日."""
    return dates.workdays_since(moment, _now(now)) if moment else ""


@register.filter
def surname(name: str) -> str:
    """The character on the disc."""
    return name.strip()[:1]
