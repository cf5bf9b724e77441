"""The rows of the workbench: what waits for somebody, and what others changed. Presentation; one read for the news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as t

from fayol.channels.models import Delivery
from fayol.channels.queries import inbox_of
from fayol.commitments.foreseeing import foreseen_words
from fayol.commitments.models import Commitment
from fayol.commitments.presenter import VERB, light_of
from fayol.commitments.states import State
from fayol.facts.journal import histories_of
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.web.components import Light, Shift, dates

NEWS_DAYS = 7
MOST_NEWS = 8
_MOVED = {
    "commitment.agreed": ("due_on", _("期限")),
    "commitment.amended": ("required_on", _("要求期限")),
    "commitment.promised": ("promised_on", _("承诺")),
}
"""Facts that move a date, and which one."""
_CHANGES = ("commitment.agreed", "commitment.amended")
"""Messages that ask something and yet are news: they change what was agreed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits for somebody. `verb` is the word on its button, `due_at` its place in the order; `pinned`
    ones stand before all others. With `tap` the button itself does it: an address to post to, with `expect`."""

    title: str
    url: str
    verb: str
    light: Light
    sub: str = ""
    due_at: datetime | None = None
    pinned: bool = False
    tap: str = ""
    expect: int = 0


@dataclass(frozen=True, slots=True)
class News:
    title: str
    words: str
    url: str
    at: datetime
    unread: bool
    shift: Shift | None = None


def row_of(task: Commitment, now: datetime) -> Row:
    """The task as whoever has the ball needs to read it: what to do, of whom, since when."""
    title, sub = _TOLD.get(State(task.state), _told_plain)(task, now)
    if why := foreseen_words(task, now):
        sub = "，".join([*([sub] if sub else []), t("预计临期：%(why)s") % {"why": "；".join(why)}])
    url = f"/commitments/{task.pk}/"
    return Row(title, url, t(VERB[task.state]), light_of(task, now), sub, task.due_at)


def _asker(task: Commitment) -> str:
    return f"{task.requester_unit.name} {task.requester.name if task.requester else ''}".strip()


def _doer(task: Commitment) -> str:
    return f"{task.performer_unit.name} {task.responsible.name if task.responsible else ''}".strip()


def _waited(task: Commitment, now: datetime) -> str:
    if task.holder_since is None or dates.workdays_left(task.holder_since, now) >= 0:
        return ""
    return t("，已等您%(waited)s") % {"waited": dates.workdays_since(task.holder_since, now)}


def _told_plain(task: Commitment, now: datetime) -> tuple[str, str]:
    return task.title, t("%(asker)s交办") % {"asker": _asker(task)}


def _told_assigned(task: Commitment, now: datetime) -> tuple[str, str]:
    sub = t("%(asker)s%(day)s交办") % {"asker": _asker(task), "day": _day(task.dispatched_at, now)}
    if task.sign_due_at:
        sub += t("，请于%(at)s前签收") % {"at": dates.daytime(task.sign_due_at, now)}
    return task.title, sub


def _told_acknowledged(task: Commitment, now: datetime) -> tuple[str, str]:
    if task.required_on is None:
        return task.title, t("已签收，请承诺完成日期")
    return task.title, t("已签收，请承诺期限；要求%(day)s") % {"day": dates.full_day(task.required_on, now)}


def _told_promised(task: Commitment, now: datetime) -> tuple[str, str]:
    parts = [task.origin_title] if task.origin_title else []
    if task.due_on:
        parts.append(t("已承诺%(day)s") % {"day": dates.full_day(task.due_on, now)})
    if task.percent:
        parts.append(t("完成%(n)d%%") % {"n": task.percent})
    return task.title, "，".join(parts)


def _told_countered(task: Commitment, now: datetime) -> tuple[str, str]:
    unit = task.performer_unit.name
    if task.proposed_on:
        wish = t("提出改到%(day)s") % {"day": dates.full_day(task.proposed_on, now)}
    else:
        wish = t("提出改完成标准")
    was = t("原定%(day)s") % {"day": dates.full_day(task.due_on, now)} if task.due_on else t("原来没有期限")
    return t("%(title)s：%(unit)s%(wish)s") % {"title": task.title, "unit": unit, "wish": wish}, was + _waited(
        task, now
    )


def _told_declined(task: Commitment, now: datetime) -> tuple[str, str]:
    title = t("“%(title)s”被%(unit)s退回") % {"title": task.title, "unit": task.performer_unit.name}
    second = t("第二次退回，请明确由谁办") if task.flag == "second_return" else t("请重新交办或维持原要求")
    return title, second + _waited(task, now)


def _told_reported(task: Commitment, now: datetime) -> tuple[str, str]:
    day = _day(task.reported_at, now)
    sub = t("%(doer)s%(day)s反馈") % {"doer": _doer(task), "day": day} + _waited(task, now)
    return t("核实“%(title)s”") % {"title": task.title}, sub


def _told_handed_back(task: Commitment, now: datetime) -> tuple[str, str]:
    return t("“%(title)s”退回重办") % {"title": task.title}, t("%(asker)s要求补办") % {"asker": _asker(task)}


def _told_on_hold(task: Commitment, now: datetime) -> tuple[str, str]:
    sub = t("%(doer)s在等您%(waited)s") % {"doer": _doer(task), "waited": _waited(task, now)}
    return t("%(what)s：%(title)s") % {"what": task.waiting_for, "title": task.title}, sub


def _day(moment: datetime | None, now: datetime) -> str:
    return dates.day(moment, now) if moment else ""


_TOLD: dict[State, Callable[[Commitment, datetime], tuple[str, str]]] = {
    State.ASSIGNED: _told_assigned,
    State.ACKNOWLEDGED: _told_acknowledged,
    State.PROMISED: _told_promised,
    State.COUNTERED: _told_countered,
    State.DECLINED: _told_declined,
    State.REPORTED: _told_reported,
    State.HANDED_BACK: _told_handed_back,
    State.ON_HOLD: _told_on_hold,
}


def news_for(person: Person, now: datetime) -> list[News]:
    """What others did lately with things of this person's, and which only tells; what asks stands in the other list."""
    recent = inbox_of(person).filter(created_at__gte=now - timedelta(days=NEWS_DAYS))
    found = list(recent.filter(Q(asks=False) | Q(fact__verb__in=_CHANGES))[:MOST_NEWS])
    shifts = _shifts(found, now)
    return [
        News(one.title, one.body, one.link, one.created_at, one.read_at is None, shifts.get(one.pk)) for one in found
    ]


def _shifts(found: list[Delivery], now: datetime) -> dict[int, Shift]:
    """The dates that these messages' facts moved, from the history before each."""
    moving = [one for one in found if one.fact.verb in _MOVED]
    if not moving:
        return {}
    histories = histories_of("commitment", {one.subject_id for one in moving})
    shifts: dict[int, Shift] = {}
    for one in moving:
        name, _label = _MOVED[one.fact.verb]
        values = [fact.data.get("set", {}).get(name) for fact in histories[one.subject_id] if fact.seq < one.fact.seq]
        old = next((value for value in reversed(values) if value), None)
        new = one.fact.data.get("set", {}).get(name)
        if old and new and old != new:
            shifts[one.pk] = Shift(_written(old, now), _written(new, now), "red" if new > old else "green")
    return shifts


def _written(day: str, now: datetime) -> str:
    return dates.full_day(date.fromisoformat(day), now)
