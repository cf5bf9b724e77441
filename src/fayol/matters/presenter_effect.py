"""What a moved date does to others, in words: who loses how many days, before anybody grants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.models import Commitment
from fayol.matters.plan.models import Reconfirm
from fayol.matters.plan.policy import Timing
from fayol.matters.plan.queries import Affected, Shown
from fayol.matters.presenter_next import party
from fayol.matters.presenter_plan import slack_words
from fayol.organisation.calendar import work_calendar
from fayol.web.http import components, dates

_MOST_DAYS, _MOST_WORDS = 30, 11
"""Columns of a track, and heads of columns that still can be read."""
SHOWN = 6
"""Lines of an effect that are written out."""


@dataclass(frozen=True)
class Hurt:
    """One task that the change reaches."""

    title: str
    who: str
    url: str
    said: str
    level: str
    direct: bool


@dataclass(frozen=True)
class EffectCard:
    """联动卡 of a date that somebody asks for. `level`: red when something does not work out any more."""

    level: str
    headline: str
    hurts: list[Hurt]
    more: str
    end: str
    track: components.Track | None
    track_words: str


def card_of(shown: Shown, now: datetime, *, granting: bool) -> EffectCard:
    """`granting` for the one who decides; else for the one who asks."""
    effect = shown.effect
    touched = sorted(shown.lines, key=lambda one: (not one.touched.broken, -one.touched.lost, one.touched.id))
    seen = [one for one in touched if one.commitment is not None]
    first = next((one for one in seen if one.touched.broken and one.touched.direct), None)
    level = "red" if shown.broken else "amber" if any(one.touched.lost > 0 for one in shown.lines) else "green"
    return EffectCard(
        level=level,
        headline=_headline(shown, granting=granting),
        hurts=[_hurt(one) for one in seen[:SHOWN]],
        more=_more(shown, len(seen) - SHOWN),
        end=_end(shown, now) if not effect.empty else "",
        track=_track_of(first) if first else None,
        track_words=_hurt(first).said if first else "",
    )


def _headline(shown: Shown, *, granting: bool) -> str:
    if shown.effect.empty:
        return t("没有别的任务等它，不影响他人。")
    words = t("同意后影响%(units)d个单位%(tasks)d项任务") if granting else t("会影响%(units)d个单位%(tasks)d项任务")
    words %= {"units": shown.units, "tasks": shown.tasks}
    if shown.broken:
        return words + ngettext("，其中%(n)d项来不及。", "，其中%(n)d项来不及。", shown.broken) % {"n": shown.broken}
    return words + t("，余量都还够。")


def _hurt(one: Affected) -> Hurt:
    row, touched = one.commitment, one.touched
    assert row is not None
    level = "red" if touched.broken else "green"
    return Hurt(
        row.title,
        party(row.performer_unit, row.responsible or row.holder),
        f"/commitments/{row.pk}/",
        slack_shift(touched.before, touched.after),
        level,
        touched.direct,
    )


def slack_shift(before: Timing, after: Timing) -> str:
    """原余2天，现差1天."""
    if before.slack is None:
        return t("现%(after)s") % {"after": slack_words(after.slack)} if after.slack is not None else t("没有定期限")
    return t("原%(before)s，现%(after)s") % {"before": slack_words(before.slack), "after": slack_words(after.slack)}


def _more(shown: Shown, rest: int) -> str:
    words = ngettext("另有%(n)d项", "另有%(n)d项", rest) % {"n": rest} if rest > 0 else ""
    if shown.hidden:
        hidden = ngettext("%(n)d项不在您能看到的范围", "%(n)d项不在您能看到的范围", shown.hidden) % {"n": shown.hidden}
        words = f"{words}，{hidden}" if words else hidden
    return words


def _end(shown: Shown, now: datetime) -> str:
    if shown.matter_due_on is None or shown.matter_slack_after is None:
        return ""
    was, now_left = shown.matter_slack_before, shown.matter_slack_after
    day = dates.full_day(shown.matter_due_on, now)
    if was == now_left or was is None:
        return t("事项办结期限%(day)s不受影响。") % {"day": day} if now_left >= 0 else ""
    return t("到事项办结期限%(day)s，原%(was)s，现%(left)s。") % {
        "day": day, "was": slack_words(was), "left": slack_words(now_left),
    }  # fmt: skip


def _track_of(one: Affected) -> components.Track | None:
    row, before, after = one.commitment, one.touched.before, one.touched.after
    if row is None or row.due_on is None or after.input_on is None or after.earliest_on is None:
        return None
    work = work_calendar().workdays_between(after.input_on, after.earliest_on)
    return track_of(before.input_on or after.input_on, after.input_on, work, row.due_on)


def track_of(old: date, new: date, work: int, due: date) -> components.Track | None:
    """The input comes on `new` instead of `old`, the work takes so many days, the task is due on `due`. Nothing when
    it would take more columns than can be drawn."""
    calendar = work_calendar()
    first = calendar.add_workdays(min(old, new), -2)
    last = max(due, calendar.add_workdays(max(old, new), max(work, 1)))
    count = calendar.workdays_between(first, last) + 1
    if count > _MOST_DAYS or due < first:
        return None
    days = [first]
    while len(days) < count:
        days.append(calendar.next_workday(days[-1] + timedelta(days=1)))
    step = -(-count // _MOST_WORDS)
    heads = [str(day.day) if number % step == 0 else "" for number, day in enumerate(days)]

    def column(day: date) -> int:
        return sum(one <= day for one in days)

    doing = ngettext("办理%(n)d天", "办理%(n)d天", work) % {"n": work}
    return components.Track(heads, column(old), column(new), work, column(due), doing)


# ── the card that asks the performer again ─────────────────────────────────


@dataclass(frozen=True)
class Cause:
    """What moved: whose task, which, from when to when."""

    who: str
    title: str
    shift: components.Shift
    words: str


def causes_of(row: Reconfirm, now: datetime) -> list[Cause]:
    found = []
    for move in row.moves[:3]:
        old, new = (_day(move.get(key), now) for key in ("old", "new"))
        who = str(move.get("unit", ""))
        found.append(
            Cause(who, move.get("title", ""), components.Shift(old or t("未定"), new, "red"), move.get("words") or "")
        )
    return found


def _day(text: str | None, now: datetime) -> str:
    return dates.full_day(date.fromisoformat(text), now) if text else ""


def reconfirm_track(row: Reconfirm) -> components.Track | None:
    if row.new_on is None or row.due_on is None:
        return None
    return track_of(row.old_on or row.new_on, row.new_on, row.workdays, row.due_on)


def asker_of(task: Commitment) -> str:
    return party(task.requester_unit, task.requester)
