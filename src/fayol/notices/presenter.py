"""A notice and its receipts in the parts of a page. Values in, shown values out; no queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as t

from fayol.commitments.states import URGENCY_WORDS, Urgency
from fayol.kernel.text import gettext_noop as _
from fayol.notices.models import Notice, Receipt
from fayol.notices.policy import fields_of
from fayol.notices.states import (
    DEPTH_WORDS,
    FORM_WORDS,
    MET,
    STATUS_WORDS,
    Depth,
    Form,
    Stage,
    Status,
)
from fayol.web.http import components, dates


def values_of(row: Receipt) -> list[tuple[str, str]]:
    return [(one.label, str(row.values.get(one.key, ""))) for one in fields_of(row.notice.fields)]


# ── the notice ─────────────────────────────────────────────────────────────


def counted(notice: Notice, tally: Mapping[Stage, int]) -> tuple[int, int, int]:
    """How many of it are done, how many confirmed themselves, and how many there are."""
    met = MET[Depth(notice.depth)] if notice.form == Form.CONFIRM else frozenset({Stage.CONFIRMED})
    done = sum(n for stage, n in tally.items() if stage in met)
    return done, tally.get(Stage.CONFIRMED, 0), sum(tally.values())


def light_of(notice: Notice, tally: Mapping[Stage, int], now: datetime) -> components.Light:
    """How far it got: done when everybody has, red only once the time for it has passed."""
    if notice.status != Status.SENT:
        return components.Light("grey", t(STATUS_WORDS[Status(notice.status)]))
    done, _confirmed, people = counted(notice, tally)
    left = people - done
    if not left:
        return components.Light("done", t("已齐"))
    until = notice.due_at or notice.starts_at
    if until and until <= now:
        return components.Light("red", t("过期%(n)d人未齐") % {"n": left})
    if any(tally.get(stage, 0) for stage in _SHAKY):
        return components.Light("amber", t("还差%(n)d人") % {"n": left})
    return components.Light("grey", t("还差%(n)d人") % {"n": left})


_SHAKY = (Stage.FAILED, Stage.PROXIED, Stage.REPORTED, Stage.TOLD, Stage.READ, Stage.UNDERSTOOD)


def reached_words(notice: Notice, tally: Mapping[Stage, int]) -> str:
    done, _confirmed, people = counted(notice, tally)
    word = t(_DONE_WORDS[Depth(notice.depth)]) if notice.form == Form.CONFIRM else t("答复")
    return t("%(done)d/%(people)d人%(word)s") % {"done": done, "people": people, "word": word}


_DONE_WORDS = {
    Depth.DELIVERED: _("送达"),
    Depth.READ: _("已阅"),
    Depth.RESTATED: _("复述"),
    Depth.CONFIRMED: _("确认"),
    Depth.PERSONAL: _("本人确认"),
}


def when_words(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> str:
    """11月25日（星期三）14:30至16:30."""
    if starts_at is None:
        return ""
    words = t("%(day)s（%(weekday)s）%(time)s") % {
        "day": dates.full_day(starts_at, now), "weekday": dates.weekday(starts_at), "time": dates.clock(starts_at),
    }  # fmt: skip
    if ends_at is None:
        return words
    same = dates.day_of(starts_at) == dates.day_of(ends_at)
    end = dates.clock(ends_at) if same else f"{dates.full_day(ends_at, now)}{dates.clock(ends_at)}"
    return t("%(start)s至%(end)s") % {"start": words, "end": end}


def place_words(notice: Notice, now: datetime) -> str:
    """When and where, for a line under a title."""
    return "，".join(part for part in (when_words(notice.starts_at, notice.ends_at, now), notice.place) if part)


def due_words(notice: Notice, now: datetime) -> str:
    """The rule as it was written, and what it comes to."""
    if notice.due_at is None:
        return notice.due_words
    at = dates.daytime(notice.due_at, now)
    return t("%(words)s，即%(at)s") % {"words": notice.due_words, "at": at} if notice.due_words else at


def urgency_words(notice: Notice) -> str:
    return t(URGENCY_WORDS[notice.urgency]) if notice.urgency != Urgency.NORMAL else ""


def depth_words(notice: Notice) -> str:
    return t(_WANTED[Depth(notice.depth)])


_WANTED = {
    Depth.DELIVERED: _("送达即可"),
    Depth.READ: _("本人阅"),
    Depth.RESTATED: _("本人复述要点并确认"),
    Depth.CONFIRMED: _("确认，可由受托人代为确认"),
    Depth.PERSONAL: _("须本人知悉并确认，不能代"),
}
DEPTH_CHOICES = {depth.value: _WANTED[depth] for depth in DEPTH_WORDS}


def wanted_words(notice: Notice) -> str:
    """What is asked back, and how deep it has to reach."""
    asked = [t(FORM_WORDS[Form(notice.form)])] if notice.form != Form.CONFIRM else []
    return "，".join([*asked, depth_words(notice)])
