"""Who sees a notice, whose receipt, and who may say what about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from fayol.notices.models import Group, Notice, NoticeFile, Receipt, Told
from fayol.notices.states import Depth, Leave, Status
from fayol.organisation.models import Person, Secretaryship, Unit
from fayol.organisation.queries import active_delegations, active_posts, is_coordinator
from fayol.organisation.states import LIAISON_ROLES, MANAGING_ROLES, UnitKind

ISSUING_ROLES = MANAGING_ROLES | LIAISON_ROLES


@dataclass(frozen=True)
class Standing:
    """What somebody is to one receipt. `deputy`: acts with the addressee's authority (授权). `secretary`: takes papers
    in for him, which is not his knowing."""

    principal: bool = False
    deputy: bool = False
    secretary: bool = False
    issuer: bool = False

    @property
    def proxy(self) -> bool:
        return self.deputy or self.secretary

    def may_confirm(self, depth: Depth) -> bool:
        return self.principal or (self.deputy and depth is not Depth.PERSONAL)


def principals_of(person: Person | int, now: datetime) -> Q:
    """The people for whom the person takes notices or acts, and the person: a condition on a receipt's addressee."""
    served = Secretaryship.objects.filter(secretary=person).values("leader")
    given = active_delegations(now).filter(deputy=person).values("principal")
    return Q(person=person) | Q(person__in=served) | Q(person__in=given)


def issuing_units(person: Person) -> QuerySet[Unit]:
    """Units in whose name the person may issue: where he is head, deputy or liaison."""
    held = active_posts().filter(person=person, unit=OuterRef("pk"), role__in=ISSUING_ROLES)
    return Unit.objects.filter(Exists(held), active=True).exclude(kind=UnitKind.EXTERNAL)


def issued_by(person: Person, now: datetime) -> Q:
    """Notices on whose issuing side the person stands: a condition on a notice. Coordinators stand on all."""
    if is_coordinator(person):
        return Q(pk__isnull=False)  # an empty Q would vanish in an "or"
    return Q(author=person) | Q(duty=person) | Q(unit__in=issuing_units(person).values("pk"))


def overseen_by(person: Person) -> Q:
    """Notices that are out and of units for which a leader answers (分管): a condition on a notice. He only looks."""
    return Q(unit__in=Unit.objects.filter(charges__leader=person).values("pk")) & ~Q(status=Status.DRAFT)


def oversees_any(person: Person) -> bool:
    return person.charges.exists()


def oversees(person: Person, notice: Notice) -> bool:
    return person.charges.filter(unit=notice.unit_id).exists()


def _called_in(person: Person) -> Q:
    """Receipts of others that the person has been told of: as the substitute, or as head or liaison of the addressee's
    unit once it was raised to them."""
    sent = Q(substitute=person) & ~Q(leave__in=[Leave.ASKED.value, Leave.REFUSED.value])
    kept = active_posts().filter(person=person, role__in=ISSUING_ROLES).values("unit")
    return sent | Q(raised_at__isnull=False, unit__in=kept)


def visible_to(person: Person, now: datetime) -> QuerySet[Notice]:
    """Issued ones to both sides, to whoever was called in, and to the leader who answers for the issuing unit; a draft
    to its issuing side only."""
    mine = Receipt.objects.filter(principals_of(person, now) | _called_in(person), notice=OuterRef("pk"))
    addressed = ~Q(status=Status.DRAFT) & Q(Exists(mine))
    return Notice.objects.filter(issued_by(person, now) | overseen_by(person) | addressed)


def issued(person: Person, now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(issued_by(person, now))


def notice_for(person: Person, pk: int, now: datetime) -> Notice:
    return get_object_or_404(visible_to(person, now).select_related("unit", "author", "duty"), pk=pk)


def issued_for(person: Person, pk: int, now: datetime) -> Notice:
    """The notice to somebody of its issuing side, else 404."""
    return get_object_or_404(issued(person, now).select_related("unit", "author", "duty"), pk=pk)


def own_receipt_for(person: Person, pk: int, now: datetime) -> Receipt:
    """The receipt to its addressee and to whoever serves him; else 404."""
    rows = Receipt.objects.exclude(notice__status=Status.DRAFT).select_related("notice", "person", "unit")
    return get_object_or_404(rows.filter(principals_of(person, now)), pk=pk)


def told_for(person: Person, pk: int) -> Told:
    """The record of a call to the one who was called; else 404."""
    return get_object_or_404(Told.objects.select_related("receipt", "by"), pk=pk, receipt__person=person)


def standing_of(person: Person, row: Receipt, now: datetime) -> Standing:
    return Standing(
        principal=row.person_id == person.pk,
        deputy=active_delegations(now).filter(deputy=person, principal=row.person_id).exists(),
        secretary=Secretaryship.objects.filter(secretary=person, leader=row.person_id).exists(),
        issuer=may_issue(person, row.notice, now),
    )


def may_issue_for(person: Person, unit: Unit) -> bool:
    """Whether the person may issue in the name of this unit; coordinators may in that of every one."""
    return is_coordinator(person) or issuing_units(person).filter(pk=unit.pk).exists()


def may_issue(person: Person, notice: Notice, now: datetime) -> bool:
    """Whether the person stands on the issuing side of this notice."""
    if person.pk in (notice.author_id, notice.duty_id) or is_coordinator(person):
        return True
    return issuing_units(person).filter(pk=notice.unit_id).exists()


def proxies_of(person_id: int) -> list[int]:
    """Who takes papers in for the person, in order."""
    served = Secretaryship.objects.filter(leader=person_id, secretary__active=True)
    return list(served.order_by("order", "id").values_list("secretary_id", flat=True))


def file_for(person: Person, pk: int, now: datetime) -> NoticeFile:
    """A file that goes with a notice, to whoever sees the notice; one that came back with an answer, to the issuing
    side and to whoever answered. Else 404."""
    issuing = Q(notice__in=issued(person, now).values("pk"))
    given = Q(receipt__isnull=True, notice__in=visible_to(person, now).values("pk"))
    own = Q(receipt__in=Receipt.objects.filter(principals_of(person, now)).values("pk"))
    return get_object_or_404(NoticeFile.objects.select_related("file").filter(issuing | given | own), pk=pk)


def groups_for(person: Person) -> QuerySet[Group]:
    """Kept lists of the units in whose name the person issues; coordinators use every one."""
    rows = Group.objects.filter(active=True).select_related("unit")
    return rows if is_coordinator(person) else rows.filter(unit__in=issuing_units(person).values("pk"))


def group_for(person: Person, pk: int) -> Group:
    return get_object_or_404(groups_for(person), pk=pk)


def may_write(person: Person) -> bool:
    """Whether the person may issue in anybody's name."""
    return is_coordinator(person) or issuing_units(person).exists()
