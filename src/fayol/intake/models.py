"""A document taken in, and the drafts of assignments that were read out of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fayol.intake.ledger_models import LedgerImport as LedgerImport
from fayol.intake.states import DOCUMENT_WORDS, DRAFT_WORDS, DocumentStatus, DraftState


class IntakeDocument(models.Model):
    """One document as it was read. `text` never changes: every place in it stays where it was.

    `blocks` are rows of (kind, start, end, level, table, row, column, rows, columns). `sha256` is that of the file,
    or of the text where it was pasted (then there is no `file`). `opening` keeps the fields of the matter it is to
    become; `version` counts changes of the document itself, not of its drafts.
    """

    title = models.CharField(max_length=200)
    number = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    blocks: models.JSONField[Any, Any] = models.JSONField(default=list)
    issued_on = models.DateField(null=True)
    meeting: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    warnings: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    opening: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=list(DOCUMENT_WORDS.items()), default=DocumentStatus.DRAFT)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="+")
    uploaded_by = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    dispatched_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    dispatched_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="intake_status_known", condition=Q(status__in=[s.value for s in DocumentStatus])
            ),
            models.CheckConstraint(
                name="intake_dispatched_has_matter",
                condition=~Q(status=DocumentStatus.DISPATCHED)
                | Q(matter__isnull=False, dispatched_by__isnull=False, dispatched_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-read_at", "-id"], name="intake_recent"),
            models.Index(fields=["uploaded_by", "-read_at", "-id"], name="intake_mine"),
            models.Index(fields=["sha256"], name="intake_content"),
        ]

    def __str__(self) -> str:
        return self.title


class Draft(models.Model):
    """One assignment to be. What the document says stays in `named`, `deadlines` and `spans`; what the clerk decided
    is in the other fields.

    `position` counts from 1 in the order of the page. `spans` are places in the document's text, none for a draft
    added by hand. `open_names` are names in the document that are not yet a unit of the organisation: rows of
    {"words", "role": lead|support, "why": unknown|vague|several}. `review_on` is set where there deliberately is no
    date: on that day the question is looked at again. `commitment` is the key of the lead promise once dispatched.
    """

    document = models.ForeignKey(IntakeDocument, models.CASCADE, related_name="drafts")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    spans: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    named: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    open_names: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    lead = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    supports = ArrayField(models.BigIntegerField(), default=list, blank=True)
    responsible = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    deadlines: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    deadline_words = models.CharField(max_length=200, blank=True)
    deadline_rule: models.JSONField[Any, Any] = models.JSONField(null=True)
    due_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    deliverable = models.CharField(max_length=300, blank=True)
    condition = models.TextField(blank=True)
    level = models.PositiveSmallIntegerField(default=1)
    confidence = models.FloatField(default=0)
    reasons: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    flags = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    marks: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)
    checked = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=list(DRAFT_WORDS.items()), default=DraftState.OPEN)
    commitment = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["document", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document", "position"], name="draft_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(name="draft_state_known", condition=Q(state__in=[s.value for s in DraftState])),
            models.CheckConstraint(name="draft_level", condition=Q(level__gte=1, level__lte=3)),
            models.CheckConstraint(
                name="draft_date_or_review", condition=Q(due_on__isnull=True) | Q(review_on__isnull=True)
            ),
            models.CheckConstraint(
                name="draft_dispatched_is_a_promise",
                condition=Q(state=DraftState.DISPATCHED, commitment__isnull=False)
                | (~Q(state=DraftState.DISPATCHED) & Q(commitment__isnull=True)),
            ),
            models.CheckConstraint(
                name="draft_lead_not_support", condition=Q(lead__isnull=True) | ~Q(supports__contains=[F("lead")])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["commitment"], name="draft_promise", condition=Q(commitment__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.title}"
