"""What a department's card says of its promises: how things stand, what was kept, what we last had to do with it.

Facts only, and only what the viewer may see; nothing is compared with other departments.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.access import visible_to
from fayol.commitments.models import Commitment
from fayol.commitments.queries import Filters, counts
from fayol.commitments.states import STATE_WORDS, State
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.calendar import work_calendar
from fayol.organisation.cards import CardRow, register
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import units_of

KEPT_DAYS = 90
LAST = 5
LIGHT_WORDS = (("red", _("超期")), ("amber", _("临期")), ("green", _("正常")), ("grey", _("未启动")))


def register_card() -> None:
    register("commitments", dealings, title=_("近期往来"))


def dealings(unit: Unit, viewer: Person, now: datetime) -> list[CardRow]:
    """How it stands, what was kept, then the latest between the viewer's units and this one, newest first."""
    return [*_standing(unit, viewer, now), *_kept(unit, viewer, now), *_between(unit, viewer, now)]


def _standing(unit: Unit, viewer: Person, now: datetime) -> list[CardRow]:
    found = counts(viewer, Filters(unit=unit.pk), now)
    if not found["all"]:
        return []
    lights = "，".join(f"{t(words)}{found[level]}" for level, words in LIGHT_WORDS if found[level])
    return [CardRow(t("在办%(n)s条") % {"n": found["all"]}, f"/ledger/?unit={unit.pk}", lights)]


def _kept(unit: Unit, viewer: Person, now: datetime) -> list[CardRow]:
    """Of what it closed lately, how much was reported by the promised day: both numbers, no rate and no rank."""
    since = now - timedelta(days=KEPT_DAYS)
    done = visible_to(viewer, now).filter(
        performer_unit=unit, state=State.FULFILLED, closed_at__gte=since, promised_on__isnull=False
    )
    total = done.count()
    if not total:
        return []
    reported = TruncDate("reported_at", tzinfo=work_calendar().tz)
    kept = done.annotate(day=reported).filter(day__lte=F("promised_on")).count()
    title = ngettext("近90天办结%(n)d条", "近90天办结%(n)d条", total) % {"n": total}
    return [CardRow(title, "", t("其中%(n)d条在承诺期限前反馈") % {"n": kept})]


def _between(unit: Unit, viewer: Person, now: datetime) -> list[CardRow]:
    own = [mine.pk for mine in units_of(viewer) if mine.pk != unit.pk]
    if not own:
        return []
    ways = Q(performer_unit=unit, requester_unit__in=own) | Q(requester_unit=unit, performer_unit__in=own)
    rows = visible_to(viewer, now).filter(ways, dispatched_at__isnull=False).select_related("performer_unit")
    return [_row(row) for row in rows.order_by("-dispatched_at", "-pk")[:LAST]]


def _row(row: Commitment) -> CardRow:
    words = t("%(unit)s承办，%(state)s") % {"unit": row.performer_unit.name, "state": t(STATE_WORDS[row.state])}
    return CardRow(row.title, f"/commitments/{row.pk}/", words, row.last_note_at or row.dispatched_at)
