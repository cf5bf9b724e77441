"""A ledger workbook that was uploaded, until it is taken in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class LedgerImport(models.Model):
    """One upload. `choices` says for names that the organisation does not know which unit is meant: {name: key},
    "new" (make it an outside unit) or "skip". `report` counts what was done."""

    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    choices: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    applied_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    report: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-uploaded_at", "-id"], name="ledger_import_recent")]

    def __str__(self) -> str:
        return self.file.name
