"""The words of a chase: everything one person is to be reminded of in this half working day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as t

from fayol.channels.registry import Message, register_messages, register_related
from fayol.commitments.models import Commitment
from fayol.commitments.states import State, Urgency
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.models import Chase, ChaseLine
from fayol.ladders.policy import Ladder
from fayol.ladders.queries.climbs import Following, following_of
from fayol.ladders.states import LEVEL_WORDS, Kind, Level
from fayol.organisation.calendar import work_calendar

MOST_LISTED = 40
"""Things listed in one message; the rest is counted, and found on the workbench."""
OWN_WORDS: dict[str, str] = {
    Kind.SIGN: _("您有{n}件事要签收"),
    Kind.DELIVER: _("您有{n}件事要交"),
    Kind.ANSWER: _("您有{n}件事要答复"),
}
ANSWER_WORDS: dict[str, str] = {
    State.COUNTERED: _("对方提出商榷，请同意或维持原要求。"),
    State.DECLINED: _("已被退回，请重新交办或维持原要求。"),
    State.REPORTED: _("已反馈完成，请核实。"),
    State.ON_HOLD: _("正等您这边：{what}。"),
}

NEXT_WORDS: dict[str, str] = {
    Level.PERSON: _("没有回音，{when}再催一次。"),
    Level.BRIEF: _("再没有回音，{when}列入{name}的简报。"),
}


def register() -> None:
    register_messages("chase.*", compose)
    register_related("commitment", chases_about)


def chases_about(commitment_id: int) -> tuple[str, QuerySet[ChaseLine, int | None]]:
    """The latest chases in which the commitment stood, for the card that says who was told."""
    lines = ChaseLine.objects.filter(commitment=commitment_id, chase__isnull=False).order_by("-pk")
    return "chase", lines.values_list("chase_id", flat=True)[:6]


def compose(facts: list[Fact]) -> Iterator[Message]:
    """One message for each chase; a constant number of statements for all."""
    chases = Chase.objects.in_bulk([fact.subject_id for fact in facts])
    lines = _lines_of(list(chases))
    every = [line for group in lines.values() for line in group[:MOST_LISTED]]
    following = following_of([line.climb for line in every if line.climb], facts[0].at)
    for fact in facts:
        chase, own = chases[fact.subject_id], lines[fact.subject_id]
        flash = any(line.flash for line in own)
        urgent = any(line.commitment.urgency == Urgency.URGENT for line in own)
        yield Message(
            fact,
            chase.person_id,
            title=_title(own),
            body="\n".join(_entries(own, following, fact.at)),
            link=f"/commitments/{own[0].commitment_id}/" if len(own) == 1 else "/",
            asks=any(line.level == Level.PERSON for line in own),
            urgency=Urgency.FLASH if flash else Urgency.URGENT if urgent else Urgency.NORMAL,
            chase=True,
        )


def _lines_of(chases: Sequence[int]) -> dict[int, list[ChaseLine]]:
    rows = ChaseLine.objects.filter(chase__in=chases).select_related(
        "commitment__holder_unit", "commitment__holder", "climb", "by"
    )
    found: dict[int, list[ChaseLine]] = defaultdict(list)
    for line in rows.order_by("commitment__due_at", "pk"):
        found[line.chase_id or 0].append(line)
    return found


# ── title ──────────────────────────────────────────────────────────────────


def _title(lines: Sequence[ChaseLine]) -> str:
    if len(lines) == 1 and lines[0].by is not None:
        words = t("{who}催办：{title}").format(who=lines[0].by.name, title=lines[0].commitment.title)
    else:
        words = "，".join(_counted(lines))
        words += t("：{title}").format(title=lines[0].commitment.title) if len(lines) == 1 else ""
    return t("特急，{words}").format(words=words) if lines[0].flash else words


def _counted(lines: Sequence[ChaseLine]) -> Iterator[str]:
    own = {line.commitment_id: line.kind for line in lines if line.level == Level.PERSON}
    briefed = sum(line.level == Level.BRIEF for line in lines)
    others = sum(line.level not in (Level.PERSON, Level.BRIEF) for line in lines)
    if own:
        kinds = set(own.values())
        words = OWN_WORDS.get(kinds.pop(), "") if len(kinds) == 1 else ""
        yield t(words or _("您有{n}件事要办")).format(n=len(own))
    if others:
        yield t("请您督促{n}件事").format(n=others)
    if briefed:
        yield t("{n}件事上了您的简报").format(n=briefed)


# ── body ───────────────────────────────────────────────────────────────────


def _entries(lines: Sequence[ChaseLine], following: Mapping[int, Following], now: datetime) -> Iterator[str]:
    for number, line in enumerate(lines[:MOST_LISTED], start=1):
        said = "".join([_asked(line, now), _said(line), _next(line, following)])
        yield f"{number}. {line.commitment.title}\n{said}" if len(lines) > 1 else said
    if len(lines) > MOST_LISTED:
        yield t("另有{n}件，请在工作台查看。").format(n=len(lines) - MOST_LISTED)


def _said(line: ChaseLine) -> str:
    if not line.words:
        return ""
    return t("{who}说：{words}").format(who=line.by.name, words=line.words) if line.by else line.words


def _asked(line: ChaseLine, now: datetime) -> str:
    row = line.commitment
    if line.level != Level.PERSON:
        who = f"{row.holder_unit.name}{row.holder.name}" if row.holder and row.holder_unit else ""
        return t("{stage}，现在{who}手里。").format(stage=_stage(line, now), who=who)
    if line.kind == Kind.SIGN:
        return t("等您签收。") + _due(row, now)
    if line.kind == Kind.ANSWER:
        return t(ANSWER_WORDS.get(row.state, _("等您答复。"))).format(what=row.waiting_for)
    return _due(row, now) + t(_wish(row, now))


def _stage(line: ChaseLine, now: datetime) -> str:
    row = line.commitment
    if line.kind == Kind.SIGN:
        return t("还没有签收")
    if line.kind == Kind.ANSWER:
        return t("还没有答复")
    return _due(row, now).removesuffix("。") or t("还没有反馈")


def _wish(row: Commitment, now: datetime) -> str:
    if row.state == State.ACKNOWLEDGED:
        return _("请承诺期限，或提出商榷。")
    if row.due_at and row.due_at <= now:
        return _("请反馈完成，或申请改期。")
    return _("请按期反馈；要改期，请今天申请。")


def _due(row: Commitment, now: datetime) -> str:
    if row.due_on is None or row.due_at is None:
        return ""
    calendar = work_calendar(row.performer_unit_id)
    day = day_words(row.due_on)
    if row.due_at > now:
        return t("{day}到期。").format(day=day)
    late = calendar.workdays_between(row.due_on, calendar.local_day(now))
    if late < 1:
        return t("{day}到期，时间已到。").format(day=day)
    return t("{day}到期，已超期{n}个工作日。").format(day=day, n=late)


def _next(line: ChaseLine, following: Mapping[int, Following]) -> str:
    """Who hears of it next, and when, if nothing happens: no ladder climbs in secret."""
    found = following.get(line.climb_id or 0)
    if found is None or line.climb is None:
        return ""
    ladder = Ladder.from_json(line.climb.ladder)
    when = half_words(found.at) if ladder.at_openings else minute_words(found.at)
    words = NEXT_WORDS.get(found.level, _("再没有回音，{when}报{level}{name}。"))
    return t(words).format(when=when, level=t(LEVEL_WORDS[found.level]), name=found.person_name)


@dataclass(frozen=True, slots=True)
class _Clock:
    """An instant as the wall shows it."""

    day: date
    hour: int
    minute: int

    @classmethod
    def of(cls, at: datetime) -> _Clock:
        local = at.astimezone(work_calendar().tz)
        return cls(local.date(), local.hour, local.minute)


def day_words(day: date) -> str:
    return t("{month}月{day}日").format(month=day.month, day=day.day)


def half_words(at: datetime) -> str:
    clock = _Clock.of(at)
    return day_words(clock.day) + (t("上午") if clock.hour < 12 else t("下午"))


def minute_words(at: datetime) -> str:
    clock = _Clock.of(at)
    return f"{day_words(clock.day)}{clock.hour}:{clock.minute:02}"
