"""What every act on a receipt has in common: lock, check, change, set the clock, leave the fact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fayol.facts.journal import record
from fayol.facts.locking import check_seen
from fayol.facts.models import Fact
from fayol.facts.spelling import changed, spelled
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.worktime import WorkCalendar
from fayol.notices import policy
from fayol.notices.access import Standing, standing_of
from fayol.notices.models import RECHECKED, Notice, Receipt
from fayol.notices.states import RANK, Depth, Form, Reply, Stage, Status
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar

UNTRACKED = frozenset(
    {
        "id", "notice_id", "person_id", "unit_id", "post", "place", "must", "version", "edition", "asked_at",
        "next_look_at", "looked_at", "reminded_at", "reminders",
    }
)  # fmt: skip
"""Not in the facts of a receipt: the key, what sending and correcting fixed, the clock, and the number of facts."""
TRACKED = tuple(f.attname for f in Receipt._meta.concrete_fields if f.attname not in UNTRACKED)


def snapshot(row: Receipt) -> dict[str, Any]:
    """The tracked values in the spelling of the journal."""
    return {name: spelled(getattr(row, name)) for name in TRACKED}


@dataclass
class Turn:
    """One act under way: the locked receipt, who acts as what, and what it was before."""

    row: Receipt
    by: Actor
    now: datetime
    standing: Standing
    before: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def notice(self) -> Notice:
        return self.row.notice

    def for_principal(self) -> None:
        """Whoever acts with the addressee's authority is written down as such."""
        if not self.standing.principal and self.by.on_behalf_of is None:
            self.by = Actor(self.by.person, on_behalf_of=self.row.person)

    def reach(self, stage: Stage, at: datetime) -> None:
        """Take the receipt up to `stage`; one that is already further stays there."""
        if RANK[stage] > RANK[Stage(self.row.stage)]:
            self.row.stage, self.row.stage_at = stage.value, at

    def fall_back(self, at: datetime) -> None:
        """Back to what is known without a confirmation and without a call: no more than really happened."""
        row = self.row
        known = (
            (row.read_at, Stage.READ), (row.reported_at, Stage.REPORTED), (row.proxied_at, Stage.PROXIED),
            (row.on_system_at, Stage.ON_SYSTEM),
        )  # fmt: skip
        row.stage, row.stage_at = next((stage for when, stage in known if when), Stage.WAITING).value, at


def begin(receipt: Receipt, *, by: Actor, now: datetime, expect: int | None = None) -> Turn:
    """Locks. Stale when the receipt is no longer as the page showed it; refused when the notice has been withdrawn."""
    row = Receipt.objects.select_for_update(of=("self",)).select_related("notice", "person").get(pk=receipt.pk)
    check_seen(row, receipt, expect=expect)
    if row.notice.status != Status.SENT:
        raise Refused("withdrawn", _("这份通知已撤回，不用再回复。"))
    standing = standing_of(by.person, row, now) if by.person else Standing(issuer=True)
    return Turn(row, by, now, standing, snapshot(row))


def finish(turn: Turn, verb: str) -> Fact:
    """Sets the clock, writes the row and leaves `receipt.<verb>` with what changed."""
    row = turn.row
    schedule(row, turn.now)
    row.version += 1
    row.save()
    change = changed(turn.before, snapshot(row))
    data = {"set": change, "notice": row.notice_id, "edition": row.edition, **turn.extra}
    return record("receipt", row.pk, f"receipt.{verb}", by=turn.by, now=turn.now, data=data)


def schedule(row: Receipt, now: datetime) -> None:
    """When the clock looks at the receipt next. Every act starts it anew."""
    row.looked_at = now
    step = policy.next_step(seen(row), calendar_of(row), now)
    row.next_look_at = step[0] if step else None


def calendar_of(row: Receipt) -> WorkCalendar:
    return work_calendar(row.unit_id)


def seen(row: Receipt) -> policy.Seen:
    notice = row.notice
    return policy.Seen(
        stage=Stage(row.stage),
        depth=Depth(notice.depth),
        form=Form(notice.form),
        reply=Reply(row.reply),
        urgency=notice.urgency,
        must=row.must,
        asked_at=row.asked_at,
        since=row.stage_at,
        due_at=notice.due_at,
        starts_at=notice.starts_at,
        recheck=row.recheck,
        rechecked=frozenset(days for days, name in RECHECKED.items() if getattr(row, name)),
    )


def is_met(row: Receipt) -> bool:
    return policy.is_met(Depth(row.notice.depth), Stage(row.stage), Form(row.notice.form), Reply(row.reply))
