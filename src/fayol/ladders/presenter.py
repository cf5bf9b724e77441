"""The card 催办阶梯 beside a task: gathered for a viewer and an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as t

from fayol.commitments.access import can_chase
from fayol.commitments.models import Commitment
from fayol.commitments.states import Urgency
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.access import can_mute
from fayol.ladders.calls.page import Made
from fayol.ladders.calls.queries import calls_about
from fayol.ladders.forms import MuteForm
from fayol.ladders.queries import chased_already, goes_out_at, ladder_of
from fayol.ladders.queries.chases import half_of_day, is_waiting
from fayol.ladders.states import KIND_WORDS, Half
from fayol.ladders.wording import climbed, standing
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator
from fayol.web.http import dates

_CHASED: dict[Half, str] = {
    Half.MORNING: _("今天上午已催过%(name)s，再催请打电话。"),
    Half.LAST: _("今天下午已催过%(name)s，再催请打电话。"),
    Half.SHIFT: _("这个班次已催过%(name)s，再催请打电话。"),
}


def card_of(person: Person, row: Commitment, now: datetime) -> dict[str, Any] | None:
    """None before dispatch, when nothing was ever watched or spoken about."""
    view = ladder_of(row, now)
    calls = [Made(call, now) for call in calls_about(row.pk)]
    if view is None and not calls:
        return None
    live = view is not None and not view.ended
    may_mute = live and can_mute(person, row, now)
    return {
        "view": view,
        "kind": t(KIND_WORDS[view.kind]) if view else "",
        "rungs": climbed(view, now) if view else [],
        "standing": standing(view, now) if view else "",
        "muted": view.muted(now) if view else None,
        "calls": calls,
        "may_mute": may_mute,
        "form": MuteForm() if may_mute else None,
        "hurdle": hurdle_of(person, row, now) if live else "",
        "mine": live and row.holder_id == person.pk,
        "may_call": is_coordinator(person) and row.holder_id not in (None, person.pk),
    }


def hurdle_of(person: Person, row: Commitment, now: datetime) -> str:
    """Why chasing by hand would not reach anybody at once; empty when it would."""
    if row.holder is None or row.urgency == Urgency.FLASH or not can_chase(person, row, now):
        return ""
    goes_out = goes_out_at(row, now)
    name, at = row.holder.name, dates.daytime(goes_out, now)
    if is_waiting(row):
        return t("催%(name)s的一条已经记下，%(at)s送达。") % {"name": name, "at": at}
    if chased_already(row, now):
        return t(_CHASED[half_of_day(row, now)]) % {"name": name}
    if goes_out > now:
        return t("现在催，会并入%(name)s%(at)s的那一条。") % {"name": name, "at": at}
    return ""
