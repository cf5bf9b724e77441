"""What a holiday notice would change, before it is taken in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from fayol.organisation import effects
from fayol.organisation.calendar import Calendars, Plan, read_plan
from fayol.organisation.calendar_tables import National
from fayol.organisation.notices import DayChange, changes_between, with_notice
from fayol.reading.holiday_notice import Notice, read_notice


@dataclass(frozen=True)
class Proposal:
    """`days` are those whose kind differs from what holds now. `fingerprint` stands for notice and calendars together:
    with another one the preview that somebody saw is no longer true."""

    notice: Notice
    before: Calendars
    after: Calendars
    days: list[DayChange]
    change: effects.Change
    fingerprint: str

    @property
    def national(self) -> National:
        return self.after.plan.national


def propose(text: str, *, year: int | None = None) -> Proposal:
    """Refused when the text is no notice."""
    notice = read_notice(text, year=year)
    plan = read_plan()
    proposed = replace(plan, national=with_notice(plan.national, notice))
    before, after = Calendars(plan), Calendars(proposed)
    days = changes_between(plan.national, proposed.national, range(notice.year - 1, notice.year + 2))
    return Proposal(notice, before, after, days, _change(notice, before, after, days), _fingerprint(plan, text, year))


def _change(notice: Notice, before: Calendars, after: Calendars, days: list[DayChange]) -> effects.Change:
    touched = [change.day for change in days]
    if not touched or not notice.correction:
        touched += [date(notice.year, 1, 1), date(notice.year, 12, 31)]
    first, last = min(touched), max(touched)
    off = effects.turned_off(before, after, first, last)
    return effects.Change(after=after, first=first, last=last, why=why_of(notice), turned_off=off, before=before)


def why_of(notice: Notice) -> str:
    what = "放假安排有调整" if notice.correction else "放假安排已公布"
    return f"{notice.year}年{what}" + (f"（{notice.number}）" if notice.number else "")


def _fingerprint(plan: Plan, text: str, year: int | None) -> str:
    return hashlib.sha256(f"{plan.stamp}\n{year}\n{text}".encode()).hexdigest()[:32]
