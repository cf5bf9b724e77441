"""Who may change a plan, and who may answer for a party of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.commitments.states import Side
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import can_run, check_run
from fayol.matters.models import Matter
from fayol.matters.plan.models import Acknowledgement, Reconfirm
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import active_delegations, may_act_for_unit, secretaries_of
from fayol.organisation.states import UnitKind


def reconfirm_for(person: Person, pk: int, now: datetime) -> Reconfirm:
    """The card, or 404 whether it does not exist or its task is not for these eyes."""
    rows = Reconfirm.objects.filter(commitment__in=commitments.visible_to(person, now).values("pk"))
    return get_object_or_404(rows.select_related("commitment", "figure", "matter"), pk=pk)


def linkable(person: Person, now: datetime) -> QuerySet[Commitment]:
    """The tasks that the person may tie together: those in sight that belong to a matter."""
    return commitments.visible_to(person, now).filter(origin_type="matter", closed_at__isnull=True)


def matter_of(commitment: Commitment) -> Matter | None:
    if commitment.origin_type != "matter" or commitment.origin_id is None:
        return None
    return Matter.objects.select_related("coordinator").filter(pk=commitment.origin_id).first()


def check_tie(by: Actor, before: Commitment, after: Commitment, now: datetime) -> tuple[Matter, Matter]:
    """Both tasks in sight, and both their matters run by whoever ties. Returns the matters."""
    mine, theirs = matter_of(after), matter_of(before)
    if mine is None or theirs is None:
        raise Refused("no_matter", _("只有事项里的任务可以设先后关系。"), field="before")
    ends = {before.pk, after.pk}
    if by.person is not None and commitments.visible_to(by.person, now).filter(pk__in=ends).count() < len(ends):
        raise Refused("unseen", _("没有这条任务，或您看不到它。请重新选择。"), field="before")
    for matter in {mine.pk: mine, theirs.pk: theirs}.values():
        check_run(by, matter, now)
    return theirs, mine


def acting(by: Actor, now: datetime) -> Person | None:
    """In whose right somebody acts: his own, or that of the principal whose delegate or secretary he is. None: the
    system."""
    if by.person is None or by.on_behalf_of is None:
        return by.person
    principal = by.on_behalf_of
    delegated = active_delegations(now).filter(deputy=by.person, principal=principal).exists()
    if not delegated and by.person not in secretaries_of(principal):
        raise Refused("behalf", _("您现在没有得到{name}的授权，不能代为办理。"), name=principal.name)
    return principal


def can_answer(person: Person, row: Reconfirm, now: datetime) -> bool:
    """Whoever performs the task; for a supplier without an account whoever runs the matter writes down what it said."""
    sides = commitments.standing_of(person, row.commitment, now).sides
    return Side.PERFORMER in sides or speaks_for_supplier(person, row, now)


def speaks_for_supplier(person: Person, row: Reconfirm, now: datetime) -> bool:
    outside = row.commitment.performer_unit.kind == UnitKind.EXTERNAL
    return outside and row.matter is not None and can_run(person, row.matter, now)


def speaks_for_unit(person: Person, row: Acknowledgement, now: datetime) -> bool:
    """The person asked, and whoever speaks for the unit."""
    return person.pk == row.person_id or bool(may_act_for_unit(person, row.unit_id, now))


def can_acknowledge(person: Person, row: Acknowledgement, now: datetime) -> bool:
    """Whoever speaks for the unit; for a supplier without an account whoever runs the matter writes it down."""
    if speaks_for_unit(person, row, now):
        return True
    return row.unit.kind == UnitKind.EXTERNAL and can_run(person, row.baseline.matter, now)
