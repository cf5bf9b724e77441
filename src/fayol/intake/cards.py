"""What the review page shows of each draft and of the document, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from fayol.intake import policy
from fayol.intake.actions.taking import anchors_of
from fayol.intake.forms import DraftForm
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.policy import Need
from fayol.intake.states import DraftState
from fayol.kernel.deadlines import DeadlineRule
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Post
from fayol.web.http import Problem

SURE = 3
"""The level at which a row needs no reason beside it; its editor still gives it."""

EDITORS = 30
"""A document with at most so many drafts shows all editors at once; a longer one opens each when it is asked for."""


@dataclass
class Row:
    """One draft as a row. `form` is None while its editor is closed; `task` leads to the promise once given out."""

    draft: Draft
    needs: list[Need]
    level: int
    line: str
    reason: str
    form: DraftForm | None = None
    people: list[Post] = field(default_factory=list)
    opened: bool = False
    hint: str = ""
    cuts: list[tuple[str, int]] = field(default_factory=list)
    last: bool = False

    @property
    def n(self) -> int:
        return self.draft.position

    @property
    def live(self) -> bool:
        return self.draft.state == DraftState.OPEN

    @property
    def wrong(self) -> dict[str, str]:
        """What to say at each field: what is wrong with what was typed, else what is still needed there."""
        said = {need.field: sentence(need) for need in reversed(self.needs)}
        if self.form is not None and self.form.is_bound:
            said |= {name: " ".join(map(str, errors)) for name, errors in self.form.errors.items()}
        return said

    @property
    def several(self) -> bool:
        """Whether units stand side by side without a lead, so that each might get a task of its own."""
        return any(need.code == "needs_lead" for need in self.needs) and len(self.draft.supports) > 1

    @property
    def named(self) -> str:
        """The names as the document writes them, where they are not simply the chosen ones."""
        return "、".join(policy.candidates(self.draft.named))


def sentence(need: Need) -> str:
    return _(need.sentence).format(**need.params)


class Rows:
    """Makes rows for one page; what they share is read once."""

    def __init__(self, document: IntakeDocument, directory: Directory, *, now: datetime) -> None:
        self.document, self.directory, self.now = document, directory, now
        self.calendar = work_calendar()
        self.today = self.calendar.local_day(now)
        self.anchors = anchors_of(document)

    def row(self, draft: Draft, *, form: DraftForm | None = None, people: Sequence[Post] = ()) -> Row:
        live = draft.state == DraftState.OPEN
        needs = policy.needs_of(draft, active=self.directory.units) if live else []
        row = Row(draft, needs, policy.shown_level(draft, needs), self.line(draft), self.reason(draft, needs), form)
        row.people = list(people)
        if form is not None:
            row.hint = self.hint(draft)
            row.cuts = pieces(draft.text)
        return row

    def due(self, draft: Draft) -> date | None:
        return policy.due_when_dispatched(draft, anchors=self.anchors, today=self.today, calendar=self.calendar)

    def line(self, draft: Draft) -> str:
        """财务部牵头，人力资源部、会务组配合，11月30日."""
        parts = []
        if draft.lead_id:
            parts.append(_("{units}牵头").format(units=self.directory.label(draft.lead_id)))
        if draft.supports and (draft.lead_id or len(policy.candidates(draft.named)) < 2):
            names = [self.directory.label(pk) for pk in draft.supports]
            shown = "、".join(names[:4]) + (_("等{n}家").format(n=len(names)) if len(names) > 4 else "")
            words = _("{units}配合") if draft.lead_id else _("涉及{units}")
            parts.append(words.format(units=shown))
        on = self.due(draft)
        if on:
            parts.append(self.day(on))
        elif draft.review_on:
            parts.append(_("期限待定，{day}复查").format(day=self.day(draft.review_on)))
        return "，".join(parts)

    def day(self, on: date) -> str:
        """11月30日; with the year when it is another one."""
        if on.year == self.today.year:
            return _("{m}月{d}日").format(m=on.month, d=on.day)
        return _("{y}年{m}月{d}日").format(y=on.year, m=on.month, d=on.day)

    def reason(self, draft: Draft, needs: Sequence[Need]) -> str:
        """Why it may be trusted no more than shown: what is missing, else what to look at."""
        if needs:
            return "；".join(sentence(need) for need in needs[:3]) + (_("等") if len(needs) > 3 else "")
        late = self.due(draft)
        if draft.state == DraftState.OPEN and late and late < self.today:
            return _("期限已过，请核对")
        return draft.reasons[0] if draft.reasons and draft.level < SURE else ""

    def hint(self, draft: Draft) -> str:
        """How the words of the document were turned into the date."""
        if not draft.deadline_words:
            return ""
        rule = DeadlineRule.from_json(draft.deadline_rule) if draft.deadline_rule else None
        on = self.due(draft)
        if rule and rule.recurring and on:
            return _("原文“{words}”，按规律重复，下一次{day}").format(words=draft.deadline_words, day=self.day(on))
        if policy.waits_for_dispatch(draft.deadline_rule) and on:
            return _("原文“{words}”，今天交办即{day}").format(words=draft.deadline_words, day=self.day(on))
        if rule and rule.kind == "date" and draft.due_on == rule.on:
            return _("原文“{words}”，按当天下班前计").format(words=draft.deadline_words)
        return _("原文“{words}”").format(words=draft.deadline_words)


def pieces(text: str) -> list[tuple[str, int]]:
    """The text in the pieces between which it may be split, each with the place behind it (0 for the last)."""
    at, found = 0, []
    for cut in policy.cuts_of(text)[:40]:
        found.append((text[at:cut].strip(), cut))
        at = cut
    return [*found, (text[at:].strip(), 0)] if found else []


@dataclass(frozen=True)
class Said:
    """A sentence at the top of the page, with the rows it is about."""

    words: str
    links: tuple[tuple[int, str], ...] = ()


def problem_said(problem: Problem, needs: Mapping[int, Sequence[Need]], drafts: Iterable[Draft]) -> Said:
    numbers = {draft.pk: draft.position for draft in drafts}
    links = tuple(
        (numbers[pk], sentence(need)) for pk, found in needs.items() if pk in numbers for need in found
    )  # fmt: skip
    return Said(problem.sentence, links)
