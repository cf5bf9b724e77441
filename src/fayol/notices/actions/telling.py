"""The channels beyond the inbox for a notice to many: batch by batch, resumed where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from fayol.channels.registry import Message, deliver
from fayol.facts.models import Fact
from fayol.notices.models import Notice, Receipt
from fayol.notices.queries_page import latest_telling
from fayol.notices.states import Depth, Status

BATCH = 2000


@dataclass(frozen=True)
class Words:
    """A message that is the same for everybody."""

    title: str
    body: str
    link: str
    asks: bool
    urgency: str


def words_of(row: Notice) -> Words:
    """As the notice stands now: sent, corrected or withdrawn. An answer is wanted of a correction only if it asked
    everybody again."""
    asks = Depth(row.depth) is not Depth.DELIVERED
    title, latest = row.title, row.editions.order_by("-n").first()
    if row.status == Status.WITHDRAWN:
        title, asks = gettext("撤回：{title}").format(title=title), False
    elif latest is not None:
        title, asks = gettext("更正：{title}").format(title=title), asks and latest.material
    body = latest.words if latest is not None else row.body[:300]
    return Words(title, body, f"/notices/{row.pk}/", asks, row.urgency)


@transaction.atomic
def tell_outward(notice: Notice, *, limit: int = BATCH) -> int:
    """The next `limit` addressees of the latest fact that told of this notice; `told_upto` moves on with them, and is
    emptied when nobody is left. Answers how many."""
    row = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if row.told_upto is None:
        return 0
    fact = latest_telling(row)
    more = told_by(row, fact).filter(person__gt=row.told_upto).order_by("person")
    people = list(more.values_list("person_id", flat=True)[:limit])
    words = words_of(row)
    deliver(
        Message(fact, person, words.title, words.body, words.link, asks=words.asks, urgency=words.urgency)
        for person in people
    )
    row.told_upto = people[-1] if len(people) == limit else None
    row.save(update_fields=["told_upto"])
    notice.told_upto = row.told_upto
    return len(people)


def told_by(row: Notice, fact: Fact) -> QuerySet[Receipt]:
    """Whom this fact about the notice is told: those it added, else everybody."""
    return row.receipts.filter(asked_at=fact.at) if fact.verb == "notice.joined" else row.receipts.all()
