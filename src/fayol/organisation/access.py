"""Who may see and who may change the organisation.

Everybody with a person sees all of it: knowing whom to talk to is what it is for. The office's coordinators and the
system administrators change it; a head arranges the people of the own unit; everybody records their own absence and
delegation; a secretary records the absence of the leader served.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.models import (
    Absence,
    Calendar,
    CalendarDay,
    Delegation,
    NoticeDraft,
    Person,
    Post,
    Secretaryship,
    SheetDraft,
    Unit,
)
from fayol.organisation.queries import active_posts, is_coordinator, is_system_admin, posts_of
from fayol.organisation.states import HEADS_MAY_APPOINT, AdminRole, PostRole

NOT_YOURS = _("您没有权限这样做。请联系协调办公室或系统管理员。")


def visible_to(person: Person | None) -> QuerySet[Unit]:
    return Unit.objects.all() if person is not None else Unit.objects.none()


def unit_for(person: Person | None, pk: int) -> Unit:
    """404 when absent or not visible."""
    unit = visible_to(person).select_related("parent").filter(pk=pk).first()
    if unit is None:
        raise Http404
    return unit


def person_for(viewer: Person | None, pk: int) -> Person:
    """404 when absent or not visible."""
    person = Person.objects.select_related("account").filter(pk=pk).first() if viewer is not None else None
    if person is None:
        raise Http404
    return person


def post_for(viewer: Person | None, pk: int) -> Post:
    """An active post; 404 when absent, ended or not visible."""
    posts = active_posts().select_related("person", "unit")
    post = posts.filter(pk=pk).first() if viewer is not None else None
    if post is None:
        raise Http404
    return post


def absence_for(viewer: Person | None, pk: int) -> Absence:
    """404 when absent, or when the viewer may not arrange it."""
    row = Absence.objects.select_related("person").filter(pk=pk).first()
    if row is None or not can_record_absence(viewer, row.person):
        raise Http404
    return row


def delegation_for(viewer: Person | None, pk: int) -> Delegation:
    """404 when absent, or when the viewer may not arrange it."""
    row = Delegation.objects.select_related("principal", "deputy").filter(pk=pk).first()
    if row is None or not can_delegate_for(viewer, row.principal):
        raise Http404
    return row


def sheet_for(viewer: Person | None, pk: int) -> SheetDraft:
    """One's own upload only, as long as one may edit."""
    row = SheetDraft.objects.filter(pk=pk, uploaded_by=viewer).first() if viewer is not None else None
    if row is None or not can_edit(viewer):
        raise Http404
    return row


def notice_for(viewer: Person | None, pk: int) -> NoticeDraft:
    """One's own only, as long as one may edit."""
    row = NoticeDraft.objects.filter(pk=pk, taken_by=viewer).first() if viewer is not None else None
    if row is None or not can_edit(viewer):
        raise Http404
    return row


def calendar_for(viewer: Person | None, pk: int) -> Calendar:
    """To be changed: 404 when absent, or when the viewer may not."""
    row = Calendar.objects.filter(pk=pk).first()
    if row is None or not can_edit(viewer):
        raise Http404
    return row


def calendar_day_for(viewer: Person | None, pk: int) -> CalendarDay:
    """An exception of a calendar, to be changed: 404 when absent, or when the viewer may not."""
    row = CalendarDay.objects.select_related("calendar").filter(pk=pk, calendar__isnull=False).first()
    if row is None or not can_edit(viewer):
        raise Http404
    return row


def can_edit(person: Person | None) -> bool:
    """Units, posts, people: the office and the system administrators."""
    return is_system_admin(person) or is_coordinator(person)


def can_give_admin_roles(person: Person | None) -> bool:
    """Only the security administrator, so that no administrator makes themselves mightier."""
    return person is not None and person.active and person.admin_role == AdminRole.SECURITY


def heads(person: Person | None, unit: Unit) -> bool:
    """Whether the person is head of the unit or of one above it."""
    if person is None or not person.active:
        return False
    return any(post.role == PostRole.HEAD and unit.path.startswith(post.unit.path) for post in posts_of(person))


def can_appoint(person: Person | None, unit: Unit, role: str) -> bool:
    return can_edit(person) or (role in HEADS_MAY_APPOINT and heads(person, unit))


def _arranges(person: Person | None, whose: Person) -> bool:
    if person is None or not person.active:
        return False
    if person.pk == whose.pk or can_edit(person):
        return True
    return any(heads(person, post.unit) for post in posts_of(whose))


def can_record_absence(person: Person | None, whose: Person) -> bool:
    if _arranges(person, whose):
        return True
    return person is not None and Secretaryship.objects.filter(leader=whose, secretary=person).exists()


def can_delegate_for(person: Person | None, whose: Person) -> bool:
    return _arranges(person, whose)


def require(allowed: bool, by: Actor) -> None:
    """Refuse unless allowed; the system itself (an import from the command line, the worker) always may."""
    if by.person is not None and not allowed:
        raise Refused("not_yours", NOT_YOURS)
