"""Who hears of a notice: the inbox of everybody in one statement, the channels beyond it batch by batch, resumed where
the last one ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from fayol.channels.bulk import queue_beyond, queue_select
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import Depth, Stage, Status

BATCH = 2000
AT_ONCE = 500
"""Up to so many addressees the outward channels are served in the same act; beyond, by the worker in batches."""
TELLING = ("notice.sent", "notice.corrected", "notice.joined", "notice.withdrawn", "notice.reminded")
_FROM = "untold_from"


@dataclass(frozen=True)
class Words:
    """A message that is the same for everybody."""

    title: str
    body: str
    link: str
    asks: bool
    urgency: str
    chase: bool = False


def words_of(row: Notice) -> Words:
    """As the notice stands now: sent, corrected or withdrawn. An answer is wanted of a correction only if it asked
    everybody again."""
    asks = Depth(row.depth) is not Depth.DELIVERED
    title, latest = row.title, row.editions.order_by("-n").first()
    if row.status == Status.WITHDRAWN:
        title, asks = _titled(_("撤回：{title}"), row), False
    elif latest is not None:
        title, asks = _titled(_("更正：{title}"), row), asks and latest.material
    body = latest.words if latest is not None else row.body[:300]
    return Words(title, body, _link(row), asks, row.urgency)


def _titled(words: str, row: Notice) -> str:
    """In the language of the house, whoever acts: words are kept as they are written, and others read them."""
    with translation.override(settings.LANGUAGE_CODE):
        return gettext(words).format(title=row.title)


def _link(row: Notice) -> str:
    return f"/notices/{row.pk}/"


def tell_all(row: Notice, fact: Fact, people: int) -> None:
    """The inbox of everybody at once; the other channels now when they are few, else by the worker in batches."""
    queue_select(fact.pk, told_by(row, fact).values("person"), words_of(row))
    _go_outward(row, people)


def tell_reminded(row: Notice, fact: Fact, people: int) -> None:
    """Those whom this fact reminded, and whoever has taken it for one of them and has not told him."""
    reminded = row.receipts.filter(reminded_at=fact.at)
    theirs = Words(_titled(_("请您确认：{title}"), row), "", _link(row), True, row.urgency, chase=True)
    queue_select(fact.pk, reminded.values("person"), theirs)
    taken = reminded.filter(stage=Stage.PROXIED, proxied_by__isnull=False)
    proxies = Words(
        _titled(_("您代签的通知还没有报告本人：{title}"), row), "", _link(row), True, row.urgency, chase=True
    )
    queue_select(fact.pk, taken.values("proxied_by"), proxies)
    _go_outward(row, people)


def _go_outward(row: Notice, people: int) -> None:
    row.told_upto = 0
    row.save(update_fields=["told_upto"])
    if people <= AT_ONCE:
        tell_outward(row, limit=2 * AT_ONCE)


def told_by(row: Notice, fact: Fact) -> QuerySet[Receipt]:
    """Whom this fact about the notice is told: those it added, else everybody."""
    return row.receipts.filter(asked_at=fact.at) if fact.verb == "notice.joined" else row.receipts.all()


def untold(row: Notice) -> dict[str, Any]:
    """What the fact of a telling has to carry: where the worker still is at an earlier one, that one goes on with it.

    Without it a notice that is corrected, or sent to one more, while the worker is half through would never leave the
    house for the other half.
    """
    if row.told_upto is None:
        return {}
    latest = _tellings(row).order_by("-seq")[:1].get()
    return {_FROM: latest.data.get(_FROM, latest.seq)}


def _tellings(row: Notice) -> QuerySet[Fact]:
    return Fact.objects.filter(subject_type="notice", subject_id=row.pk, verb__in=TELLING)


def _under_way(row: Notice) -> list[Fact]:
    latest = _tellings(row).order_by("-seq")[:1].get()
    first = latest.data.get(_FROM, latest.seq)
    return [latest] if first == latest.seq else list(_tellings(row).filter(seq__gte=first).order_by("seq"))


@transaction.atomic
def tell_outward(notice: Notice, *, limit: int = BATCH) -> int:
    """The next `limit` people who are told of this notice; `told_upto` moves on with them, and is emptied when nobody
    is left. What stands in their inbox says whom it is told and how. Answers how many."""
    row = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if row.told_upto is None:
        return 0
    told = queue_beyond(_under_way(row), after=row.told_upto, limit=limit)
    row.told_upto = told[-1] if len(told) == limit else None
    row.save(update_fields=["told_upto"])
    notice.told_upto = row.told_upto
    return len(told)
