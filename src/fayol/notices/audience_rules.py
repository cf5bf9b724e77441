"""The named rules an audience can be chosen by."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from fayol.commitments.models import Commitment
from fayol.commitments.queries.lights import IS_OPEN, light_is
from fayol.kernel.text import gettext_noop as _
from fayol.notices.audience import register_rule
from fayol.organisation.models import Unit


def register() -> None:
    register_rule("red", _("有红灯任务的单位"), units_with_red)


def units_with_red(now: datetime) -> QuerySet[Unit]:
    late = Commitment.objects.filter(IS_OPEN, light_is("red", now)).values("performer_unit")
    return Unit.objects.filter(pk__in=late, active=True)
