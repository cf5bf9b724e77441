"""Drafts are for whoever took the document in and for the office's coordinators; its sentences for those they bind."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.intake.models import Draft, IntakeDocument
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import can_run
from fayol.matters.access import visible_to as matters_visible_to
from fayol.matters.models import Matter
from fayol.matters.states import Status
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator

MOST_MATTERS = 30


def visible_to(person: Person) -> QuerySet[IntakeDocument]:
    """Documents whose drafts this person may work on."""
    if not person.active:
        return IntakeDocument.objects.none()
    return IntakeDocument.objects.all() if is_coordinator(person) else IntakeDocument.objects.filter(uploaded_by=person)


def document_for(person: Person, pk: int) -> IntakeDocument:
    """The document with its drafts, or 404 whether it does not exist or is not this person's to work on."""
    shown = visible_to(person).select_related("file", "matter", "uploaded_by", "dispatched_by")
    return get_object_or_404(shown, pk=pk)


def draft_for(person: Person, document_pk: int, pk: int) -> Draft:
    document = document_for(person, document_pk)
    draft = get_object_or_404(document.drafts, pk=pk)
    draft.document = document
    return draft


def promises_from(person: Person, document_pk: int, now: datetime) -> list[Commitment]:
    """The promises that came out of the document and that this person may see; 404 when there is none."""
    rows = commitments.visible_to(person, now).filter(source_document=document_pk, source_start__isnull=False)
    found = list(rows.order_by("source_start", "ref", "id")[:1000])
    if not found:
        raise Http404
    return found


def open_matters(person: Person, now: datetime) -> list[Matter]:
    """Open matters into which this person may dispatch, the latest first."""
    recent = matters_visible_to(person, now).filter(status=Status.OPEN).select_related("coordinator", "requester_unit")
    if not is_coordinator(person):
        recent = recent.filter(coordinator=person)
    return list(recent.order_by("-created_at", "-id")[:MOST_MATTERS])


def check_matter(person: Person | None, matter: Matter, now: datetime) -> None:
    if person is not None and not can_run(person, matter, now):
        raise Refused("not_yours", _("您不能往这个事项里交办，请另立事项。"), field="into")


def check_admin(by: Actor, document: IntakeDocument) -> None:
    """Pages ask before; this is for whoever comes another way."""
    if by.person is None or by.person.pk == document.uploaded_by_id or is_coordinator(by.person):
        return
    raise Refused("not_yours", _("这份文件由{name}导入，请由其本人或协调办办理。"), name=document.uploaded_by.name)
