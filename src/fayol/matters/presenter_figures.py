"""Key figures in words: what holds, who works with it, who has read the new number back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as t

from fayol.commitments.models import Commitment
from fayol.matters.plan.models import Figure, FigureUse, Reconfirm
from fayol.web.http import components, dates


@dataclass(frozen=True)
class Use:
    """A task that rests on the figure, and whether its people have read it back."""

    task: Commitment
    receipt: components.Receipt
    waiting: bool


@dataclass(frozen=True)
class Card:
    """One figure. `changes`: the viewer may change it. `choices`: the tasks that may use it, and whether they do."""

    figure: Figure
    uses: list[Use]
    choices: list[tuple[Commitment, bool]]
    changes: bool

    @property
    def waited(self) -> int:
        return sum(use.waiting for use in self.uses)

    @property
    def standing(self) -> str:
        if not self.uses:
            return t("还没有任务用它")
        if not self.waited:
            return t("%(n)d条任务都已复述") % {"n": len(self.uses)}
        return t("%(n)d条任务用它，%(waited)d条还没复述") % {"n": len(self.uses), "waited": self.waited}


def card_of(
    figure: Figure,
    uses: Sequence[FigureUse],
    asked: Mapping[int, Reconfirm],
    tasks: Sequence[Commitment],
    now: datetime,
    *,
    changes: bool,
) -> Card:
    """`asked`: the open cards of the figure by task; `tasks`: those among which the viewer may choose."""
    used = {use.commitment_id for use in uses}
    shown = [_use(figure, use, asked.get(use.commitment_id), now) for use in uses]
    return Card(figure, shown, [(task, task.pk in used) for task in tasks], changes)


def _use(figure: Figure, use: FigureUse, asked: Reconfirm | None, now: datetime) -> Use:
    done = use.confirmed_version == figure.version
    if done and use.confirmed_at:
        name = use.confirmed_by.name if use.confirmed_by else ""
        words = t("%(name)s%(at)s复述%(value)s") % {
            "name": name, "at": dates.daytime(use.confirmed_at, now), "value": figure.shown,
        }  # fmt: skip
        return Use(use.commitment, components.Receipt("self", words), False)
    if asked is not None:
        words = t("待复述，%(at)s发出") % {"at": dates.daytime(asked.asked_at, now)}
        return Use(use.commitment, components.Receipt("read", words), True)
    return Use(use.commitment, components.Receipt("sent", t("不用复述")), False)
