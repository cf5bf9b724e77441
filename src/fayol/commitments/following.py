"""Promises follow the working calendars: what is registered for it, and what people are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as t

from fayol.channels.registry import Message, register_messages
from fayol.commitments.actions.recalculating import SWEEP, carry_on, recalculate
from fayol.commitments.models import Commitment, Recalculation
from fayol.commitments.recounting import Shift, foresee, recipients
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.organisation import effects
from fayol.worker.claims import count_due, work_through
from fayol.worker.registry import register_sweep

WORDS: dict[str, str] = {
    "moved": _("期限由{before}变为{after}：{title}"),
    "required": _("要求期限由{before}变为{after}，承诺期限不变：{title}"),
    "overtaken": _("要求期限由{before}变为{after}，早于承诺的{promised}：{title}"),
    "day_off": _("期限{after}成了休息日：{title}"),
}
LISTED = 20
"""Tasks named in one message; the count says how many there are."""


def register() -> None:
    effects.register("commitments", foresee, recalculate)
    register_messages("recalculation.counted", compose)
    register_sweep(SWEEP, follow, every_seconds=300, shared=True, batch=1, due=lambda now: count_due(waiting(now)))


def waiting(now: datetime) -> QuerySet[Recalculation]:
    return Recalculation.objects.filter(next_at__lte=now)


def follow(now: datetime, limit: int) -> int:
    """A batch of each recalculation that is under way."""
    due, column = waiting(now), "next_at"
    return work_through(
        due, lambda run: carry_on(run, now=now), sweep=SWEEP, column=column, now=now, limit=limit, trouble="trouble"
    )


def compose(facts: list[Fact]) -> Iterator[Message]:
    """One message a person for each batch, listing what concerns him."""
    for fact in facts:
        items = {item["commitment"]: item for item in fact.data["items"]}
        rows = Commitment.objects.in_bulk(list(items))
        moved = [(row, Shift(items[pk]["kind"])) for pk, row in rows.items()]
        for person_id, mine in recipients(moved).items():
            told = [(row, _sentence(row, items[row.pk], fact.at)) for row, _shift in mine]
            yield _message(fact, person_id, told)


def _message(fact: Fact, person_id: int, told: list[tuple[Commitment, str]]) -> Message:
    why = fact.data["why"]
    if len(told) == 1:
        row, sentence = told[0]
        return Message(fact, person_id, sentence, why, f"/commitments/{row.pk}/", urgency=row.urgency)
    lines = [sentence for _row, sentence in told[:LISTED]]
    if len(told) > LISTED:
        lines.append(t("另有{n}项。").format(n=len(told) - LISTED))
    title = t("{why}：您有{n}项时限变化").format(why=why, n=len(told))
    return Message(fact, person_id, title, "\n".join(lines), "/ledger/")


def _sentence(row: Commitment, item: dict[str, Any], now: datetime) -> str:
    days = {name: _day(item[name], now) for name in ("before", "after", "promised")}
    return t(WORDS[item["kind"]]).format(title=row.title, **days)


def _day(spelled: str | None, now: datetime) -> str:
    """11月30日, 2027年1月4日 when the year is another, 11月30日16:20 for an instant."""
    if not spelled:
        return t("未定")
    here = now.astimezone(timezone.get_current_timezone())
    moment = datetime.fromisoformat(spelled).astimezone(here.tzinfo) if "T" in spelled else None
    day = moment.date() if moment else date.fromisoformat(spelled)
    words = f"{day.month}月{day.day}日" if day.year == here.year else f"{day.year}年{day.month}月{day.day}日"
    return f"{words}{moment:%H:%M}" if moment else words
