"""A notice that asks people to come somewhere, as an event in their calendars."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from fayol.answers.registry import Invitation, register_invitations
from fayol.facts.models import Fact
from fayol.notices.models import Edition, Notice, Receipt
from fayol.notices.queries_page import TELLING
from fayol.notices.states import Form
from fayol.organisation.models import Person

WITHDRAWN = "notice.withdrawn"


def register() -> None:
    register_invitations("notice", NoticeInvitations())


class NoticeInvitations:
    """Sequence 0 is what was sent; each correction, and the withdrawal, is one more."""

    def invitation(self, pk: int, person: Person, fact: Fact) -> Invitation | None:
        if fact.verb not in TELLING or not Receipt.objects.filter(notice=pk, person=person).exists():
            return None
        row = Notice.objects.select_related("unit").filter(pk=pk, form=Form.ATTEND).first()
        if row is None:
            return None
        editions = list(row.editions.order_by("-n"))
        _as_of(row, editions, fact.at)
        if row.starts_at is None or row.ends_at is None:
            return None
        told = [one for one in editions if one.at <= fact.at]
        cancelled = fact.verb == WITHDRAWN
        return Invitation(
            title=row.title,
            organiser=row.unit.name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            place=row.place,
            link=f"/notices/{row.pk}/",
            sequence=len(told) + cancelled,
            cancelled=cancelled,
            asks=not cancelled and (fact.verb != "notice.corrected" or bool(told and told[0].material)),
        )

    def least(self, pk: int) -> int:
        last = Edition.objects.filter(notice=pk, material=True).aggregate(n=Max("n"))["n"]
        return (last or 1) - 1


def _as_of(row: Notice, editions: list[Edition], at: datetime) -> None:
    """Takes back what was corrected later: a letter that goes out late says what it would have said in time."""
    for one in editions:
        if one.at > at:
            for name in ("title", "place"):
                setattr(row, name, one.before.get(name, getattr(row, name)))
            for name in ("starts_at", "ends_at"):
                if name in one.before:
                    spelled = one.before[name]
                    setattr(row, name, datetime.fromisoformat(spelled) if spelled else None)
