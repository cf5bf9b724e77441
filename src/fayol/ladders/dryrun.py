"""What would go out, as pages show it: by half-day and person, and what an edited ladder would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as t

from fayol.commitments.access import visible_to
from fayol.ladders.policy import Ladder
from fayol.ladders.queries import DryItem, DryLine, DryRun, dry_run
from fayol.ladders.states import KIND_WORDS, LEVEL_WORDS
from fayol.organisation.models import Person, Post
from fayol.organisation.queries import primary_posts
from fayol.web.http import dates

MOST, MOST_BESIDE = 200, 30
"""Messages shown at a time: on a page of their own, beside a form."""


@dataclass(frozen=True)
class Coming:
    """One message to come. `mark`: "more" or "less" in a comparison. `hidden`: tasks that the viewer may not see."""

    line: DryLine
    unit: str
    items: list[tuple[DryItem, str]]
    hidden: int = 0
    mark: str = ""


@dataclass
class Half:
    """What goes out in one half-day, by person."""

    day: date
    half: int
    messages: list[Coming] = field(default_factory=list)

    @property
    def words(self) -> str:
        return t("上午") if self.half == 0 else t("下午")


@dataclass(frozen=True)
class Difference:
    """`more` and `less`: messages that the edited ladder would add and spare."""

    halves: list[Half]
    total: int
    more: int = 0
    less: int = 0
    compared: bool = False
    beyond: int = 0
    cut: int = 0


def preview(person: Person | None, viewer: Person, now: datetime, *, unit: int | None = None) -> Difference:
    """The next ten working days: of one person, or of everybody (of one unit)."""
    run = dry_run(now, person=person)
    posts = primary_posts(list({line.person_id for line in run.lines}))
    lines = [line for line in run.lines if unit is None or _unit_id(posts, line) == unit]
    return _laid_out(lines, posts, viewer, now, run)


def difference(ladder: Ladder, edited: Ladder | None, viewer: Person, now: datetime) -> Difference:
    """What the next ten working days bring with the ladder as it is, or what changes with the edited one."""
    before = dry_run(now, policy=ladder)
    run = dry_run(now, policy=edited) if edited else before
    old, new = {_key(line): line for line in before.lines}, {_key(line): line for line in run.lines}
    marks = dict.fromkeys(old.keys() - new.keys(), "less") | dict.fromkeys(new.keys() - old.keys(), "more")
    lines = [line for key, line in (old | new).items() if key in marks] if edited else list(old.values())
    posts = primary_posts(list({line.person_id for line in lines}))
    lines.sort(key=lambda line: (line.at, line.person_id))
    shown = _laid_out(lines, posts, viewer, now, run, marks, most=MOST_BESIDE)
    more = sum(mark == "more" for mark in marks.values())
    return Difference(shown.halves, len(new), more, len(marks) - more, edited is not None, run.beyond, shown.cut)


def _key(line: DryLine) -> tuple[int, date, int, object]:
    return line.person_id, line.day, line.half, line.at if line.flash else None


def _laid_out(
    lines: Sequence[DryLine],
    posts: dict[int, Post],
    viewer: Person,
    now: datetime,
    run: DryRun,
    marks: dict[tuple[int, date, int, object], str] | None = None,
    most: int = MOST,
) -> Difference:
    shown = lines[:most]
    ids = {item.commitment_id for line in shown for item in line.items}
    seen = set(visible_to(viewer, now).filter(pk__in=ids).values_list("pk", flat=True))
    halves: dict[tuple[date, int], Half] = {}
    for line in shown:
        items = [(item, item_words(item, now)) for item in line.items if item.commitment_id in seen]
        post = posts.get(line.person_id)
        mark = (marks or {}).get(_key(line), "")
        part = 0 if line.at.astimezone(timezone.get_current_timezone()).hour < 12 else 1
        half = halves.setdefault((line.day, part), Half(line.day, part))
        half.messages.append(Coming(line, post.unit.name if post else "", items, len(line.items) - len(items), mark))
    return Difference(list(halves.values()), len(lines), beyond=run.beyond, cut=max(len(lines) - most, 0))


def _unit_id(posts: dict[int, Post], line: DryLine) -> int | None:
    post = posts.get(line.person_id)
    return post.unit_id if post else None


def item_words(item: DryItem, now: datetime) -> str:
    """催办理，到部门负责人，期限11月30日"""
    words = [t("催%(kind)s") % {"kind": t(KIND_WORDS[item.kind])}] if item.kind else [t("人工催办")]
    words.append(t("到%(level)s") % {"level": t(LEVEL_WORDS[item.level])})
    if item.due_on:
        words.append(t("期限%(day)s") % {"day": dates.full_day(item.due_on, now)})
    return t("，").join(words)
