"""Two duties of the example: a report every Friday, a list of hazards every month."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from fayol.matters.recurring.actions import Duty, set_up
from fayol.matters.recurring.models import Recurrence
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Unit
from fayol.organisation.queries import office

_DUTIES = (
    (
        "报送周重点工作小结",
        "一页纸：办成什么、卡在哪里、下周三件事",
        "FREQ=WEEKLY;BYDAY=FR",
        ("生产部", "销售部", "采购部"),
    ),
    ("报送隐患排查整改表", "逐条写明位置、责任人、整改期限", "FREQ=MONTHLY;BYMONTHDAY=25", ("安环部",)),
)


def load_duties(*, by: Actor, now: datetime) -> list[Recurrence]:
    """Those that are not there yet, by their title; for the units that are there."""
    made = []
    for title, condition, rrule, names in _DUTIES:
        named = Q(short_name__in=names) | Q(official_name__in=names)
        units = tuple(Unit.objects.filter(named, active=True).order_by("path").values_list("pk", flat=True))
        if units and not Recurrence.objects.filter(title=title).exists():
            start = work_calendar().local_day(now)
            duty = Duty(title=title, condition=condition, rrule=rrule, performers=units, starts_on=start)
            made.append(set_up(duty, requester_unit_id=office().pk, by=by, now=now))
    return made
