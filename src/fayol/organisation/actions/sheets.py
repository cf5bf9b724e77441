"""The workbook kept between its preview and its being carried out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fayol.organisation import access
from fayol.organisation.actor import Actor
from fayol.organisation.models import SheetDraft


@transaction.atomic
def keep_sheet(data: bytes, *, name: str, by: Actor, now: datetime) -> SheetDraft:
    """In place of the one the person uploaded before."""
    access.require(access.can_edit(by.person), by)
    assert by.person is not None
    SheetDraft.objects.filter(uploaded_by=by.person).delete()
    return SheetDraft.objects.create(uploaded_by=by.person, name=name[:200], body=data, uploaded_at=now)


def drop_sheet(draft: SheetDraft, *, by: Actor) -> None:
    access.require(by.person is not None and draft.uploaded_by_id == by.person.pk, by)
    draft.delete()
