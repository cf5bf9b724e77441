"""Numbers that several tasks rest on: changed in one place, read back by everybody who uses them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from fayol.commitments.models import Commitment
from fayol.commitments.states import DISPATCHED
from fayol.facts.journal import record
from fayol.facts.locking import check_seen
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import can_run, check_run
from fayol.matters.models import Matter
from fayol.matters.plan.access import acting, can_answer
from fayol.matters.plan.actions._parties import performers_of
from fayol.matters.plan.actions.answering import locked
from fayol.matters.plan.actions.cards import OVERTAKEN, answer_by, close, drop, open_card, told
from fayol.matters.plan.models import Figure, FigureUse, Reconfirm, plain
from fayol.matters.plan.states import Answer, Asked
from fayol.organisation.actor import Actor
from fayol.organisation.queries import may_act_for_unit

LARGEST = Decimal(10) ** 13


@transaction.atomic
def add_figure(
    matter: Matter,
    *,
    name: str,
    value: Decimal,
    unit_word: str = "",
    owner_unit_id: int,
    uses: Collection[Commitment] = (),
    by: Actor,
    now: datetime,
) -> Figure:
    """A number of the matter, who answers for it, and which of its tasks rest on it: these are asked to read it back.

    Refused without a name, for a name that is there already, and by whoever does not run the matter.
    """
    check_run(by, matter, now)
    name = name.strip()[:60]
    if not name:
        raise Refused("name_missing", _("请给这个数起个名字，如“参会人数”。"), field="name")
    if Figure.objects.filter(matter=matter, name=name).exists():
        raise Refused("name_twice", _("已经有“{name}”，请直接修改它。"), field="name", name=name)
    figure = Figure.objects.create(
        matter=matter, name=name, value=_sane(value), unit_word=unit_word.strip()[:12], owner_unit_id=owner_unit_id,
        changed_at=now,
    )  # fmt: skip
    record("figure", figure.pk, "figure.added", by=by, now=now, data=_told(figure, None, ""))
    _use(figure, uses, by=by, now=now)
    return figure


def _sane(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) >= LARGEST or value != round(value, 2):
        raise Refused("value", _("请填一个数，最多两位小数。"), field="value")
    return value


def _told(figure: Figure, old: Decimal | None, words: str) -> dict[str, object]:
    return {
        "name": figure.name, "unit_word": figure.unit_word, "version": figure.version, "words": words,
        "old": None if old is None else plain(old), "new": plain(figure.value),
    }  # fmt: skip


@transaction.atomic
def set_uses(figure: Figure, uses: Collection[Commitment], *, by: Actor, now: datetime) -> None:
    """Exactly these tasks rest on the figure; new ones are asked to read it back."""
    check_run(by, figure.matter, now)
    gone = FigureUse.objects.filter(figure=figure).exclude(commitment__in=uses)
    dropped = list(gone.values_list("commitment_id", flat=True))
    gone.delete()
    _drop_cards(figure, dropped, by=by, now=now)
    known = set(FigureUse.objects.filter(figure=figure).values_list("commitment_id", flat=True))
    _use(figure, [task for task in uses if task.pk not in known], by=by, now=now)
    data = {"uses": sorted(task.pk for task in uses)}
    record("figure", figure.pk, "figure.uses_set", by=by, now=now, data=data)


def _drop_cards(figure: Figure, ids: list[int], *, by: Actor, now: datetime) -> None:
    for pk in ids:
        card = open_card(pk, figure_id=figure.pk)
        if card is not None:
            drop(card, OVERTAKEN, by=by, now=now)


def _use(figure: Figure, uses: Collection[Commitment], *, by: Actor, now: datetime) -> None:
    strange = [task for task in uses if (task.origin_type, task.origin_id) != ("matter", figure.matter_id)]
    if strange:
        raise Refused("strange", _("“{title}”不是这个事项的任务。"), field="uses", title=strange[0].title)
    FigureUse.objects.bulk_create(FigureUse(figure=figure, commitment=task) for task in uses)
    _push(figure, [task.pk for task in uses], old=None, by=by, now=now)


@transaction.atomic
def change_figure(
    figure: Figure, *, value: Decimal, words: str = "", by: Actor, now: datetime, expect: int | None = None
) -> Figure:
    """The number is another one: it goes to those tasks that rest on it, and to no other, to be read back.

    By whoever speaks for the unit that answers for it, or runs the matter. Refused when it is the same number.
    """
    row = (
        Figure.objects.select_for_update(of=("self",))
        .select_related("matter__coordinator", "owner_unit")
        .get(pk=figure.pk)
    )
    check_seen(row, figure, expect=expect)
    if by.person is not None and not can_change(by, row, now):
        raise Refused(
            "not_yours", _("“{name}”由{unit}维护，请联系该单位修改。"), name=row.name, unit=row.owner_unit.name
        )
    if _sane(value) == row.value:
        raise Refused(
            "same_value", _("“{name}”现在就是{value}，没有改动。"), field="value", name=row.name, value=row.shown
        )
    old, row.value, row.version = row.value, value, row.version + 1
    row.changed_at, row.words = now, words.strip()
    row.save()
    record("figure", row.pk, "figure.changed", by=by, now=now, data=_told(row, old, row.words))
    _push(row, list(row.uses.values_list("commitment_id", flat=True)), old=old, by=by, now=now)
    return row


def can_change(by: Actor, figure: Figure, now: datetime) -> bool:
    person = acting(by, now)
    if person is None:
        return True
    return bool(may_act_for_unit(person, figure.owner_unit_id, now)) or can_run(person, figure.matter, now)


def _push(figure: Figure, ids: list[int], *, old: Decimal | None, by: Actor, now: datetime) -> None:
    """A card for each open task; one that waits still gets the latest number and keeps the one last read back."""
    tasks = list(Commitment.objects.filter(pk__in=ids, state__in=DISPATCHED).order_by("pk"))
    people = performers_of(tasks, now)
    for task in tasks:
        card = open_card(task.pk, figure_id=figure.pk)
        fresh = card is None
        card = card or Reconfirm(commitment=task, kind=Asked.FIGURE, figure=figure, old_value=old)
        card.matter_id, card.person_id, card.new_value = figure.matter_id, people[task.pk], figure.value
        card.asked_at, card.due_at, card.told_at = now, answer_by(task.urgency, now), None
        card.look_at = card.due_at
        card.save()
        verb = "reconfirm.asked" if fresh else "reconfirm.replaced"
        record("reconfirm", card.pk, verb, by=by, now=now, data=told(card))


@transaction.atomic
def read_back(card: Reconfirm, *, value: Decimal, words: str = "", by: Actor, now: datetime) -> Reconfirm:
    """The performer says the new number himself. Refused, with the number that was meant, when it is another one.

    For a supplier without an account whoever runs the matter writes down what was said, and who said it.
    """
    row = locked(card, by, now)
    if row.kind != Asked.FIGURE or row.figure is None or row.new_value is None:
        raise Refused("wrong_card", _("这一条不是复述数值，请选择一种答复。"))
    person = acting(by, now)
    if person is not None and not can_answer(person, row, now):
        raise Refused("not_yours", _("新数由承办方复述，您可以催办。"))
    if value != row.new_value:
        raise Refused("differs", _("您填的是{said}，“{name}”现在是{meant}。请核对后再填。"), field="value",
                      said=plain(value), name=row.figure.name, meant=row.figure.shown)  # fmt: skip
    FigureUse.objects.filter(figure=row.figure, commitment=row.commitment_id).update(
        confirmed_version=row.figure.version, confirmed_at=now, confirmed_by=by.person
    )
    return close(row, Answer.READ_BACK, words=words, by=by, now=now)
