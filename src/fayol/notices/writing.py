"""A notice as it is being written: the form, the audience, what is asked, and what sending it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as t

from fayol.files.store import keep
from fayol.notices import access, queries_page
from fayol.notices.actions import Wording
from fayol.notices.actions.sending import audience_of
from fayol.notices.forms_audience import AudienceForm
from fayol.notices.forms_writing import FieldRows, NoticeForm
from fayol.notices.models import Notice, NoticeFile
from fayol.notices.queries_preview import Preview, preview_of
from fayol.notices.states import Depth, Form
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator
from fayol.web.http import Problem

STEPS = frozenset({"add", "drop", "more", "preview"})
"""Buttons that only go on writing."""


class Writing:
    """`notice` is the draft, or None for one that has not been stored. With a button of `STEPS` nothing is judged."""

    def __init__(
        self, person: Person, now: datetime, notice: Notice | None, data: QueryDict | None = None, files: Any = None
    ) -> None:
        self.person, self.now, self.notice, self.data, self.uploads = person, now, notice, data, files
        self.everywhere = is_coordinator(person)
        self.units = list(access.issuing_units(person).order_by("order", "id"))
        self.step = data is not None and bool(STEPS & data.keys())
        self.refilled = bool(files)
        self.problem: Problem | None = None
        self.form = self._form()
        known = notice.fields if notice else ()
        more = data is not None and "more" in data
        self.rows = FieldRows(data, known=known, more=more, checked=not self.step)
        entries = audience_of(notice) if notice else []
        self.audience = AudienceForm(list(access.groups_for(person).order_by("name", "id")), data, entries)

    def _form(self) -> NoticeForm:
        initial = self._preset()
        if self.data is None or self.step:
            if self.data is not None:
                initial |= {name: value for name, value in self.data.items() if name in NoticeForm.base_fields}
            return NoticeForm(self.units, everywhere=self.everywhere, initial=initial)
        return NoticeForm(self.units, self.data, self.uploads, everywhere=self.everywhere, initial=initial)

    def _preset(self) -> dict[str, Any]:
        if self.notice is not None:
            return NoticeForm.preset(self.notice, everywhere=self.everywhere)
        own = self.units[0] if self.units else None
        return {"unit": (own.name if self.everywhere else own.pk) if own else ""}

    def judge(self) -> bool:
        """Whether all of it can be stored; what is wrong beside the form's own fields is said above it."""
        fine = self.form.is_valid()
        if self.form.cleaned_data.get("form") == Form.FIELDS and not self.rows.is_valid():
            self.form.add_error(None, t("请核对要填报的几行。"))
        if not self.audience.fine:
            self.form.add_error(None, t("请核对发给谁。"))
        return fine and not self.form.errors

    def wording(self, *, by: Actor) -> Wording:
        """Keeps the uploads; inside the transaction that stores the draft."""
        fields = self.rows.fields() if self.form.cleaned_data["form"] == Form.FIELDS else []
        wording = self.form.wording(self.audience.entries, fields)
        kept = [keep(upload, by=by, now=self.now) for upload in self.form.cleaned_data["attachments"]]
        return Wording(**{**wording.__dict__, "files": kept})

    @property
    def without(self) -> list[int]:
        """Files of the draft that were ticked to be taken away."""
        return [int(key) for key in self.data.getlist("without") if key.isdecimal()] if self.data is not None else []

    @cached_property
    def files(self) -> list[NoticeFile]:
        return queries_page.files_of(self.notice) if self.notice else []

    @cached_property
    def preview(self) -> Preview | None:
        """What sending would do, as far as what is filled in says so."""
        if not self.audience.entries:
            return None
        said = self._said()
        form = said.get("form") or Form.CONFIRM.value
        asked = FieldRows(self.data).fields() if self.data is not None and form == Form.FIELDS else []
        row = Notice(
            pk=self.notice.pk if self.notice else None,
            form=form,
            depth=said.get("depth") or Depth.CONFIRMED.value,
            starts_at=said.get("starts_at"),
            ends_at=said.get("ends_at"),
            fields=[asdict(one) for one in asked],
            audience=[entry.to_json() for entry in self.audience.entries],
        )
        return preview_of(row, self.now)

    def _said(self) -> Mapping[str, Any]:
        if self.data is None:
            return self.notice.__dict__ if self.notice else {}
        probe = NoticeForm(self.units, self.data, everywhere=self.everywhere)
        probe.is_valid()
        return probe.cleaned_data
