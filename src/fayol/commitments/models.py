"""A promise between two parties, and whom its time is booked to."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from fayol.commitments.recalculation_models import Recalculation as Recalculation
from fayol.commitments.states import (
    BUCKET_WORDS,
    CLOSED,
    NATURE_WORDS,
    ROLE_WORDS,
    STATE_WORDS,
    URGENCY_WORDS,
    Nature,
    Role,
    Side,
    State,
    Urgency,
)

_CLOSED = sorted(CLOSED)
_OPEN = ~Q(state__in=_CLOSED)


class Commitment(models.Model):
    """A promise. Written by `fayol.commitments.actions` only; every change leaves a fact with the changed values.

    The origin (a matter, minutes, a request for opinions) is named by type and id, with copies of what lists
    show of it, because the engine does not know the apps above it. Dates are days of the organisation's
    calendar; `due_at` and `amber_at` are the instants that follow from them.
    """

    title = models.CharField(max_length=300)
    text = models.TextField(blank=True, help_text="the assignment in the words of its source")
    condition = models.TextField(blank=True)
    deliverable = models.CharField(max_length=300, blank=True)
    nature = models.CharField(max_length=12, choices=list(NATURE_WORDS.items()), default=Nature.DIRECTIVE)
    role = models.CharField(max_length=8, choices=list(ROLE_WORDS.items()), default=Role.LEAD)
    urgency = models.CharField(max_length=8, choices=list(URGENCY_WORDS.items()), default=Urgency.NORMAL)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="supports")
    origin_type = models.CharField(max_length=20, blank=True)
    origin_id = models.BigIntegerField(null=True)
    origin_title = models.CharField(max_length=300, blank=True)
    ref = models.CharField(max_length=40, blank=True)
    audience = ArrayField(models.BigIntegerField(), default=list)

    state = models.CharField(max_length=12, choices=list(STATE_WORDS.items()), default=State.DRAFT)
    requester_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    requester = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    performer_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    responsible = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")

    holder_unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    holder_side = models.CharField(max_length=10, default=Side.REQUESTER)
    holder_because = models.CharField(max_length=12, blank=True)
    holder_for = models.BigIntegerField(null=True, help_text="the person whom the holder stands in for")
    holder_since = models.DateTimeField(null=True)
    bucket = models.CharField(max_length=16, choices=list(BUCKET_WORDS.items()), blank=True)

    required_words = models.CharField(max_length=200, blank=True)
    required_rule: models.JSONField[Any, Any] = models.JSONField(null=True)
    required_on = models.DateField(null=True)
    required_at = models.DateTimeField(null=True, help_text="where the rule says an hour; else close of business")
    anchor_at = models.DateTimeField(null=True, help_text="what the rule counts from")
    promised_on = models.DateField(null=True)
    proposed_on = models.DateField(null=True)
    proposed_condition = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    sign_due_at = models.DateTimeField(null=True)
    assumed = models.BooleanField(default=False, help_text="rests on a year whose holidays are not published yet")
    foreseen: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    foreseen_at = models.DateTimeField(null=True)
    foresee_at = models.DateTimeField(null=True, help_text="when to look ahead again")
    next_word_on = models.DateField(null=True, help_text="the day for which the performer announced the next word")
    next_look_at = models.DateTimeField(null=True)
    came_from = models.CharField(
        max_length=12, blank=True, help_text="the state to which a counter or a hold leads back"
    )
    waiting_for = models.CharField(max_length=200, blank=True)
    waiting_unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    waiting_person = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    waiting_until = models.DateField(null=True)
    suggested_unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    flag = models.CharField(max_length=16, blank=True, help_text='"", "second_return" or "disputed"')

    percent = models.PositiveSmallIntegerField(default=0)
    last_note = models.TextField(blank=True)
    last_note_at = models.DateTimeField(null=True)
    returns = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    chases = models.PositiveSmallIntegerField(default=0)
    climbed = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="how far its chase has come")
    sheet: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    source_document = models.BigIntegerField(null=True)
    source_start = models.IntegerField(null=True)
    source_end = models.IntegerField(null=True)

    created_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="commitment_open_has_holder",
                condition=Q(state__in=_CLOSED) | Q(holder__isnull=False, holder_unit__isnull=False),
            ),
            models.CheckConstraint(
                name="commitment_closed_has_no_ball",
                condition=_OPEN | Q(holder__isnull=True, holder_unit__isnull=True, next_look_at__isnull=True),
            ),
            models.CheckConstraint(name="commitment_closed_has_end", condition=_OPEN | Q(closed_at__isnull=False)),
            models.CheckConstraint(name="commitment_percent", condition=Q(percent__lte=100)),
            models.CheckConstraint(
                name="commitment_support_has_lead", condition=Q(role=Role.LEAD) | Q(parent__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "due_at", "id"], name="commitment_ball", condition=_OPEN),
            models.Index(F("due_at").asc(nulls_last=True), "id", name="commitment_due", condition=_OPEN),
            models.Index(fields=["due_at", "id"], name="commitment_due_all"),
            models.Index(fields=["performer_unit", "due_at", "id"], name="commitment_unit_due"),
            models.Index(fields=["requester_unit", "due_at", "id"], name="commitment_asker_due", condition=_OPEN),
            models.Index(fields=["responsible"], name="commitment_person", condition=_OPEN),
            models.Index(
                fields=["requester", "id"],
                name="commitment_undated",
                condition=Q(due_on__isnull=True, sheet__has_key="review_asked"),
            ),
            models.Index(fields=["requester", "state"], name="commitment_asker", condition=_OPEN),
            models.Index(fields=["amber_at", "id"], name="commitment_amber", condition=_OPEN),
            models.Index(fields=["last_note_at", "id"], name="commitment_noted"),
            models.Index(fields=["state", "due_at", "id"], name="commitment_state_due"),
            models.Index(fields=["ref", "id"], name="commitment_ref"),
            models.Index(fields=["origin_type", "origin_id", "id"], name="commitment_origin"),
            models.Index(fields=["parent"], name="commitment_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["next_look_at"], name="commitment_look", condition=Q(next_look_at__isnull=False)),
            models.Index(fields=["foresee_at", "id"], name="commitment_foresee", condition=Q(foresee_at__isnull=False)),
            models.Index(fields=["-closed_at", "-id"], name="commitment_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["-origin_id", "due_at", "id"], name="commitment_by_matter", condition=_OPEN),
            models.Index(fields=["holder_unit", "due_at", "id"], name="commitment_unit_ball", condition=_OPEN),
            models.Index(fields=["title", "id"], name="commitment_by_title", condition=_OPEN),
            models.Index(fields=["chases", "id"], name="commitment_by_chases", condition=_OPEN),
            models.Index(fields=["climbed", "chases", "id"], name="commitment_by_climb", condition=_OPEN),
            models.Index(fields=["nature", "urgency", "role"], name="commitment_kinds", condition=_OPEN),
            GinIndex(fields=["audience"], name="commitment_audience", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}".strip()

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED


class Booking(models.Model):
    """The time one holder had the ball, from dispatch to the end, without gap or overlap. `ended_at` null: now."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="bookings")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    bucket = models.CharField(max_length=16, choices=list(BUCKET_WORDS.items()))
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commitment"], condition=Q(ended_at__isnull=True), name="booking_one_running"
            ),
            models.CheckConstraint(
                name="booking_forward", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at"))
            ),
        ]
        indexes = [models.Index(fields=["commitment", "started_at"], name="booking_order")]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.person_id} {self.started_at:%F %R}"


class Attachment(models.Model):
    """A file that came with a move; `seq` is the number of the fact it belongs to."""

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="attachments")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.commitment_id}#{self.seq} {self.file_id}"
