"""Somebody chases by hand: it goes into the same half-day's message as everything else."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from fayol.channels.queries import calendars_of
from fayol.commitments.models import Commitment
from fayol.commitments.states import Urgency
from fayol.facts.models import Fact
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.actions.sending import send_flash
from fayol.ladders.models import ChaseLine
from fayol.ladders.policy import watch
from fayol.ladders.queries.chases import chased_already, half_of_day, is_waiting
from fayol.ladders.queries.facing import facing_of
from fayol.ladders.states import Half, Level
from fayol.worker.waking import wake

SEND = "ladders.send"
_AGAIN: dict[Half, str] = {
    Half.MORNING: _("今天上午已就这件事催过{name}，请下午再催，或打电话。"),
    Half.LAST: _("这半天已就这件事催过{name}，请下一个工作日再催，或打电话。"),
    Half.SHIFT: _("这个班次已就这件事催过{name}，请下一个班次再催，或打电话。"),
}


@transaction.atomic
def take_up(facts: Sequence[Fact]) -> None:
    """Write down what was chased for whoever has the ball; 特急 goes out at once, the rest with the next round.

    Refused when this very task has been chased in this half working day already: then it is time to talk.
    """
    rows = Commitment.objects.select_related("holder").in_bulk([fact.subject_id for fact in facts])
    lines = []
    for fact in facts:
        row = rows[fact.subject_id]
        _check(row, fact)
        if row.holder_id is not None:
            lines.append(_line(row, row.holder_id, fact))
    ChaseLine.objects.bulk_create(lines)
    send_flash([line for line in lines if line.flash], now=facts[0].at)
    wake(SEND)


def _check(row: Commitment, fact: Fact) -> None:
    if not chased_already(row, fact.at):
        return
    name = row.holder.name if row.holder else ""
    if is_waiting(row):
        raise Refused("chase_waits", _("对{name}的催办已经记下，到上班时间一并送达，不用再催。"), name=name)
    raise Refused("chased_already", _AGAIN[half_of_day(row, fact.at)], name=name)


def _line(row: Commitment, holder_id: int, fact: Fact) -> ChaseLine:
    kind = watch(facing_of(row)).kind
    flash = row.urgency == Urgency.FLASH
    return ChaseLine(
        person_id=holder_id,
        commitment=row,
        kind=kind.value if kind else "",
        level=Level.PERSON,
        words=fact.data.get("words", "")[:500],
        by_id=fact.actor_id,
        fact=fact.pk,
        flash=flash,
        made_at=fact.at,
        ready_at=fact.at if flash else calendars_of([holder_id])(holder_id).next_working(fact.at),
    )
