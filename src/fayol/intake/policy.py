"""What a draft still needs before it may be dispatched, what it is called, and how much to trust it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from fayol.kernel.deadlines import Calendar, DeadlineRule
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import WorkCalendar

AT_DISPATCH = frozenset({"dispatch", "receipt"})
"""Anchors whose day is known only when the task is given out."""


class DraftLike(Protocol):
    """The fields of a draft that decide whether it is ready."""

    title: str
    lead_id: int | None
    supports: list[int]
    named: Any
    open_names: Any
    deadline_words: str
    deadline_rule: Any
    due_on: date | None
    review_on: date | None
    flags: list[str]
    level: int


@dataclasses.dataclass(frozen=True)
class Need:
    """One thing to be decided first. `sentence` is a message id with places for `params`; `field` is where to do it."""

    code: str
    field: str
    sentence: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


def needs_of(draft: DraftLike, *, active: Collection[int]) -> list[Need]:
    """What must be decided before dispatch; `active` are the keys of units that may be asked."""
    return [*_title_needs(draft), *_lead_needs(draft, active), *_support_needs(draft, active), *_date_needs(draft)]


def _title_needs(draft: DraftLike) -> list[Need]:
    return [] if len(draft.title.strip()) >= 2 else [Need("no_title", "title", _("没有写要做什么，请用一句话写明"))]


def _lead_needs(draft: DraftLike, active: Collection[int]) -> list[Need]:
    if draft.lead_id is not None:
        return [] if draft.lead_id in active else [Need("closed_unit", "lead", _("牵头单位已停用，请改选一家"))]
    unknown = [row for row in draft.open_names if row["role"] == "lead"]
    if unknown:
        sentence = _LEAD_UNKNOWN[unknown[0]["why"]]
        return [Need("lead_" + unknown[0]["why"], "lead", sentence, {"words": unknown[0]["words"]})]
    several = candidates(draft.named)
    if len(several) > 1:
        return [Need("needs_lead", "lead", _("“{words}”并列负责，请定一家牵头"), {"words": listed(several)})]
    if several:
        return [Need("needs_lead", "lead", _("“{words}”是一组单位，请定一家牵头"), {"words": several[0]})]
    return [Need("no_unit", "lead", _("没有牵头单位，请选一家"))]


_LEAD_UNKNOWN = {
    "unknown": _("“{words}”在组织里找不到，请选一家牵头"),
    "vague": _("“{words}”没有说明是哪一家，请选一家牵头"),
    "several": _("“{words}”可能是好几家，请选一家牵头"),
}
_SUPPORT_UNKNOWN = {
    "unknown": _("配合单位“{words}”在组织里找不到，请改选或删去"),
    "vague": _("“{words}”没有说明是哪些单位，请写明或删去"),
    "several": _("配合单位“{words}”可能是好几家，请选明或删去"),
}


MOST_NAMED = 3


def listed(names: Sequence[str]) -> str:
    """The names, or the first few of them and how many there are."""
    shown = "、".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}等{len(names)}家"


def candidates(named: Any) -> list[str]:
    """The names that the document sets side by side as responsible."""
    return [row["name"] for row in (*named.get("lead", ()), *named.get("joint", ()))]


def _support_needs(draft: DraftLike, active: Collection[int]) -> list[Need]:
    needs = []
    for why, sentence in _SUPPORT_UNKNOWN.items():
        words = [row["words"] for row in draft.open_names if row["role"] == "support" and row["why"] == why]
        if words:
            needs.append(Need("support_" + why, "supports", sentence, {"words": listed(words)}))
    if any(pk not in active for pk in draft.supports):
        needs.append(Need("closed_unit", "supports", _("有配合单位已停用，请删去或改选")))
    return needs


def _date_needs(draft: DraftLike) -> list[Need]:
    if draft.due_on or draft.review_on or waits_for_dispatch(draft.deadline_rule):
        return []
    if "impossible_date" in draft.flags and draft.deadline_words:
        words = {"words": draft.deadline_words}
        return [Need("impossible_date", "due", _("“{words}”不是真实的日期，请核对原文后填写"), words)]
    if draft.deadline_words:
        words = {"words": draft.deadline_words}
        return [Need("vague_date", "due", _("“{words}”定不出日期，请填日期，或填复查日暂缓"), words)]
    return [Need("no_date", "due", _("没有期限，请填日期，或填复查日暂缓"))]


def waits_for_dispatch(rule: Mapping[str, Any] | None) -> bool:
    """Whether the rule counts from the day of dispatch, which settles the date by itself."""
    return bool(rule) and rule is not None and rule.get("anchor") in AT_DISPATCH and rule.get("kind") != "vague"


def due_when_dispatched(
    draft: DraftLike, *, anchors: Mapping[str, date], today: date, calendar: Calendar
) -> date | None:
    """The required day if dispatched today: as decided; else counted from today; a recurring one its next occasion."""
    rule = DeadlineRule.from_json(draft.deadline_rule) if draft.deadline_rule else None
    if draft.due_on and not (rule and rule.recurring and draft.due_on < today):
        return draft.due_on
    if rule is None or draft.review_on:
        return None
    known = {**anchors, "today": today, **dict.fromkeys(AT_DISPATCH, today)}
    return rule.resolve(anchors=known, calendar=calendar)


def counts_from(
    draft: DraftLike, *, anchors: Mapping[str, date], now: datetime, calendar: WorkCalendar
) -> datetime | None:
    """The instant from which the rule counts: the dispatch, or the day the document names (at its close of business,
    since it names no hour)."""
    rule = DeadlineRule.from_json(draft.deadline_rule) if draft.deadline_rule else None
    if rule is None or draft.review_on:
        return None
    if rule.recurring or rule.anchor in AT_DISPATCH:
        return now
    day = anchors.get(rule.anchor or "issue")
    return calendar.close_of_business(day) if day else None


def shown_level(draft: DraftLike, needs: Sequence[Need]) -> int:
    """把握: 1 as long as something is missing; once completed by a person at least 2."""
    return 1 if needs else max(2, draft.level)


# ── what a task is called ──────────────────────────────────────────────────

_LONGEST_TITLE = 48
_LABEL = re.compile(
    r"^[\s　]*(?:第[一二三四五六七八九十百\d]+[条项章节][、，.．\s]*|"
    r"[（(][一二三四五六七八九十百\d]+[)）][、.．]?|[一二三四五六七八九十]+(?:、|是)|"
    r"\d+(?:[.．、)）](?!\d))|[①-⑳]|[-*•·▪■□]\s)+[\s　]*"
)
_HEADING = re.compile(r"^(?P<words>[^。：:；;，,\n]{2,20})[。：:]")
_BRACKETS = re.compile(
    r"[（(〔【\[][^（）()〔〕【】\[\]]*(?:负责|牵头|配合|参加|参与|落实|完成)[^（）()〔〕【】\[\]]*[)）〕】\]]"
)
_LINKS = re.compile(
    r"(?:由|请|会同|商|并由)?\x00(?:[、，和及与]?\x00)*(?:等(?:部门|单位)?)?"
    r"(?:牵头负责|共同负责|牵头|主办|负责|配合|协助|参加|参与|协办|之前|以前|前|内)*[，,、；;]?"
)
_MODAL = re.compile(
    r"^(?:及其|并且|并|同时|还|也|均|都|应当|应该|应|必须|须|需要?|要(?!求|闻|点|素|件|害)|将|可以?)+(?=[\u4e00-\u9fff]{3})"
)
_EDGE = "，,；;。.、：:　 \t\n"


def title_of(text: str, start: int, named: Sequence[tuple[int, int]], deliverable: str) -> str:
    """A short name for the task in the words of its text: without label, units and dates.

    `named` are the places of units and dates in the source, `text` begins at `start` there. A heading in front
    ("经费预算。由财务部牵头…") is taken, with the deliverable after it.
    """
    label = _LABEL.match(text)
    cut = label.end() if label else 0
    plain = text[cut:]
    heading = _HEADING.match(plain)
    if heading and "负责" not in heading["words"] and not _covers(named, start + cut, start + cut + heading.end()):
        words = heading["words"].strip(_EDGE)
        fits = deliverable and deliverable not in words and len(words) + len(deliverable) < _LONGEST_TITLE
        return f"{words}：{deliverable}" if fits else words
    return _shortened(_clauses(_without(plain, start + cut, named)) or plain)


def _covers(named: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(s < end and e > start for s, e in named)


def _without(text: str, start: int, named: Sequence[tuple[int, int]]) -> str:
    """The text with a mark where each named place stood, so that the words that hung on it can go too."""
    parts, at = [], 0
    for s, e in sorted(named):
        s, e = s - start, e - start
        if s < at or s >= len(text):
            continue
        parts += [text[at:s], "\x00"]
        at = min(e, len(text))
    parts.append(text[at:])
    return _LINKS.sub("", _BRACKETS.sub("", "".join(parts)))


def _clauses(text: str) -> str:
    for sentence in re.split(r"[。；;\n]", text):
        words = _MODAL.sub("", " ".join(sentence.split()).strip(_EDGE)).strip(_EDGE)
        if len(words) >= 4:
            return words
    return " ".join(text.split()).strip(_EDGE)


def _shortened(text: str) -> str:
    text = " ".join(text.split()).strip(_EDGE)
    if len(text) <= _LONGEST_TITLE:
        return text
    whole = [match.start() for match in re.finditer("[，,；;。]", text) if 6 <= match.start() <= _LONGEST_TITLE]
    return text[: whole[-1]] if whole else text[:_LONGEST_TITLE]


# ── where a text may be cut in two ─────────────────────────────────────────


def cuts_of(text: str) -> list[int]:
    """Places behind a sentence or clause, at which a draft may be split."""
    places = [m.end() for m in re.finditer(r"[。；;！？\n]+|，", text)]
    return [place for place in places if len(text[:place].strip()) >= 2 and len(text[place:].strip()) >= 2]


def join_spans(first: Sequence[Sequence[int]], second: Sequence[Sequence[int]]) -> list[list[int]]:
    """Both lists in order, spans that touch made one."""
    joined: list[list[int]] = []
    for start, end in sorted([*map(tuple, first), *map(tuple, second)]):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return joined


def cut_spans(spans: Sequence[Sequence[int]], at: int) -> tuple[list[list[int]], list[list[int]]]:
    """The spans before and behind the place that lies `at` characters into them, taken one after the other."""
    before: list[list[int]] = []
    behind: list[list[int]] = []
    left = at
    for start, end in spans:
        size = end - start
        if left >= size:
            before.append([start, end])
        elif left <= 0:
            behind.append([start, end])
        else:
            before.append([start, start + left])
            behind.append([start + left, end])
        left -= size
    return before, behind
