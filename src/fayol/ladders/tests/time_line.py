"""Time for the tests of the ladders: one task, and what is sent to whom as the hours pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fayol.channels.models import INBOX, Delivery
from fayol.commitments.actions import Asking, dispatch_many
from fayol.commitments.models import Commitment
from fayol.commitments.tests.scene import Scene
from fayol.ladders.models import ChaseLine, Climb
from fayol.ladders.sweeps import climb_due, send_due
from fayol.organisation.sweeps import tell_absence_edges, tell_delegation_edges

SHANGHAI = ZoneInfo("Asia/Shanghai")
BATCH = 200


def at(text: str, year: int = 2026) -> datetime:
    """ "11-18 08:30" on the wall."""
    return datetime.strptime(f"{year}-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def wall(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


@dataclass
class World:
    """The standing cast, and a clock that goes where something is due."""

    scene: Scene

    def ask(self, now: datetime, **changes: Any) -> Commitment:
        asking: Asking = self.scene.asking(**changes)
        return dispatch_many([asking], by=self.scene.asker, now=now)[0]

    def sweep(self, now: datetime) -> None:
        """One round of the worker."""
        while tell_absence_edges(now, BATCH) or tell_delegation_edges(now, BATCH):
            pass
        while climb_due(now, BATCH) == BATCH:
            pass
        while send_due(now, BATCH) == BATCH:
            pass

    def next_due(self) -> datetime | None:
        climbs = Climb.objects.filter(next_look_at__isnull=False).values_list("next_look_at", flat=True)
        lines = ChaseLine.objects.filter(ready_at__isnull=False).values_list("ready_at", flat=True)
        return min([at for at in [*climbs, *lines] if at], default=None)

    def run(self, until: datetime) -> None:
        """The worker looks exactly when something is due."""
        while (due := self.next_due()) and due <= until:
            self.sweep(due)

    def run_every(self, minutes: int, start: datetime, until: datetime) -> None:
        """The worker looks at arbitrary minutes."""
        now = start
        while now <= until:
            self.sweep(now)
            now += timedelta(minutes=minutes)


def sent(*, body: bool = False) -> list[tuple[str, ...]]:
    """What went out: (when, to whom, title, first line of what is asked)."""
    rows = Delivery.objects.filter(channel=INBOX, subject_type="chase").select_related("person").order_by("id")
    return [(wall(row.created_at), row.person.name, row.title, *(row.body.split("\n") if body else ())) for row in rows]
