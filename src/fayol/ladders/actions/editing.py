"""The office changes a ladder. What climbs already keeps the copy with which it began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from fayol.commitments.states import Urgency
from fayol.facts.journal import record
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.access import can_edit_policies
from fayol.ladders.models import LadderPolicy
from fayol.ladders.policy import KLASSES, SHIPPED, Ladder, Rung, check_pause_limit, check_rungs
from fayol.ladders.queries.shelf import ladder_from, shelf
from fayol.ladders.states import Kind
from fayol.organisation.actor import Actor


@transaction.atomic
def edit_policy(
    kind: Kind,
    urgency: Urgency,
    klass: str = "",
    *,
    rungs: Sequence[Rung],
    pause_limit: int,
    words: str = "",
    by: Actor,
    now: datetime,
    expect: int | None = None,
) -> Ladder:
    """Put these rungs in force for climbs that begin from now on; the next version.

    Refused for a ladder that cannot be climbed, when nothing changes, for others than the office; Stale when it is
    no longer at version `expect` (1 for a shipped one). A class without a ladder of its own gets one this way.
    """
    _check_right(by, klass)
    check_rungs(kind, urgency, rungs)
    check_pause_limit(pause_limit)
    row = _locked(kind, urgency, klass, now)
    before = ladder_from(row) if row.pk else shelf().ladder(kind, urgency, klass)
    if expect is not None and expect != before.version:
        raise Stale()
    after = Ladder(kind, urgency, tuple(rungs), klass, pause_limit, before.version + 1)
    if (before.rungs, before.pause_limit, before.klass) == (after.rungs, after.pause_limit, after.klass):
        raise Refused("nothing_changed", _("没有改动任何内容。"))
    return _keep(row, after, "edited", words, by=by, now=now)


@transaction.atomic
def restore_policy(kind: Kind, urgency: Urgency, klass: str = "", *, by: Actor, now: datetime) -> Ladder:
    """Take up the shipped ladder again, as a new version. For a class without a shipped one, the one for all classes
    is copied. Refused when it has never been changed."""
    _check_right(by, klass)
    row = _locked(kind, urgency, klass, now)
    if not row.pk:
        raise Refused("never_changed", _("这个阶梯没有改过，不用恢复。"))
    shipped = SHIPPED.get((kind, urgency, klass)) or SHIPPED[(kind, urgency, "")]
    after = Ladder(kind, urgency, shipped.rungs, klass, shipped.pause_limit, row.version + 1)
    return _keep(row, after, "restored", "", by=by, now=now)


def _check_right(by: Actor, klass: str) -> None:
    if by.person is not None and not can_edit_policies(by.person):
        raise Refused("not_yours", _("只有协调办可以修改催办阶梯。"))
    if klass not in KLASSES:
        raise Refused("klass", _("没有这个类别。"), field="klass")


def _locked(kind: Kind, urgency: Urgency, klass: str, now: datetime) -> LadderPolicy:
    rows = LadderPolicy.objects.select_for_update(of=("self",))
    found = rows.filter(kind=kind, urgency=urgency, klass=klass).first()
    return found or LadderPolicy(kind=kind, urgency=urgency, klass=klass, edited_at=now)


def _keep(row: LadderPolicy, ladder: Ladder, verb: str, words: str, *, by: Actor, now: datetime) -> Ladder:
    row.rungs = [rung.to_json() for rung in ladder.rungs]
    row.pause_limit, row.version = ladder.pause_limit, ladder.version
    row.edited_by, row.edited_at = by.person, now
    row.save()
    data = {"ladder": ladder.to_json(), "words": words.strip()}
    record("ladder_policy", row.pk, f"ladder_policy.{verb}", by=by, now=now, data=data)
    return ladder
