"""What chasing brings for the navigation, the workbench and the pages of tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as t

from fayol.commitments.models import Commitment
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.calls.access import can_answer
from fayol.ladders.calls.count import calls_left
from fayol.ladders.calls.queries import open_promise_of, promises_to_confirm
from fayol.ladders.calls.wording import consequence_of
from fayol.ladders.presenter import card_of
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator
from fayol.web import nav, parts, workbench
from fayol.web.components import Light, dates

MOST = 20


def to_confirm(person: Person, now: datetime) -> list[workbench.Row]:
    """Dates that the person gave on the phone."""
    return [
        workbench.Row(
            t("您%(at)s电话承诺%(day)s交“%(title)s”，请确认")
            % {
                "at": dates.day(given.given_at, now),
                "day": dates.full_day(given.day, now),
                "title": given.commitment.title,
            },
            f"/commitments/{given.commitment_id}/",
            t("去确认"),
            Light("amber", t("待确认")),
            t("%(name)s登记，请在%(at)s前答复")
            % {"name": given.caller.name, "at": dates.daytime(given.answer_by, now)},
            given.answer_by,
        )
        for given in promises_to_confirm(person.pk).select_related("commitment", "caller").order_by("pk")[:MOST]
    ]


def phone(person: Person, row: Commitment, now: datetime) -> dict[str, Any] | None:
    given = open_promise_of(row.pk)
    if given is None:
        return {"given": None}
    return {"given": given, "own": can_answer(person, given, now), "consequence": consequence_of(given, now)}


parts.register("commitment.aside", "ladders.ladder", "ladders/_ladder.html", card_of, order=20)
nav.register(
    nav.Entry("calls", _("催办"), "/chasing/calls/", "phone-call", 35, under=("/chasing/",), tab=4,
              allowed=is_coordinator, badge=calls_left)
)  # fmt: skip
workbench.register("ladders.phone", to_confirm, only_if=lambda person, now: promises_to_confirm.asked(person.pk))
parts.register("commitment.main", "ladders.phone", "ladders/_phone.html", phone, order=10)
