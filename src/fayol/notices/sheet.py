"""Everything the page of one notice shows, gathered once for a reader and an instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as t

from fayol.notices import (
    access,
    access_following,
    presenter,
    queries,
    queries_following,
    queries_page,
    queries_paper,
)
from fayol.notices.access import Standing
from fayol.notices.audience import newcomers
from fayol.notices.desk import Desk
from fayol.notices.models import Clash, Edition, Notice, NoticeFile, Receipt, Told
from fayol.notices.presenter_days import clash_words
from fayol.notices.presenter_diff import Change, change_of
from fayol.notices.presenter_marks import must_light
from fayol.notices.queries_preview import Preview, preview_of
from fayol.notices.states import Stage, Status
from fayol.organisation.models import Person
from fayol.web.http import Problem, components

COUNTED = 2000
"""Up to so many addressees the page itself looks for those who joined later; beyond, on a page of its own."""
MOST_DESKS = 20


@dataclass
class Sheet:
    """`changing`: the receipt whose answer is to be replaced. `shown`: desks whose forms were refused, by receipt."""

    notice: Notice
    viewer: Person
    now: datetime
    changing: int = 0
    refused: dict[int, Desk] = field(default_factory=dict)
    problem: Problem | None = None

    # ── my part in it ──

    @cached_property
    def rows(self) -> list[Receipt]:
        return [] if self.draft else queries_page.desk_of(self.viewer, self.notice, self.now)[:MOST_DESKS]

    @cached_property
    def desks(self) -> list[Desk]:
        if not self.rows:
            return []
        checks, files = queries_page.checks_of(self.rows), queries_page.files_by_receipt(self.rows)
        found = [self.desk(row, checks.get(row.pk, []), files.get(row.pk, [])) for row in self.rows]
        found.sort(key=lambda desk: (not desk.mine, not desk.unreported, not (desk.my_turn or desk.can_take)))
        for n, desk in enumerate(found):
            desk.first = n == 0
        return found

    def desk(self, row: Receipt, checks: list[Told], files: list[NoticeFile]) -> Desk:
        shown = self.refused.get(row.pk)
        if shown is not None:
            shown.checks, shown.files, shown.clash = checks, files, self._clashing.get(row.pk)
            return shown
        changing = self.changing == row.pk
        return Desk(row, self.standing(row), self.now, checks, files, changing, clash=self._clashing.get(row.pk))

    @cached_property
    def _served(self) -> tuple[set[int], set[int]]:
        return queries_page.served(self.viewer, self.now)

    def standing(self, row: Receipt) -> Standing:
        serves, acts = self._served
        return Standing(
            principal=row.person_id == self.viewer.pk,
            deputy=row.person_id in acts,
            secretary=row.person_id in serves,
            issuer=self.issuer,
        )

    @property
    def foot(self) -> tuple[str, str] | None:
        if self.draft or not self.desks:
            return None
        return self.desks[0].foot

    # ── the issuing side ──

    @cached_property
    def issuer(self) -> bool:
        return access.may_issue(self.viewer, self.notice, self.now)

    @cached_property
    def watches(self) -> bool:
        """Whether the reader sees how far it got: the issuing side, and the leader who answers for the issuing unit."""
        if self.draft:
            return False
        return self.issuer or access.oversees(self.viewer, self.notice)

    @property
    def draft(self) -> bool:
        return self.notice.status == Status.DRAFT

    @property
    def withdrawn(self) -> bool:
        return self.notice.status == Status.WITHDRAWN

    @cached_property
    def tally(self) -> dict[Stage, int]:
        return queries.tally_of(self.notice)

    @property
    def people(self) -> int:
        return sum(self.tally.values())

    @property
    def light(self) -> components.Light:
        return presenter.light_of(self.notice, self.tally, self.now)

    @property
    def reached(self) -> str:
        return presenter.reached_words(self.notice, self.tally)

    @cached_property
    def to_print(self) -> int:
        """How many wait for the notice on paper."""
        return queries_paper.needed(self.notice).count()

    @cached_property
    def must_light(self) -> components.Light | None:
        return must_light(queries.musts_of(self.notice, self.tally))

    @cached_property
    def _clashing(self) -> dict[int, Clash]:
        """By receipt: what else wants the time of those who are called, as far as the reader may see it."""
        if self.draft or self.notice.starts_at is None:
            return {}
        return queries_following.clashes_in(access_following.clashes_visible_to(self.viewer, self.now), self.notice)

    @property
    def clashes(self) -> list[tuple[Clash, str]]:
        """For who watches: everybody's, in words."""
        rows = self._clashing.items() if self.watches else ()
        return [(one, clash_words(one, receipt, self.now)) for receipt, one in rows]

    @cached_property
    def joined(self) -> int:
        """How many joined since it was sent, as far as that is cheap to say."""
        if not self.issuer or self.notice.status != Status.SENT or self.people > COUNTED:
            return 0
        return newcomers(self.notice, self.now).count()

    @cached_property
    def preview(self) -> Preview:
        return preview_of(self.notice, self.now)

    @property
    def send_bar(self) -> components.MoveBar:
        meta = t("发出后不能悄悄改，只能更正或撤回。")
        return components.MoveBar(t("核对后发出"), meta=meta, mine=True, form=True)

    # ── what it says ──

    @property
    def place(self) -> str:
        return presenter.place_words(self.notice, self.now)

    @property
    def when(self) -> str:
        return presenter.when_words(self.notice.starts_at, self.notice.ends_at, self.now)

    @property
    def due(self) -> str:
        return presenter.due_words(self.notice, self.now)

    @property
    def urgency(self) -> str:
        return presenter.urgency_words(self.notice)

    @property
    def wanted(self) -> str:
        return presenter.wanted_words(self.notice)

    @cached_property
    def files(self) -> list[NoticeFile]:
        return queries_page.files_of(self.notice)

    @cached_property
    def changes(self) -> list[Change]:
        return [change_of(edition, self.now) for edition in self._editions]

    @cached_property
    def _editions(self) -> list[Edition]:
        return queries_page.editions_of(self.notice)

    @cached_property
    def withdrawn_words(self) -> str:
        fact = queries_page.withdrawal_of(self.notice) if self.withdrawn else None
        return str(fact.data.get("words", "")) if fact else ""
